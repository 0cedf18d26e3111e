"""The Slack adapter, pointed at a Slack of ours."""

from datetime import timedelta

from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.model import Channel
from bot.ports import Clock
from tests.clock import VirtualClock
from tests.fake_slack import FakeSlack

CHANNEL = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")


def slack_platform(
    fake: FakeSlack,
    *,
    tokens: tuple[str, ...] = ("xoxb-T1",),
    timeout: timedelta = timedelta(seconds=5),
    clock: Clock | None = None,
) -> SlackPlatform:
    clock = clock or VirtualClock()
    return SlackPlatform(Workspaces(tokens, fake.api, timeout, clock), Pace(clock))
