"""The supply: the feeds that stories are made of, and what models cost."""

from datetime import UTC

from bot.errors import WrongUsage
from bot.model import Feed, FeedState
from bot.newsroom import Newsroom
from bot.ports import Expense
from bot.redact import secrets_in


class Supply:
    """For operators."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room

    async def feeds(self) -> tuple[tuple[Feed, FeedState], ...]:
        """Every feed, and how it is doing."""
        return await self._room.feeds_with_states()

    async def add_feed(self, feed: Feed) -> bool:
        """Add a feed; False if it is there already, declared or added.

        Raises:
            WrongUsage: its address holds a secret, which the database and its copies would hold as well.
        """
        if secrets_in(feed.url):
            raise WrongUsage(
                f"the address of {feed.name} holds a secret, and what is added like this is kept in the database; "
                "declare it in the configuration instead: [[feeds]]"
            )
        if any(known.url == feed.url for known in await self._room.feeds()):
            return False
        return await self._room.store.feeds.add(feed)

    async def remove_feed(self, url: str) -> bool:
        """Remove a feed that was added by command; False if there is none."""
        return await self._room.store.feeds.remove(url)

    async def expenses(self) -> tuple[Expense, ...]:
        """What models have cost since midnight UTC, call by call."""
        return await self._room.store.spending.of_day(self._room.clock.now().astimezone(UTC).date())
