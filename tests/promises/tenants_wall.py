"""A platform that remembers what every one of its messages shows."""

from collections import Counter
from zlib import crc32

from bot.model import Edition, Receipt
from tests.scripted import ScriptedPlatform, fails


class Wall(ScriptedPlatform):
    """Remembers what every message shows; refuses a change now and then for a moment.

    When it does depends on the message and on how often it was to be changed, not on who comes first: a run goes the
    same way every time.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.shows: list[Edition] = []
        self.new: list[Edition] = []
        self._asked: Counter[str] = Counter()

    def arrives(self, edition: Edition, part: int, key: str) -> Receipt:
        self.shows.append(edition)
        self.new.append(edition)
        return super().arrives(edition, part, key)

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        message = f"{edition.subscription} {edition.date}"
        self._asked[message] += 1
        if crc32(f"{message} {self._asked[message]}".encode()) % 10 == 0:
            raise fails("not_sent", "patience")
        self.shows[int(receipt.messages[0]) - 1] = edition
