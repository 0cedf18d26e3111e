"""What the checker finds wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was not kept."""

    promise: str
    channel: str
    date: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.channel} {self.date}: {self.sentence}"


def violation(promise: str, channel: str, day: str, sentence: str) -> Violation:
    """One, said in the order in which it is read."""
    return Violation(promise=promise, channel=channel, date=day, sentence=sentence)
