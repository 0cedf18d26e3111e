"""Every call that the bot makes in the course of a day has the arguments that Slack documents, and shapes it takes."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Channel, Layout, Subscription
from tests.clock import VirtualClock
from tests.fake_slack import FakeSlack, Fault
from tests.fake_slack.model import Json
from tests.integration.test_slack_schemas import loaded
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY
from tests.slack import ADMIN, MEMBER, Bot, furnish, slack_bot

pytestmark = pytest.mark.shared

HERE = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")
NEEDED = {
    *("auth.test", "chat.postMessage", "chat.update", "conversations.history", "conversations.info", "users.info"),
    *("views.open", "views.update", "views.publish", "chat.postEphemeral"),
}


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        furnish(fake)
        yield fake


async def test_a_days_calls_have_the_arguments_that_are_documented(
    shared: Path, slack: FakeSlack, tmp_path: Path
) -> None:
    calls = loaded(shared / "schemas/slack/validate_call.py")
    shapes = loaded(shared / "schemas/slack/validate.py")
    async with slack_bot(slack, tmp_path) as bot:
        await a_day(slack, bot)
    documented = {path.stem for path in (shared / "schemas/slack/methods").glob("*.json")}
    made = [call for call in slack.calls if call.method in documented and not call.error]

    assert {call.method for call in made} >= NEEDED
    assert [
        (one.method, wrong) for one in made if (wrong := calls.errors(one.method, without_token(one.arguments)))
    ] == []
    for call in slack.calls:
        for kind, document in shown(call.arguments):
            assert shapes.errors(document, kind) == [], call.method


def without_token(arguments: Json) -> Json:
    return {name: value for name, value in arguments.items() if name != "token"}


def shown(arguments: Json) -> Iterator[tuple[str, Json]]:
    """What people see of a call."""
    if view := parsed(arguments.get("view")):
        yield view["type"].capitalize(), view
    if blocks := parsed(arguments.get("blocks")):
        yield "Message", {"text": arguments["text"], "blocks": blocks}


def parsed(value: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    return json.loads(value) if isinstance(value, str) else value or {}


async def a_day(slack: FakeSlack, bot: Bot) -> None:
    """A channel is set up, gets its edition in spite of a break, asks, and is told of a withdrawal."""
    clock = bot.room.clock
    assert isinstance(clock, VirtualClock)
    story = await bot.room.store.archive.revise(
        replace(STORY, ref=""), reason="imported", at=NOW - timedelta(minutes=1)
    )
    await slack.command("/daybrief", "setup", user=ADMIN, channel="C1")
    await bot.door.settled()
    await slack.submit(slack.views(ADMIN)[-1], {"hour": {"hour": "09:30"}, "channels": {"channels": ["C2"]}})
    await bot.door.settled()
    order = Subscription(id=0, channel=HERE, at=time(7), timezone="UTC", days=EVERY_DAY, declared=False)
    await bot.desk.office.subscribe(replace(order, layout=Layout.THREAD, since=NOW - timedelta(hours=1)))
    slack.next_faults("chat.postMessage", [Fault.DROP_AFTER])
    for _ in range(6):
        await bot.desk.rounds.publish()
        clock.move_to(clock.now() + timedelta(minutes=1))
    overview, in_thread = slack.messages("C1")
    for line in ("/daybrief status", "/daybrief test", f"/keypoints {story.ref}", "/brief today", "/brief help"):
        command, _, text = line.partition(" ")
        await slack.command(command, text, user=ADMIN, channel="C1")
    await slack.mention("C1", MEMBER, f"{story.ref} key points", thread_ts=overview.ts)
    await slack.press(in_thread, "section:key_points", story.ref, user=MEMBER)
    await slack.press(in_thread, "full", story.ref, user=MEMBER)
    await slack.open_home(ADMIN)
    await bot.door.settled()
    await bot.desk.editing.withdraw(story, "it was a hoax")
