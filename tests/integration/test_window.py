"""The window for monitors tells the truth: alive, ready or not, and why, whatever Slack, Discord and models do."""

import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.terminal.posting import TerminalPlatform
from adapters.watching.metrics import Metrics
from adapters.watching.pulse import Pulse
from adapters.watching.station import Station
from adapters.watching.systemd import Systemd
from adapters.watching.window import Window
from bot.config import read
from bot.errors import StoreTrouble, WrongUsage
from bot.figures import Informer, figures
from bot.model import Cause, DeliveryState, Due
from bot.ports import Figures
from bot.publish import publish
from bot.redact import Redactor
from bot.roles import Role
from bot.wiring import open_house, trouble_with_monitors
from bot.wiring.duties import Duties, own_rings
from bot.wiring.watching import answer_monitors
from tests.clock import VirtualClock
from tests.morning import NOW
from tests.newsroom import newsroom
from tests.troubled import watched as troubled
from tests.unit.test_metrics import FIGURES
from tests.watched import Witness


class Given:
    """Implements ``Informed`` as a test wants it."""

    def __init__(self) -> None:
        self.trouble = ""
        self.asked = 0

    async def figures(self) -> Figures:
        self.asked += 1
        if self.trouble:
            raise StoreTrouble(self.trouble)
        return FIGURES

    async def probe(self) -> None:
        if self.trouble:
            raise StoreTrouble(self.trouble)

    async def parts(self) -> Mapping[str, object]:
        return {"discord": {"trouble": "Discord does not take tok-en-secret"}}


class Watched:
    """An open window, and whoever looks through it."""

    def __init__(self) -> None:
        self.informed = Given()
        self.lag = timedelta()
        self.now = 0.0
        self.metrics = Metrics("1.2.3")
        self.window = Window(
            self.metrics,
            self.informed,
            worst=lambda: self.lag,
            clean=Redactor(["tok-en-secret"]).clean,
            monotonic=lambda: self.now,
        )
        self.address = ""

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.address + path, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    made = Watched()
    made.address = await made.window.open("127.0.0.1", 0)
    made.window.not_ready = ""
    yield made
    await made.window.close()


async def test_a_loop_that_is_far_too_late_is_not_well(watched: Watched) -> None:
    assert (await watched.get("/healthz"))[0] == 200

    watched.lag = timedelta(seconds=5)
    status, text = await watched.get("/healthz")
    assert status == 503
    assert '"lag_seconds": 5.0' in text


@pytest.mark.parametrize("reason", ["it is starting", "it is stopping"])
async def test_a_bot_that_starts_or_stops_is_not_ready_but_alive(watched: Watched, reason: str) -> None:
    watched.window.not_ready = reason

    status, text = await watched.get("/readyz")
    assert (status, reason in text) == (503, True)
    assert (await watched.get("/healthz"))[0] == 200


async def test_a_store_that_fails_later_on_is_told_of_and_its_former_figures_are_not(watched: Watched) -> None:
    assert (await watched.get("/readyz"))[0] == 200
    assert "daybrief_deliveries_due 3.0" in (await watched.get("/metrics"))[1]

    watched.informed.trouble = "the database: the disk is full"
    watched.now += 10
    status, text = await watched.get("/readyz")
    metrics = await watched.get("/metrics")

    assert (status, "the disk is full" in text) == (503, True)
    assert metrics[0] == 200
    assert "daybrief_build_info" in metrics[1]
    assert "daybrief_deliveries_due" not in metrics[1]


async def test_figures_are_asked_for_once_in_a_while_however_many_ask(watched: Watched) -> None:
    for _ in range(5):
        assert "daybrief_deliveries_due 3.0" in (await watched.get("/metrics"))[1]

    assert watched.informed.asked == 1


async def test_no_secret_is_seen_through_it(watched: Watched) -> None:
    status, text = await watched.get("/status")

    assert status == 200
    assert "Discord does not take ***" in text


@pytest.mark.parametrize(("host", "status"), [("evil.example", 403), ("localhost", 200), ("127.0.0.1:9464", 200)])
async def test_a_stranger_s_page_in_a_browser_of_this_machine_sees_nothing(
    watched: Watched, host: str, status: int
) -> None:
    assert (await watched.get("/metrics", Host=host))[0] == status


async def test_an_address_that_is_taken_is_a_sentence(watched: Watched) -> None:
    port = int(watched.address.rpartition(":")[2])

    with pytest.raises(WrongUsage) as refused:
        await Watched().window.open("127.0.0.1", port)

    assert str(refused.value) == (
        f"the port that [operations] listen names, 127.0.0.1:{port}, cannot be opened (address already in use); "
        'end what holds it, or choose another, or "" for none'
    )


async def test_a_port_that_was_taken_is_opened_once_it_is_free_and_admins_hear_of_both(tmp_path: Path) -> None:
    async with troubled(tmp_path) as house:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            table = house.room.config.operations.model_copy(update={"listen": f"127.0.0.1:{port}"})
            house.room.config = replace(house.room.config, operations=table)
            station = Station(Metrics("1.2.3"), systemd=Systemd({}))
            station.begin(Given(), clean=str, address=("127.0.0.1", port), exposed=False)
            station.ready()
            await answer_monitors(house.desk.shift, station)
            await house.minutes(3)
            assert await trouble_with_monitors(house.room.config) == house.room.noted[Cause.MONITORS]
        await answer_monitors(house.desk.shift, station)
        await answer_monitors(house.desk.shift, station)
        await house.minutes(3)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200
        assert f"127.0.0.1:{port}, cannot be opened" in await trouble_with_monitors(house.room.config)
        await station.close()

    assert await trouble_with_monitors(house.room.config) == ""
    assert [one.partition(" since")[0] for one in house.told] == [
        "Monitors have not been answered",
        "Monitors are answered again; they had not been",
    ]


async def test_a_running_bot_opens_by_itself_a_port_that_was_taken_when_it_began(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        text = f'[bot]\ndata_dir = "data"\n[operations]\nlisten = "127.0.0.1:{port}"\n'
        config = read(text, folder=tmp_path, environ={})
        async with open_house(config, delivers=True) as house:
            station = Station(Metrics("1.2.3"), systemd=Systemd({}))
            station.begin(Given(), clean=str, address=("127.0.0.1", port), exposed=False)
            station.ready()
            await answer_monitors(house.desk.shift, station)
            assert house.room.noted[Cause.MONITORS]
            other.close()

            duties = Duties(house, Role.SLACK, station)
            duties.start()
            await duties.stop()  # which waits for what it has begun

            assert house.room.noted[Cause.MONITORS] == ""
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                assert answer.status == 200
            assert {one.name: one.every for one in own_rings(house, station)}["watch"] == timedelta(minutes=1)
            await station.close()


async def test_who_wants_no_port_any_more_hears_nothing_of_it(tmp_path: Path) -> None:
    async with troubled(tmp_path) as house:
        table = house.room.config.operations
        named = replace(house.room.config, operations=table.model_copy(update={"listen": "127.0.0.1:9464"}))
        house.room.config, unnamed = named, house.room.config
        house.desk.shift.note(Cause.MONITORS, "it cannot be opened")
        await house.minutes(1)
        house.room.config = unnamed
        house.desk.shift.note(Cause.MONITORS, "")
        await house.minutes(3)

    assert len(house.told) == 1


async def test_a_newsroom_is_seen_as_it_stands(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    here = {"terminal": TerminalPlatform(tmp_path / "shown", None)}
    async with newsroom(tmp_path, here, channels=2, clock=clock) as room:
        (tmp_path / "data").mkdir()  # whose disk is looked at
        room.watch = witness = Witness()
        for hour in range(25):  # a clock that jumps a day ahead is not believed
            clock.move_to(NOW + timedelta(hours=hour))
            await publish(room)
        found = await figures(room, room.store)  # type: ignore[arg-type]  # it is the SQLite one
        parts = await Informer(room, room.store, {}).parts()  # type: ignore[arg-type]

        assert [values[1] for values in witness.of("ended")] == [DeliveryState.SENT] * 2
        assert all(isinstance(late, timedelta) for *_, late in witness.of("ended"))
        assert found.channels == {"active": 2, "paused": 0}
        assert found.backlog.due == 0
        assert found.size
        assert parts["deliveries"] == {"due": 0, "oldest_due": None, "uncertain_in_a_day": 0}


async def test_what_is_on_its_way_and_what_nobody_knows_is_counted(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    async with newsroom(tmp_path, {}, channels=2, clock=clock) as room:
        one, two = await room.store.subscriptions.all()
        hour = NOW - timedelta(minutes=7)
        await room.store.ledger.plan(
            [Due(subscription=each.id, date=NOW.date(), due_at=hour, state=DeliveryState.DUE) for each in (one, two)]
        )
        [first, _] = await room.store.ledger.deliveries()
        claim = await room.store.ledger.claim(first.id, NOW, timedelta(minutes=1))
        assert claim
        await room.store.ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW)
        await room.store.subscriptions.pause(one.id, "closed", by_platform=True)

        found = await figures(room, room.store)  # type: ignore[arg-type]
        assert (found.backlog.due, found.backlog.oldest, found.backlog.uncertain) == (1, hour, 1)
        assert found.channels == {"active": 1, "paused": 1}
        assert found.closed == 1
        assert (await room.store.ledger.backlog(NOW + timedelta(days=3))).uncertain == 0


async def test_a_loop_that_stands_still_is_told_of_with_what_keeps_it(caplog: pytest.LogCaptureFixture) -> None:
    felt: list[float] = []
    pulse = Pulse(felt.append, every=timedelta(milliseconds=20), stuck=timedelta(milliseconds=100))
    pulse.start()
    try:
        _keeps_the_loop()
        await VirtualClock().wait(timedelta())
        while not felt:
            await _a_moment()
    finally:
        pulse.stop()

    assert pulse.worst > timedelta(seconds=0.2)
    assert max(felt) > 0.2
    assert "_keeps_the_loop" in caplog.text


def _keeps_the_loop() -> None:
    time.sleep(0.4)


async def _a_moment() -> None:
    async with aiohttp.ClientSession():
        pass
