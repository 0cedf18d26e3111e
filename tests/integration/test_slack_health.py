"""What check says of a Slack installation: the token, the permissions, the clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.slack.health import troubles
from adapters.slack.workspaces import Workspaces
from tests.clock import VirtualClock
from tests.fake_slack import BOT_SCOPES, FakeSlack


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        fake.add_team("T1")
        yield fake


async def said(slack: FakeSlack, *tokens: str, ahead: timedelta = timedelta(), app_token: str = "") -> tuple[str, ...]:
    # Slack dates its answers by the machine's own clock, so ours has to run beside it.
    clock = VirtualClock(datetime.now(UTC) + ahead)
    workspaces = Workspaces(tokens, slack.api, timedelta(seconds=5), clock)
    try:
        return await troubles(workspaces, app_token)
    finally:
        await workspaces.close()


async def test_a_good_token_has_no_troubles(slack: FakeSlack) -> None:
    assert await said(slack, "xoxb-T1") == ()


async def test_a_wrong_token_is_named(slack: FakeSlack) -> None:
    [sentence] = await said(slack, "xoxb-wrong")

    assert sentence.startswith("The token is wrong")


@pytest.mark.parametrize("wrong", ["xapp-wrong", "xoxb-T1"])
async def test_an_app_token_that_opens_no_connection_is_named(slack: FakeSlack, wrong: str) -> None:
    [sentence] = await said(slack, "xoxb-T1", app_token=wrong)

    assert sentence.startswith("Slack does not take SLACK_APP_TOKEN")
    assert "connections:write" in sentence
    assert wrong not in sentence
    assert await said(slack, "xoxb-T1", app_token=slack.app_token) == ()


async def test_no_token_is_named(slack: FakeSlack) -> None:
    [sentence] = await said(slack)

    assert sentence.startswith("SLACK_BOT_TOKEN is not set")


async def test_a_missing_permission_is_named(slack: FakeSlack) -> None:
    slack.reinstall("T1", token="xoxb-T1", scopes=set(BOT_SCOPES) - {"commands"})

    [sentence] = await said(slack, "xoxb-T1")

    assert "the permission commands is missing" in sentence


@pytest.mark.parametrize(("minutes", "direction"), [(7, "ahead of"), (-7, "behind")])
async def test_a_clock_off_by_more_than_five_minutes_is_named(slack: FakeSlack, minutes: int, direction: str) -> None:
    [sentence] = await said(slack, "xoxb-T1", ahead=timedelta(minutes=minutes))

    assert f"7 minutes {direction} Slack's" in sentence
    assert await said(slack, "xoxb-T1", ahead=timedelta(minutes=3)) == ()


async def test_a_slack_that_is_out_of_reach_is_named(slack: FakeSlack) -> None:
    await slack.stop()

    [sentence] = await said(slack, "xoxb-T1", app_token="xapp-1")

    assert sentence == "Slack could not be reached."
