"""Parts of a newsroom that fail in every way that they must not, each time with a secret in what they say."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from adapters.alarm import Alarm
from bot.errors import DaybriefError
from bot.model import Article, Channel, Edition, Feed, FeedState, Notice, Reading, Receipt, SectionName, Sections, Story
from bot.ports import Draft, Rendering
from tests.clock import VirtualClock


class Saboteur:
    """Implements ``Platform``, ``FeedReader``, ``PageReader``, ``Writer``, ``Analyst`` and ``Meaning``, and none of
    them well.
    """

    name = "terminal"
    paces_as_one = False
    sections = frozenset(SectionName)

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets: Iterator[str] = itertools.cycle(secrets)
        self.failed = 0

    def _fail(self, what: object = None) -> Exception:
        """Something that nobody foresaw, and behind it something else."""
        self.failed += 1
        error = (RuntimeError, KeyError, ValueError, OSError)[self.failed % 4](f"with {next(self._secrets)}", what)
        error.__cause__ = LookupError({"Authorization": f"Bearer {next(self._secrets)}"})
        error.add_note(f"see {next(self._secrets)}")
        return error

    def parts(self, edition: Edition) -> int:
        return 1

    def render(self, edition: Edition) -> Rendering:
        raise self._fail(edition)

    async def turn(self, channel: Channel) -> timedelta:
        raise DaybriefError(f"no turn with {next(self._secrets)}")

    def remembers(self, channel: Channel) -> timedelta:
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        raise self._fail()

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        raise self._fail()

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        raise self._fail()

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        raise self._fail()

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        raise self._fail()

    async def read(self, of: Feed | Article, state: FeedState | None = None) -> Reading:
        raise self._fail(of)

    async def may_write(self) -> bool:
        raise self._fail()

    async def brief(self, story: Story, texts: Mapping[str, str]) -> Draft:
        raise self._fail()

    async def write(self, story: Story, texts: Mapping[str, str]) -> Sections:
        raise self._fail()

    async def weigh(self, stories: Sequence[Story]) -> Mapping[str, int]:
        raise self._fail()

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        raise self._fail()

    async def of(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        raise self._fail()

    async def ring(self) -> None:
        """An action of an alarm."""
        alarm = Alarm(VirtualClock())
        alarm.ring("something", self.act, every=timedelta(hours=1))
        alarm.start()
        await alarm.stop(within=timedelta(seconds=5))

    async def act(self) -> None:
        """What that one does."""
        raise self._fail()
