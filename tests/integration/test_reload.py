"""Who runs, who posts and who only looks: none stands in another's way; and a new configuration takes effect whole."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.locks import Lock
from bot import wiring
from bot.config import Config
from bot.desk import Desk, Shift
from bot.errors import AlreadyRunning, StoreTrouble, WrongUsage
from bot.wiring import alone, running
from tests.newsroom import configuration, newsroom
from tests.scripted import ScriptedPlatform


async def test_a_configuration_that_the_store_cannot_take_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:

        async def full(*_: object, **__: object) -> None:
            raise StoreTrouble("the disk is full")

        new, old, loaded = configuration(tmp_path, channels=3), room.config, 0

        def count() -> None:
            nonlocal loaded
            loaded += 1

        with monkeypatch.context() as broken:
            broken.setattr(room.store.subscriptions, "declare", full)
            with caplog.at_level(logging.ERROR):
                await running.load_anew(Desk(room).shift, lambda: new, lambda _: None, count)
        assert room.config is old
        assert "the disk is full" in caplog.text

        await running.load_anew(Desk(room).shift, lambda: new, lambda _: None, count)
        assert room.config is new
        assert loaded == 1
        assert len(await room.store.subscriptions.all()) == 3


async def test_another_data_directory_is_refused_while_it_runs(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        elsewhere = room.config.bot.model_copy(update={"data_dir": tmp_path / "elsewhere"})
        old = room.config
        with pytest.raises(WrongUsage, match="data_dir cannot change while Daybrief runs"):
            await Desk(room).shift.reload(replace(old, bot=elsewhere))

        assert room.config is old


@pytest.fixture
def config(tmp_path: Path) -> Config:
    plain = configuration(tmp_path)
    return replace(plain, bot=plain.bot.model_copy(update={"data_dir": tmp_path / "data"}))


async def test_a_command_that_only_looks_keeps_nobody_from_delivering(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    declare = Shift.open

    async def open_meanwhile(shift: Shift) -> None:
        with wiring.delivery_lock(config):
            seen.append("free")
        await declare(shift)

    monkeypatch.setattr(Shift, "open", open_meanwhile)
    async with wiring.open_house(config):
        assert seen == ["free"]


async def test_a_command_that_only_looks_declares_nothing_while_a_bot_runs(config: Config) -> None:
    with wiring.delivery_lock(config):
        async with wiring.open_house(config) as house:
            assert await house.desk.channels.subscriptions() == ()


async def test_delivering_waits_for_a_glance_but_not_for_another_bot(config: Config) -> None:
    lock = Lock(config.bot.data_dir / "daybrief.lock")
    lock.acquire()
    asyncio.get_running_loop().call_later(0.15, lock.release)
    async with wiring.delivering(config):
        with pytest.raises(AlreadyRunning):
            lock.acquire()
    lock.acquire()
    lock.release()

    assert timedelta(seconds=1) < alone.GLANCING < timedelta(seconds=5)
