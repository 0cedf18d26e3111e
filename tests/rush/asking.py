"""People who ask at a steady rate, whatever the bot is doing, and how long each of them waited."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.rush.morning import Underway, asker

_EVERY = 5.0
"""Seconds between two looks at how many messages have arrived."""
_LAST_ANSWERS = 3.0
"""Seconds in which answers to the last commands may come."""


@dataclass(kw_only=True)
class Waits:
    """By the platform's own clock: from the moment at which it told the bot to the bot's acknowledgement."""

    asked: int = 0
    acknowledged: list[float] = field(default_factory=list)
    """Seconds."""
    errors: Counter[str] = field(default_factory=Counter)
    """What people saw instead, or what the platform said of the answer."""
    posts: list[int] = field(default_factory=list)
    """Messages that arrived meanwhile, in each stretch of some seconds."""
    seconds: float = 0.0
    processor: float = 0.0
    """The bot's share of one core."""

    def percentile(self, share: float) -> float:
        """Seconds within which this share of all commands was acknowledged; endless if some were not."""
        waits = sorted(self.acknowledged) + [float("inf")] * (self.asked - len(self.acknowledged))
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0


async def ask(there: Underway, *, rate: float, seconds: float, seed: int = 1) -> Waits:
    """Ask *rate* questions a second on all platforms of *there* in turn."""
    waits, chance = Waits(), random.Random(seed)
    names = list(there.platforms)

    async def one(number: int) -> None:
        platform = names[number % len(names)]
        person, channel = asker(platform, number)
        question = _on_slack(there.refs, chance) if platform == "slack" else _on_discord(there.refs, chance)
        told = await there.platforms[platform].do("command", **question, user=person, channel=channel)
        if told["error"]:
            waits.errors[str(told["error"])] += 1
        elif told["acknowledged"]:
            waits.acknowledged.append(told["ack_after"])

    used, began = there.processor_seconds(), time.monotonic()
    watching = asyncio.create_task(_watch(there, waits, seconds))
    asking = []
    for number in range(int(rate * seconds)):
        asking.append(asyncio.create_task(one(number)))
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
    waits.seconds = time.monotonic() - began
    waits.processor = (there.processor_seconds() - used) / waits.seconds
    await asyncio.gather(*asking, watching)
    waits.asked = len(asking)
    await asyncio.sleep(_LAST_ANSWERS)
    for platform, local in there.platforms.items():
        waits.errors += Counter(
            {
                f"{platform}: {method} {how}": number
                for method, how, number in await local.do("counts")
                if method in _ANSWERS and how != "ok"
            }
        )
    return waits


_ANSWERS = frozenset({"response_url", "callback", "follow_up", "edit_answer"})
"""What a bot answers people with, on the one and the other platform."""


async def _watch(there: Underway, waits: Waits, seconds: float) -> None:
    before = await there.posts()
    for _ in range(max(1, round(seconds / _EVERY))):
        await asyncio.sleep(_EVERY)
        now = await there.posts()
        waits.posts.append(now - before)
        before = now


def _on_slack(refs: Sequence[str], chance: random.Random) -> dict[str, object]:
    ref = chance.choice(refs)
    lines = [("/keypoints", ref)] * 6 + [("/brief", f"story {ref}")] * 2 + [("/brief", "search laboratory town")]
    command, text = chance.choice([*lines, ("/effects", ref)])
    return {"command": command, "text": text}


def _on_discord(refs: Sequence[str], chance: random.Random) -> dict[str, object]:
    ref = chance.choice(refs)
    lines: list[tuple[str, dict[str, object]]] = [("keypoints", {"story": ref})] * 6
    lines += [("brief story", {"story": ref})] * 2
    lines += [("brief search", {"words": "laboratory town"}), ("effects", {"story": ref})]
    name, options = chance.choice(lines)
    return {"name": name, "options": options}
