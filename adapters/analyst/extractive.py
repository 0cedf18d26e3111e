"""The analyst that needs nothing: it quotes the best sentences of the sources, word for word, and invents none.

Sentences are chosen by how central their words are to all articles of the story, by likeness to the titles and by
place, each unlike those already chosen (maximal marginal relevance); facts that two publishers report come first.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.model import Article, KeyPoint
from bot.ports import Draft, Workers

NAME = "extractive"
KEY_POINTS = 3
SHORTEST, LONGEST = 25, 400
"""Characters of a sentence that may be quoted."""
BATCH = 200
"""Stories that are sent to a worker at once."""

_TITLE = 0.4
_PLACE = 0.3
_RECURRING = 0.3
"""Weights beside that of the centre, which is 1."""
_UNLIKE = 0.6
"""How much being like a chosen sentence counts against one."""
_REPEATS = 90
"""Likeness, 0 to 100, from which a sentence says what another one says."""
_ENDS = ".!?…\u3002\uff01\uff1f"
"""Full stops and the like, those of Chinese and Japanese too."""
_CLOSING = "\"'”’)\\]」』"
_SENTENCE = re.compile(rf"[^{_ENDS}]*(?:[.!?…](?![\s{_CLOSING}]|$)[^{_ENDS}]*)*(?:[{_ENDS}]+[{_CLOSING}]*|$)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|inc|ltd|co|corp|vs|no|st|jr|sr|e\.g|i\.e|etc|approx|est|fig|jan|feb|mar|apr|aug|sept?|oct|"
    r"nov|dec)|\b[a-z]|(?:[a-z]\.)+[a-z])\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 12
_BOILERPLATE = re.compile(
    r"read more|sign up|subscribe|appeared first on|continue reading|click here|cookie|all rights reserved|newsletter|"
    r"follow us|learn more|view (?:this|in) |comments url|points: \d|# comments",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_FACT = re.compile(r"\d[\d.,]*|\b[A-Z][\w-]+")


class ExtractiveAnalyst:
    """Implements ``bot.ports.Analyst``."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def draft(self, stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
        """Drafts made on other processors, a batch at a time."""
        drafts: list[Draft] = []
        for start in range(0, len(stories), BATCH):
            batch = tuple(tuple(articles) for articles in stories[start : start + BATCH])
            drafts += await self._workers.run(draft_all, batch)
        return tuple(drafts)


def draft_all(stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
    """One draft for each of *stories*. Pure."""
    return tuple(_draft(articles) for articles in stories)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    article: Article
    place: int
    words: frozenset[str]
    facts: frozenset[str]


def _draft(articles: Sequence[Article]) -> Draft:
    title = _title(articles)
    chosen = _best(_sentences(articles, title), articles, 1 + KEY_POINTS)
    takeaway = chosen[0].text if chosen else ""
    points = tuple(KeyPoint(text=one.text, sources=(one.article.url,) if one.article.url else ()) for one in chosen[1:])
    return Draft(title=title, takeaway=takeaway, key_points=points, analyst=NAME)


def _title(articles: Sequence[Article]) -> str:
    """The title that is most like all others; trusted feeds and early articles win ties."""
    titles = [_without_source(article) for article in articles]

    def merit(place: int) -> tuple[float, float, int]:
        alike = sum(fuzz.token_set_ratio(titles[place], other) for other in titles)
        return alike * articles[place].weight, articles[place].weight, -place

    return titles[max(range(len(titles)), key=merit)]


def _without_source(article: Article) -> str:
    """The title without the `` - Publisher`` that aggregators add."""
    for mark in (" - ", " | ", " — ", " – "):
        head, found, tail = article.title.rpartition(mark)
        if (
            found
            and tail.casefold() in {article.source.name.casefold(), article.source.domain}
            and len(head) > SHORTEST
        ):
            return head
    return article.title


def _sentences(articles: Sequence[Article], title: str) -> list[_Sentence]:
    found: list[_Sentence] = []
    for article in articles:
        place = 0
        for text in split(article.extract):
            is_fit = SHORTEST <= len(text) <= LONGEST and not _BOILERPLATE.search(text)
            if not is_fit or fuzz.ratio(text.casefold(), title.casefold()) >= _REPEATS:
                continue
            words = frozenset(word for word in _WORD.findall(text.casefold()) if len(word) > 2)  # noqa: PLR2004
            found.append(_Sentence(text, article, place, words, frozenset(_FACT.findall(text))))
            place += 1
    return found


def _best(sentences: list[_Sentence], articles: Sequence[Article], count: int) -> list[_Sentence]:
    """The *count* best of *sentences*, best first, no two alike."""
    spread = Counter(word for one in sentences for word in one.words)
    in_titles = {word for article in articles for word in _WORD.findall(article.title.casefold())}
    publishers: dict[str, set[str]] = {}
    for one in sentences:
        for fact in one.facts:
            publishers.setdefault(fact, set()).add(one.article.source.domain or one.article.source.name)
    shared = {fact for fact, known in publishers.items() if len(known) > 1}

    def merit(one: _Sentence) -> float:
        size = math.sqrt(len(one.words) or 1)
        centre = sum(math.log1p(spread[word] - 1) for word in one.words) / size
        return (
            centre / (1 + math.log1p(len(sentences)))
            + _TITLE * len(one.words & in_titles) / size
            + _PLACE / (1 + one.place)
            + _RECURRING * min(1.0, len(one.facts & shared) / 2)
        )

    merits = {id(one): merit(one) for one in sentences}
    chosen: list[_Sentence] = []
    rest = list(sentences)
    while rest and len(chosen) < count:
        best = max(
            rest, key=lambda one: merits[id(one)] - _UNLIKE * max((_overlap(one, had) for had in chosen), default=0.0)
        )
        chosen.append(best)
        rest = [one for one in rest if fuzz.ratio(one.text, best.text) < _REPEATS]
    return chosen


def _overlap(one: _Sentence, other: _Sentence) -> float:
    return len(one.words & other.words) / (min(len(one.words), len(other.words)) or 1)


def split(text: str) -> list[str]:
    """The sentences of *text*, each exactly as it stands there."""
    sentences: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        end = match.end()
        piece = text[start:end]
        # Only the end is looked at: a text of a thousand abbreviations would take a thousand looks at all of it.
        is_abbreviated = end < len(text) and _ABBREVIATED.search(text, max(start, end - _LONGEST_ABBREVIATION), end)
        if is_abbreviated or not piece.strip():
            continue
        sentences.append(piece.strip())
        start = end
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences
