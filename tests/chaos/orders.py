"""What is ordered in a round of chaos: channels, wave after wave, each with what has to stand in it in the end."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NEWS = ("Norvik opens its northern lab", "Halden opens its eastern lab", "Orrery opens its southern lab")
"""The titles that nearly all channels show. None is part of another one."""
COUNTED = "Orrery counts its towns"
"""The title that a few channels show, alone; it is corrected again and again."""
THREADS = 10
"""One in so many channels gets a thread: an edition of several messages."""
COUNTERS = 61
"""One in so many channels shows what is corrected, the first of them in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One channel, which is due once."""

    channel: str
    """The platform's id."""
    wave: int
    number: int

    @property
    def name(self) -> str:
        """In the configuration."""
        return f"c{self.wave}x{self.number}"

    @property
    def is_thread(self) -> bool:
        """Its edition takes several messages."""
        return self.number % THREADS == THREADS - 1

    @property
    def titles(self) -> tuple[str, ...]:
        """What its edition shows."""
        return (COUNTED,) if self.number % COUNTERS == THREADS - 1 else NEWS

    @property
    def messages(self) -> Sequence[frozenset[str]]:
        """Which titles stand in which of its messages: all in the first, then one in each that follows in a thread."""
        first = frozenset(self.titles)
        return [first, *(frozenset({title}) for title in self.titles)] if self.is_thread else [first]

    def table(self, platform: str, hour: str, place: Mapping[str, str]) -> str:
        """Its table in the configuration."""
        keys = {
            "name": self.name,
            "platform": platform,
            "time": hour,
            "layout": "thread" if self.is_thread else "message",
            **place,
        }
        topic = "towns" if COUNTED in self.titles else "labs"
        return (
            "[[channels]]\n"
            + "".join(f'{key} = "{value}"\n' for key, value in keys.items())
            + f'topics = ["{topic}"]\n'
        )


def gone(platform: str, wave: int, hour: str, place: Mapping[str, str]) -> str:
    """The table for a channel that is due as its *wave* is, and does not exist."""
    keys = {"name": f"gone{wave}", "platform": platform, "time": hour, **place}
    return "[[channels]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items()) + 'topics = ["labs"]\n'


def quiet(platform: str, places: Iterable[Mapping[str, str]]) -> str:
    """Tables for channels that are never due, where people ask, and pause and resume what is served."""
    return "".join(
        f'[[channels]]\nname = "q{number}"\nplatform = "{platform}"\ndays = ["{_another_day()}"]\ntime = "12:00"\n'
        + "".join(f'{key} = "{value}"\n' for key, value in place.items())
        for number, place in enumerate(places)
    )


def _another_day() -> str:
    """In three days: neither what was due nor what will be is near."""
    return f"{datetime.now(UTC) + timedelta(days=3):%a}".lower()


def stories() -> str:
    """All stories, as JSON Lines to be imported."""
    return "".join(
        json.dumps({"title": title, "topics": [topic], "sections": {"key_points": ["It begins today."]}}) + "\n"
        for title, topic in [*((title, "labs") for title in NEWS), (COUNTED, "towns")]
    )


def corrected(count: int) -> str:
    """The story about towns, as its correction number *count* has it."""
    return json.dumps({"title": told(count), "topics": ["towns"], "sections": {"key_points": [f"It counts {count}."]}})


def told(count: int) -> str:
    """Its title then."""
    return f"{COUNTED} once more, number {count}" if count else COUNTED


def feed(number: int) -> str:
    """A feed with articles that no other number has."""
    items = "".join(
        f"<item><title>Orrery publishes report {number} about subject {one}</title>"
        f"<link>https://orrery.test/{number}/{one}</link><description>It has {one + 2} chapters.</description></item>"
        for one in range(20)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Norvik</title>{items}</channel></rss>"
