"""Our labelled samples say what their labels say, and the product does on them what it promises."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.names import named
from bot.samples import labelled

NAME = re.compile(r"[^\W\d_a-zà-öø-ÿ][\w&-]+")


def lines(kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in labelled(kind).read_text(encoding="utf-8").splitlines()]


def claims(kind: str) -> list[dict[str, Any]]:
    return [one for one in lines("gate") if one["kind"] == kind]


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:  # noqa: ANN401  # what the program printed
    assert main(["evaluate", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


# ----------------------------------------------------------------------------------------------------- the labels


@pytest.mark.parametrize("kind", ["grouping", "ranking", "keypoints", "gate"])
def test_no_sample_names_a_company_that_exists(kind: str) -> None:
    found = {text: set(named(text)) for one in lines(kind) for text in texts(one)}

    assert {text: names for text, names in found.items() if names} == {}


def test_claims_are_many_of_each_kind_from_many_articles_and_none_comes_twice() -> None:
    all_of_them = lines("gate")
    counts = Counter(one["kind"] for one in all_of_them)

    assert counts["verbatim"] >= 60
    assert counts["paraphrase"] >= 30
    assert min(counts[kind] for kind in ("number", "foreign name", "swapped name", "negation")) >= 40
    assert len({one["article"] for one in all_of_them}) >= 20
    assert len({(one["claim"], *one["cited"]) for one in all_of_them}) == len(all_of_them)
    assert {one["kind"] for one in all_of_them if one["ok"]} == {"verbatim", "paraphrase"}


def test_every_cited_sentence_stands_in_its_article() -> None:
    assert [one["claim"] for one in lines("gate") if not all(cited in one["article"] for cited in one["cited"])] == []


def test_claims_are_what_their_kind_says() -> None:
    assert [one["claim"] for one in claims("verbatim") if [one["claim"]] != one["cited"]] == []
    for one in claims("foreign name"):
        assert any(name not in one["article"] for name in NAME.findall(one["claim"])), one["claim"]
    for one in claims("swapped name"):
        cited = " ".join(one["cited"])
        assert any(name in one["article"] and name not in cited for name in NAME.findall(one["claim"])), one["claim"]
    for kind in ("paraphrase", "number", "negation", "turned round", "wrong sentence"):
        assert [one["claim"] for one in claims(kind) if one["claim"] in one["cited"]] == []


def test_articles_have_hard_neighbours() -> None:
    articles = lines("grouping")
    stories = Counter(one["story"] for one in articles)
    titles = {one["title"]: one["story"] for one in articles}

    assert len(articles) >= 120
    assert len(stories) >= 35
    assert sum(count == 1 for count in stories.values()) >= 8
    assert titles["Fathom 4 is here: Norvik's largest model yet"] != titles["Fathom 4.1 remembers whole case files"]
    assert len(articles) - len(titles) >= 3  # syndicated


def test_every_day_has_picks_and_stories_that_many_report_and_nobody_picked() -> None:
    days: dict[str, list[dict[str, Any]]] = {}
    for one in lines("ranking"):
        days.setdefault(one["day"], []).append(one)

    assert len(days) == 6
    for stories in days.values():
        assert len(stories) == 25
        assert 5 <= sum(one["picked"] for one in stories) <= 8
        assert max(len(one["domains"]) for one in stories if not one["picked"]) >= 3
        assert min(len(one["domains"]) for one in stories if one["picked"]) <= 2


def test_decks_are_not_copied() -> None:
    for one in lines("keypoints"):
        words = one["deck"].casefold().split()
        runs = {" ".join(words[start : start + 7]) for start in range(len(words) - 6)}
        assert not [run for run in runs if run in one["text"].casefold()], one["id"]


# ---------------------------------------------------------------------------------------------------- the product


def test_the_gate_catches_what_it_promises_to_catch(capsys: pytest.CaptureFixture[str]) -> None:
    refused = {one["kind"]: one["share"] for one in figures(capsys, "gate")["kinds"]}

    assert refused["number"] >= 0.92
    assert refused["foreign name"] >= 0.95
    assert refused["swapped name"] >= 0.95
    assert refused["negation"] >= 0.85
    assert refused["verbatim"] <= 0.03


def test_the_gate_lets_most_honest_paraphrases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    refused = {one["kind"]: one["share"] for one in figures(capsys, "gate")["kinds"]}

    assert refused["paraphrase"] < 0.25


def test_grouping_is_better_than_equal_titles(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "grouping", "--plain")

    assert not found["meaning"]
    assert found["b_cubed"]["f1"] > found["baselines"]["equal titles"]["b_cubed"]["f1"] + 0.05
    assert found["pairwise"]["f1"] > found["baselines"]["equal titles"]["pairwise"]["f1"] + 0.2
    assert found["b_cubed"]["precision"] > 0.8


def test_grouping_with_meaning_is_better_than_by_words_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for library in ("onnxruntime", "tokenizers"):
        pytest.importorskip(library)

    with_meaning, plain = figures(capsys, "grouping"), figures(capsys, "grouping", "--plain")

    assert with_meaning["meaning"]
    assert with_meaning["b_cubed"]["f1"] > plain["b_cubed"]["f1"] + 0.03


@pytest.mark.shared
def test_labelled_headlines_of_others_are_grouped_by_words_alone(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    headlines = shared / "data" / "uci-news" / "articles.jsonl"

    found = figures(capsys, "grouping", str(headlines), "--titles-only", "--no-time", "--plain")

    assert (found["articles"], found["stories"]) == (6366, 87)
    assert found["b_cubed"]["f1"] >= 0.73


def test_ranking_is_better_than_counting_publishers(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "ranking")

    assert found["ndcg@10"] > found["baselines"]["coverage alone"]["ndcg@10"] > found["baselines"]["chance"]["ndcg@10"]


def test_the_takeaway_is_nearer_to_the_editor_than_the_first_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "keypoints")

    assert found["takeaway"]["rouge1"] > found["lead-1"]["rouge1"] + 0.02
    assert found["takeaway"]["rouge2"] > found["lead-1"]["rouge2"]
    # The first two sentences of news are as good as any two; worse by more than chance would be a fault.
    assert found["takeaway and first key point"]["rouge1"] > found["lead-2"]["rouge1"] - 0.02


def test_the_order_of_a_file_changes_no_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("grouping", "ranking", "keypoints", "gate"):
        turned = tmp_path / f"{kind}.jsonl"
        turned.write_text(
            "\n".join(reversed(labelled(kind).read_text(encoding="utf-8").splitlines())), encoding="utf-8"
        )
        plain = ["--plain"] if kind == "grouping" else []
        ours, theirs = figures(capsys, kind, *plain), figures(capsys, kind, str(turned), *plain)
        assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}
