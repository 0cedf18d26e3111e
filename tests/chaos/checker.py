"""Counts what arrived. It reads the platform's own store and what was ordered, and trusts neither the bot nor its
ledger: which message is which, it sees by the titles that people read in it.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.orders import COUNTED, NEWS, Order, told

_COUNT = re.compile(re.escape(COUNTED) + r"(?: once more, number (\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message as it stands in the end."""

    channel: str
    """A thread counts as the channel that it is in."""
    text: str
    """Whatever people can read in it, and perhaps more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What is there, beside what was ordered; a line each."""

    messages: int
    """That there are, of those that were ordered."""
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    outdated: tuple[str, ...]
    """Messages that carry a story as it read before it was corrected."""


def count(orders: Sequence[Order], shown: Iterable[Shown], corrections: int = 0) -> Count:
    """Compare what was ordered with what is *shown*, after so many *corrections*."""
    there: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    outdated = []
    for message in shown:
        titles = _titles(message.text)
        if titles:
            there[message.channel].append(titles)
        if COUNTED in titles and {int(found or 0) for found in _COUNT.findall(message.text)} != {corrections}:
            outdated.append(f'{message.channel}: it does not read "{told(corrections)}"')
    lost, duplicated, right = [], [], 0
    for order in orders:
        due, seen = Counter(order.messages), Counter(there.pop(order.channel, []))
        lost += [f"{order.name} ({order.channel}): {_named(one)}" for one in (due - seen).elements()]
        duplicated += [f"{order.name} ({order.channel}): {_named(one)}" for one in (seen - due).elements()]
        right += (due & seen).total()
    duplicated += [f"{channel}, where nobody ordered it: {_named(one)}" for channel in there for one in there[channel]]
    return Count(messages=right, lost=tuple(lost), duplicated=tuple(duplicated), outdated=tuple(outdated))


def states(database: Path) -> Mapping[str, str]:
    """The state of the delivery of each channel, by the channel's id, as the ledger's file has it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        found = db.execute(
            "SELECT subscription.channel, delivery.state FROM delivery "
            "JOIN subscription ON subscription.id = delivery.subscription"
        )
        return dict(found.fetchall())


def _titles(text: str) -> frozenset[str]:
    return frozenset(title for title in (*NEWS, COUNTED) if title in text)


def _named(titles: Iterable[str]) -> str:
    return " + ".join(sorted(titles))
