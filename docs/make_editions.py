"""Fills in ``docs/editions.md``: two mornings as they are posted, and why. ``make golden`` runs it, too."""

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.terminal import looks
from adapters.terminal.pieces import as_plain
from bot import samples, wiring
from bot.config import load
from bot.manuscript import parse
from bot.model import Asker, Feed, Verdict
from bot.text import cut
from bot.wording import decimals

PAGE = Path(__file__).resolve().parent / "editions.md"
WEDNESDAY = Path(__file__).resolve().parent / "wednesday.xml"
COURIER = "Kelsund Courier"
COLUMNS = 88
_TITLE = 44
_PART = re.compile(r"(<!-- (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


async def parts() -> Mapping[str, str]:
    """What stands between the marks of the page, by name: both editions, their numbers, and some answers of ``why``."""
    files = samples.files()
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="daybrief-editions-") as folder:
        config = load(files.config, {})
        config = replace(config, bot=config.bot.model_copy(update={"data_dir": Path(folder)}))
        stories = [one for path in files.stories for one in parse(path.read_text("utf-8"), name=path.name)]
        async with wiring.open_house(config, at=samples.DEMO_NOW) as house:
            await house.desk.editing.admit(stories)
            told |= await _morning(house, "tuesday", chosen=4, another=7)
        later = replace(config, feeds=(*config.feeds, Feed(url=str(WEDNESDAY), name=COURIER, topics=("industry",))))
        async with wiring.open_house(later, at=samples.DEMO_NOW + timedelta(days=1)) as house:
            told |= await _morning(house, "wednesday", chosen=1, another=3)
    return told


async def _morning(house: wiring.House, name: str, *, chosen: int, another: int) -> dict[str, str]:
    """One morning: everything is gathered and posted, then we ask why of the stories at two places of the ranking."""
    house.room.meaning = None  # the page is the same whether or not the extra for it is installed
    await wiring.gather(house)
    (subscription,) = await house.desk.channels.subscriptions()
    composition, rendering = await house.desk.channels.preview(subscription)
    await house.desk.rounds.publish()
    titles: dict[str, str] = {}
    whys: dict[int, str] = {}
    for verdict in composition.verdicts:
        story = (await house.desk.stories.look_up(verdict.ref, None, Asker())).story
        assert story is not None  # noqa: S101  # it was ranked a moment ago
        titles[verdict.ref] = story.title
        if verdict.rank and verdict.rank in {chosen, another}:
            told = await house.desk.channels.why(
                subscription, story.ref, Asker(), where=f"in {subscription.channel.name}"
            )
            whys[verdict.rank] = as_plain(looks.why(replace(told, others=())), COLUMNS)
    ranked = [one for one in composition.verdicts if one.rank]
    return {
        name: _fenced(rendering.text),
        f"{name}-numbers": _table(ranked, titles),
        f"{name}-why": _fenced(whys[chosen]),
        f"{name}-why-another": _fenced(whys[another]),
    }


def _fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


def _table(ranked: Sequence[Verdict], titles: Mapping[str, str]) -> str:
    """The arithmetic of every story that was ranked, best first."""
    names = [name for name, _ in ranked[0].numbers]
    rows = [
        [
            *(str(one.rank), one.ref, cut(titles[one.ref], _TITLE), one.stage.value),
            *(decimals(value) for _, value in one.numbers),
            decimals(one.score or 0),
        ]
        for one in ranked
    ]
    head = ["rank", "story", "title", "stage", *names, "score"]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def page(now: str, parts: Mapping[str, str]) -> str:
    """*now*, the text of the page, with *parts* in their places."""
    return _PART.sub(lambda found: f"{found[1]}{parts[found['name']]}\n{found[3]}", now)


def main() -> None:
    """Fill in the page."""
    PAGE.write_text(page(PAGE.read_text("utf-8"), asyncio.run(parts())), encoding="utf-8")


if __name__ == "__main__":
    main()
