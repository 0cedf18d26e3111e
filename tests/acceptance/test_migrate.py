"""From a file to PostgreSQL by the real program, as ``docs/operations.md`` tells it."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.config import load
from bot.wiring import delivering
from tests.acceptance.program import STORY, Program
from tests.moving import in_file, in_server
from tests.postgres import database, url_of


@pytest.fixture
def url() -> Iterator[str]:
    with database(is_empty=True) as address:
        yield url_of(address)


def test_a_bot_moves_to_postgresql_and_goes_on_there(program: Program, url: str) -> None:
    ref = program.run("import -", typed=STORY).out.split()[0]
    file = program.folder / "data" / "daybrief.db"
    before = in_file(file)

    done = program.run("migrate --json", "--to", url)

    assert done.code == 0, done.err
    moved = done.json()
    assert moved["rows"] | {"story_text": 1, "story_title": 1} == moved["rows"]
    assert {name: moved["rows"][name] for name in before} == {name: len(rows) for name, rows in before.items()}
    assert in_server(url) == before
    closed = program.run("story", ref)
    assert (closed.code, closed.out) == (1, "")
    assert "was moved to PostgreSQL" in closed.err
    assert program.run("story", ref, DAYBRIEF_DATABASE_URL=url).code == 0

    async def beside_the_bot_that_goes_on() -> None:
        async with delivering(load(program.folder / "config.toml", {"DAYBRIEF_DATABASE_URL": url})):
            again = await asyncio.to_thread(program.run, "migrate", DAYBRIEF_DATABASE_URL=url)
        assert again.code == 0, again.err
        assert again.out.startswith(f"{file} was moved to the database daybrief_")
        assert again.out.endswith("The configuration names that database: `daybrief check`, then `daybrief run`.\n")

    asyncio.run(beside_the_bot_that_goes_on())


def test_people_are_told_what_was_moved_and_what_to_write(program: Program, url: str) -> None:
    program.run("import -", typed=STORY)

    done = program.run("migrate", "--to", f"{url}&password=hunter22hunter22")

    assert done.code == 0, done.err
    assert "hunter22" not in done.out + done.err
    *_, how_many, closed, then = done.out.splitlines()
    assert "are in the database daybrief_" in how_many
    assert closed == f"{program.folder / 'data' / 'daybrief.db'} stays as it is, and no bot opens it any more."
    assert then == "Now put that address into DAYBRIEF_DATABASE_URL; then `daybrief check`, and `daybrief run`."
    assert any(line.split() == ["story", "1"] for line in done.out.splitlines())
    assert program.run("migrate", "--to", f"{url}&password=abc1").out.splitlines()[-1] == then, "however short it is"


def test_it_refuses_beside_a_running_bot_and_without_a_database(program: Program, url: str) -> None:
    program.run("import -", typed=STORY)
    config = load(program.folder / "config.toml", {})

    async def beside_a_bot() -> None:
        async with delivering(config):
            refused = await asyncio.to_thread(program.run, "migrate", "--to", url)
        assert (refused.code, refused.out) == (1, "")
        assert "is delivering from" in refused.err
        assert refused.err.endswith("; stop every one, then migrate; the file is as it was\n")

    asyncio.run(beside_a_bot())
    unnamed = program.run("migrate")
    assert (unnamed.code, unnamed.out) == (2, "")
    assert "name the database: --to postgresql://host/database" in unnamed.err
    misspelt = program.run("migrate", "--to", "mysql://u:hunter22@h/d")
    assert misspelt.code == 2
    assert "hunter22" not in misspelt.err
