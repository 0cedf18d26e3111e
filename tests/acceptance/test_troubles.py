"""Who asks a bot that does not run what is wrong is told what it knew last."""

import asyncio
from datetime import UTC, datetime

from bot.model import Case, Cause, Trouble
from storage import open_store
from tests.acceptance.program import Program

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


def test_check_names_what_is_wrong_as_long_as_it_is(program: Program) -> None:
    before = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}
    case = Case(trouble=Trouble(cause=Cause.BUDGET, detail="$1"), begun_at=NOW, told_at=NOW)

    async def keep() -> None:
        store = await open_store(program.folder / "data" / "daybrief.db")
        await store.troubles.keep([case], at=NOW)
        await store.close()

    asyncio.run(keep())
    after = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}

    assert before["open troubles"]["fine"]
    assert "open troubles" not in after
    assert not after["open trouble 1"]["fine"]
    assert after["open trouble 1"]["says"].startswith("What models may cost in a day, $1, has been spent since Tuesday")
    assert after["open trouble 1"]["says"].endswith("(as of 2026-03-03 08:00 UTC)")
