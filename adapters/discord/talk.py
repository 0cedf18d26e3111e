"""Answering on Discord: acknowledged at once, then told; whatever goes wrong, the person hears a sentence."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import discord

from adapters.discord.answers import sentence
from adapters.discord.components import Card
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.wire import view_of
from bot.errors import DaybriefError, NotFound, WrongUsage

log = logging.getLogger(__name__)

_BROKEN = "Something went wrong, and it is our fault. It is in the log of whoever runs Daybrief; please try again."
_REMEMBERED = 1_000
"""Interactions whose replay is known to be one."""

Interaction = discord.Interaction[discord.Client]


class Talk:
    """One answer for each interaction, private unless it says otherwise."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()
        self._seen: dict[int, None] = {}

    async def answer(self, interaction: Interaction, work: Callable[[], Awaitable[Sequence[Card]]]) -> None:
        """Acknowledge, let *work* find the answer, and show it to whoever asked."""
        if not self._is_new(interaction.id):
            return
        task = asyncio.current_task()
        if task:
            self._under_way.add(task)
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            for card in await self._found(work):
                await interaction.followup.send(view=view_of(card), ephemeral=True)
        except FAILURES as error:
            log.warning("an answer did not arrive: %s", post_failed(error).reason)
        finally:
            if task:
                self._under_way.discard(task)

    async def tell_all(self, interaction: Interaction, work: Callable[[], Awaitable[Sequence[Card]]]) -> None:
        """The same for everybody in the channel."""
        if not self._is_new(interaction.id):
            return
        try:
            await interaction.response.defer()
            for card in await self._found(work):
                await interaction.followup.send(view=view_of(card))
        except FAILURES as error:
            log.warning("an answer did not arrive: %s", post_failed(error).reason)

    async def drain(self, within: timedelta) -> None:
        """Finish the answers that are under way."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=within.total_seconds())

    def is_replay(self, interaction: Interaction) -> bool:
        """Whether *interaction* has been acted on; from now on it has."""
        return not self._is_new(interaction.id)

    async def _found(self, work: Callable[[], Awaitable[Sequence[Card]]]) -> Sequence[Card]:
        try:
            return await work()
        except (NotFound, WrongUsage) as mistake:
            return [sentence(str(mistake))]
        except DaybriefError as trouble:
            # Its sentence is for whoever runs the bot: it may name files and machines.
            log.error("a question was answered with an apology: %s", trouble)  # noqa: TRY400
        except FAILURES as error:
            log.warning("Discord did not say what was asked of it: %s", post_failed(error).reason)
        except Exception:
            log.exception("a question was answered with an apology")
        return [sentence(_BROKEN)]

    def _is_new(self, number: int) -> bool:
        if number in self._seen:
            return False
        self._seen[number] = None
        while len(self._seen) > _REMEMBERED:
            with contextlib.suppress(StopIteration):
                del self._seen[next(iter(self._seen))]
        return True
