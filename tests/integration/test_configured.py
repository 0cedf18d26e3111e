"""A model that the configuration names is at work in the whole house; what keeps us from asking it is said at once."""

import asyncio
import logging
import tomllib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import extras
from adapters.analyst.configured import endpoint_of, key_named
from bot import wiring
from bot.config import Config, read
from bot.errors import ConfigProblems
from bot.model import Asker, SectionName
from bot.wiring import parts, running
from tests.articles import article
from tests.contract.values import intake
from tests.fake_model import FakeModel, Reply, answering, says
from tests.scripted_writer import ScriptedWriter
from tests.writing import KEY, STORY

ME = Asker()
EFFECTS = {
    "what_changed": {"text": "The Halden chip runs models of 8 billion parameters without a network.", "cites": [3, 7]},
    "strategic_implications": {
        "text": "Vendors of phones that run models may depend less on data centres.",
        "cites": [3, 9],
    },
    "what_happens_next": [],
    "second_order_effects": [
        {"text": "Where models run on phones, fewer queries may reach data centres.", "cites": [3]}
    ],
}


@pytest.fixture
async def model() -> AsyncIterator[FakeModel]:
    async with FakeModel(answering(says(EFFECTS))) as served:
        yield served


def config(folder: Path, analyst: str, environ: Mapping[str, str] | None = None) -> Config:
    return read(f"[analyst]\n{analyst}\n", folder=folder, environ=environ or {})


def local(folder: Path, model: FakeModel, *, budget: float = 1.0) -> Config:
    prices = "price_per_million = [1.0, 5.0]"
    return config(
        folder,
        f'model = "norvik-1"\nbase_url = "{model.url}"\ndaily_budget_usd = {budget}\n{prices}',
        {"OPENAI_API_KEY": KEY},
    )


async def test_whoever_asks_for_a_section_has_it_written_by_the_model_that_is_configured(
    tmp_path: Path, model: FakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with wiring.open_house(local(tmp_path, model)) as house:
            house.room.pages = None
            [kept] = await house.store.archive.admit(intake(replace(STORY, ref="")))
            answer = await house.desk.stories.look_up(kept.ref, SectionName.SECOND_ORDER_EFFECTS, ME)
            assert answer.is_awaited
            answer = await house.desk.stories.written(answer, ME)

            assert answer.trouble == ""
            assert answer.story is not None
            assert answer.story.sections.second_order_effects is not None
            assert answer.story.sections.second_order_effects.analyst == "norvik-1"
            [expense] = await house.desk.supply.expenses()
            assert (expense.ref, expense.model, expense.is_settled) == (kept.ref, "norvik-1", True)
    assert KEY not in caplog.text
    assert model.prompts[0].headers["Authorization"] == f"Bearer {KEY}"


async def test_a_budget_that_is_too_small_for_a_story_offers_nothing(tmp_path: Path, model: FakeModel) -> None:
    async with wiring.open_house(local(tmp_path, model, budget=0.0001)) as house:
        [kept] = await house.store.archive.admit(intake(replace(STORY, ref="")))

        answer = await house.desk.stories.look_up(kept.ref, SectionName.SECOND_ORDER_EFFECTS, ME)

        assert "budget" in answer.trouble
        assert not answer.is_awaited
        assert model.prompts == []


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("openai:gpt-5-mini", "needs OPENAI_API_KEY, which is not set; set it, or write"),
        ("google:gemini-2.5-flash", "needs GOOGLE_API_KEY or GEMINI_API_KEY"),
        ("openrouter:some/model", "needs OPENROUTER_API_KEY"),
    ],
)
async def test_a_key_that_is_missing_keeps_nobody_from_looking_but_whoever_would_deliver(
    tmp_path: Path, model: str, says: str
) -> None:
    named = config(tmp_path, f'model = "{model}"')

    with pytest.raises(ConfigProblems) as caught:
        async with wiring.open_house(named, delivers=True):
            pass
    assert [problem.path for problem in caught.value.problems] == ["analyst.model"]
    assert says in str(caught.value)
    assert not (tmp_path / "data").exists()
    async with wiring.open_house(named) as house:
        assert house.room.writer is None
        assert says in str(house.writer_trouble)


async def test_an_extra_that_is_missing_is_named_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.analyst.configured.find_spec", lambda name: None if name == "pydantic_ai" else name)

    trouble = wiring.writer_trouble(config(tmp_path, 'model = "ollama:qwen3:8b"'))

    assert 'needs the extra "models": make extras' in str(trouble)


def test_a_provider_is_asked_with_its_own_key_and_no_other(tmp_path: Path) -> None:
    environ = {"GEMINI_API_KEY": "g", "OPENAI_API_KEY": "o", "ANTHROPIC_API_KEY": "a"}
    for model, key in (("google:x", "g"), ("openai:x", "o"), ("anthropic:x", "a"), ("ollama:x", "")):
        endpoint = endpoint_of(config(tmp_path, f'model = "{model}"', environ))

        assert endpoint is not None
        assert endpoint.key == key
        assert "key=" not in repr(endpoint)
    assert key_named(config(tmp_path, 'model = "google:x"', environ)) == "GEMINI_API_KEY"
    assert endpoint_of(config(tmp_path, 'model = "extractive"', environ)) is None


async def test_a_new_configuration_brings_its_model_or_is_refused_whole(tmp_path: Path, model: FakeModel) -> None:
    old, without_key = local(tmp_path, model), config(tmp_path, 'model = "openai:gpt-5-mini"')
    async with wiring.open_house(old) as house:
        before = house.room.writer

        async def reload(new: Config) -> None:
            await running.load_anew(
                house.desk.shift,
                lambda: new,
                lambda config: parts.renewed_writer(house.room, config),
                lambda: None,
            )

        await reload(without_key)
        assert (house.room.config, house.room.writer) == (old, before)
        await reload(replace(old, bot=old.bot.model_copy(update={"timezone": "Europe/Berlin"})))
        assert house.room.writer is before
        await reload(config(tmp_path, 'model = "openai:gpt-5-mini"', {"OPENAI_API_KEY": KEY}))
        assert house.room.writer is not None
        assert house.room.writer.name == "gpt-5-mini"
        await reload(config(tmp_path, 'model = "extractive"'))
        assert house.room.writer is None


async def test_a_house_that_closes_while_a_model_hangs_closes_at_once(tmp_path: Path) -> None:
    async with FakeModel(answering(Reply(hangs=True))) as silent, asyncio.timeout(20):
        async with wiring.open_house(local(tmp_path, silent)) as house:
            house.room.pages = None
            [kept] = await house.store.archive.admit(intake(replace(STORY, ref="")))
            answer = await house.desk.stories.look_up(kept.ref, SectionName.SECOND_ORDER_EFFECTS, ME)
            asking = asyncio.create_task(house.desk.stories.written(answer, ME))
            while not silent.prompts:  # noqa: ASYNC110  # a fake says nothing when it is asked
                await asyncio.sleep(0.01)
            house.desk.shift.stop()
            told = await asking

        assert "being stopped" in told.trouble


async def test_what_is_being_written_ends_before_the_store_closes(tmp_path: Path) -> None:
    async with wiring.open_house(config(tmp_path, 'model = "extractive"')) as house:
        writer = ScriptedWriter()
        writer.may_go_on.clear()
        house.room.writer, house.room.pages = writer, None
        [kept] = await house.store.archive.admit(intake(replace(STORY, ref="")))
        answer = await house.desk.stories.look_up(kept.ref, SectionName.SECOND_ORDER_EFFECTS, ME)
        asking = asyncio.create_task(house.desk.stories.written(answer, ME))
        while not writer.calls:  # noqa: ASYNC110  # a fake says nothing when it is asked
            await asyncio.sleep(0.01)

    await asyncio.wait({asking}, timeout=2)

    assert asking.done()
    asking.exception()


def test_every_extra_of_the_project_is_looked_for(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")

    assert set(extras.PACKAGES) == set(tomllib.loads(text)["project"]["optional-dependencies"])
    assert set(extras.installed()) <= set(extras.PACKAGES)


async def test_a_replay_asks_no_model(tmp_path: Path, model: FakeModel) -> None:
    at = article("x").first_seen
    async with wiring.open_house(local(tmp_path, model), at=at) as house:
        assert house.room.writer is None
