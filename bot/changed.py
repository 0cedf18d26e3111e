"""What an article says otherwise than earlier ones of its story: another number of the same thing, or that something is
corrected. Pure.

One publisher is enough for it, and the first sentences of a text are, where a new fact takes a title or two publishers:
that an older article told of the same thing is what confirms it. In doubt nothing has changed: a thing of which the
earlier articles gave many numbers has none that could change, and times and shares are no number of anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.model import Article

NEAR = 0.05
"""Figures that differ by no more than this share are one, rounded differently."""
_READ = 20
"""Later articles that are read, the latest."""
_FIRST_SENTENCES, _FIRST = 3, 500
"""Sentences of a text in which it says what is new, and characters of them."""
_MOST_OF_IT = 2
"""Different numbers of one thing in the earlier articles: with more, it is no one thing that is counted."""
_LEAST = 10
"""Smaller numbers change in titles only: texts count anything."""

SCALES: Mapping[str, float] = {
    name: factor
    for names, factor in (("thousand k", 1e3), ("million mn m", 1e6), ("billion bn b", 1e9), ("trillion tn t", 1e12))
    for name in names.split()
}
"""What stands behind a figure, in small letters, and makes it greater."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NUMBER = re.compile(
    r"(?<![\w.,:/-])(?P<money>(?:US|C|A)?[$€£¥]\s?)?(?P<figure>\d{1,3}(?:,\d{3}){1,4}|\d{1,12}(?:\.\d{1,6})?)"
    r"(?:[\s-]?(?P<word>(?i:thousand|million|billion|trillion|bn|mn|tn))|(?P<letter>[kKmMbBT]))?(?![\w%])"
    r"(?P<after>(?:[ -][A-Za-z’']{2,20}){0,4})"
)
_BEFORE = re.compile(
    r"(?P<word>[A-Za-z’']{2,20}) (?:(?:about|around|nearly|almost|over|at|of|to|up|only|now|than|more) )*$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PLURALS = _set("children dead injured killed men missing people personnel police staff women wounded")
_NO_NOUNS = _set(
    "across as besides days days’ degrees has his hours hours’ is its less milliseconds minus minutes months "
    "months’ parts percent percentage perhaps plus points says seconds ss this times towards unless us versus was "
    "weeks weeks’ years years’"
)
_ENDS = _set(
    "a after an and are as at before but by for from had has have if in is of on or per said says since than that "
    "the to until was were when which while who will with would"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CORRECTIONS = (
    ("a correction", re.compile(r"(?i)(?<![\w-])(?<!error )(?<!market )(?<!course )correct(?:s|ed|ions?)\b")),
    ("a retraction", re.compile(r"(?i)\bretract(?:s|ed|ions?)\b")),
    ("a reversal", re.compile(r"(?i)\brevers(?:es|ed|al)\b(?! engineer)")),
    ("a withdrawal", re.compile(r"(?i)\bwithdr(?:aws|awn|ew)\b")),
    ("what no longer holds", re.compile(r"(?i)\bno longer\b")),
)

_STAGES = tuple(
    (name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("a delay", r"delay(?:s|ed)|postpone[sd]|push(?:es|ed) back"),
        ("an end", r"abandon(?:s|ed)|scrap(?:s|ped)|cancel(?:s|led)|call(?:s|ed) off|walk(?:s|ed) away"),
        ("a refusal", r"block(?:s|ed)|reject(?:s|ed)|den(?:ies|ied)|refuse[sd]|veto(?:es|ed)"),
        ("an approval", r"approve[sd]|clear(?:s|ed)|green[- ]lights?"),
        ("a completion", r"complete[sd]|finali[sz]e[sd]|close[sd] (?:the |its )?(?:deal|round)"),
        ("a departure", r"resign(?:s|ed)|quits?|step(?:s|ped) down|oust(?:s|ed)"),
        ("an arrest or a verdict", r"arrest(?:s|ed)|charged with|convicted|sentenced|acquitted|settle[sd]"),
    )
)
"""What brings an event into another state, where a title says so."""

_Counted = tuple[str, str, float]
"""The words, what is counted, and how many."""


def changed(fresh: Sequence[Article], earlier: Sequence[Article]) -> Iterator[tuple[str, float]]:
    """The numbers that *fresh* articles give of something of which *earlier* ones gave another, as in ``("95 doctors",
    95.0)``: those of titles and of the first sentences, in the order in which they are told.
    """
    known: dict[str, list[float]] = {}
    for article in earlier:
        for _, what, number in _counted(f"{article.title}\n{article.extract}"):
            if not _is_in(number, known.setdefault(what, [])):
                known[what].append(number)
    for article in fresh[-_READ:]:
        in_title, in_text = _counted(article.title), _counted(_beginning(article.extract, _FIRST_SENTENCES))
        for said, what, number in (*in_title, *(one for one in in_text if one[2] >= _LEAST)):
            before = known.get(what, [])
            if 0 < len(before) <= _MOST_OF_IT and not _is_in(number, before):
                yield said, number


def corrections(fresh: Sequence[Article], earlier: Sequence[Article]) -> tuple[str, ...]:
    """Of which kinds of correction *fresh* articles speak in a title or a first sentence, and no earlier one did."""
    told, before = (
        "\n".join(f"{one.title}\n{_beginning(one.extract, 1)}" for one in articles)
        for articles in (fresh[-_READ:], earlier)
    )
    return tuple(name for name, words in _CORRECTIONS if words.search(told) and not words.search(before))


def stages(fresh: Sequence[Article], earlier: Sequence[Article]) -> tuple[str, ...]:
    """Into which states titles of *fresh* articles say that the event has come, and no earlier article did."""
    told = "\n".join(one.title for one in fresh[-_READ:])
    before = "\n".join(f"{one.title}\n{one.extract}" for one in earlier)
    return tuple(name for name, words in _STAGES if words.search(told) and not words.search(before))


def _counted(text: str) -> list[_Counted]:
    """The numbers of something in *text*: of what a noun behind them names; of money also what a word before them does,
    as in *raised $300 million*.
    """
    found: list[_Counted] = []
    for match in _NUMBER.finditer(text):
        scale = (match["word"] or match["letter"] or "").casefold()
        number = float(match["figure"].replace(",", "")) * SCALES.get(scale, 1.0)
        amount = match[0].removesuffix(match["after"])
        before = text[max(0, match.start() - 60) : match.start()]
        if match["money"]:
            found += [
                (amount, f"{match['money'].strip()} {what}", number) for what in _of_money(before, match["after"])
            ]
        elif not (_YEAR.fullmatch(match["figure"]) and not scale) and not _names_a_version(before):
            said, noun = _noun(match["after"])
            if noun:
                found.append((f"{amount}{said}", noun, number))
    return found


def _noun(after: str) -> tuple[str, str]:
    """The words *after* a number up to the first noun in the plural, and that noun alone; empty: none follows."""
    said = ""
    for part in re.findall(r"[ -][A-Za-z’']+", after):
        word = part[1:].casefold()
        if word in _ENDS:
            break
        said += part
        if word in _NO_NOUNS:
            break
        if word in _PLURALS or (word.endswith("s") and not word.endswith("ss")):
            return said, word
    return "", ""


def _of_money(before: str, after: str) -> Iterator[str]:
    """What a sum is of: the first noun behind it (*in funding*, *settlement*), and the word before it (*raised*)."""
    words = [word.casefold() for word in re.findall(r"[A-Za-z’']+", after)]
    if words[:1] in (["in"], ["of"]):
        words = words[1:]
    if words and words[0] not in _ENDS:
        yield words[0].rstrip("s")
    if match := _BEFORE.search(before):
        word = match["word"].casefold()
        if word not in _ENDS:
            yield f"{re.sub('(?:ed|es|s|d)$', '', word).rstrip('e')} …"


def _names_a_version(before: str) -> bool:
    """Whether the word before a number, in the midst of a sentence, is a name that it belongs to: *Llama 4 models*."""
    return re.search(r"\w ?[A-Z][\w’'-]*[ -]$", before) is not None or before.casefold().endswith(("top ", "version "))


def _is_in(number: float, numbers: Sequence[float]) -> bool:
    return any(abs(number - one) <= NEAR * max(number, one) for one in numbers)


def _beginning(text: str, sentences: int) -> str:
    return " ".join(_SENTENCE.split(text[:_FIRST])[:sentences])
