"""The model of meaning, as the extra ``semantic`` brings it; skipped without the extra."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from adapters import extras
from adapters.meaning.model import TOKENIZER_SHA256, WEIGHTS_SHA256, meant, tokenizer, trusted, weights
from adapters.meaning.texts import KEPT, TextMeaning
from adapters.workers import ProcessWorkers
from bot.errors import DaybriefError
from bot.group import group
from tests.newsroom import InlineWorkers, Result
from tests.unit.test_group import b_cubed, headlines

installed = pytest.mark.skipif("semantic" not in extras.installed(), reason="the extra semantic is not installed")


class CountingWorkers(InlineWorkers):
    """Says of every title how long it is, and how many titles it was given."""

    def __init__(self) -> None:
        self.given: list[int] = []

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        titles = arguments[0]
        assert isinstance(titles, tuple)
        self.given.append(len(titles))
        return cast(Result, tuple(str(len(title)).encode() for title in titles))


def vectors(*titles: str) -> list[np.ndarray]:
    return [np.frombuffer(one, dtype="<f4") for one in meant(titles, weights(), WEIGHTS_SHA256)]


@installed
def test_titles_that_mean_alike_are_nearer_than_titles_that_share_words() -> None:
    one, same, other = vectors(
        "Doctors warn of a new flu wave",
        "Physicians fear a surge of influenza",
        "Doctors open a new clinic",
    )

    assert one @ same > one @ other
    assert [float(np.linalg.norm(vector)) for vector in (one, same, other)] == pytest.approx([1, 1, 1], abs=1e-5)


@installed
def test_a_title_means_the_same_whatever_is_worked_out_beside_it() -> None:
    alone = vectors("Norvik unveils a chip")[0]
    beside = vectors("Norvik unveils a chip", "x " * 500, "", "Regulators publish a draft on open weights \u4e2d")

    assert float(alone @ beside[0]) > 0.98
    assert all(np.isfinite(vector).all() for vector in beside)


@installed
async def test_it_runs_in_a_worker_within_the_caps_of_one() -> None:
    workers = ProcessWorkers(1)
    try:
        (vector,) = await TextMeaning(workers).of(["Norvik unveils a chip"])
    finally:
        await workers.close()

    assert len(vector) == 384 * 4


async def test_only_new_titles_cost_anything(tmp_path: Path) -> None:
    workers = CountingWorkers()
    meaning = TextMeaning(workers, model=tmp_path)

    first = await meaning.of(["a", "bb", "a"])
    again = await meaning.of(["bb", "ccc", "a"])

    assert (first, again) == ((b"1", b"2", b"1"), (b"2", b"3", b"1"))
    assert workers.given == [2, 1]


async def test_no_more_titles_are_kept_than_there_is_room_for(tmp_path: Path) -> None:
    meaning = TextMeaning(CountingWorkers(), model=tmp_path)

    everything = await meaning.of([str(number) for number in range(KEPT + 10)])

    assert len(everything) == KEPT + 10
    assert len(meaning._known) == KEPT  # noqa: SLF001 - what it keeps can be seen nowhere else


async def test_weights_that_are_not_ours_are_never_loaded(tmp_path: Path) -> None:
    forged = tmp_path / "model.onnx"
    forged.write_bytes(b"not a model")

    with pytest.raises(DaybriefError, match=r"^model.onnx is not the file that Daybrief knows"):
        await TextMeaning(InlineWorkers(), model=forged).of(["Norvik unveils a chip"])


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DaybriefError, match=r"^absent cannot be read"):
        trusted(tmp_path / "absent", WEIGHTS_SHA256)


@installed
def test_the_tokenizer_is_the_one_that_the_model_was_made_with() -> None:
    assert b"##ing" in trusted(tokenizer(), TOKENIZER_SHA256)


@installed
@pytest.mark.shared
async def test_thousands_of_headlines_are_grouped_better_by_their_meaning(shared: Path) -> None:
    articles, truth = headlines(shared, 25)  # of each story, as a vector takes five milliseconds
    workers = ProcessWorkers()
    try:
        titles = [one.title for one in articles]
        meaning = dict(zip(titles, await TextMeaning(workers).of(titles), strict=True))
    finally:
        await workers.close()

    precision, recall = b_cubed(group(articles, [], meaning).founded, truth)

    assert 2 * precision * recall / (precision + recall) >= 0.82
