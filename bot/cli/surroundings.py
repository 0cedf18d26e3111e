"""What `daybrief check` looks at around the bot: the file of its configuration, the machine, and the copies."""

import asyncio
import shlex
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cli.finding import Finding
from bot.errors import AlreadyRunning
from bot.wording import counted

if TYPE_CHECKING:
    from bot.config import Config
    from bot.wiring import House

_LITTLE_DISK = 500_000_000
"""Bytes that should be free."""
_ENOUGH_ZONES = 400
_OLD_COPY = timedelta(hours=26)
"""Older than this, a night was left out."""
_OFF = 'nobody makes any at night ([storage] backups = "")'
_OF_NO_USE = 14 * 86_400
"""Seconds after which nobody goes back to the version before an upgrade."""


def configuration(config: "Config") -> Finding:
    """That it is in order; and whether people whom it does not concern can read a secret in it."""
    from bot.config import written

    if config.path is None:
        return Finding("configuration", True, "no file, so the defaults; `daybrief init` writes one")
    if written(config) and config.path.stat().st_mode & stat.S_IROTH:
        closed = f"`chmod o= {shlex.quote(str(config.path))}` ends that"
        sentence = f"everybody on this machine may read the keys or passwords in addresses in {config.path}; {closed}"
        return Finding("configuration", False, sentence)
    return Finding("configuration", True, f"{config.path} is in order")


def machine(house: "House") -> Iterator[Finding]:
    """Whether there is room on the disk, and whether the zones of the world are known."""
    import importlib.metadata
    import zoneinfo

    folder = house.room.config.bot.data_dir
    free = shutil.disk_usage(folder).free
    sentence = f"{free / 1e9:.1f} GB free for {folder}"
    yield Finding("disk", free > _LITTLE_DISK, sentence if free > _LITTLE_DISK else f"only {sentence}; make room")
    zones = len(zoneinfo.available_timezones())
    yield Finding(
        "time zones",
        zones > _ENOUGH_ZONES,
        f"{zones} zones, rules of tzdata {importlib.metadata.version('tzdata')} or newer",
    )


async def copies(house: "House") -> list[Finding]:
    """How old the newest copy is, and which old ones are of no more use."""
    from bot import wiring

    config = house.room.config
    made, seen = (await house.store.health()).backed_up_at, await house.store.ledger.last_seen()
    nightly = config.storage.backups
    now = house.room.clock.now()
    if made is None:
        how = "the running bot makes one each night" if nightly else f"{_OFF}; `daybrief backup PATH` makes one"
        found = [Finding("backup", True, f"none yet; {how}")]
    else:
        # Nobody makes copies while the bot is off, and nothing is lost by that.
        is_fine, advice = not nightly or seen is None or seen - made < _OLD_COPY, "" if nightly else f"; {_OFF}"
        if not is_fine:
            advice = "; the log of the running bot says why there is no newer one"
        elif nightly and seen and not wiring.newest_copy(nightly):
            is_fine, advice = False, f"; but there is none in {nightly}, where the running bot puts them"
        found = [
            Finding("backup", is_fine, f"the last one is of {made:%Y-%m-%d %H:%M} UTC, {_age(now - made)}{advice}")
        ]
    if trouble := await asyncio.to_thread(wiring.trouble_with_backups, config):
        found.append(Finding("backups", False, trouble))
    old = [one for one in wiring.former_databases(config) if now.timestamp() - one.stat().st_mtime > _OF_NO_USE]
    if old:
        size = sum(one.stat().st_size for one in old) / 1e6
        names = ", ".join(one.name for one in old)
        sentence = (
            f"from before an upgrade or a restore, and of no more use; you may delete them ({size:.1f} MB): {names}"
        )
        found.append(Finding("former databases", True, sentence))
    return found


async def monitors(house: "House") -> list[Finding]:
    """Whether the port for monitors can be opened, if one is named; not tried while a bot runs that may have it."""
    from bot import wiring

    config = house.room.config
    listen = config.operations.listen
    if not listen:
        return []
    try:
        with wiring.delivery_lock(config):
            trouble = await wiring.trouble_with_monitors(config)
    except AlreadyRunning as running:
        return [Finding("monitors", True, f"{listen}; not tried, because {running.fact}")]
    return [Finding("monitors", not trouble, trouble or f"{listen} is free")]


async def queue(house: "House") -> list[Finding]:
    """Whether several machines could share the work, over a database that they can share."""
    from bot import wiring

    if house.room.config.postgres is None:
        return []
    trouble = await wiring.trouble_with_queue(house.room.config)
    return [Finding("queue", not trouble, trouble or "several machines may share the work: `daybrief run --role`")]


def _age(age: timedelta) -> str:
    if age.days > 0:
        return f"{counted(age.days, 'day')} ago"
    return f"{counted(max(0, age.seconds // 3600), 'hour')} ago"
