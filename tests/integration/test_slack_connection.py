"""How Slack reaches us: sockets outlive refreshes and breaks, HTTP believes nobody without a signature."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.slack.connection import PATH, Knocks, Sockets
from adapters.slack.door import Door
from adapters.slack.plain import plain_of
from bot.errors import WrongUsage
from bot.model import Story
from tests.fake_slack import FakeSlack, Fault, Forgery
from tests.fake_slack.model import Delivery
from tests.morning import NOW, STORY
from tests.slack import MEMBER, Bot, BriskClock, furnish, slack_bot


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        furnish(fake)
        yield fake


async def kept(bot: Bot) -> Story:
    return await bot.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)


async def asked(slack: FakeSlack, story: Story) -> Delivery:
    return await slack.command("/keypoints", story.ref, user=MEMBER, channel="C1")


async def test_no_command_is_lost_while_the_sockets_are_refreshed(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path) as bot:
        story = await kept(bot)
        for _ in range(3):
            await slack.sockets.refresh()
            run = await asked(slack, story)
            assert run.acknowledged, run.error
            await run.wait_answers(1)


async def test_a_command_is_answered_though_slack_has_not_told_whose_the_token_is(
    slack: FakeSlack, tmp_path: Path
) -> None:
    slack.next_faults("auth.test", [Fault.TOO_MANY] * 3)
    async with slack_bot(slack, tmp_path) as bot:
        story = await kept(bot)
        run = await asked(slack, story)
        [answer] = await run.wait_answers(1)

    assert "It hires thirty people." in plain_of(answer["blocks"])


async def test_a_socket_that_breaks_is_opened_anew(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path) as bot:
        story = await kept(bot)
        slack.sockets.drop()
        await slack.sockets.connected(2)

        run = await asked(slack, story)

        assert run.acknowledged, run.error


async def test_a_socket_that_stays_down_is_thrown_away_for_a_new_one(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="none") as bot:
        hour = iter(range(0, 10_000_000, 30))
        slack.sockets.refuse = True
        sockets = Sockets(
            bot.door.app,
            slack.app_token,
            BriskClock(NOW),
            monotonic=lambda: float(next(hour)),
            connect_within=timedelta(seconds=0.2),
        )
        await sockets.start()
        while len([call for call in slack.calls if call.method == "apps.connections.open"]) < 3:
            await BriskClock(NOW).wait(timedelta())
        slack.sockets.refuse = False

        await slack.sockets.connected(2)
        assert await sockets.is_up()
        await sockets.stop()
    assert not await sockets.is_up()


async def test_a_wrong_app_token_keeps_nobody_from_stopping(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="none") as bot:
        sockets = Sockets(bot.door.app, "xapp-wrong", BriskClock(NOW))
        await sockets.start()
        while not slack.calls:
            await BriskClock(NOW).wait(timedelta())

        assert not await sockets.is_up()
        await sockets.stop()


@pytest.mark.parametrize("forgery", [forgery for forgery in Forgery if forgery is not Forgery.NONE])
async def test_a_request_that_is_not_surely_slacks_is_refused(
    slack: FakeSlack, tmp_path: Path, forgery: Forgery
) -> None:
    async with slack_bot(slack, tmp_path, mode="http") as bot:
        story = await kept(bot)
        slack.forge_next = forgery

        run = await asked(slack, story)

        assert run.status == 401
        assert not run.acknowledged
        assert (await asked(slack, story)).status == 200


@pytest.mark.parametrize(
    ("stamp", "body"), [("9" * 5_000, b""), ("now", b"\xff\xfe"), ("now", b"payload={bad"), ("now", b"[1]")]
)
async def test_garbage_without_a_signature_is_refused_and_leaves_no_trace(
    slack: FakeSlack, tmp_path: Path, caplog: pytest.LogCaptureFixture, stamp: str, body: bytes
) -> None:
    async with slack_bot(slack, tmp_path, mode="http") as bot, aiohttp.ClientSession() as session:
        assert isinstance(bot.connection, Knocks)
        headers = {
            "X-Slack-Request-Timestamp": str(int(time.time())) if stamp == "now" else stamp,
            "X-Slack-Signature": "v0=\u00e9",
        }
        address = f"http://127.0.0.1:{bot.connection.port}{PATH}"
        async with session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 401

    assert "Traceback" not in caplog.text


async def test_a_port_that_is_taken_is_named(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="http") as bot:
        assert isinstance(bot.connection, Knocks)
        second = Knocks(bot.door.app, bot.door.signing_secret, "127.0.0.1", bot.connection.port)

        with pytest.raises(WrongUsage, match=f"127.0.0.1:{bot.connection.port}"):
            await second.start()


async def test_slacks_own_questions_over_http_are_answered(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="http"):
        assert (await slack.ssl_check()).status == 200
        verified = await slack.url_verification("challenge-7")

    assert "challenge-7" in str(verified.ack)


async def test_without_a_signing_secret_every_request_is_refused(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="http", signing_secret="") as bot:
        story = await kept(bot)

        assert (await asked(slack, story)).status == 401
        assert isinstance(bot.door, Door)
