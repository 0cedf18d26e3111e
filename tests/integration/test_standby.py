"""Machines in their roles over one database: who rings, who follows, and whose configuration declares the channels."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.watching.metrics import Metrics
from adapters.watching.station import Station
from bot.config import Config
from bot.errors import StoreTrouble, WrongUsage
from bot.model import Channel
from bot.ports import Budget
from bot.rings import LOOK
from bot.roles import Role
from bot.wiring import House, open_house
from bot.wiring.doors import check_tokens
from bot.wiring.duties import Duties, main_rings
from bot.wiring.running import load_anew
from storage.postgres.turns import AWAY
from tests.clock import HandClock
from tests.newsroom import configuration
from tests.postgres import database, url_of

AT_LEAST = 120
"""Seconds for what takes a moment, on a machine with much else to do."""


class LookClock(HandClock):
    """Whoever stands by looks when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._rests, self._goes = asyncio.Event(), asyncio.Event()

    async def wait(self, duration: timedelta) -> None:
        if duration != LOOK:
            await super().wait(duration)
            return
        self._rests.set()
        await self._goes.wait()
        self._goes.clear()

    async def look_is_over(self) -> None:
        async with asyncio.timeout(AT_LEAST):
            await self._rests.wait()

    async def look(self) -> None:
        """One look, to its end."""
        await self.look_is_over()
        self._rests.clear()
        self._goes.set()
        await self.look_is_over()


@dataclass
class Machine:
    house: House
    duties: Duties
    clock: LookClock

    async def begin(self) -> None:
        """Stand by, and look for the first time."""
        self.duties.start()
        await self.clock.look_is_over()

    async def look(self) -> bool:
        """Whether it rings after another look."""
        await self.clock.look()
        return self.duties.is_ringing

    async def channels(self) -> set[str]:
        return {one.channel.name for one in await self.house.desk.channels.subscriptions()}

    async def is_told_to_load(self, config: Config) -> None:
        """SIGHUP."""
        await load_anew(self.house.desk.shift, lambda: config, lambda _: None, self.duties.renew)
        assert self.house.room.config is config


def settings(folder: Path, url: str, channels: int = 1) -> Config:
    plain = configuration(folder, channels=channels, environ={"DAYBRIEF_DATABASE_URL": url_of(url)})
    return replace(plain, bot=plain.bot.model_copy(update={"data_dir": folder / "data"}))


@asynccontextmanager
async def machine(folder: Path, url: str, role: Role = Role.ALARM, *, channels: int = 1) -> AsyncIterator[Machine]:
    clock = LookClock()
    async with open_house(settings(folder, url, channels), delivers=True, role=role) as house:
        house.room.clock = clock
        opened = Machine(house, Duties(house, role, Station(Metrics("0"))), clock)
        try:
            yield opened
        finally:
            await opened.duties.stop()


@pytest.fixture
def url() -> Iterator[str]:
    with database(has_queue=True) as address:
        yield address


def cut_whoever_rings(url: str) -> None:
    """The server ends the connection that holds the turn."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchall()
    assert ended == [(True,)]


# ------------------------------------------------------------------------------------------------------- who rings


async def test_of_two_alarms_one_rings_and_when_it_ends_the_other_does_as_its_own_file_declares(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine(tmp_path / "a", url) as first, machine(tmp_path / "b", url, channels=2) as second:
        await first.begin()
        await second.begin()
        assert (await first.look(), await second.look()) == (True, False)
        assert await first.channels() == {"ai-news"}

        await first.duties.stop()
        with caplog.at_level(logging.INFO):
            assert await second.look()

        assert await second.channels() == {"ai-news", "c1"}
        assert "the declared channels have changed: c1 is new" in caplog.messages


async def test_whoever_loses_the_turn_rings_no_more_and_another_one_does(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine(tmp_path / "a", url) as first, machine(tmp_path / "b", url) as second:
        await first.begin()
        await second.begin()
        cut_whoever_rings(url)

        assert not await first.look()
        assert any(line.startswith("this machine rings no more: ") for line in caplog.messages)
        assert await second.look()
        assert not await first.look()


async def test_a_lost_turn_that_nobody_else_takes_is_taken_again(url: str, tmp_path: Path) -> None:
    async with machine(tmp_path, url) as alone:
        await alone.begin()
        cut_whoever_rings(url)

        assert [await alone.look(), await alone.look()] == [False, True]


async def test_whoever_cannot_take_over_gives_the_turn_back_and_tries_again(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object, **__: object) -> None:
        raise StoreTrouble("the disk is full")

    async with machine(tmp_path / "a", url) as first, machine(tmp_path / "b", url) as second:
        with monkeypatch.context() as broken:
            broken.setattr(first.house.store.subscriptions, "declare", full)
            await first.begin()
            await first.look()
            await second.begin()
            assert (first.duties.is_ringing, second.duties.is_ringing) == (False, True)
        said = [line for line in caplog.messages if "cannot ring" in line]
        assert said == ["this machine stands by, and cannot ring: the disk is full"], "once"

        await second.duties.stop()

        assert await first.look()


# ------------------------------------------------------------------------------------- whose channels are declared


@pytest.mark.parametrize("role", [Role.WORKER, Role.SLACK, Role.DISCORD])
async def test_whoever_never_rings_declares_nothing_and_loads_all_the_rest_anew(
    url: str, tmp_path: Path, role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine(tmp_path / "a", url) as alarm, machine(tmp_path / "b", url, role, channels=3) as other:
        await alarm.begin()
        assert await other.channels() == {"ai-news"}

        with caplog.at_level(logging.INFO):
            await other.is_told_to_load(settings(tmp_path / "b", url, channels=2))

        assert await other.channels() == {"ai-news"}
        loaded = "the configuration was loaded anew; its channels are declared by the alarm whose turn it is to ring"
        assert loaded in caplog.messages


async def test_an_alarm_declares_what_it_loads_while_it_is_its_turn_and_else_when_that_comes(
    url: str, tmp_path: Path
) -> None:
    async with machine(tmp_path / "a", url) as first, machine(tmp_path / "b", url) as second:
        await first.begin()
        await second.begin()
        await first.is_told_to_load(settings(tmp_path / "a", url, channels=2))
        assert await first.channels() == {"ai-news", "c1"}

        await second.is_told_to_load(settings(tmp_path / "b", url, channels=3))
        assert await first.channels() == {"ai-news", "c1"}

        cut_whoever_rings(url)
        assert (await first.look(), await second.look()) == (False, True)
        assert await first.channels() == {"ai-news", "c1", "c2"}
        await first.is_told_to_load(settings(tmp_path / "a", url, channels=1))
        assert await first.channels() == {"ai-news", "c1", "c2"}


async def test_a_command_over_a_shared_database_reads_and_whoever_does_everything_declares(
    url: str, tmp_path: Path
) -> None:
    async with open_house(settings(tmp_path, url)) as house:
        assert await house.desk.channels.subscriptions() == ()
        assert await house.desk.channels.not_taken_up() == ("ai-news is new",)

    async with open_house(settings(tmp_path, url), delivers=True) as house:
        assert [one.channel.name for one in await house.desk.channels.subscriptions()] == ["ai-news"]
        assert await house.desk.channels.not_taken_up() == ()

    async with open_house(settings(tmp_path / "old", url, channels=0)) as house:
        assert [one.channel.name for one in await house.desk.channels.subscriptions()] == ["ai-news"]


# ----------------------------------------------------------------------------------------------------- one budget

SLACK = Budget(name="slack:T1", spacing=timedelta(seconds=1), slowest=timedelta(seconds=5))
POSTED = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")


@pytest.mark.parametrize("delivers", [False, True])
async def test_whoever_changes_posts_beside_machines_with_roles_takes_turns_with_them(
    url: str, tmp_path: Path, delivers: bool
) -> None:
    async with machine(tmp_path / "a", url, Role.WORKER) as worker:
        assert worker.house.many
        worker.house.many.turns.refused(SLACK, timedelta(minutes=5))
        await worker.house.many.turns.closed(SLACK)

        async with open_house(settings(tmp_path / "b", url), delivers=delivers) as house, asyncio.timeout(AT_LEAST):
            while (wait := await house.room.platforms["slack"].turn(POSTED)) == AWAY:
                pass  # a machine with much else to do
            assert wait > timedelta(minutes=4)


@pytest.mark.parametrize("role", [Role.ALL, Role.ALARM])
async def test_whoever_rings_forgets_budgets_that_nobody_has_asked_for(url: str, tmp_path: Path, role: Role) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO daybrief_queue.budget (name, spacing) VALUES ('slack:T1', 1)")

    async with open_house(settings(tmp_path, url), delivers=True, role=role) as house:
        for ring in main_rings(house):
            if ring.name == "forget budgets":
                await ring.action()

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT name FROM daybrief_queue.budget").fetchall() == []


async def test_who_is_alone_over_a_database_that_nobody_shares_makes_no_queue(tmp_path: Path) -> None:
    with database() as url:
        async with open_house(settings(tmp_path, url), delivers=True) as house:
            assert await house.room.platforms["slack"].turn(POSTED) == timedelta()
            assert "forget budgets" not in {one.name for one in main_rings(house)}

        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'daybrief_queue'").fetchall()
        assert found == []


# ------------------------------------------------------------------------------------------------------- listening


async def test_an_alarm_sees_a_worker_that_runs(url: str, tmp_path: Path) -> None:
    async with machine(tmp_path / "a", url) as alarm, machine(tmp_path / "b", url, Role.WORKER) as worker:
        heard = alarm.house.room.heard
        assert heard is not None
        assert await heard() == {}

        worker.duties.start()
        async with asyncio.timeout(AT_LEAST):
            while await heard() != {"terminal": True}:
                worker.duties.renew()  # rings at once
                await asyncio.sleep(0)


# -------------------------------------------------------------------------------------------------- without a token


async def test_a_worker_without_a_token_leaves_that_platform_to_others_and_says_so(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine(tmp_path, url, Role.WORKER) as worker:
        assert set(worker.house.room.platforms) == {"terminal"}

        with caplog.at_level(logging.INFO):
            check_tokens(worker.house, {"slack", "terminal"}, Role.WORKER)

    assert [(one.levelname, one.message) for one in caplog.records if one.name.endswith("doors")] == [
        ("INFO", "DISCORD_TOKEN is not set here: what is to be posted to Discord is left to other workers"),
        ("WARNING", "SLACK_BOT_TOKEN is not set here: what is to be posted to Slack is left to other workers"),
    ]


async def test_an_alarm_without_a_token_tells_nobody_there_so_it_does_not_start(url: str, tmp_path: Path) -> None:
    async with machine(tmp_path, url) as alarm:
        assert set(alarm.house.room.platforms) == {"terminal", "slack", "discord"}

        with pytest.raises(WrongUsage, match="there are Slack channels, but SLACK_BOT_TOKEN is not set"):
            check_tokens(alarm.house, {"slack"}, Role.ALARM)
