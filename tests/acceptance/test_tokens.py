"""The keys that encrypt the tokens of workspaces, changed by the real program."""

import asyncio

from bot.model import Installation
from bot.wiring.tokens import seal_of
from storage import open_store
from tests.acceptance.program import Program
from tests.integration.test_tokens import HALDEN, NAME, OLD, config, sealed


async def keep(program: Program, *installations: Installation) -> tuple[Installation, ...]:
    """Keep *installations*; all that are there then."""
    (program.folder / "data").mkdir(exist_ok=True)
    store = await open_store(program.folder / "data" / "daybrief.db")
    for one in installations:
        await store.installations.save(one)
    held = await store.installations.all()
    await store.close()
    return held


def test_a_key_is_changed_as_the_page_says(program: Program) -> None:
    asyncio.run(keep(program, sealed(OLD)))
    new = program.run("tokens new-key").out.strip()
    done = program.run("tokens rotate", **{NAME: f"{new},{OLD}"})

    assert (done.code, done.out) == (0, "1 token is encrypted with the first key now\n")
    [held] = asyncio.run(keep(program))
    assert held != sealed(OLD)
    only_new = seal_of(config(program.folder, new))
    assert only_new is not None
    assert only_new.open(held).startswith("xoxb-")
    lost = program.run("tokens rotate", **{NAME: OLD})
    assert lost.code == 3
    assert HALDEN.name in lost.err
    assert NAME in lost.err
    assert OLD not in lost.err
