"""A bot that is told to stop while it upgrades an old and heavy database: it ends in time, and loses nothing of it."""

import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlite_utils

from storage.sqlite import schema
from tests.chaos.bot import GONE_WITHIN, Bot

HEAVY = 96
"""Megabytes of the old database, all of which are copied before it is upgraded."""
_STOP_BEFORE = "m002_chat"
"""The oldest schema that was released is the one before this migration."""
_BEGINS_WITHIN = 30.0
"""Seconds of a life in which the upgrade begins."""
_LATEST = 1.0
"""Seconds after that within which it is told to stop."""
_CONFIG = """
[bot]
data_dir = "data"
[[channels]]
name = "quiet"
platform = "terminal"
channel = "quiet"
days = ["mon"]
time = "{hour:02}:00"
"""


@dataclass(kw_only=True)
class Upgrades:
    """What came of them."""

    lives: int = 0
    as_old: int = 0
    """How many left the database as it was."""
    slowest_end: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def stop_upgrades(folder: Path, lives: int, seed: int) -> Upgrades:
    """Stop so many *lives* amid their upgrades, each of which begins anew; the next start has to finish it."""
    found, chance = Upgrades(), random.Random(seed)
    old = folder / "old.db"
    _make(old)
    (folder / "data").mkdir()
    hour = (time.gmtime().tm_hour + 12) % 24
    (folder / "config.toml").write_text(_CONFIG.format(hour=hour), encoding="utf-8")
    bot = Bot(folder=folder, secrets={})
    try:
        for _ in range(lives):
            _fresh(old, bot.database)
            bot.start()
            _upgrade_begins(bot)
            bot.wait(chance.uniform(0.0, _LATEST))
            bot.signal(signal.SIGTERM)
            _look(bot, found)
            _finish(bot, found)
    finally:
        bot.end()
    return found


def _upgrade_begins(bot: Bot) -> None:
    """Return as soon as the copy is begun that is made before."""
    until = time.monotonic() + _BEGINS_WITHIN
    while time.monotonic() < until and not any(
        one.suffix == ".tmp" or "before" in one.name for one in bot.database.parent.iterdir()
    ):
        if bot.wait(0.005) is not None:
            return


def _look(bot: Bot, found: Upgrades) -> None:
    code, took = bot.wait(GONE_WITHIN + 5), time.monotonic() - bot.told_at
    found.lives += 1
    found.codes[str(code)] += 1
    found.slowest_end = max(found.slowest_end, took)
    where = f"upgrade {found.lives}"
    if took > GONE_WITHIN:
        found.broken.append(f"{where} ended only {took:.1f} s after it was told to")
    if code not in {0, -signal.SIGTERM}:
        found.broken.append(f"{where} ended with {code}")
    done = _migrations(bot.database)
    found.as_old += done == 1
    if done not in {1, len(schema.migrations.pending(sqlite_utils.Database(memory=True)))}:
        found.broken.append(f"{where} left a database of {done} migrations: neither old nor new")


def _finish(bot: Bot, found: Upgrades) -> None:
    """The next start finds everything in order."""
    spoken = bot.log_size()
    bot.start()
    until = time.monotonic() + 60
    while "Daybrief is running" not in bot.said_since(spoken) and time.monotonic() < until:
        if bot.wait(0.1) is not None:
            break
    bot.signal(signal.SIGTERM)
    if (code := bot.wait(GONE_WITHIN)) != 0:
        found.broken.append(f"the start after upgrade {found.lives} ended with {code}")
    with closing(sqlite3.connect(bot.database)) as db:
        rows = db.execute("SELECT count(*), sum(length(body)) FROM heavy").fetchone()
        sound = db.execute("PRAGMA quick_check").fetchone()
    if rows != (HEAVY, HEAVY * 2**20) or sound != ("ok",):
        found.broken.append(f"after upgrade {found.lives} the database holds {rows} and is {sound}")


def _make(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        db = sqlite_utils.Database(connection)
        schema.migrations.apply(db, stop_before=_STOP_BEFORE)
        connection.execute("CREATE TABLE heavy (body BLOB)")
        connection.executemany("INSERT INTO heavy VALUES (zeroblob(?))", [(2**20,)] * HEAVY)
        connection.commit()


def _fresh(old: Path, database: Path) -> None:
    for file in database.parent.iterdir():
        if file.is_file():
            file.unlink()
    shutil.copyfile(old, database)


def _migrations(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        [(count,)] = db.execute("SELECT count(*) FROM _sqlite_migrations")
        return int(count)
