"""What a simulated platform holds in the end: its messages, and what it told people in private."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Message:
    """One message that readers see, or saw."""

    number: int
    platform: str
    workspace: str
    channel: str
    key: str
    date: str
    """Of the edition, ISO."""
    part: int
    stories: tuple[tuple[str, str, str], ...]
    """(ref, title, status) of each story in it, in order, as it reads now."""
    begun_at: float
    """When the request left the bot, in seconds since the world began."""
    arrived_at: float
    deleted_at: float | None = None
    by: int = 0
    """Number of the process that posted it."""

    @property
    def id(self) -> str:
        """The platform's own."""
        return f"{self.platform}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one person was told in private; channels are named in it as ``#id``."""

    at: float
    platform: str
    person: str
    text: str


@dataclass(slots=True)
class Held:
    """All of one platform."""

    messages: list[Message] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def parts_of(channel: str, stories: int) -> int:
    """How many messages carry an edition with so many *stories*: one to three, by the channel; never an empty one
    beside others.
    """
    return min(1 + sum(channel.encode()) % 3, max(1, stories))
