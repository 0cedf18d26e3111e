"""Servers that are spread over several connections to Discord, of one process or of several."""

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord.gateway import Gateway
from adapters.discord.pace import Pace
from adapters.discord.sessions import MOST
from tests.discord import GUILD, MEMBER, NEWS, Bot, BriskClock, discord_bot, local_discord, told, until
from tests.fake_discord import FakeDiscord, User
from tests.integration.test_discord_gateway import PatientClock
from tests.morning import NOW

ODD = str(1 << 22)
"""A server of shard 1; GUILD is of shard 0: https://docs.discord.com/developers/events/gateway#sharding"""
ODD_MEMBER, ODD_NEWS = "2900", "3900"


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as made:
        made.add_guild(ODD, users=[User(id=ODD_MEMBER)])
        made.add_channel(ODD_NEWS, guild=ODD, name="news")
        yield made


@contextlib.asynccontextmanager
async def spread(
    fake: FakeDiscord, folder: Path, *processes: Sequence[int], clock: BriskClock | None = None
) -> AsyncIterator[Bot]:
    """Processes that have these of two shards each; none named: both."""
    async with discord_bot(fake, folder) as bot, contextlib.AsyncExitStack() as stack:
        await bot.gateway.stop(timedelta())
        await fake.gateway.connected(0)
        for number, own in enumerate(processes):
            made = Gateway(
                bot.desk,
                fake.token,
                Pace(BriskClock(NOW)),
                clock or BriskClock(NOW),
                folder / f"synced-{number}" / "commands",
                shards=2,
                own_shards=own,
            )
            (folder / f"synced-{number}").mkdir(exist_ok=True)
            bot.gateway = made
            stack.push_async_callback(made.stop, timedelta(seconds=2))
            await made.start()
        yield bot


def shards_of(fake: FakeDiscord) -> list[tuple[int, int]]:
    return sorted(one.session.shard for one in fake.gateway.connections if one.session)


async def are_answered_once(fake: FakeDiscord) -> bool:
    runs = [
        await fake.command("brief help", user=person, channel=channel)
        for person, channel in ((MEMBER, NEWS), (ODD_MEMBER, ODD_NEWS))
    ]
    return all([bool(await told(run)) for run in runs]) and [run.callbacks for run in runs] == [1, 1]


@pytest.mark.parametrize("processes", [[()], [(0, 1)], [(0,), (1,)]], ids=["all", "both", "one each"])
async def test_everybody_is_answered_once_whichever_connection_has_their_server(
    fake: FakeDiscord, tmp_path: Path, processes: list[Sequence[int]]
) -> None:
    async with spread(fake, tmp_path, *processes):
        await fake.gateway.connected(2)
        await until(lambda: len(shards_of(fake)) == 2)

        assert shards_of(fake) == [(0, 2), (1, 2)]
        assert await are_answered_once(fake)


async def test_a_process_has_no_server_of_another_ones_shards(fake: FakeDiscord, tmp_path: Path) -> None:
    async with spread(fake, tmp_path, (1,)) as bot:
        await until(lambda: bot.gateway.is_ready)

        assert shards_of(fake) == [(1, 2)]
        run = await fake.command("brief help", user=ODD_MEMBER, channel=ODD_NEWS)
        assert await told(run)
        assert not fake.gateway.dispatch("GUILD_UPDATE", {"id": GUILD, "roles": []}, guild=GUILD)


async def test_a_connection_that_breaks_costs_the_other_ones_servers_nothing(fake: FakeDiscord, tmp_path: Path) -> None:
    async with spread(fake, tmp_path, ()) as bot:
        await until(lambda: bot.gateway.is_ready)
        identifies = fake.gateway.identifies
        fake.gateway.drop()

        assert await are_answered_once(fake)
        assert (fake.gateway.identifies, bot.gateway.trouble) == (identifies, "")


async def test_a_shard_waits_for_a_day_rather_than_have_the_token_reset(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = PatientClock()
    times = [(NOW - timedelta(hours=2)).isoformat()] * (MOST - 1)
    folder = tmp_path / "synced-0"
    folder.mkdir()
    (folder / "discord-sessions").write_text(json.dumps(times), encoding="utf-8")
    with caplog.at_level(logging.ERROR, logger="adapters.discord.client"):
        async with spread(fake, tmp_path, (), clock=clock):
            await until(lambda: len(shards_of(fake)) == 2)

    [waited] = [one for one in clock.waits if one > 3600]
    assert 21.9 * 3600 < waited <= 22 * 3600
    [line] = [one.getMessage() for one in caplog.records if "too many new sessions" in one.getMessage()]
    assert line.startswith("shard 1 of Discord waits for 22.0 hours")
