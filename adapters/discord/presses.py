"""Buttons that keep working after a restart and cost no memory: recognised by their custom ids alone."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from adapters.discord import answers, custom_ids, visit
from adapters.discord.admin import Admin
from adapters.discord.components import Card, button
from adapters.discord.corrections import Corrections
from adapters.discord.custom_ids import Pressed
from adapters.discord.form import Drafts, form, typed_in, values
from adapters.discord.lookups import LookUps
from adapters.discord.order import Wanted
from adapters.discord.talk import Interaction, Talk
from bot.errors import WrongUsage
from bot.model import Wish

_AMENDING = frozenset({custom_ids.CORRECTION, custom_ids.WITHDRAWAL})

Act = Callable[[Interaction, Pressed], Awaitable[None]]


def pressable(act: Act) -> type[ui.DynamicItem[ui.Button[Any]]]:
    """The one class for all our buttons, which hands each press to *act*."""

    class Button(ui.DynamicItem[ui.Button[Any]], template=custom_ids.PATTERN):
        """A button of ours, made anew for each press."""

        @classmethod
        async def from_custom_id(cls, _: Interaction, __: ui.Item[Any], match: re.Match[str], /) -> "Button":
            """The button that was pressed."""
            return cls(ui.Button(custom_id=match.string, label="…"))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Somebody pressed it."""
            if pressed := custom_ids.pressed(self.custom_id):
                await act(interaction, pressed)

    return Button


class Presses:
    """What each button and the form do."""

    def __init__(self, lookups: LookUps, admin: Admin, corrections: Corrections, talk: Talk) -> None:
        self._lookups = lookups
        self._admin = admin
        self._corrections = corrections
        self._talk = talk
        self._drafts: Drafts[Wanted] = Drafts()

    async def act(self, interaction: Interaction, pressed: Pressed) -> None:
        """Do what was pressed."""
        here = visit.of(interaction)
        first, _, rest = pressed.argument.partition("/")
        match pressed.act:
            case custom_ids.READ:
                await self._talk.answer(interaction, lambda: self._lookups.read_more(here, first))
            case custom_ids.TOPIC:
                await self._talk.answer(interaction, lambda: self._lookups.topic(here, first, rest))
            case custom_ids.SHARE:
                await self._talk.share(interaction, lambda: self._lookups.share(here, first, rest))
            case custom_ids.HELP:
                await self._talk.answer(interaction, lambda: self._lookups.helping(here))
            case custom_ids.SETUP | custom_ids.FORM:
                await self._talk.open(interaction, lambda: self._form(here), lambda: form(Wanted()))
            case custom_ids.CORRECT | custom_ids.WITHDRAW | custom_ids.HISTORY:
                await self._act_on_story(interaction, pressed)
            case custom_ids.POST_NOW:
                await self._talk.answer(interaction, lambda: self._admin.post_now(here, _number(first)))
            case custom_ids.RESEND:
                await self._talk.answer(interaction, lambda: self._admin.resend(here, _number(first)))
            case custom_ids.WISH:
                ref, _, behind = rest.partition("/")
                number, _, day = behind.partition("/")
                wish = Wish(first) if first in set(Wish) else None
                await self._talk.answer(interaction, lambda: self._admin.wish(here, wish, ref, _number(number), day))
            case _:
                await self._talk.answer(interaction, unknown)

    async def _act_on_story(self, interaction: Interaction, pressed: Pressed) -> None:
        ref, _, choice = pressed.argument.partition("/")
        if pressed.act == custom_ids.CORRECT:
            await self.open_correction(interaction, ref, choice)
        elif pressed.act == custom_ids.WITHDRAW:
            await self.open_withdrawal(interaction, ref)
        else:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._corrections.history(here, ref))

    async def came(self, interaction: Interaction) -> None:
        """Act on what discord.py leaves alone: a form that was submitted, a button that is none of ours."""
        data: Mapping[str, Any] = interaction.data or {}
        name = custom_ids.pressed(str(data.get("custom_id") or ""))
        match interaction.type:
            case discord.InteractionType.modal_submit if name and name.act == custom_ids.FORM:
                await self._talk.answer(interaction, lambda: self._submitted(interaction))
            case discord.InteractionType.modal_submit if name and name.act in _AMENDING:
                await self._talk.answer(interaction, lambda: self._amended(interaction, name))
            case discord.InteractionType.modal_submit:
                await self._talk.answer(interaction, unknown)
            case discord.InteractionType.component if name is None:
                await self._talk.answer(interaction, unknown)

    async def open_correction(self, interaction: Interaction, story: str, choice: str) -> None:
        """Open the form for what was chosen of *story*."""
        here = visit.of(interaction)
        await self._talk.open(interaction, lambda: self._corrections.correction(here, story, choice), late)

    async def open_withdrawal(self, interaction: Interaction, story: str) -> None:
        """Open the form for withdrawing *story*."""
        here = visit.of(interaction)
        await self._talk.open(interaction, lambda: self._corrections.withdrawal(here, story), late)

    async def _amended(self, interaction: Interaction, form: Pressed) -> Sequence[Card]:
        """Correct or withdraw a story as a submitted form says."""
        here, typed = visit.of(interaction), values(interaction)
        if form.act == custom_ids.CORRECTION:
            return await self._corrections.corrected(here, form.argument, typed)
        return await self._corrections.withdrawn(here, form.argument, typed)

    async def _form(self, here: visit.Visit) -> ui.Modal:
        holds = await self._admin.form(here)
        return form(self._drafts.take(here.channel, here.user) or holds)

    async def _submitted(self, interaction: Interaction) -> Sequence[Card]:
        """Set the channel up in which the form was opened; with mistakes, offer it once more as it was filled in."""
        here, wanted = visit.of(interaction), typed_in(interaction)
        try:
            return await self._admin.set_up(here, visit.target(interaction), wanted)
        except WrongUsage as mistake:
            if not here.guild:
                raise
            self._drafts.keep(here.channel, here.user, wanted)
            again = button("Open the form again", custom_ids.custom_id(custom_ids.FORM), style="primary")
            return [answers.sentence(str(mistake), again)]


def late() -> Card:
    """That a form could not be filled before Discord would have listened no more."""
    return answers.sentence("That took too long. Please try once more.")


async def unknown() -> list[Card]:
    """That something came from another version of Daybrief, or from nobody."""
    sentence = "This version of Daybrief does not know what to do with that. /brief help lists what it knows."
    return [answers.sentence(sentence)]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004  # what a database takes
