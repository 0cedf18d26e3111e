"""What the world did, in order: what a checker reads, and what must be the same when a seed runs again."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Fact = str | int | float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: float
    """Seconds since the world began, by a clock that nobody sets."""
    what: str
    facts: Mapping[str, Fact]

    def line(self) -> str:
        """For people; the same for the same seed."""
        days, rest = divmod(self.at, 86400)
        hours, rest = divmod(rest, 3600)
        minutes, seconds = divmod(rest, 60)
        told = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return (
            f"+{days:.0f}d {hours:02.0f}:{minutes:02.0f}:{int(seconds * 1000) / 1000:06.3f} {self.what} {told}".rstrip()
        )


class Journal:
    """Grows; nothing in it changes."""

    def __init__(
        self, now: Callable[[], float], trace: Callable[[str], None] | None = None, *, hides: Sequence[str] = ()
    ) -> None:
        """No entry names what it *hides*: where things are, which is elsewhere each time that a seed is run."""
        self._now = now
        self._trace = trace
        self._hides = hides
        self.entries: list[Entry] = []

    def note(self, what: str, **facts: Fact) -> None:
        """*what* happens now."""
        entry = Entry(self._now(), what, {name: self._masked(fact) for name, fact in facts.items()})
        self.entries.append(entry)
        if self._trace:
            self._trace(entry.line())

    def _masked(self, fact: Fact) -> Fact:
        if isinstance(fact, str):
            for one in self._hides:
                fact = fact.replace(one, "~")
        return fact

    def of(self, *what: str) -> Iterator[Entry]:
        """Those of some kinds, in order."""
        return (one for one in self.entries if one.what in what)

    def digest(self) -> str:
        """A name for all that happened: equal only if every line is."""
        text = "\n".join(one.line() for one in self.entries)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
