"""The local Slack, as the real SDK and the real framework see it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fake_slack import FakeSlack, User


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def slack(hand: Hand) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(monotonic=hand, ack_timeout=0.3, limits=False) as fake:
        fake.add_team("T1", users=[User(id="U1", is_admin=True), User(id="U2")])
        fake.add_channel("C1", name="news", members=["U1", "U2"])
        yield fake


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token="xoxb-T1", base_url=slack.api, session=session, retry_handlers=[])


async def test_a_message_is_posted(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel="C1", text="Hello")

    assert [(m.ts, m.text) for m in slack.messages("C1")] == [(answer["ts"], "Hello")]


async def test_a_dead_channel_refuses(slack: FakeSlack, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel="C9", text="Hello")


async def test_a_command_is_acknowledged_over_a_socket(slack: FakeSlack, client: AsyncWebClient) -> None:
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.command("/keypoints")
    async def keypoints(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack("Looking")
        await respond("Found")

    handler = AsyncSocketModeHandler(app, "xapp-1")
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        run = await slack.command("/keypoints", "K7Q4", user="U1", channel="C1")
        assert run.acknowledged
        assert run.ack == {"text": "Looking"}
        assert await run.wait_answers() == [{"text": "Found"}]
        seen = {(ephemeral.text, ephemeral.via) for ephemeral in slack.ephemerals("U1", "C1")}
        assert seen == {("Looking", "ack"), ("Found", "response_url")}
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
