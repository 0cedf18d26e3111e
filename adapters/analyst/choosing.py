"""Chooses the sentences that say most of a story, from all of its articles. Pure.

A sentence counts by its place in its article, by how many of the words that the sentences of the story share it has, by
its likeness to the titles, and by facts that a second publisher reports too; and the less, the more it is like one that
is chosen already (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from adapters.analyst.furniture import repeated, shared
from adapters.analyst.sentences import bared, is_background, is_hanging, is_order, is_personal, is_quotable, split
from bot.coverage import publisher_of
from bot.model import Article

MOST = 150
"""Sentences of one article that are looked at: twenty thousand characters have about as many."""

_PLACE, _CENTRE, _TITLE, _RECURRING = 0.6, 0.3, 0.45, 0.3
"""Weights. Each of what they weigh is between 0 and 1 within a story."""
_UNLIKE = 0.8
"""How much being like a chosen sentence counts against one, at most."""
_LEANS = 0.3
"""What a sentence loses that is hard to understand without the one before it, or that orders."""
_FULL, _LONG = 32, 0.3
"""Words from which a sentence is too long to be read at a glance, and what it loses from there to twice as many."""
_SHORT, _TERSE, _BEFORE = 6, 0.5, 0.5
"""Words below which a sentence hardly says what happened; what it loses as a takeaway, and what one loses that tells
only what had been before.
"""
_REPEATS = 90
"""Likeness, 0 to 100, from which a sentence says what another one says."""
_HELD = 0.75
"""Part of the words of a sentence that another one has, from which it holds that sentence, if it has its facts too."""
_NEWS = 3
"""Words that a sentence must have and a title not, to say something beside it."""
_TITLES, _COMPARED = 30, 300
"""Titles, and sentences with the greatest merits, that are compared with one another."""
_TELLING = 3
"""Characters of a word that tells something."""
_WORD = re.compile(r"[^\W_]+")
_FACT = re.compile(r"\d[\d.,]*\d|\d|\b[A-Z][\w-]+")
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")
_EXTENT = re.compile(r"\b(?:all|any|both|every|everybody|everyone|fewer|half|nobody|none|no|not|never|only|some)\b")
"""Says of how many something is true."""
_LATER, _MOSTLY = timedelta(hours=12), 0.6
"""How much later news may take the place of earlier news, and the part of the shorter one's words that both have."""
_COMMON = frozenset(
    _WORD.findall(
        "the and for are was were has had have not but with from that this these those they their them there then "
        "than its his her she him who whom whose which what when where while will would can could may might must "
        "shall should been being into onto over under about after before between through during without within "
        "also more most much many some such only very just one two new now our ours your you how why all any each "
        "other out off per via said says"
    )
)
"""Words that say nothing of what a sentence is about."""
_COMING = frozenset(
    _WORD.findall(
        "arrive available begin beginning came come coming deliver delivered deliverie delivery due launch launche "
        "launched open opening release released sale sell ship shipment shipped shipping sold start starting"
    )
)
"""Says that something is to be had, as :func:`words_of` gives it."""
_DATED = frozenset(
    _WORD.findall(
        "january february march april may june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday spring summer autumn winter quarter"
    )
)
"""Says when."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may be quoted."""

    text: str
    """Word for word as it stands in the extract of *article*."""
    article: Article
    place: int
    """Among those of its article that may be quoted, from 0."""
    words: frozenset[str]
    facts: frozenset[str]
    """Numbers and names."""


def read(articles: Iterable[Article]) -> list[Sentence]:
    """The sentences of *articles* that may be quoted; none twice from one article."""
    texts = [(article, [bared(text) for text in split(article.extract)[: 2 * MOST]]) for article in articles]
    of_publishers: dict[str, list[list[str]]] = {}
    for article, own in texts:
        of_publishers.setdefault(publisher_of(article), []).append(own)
    furniture = {publisher: shared(pages) for publisher, pages in of_publishers.items()}
    found: list[Sentence] = []
    for article, own in texts:
        left_out = furniture[publisher_of(article)] | repeated(own)
        said = [text for text in dict.fromkeys(own) if text not in left_out]
        quotable = [text for text in said if is_quotable(text) and not is_personal(text)]
        found += [
            Sentence(text, article, place, words_of(text), _facts_of(text))
            for place, text in enumerate(quotable[:MOST])
        ]
    return found


def words_of(text: str) -> frozenset[str]:
    """The words of *text* that tell what it is about, in one form for singular and plural."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in _COMMON)
    return frozenset(
        word[:-1] if len(word) > _TELLING + 1 and word[-1] == "s" else word for word in words if _tells(word)
    )


def _facts_of(text: str) -> frozenset[str]:
    return frozenset(fact for fact in _FACT.findall(text) if fact.casefold() not in _COMMON)


def choose(sentences: Sequence[Sentence], titles: Sequence[str], count: int) -> tuple[Sentence | None, list[Sentence]]:
    """The takeaway, which is understood by itself, and at most *count* more, best first; no two say the same.

    None, and none, where nothing is fit. *titles* are those that readers see as well: nobody needs them repeated.
    """
    told = [(title.casefold(), words_of(title)) for title in dict.fromkeys(titles[:_TITLES])]
    merits = _merits(sentences, frozenset().union(*(words for _, words in told)))
    ranked = sorted(zip(merits, sentences, strict=True), key=lambda pair: -pair[0])
    repeating = {(one.article.key, one.place) for one in sentences if _repeats(one, told)}
    pool = [(merit, one) for merit, one in ranked if (one.article.key, one.place) not in repeating][:_COMPARED]
    pool = [(merit, one) for merit, one in pool if not any(_supersedes(other, one) for _, other in pool)]
    takeaway = _takeaway(pool) or _led_in(pool, repeating)
    if takeaway is None:
        return None, []
    chosen = [takeaway]
    while len(chosen) <= count:
        pool = [(merit, one) for merit, one in pool if not _says_the_same(one, chosen[-1])]
        # A later one may say all that an earlier one says, and more.
        chosen = [one for one in chosen[:-1] if one is takeaway or not _says_the_same(one, chosen[-1])] + chosen[-1:]
        if not pool:
            break
        _, best = max(pool, key=lambda pair: pair[0] - _UNLIKE * max(_overlap(pair[1], had) for had in chosen))
        chosen.append(best)
    return takeaway, chosen[1:]


def _takeaway(pool: Iterable[tuple[float, Sentence]]) -> Sentence | None:
    """The best that stands alone, says what happened and is no instruction."""
    fit = [(merit - _lacks(one.text), one) for merit, one in pool if not (is_hanging(one.text) or is_order(one.text))]
    return max(fit, key=lambda pair: pair[0])[1] if fit else None


def _lacks(text: str) -> float:
    """What a sentence loses as a takeaway that does not say what happened, or hardly."""
    return _TERSE * _is_terse(text) + _BEFORE * is_background(text)


def _is_terse(text: str) -> bool:
    """Whether *text*, in a script with spaces between words, has very few of them."""
    return text.isascii() and len(text.split()) < _SHORT


def _led_in(pool: Iterable[tuple[float, Sentence]], repeating: Collection[tuple[str, int]]) -> Sentence | None:
    """The best that goes on from a sentence which says what the title says: under that, it is understood as well."""
    led_in = (one for _, one in pool if (one.article.key, one.place - 1) in repeating)
    return next((one for one in led_in if not is_order(one.text)), None)


def _merits(sentences: Sequence[Sentence], titles: frozenset[str]) -> list[float]:
    """What each of *sentences* is worth by itself."""
    spread = Counter(word for one in sentences for word in one.words)
    centre = _scaled([_centrality(one, spread) for one in sentences])
    alike = _scaled([len(one.words & titles) / math.sqrt(len(one.words) or 1) for one in sentences])
    shared = _recurring(sentences)
    return [
        _PLACE / math.sqrt(1 + one.place)
        + _CENTRE * centre[number]
        + _TITLE * alike[number]
        + _RECURRING * min(1.0, len(one.facts & shared) / 3)
        - _LEANS * (is_hanging(one.text) or is_order(one.text))
        - _LONG * min(1.0, max(0.0, len(one.text.split()) / _FULL - 1))
        for number, one in enumerate(sentences)
    ]


def _centrality(sentence: Sentence, spread: Counter[str]) -> float:
    """How much of *sentence* is what the others are about."""
    return sum(math.log(spread[word]) for word in sentence.words) / math.sqrt(len(sentence.words) or 1)


def _recurring(sentences: Sequence[Sentence]) -> frozenset[str]:
    """The facts that at least two publishers report."""
    publishers: dict[str, set[str]] = {}
    for one in sentences:
        for fact in one.facts:
            publishers.setdefault(fact, set()).add(publisher_of(one.article))
    return frozenset(fact for fact, known in publishers.items() if len(known) > 1)


def _scaled(values: list[float]) -> list[float]:
    """*values* with 1 for the greatest."""
    most = max(values, default=0.0)
    return [value / most if most else 0.0 for value in values]


def _repeats(sentence: Sentence, told: Iterable[tuple[str, frozenset[str]]]) -> bool:
    """Whether *sentence* says no more than one of the titles *told*, given in lower case and as words."""
    text = sentence.text.casefold()
    return any(
        fuzz.ratio(text, title) >= _REPEATS or (bool(sentence.words & words) and len(sentence.words - words) < _NEWS)
        for title, words in told
    )


def _says_the_same(one: Sentence, other: Sentence) -> bool:
    """Whether nobody who has read *other* learns anything from *one*."""
    if one is other or fuzz.ratio(one.text, other.text) >= _REPEATS:
        return True
    return (_overlap(one, other) >= _HELD and one.facts <= other.facts) or _comes_when(one, other)


def _comes_when(one: Sentence, other: Sentence) -> bool:
    """Whether *one* says only that it comes on a day for which *other* says so as well."""
    days = frozenset(filter(_is_of_a_date, one.words))
    both = _COMING & one.words and _COMING & other.words
    if not days or not both or not days <= other.words:
        return False
    more = one.words - other.words - _COMING
    return not more or (len(more) == 1 and bool((one.words & other.words) - days))


def _is_of_a_date(word: str) -> bool:
    return word in _DATED or word.isdigit()


def _supersedes(new: Sentence, old: Sentence) -> bool:
    """Whether *new*, of an article that came later, says the same as *old* with other figures, or of all or none."""
    if new.article.news_at - old.article.news_at < _LATER or len(new.words & old.words) < _NEWS:
        return False
    words, others = ({word for word in one.words if not word.isdigit()} for one in (new, old))
    both, lengths = len(words & others), sorted((len(words), len(others)))
    if both < _NEWS or both < _MOSTLY * lengths[0] or both < lengths[1] / 3:
        return False
    figures, before = ({*_FIGURE.findall(one.text)} for one in (new, old))
    extents = [{*_EXTENT.findall(one.text.lower())} for one in (new, old)]
    return bool(figures - before and before - figures) or extents[0] != extents[1]


def _overlap(one: Sentence, other: Sentence) -> float:
    return len(one.words & other.words) / (min(len(one.words), len(other.words)) or 1)


def _tells(word: str) -> bool:
    return len(word) >= _TELLING or word.isdigit()
