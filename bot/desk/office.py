"""The office: where channels get their orders."""

from bot import orders
from bot import publish as publishing
from bot.editor import Editor
from bot.errors import NotFound
from bot.model import Subscription, Wish
from bot.newsroom import Newsroom


class Office:
    """For admins who change something about a channel. Whether somebody may, is asked before they come here."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room

    async def subscribe(self, order: Subscription) -> Subscription:
        """Set a channel up, or change it, or resume it."""
        return await orders.subscribe(self._room, order)

    async def pause(self, subscription: Subscription, reason: str) -> None:
        """Serve the channel no more until it is resumed."""
        await orders.pause(self._room, subscription, reason)

    async def resume(self, subscription: Subscription) -> None:
        """Serve the channel again."""
        await orders.resume(self._room, subscription)

    async def retire(self, subscription: Subscription) -> None:
        """Remove the channel; what was sent to it stays on record."""
        await orders.retire(self._room, subscription)

    async def post_now(self, subscription: Subscription) -> bool:
        """Post the present local date's edition at once; it takes the place of the regular one. False: the date has
        had its edition, or is having it.
        """
        return await publishing.post_now(self._room, subscription)

    async def resend(self, delivery: int) -> bool:
        """Send a delivery once more of which nobody knows whether it arrived. False: it is not uncertain any more."""
        return await self._room.store.ledger.reopen(delivery, self._room.clock.now())

    async def wish(self, subscription: Subscription, ref: str, wish: Wish | None) -> None:
        """Pin or drop a story of the next edition; None: neither. Raises NotFound."""
        channel = subscription.channel
        story = await self._room.store.archive.by_ref(ref, workspace=channel.home)
        if story is None:
            raise NotFound(f"no story is called {ref}")
        day, _ = await Editor(self._room, self._room.instant()).next_date(subscription)
        if story.ref != ref.upper():  # it was merged since it was wished under its other name
            await self._room.store.ledger.wish(subscription.id, day, ref.upper(), None)
        await self._room.store.ledger.wish(subscription.id, day, story.ref, wish)
