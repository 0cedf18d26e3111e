"""What the publishers of a story tell differently: other amounts of the same thing, or other acts. Pure.

Only titles and first sentences are read: there each publisher says what it takes the news to be. A dispute that is none
is worse than one that goes unsaid, so whatever may have another reason is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from adapters.analyst.amounts import Amount, amounts_in
from adapters.analyst.choosing import words_of
from adapters.analyst.sentences import bared, split
from bot.model import Article, Dispute, Version

MOST = 2
"""Disputes of a story."""
LEADING = 2
"""Sentences of an extract that are read."""
AT_ONCE = timedelta(hours=48)
"""What was reported at other times may have changed in between."""
_SIDES = 3
"""More figures for one thing than these are several things."""
_FARTHEST, _FARTHEST_PLAIN = 3, 4
"""How many times as great as the smallest the greatest figure may be; beyond, they are figures of different things. The
second for prices and counts, which are told of one thing.
"""
_SHARED = 2
"""Words, the figures left out, that two sentences must share to be about the same."""
_MOST_ARTICLES = 100

_HEDGED = re.compile(
    r"\b(?:in talks|talks|considers?|considering|mulls?|mulling|weighs?|weighing|seeks?|seeking|could|may|might|would|"
    r"reportedly|rumou?red|plans?|planning|eyes|eyeing|aims?|expects?|expected|offers?|bids?|up to|as much as)\b",
    re.IGNORECASE,
)
"""Says what may come; whoever reports what came of it does not disagree."""
_SEVERAL = re.compile(
    r"\b(?:(?:down|up) (?:from|to)|last (?:year|month|week|quarter)|a year (?:ago|earlier)|range|between|versus|vs|"
    r"compared|another|more than half|averag\w+|target)\b",
    re.IGNORECASE,
)
"""Says that a price or a count has another beside it."""
_MOVES = re.compile(
    r"\b(?:shares?|stocks?|gold|silver|copper|oil|gas|gasoline|fuel|barrel|gallon|bitcoin|ether|crypto\w*|futures|index|"
    r"market|PT|(?:ris|slid|declin|rais|lower|reduc|clos|trad)(?:e[sd]?|ing)|(?:fall|drop|jump|climb|gain|end|hit|top|beat|"
    r"post|surg|soar|sink|add)(?:e?s|ed|ing)?|fell|rose|sank|discounts?|off|sales?|saves?|coupon|tiers?)\b",
    re.IGNORECASE,
)
"""Says that a price is another one every day, or in every shop."""
_OF_PRICES = frozenset({"cost", "price", "priced", "pay", "sell", "sold", "buy"})
"""Words that all prices share."""
_LICENCE = re.compile(
    r"\b(?:licen[cs]ing (?:deal|agreement|pact|arrangement)|licen[cs]e (?:deal|agreement|pact)|licen[cs]es|licen[cs]ed|"
    r"to licen[cs]e)\b(?! (?:under|by the))",
    re.IGNORECASE,
)
_PURCHASE = re.compile(
    r"\b(?:buys|buying|bought|to buy|acquires|acquired|acquiring|to acquire|acquisition|purchases|purchased|"
    r"to purchase|takes over|takeover|take over)\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(r"\b(?:confirms|confirmed)\b", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:denies|denied|dismisses|dismissed|rejects reports|refutes|refuted)\b", re.IGNORECASE)
_ACTS = ((_LICENCE, _PURCHASE, 1), (_CONFIRMS, _DENIES, 2))
"""Two acts that exclude one another, and how many words after them must be shared, beside the names."""
_NOT_NEWS = re.compile(r"\bnot\b|n[’']t\b|\bwithout\b|\binstead of\b|\brather than\b|\bno\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w’'-]+")


@dataclass(frozen=True, slots=True)
class _Line:
    """A title or a first sentence."""

    text: str
    article: Article

    @property
    def publisher(self) -> str:
        return self.article.source.domain or self.article.source.name


@dataclass(frozen=True, slots=True)
class _Side:
    """What one publisher says."""

    said: str
    line: _Line
    amount: Amount | None = None


def disputes(articles: Sequence[Article]) -> tuple[Dispute, ...]:
    """At most two things that the publishers of *articles* tell differently, amounts first."""
    newest = max((article.news_at for article in articles), default=None)
    if newest is None or len({article.source.domain or article.source.name for article in articles}) < len("ab"):
        return ()
    recent = [article for article in articles if newest - article.news_at <= AT_ONCE][:_MOST_ARTICLES]
    lines = [line for article in recent for line in _lines(article)]
    return tuple([*_over_amounts(lines), *_over_acts(lines)][:MOST])


def _lines(article: Article) -> Iterator[_Line]:
    yield _Line(article.title, article)
    for sentence in split(article.extract[:2000])[:LEADING]:
        yield _Line(bared(sentence), article)


def _over_amounts(lines: Iterable[_Line]) -> Iterator[Dispute]:
    by_thing: dict[tuple[str, str], list[_Side]] = {}
    for line in lines:
        for amount in amounts_in(line.text):
            if not (amount.is_plain and _is_one_of_several(amount, line.text)):
                by_thing.setdefault((amount.unit, amount.thing), []).append(_Side(amount.said, line, amount))
    for (unit, thing), sides in by_thing.items():
        named = [other for other in by_thing if other[0] == unit and other[1]]
        if thing:
            # A number of which nothing is said counts the same, where nothing else of its kind is counted.
            yield from _over(_one_each(sides + (by_thing.get((unit, ""), []) if len(named) == 1 else [])))
        elif not named:
            yield from _over(_one_each(sides))


def _is_one_of_several(amount: Amount, text: str) -> bool:
    return bool(_SEVERAL.search(text) or (amount.is_price and _MOVES.search(text)))


def _one_each(sides: Iterable[_Side]) -> list[_Side]:
    """The first of each publisher, without the publishers that name several figures for one thing."""
    by_publisher: dict[str, list[_Side]] = {}
    for side in sides:
        by_publisher.setdefault(side.line.publisher, []).append(side)
    return [own[0] for own in by_publisher.values() if all(_agree(own[0], other) for other in own[1:])]


def _over(sides: Sequence[_Side]) -> Iterator[Dispute]:
    """The dispute between *sides*, one of each publisher, if there is one."""
    groups: list[list[_Side]] = []
    for side in sides:
        for group in groups:
            if _agree(side, group[0]):
                group.append(side)
                break
        else:
            groups.append([side])
    firsts = [group[0] for group in groups]
    if 1 < len(groups) <= _SIDES and all(_may_differ(one, other) for one, other in combinations(firsts, 2)):
        yield Dispute(versions=tuple(_version(group) for group in groups))


def _agree(one: _Side, other: _Side) -> bool:
    if one.amount is None or other.amount is None:
        return one.said == other.said
    return one.amount.agrees_with(other.amount)


def _may_differ(one: _Side, other: _Side) -> bool:
    """Whether two different figures can be meant for the same."""
    amounts = [side.amount for side in (one, other) if side.amount]
    values, plain = [amount.value for amount in amounts], any(amount.is_plain for amount in amounts)
    shared = {word for word in words_of(one.line.text) & words_of(other.line.text) if not word.isdigit()}
    shared -= _OF_PRICES if plain else set()
    hedged = [bool(_HEDGED.search(side.line.text)) for side in (one, other)]
    near = max(values) <= (_FARTHEST_PLAIN if plain else _FARTHEST) * min(values)
    return near and len(shared) >= _SHARED and hedged[0] == hedged[1]


def _over_acts(lines: Sequence[_Line]) -> Iterator[Dispute]:
    for act, opposite, shared in _ACTS:
        sides = {True: _doing(act, opposite, lines), False: _doing(opposite, act, lines)}
        both = sides[True].keys() & sides[False].keys()
        ours, theirs = ([side for name, side in sides[which].items() if name not in both] for which in (True, False))
        if ours and theirs and _are_acts_on_the_same(ours[0], theirs[0], shared):
            yield Dispute(versions=(_version(ours), _version(theirs)))


def _doing(act: re.Pattern[str], opposite: re.Pattern[str], lines: Sequence[_Line]) -> Mapping[str, _Side]:
    """The publishers that say *act* and nowhere say *opposite*, with the first line in which they do."""
    found: dict[str, _Side] = {}
    for line in lines:
        if (match := act.search(line.text)) and not _NOT_NEWS.search(line.text):
            found.setdefault(line.publisher, _Side(match[0], line))
    other = {line.publisher for line in lines if opposite.search(line.text)}
    return {name: side for name, side in found.items() if name not in other}


def _are_acts_on_the_same(one: _Side, other: _Side, words: int) -> bool:
    names = {*_NAME.findall(one.line.text)} & {*_NAME.findall(other.line.text)}
    after = [words_of(side.line.text.partition(side.said)[2]) for side in (one, other)]
    hedged = [bool(_HEDGED.search(side.line.text)) for side in (one, other)]
    return len(names) >= _SHARED and len(after[0] & after[1]) >= words and hedged[0] == hedged[1]


def _version(sides: Sequence[_Side]) -> Version:
    names = dict.fromkeys(side.line.article.source.name for side in sides)
    return Version(said=sides[0].said, sources=tuple(names))
