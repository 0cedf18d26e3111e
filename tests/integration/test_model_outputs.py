"""Whatever a model answers, raw, becomes a brief that passed the gate or no brief; never another error."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.analyst.sentences import split
from adapters.analyst.tidy import unfit
from bot.errors import AnalystFailed
from bot.gate import faults
from bot.ports import Draft
from tests.fake_model import answering, says
from tests.writing import DAILY, GOOD, STORY, WIRE, writing

pytestmark = pytest.mark.shared


def outputs(shared: Path) -> list[str]:
    lines = (shared / "data" / "hostile" / "generated" / "llm_outputs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["raw"] for line in lines]


def texts(value: object) -> list[str]:
    """All texts in *value*, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for pair in value.items() for part in pair for one in texts(part)]
    return [one for part in value for one in texts(part)] if isinstance(value, list) else []


def check(draft: Draft) -> None:
    """That every text of *draft* stands in the sources, and that nothing else is in it."""
    sentences = split(f"{WIRE} {DAILY}")
    for said in (draft.takeaway, *(point.text for point in draft.key_points)):
        assert unfit(said, (), 300) == ()
        assert not all(faults(said, [one]) for one in sentences)
    assert {point.quote for point in draft.key_points} <= set(sentences)
    assert {url for point in draft.key_points for url in point.sources} <= {one.url for one in STORY.articles}


@pytest.mark.parametrize("mode", ["native", "tool", "prompted"])
async def test_every_raw_output_is_refused_in_every_form(tmp_path: Path, shared: Path, mode: str) -> None:
    found = outputs(shared)
    for raw in found:
        async with writing(tmp_path, answering(says(raw)), mode=mode, price_per_million=(0.0, 0.0)) as desk:
            try:
                check(await desk.writer.brief(STORY, {}))
            except AnalystFailed as failure:
                assert raw.strip()[:40] not in str(failure) or len(raw.strip()) < 10  # noqa: PT017

    assert len(found) == 37


async def test_every_text_of_them_in_the_right_form_is_refused_by_the_gate(tmp_path: Path, shared: Path) -> None:
    said: dict[str, None] = {}
    for raw in outputs(shared):
        try:
            said |= dict.fromkeys(texts(json.loads(raw)))
        except (ValueError, RecursionError):
            said |= {raw: None}
    places = itertools.cycle(["takeaway", "key_points"])
    for text in said:
        reply: dict[str, Any] = json.loads(json.dumps(GOOD))
        where = next(places)
        (reply["takeaway"] if where == "takeaway" else reply["key_points"][0])["text"] = text
        async with writing(tmp_path, answering(says(reply)), price_per_million=(0.0, 0.0)) as desk:
            if where == "takeaway":
                with pytest.raises(AnalystFailed):
                    await desk.writer.brief(STORY, {})
            else:
                draft = await desk.writer.brief(STORY, {})
                check(draft)
                assert (len(draft.key_points), draft.dropped) == (2, 1)

    assert len(said) > 20
