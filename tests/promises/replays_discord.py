"""A day on Discord with everything in it that can come in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from adapters.discord import custom_ids
from bot.model import Channel, DeliveryState, Due, Feed, Standing, Story, Subscription
from bot.newsroom import Newsroom
from tests.discord import ADMIN, GUILD, MEMBER, NEWS, Bot, discord_bot, local_discord, until
from tests.fake_discord import FakeDiscord, Interaction, User
from tests.morning import NOW
from tests.newsroom import EVERY_DAY

_PLACES = {"held": "3011", "doubt": "3012", "later": "3013", "renamed": "3014", "closed": "3015"}
_NEW = "1005"
"""A server that invites us on this day."""
_ABOUT = ("story", "changed", "implications", "outlook", "sources")
_COMMANDS = frozenset(
    {
        *("keypoints", "effects", "brief today", "brief search", "brief help"),
        *(f"brief {name}" for name in _ABOUT),
        *(f"daybrief {name}" for name in ["setup", "pause", "resume", "status", "test", "why", "correct", "withdraw"]),
    }
)
_FORMS = frozenset({custom_ids.FORM, custom_ids.CORRECTION, custom_ids.WITHDRAWAL})
_BUTTONS = frozenset(
    {
        custom_ids.READ,
        custom_ids.TOPIC,
        custom_ids.SHARE,
        custom_ids.SETUP,
        custom_ids.FORM,
        custom_ids.POST_NOW,
        custom_ids.RESEND,
        custom_ids.WISH,
        custom_ids.CORRECT,
        custom_ids.WITHDRAW,
        custom_ids.HISTORY,
    }
)
_EVENTS = frozenset(
    {
        *("GUILD_CREATE", "GUILD_DELETE", "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE"),
        *("CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_UPDATE"),
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """What the gateway told of."""

    name: str
    data: dict[str, Any]
    guild: str
    intent: int


@contextlib.asynccontextmanager
async def discord_day(folder: Path) -> AsyncIterator["DiscordDay"]:
    """A server with an admin and a member, and one that does not know us yet."""
    async with local_discord(folder) as fake:
        for name, channel in _PLACES.items():
            fake.add_channel(channel, guild=GUILD, name=name)
        fake.add_guild(_NEW, name="New", users=[User(id="2050", name="nil")])
        fake.add_channel("3050", guild=_NEW, name="general")
        fake.guilds[_NEW].is_member = False
        yield DiscordDay(fake)


class DiscordDay:
    """Implements ``tests.promises.replays.Day``."""

    name = "Discord"

    def __init__(self, fake: FakeDiscord) -> None:
        self.discord = fake
        self._bot: Bot | None = None
        self._events: list[Event] = []
        dispatch = fake.dispatch

        def noted(name: str, data: dict[str, Any], guild: str, intent: int) -> None:
            self._events.append(Event(name, data, guild, intent))
            dispatch(name, data, guild, intent)

        fake.dispatch = noted

    def life(self, folder: Path, spoil: Callable[[Newsroom], None]) -> AbstractAsyncContextManager[Bot]:
        return discord_bot(self.discord, folder, furnish=spoil)

    def came(self) -> Sequence[Interaction | Event]:
        return (*self.discord.runs, *(one for one in self._events if one.name in _EVENTS))

    def kind(self, what: Interaction | Event) -> str:
        return _kind(what)

    def all_kinds(self) -> frozenset[str]:
        return (
            frozenset(f"/{name}" for name in _COMMANDS)
            | {f"press {name}" for name in _BUTTONS}
            | {f"form {name}" for name in _FORMS}
            | {f"event {name}" for name in _EVENTS}
            | {f"type {name}" for name in ("story", "timezone", "days", "topics")}
        )

    async def again(self, life: Bot, what: Interaction | Event) -> None:
        if isinstance(what, Event):
            self.discord.gateway.dispatch(what.name, what.data, what.guild, what.intent)
        else:
            # As if the acknowledgement had been lost: Discord itself would take no second one.
            what.acknowledged = what.over = False
            await self.discord.replay(what)
        await self._settled()

    def shown(self) -> Iterable[tuple[str, object]]:
        for channel in self.discord.channels:
            for message in self.discord.messages(channel):
                if not message.ephemeral:
                    yield channel, (message.id, message.content, str(message.embeds), str(message.components))

    def answers(self) -> int:
        return sum(run.callbacks for run in self.discord.runs if run.kind != "autocomplete")

    async def live(self, life: Bot) -> None:
        """Everything once; what somebody does is undone or done otherwise by something later."""
        self._bot = life
        await life.desk.supply.add_feed(Feed(url="https://lab.example/feed.xml", name="Lab", topics=("labs",)))
        stories = [await self._story(number) for number in range(1, 6)]
        await self._look_up(stories[0])
        await self._set_up()
        await self._pause_and_resume()
        await self._wish(stories[3])
        await self._resend()
        await self._correct(stories[1])
        await self._withdraw(stories[2])
        await self._happen()

    # ----------------------------------------------------------------------------------------------------------

    @property
    def bot(self) -> Bot:
        assert self._bot
        return self._bot

    async def _settled(self) -> None:
        """Return once everything that was told has been heard and acted on: the gateway keeps the order."""
        beat = await self.discord.command("brief help", {}, user=MEMBER, channel=NEWS)
        self.discord.runs.remove(beat)
        await until(lambda: not any(_is_acting(task) for task in asyncio.all_tasks()))

    async def _story(self, number: int) -> Story:
        town = ("Bergen", "Oslo", "Lund", "Turku", "Kiruna")[number - 1]
        return await self.bot.story(
            title=f"Norvik opens its laboratory number {number} in {town}", articles=(), news_at=NOW
        )

    async def _typed(self, name: str, user: str = ADMIN, channel: str = NEWS, **options: object) -> Interaction:
        run = await self.discord.command(name, options, user=user, channel=channel)
        await self._settled()
        return run

    async def _press(self, where: Interaction, act: str, user: str = ADMIN) -> Interaction:
        run = await self.bot.press(where, f"daybrief:{act}", user=user)
        await self._settled()
        return run

    async def _submit(self, run: Interaction, **values: object) -> Interaction:
        done = await self.discord.submit_modal(run, values)
        await self._settled()
        return done

    async def _subscribe(self, place: str) -> Subscription:
        channel = Channel(platform="discord", workspace=GUILD, id=_PLACES[place], name=place)
        order = Subscription(
            id=0, channel=channel, at=time(9), timezone="UTC", days=EVERY_DAY, declared=False, since=NOW, owner=ADMIN
        )
        return await self.bot.desk.office.subscribe(order)

    async def _look_up(self, story: Story) -> None:
        for name in ("keypoints", "effects", *(f"brief {name}" for name in _ABOUT)):
            shown = await self._typed(name, MEMBER, story=story.ref)
        await self._typed("brief help", MEMBER)
        await self._typed("brief today", MEMBER)
        found = await self._typed("brief search", MEMBER, words="Norvik")
        shown = await self._press(found, "read", MEMBER)
        told = await self._press(shown, "topic", MEMBER)
        await self._press(told, "share", MEMBER)
        for command, options in (
            ("keypoints", {"story": "norv"}),
            ("daybrief setup", {"timezone": "new y"}),
            ("daybrief setup", {"days": "we"}),
            ("daybrief setup", {"topics": "la"}),
        ):
            await self.discord.autocomplete(command, options, user=ADMIN, channel=NEWS)

    async def _set_up(self) -> None:
        """Set a channel up, post at once, and change its hour in the form, not without a mistake."""
        empty = await self._typed("daybrief status")
        form = await self._press(empty, "setup")
        await self._submit(form, at="07:00", timezone="UTC")
        done = await self._typed("daybrief setup", time="06:00")
        await self._press(done, "post_now")
        await self.bot.desk.rounds.publish()
        wrong = await self._submit(await self._press(await self._typed("daybrief setup"), "setup"), at="25:00")
        await self._submit(await self._press(wrong, "form"), at="10:30")

    async def _pause_and_resume(self) -> None:
        await self._subscribe("held")
        await self._typed("daybrief pause", channel=_PLACES["held"])
        await self._typed("daybrief resume", channel=_PLACES["held"])

    async def _wish(self, story: Story) -> None:
        """Pin a story of the next edition, and drop it after all."""
        await self._subscribe("later")
        await self._typed("daybrief why", channel=_PLACES["later"], story=story.ref)
        shown = await self._typed("daybrief test", channel=_PLACES["later"])
        await self._press(shown, f"wish:pin/{story.ref}")
        await self._press(shown, f"wish:drop/{story.ref}")

    async def _resend(self) -> None:
        """An edition of which nobody knows whether it arrived is sent once more."""
        one, ledger = await self._subscribe("doubt"), self.bot.room.store.ledger
        await ledger.plan([Due(subscription=one.id, date=NOW.date(), due_at=NOW, state=DeliveryState.DUE)])
        [delivery] = await self.bot.desk.channels.deliveries(subscription=one)
        claim = await ledger.claim(delivery.id, NOW, timedelta(minutes=2))
        assert claim
        await ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
        await self._press(await self._typed("daybrief status", channel=_PLACES["doubt"]), "resend")
        await self.bot.desk.rounds.publish()

    async def _correct(self, story: Story) -> None:
        """A text is corrected, not without a mistake, and as it was after all."""
        form = await self._typed("daybrief correct", story=story.ref, section="title")
        wrong = await self._submit(form, title="")
        await self._submit(await self._press(wrong, "correct"), title=story.title, takeaway="A correction.")
        form = await self._typed("daybrief correct", story=story.ref, section="title")
        await self._submit(form, takeaway=story.takeaway)
        await self._press(await self._typed("keypoints", MEMBER, story=story.ref), "history", MEMBER)

    async def _withdraw(self, story: Story) -> None:
        """A story is withdrawn, and brought back by a correction."""
        await self._press(await self._typed("daybrief withdraw", story="Norvik opens a kettle number 3"), "withdraw")
        form = await self._typed("daybrief withdraw", story=story.ref)
        await self._submit(form, reason="a hoax")
        form = await self._typed("daybrief correct", story=story.ref, section="what_changed")
        await self._submit(form, what_changed="It was none.")

    async def _happen(self) -> None:
        """What happens to servers and channels. Only what an event says tells it from others, so nothing is undone."""
        fake = self.discord
        await self._subscribe("renamed")
        closed = await self._subscribe("closed")
        await self.bot.room.store.subscriptions.pause(closed.id, "no permission", by_platform=True)
        fake.invite(_NEW)
        fake.recover(GUILD)
        fake.rename(_PLACES["renamed"], "another-name")
        fake.grant(_PLACES["closed"])
        fake.change_role(GUILD, GUILD, ("view_channel", "send_messages", "read_message_history"))
        fake.change_bot_roles(GUILD, ())
        fake.archive("3007")
        fake.delete_channel("3006")
        fake.kick("1009")
        await self._settled()
        assert (await self.bot.desk.channels.subscription("closed")).standing is Standing.ACTIVE


def _is_acting(task: asyncio.Task[Any]) -> bool:
    """Whether discord.py or we ourselves act in *task* on something that has come in."""
    is_theirs = task.get_name().startswith(("discord", "CommandTree"))
    return is_theirs or getattr(task.get_coro(), "__qualname__", "").startswith("Openings.")


def _kind(came: Interaction | Event) -> str:
    if isinstance(came, Event):
        return f"event {came.name}"
    data = came.payload["data"]
    if came.kind == "component":
        return f"press {custom_ids.pressed(data['custom_id']).act}"  # type: ignore[union-attr]  # ours
    if came.kind == "modal":
        return f"form {custom_ids.pressed(data['custom_id']).act}"  # type: ignore[union-attr]  # ours
    words, options = [data["name"]], data.get("options") or []
    while options and options[0]["type"] == 1:
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    focused = next((one["name"] for one in options if one.get("focused")), "")
    return f"type {focused}" if focused else f"/{' '.join(words)}"
