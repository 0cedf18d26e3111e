"""What chaos needs of a chat: a local platform with the platform's own limits, which lives through every kill."""

import random
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Protocol

from tests.chaos.checker import Shown
from tests.chaos.people import Heard

STORM = 3.0
"""Seconds of nothing but 429."""


class Chat(Protocol):
    """Runs on a loop of its own, in a thread of this process."""

    name: str
    on_answer: Callable[[str], object]
    """Called in the platform's thread whenever it has decided about a ``post``, an ``edit``, a ``look`` at what stands
    in a channel, an ``answer`` to somebody, a word to an admin (``tell``), or any other ``call``, just before the
    platform's own answer leaves.
    """

    async def asks(self, user: str, channel: str, line: str) -> Heard:
        """A person types *line* in a channel."""

    on_arrival: Callable[[str], bool]
    """Called in the platform's thread whenever it is called, with the same words, before anything comes of it;
    whether it falls silent with that call.
    """
    admin: str
    """Who is to hear of trouble, as the configuration names people."""

    def furnish(self) -> Sequence[tuple[str, str]]:
        """Make workspaces; a person and a channel in each, where questions are asked."""

    def do(self, work: Coroutine[Any, Any, Any], timeout: float = 20) -> Any:  # noqa: ANN401
        """What *work* gives, done where the platform lives."""

    def is_reached(self) -> bool:
        """Whether a bot is connected, and people can ask."""

    def add_channel(self, wave: int, number: int) -> str:
        """A channel to be served; its id."""

    def table(self) -> str:
        """The platform's table in the configuration."""

    def place(self, channel: str) -> Mapping[str, str]:
        """The keys in the configuration that tell where a channel is."""

    def nowhere(self, number: int) -> Mapping[str, str]:
        """The same for a channel that does not exist."""

    def secrets(self) -> Mapping[str, str]:
        """What the bot finds in its environment."""

    def storm(self, chance: random.Random) -> None:
        """Answer with nothing but 429 for ``STORM`` seconds, at least in a part of the platform."""

    def hang(self, *, is_deaf: bool) -> None:
        """From now on nothing is answered or done, not even a goodbye; or all is again."""

    def accepted(self) -> int:
        """How many messages have been accepted so far."""

    def shown(self) -> Iterable[Shown]:
        """Every message as it stands now, by the platform's own store."""

    def requests(self) -> Mapping[str, int]:
        """How often posts were answered how."""

    def close(self) -> None:
        """End."""
