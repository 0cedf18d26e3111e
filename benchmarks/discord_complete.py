"""How long people on Discord wait for stories to be offered while they type, among 100,000.

The whole way: Discord tells the gateway of each keystroke, the real ``daybrief run`` looks among the stories of its
database, and Discord has the choices. Beside it, what comparing every title with rapidfuzz takes alone, on no way at
all.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.discord_rig import channel_id, configured, guild_id
from benchmarks.lookup import build, fuzzy, percentile, timed, with_typo
from benchmarks.rig import Bot, import_stories, running_bot, surroundings
from storage import open_store
from tests.fake_discord import FakeDiscord, User

AIM = 50
"""Milliseconds that one in a hundred may take longer than."""
PERSON = "300000000000000001"
_WARM_UP = 20


async def run(folder: Path, stories: int, calls: int, console: Console) -> None:
    """Build, measure, show."""
    async with FakeDiscord() as there:
        there.add_guild(guild_id(0), users=[User(id=PERSON)])
        there.add_channel(channel_id(0), guild=guild_id(0))
        # Its edition is there, to be offered to whoever has typed nothing yet.
        hour = datetime.now(UTC) - timedelta(minutes=2)
        environment = configured(folder, there.api, there.gateway_url, 1, hour)
        # The oldest stories come first, as they do over the years.
        (folder / "data").mkdir()
        store = await open_store(folder / "data" / "daybrief.db")
        titles = [title for _, title in await build(store, stories, console)]
        await store.close()
        import_stories(folder, environment, stories=20)
        typed = as_typed(titles, calls)
        async with running_bot(folder, environment) as bot:
            await _ready(there, bot)
            for begun in typed["begun"][:_WARM_UP]:
                await ask(there, begun)
            taken = {name: [await ask(there, one) for one in texts] for name, texts in typed.items()}
    lowered = [title.lower() for title in titles]
    naive = {
        name: await timed(texts[: max(5, calls // 40)], lambda one: _compared(lowered, one))
        for name, texts in typed.items()
    }
    show(taken, naive, console, stories)


def as_typed(titles: Sequence[str], calls: int) -> dict[str, list[str]]:
    """What people have typed when they are offered something, by kind."""
    chance = random.Random(3)
    chosen = [chance.choice(titles).lower() for _ in range(calls)]
    recent = [" ".join(chance.choice(titles[-20_000:]).lower().split()[:3]) for _ in range(calls)]
    return {
        "nothing yet": [""] * (calls // 4),
        "one or two letters": [title[: chance.randint(1, 2)] for title in chosen],
        "begun": [title[: chance.randint(3, 25)] for title in chosen],
        "mistyped": [with_typo(words, chance) for words in recent],
    }


async def ask(there: FakeDiscord, typed: str) -> float:
    """Milliseconds until Discord has the choices."""
    await there.autocomplete("keypoints", {"story": typed}, user=PERSON, channel=channel_id(0))
    waited = there.runs[-1].ack_after
    assert waited is not None
    return 1000 * waited


async def _ready(there: FakeDiscord, bot: Bot) -> None:
    """Return once the bot is on the gateway, has told of its commands, and has posted."""
    await there.gateway.connected(timeout=60)
    while not there.commands or not there.messages(channel_id(0)):
        bot.still_runs()
        await asyncio.sleep(0.1)


async def _compared(titles: Sequence[str], typed: str) -> object:
    return fuzzy(titles, typed)


def show(taken: dict[str, list[float]], naive: dict[str, list[float]], console: Console, stories: int) -> None:
    """A line for each kind of text, and one for all."""
    table = Table("milliseconds", "p50", "p99", "slowest", "WRatio of every title, p50", "slower", box=None)
    for place in range(1, 6):
        table.columns[place].justify = "right"
    ours = {**taken, "all": [one for times in taken.values() for one in times]}
    theirs = {**naive, "all": [one for times in naive.values() for one in times]}
    for name, times in ours.items():
        p50, p99, other = percentile(times, 50), percentile(times, 99), percentile(theirs[name], 50)
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}", f"{max(times):.1f}", f"{other:.0f}", f"{other / p50:.0f}×")
    console.print(f"{stories:,} stories, {len(ours['all']):,} keystrokes; {surroundings()}")
    console.print(table)
    console.print(f"p99 of all is {percentile(ours['all'], 99) / AIM:.2f} of the {AIM} ms that it may be")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=400, help="of each kind of text")
    arguments = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="daybrief-complete-") as folder:
        asyncio.run(run(Path(folder), arguments.stories, arguments.calls, console))


if __name__ == "__main__":
    main()
