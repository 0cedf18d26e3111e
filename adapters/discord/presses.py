"""Buttons that keep working after a restart and cost no memory: recognised by their custom ids alone."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import ui

from adapters.discord import answers, custom_ids, visit
from adapters.discord.admin import Admin
from adapters.discord.components import Card
from adapters.discord.custom_ids import Pressed
from adapters.discord.lookups import LookUps
from adapters.discord.order import Wanted
from adapters.discord.talk import Interaction, Talk
from bot.model import Channel, Wish

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
    """What each button does."""

    def __init__(self, lookups: LookUps, admin: Admin, talk: Talk) -> None:
        self._lookups = lookups
        self._admin = admin
        self._talk = talk

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
                await self._talk.tell_all(interaction, lambda: self._lookups.share(here, first, rest))
            case custom_ids.HELP:
                await self._talk.answer(interaction, lambda: self._lookups.helping(here))
            case custom_ids.SETUP:
                await self._open_set_up(interaction)
            case custom_ids.POST_NOW:
                await self._talk.answer(interaction, lambda: self._admin.post_now(here, _number(first)))
            case custom_ids.RESEND:
                await self._talk.answer(interaction, lambda: self._admin.resend(here, _number(first)))
            case custom_ids.WISH:
                ref, _, number = rest.partition("/")
                wish = Wish(first) if first in set(Wish) else None
                await self._talk.answer(interaction, lambda: self._admin.wish(here, wish, ref, _number(number)))
            case _:
                await self._talk.answer(interaction, _unknown)

    async def _open_set_up(self, interaction: Interaction) -> None:
        if not self._talk.is_replay(interaction):
            await interaction.response.send_modal(SetUpForm(self._admin, self._talk))


class SetUpForm(ui.Modal, title="Set up Daybrief"):
    """The few things that a channel needs. People have no time zone on Discord, so it is asked for."""

    def __init__(self, admin: Admin, talk: Talk) -> None:
        super().__init__(timeout=900, custom_id="daybrief:form")
        self._admin = admin
        self._talk = talk
        self._fields = {
            "at": ui.TextInput[Any](default="08:00", max_length=5),
            "timezone": ui.TextInput[Any](placeholder="Europe/Berlin", max_length=60),
            "days": ui.TextInput[Any](default="weekdays", max_length=60),
            "stories": ui.TextInput[Any](default="5", max_length=2),
            "topics": ui.TextInput[Any](default="all", max_length=200, required=False),
        }
        labels = ("Hour of the morning post", "Time zone, or a city", "Days", "Stories a day", "Topics, or all")
        for label, field in zip(labels, self._fields.values(), strict=True):
            self.add_item(ui.Label(text=label, component=field))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Set the channel up in which the form was opened."""
        here = visit.of(interaction)
        typed = {name: field.value for name, field in self._fields.items()}
        stories = typed.pop("stories")
        wanted = Wanted(**typed, stories=int(stories) if stories.isdecimal() else 0)
        place = Channel(platform="discord", workspace=here.guild, id=here.channel, name=here.channel_name)
        await self._talk.answer(interaction, lambda: self._admin.set_up(here, place, wanted))


async def _unknown() -> list[Card]:
    return [answers.sentence("This version of Daybrief does not know what to do with that. /brief help lists more.")]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004  # what a database takes
