"""A day on Slack with everything in it that can come in."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from adapters.slack import actions, events, manifest
from bot.model import Channel, DeliveryState, Due, Standing, Story, Subscription
from bot.newsroom import Newsroom
from tests.fake_slack import FakeSlack
from tests.fake_slack.model import Delivery, View
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY
from tests.slack import ADMIN, MEMBER, Bot, furnish, slack_bot

_PLACES = {
    name: f"C{number}" for number, name in enumerate(("news", "held", "doubt", "later", "renamed", "moved"), start=11)
}
_ACTIONS = frozenset(
    name.rstrip(":")
    for name in (
        actions.SECTION,
        actions.FULL,
        actions.SHARE,
        actions.PICK,
        actions.SETUP,
        actions.POST_NOW,
        actions.PAUSE,
        actions.RESUME,
        actions.RESEND,
        actions.WISH,
        actions.HISTORY,
    )
)
_ANSWERS = ("Slack did not open the form in time.", "This has been done already.")
"""What begins an answer that comes as a direct message, where the view is gone that it was pressed in."""
_VIEWS = frozenset({actions.SETUP_VIEW, actions.CORRECTION_VIEW, actions.WITHDRAWAL_VIEW})
_SUBCOMMANDS = frozenset({"setup", "pause", "resume", "status", "test", "why", "correct", "withdraw"})


@contextlib.asynccontextmanager
async def slack_day(folder: Path) -> AsyncIterator["SlackDay"]:
    """A workspace with an admin and a member."""
    async with FakeSlack(folder / "slack", limits=False) as fake:
        furnish(fake)
        for name, channel in _PLACES.items():
            fake.add_channel(channel, name=name, members=[ADMIN, MEMBER])
        yield SlackDay(fake)


class SlackDay:
    """Implements ``tests.promises.replays.Day``."""

    name = "Slack"

    def __init__(self, fake: FakeSlack) -> None:
        self.slack = fake
        self._bot: Bot | None = None

    def life(self, folder: Path, spoil: Callable[[Newsroom], None]) -> AbstractAsyncContextManager[Bot]:
        return slack_bot(self.slack, folder, furnish=spoil)

    def came(self) -> Sequence[Delivery]:
        return tuple(self.slack.deliveries)

    def kind(self, what: Delivery) -> str:
        return _kind(what)

    def all_kinds(self) -> frozenset[str]:
        commands = {one["command"] for one in manifest.manifest()["features"]["slash_commands"]} - {"/daybrief"}
        return (
            frozenset(commands)
            | {f"/daybrief {word}" for word in _SUBCOMMANDS}
            | {f"press {name}" for name in _ACTIONS}
            | {f"form {name}" for name in _VIEWS}
            | {f"event {name}" for name in events.SUBSCRIBED}
            | {"type pick", "type zone"}
        )

    async def again(self, life: Bot, what: Delivery) -> None:
        await self.slack.redeliver(what)
        await life.door.settled()

    def shown(self) -> Iterable[tuple[str, object]]:
        for channel in self.slack.channels:
            for message in self.slack.messages(channel):
                if not message.text.startswith(_ANSWERS):
                    yield channel, (message.ts, message.thread_ts, message.text, str(message.blocks))

    def answers(self) -> int:
        direct = [one for one in self.slack.direct_messages(ADMIN) if one.text.startswith(_ANSWERS)]
        return len(self.slack.ephemerals()) + len(direct)

    async def live(self, life: Bot) -> None:
        """Everything once; what somebody does is undone or done otherwise by something later."""
        self._bot = life
        stories = [await self._story(number) for number in range(1, 6)]
        await self._look_up(stories[0])
        await self._set_up()
        await self._pause_and_resume()
        await self._wish(stories)
        await self._resend()
        await self._happen()
        await self._correct(stories[1])
        await self._withdraw(stories[2])

    # ----------------------------------------------------------------------------------------------------------

    @property
    def bot(self) -> Bot:
        assert self._bot
        return self._bot

    async def _story(self, number: int) -> Story:
        town = ("Bergen", "Oslo", "Lund", "Turku", "Kiruna")[number - 1]
        made = replace(
            STORY,
            ref="",
            title=f"Norvik opens its laboratory number {number} in {town}",
            articles=(),
            news_at=NOW - timedelta(minutes=1),
        )
        return await self.bot.room.store.archive.revise(made, reason="imported", at=NOW - timedelta(minutes=1))

    async def _typed(self, line: str, channel: str = "news", user: str = ADMIN) -> None:
        command, _, text = line.partition(" ")
        await self.slack.command(command, text, user=user, channel=_PLACES[channel])
        await self.bot.door.settled()

    async def _press(self, action: str, value: str | None = None, where: Any = None, user: str = ADMIN) -> None:  # noqa: ANN401
        """Press what is in *where*, else in the latest private answer that has it."""
        for surface in [where] if where else reversed(self.slack.ephemerals(user)):
            with contextlib.suppress(ValueError):
                await self.slack.press(surface, action, value, user=user)
                await self.bot.door.settled()
                return
        raise ValueError(f"there is nothing to press that is called {action}")

    def _view(self, user: str = ADMIN) -> View:
        return self.slack.views(user)[-1]

    async def _submit(self, values: dict[str, object]) -> None:
        await self.slack.submit(self._view(), values)
        await self.bot.door.settled()

    async def _subscribe(self, place: str, **changes: Any) -> Subscription:  # noqa: ANN401
        channel = Channel(platform="slack", workspace="T1", id=_PLACES[place], name=place)
        order = Subscription(
            id=0, channel=channel, at=time(9), timezone="UTC", days=EVERY_DAY, declared=False, since=NOW, **changes
        )
        return await self.bot.desk.office.subscribe(order)

    async def _look_up(self, story: Story) -> None:
        for line in ("/effects {}", "/brief story {}", "/brief sources {}", "/brief search Norvik", "/brief help"):
            await self._typed(line.format(story.ref), user=MEMBER)
        await self._typed("/keypoints", user=MEMBER)
        await self._typed(f"/keypoints {story.ref}", user=MEMBER)
        await self._press("section:what_changed", user=MEMBER)
        await self._press("full", user=MEMBER)
        await self._press("share:what_changed", user=MEMBER)
        await self._typed("/brief story an unheard-of kettle", user=MEMBER)
        shown = self.slack.ephemerals(MEMBER)[-1]
        await self.slack.suggest(shown, "pick:story", "norv", user=MEMBER)
        await self.slack.select(
            shown, "pick:story", {"text": {"type": "plain_text", "text": "x"}, "value": story.ref}, user=MEMBER
        )
        await self.bot.door.settled()

    async def _set_up(self) -> None:
        """Set a channel up, post at once, and change its hour."""
        await self._typed("/daybrief setup")
        await self.slack.suggest(self._view(), "zone", "new y")
        await self._submit({"hour": "07:00"})
        await self._press("post_now", where=self._view())
        await self.bot.desk.rounds.publish()
        await self._typed("/brief today")
        await self._typed("/daybrief setup")
        await self._submit({"hour": "10:30"})
        await self._typed("/daybrief status")

    async def _pause_and_resume(self) -> None:
        one = await self._subscribe("held", owner=ADMIN)
        await self._typed("/daybrief pause", "held")
        await self._typed("/daybrief resume", "held")
        await self.slack.open_home(ADMIN)
        await self.bot.door.settled()
        home = self.slack.homes["T1", ADMIN]
        await self._press("pause", str(one.id), home)
        await self._press("resume", str(one.id), home)
        await self._press("setup", "home", home)

    async def _wish(self, stories: Sequence[Story]) -> None:
        """Pin a story of tomorrow's edition, and drop it after all."""
        await self._subscribe("later")
        await self._typed("/daybrief test", "later")
        await self._typed(f"/daybrief why {stories[3].ref}", "later")
        await self._press(f"wish:pin:{stories[3].ref}")
        await self._press(f"wish:drop:{stories[3].ref}")

    async def _resend(self) -> None:
        """An edition of which nobody knows whether it arrived is sent once more."""
        one, ledger = await self._subscribe("doubt"), self.bot.room.store.ledger
        await ledger.plan([Due(subscription=one.id, date=NOW.date(), due_at=NOW, state=DeliveryState.DUE)])
        [delivery] = await self.bot.desk.channels.deliveries(subscription=one)
        claim = await ledger.claim(delivery.id, NOW, timedelta(minutes=2))
        assert claim
        await ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
        await self._typed("/daybrief status", "doubt")
        await self._press("resend", str(delivery.id))
        await self.bot.desk.rounds.publish()

    async def _happen(self) -> None:
        """What happens to channels; a name changes twice."""
        slack, closed = self.slack, await self._subscribe("renamed")
        await slack.invite("C3")
        for kind in ("channel", "group"):
            for name in ("one", "two"):
                channel = {"id": _PLACES["renamed"], "name": f"{kind}-{name}"}
                await slack.event("T1", {"type": f"{kind}_rename", "channel": channel})
                await self.bot.door.settled()
            await self.bot.room.store.subscriptions.pause(closed.id, "it was archived", by_platform=True)
            await slack.event("T1", {"type": f"{kind}_unarchive", "channel": _PLACES["renamed"]})
            await self.bot.door.settled()
        await self._subscribe("moved")
        await slack.change_channel_id(_PLACES["moved"], "C99")
        await slack.event("T1", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["B9"]}})
        await slack.event("T1", {"type": "app_uninstalled"})
        for kind in ("revoked", "granted"):
            await slack.event("T1", {"type": f"team_access_{kind}", "team_ids": ["T1"]})
        await self.bot.door.settled()
        assert (await self.bot.desk.channels.subscription("group-two")).standing is Standing.ACTIVE

    async def _correct(self, story: Story) -> None:
        """A text is corrected, and as it was after all."""
        for takeaway in ("A correction.", story.takeaway):
            await self._typed(f"/daybrief correct {story.ref}")
            await self._submit({"takeaway": takeaway})
        await self._typed(f"/keypoints {story.ref}", user=MEMBER)
        await self._press("history", story.ref, user=MEMBER)

    async def _withdraw(self, story: Story) -> None:
        """A story is withdrawn, and brought back by a correction."""
        await self._typed(f"/daybrief withdraw {story.ref}")
        await self._submit({"reason": "a hoax"})
        await self._typed(f"/daybrief correct {story.ref}")
        await self._submit({"what_changed": "It was none."})


def _kind(delivery: Delivery) -> str:
    payload = delivery.payload
    match delivery.kind, payload.get("type"):
        case "slash_commands", _:
            command, word = payload["command"], str(payload["text"]).partition(" ")[0]
            return f"{command} {word}" if command == "/daybrief" else str(command)
        case "events_api", _:
            return f"event {payload['event']['type']}"
        case _, "view_submission":
            return f"form {payload['view']['callback_id']}"
        case _, "block_suggestion":
            return f"type {str(payload['action_id']).partition(':')[0]}"
        case _:
            return f"press {str(payload['actions'][0]['action_id']).partition(':')[0]}"
