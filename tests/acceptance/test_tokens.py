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


def test_check_names_what_adding_takes_and_a_key_that_does_not_fit(program: Program) -> None:
    asyncio.run(keep(program, sealed(OLD)))

    def about(**environment: str) -> tuple[bool, str]:
        found = program.run("check --json", **environment).json()["findings"]
        [one] = [one for one in found if one["about"] == "Add to Slack"]
        return one["fine"], one["says"]

    assert about(SLACK_CLIENT_SECRET="s" * 32)[0] is False
    assert NAME in about(SLACK_CLIENT_SECRET="s" * 32)[1]
    is_fine, says = about()
    assert (is_fine, NAME in says) == (False, True)
    assert about(**{NAME: OLD})[0] is True
    refused = program.run("run")
    assert refused.code == 2
    assert NAME in refused.err
