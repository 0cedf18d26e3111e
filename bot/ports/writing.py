"""Whoever writes sections, and what that may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.model import Article, Dispute, KeyPoint, Passage, SectionName, Sections, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an analyst makes of some articles about one thing."""

    title: str
    takeaway: str
    key_points: tuple[KeyPoint, ...]
    analyst: str
    what_happens_next: Passage | None = None
    """Only what the sources themselves say of dates to come."""
    disputes: tuple[Dispute, ...] = ()
    """What the sources tell differently."""
    dropped: int = 0
    """Points that were written and did not pass the gate."""


class Analyst(Protocol):
    """Writes what the post shows of a story."""

    async def draft(self, stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
        """One draft for each of *stories*, given as its articles (at least one each, oldest first), in the same
        order.
        """


class Writer(Protocol):
    """A model: it writes what takes judgement. All that it writes has passed the gate, and is within the budget.

    Every method but :meth:`may_write` may take a minute, and raises AnalystFailed, with the reason as a sentence for
    people, if there is nothing to be had: no answer, no usable one, nothing that passed the gate. BudgetSpent is one.
    """

    name: str
    """What readers are told: ``gpt-5-mini``."""
    sections: frozenset[SectionName]
    """What :meth:`write` can write."""

    async def may_write(self) -> bool:
        """Whether the budget of the day still takes a story."""

    async def brief(self, story: Story, texts: Mapping[str, str]) -> Draft:
        """What the post shows of *story*: title, takeaway and up to three key points.

        *texts* are full texts of its articles, as far as there are any, by the articles' keys.
        """

    async def write(self, story: Story, texts: Mapping[str, str]) -> Sections:
        """The sections of *story* that take judgement, those that passed the gate; the others are absent."""

    async def weigh(self, stories: Sequence[Story]) -> Mapping[str, int]:
        """How significant each of *stories* is to people who work with AI, 1 (not at all) to 5, by ref; those that it
        gave no usable number for are missing.
        """

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        """Whether each pair of articles tells of the same event; None: it could not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """What one call of a model cost."""

    at: datetime
    ref: str
    """The story that it was for; empty: for several at once."""
    purpose: str
    """``brief``, ``sections``, ``weigh``, ``same event``."""
    model: str
    microdollars: int
    """Millionths of a dollar; of a call that has not ended, what was reserved for it."""
    is_settled: bool
    """False: the call has not ended, or nobody knows how; its reservation counts."""


class Spending(Protocol):
    """What models cost. Amounts are whole millionths of a dollar."""

    async def reserve(self, expense: Expense, *, day: date, cap: int) -> int | None:
        """Keep *expense* as reserved on the UTC day *day*, unless that would bring the day above *cap*; its number, or
        None. No two reservations can be above the cap together, whoever makes them.
        """

    async def settle(self, number: int, microdollars: int) -> None:
        """What the call really cost, in the place of the reservation; 0: it was surely never made."""

    async def of_day(self, day: date) -> tuple[Expense, ...]:
        """All of a UTC day, oldest first."""
