"""The application commands: what people can type, and what is offered while they type."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import discord
from discord import app_commands

from adapters.discord import correction_forms, custom_ids, visit
from adapters.discord.admin import Admin
from adapters.discord.components import Card
from adapters.discord.failures import FAILURES
from adapters.discord.limits import CHOICE, CHOICES
from adapters.discord.lookups import LookUps
from adapters.discord.order import DAYS, Wanted
from adapters.discord.presses import Presses
from adapters.discord.talk import Interaction, Talk
from bot import zones
from bot.config.tables import MAX_STORIES
from bot.errors import DaybriefError
from bot.model import Layout, SectionName

_TOPICS = {
    "story": (custom_ids.WHOLE, "The whole story, a button for each section"),
    "changed": (SectionName.WHAT_CHANGED.value, "What changed"),
    "implications": (SectionName.STRATEGIC_IMPLICATIONS.value, "The strategic implications, marked as analysis"),
    "outlook": (SectionName.WHAT_HAPPENS_NEXT.value, "What happens next, marked as analysis"),
    "sources": (custom_ids.SOURCES, "The articles that report it"),
}
_STORY = "A ref, a number in the latest edition, words of the title, or an address"

_PATIENCE = 2.0
"""Seconds that are looked for completions: Discord listens for three."""
Found = TypeVar("Found")
log = logging.getLogger(__name__)


Place = app_commands.AppCommandChannel | app_commands.AppCommandThread


class AnyPlace(app_commands.Transformer):
    """An option for a channel of any kind that Discord's specification names; discord.py would add media channels,
    and one kind too many makes Discord refuse all commands.
    """

    type = discord.AppCommandOptionType.channel
    channel_types = [  # noqa: RUF012  # as discord.py declares it
        discord.ChannelType.text,
        discord.ChannelType.voice,
        discord.ChannelType.category,
        discord.ChannelType.news,
        discord.ChannelType.news_thread,
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
        discord.ChannelType.stage_voice,
        discord.ChannelType.forum,
    ]

    async def transform(self, _: Interaction, value: Place, /) -> Place:
        """As it came."""
        return value


class Commands:
    """Every command, hung into a client's tree."""

    def __init__(self, lookups: LookUps, admin: Admin, presses: Presses, talk: Talk) -> None:
        self._lookups = lookups
        self._admin = admin
        self._presses = presses
        self._talk = talk

    def tree(self, client: discord.Client) -> app_commands.CommandTree[discord.Client]:
        """The commands for *client*, not synced yet."""
        tree = app_commands.CommandTree(client)
        for name, section, description in (
            ("keypoints", SectionName.KEY_POINTS, "The key points of a story, each with its source"),
            ("effects", SectionName.SECOND_ORDER_EFFECTS, "The second-order effects of a story, marked as analysis"),
        ):
            tree.add_command(self._about(name, section.value, description))
        tree.add_command(self._brief())
        tree.add_command(self._daybrief())
        return tree

    def _about(self, name: str, topic: str, description: str) -> app_commands.Command[Any, ..., None]:
        """A command that takes a story."""

        @app_commands.describe(story=_STORY)
        async def command(interaction: discord.Interaction[discord.Client], story: str) -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._lookups.topic(here, story, topic))

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=description, callback=command
        )
        made.autocomplete("story")(self._stories)
        return made

    def _brief(self) -> app_commands.Group:
        group = app_commands.Group(name="brief", description="The latest edition, a story, or a search")
        for name, (topic, description) in _TOPICS.items():
            group.add_command(self._about(name, topic, description))

        @group.command(name="today", description="This channel's latest edition")
        async def today(interaction: discord.Interaction[discord.Client]) -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._lookups.today(here))

        @group.command(name="search", description="Stored stories, best first")
        @app_commands.describe(words="What to look for; also from:2026-03-01 to:2026-03-31 topic:labs")
        async def search(interaction: discord.Interaction[discord.Client], words: str) -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._lookups.search(here, words))

        @group.command(name="help", description="What can be asked, with examples from today's edition")
        async def helping(interaction: discord.Interaction[discord.Client]) -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._lookups.helping(here))

        return group

    def _daybrief(self) -> app_commands.Group:
        """For admins: a command of its own, because Discord grants permissions to whole commands only."""
        group = app_commands.Group(
            name="daybrief",
            description="For admins: set this channel up, look, pause",
            guild_only=True,
            default_permissions=discord.Permissions(manage_guild=True),
        )
        group.add_command(self._setup())
        plain: tuple[tuple[str, str, Callable[[visit.Visit], Awaitable[Sequence[Card]]]], ...] = (
            ("status", "Last and next post, and any trouble", self._admin.status),
            ("test", "The next edition, for you alone; pin or drop its stories", self._admin.test),
            ("pause", "Post nothing here until somebody resumes it", self._admin.pause),
            ("resume", "Post here again", self._admin.resume),
        )
        for name, description, act in plain:
            group.add_command(self._acting(name, description, act))
        group.add_command(self._why())
        group.add_command(self._correct())
        group.add_command(self._withdraw())
        return group

    def _acting(
        self, name: str, description: str, act: Callable[[visit.Visit], Awaitable[Sequence[Card]]]
    ) -> app_commands.Command[Any, ..., None]:
        async def command(interaction: discord.Interaction[discord.Client]) -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: act(here))

        return app_commands.Command(name=name, description=description, callback=command)

    def _why(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(story="A story; without one, why there was a post today or not")
        async def command(interaction: discord.Interaction[discord.Client], story: str = "") -> None:
            here = visit.of(interaction)
            await self._talk.answer(interaction, lambda: self._admin.why(here, story))

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="why", description="Why a story was posted here, or was not", callback=command
        )
        made.autocomplete("story")(self._stories)
        return made

    def _correct(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(story=_STORY, section="What of it is to read otherwise")
        @app_commands.choices(
            section=[
                app_commands.Choice(name=called, value=choice)
                for choice, (called, _) in correction_forms.OFFERED.items()
            ]
        )
        async def command(interaction: discord.Interaction[discord.Client], story: str, section: str) -> None:
            await self._presses.open_correction(interaction, story, section)

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="correct", description="Change a story, here and in every post that carries it", callback=command
        )
        made.autocomplete("story")(self._stories)
        return made

    def _withdraw(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(story=_STORY)
        async def command(interaction: discord.Interaction[discord.Client], story: str) -> None:
            await self._presses.open_withdrawal(interaction, story)

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="withdraw", description="Withdraw a story, here and in every post that carries it", callback=command
        )
        made.autocomplete("story")(self._stories)
        return made

    def _setup(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(
            time="The hour of the post, like 08:00",
            timezone="Type a city",
            days="Like weekdays, every day, or mon, wed",
            stories="How many a day",
            topics="Separated by commas; all by default",
            layout="All stories in messages, or each in a thread",
            channel="This one by default",
        )
        @app_commands.choices(
            layout=[
                app_commands.Choice(name="All stories in the channel", value=Layout.MESSAGE.value),
                app_commands.Choice(name="An overview, the stories in its thread", value=Layout.THREAD.value),
            ]
        )
        async def command(  # noqa: PLR0917  # discord.py passes options by name
            interaction: discord.Interaction[discord.Client],
            time: str | None = None,
            timezone: str | None = None,
            days: str | None = None,
            stories: app_commands.Range[int, 1, MAX_STORIES] | None = None,
            topics: str | None = None,
            layout: str | None = None,
            channel: app_commands.Transform[Place, AnyPlace] | None = None,
        ) -> None:
            here, target = visit.of(interaction), visit.target(interaction, channel)
            number = None if stories is None else str(stories)
            wanted = Wanted(at=time, timezone=timezone, days=days, stories=number, topics=topics, layout=layout)
            await self._talk.answer(interaction, lambda: self._admin.set_up(here, target, wanted))

        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="setup",
            description="Set this channel up or change it; without options: what holds now",
            callback=command,
        )
        made.autocomplete("timezone")(_zones)
        made.autocomplete("days")(_days)
        made.autocomplete("topics")(self._topics)
        return made

    async def _stories(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await _in_time(self._lookups.offer(visit.of(interaction), typed, CHOICES))
        return [app_commands.Choice(name=shown, value=ref) for shown, ref in found]

    async def _topics(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return _choices(await _in_time(self._admin.topics(typed)))


async def _zones(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return _choices(zones.matching(typed, CHOICES))


async def _days(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    offered = ("weekdays", "every day", *DAYS)
    return _choices([one for one in offered if typed.strip().casefold() in one.casefold()])


def _choices(names: Sequence[str]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=one, value=one) for one in names if 1 <= len(one) <= CHOICE][:CHOICES]


async def _in_time(work: Awaitable[Sequence[Found]]) -> Sequence[Found]:
    """What *work* finds; nothing if it takes so long that Discord would listen no more, or fails."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await work
    except TimeoutError:
        log.warning("a completion stays empty: finding it takes more than %.0f s", _PATIENCE)
    except DaybriefError as trouble:
        log.warning("a completion stays empty: %s", trouble)
    except Exception:
        log.exception("a completion stays empty")
    return ()


def _in_one_line(record: logging.LogRecord) -> bool:
    """A completion that comes too late is nothing to look into: whoever types on asks for the next one."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, FAILURES):
        record.msg, record.args, record.exc_info = "a completion did not arrive: %s", (type(error).__name__,), None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


logging.getLogger("discord.app_commands.tree").addFilter(_in_one_line)


def fingerprint(tree: app_commands.CommandTree[discord.Client]) -> str:
    """A name for what *tree* would sync: the same for the same commands."""
    told = [command.to_dict(tree) for command in sorted(tree.get_commands(), key=lambda one: one.name)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
