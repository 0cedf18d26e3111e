"""Whoever watches hears of what really happened: on the wire, on the loop, in the database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from bot.errors import AnalystFailed, BudgetSpent, FeedFailed, StoreTrouble
from bot.gather import gather
from bot.model import Feed, FeedState
from storage import open_store
from tests.clock import VirtualClock
from tests.discord import discord_bot, local_discord
from tests.fake_feeds import FakeFeeds, page, rss
from tests.fake_model import Reply, answering, says
from tests.fake_slack import FakeSlack, Fault
from tests.morning import NOW, STORY
from tests.newsroom import GivenFeeds, InlineWorkers, newsroom
from tests.slack import MEMBER, furnish, slack_bot
from tests.watched import Witness
from tests.writing import GOOD, writing
from tests.writing import STORY as WRITTEN


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_slack_s_answers_and_our_acknowledgements_are_heard_of(tmp_path: Path, mode: str) -> None:
    witness = Witness()
    async with FakeSlack(tmp_path / "slack", limits=False) as slack:
        furnish(slack)
        async with slack_bot(slack, tmp_path, mode=mode, watch=witness) as bot:
            await bot.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)
            run = await slack.command("/keypoints", "norvik", user=MEMBER, channel="C1")
            await run.wait_answers(1)
            await bot.door.settled()

    [[took]] = witness.of("acknowledged")
    assert isinstance(took, timedelta)
    assert timedelta() < took < timedelta(seconds=3)
    assert ["slack", "response_url", "ok"] in witness.of("asked")


async def test_slack_s_refusals_and_its_requests_for_patience_are_heard_of(tmp_path: Path) -> None:
    witness = Witness()
    async with FakeSlack(tmp_path / "slack", limits=False) as slack:
        furnish(slack)
        async with slack_bot(slack, tmp_path, mode="none", watch=witness) as bot:
            there = await bot.workspaces.of("T1")
            slack.next_faults("chat.postMessage", [Fault.TOO_MANY, Fault.DROP_BEFORE])
            for channel in ("C1", "C1", "C404"):
                with pytest.raises(Exception):  # noqa: B017, PT011  # three kinds, of the SDK and of aiohttp
                    await there.posting.chat_postMessage(channel=channel, text="x")

    assert ["slack", "auth.test", "ok"] in witness.of("asked")
    codes = [code for _, method, code in witness.of("asked") if method == "chat.postMessage"]
    assert codes == ["ratelimited", "connection", "channel_not_found"]
    assert witness.of("put_off") == [["slack"]]


async def test_discord_s_answers_sessions_and_our_acknowledgements_are_heard_of(tmp_path: Path) -> None:
    witness = Witness()
    async with local_discord(tmp_path) as discord, discord_bot(discord, tmp_path, watch=witness) as bot:
        await bot.story()
        await bot.ask("keypoints", {"story": "norvik"})

    [[took]] = witness.of("acknowledged")
    assert isinstance(took, timedelta)
    assert timedelta() < took < timedelta(seconds=3)
    assert witness.of("introduced") == [["discord"]]
    assert ["discord", "POST /interactions/{id}/{token}/callback", "ok"] in witness.of("asked")
    assert not [
        method for _, method, _ in witness.of("asked") if any(len(part) > 20 for part in str(method).split("/"))
    ]


async def test_visits_to_feeds_are_heard_of_by_their_outcome(tmp_path: Path) -> None:
    feeds, witness = GivenFeeds(), Witness()
    feeds.broken["https://b.test/feed"] = "the server answered 500"
    urls = ("https://a.test/feed", "https://b.test/feed")
    async with newsroom(tmp_path, {}, feeds=urls, reader=feeds, clock=VirtualClock(NOW)) as room:
        room.watch = witness
        await gather(room)

    assert sorted(witness.of("visited")) == [["failed"], ["read"]]


async def test_parsing_is_heard_of_whether_or_not_it_works() -> None:
    witness = Witness()
    async with FakeFeeds() as server, Http(allow_hosts=["127.0.0.1"]) as http:
        server.answers["/feed"], server.answers["/page"] = page(rss("A title")), page(b"<html>")
        reader = HttpFeedReader(http, InlineWorkers(), watch=witness)
        for path in ("/feed", "/page"):
            url = server.url(path)
            try:
                await reader.read(Feed(url=url, name="x"), FeedState(url=url))
            except FeedFailed:
                continue

    assert len(witness.of("parsed")) == 2


async def test_what_a_model_is_asked_and_what_it_costs_is_heard_of(tmp_path: Path) -> None:
    witness = Witness()
    usage = {"prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 0}
    async with writing(tmp_path, answering(says(GOOD, usage=usage)), watch=witness) as desk:
        await desk.writer.brief(WRITTEN, {})
        desk.model.script = answering(Reply(status=500))
        with pytest.raises(AnalystFailed):
            await desk.writer.brief(WRITTEN, {})

    assert witness.of("spent")[0] == [1_000, 200, 2_000]
    assert witness.of("wrote")[:2] == [["answered"], ["failed"]]
    assert [money for *_, money in witness.of("spent")[1:]] > [0]


async def test_a_budget_that_refuses_is_heard_of(tmp_path: Path) -> None:
    witness = Witness()
    async with writing(tmp_path, answering(says(GOOD)), watch=witness, daily_budget_usd=0.0) as desk:
        with pytest.raises(BudgetSpent):
            await desk.writer.brief(WRITTEN, {})

    assert witness.of("wrote") == [["refused"]]
    assert witness.of("spent") == []


async def test_a_database_that_fails_is_heard_of_by_its_kind(tmp_path: Path) -> None:
    witness = Witness()
    store = await open_store(tmp_path / "daybrief.db", witness)
    try:
        (tmp_path / "daybrief.db").write_bytes(b"no database at all" * 1_000)
        (tmp_path / "daybrief.db-wal").unlink(missing_ok=True)
        with pytest.raises(StoreTrouble):
            await store.probe(NOW)
    finally:
        await store.close()

    assert witness.of("stumbled") in ([["notadb"]], [["corrupt"]], [["ioerr"]])
