"""Answering on Discord: acknowledged at once, then told; whatever goes wrong, the person hears a sentence."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

import discord
from discord import ui

from adapters.discord.answers import sentence
from adapters.discord.components import Card
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.wire import in_either_form, view_of
from bot.errors import DaybriefError, NotFound, WrongUsage
from bot.ports import UNWATCHED, Watch

log = logging.getLogger(__name__)

_BROKEN = "Something went wrong, and it is our fault. It is in the log of whoever runs Daybrief; please try again."
_NOT_SHOWN = "Discord did not show the answer. Please ask once more."
_REMEMBERED = 1_000
"""Interactions whose replay is known to be one. What changes something is known for ever, by the audit log."""
_PATIENCE = 1.5
"""Seconds that are waited for something before an acknowledgement which needs it: Discord waits three."""
_TOO_LATE, _ANSWERED, _NO_WEBHOOK, _EXPIRED = 10062, 40060, 10015, 50027
_OVER = {
    _TOO_LATE: "Discord had stopped waiting for it",
    _ANSWERED: "it had been answered already",
    _NO_WEBHOOK: "the right to answer was over",
    _EXPIRED: "the right to answer was over",
}
"""Codes after which nothing more can be said: https://docs.discord.com/developers/topics/opcodes-and-status-codes"""

_RECEIVED = "received"
"""Under which it is noted in an interaction when it came."""

Interaction = discord.Interaction[discord.Client]
Work = Callable[[], Awaitable[Sequence[Card]]]
Found = TypeVar("Found")


class Talk:
    """One answer for each interaction, private unless it says otherwise."""

    def __init__(self, watch: Watch = UNWATCHED) -> None:
        self._watch = watch
        self._under_way: set[asyncio.Task[object]] = set()
        self._seen: dict[int, None] = {}

    async def answer(self, interaction: Interaction, work: Work) -> None:
        """Acknowledge, let *work* find the answer, and show it to whoever asked."""
        with self._acting(interaction) as is_new:
            thinking = interaction.response.defer
            if is_new and await self._acknowledged(interaction, thinking(ephemeral=True, thinking=True)):
                await self._show_all(interaction, await _found(work))

    async def share(self, interaction: Interaction, work: Callable[[], Awaitable[tuple[Sequence[Card], bool]]]) -> None:
        """Acknowledge a press; *work* says what is to be shown, and whether to everybody or to whoever pressed."""
        is_for_all = False

        async def cards() -> Sequence[Card]:
            nonlocal is_for_all
            found, is_for_all = await work()
            return found

        with self._acting(interaction) as is_new:
            if is_new and await self._acknowledged(interaction, interaction.response.defer()):
                found = await _found(cards)
                await self._show_all(interaction, found, is_private=not is_for_all, is_awaited=False)

    async def open(
        self,
        interaction: Interaction,
        find: Callable[[], Awaitable[ui.Modal | Card]],
        otherwise: Callable[[], ui.Modal | Card],
    ) -> None:
        """Open the form that *find* finds; *otherwise* if it takes too long. A card or an error is told instead.

        Discord takes a form as an acknowledgement only, so that nothing can be said before it.
        """
        with self._acting(interaction) as is_new:
            if not is_new:
                return
            try:
                async with asyncio.timeout(_PATIENCE):
                    form = await find()
            except TimeoutError:
                form = otherwise()
            except Exception as error:  # noqa: BLE001  # told and logged
                form = sentence(_apology(error))
            if isinstance(form, Card):
                told = interaction.response.send_message(view=view_of(form), ephemeral=True)
                await self._acknowledged(interaction, told)
                return
            # A form that could still be submitted would stay in discord.py's memory; ours are known by their names.
            form.stop()
            await self._acknowledged(interaction, interaction.response.send_modal(form))

    async def drain(self, within: timedelta) -> None:
        """Finish the answers that are under way."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=within.total_seconds())

    @contextlib.contextmanager
    def _acting(self, interaction: Interaction) -> Iterator[bool]:
        """Whether *interaction* has not been acted on before; meanwhile :meth:`drain` waits for whoever acts."""
        task = asyncio.current_task()
        if task:
            self._under_way.add(task)
        try:
            yield self._is_new(interaction.id)
        finally:
            if task:
                self._under_way.discard(task)

    async def _show_all(
        self, interaction: Interaction, cards: Sequence[Card], *, is_private: bool = True, is_awaited: bool = True
    ) -> None:
        """Show *cards* in order. *is_awaited*: the person sees that we are thinking until the first of them comes."""
        for card in cards:
            try:
                await in_either_form(partial(interaction.followup.send, ephemeral=is_private), card)
            except FAILURES as error:
                log.warning("an answer did not arrive: %s", _reason(error))
                if getattr(error, "code", None) not in _OVER:
                    await _tell_plainly(interaction, is_awaited=is_awaited)
                return
            is_awaited = False

    async def _acknowledged(self, interaction: Interaction, saying: Awaitable[object]) -> bool:
        """Whether Discord took the acknowledgement. If not, nothing is done: the person is told so by Discord."""
        try:
            await saying
        except FAILURES as error:
            log.warning("something done on Discord could not be acknowledged: %s", _reason(error))
            return False
        if came := interaction.extras.get(_RECEIVED):
            self._watch.acknowledged(timedelta(seconds=time.monotonic() - came))
        return True

    def _is_new(self, number: int) -> bool:
        if number in self._seen:
            return False
        self._seen[number] = None
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True


def received(interaction: Interaction) -> None:
    """Note that *interaction* has come at this moment."""
    interaction.extras[_RECEIVED] = time.monotonic()


async def _tell_plainly(interaction: Interaction, *, is_awaited: bool) -> None:
    """A sentence without anything that could be refused; whoever still sees that we are thinking sees it instead."""
    with contextlib.suppress(*FAILURES):
        if is_awaited:
            await interaction.edit_original_response(content=_NOT_SHOWN)
        else:
            await interaction.followup.send(content=_NOT_SHOWN, ephemeral=True)


async def _found(work: Work) -> Sequence[Card]:
    try:
        return await work()
    except Exception as error:  # noqa: BLE001  # told and logged
        return [sentence(_apology(error))]


def _apology(error: Exception) -> str:
    """What the person hears of *error*, which is logged if it is not theirs."""
    match error:
        case NotFound() | WrongUsage():
            return str(error)
        case DaybriefError():
            # Its sentence is for whoever runs the bot: it may name files and machines.
            log.error("a question was answered with an apology: %s", error)
        case _ if isinstance(error, FAILURES):
            log.warning("Discord did not say what was asked of it: %s", _reason(error))
        case _:
            log.error("a question was answered with an apology", exc_info=error)
    return _BROKEN


def _reason(error: Exception) -> str:
    return _OVER.get(getattr(error, "code", 0)) or post_failed(error).reason
