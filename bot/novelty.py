"""What has become known of a story since a channel had it, in a few words. Pure.

It only ever brings back what would be held back: being new makes no story rank higher. In doubt nothing is new: not
what one more publisher says in the text, nor the old figure rounded, nor a date or a share in percent, of which running
stories are full. Only where it changes what an earlier article said, one publisher is enough (``bot.changed``).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

from bot.changed import NEAR, SCALES, changed, corrections, stages
from bot.model import Article, Story
from bot.names import companies, made, named
from bot.text import cut

NEW_PUBLISHERS = 2
"""So many more publishers bring a story back that the channel has had."""
CONFIRMED = 2
"""So many publishers must give a fact that stands in no title."""
SHOWN = 3
"""New facts that are named."""
_LONGEST = 40
"""Characters of a fact that is named."""
_READ, _FACTS = 20, 30
"""Later articles that are read, the latest; figures, and names, that are taken from one of them."""
_HEADLINE = 0.6
"""From this share of capitalised words on, capitals say nothing of what is a name."""

_FIGURE = re.compile(
    r"(?<![\w.,-])(?P<money>(?:US|C|A)?[$€£¥]\s?)?(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]?(?P<word>(?i:thousand|million|billion|trillion|bn|mn|tn))|(?P<letter>[kKmMbBT]))?(?![\w%])"
    r"(?P<unit>[\s-](?i:dollars|euros|pounds|yuan|yen|won|rupees|people|employees|workers|jobs|staff|users|customers|"
    r"subscribers|developers|tokens|parameters|[GCT]PUs|chips|servers|gigawatts?|megawatts?|[GM]W|shares|lawsuits)\b)?"
)
_CAPITALISED = r"[A-Z][\w’'-]{0,20}[a-z][\w’'-]{0,20}"
_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s{_CAPITALISED})+")
_VERSION = re.compile(r"\b[A-Z][A-Za-z]+(?:-|\s)?\d+(?:\.\d+)*[A-Za-z]?\b")
_NO_VERSION = re.compile(r"(?i)(?:q[1-4]|fy|covid|iso|day|top|part|chapter|phase|series|version|week|page|figure)\W?\d")
_STARTS = re.compile(r"(?:^|[.!?…:;“”\"•|\n])\s*$")
_ROLES = re.compile(
    r"\b(?:Chief|Executive|Officer|President|Vice|Chair(?:man|woman)?|Senator|Judge|Justice|Prime|Minister|Secretary|"
    r"Director|General|Manager|Professor|Founder|Mr|Mrs|Ms|Dr|The|This|That|In|On|At|For|And|But|With|From|After|"
    r"Before|January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_NO_NEWS = re.compile(
    r"(?i)^(?:read more|sign up|new york|san francisco|silicon valley|wall street|white house|"
    r"united (?:states|kingdom)|artificial intelligence|machine learning|large language models?|"
    r"associated press|getty images|hacker news)"
)


@dataclass(frozen=True, slots=True)
class _Fact:
    """A figure or a name, as it was said and as it is compared."""

    said: str
    figure: float | None = None
    """None: it is a name."""

    def is_same(self, other: "_Fact") -> bool:
        if self.figure is None or other.figure is None:
            return self.figure is other.figure and self.said.casefold() == other.said.casefold()
        return abs(self.figure - other.figure) <= NEAR * max(self.figure, other.figure)


class _Known:
    """What the text of the earlier articles has."""

    def __init__(self, text: str, figures: Sequence[float]) -> None:
        self._text = text.casefold()
        self._companies = companies(text)
        self._figures = figures

    def has(self, one: _Fact) -> bool:
        """A figure nearly; a name whole, or its last word."""
        if one.figure is None:
            return one.said in self._companies or one.said.split()[-1].casefold() in self._text
        place = bisect_left(self._figures, one.figure * (1 - NEAR))
        return place < len(self._figures) and one.is_same(_Fact("", self._figures[place]))


def news_since(story: Story, when: datetime, had: int) -> str:
    """What is new in *story* since it was posted: ``new: $17 billion, Jensen Huang · now 5 publishers, 2 when posted``.

    Args:
        story: as it is now.
        when: the instant at which the edition was composed that had it last.
        had: how many publishers the post named.

    Returns:
        The words; empty if too little is new for it to come back.
    """
    facts = new_facts(story, when)
    if not facts and story.publishers < had + NEW_PUBLISHERS:
        return ""
    now = f"now {story.publishers} publisher{'' if story.publishers == 1 else 's'}, {had} when posted"
    return " · ".join(
        [
            *([f"new: {', '.join(facts[:SHOWN])}"] if facts else []),
            *([now] if story.publishers > had else []),
        ]
    )


def withheld(story: Story, when: datetime) -> str:
    """Why *story* does not come back that was posted last at *when*: ``2 articles came in since, with no figure or name
    that counts as new``.
    """
    came = sum(one.news_at > when for one in story.articles)
    if not came:
        return "no article came in since"
    return f"{came} article{'' if came == 1 else 's'} came in since, with no figure or name that counts as new"


def new_facts(story: Story, when: datetime) -> tuple[str, ...]:
    """Figures and names that articles which became news after *when* give, in a title or by two publishers, and that no
    earlier one gave, and what they change or correct: corrections first, then changed figures, then others, those of
    titles first, then names.
    """
    fresh = _fresh(story, when)
    earlier = tuple(one for one in story.articles if one.news_at <= when)
    return _new(fresh, earlier) if fresh and earlier else ()


@lru_cache(maxsize=512)
def _new(fresh: Sequence[Article], earlier: Sequence[Article]) -> tuple[str, ...]:
    """Kept, because on one morning thousands of channels have had the same story at about the same time."""
    text = "\n".join(f"{one.title}\n{one.extract}" for one in earlier)
    own = {one.source.name.casefold() for one in (*fresh, *earlier)}
    known = _Known(text, sorted(one.figure for one in _figures(text, is_any=True) if one.figure is not None))
    told = [one for one in _given(fresh[-_READ:]) if not known.has(one) and not _is_publisher(one, own)]
    ordered: list[_Fact] = []
    for one in (*(_Fact(*one) for one in changed(fresh, earlier)), *sorted(told, key=lambda one: one.figure is None)):
        if not any(one.is_same(other) for other in ordered):
            ordered.append(one)
    return tuple(
        cut(one, _LONGEST)
        for one in (*corrections(fresh, earlier), *stages(fresh, earlier), *(one.said for one in ordered))
    )


def _fresh(story: Story, when: datetime) -> tuple[Article, ...]:
    return tuple(one for one in story.articles if one.news_at > when and one.key not in story.copies)


def _given(fresh: Sequence[Article]) -> list[_Fact]:
    """What the titles of *fresh* say, then what the extracts of two publishers do; each once."""
    by_publisher: dict[str, list[_Fact]] = {}
    for article in fresh:
        said = by_publisher.setdefault(article.source.domain or article.source.name, [])
        said += islice(_figures(article.extract), _FACTS)
        said += islice((*_products(article.extract), *_people(article.extract)), _FACTS)
    in_extracts = [one for said in by_publisher.values() for one in said]
    in_titles = [fact for article in fresh for fact in _of_title(article.title, in_extracts)]
    confirmed = [
        one
        for one in in_extracts
        if sum(any(one.is_same(other) for other in said) for said in by_publisher.values()) >= CONFIRMED
    ]
    once: list[_Fact] = []
    for one in (*in_titles, *confirmed):
        if not any(one.is_same(other) for other in once):
            once.append(one)
    return once


def _of_title(title: str, in_extracts: Iterable[_Fact]) -> Iterator[_Fact]:
    """Where every word of a title has a capital, only what an extract has as a name, too, is taken for one."""
    yield from _figures(title)
    yield from _products(title)
    words = [word for word in title.split()[1:] if word[:1].isalpha()]
    if sum(word[:1].isupper() for word in words) > _HEADLINE * len(words):
        yield from (one for one in in_extracts if one.figure is None and one.said in title)
    else:
        yield from _people(title)


def _figures(text: str, *, is_any: bool = False) -> Iterator[_Fact]:
    """The sums, and the numbers of something, in *text*; with *is_any* all numbers but shares."""
    for match in _FIGURE.finditer(text):
        scale = (match["word"] or match["letter"] or "").casefold()
        if is_any or scale or match["money"] or match["unit"]:
            figure = float(match["figure"].replace(",", "")) * SCALES.get(scale, 1.0)
            yield _Fact(" ".join(match[0].split()), figure)


def _products(text: str) -> Iterator[_Fact]:
    """The companies that we know, and versions of products, in *text*."""
    yield from (_Fact(company) for company in sorted(named(text)))
    for match in _VERSION.finditer(text):
        if not _NO_VERSION.match(match[0]) and (made(match[0]) or not match[0].count(" ")):
            yield _Fact(match[0])


def _people(text: str) -> Iterator[_Fact]:
    """Names of two words or more in *text*, of whomever or whatever."""
    for match in _NAME.finditer(text):
        said = match[0]
        if _STARTS.search(text, max(0, match.start() - 3), match.start()):
            said = said.partition(" ")[2]  # any word has a capital there
        for part in _ROLES.split(said):
            name = re.sub(r"['’]s?$", "", " ".join(part.split()).strip(" -’'"))
            if " " in name and not _NO_NEWS.match(name):
                yield _Fact(name)


def _is_publisher(one: _Fact, own: Iterable[str]) -> bool:
    name = one.said.casefold()
    return one.figure is None and any(name in other or (len(other) > 3 and other in name) for other in own)  # noqa: PLR2004
