"""A promise, what was measured of it, and the page that tells both. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Extent(Enum):
    """How much is measured."""

    SMALL = auto()
    """Seconds: in the tests."""
    FULL = auto()
    """As much as the promise names; minutes, for some up to an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something that people may rely on."""

    name: str
    """Of its module in ``tests.promises``."""
    title: str
    must: str
    """What a full measurement has to show."""
    reads_shared: bool = False
    """It needs the material beside the checkout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one measurement showed."""

    figures: str
    """Everything that was counted, in words: ``1,000 seeds, 71,210 deliveries: 0 lost, 0 duplicate``."""
    broken: tuple[str, ...] = ()
    """What was seen that must not be, a line each; empty: the promise held."""

    @property
    def held(self) -> bool:
        """The promise held."""
        return not self.broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measurement on record."""

    figures: str
    held: bool
    seconds: float
    day: str
    """ISO date."""
    machine: str
    """``2 processors, 24 GB``."""
    commit: str


_HEAD = """# Promises

What Daybrief promises, and what was seen when it was put to the test. `make promises` measures all of it anew and
writes this page; `make promises ONLY=daylight` one. Each is also in the ordinary tests, with smaller numbers
(`tests/promises/`).

| promise | it must show | measured | kept |
|---|---|---|---|
"""


def page(promises: Sequence[Promise], rows: Mapping[str, Row]) -> str:
    """``docs/promises.md``: a line for each of *promises*, with the latest of its *rows*, by name."""
    return _HEAD + "".join(_line(promise, rows.get(promise.name)) for promise in promises)


def _line(promise: Promise, row: Row | None) -> str:
    if row is None:
        return f"| {promise.title} | {promise.must} | never | not measured |\n"
    how = f"{row.figures}. {row.day}, {row.machine}, {_duration(row.seconds)}, `{row.commit}`"
    return f"| {promise.title} | {promise.must} | {how.replace('|', '·')} | {'yes' if row.held else '**no**'} |\n"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
