"""The whole program with a model: two lines of configuration, a section on request, and what the day has cost."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.acceptance.program import CONFIG, Done, Program
from tests.fake_model import FakeModel, Reply, answering, says
from tests.writing import DAILY, KEY, WIRE

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>
<item><title>{title}</title><link>https://{name}.example/halden</link><description>{text}</description>
<pubDate>{when}</pubDate></item>
</channel></rss>"""
SECTIONS = {
    "what_changed": {"text": "The Halden chip runs models of 8 billion parameters without a network.", "cites": [3]},
    "strategic_implications": {
        "text": "Vendors of phones that run models may depend less on data centres.",
        "cites": [3],
    },
    "what_happens_next": [],
    "second_order_effects": [
        {"text": "Where models run on phones, fewer queries may reach data centres.", "cites": [3]}
    ],
}


@pytest.fixture
async def model() -> AsyncIterator[FakeModel]:
    async with FakeModel(answering(says(SECTIONS))) as served:
        yield served


async def run(program: Program, command: str, *arguments: str, **environment: str) -> Done:
    """One command in a process of its own, while the model answers in this one."""
    return await asyncio.to_thread(lambda: program.run(command, *arguments, **environment))


def configured(program: Program, analyst: str, at: str = "08:00") -> None:
    feeds = ""
    for name, title, text in (
        ("wire", "Norvik unveils the Halden chip", WIRE),
        ("daily", "Norvik unveils the Halden chip for phones", DAILY),
    ):
        when = format_datetime(datetime.now(UTC) - timedelta(hours=1))
        program.write(f"{name}.xml", FEED.format(name=name, title=title, text=text, when=when))
        feeds += f'[[feeds]]\nurl = "{name}.xml"\nname = "{name}"\n'
    program.write("config.toml", f'{CONFIG}time = "{at}"\n{feeds}\n[analyst]\n{analyst}\n')


async def test_effects_are_written_when_they_are_asked_for_and_check_says_what_that_cost(
    program: Program, model: FakeModel
) -> None:
    configured(program, f'model = "norvik-1"\nbase_url = "{model.url}"\nprice_per_million = [1.0, 5.0]')
    assert (await run(program, "gather")).code == 0

    first = await run(program, "effects", "halden chip", "--json", OPENAI_API_KEY=KEY)
    asked = len(model.prompts)
    again = await run(program, "effects", "halden chip", OPENAI_API_KEY=KEY)
    checked = await run(program, "check", "--json", OPENAI_API_KEY=KEY)

    assert first.code == 0, first.err
    told = json.loads(first.out)
    assert "Where models run on phones, fewer queries may" in json.dumps(told["sections"]["second_order_effects"])
    assert "Where models run on phones, fewer queries may" in again.out
    assert "Analysis" in again.out
    spent = checked.json()["models"]
    assert spent["calls"] == len(model.prompts) == asked > 0
    assert [(one["ref"], one["usd"]) for one in spent["stories"]] == [(told["ref"], spent["usd"])]
    assert 0 < spent["usd"] < spent["cap_usd"] == 1.0
    for done in (first, again, checked):
        assert KEY not in done.out + done.err


async def test_a_key_that_is_missing_is_said_by_check_and_by_whoever_wants_something_written(program: Program) -> None:
    configured(program, 'model = "openai:gpt-5-mini"')
    assert (await run(program, "gather", OPENAI_API_KEY="")).code == 0

    effects = await run(program, "effects", "halden chip", OPENAI_API_KEY="")
    points = await run(program, "keypoints", "halden chip", OPENAI_API_KEY="")
    checked = await run(program, "check", "--json", OPENAI_API_KEY="")
    post = await run(program, "post", OPENAI_API_KEY="")

    assert effects.code == post.code == 2
    for said in (effects.err, post.err):
        assert 'analyst.model: "openai:gpt-5-mini" needs OPENAI_API_KEY' in said
    assert points.code == 0, points.err
    assert checked.code == 3
    found = {one["about"]: one for one in checked.json()["findings"]}
    assert not found["analyst"]["fine"]
    assert found["secrets"] == {
        "about": "secrets",
        "fine": False,
        "says": "none; not set: OPENAI_API_KEY for [analyst] model",
    }
    assert (await run(program, "deliveries", "--json")).json() == []


async def test_a_section_that_cannot_be_written_ends_with_one_and_the_reason(
    program: Program, model: FakeModel
) -> None:
    gone = model.url
    await model.__aexit__(None, None, None)
    configured(program, f'model = "norvik-1"\nbase_url = "{gone}"\nprice_per_million = [0, 0]')
    assert (await run(program, "gather")).code == 0

    told = await run(program, "effects", "halden chip")
    as_json = await run(program, "story", "halden chip", "--section", "what-changed", "--json")
    points = await run(program, "keypoints", "halden chip")

    assert (told.code, told.out, as_json.code, points.code) == (1, "", 1, 0)
    assert "“Second-order effects” is not written" in told.err
    for said in (told.err, as_json.err):
        assert "The model norvik-1: the endpoint cannot be reached at 127.0.0.1:" in said
    assert as_json.json()["sections"] == {"what_changed": None}


@pytest.mark.parametrize(
    ("analyst", "says"),
    [
        ("price_per_million = [0, 0]", "today: free, 0 calls"),
        (
            "price_per_million = [1, 5]\ndaily_budget_usd = 0",
            "today: $0.0000 of $0.00, 0 calls; daily_budget_usd is 0: no model will be asked",
        ),
        ("price_per_million = [1, 5]", "today: $0.0000 of $1.00, 0 calls"),
    ],
)
def test_check_says_where_the_model_is_that_it_was_not_tried_and_whether_it_will_be_asked(
    program: Program, analyst: str, says: str
) -> None:
    configured(program, f'model = "norvik-1"\nbase_url = "http://me:secret@127.0.0.1:9/v1"\n{analyst}')

    found = {one["about"]: one["says"] for one in program.run("check", "--json").json()["findings"]}

    assert found["analyst"] == "norvik-1 at 127.0.0.1:9, with no key; not tried here, the first story shows"
    assert found["models"] == says
    assert found["feeds"] == "2 feeds, 2 never read yet"


async def test_a_running_bot_prepares_what_is_due_in_minutes_and_stops_in_time_though_the_model_hangs(
    program: Program,
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=6)
    async with FakeModel(answering(Reply(hangs=True))) as silent:
        configured(program, f'model = "norvik-1"\nbase_url = "{silent.url}"', at=f"{soon:%H:%M}")
        assert (await run(program, "gather")).code == 0
        log = program.folder / "run.log"
        with log.open("w") as said:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")),
                stdout=said,
                stderr=said,
                env={**os.environ, "OPENAI_API_KEY": KEY},
            )
        try:
            async with asyncio.timeout(60):
                while not silent.prompts:  # noqa: ASYNC110  # a fake says nothing when it is asked
                    await asyncio.sleep(0.05)
            asked = time.monotonic()
            running.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(running.wait(), 20)
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()

    assert code == 0
    assert time.monotonic() - asked < 10
    told = log.read_text("utf-8")
    assert "Traceback" not in told
    assert KEY not in told
    assert silent.prompts[0].headers["Authorization"] == f"Bearer {KEY}"
