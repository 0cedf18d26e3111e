"""A platform in memory: what it holds is the truth that measurements count by."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.model import Channel, Edition, Notice, Receipt
from bot.ports import Rendering


@dataclass(slots=True)
class Message:
    """As its readers see it."""

    channel: str
    date: date
    part: int
    key: str
    """The bot's own; nothing is counted by it."""
    text: str


class Board:
    """Implements ``bot.ports.Platform``; takes whatever is posted, as often as it is posted."""

    paces_as_one = False

    def __init__(self, name: str = "terminal") -> None:
        self.name = name
        self.messages: list[Message] = []
        self.notices: list[Notice] = []
        self.on_post: Callable[[], object] = lambda: None

    def posts(self) -> Counter[tuple[str, date, int]]:
        """How many messages a channel has of each part of each date's edition, as somebody counts who reads them."""
        return Counter((one.channel, one.date, one.part) for one in self.messages)

    def parts(self, edition: Edition) -> int:
        return 1

    def render(self, edition: Edition) -> Rendering:
        return Rendering(text=_text(edition), payloads=({"text": _text(edition)},))

    async def turn(self, channel: Channel) -> timedelta:
        return timedelta()

    def remembers(self, channel: Channel) -> timedelta:
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        self.on_post()
        made = Message(channel=edition.channel.id, date=edition.date, part=part, key=key, text=_text(edition))
        self.messages.append(made)
        return Receipt(part=part, messages=(str(len(self.messages) - 1),))

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        for number, one in enumerate(self.messages):
            if (one.channel, one.key) == (channel.id, key):
                return Receipt(part=part, messages=(str(number),))
        return None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        self.messages[int(receipt.messages[0])].text = _text(edition)

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        self.notices.append(notice)

    def tokens(self) -> Mapping[str, str]:
        return {}

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        return ()


def _text(edition: Edition) -> str:
    return "\n".join(story.title for story in edition.stories)
