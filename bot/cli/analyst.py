"""What ``daybrief check`` finds out about whoever writes: who that is, what they lack, and what they have cost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.finding import Finding

if TYPE_CHECKING:
    from bot.config import Config
    from bot.ports import Expense
    from bot.wiring import House


async def examined(house: "House", config: "Config") -> list[Finding]:
    """Who writes, what makes them better and is not there, and what models have cost today."""
    from bot.config.models import EXTRACTIVE
    from bot.wiring import extras

    missing = [name for name in extras.PACKAGES if name not in extras.installed()]
    found = [
        Finding(
            "extras",
            True,
            ", ".join(extras.installed() or ("none",))
            + (f"; not installed: {', '.join(missing)} (make extras)" if missing else ""),
        )
    ]
    found.append(_writer(house, config))
    expenses = await house.desk.supply.expenses()
    if expenses or config.analyst.model != EXTRACTIVE:
        found.append(Finding("models", True, await _costs(house, expenses, config)))
    return found


def _writer(house: "House", config: "Config") -> Finding:
    from urllib.parse import urlsplit

    from bot.config.models import EXTRACTIVE, chosen
    from bot.wiring import key_named

    if house.writer_trouble:
        [problem] = house.writer_trouble.problems
        return Finding("analyst", False, f"{problem.path}: {problem.sentence}")
    model = chosen(config.analyst.model, config.analyst.base_url)
    if model is None:
        return Finding("analyst", True, f"{EXTRACTIVE}: it quotes; a model would write what takes judgement as well")
    where = f" at {urlsplit(model.base_url).netloc.rpartition('@')[2]}" if model.base_url else ""
    key = key_named(config) or "no key"
    return Finding("analyst", True, f"{config.analyst.model}{where}, with {key}; not tried here, the first story shows")


async def _costs(house: "House", expenses: "Sequence[Expense]", config: "Config") -> str:
    from bot import costs
    from bot.wiring import is_free

    writer, cap = house.room.writer, config.analyst.daily_budget_usd
    if writer is None:
        return costs.line(expenses, cap)
    line = costs.line(expenses, cap, is_free=is_free(config))
    if await writer.may_write():
        return line
    why = "daily_budget_usd is 0" if not cap else "what is left of that takes no long story"
    return f"{line}; {why}: no model will be asked"


def spent(expenses: "Sequence[Expense]", config: "Config") -> dict[str, object]:
    """What models have cost today, for programs."""
    from bot import costs

    day = costs.total(expenses)
    stories = [{"ref": one.ref or None, "usd": one.usd, "calls": one.calls} for one in costs.by_story(expenses)]
    return {"usd": day.usd, "cap_usd": config.analyst.daily_budget_usd, "calls": day.calls, "stories": stories}


def keys_wanted(config: "Config") -> str:
    """The variables of which the model in *config* needs one, if none of them is there."""
    from bot.config.models import chosen
    from bot.wiring import key_named

    model = chosen(config.analyst.model, config.analyst.base_url)
    return " or ".join(model.keys) if model and model.needs_key and not key_named(config) else ""
