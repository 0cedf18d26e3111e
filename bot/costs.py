"""What models cost in a day, in all and for each story, as people read it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.ports import Expense
from bot.wording import counted

_MILLION = 1_000_000
_NAMED = 5
"""Stories that are named before the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the calls for one story cost, or all those of a day."""

    ref: str = ""
    """Empty: for several stories at once."""
    microdollars: int = 0
    calls: int = 0

    @property
    def usd(self) -> float:
        """In dollars."""
        return self.microdollars / _MILLION


def total(expenses: Iterable[Expense]) -> Cost:
    """What all *expenses* come to; a call that has not ended counts with what is reserved for it."""
    amounts = [one.microdollars for one in expenses]
    return Cost(microdollars=sum(amounts), calls=len(amounts))


def by_story(expenses: Iterable[Expense]) -> tuple[Cost, ...]:
    """The same for each story, the dearest first."""
    found: dict[str, Cost] = {}
    for one in expenses:
        had = found.get(one.ref, Cost(ref=one.ref))
        found[one.ref] = Cost(ref=one.ref, microdollars=had.microdollars + one.microdollars, calls=had.calls + 1)
    return tuple(sorted(found.values(), key=lambda cost: (-cost.microdollars, cost.ref)))


def line(expenses: Iterable[Expense], cap_usd: float, *, is_free: bool = False) -> str:
    """``today: $0.0123 of $1.00, 7 calls; K7Q4 $0.0040, several at once $0.0010``; what cost nothing is not named.

    *is_free*: so is the model that is asked now; another one may have been asked before, on the same day.
    """
    made = tuple(expenses)
    day = total(made)
    paid = "free" if is_free and not day.microdollars else f"{_dollars(day)} of ${cap_usd:.2f}"
    said = f"today: {paid}, {counted(day.calls, 'call')}"
    if waiting := sum(1 for one in made if not one.is_settled):
        said += f" ({counted(waiting, 'call')} of unknown outcome, at what it may cost)"
    stories = [one for one in by_story(made) if one.microdollars]
    named = [f"{one.ref or 'several at once'} {_dollars(one)}" for one in stories[:_NAMED]]
    rest = len(stories) - len(named)
    return f"{said}; {', '.join(named)}{f' and {rest} more' if rest else ''}" if named else said


def _dollars(cost: Cost) -> str:
    """To the hundredth of a cent: a call of a small model costs a few of those."""
    return f"${cost.usd:.4f}"
