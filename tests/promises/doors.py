"""Doors of tenants: admins of one workspace press what bears the numbers of another one's channels and deliveries.

What is stored is read from the database file: nothing of another workspace may change, and its name is told nobody.
"""

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path

from bot.desk import Desk
from bot.model import Channel, DeliveryState, Due, Subscription
from bot.newsroom import Newsroom
from tests.discord import CHANNEL as ON_DISCORD
from tests.discord import ELSEWHERE, STRANGER, discord_bot, local_discord
from tests.fake_slack import FakeSlack
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY
from tests.slack import ADMIN, MEMBER, furnish, slack_bot

THEIRS = "theirs-alone"
"""How every channel of others is called."""
_TABLES = ("subscription", "delivery", "wish")
_TOMORROW = "2026-03-04"


@dataclass
class Tried:
    """What was pressed, and what came of it."""

    presses: int = 0
    broken: list[str] = field(default_factory=list)


async def tried() -> Tried:
    """Both platforms."""
    found = Tried()
    with tempfile.TemporaryDirectory() as folder:
        for name, doors in (("slack", _on_slack), ("discord", _on_discord)):
            (place := Path(folder) / name).mkdir()
            await doors(place, found)
    return found


async def _on_slack(folder: Path, found: Tried) -> None:
    async with FakeSlack(folder / "slack", limits=False) as fake:
        furnish(fake)
        async with slack_bot(fake, folder) as bot:
            story = (await bot.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)).ref
            others = (Channel(platform="slack", workspace="T2", id="C1", name=THEIRS), _theirs(ON_DISCORD))
            theirs = [await _served(bot.desk, bot.room, one) for one in others]
            ours = await _served(bot.desk, bot.room, replace(others[0], workspace="T1", name="ours"))
            await fake.command("/keypoints", story, user=MEMBER, channel="C1")
            await bot.door.settled()
            button = await fake.press(fake.ephemerals(MEMBER)[-1], "full", user=MEMBER)
            for number, delivery, is_ours in [*((*one, False) for one in theirs), (*ours, True)]:
                acts = [(act, str(number)) for act in ("post_now", "pause", "resume")]
                acts += [(f"wish:{wish}:{story}", f"{number}:{_TOMORROW}") for wish in ("pin", "drop", "none")]
                acts.append(("resend", str(delivery)))
                before = _stored(folder)
                for act, value in acts:
                    shown = _shown_on(fake)
                    pressed = {**button.payload["actions"][0], "action_id": act, "value": value}
                    who = {**button.payload["user"], "id": ADMIN}
                    once = {"trigger_id": fake.add_trigger("T1", ADMIN, channel="C1").id, "user": who}
                    await fake.deliver("interactive", {**button.payload, **once, "actions": [pressed]}, button.hook)
                    await bot.door.settled()
                    _judge(found, f"Slack, {act} {value}", _shown_on(fake) - shown)
                _compare(found, "Slack", before, _stored(folder), is_ours=is_ours)


async def _on_discord(folder: Path, found: Tried) -> None:
    async with local_discord(folder) as fake, discord_bot(fake, folder) as bot:
        story = (await bot.story()).ref
        others = (_theirs(ON_DISCORD), Channel(platform="slack", workspace="T2", id="C1", name=THEIRS))
        theirs = [await _served(bot.desk, bot.room, one) for one in others]
        here = Channel(platform="discord", workspace=ELSEWHERE, id="3009", name="ours")
        ours = await _served(bot.desk, bot.room, here)
        for number, delivery, is_ours in [*((*one, False) for one in theirs), (*ours, True)]:
            acts = [f"post_now:{number}", f"resend:{delivery}"]
            acts += [f"wish:{wish}/{story}/{number}/{_TOMORROW}" for wish in ("pin", "drop", "none")]
            before = _stored(folder)
            for act in acts:
                name = f"daybrief:{act}:"
                run = await bot.press(await bot.button(name, "3009"), name, user=STRANGER)
                answers = await run.wait_answers(1)
                _judge(found, f"Discord, {act}", {json.dumps([one.content, one.components]) for one in answers})
            _compare(found, "Discord", before, _stored(folder), is_ours=is_ours)


def _theirs(channel: Channel) -> Channel:
    return replace(channel, name=THEIRS)


async def _served(desk: Desk, room: Newsroom, channel: Channel) -> tuple[int, int]:
    """The numbers of a channel that is served, and of a delivery of which nobody knows whether it arrived."""
    order = Subscription(
        id=0, channel=channel, at=time(9), timezone="UTC", days=EVERY_DAY, declared=False, since=NOW
    )  # fmt: skip
    one, ledger = await desk.office.subscribe(order), room.store.ledger
    date = NOW.date() - timedelta(days=1)
    await ledger.plan([Due(subscription=one.id, date=date, due_at=NOW, state=DeliveryState.DUE)])
    [delivery] = await desk.channels.deliveries(subscription=one)
    claim = await ledger.claim(delivery.id, NOW, timedelta(minutes=2))
    assert claim
    await ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
    return one.id, delivery.id


def _stored(folder: Path) -> frozenset[str]:
    with contextlib.closing(sqlite3.connect(folder / "daybrief.db")) as db:
        return frozenset(f"{table} {row}" for table in _TABLES for row in db.execute(f"SELECT * FROM {table}"))  # noqa: S608


def _shown_on(fake: FakeSlack) -> set[str]:
    return {str(one) for one in fake.ephemerals()} | {str(one) for one in fake.direct_messages(ADMIN)}


def _judge(found: Tried, what: str, answers: set[str] | Sequence[str]) -> None:
    found.presses += 1
    found.broken += [f"{what}: the name of another's channel is told" for one in answers if THEIRS in one]


def _compare(found: Tried, where: str, before: frozenset[str], after: frozenset[str], *, is_ours: bool) -> None:
    """Nothing of others changes; one's own does, or nothing would have been tried."""
    if is_ours:
        found.broken += [] if after != before else [f"{where}: what is one's own cannot be changed, either"]
    else:
        found.broken += [f"{where}: another's changed: {one}" for one in sorted(after ^ before)]
