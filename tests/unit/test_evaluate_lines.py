"""Labelled lines are taken as people write them, and every mistake is named with its line."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WrongUsage
from bot.evaluate import (
    articles_of,
    read_articles,
    read_claims,
    read_references,
    read_stories,
    shuffled,
)
from bot.evaluate.lines import MAX_LINE, MAX_TEXT, MAX_TITLE

ARTICLE = {
    "id": 7,
    "title": "Halden delays Skarn",
    "publisher": "Silicon Harbour",
    "domain": "www.SiliconHarbour.test",
    "link": "https://siliconharbour.test/skarn",
    "ts": 1772438400,
    "story": "skarn",
}


DOCS = Path(__file__).resolve().parents[2] / "docs" / "evaluating.md"


def lines(*values: object) -> list[bytes]:
    return [json.dumps(value).encode() + b"\n" for value in values]


def complaints(*found: bytes) -> list[str]:
    with pytest.raises(WrongUsage) as caught:
        read_articles(found, "labels.jsonl")
    return str(caught.value).splitlines()


def test_an_article_is_read_with_all_that_it_has() -> None:
    (one,) = read_articles(lines(ARTICLE | {"text": "It slips.", "unheard": [1]}), "f")

    assert (one.title, one.text, one.publisher, one.domain, one.story) == (
        "Halden delays Skarn",
        "It slips.",
        "Silicon Harbour",
        "siliconharbour.test",
        "skarn",
    )
    assert one.at == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"ts": None}, None),
        ({"ts": 0}, None),
        ({"ts": ""}, None),
        ({"ts": "0"}, None),
        ({"ts": 1772438400.5}, datetime(2026, 3, 2, 8, 0, 0, 500_000, tzinfo=UTC)),
        ({"ts": "1772438400"}, datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ({"ts": -86400}, datetime(1969, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_missing_or_written_in_several_ways(said: dict[str, object], meant: datetime | None) -> None:
    (one,) = read_articles(lines(ARTICLE | said), "f")

    assert one.at == meant


def test_little_is_enough() -> None:
    one, other = read_articles(lines({"title": "", "story": 3}, {"title": "T", "story": 3.5, "id": None}), "f")

    assert (one.title, one.domain, one.at, one.story, other.story) == ("", "", None, "3", "3.5")


def test_a_domain_that_is_missing_is_that_of_the_link() -> None:
    (one,) = read_articles(lines({"title": "T", "story": "s", "link": "https://www.wire.test/a"}), "f")

    assert one.domain == "wire.test"


def test_blank_lines_windows_ends_and_an_encoding_mark_are_no_mistakes() -> None:
    text = b"\xef\xbb\xbf" + lines(ARTICLE)[0].rstrip() + b"\r\n\n  \n" + lines(ARTICLE)[0].rstrip()

    assert len(read_articles(text.splitlines(keepends=True), "f")) == 2


def test_every_mistake_is_named_with_its_line() -> None:
    wrong = ARTICLE | {"title": 5, "ts": "yesterday"}
    unlabelled = {key: value for key, value in ARTICLE.items() if key != "story"}

    assert complaints(*lines(ARTICLE, wrong, unlabelled), b"{\n", b"[]\n", b"\xff{}\n") == [
        "labels.jsonl has 6 problems:",
        '  line 2: "title" is 5; expected a text',
        '  line 2: "ts" is "yesterday"; expected seconds since 1970, such as 1772438400, or null',
        '  line 3: "story" is missing; expected a text or a number that is not empty',
        "  line 4: not JSON: expecting property name enclosed in double quotes (column 1)",
        "  line 5: expected one JSON object, such as {…}, on each line",
        "  line 6: not UTF-8 text (byte 1 of the line)",
    ]


def test_milliseconds_are_recognised() -> None:
    assert complaints(*lines(ARTICLE | {"ts": 1772438400000}))[1].endswith("or null; this looks like milliseconds")


@pytest.mark.parametrize("ts", ["NaN", "Infinity", "true", "[]", "1e400", "9" * 5000, '"1_0x"'])
def test_a_time_that_is_none_is_a_sentence(ts: str) -> None:
    found = complaints(b'{"title": "T", "story": "s", "ts": ' + ts.encode() + b"}")

    assert found[0] == "labels.jsonl has 1 problem:"


@pytest.mark.parametrize(
    "story", ["null", '""', '" "', "[]", "{}", "true", "false", "NaN", "-Infinity", "1e400", r'"\ud800\u200b"']
)
def test_a_label_that_is_none_is_a_sentence(story: str) -> None:
    assert '"story" is ' in complaints(b'{"title": "T", "story": ' + story.encode() + b"}")[1]


@pytest.mark.parametrize("story", ["[]", "[[1]]", "{}", '{"a": 1}', "true", "NaN"])
def test_a_label_that_may_be_left_out_is_still_a_text_or_a_number(story: str) -> None:
    line = b'{"title": "A b c d", "deck": "x", "story": ' + story.encode() + b"}"

    with pytest.raises(WrongUsage, match=r'line 1: "story" is .*; expected a text or a number'):
        read_references([line], "f")


@pytest.mark.parametrize("story", ["null", '""', "0", "9" * 400, "-0.5"])
def test_key_points_need_no_label_and_take_any_number(story: str) -> None:
    assert len(read_references([b'{"title": "T", "deck": "D", "story": ' + story.encode() + b"}"], "f")) == 1


def test_a_line_of_more_than_a_million_bytes_is_a_sentence() -> None:
    found = complaints(*lines(ARTICLE | {"text": "x" * MAX_LINE}))

    assert found[1:] == ["  line 1: longer than 1,000,000 bytes"]


def test_texts_are_made_harmless_as_those_of_feeds_are() -> None:
    nasty = "A\ud800 \u202eb\x00\n c\u0301"
    (one,) = read_references(lines({"title": nasty, "text": f"{nasty}\n\nD", "deck": nasty, "story": nasty}), "f")
    (two,) = read_stories(lines({"day": nasty, "story": 1, "titles": [nasty], "domains": [nasty], "picked": 1}), "f")
    (three,) = read_claims(lines({"claim": nasty, "cited": [nasty], "article": nasty, "kind": nasty, "ok": 1}), "f")

    assert (one.title, one.text, one.reference, one.story) == ("A b ć", "A b ć\n\nD", "A b ć", "A b ć")
    assert (two.day, two.titles, two.domains) == ("A b ć", ("A b ć",), ("a b ć",))
    assert (three.claim, three.cited, three.article, three.kind) == ("A b ć", ("A b ć",), "A b ć", "A b ć")


def test_titles_and_texts_are_cut() -> None:
    far = "x" * 60_000
    (one,) = read_references(lines({"title": far, "text": far, "publisher": far, "deck": far}), "f")
    (two,) = read_stories(lines({"day": 1, "story": 1, "titles": [far], "domains": [far], "picked": 1}), "f")
    (three,) = read_claims(lines({"claim": far, "cited": [far], "article": far, "kind": far, "ok": 1}), "f")

    assert {len(one.title), len(one.publisher), len(three.kind)} == {MAX_TITLE}
    assert {len(value) for value in (*two.titles, *two.domains)} == {MAX_TITLE}
    assert {len(value) for value in (one.text, one.reference, three.claim, *three.cited, three.article)} == {MAX_TEXT}


def test_equal_lines_and_equal_numbers_are_articles_of_their_own() -> None:
    found = read_articles(lines(ARTICLE, ARTICLE, ARTICLE | {"title": "T"}), "f")

    assert len({one.key for one in articles_of(shuffled(found, 1), timeless=False, titles_only=False)}) == 3


def test_a_list_in_a_list_in_a_list_is_a_sentence() -> None:
    assert "not JSON that can be read" in complaints(b"[" * 100_000)[1]


def test_after_twenty_mistakes_the_rest_is_counted() -> None:
    found = complaints(*[b"{}\n"] * 30)

    assert (found[0], len(found), found[-1]) == ("labels.jsonl has 60 problems:", 22, "  and 40 more")


@pytest.mark.parametrize("found", [[], [b"\n", b"  \n"]])
def test_an_empty_file_is_a_sentence(found: list[bytes]) -> None:
    assert complaints(*found) == ["labels.jsonl is empty; docs/evaluating.md shows what a line looks like"]


def test_a_story_of_a_day_is_read() -> None:
    said = {"day": 3, "story": "s", "titles": ["A", "B"], "domains": ["www.a.test", ""], "ts": None, "picked": 1}
    (one,) = read_stories(lines(said), "f")

    assert (one.day, one.titles, one.domains, one.at, one.is_picked) == ("3", ("A", "B"), ("a.test",), None, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"picked": 2},
        {"picked": "yes"},
        {"picked": float("nan")},
        {"titles": []},
        {"titles": "A"},
        {"titles": [float("nan")]},
        {"domains": [1]},
        {"day": True},
        {"day": []},
        {"story": {}},
        {"ts": True},
        {"ts": float("inf")},
    ],
)
def test_a_story_with_a_mistake_is_a_sentence(wrong: dict[str, object]) -> None:
    said = {"day": 3, "story": "s", "titles": ["A"], "domains": ["a.test"], "ts": None, "picked": 1}

    with pytest.raises(WrongUsage, match=r"line 1: "):
        read_stories(lines(said | wrong), "f")


def test_a_claim_is_read_and_without_a_kind_called_by_its_truth() -> None:
    said = {"claim": "C", "cited": ["S."], "article": "S. T.", "ok": False}
    one, other, third = read_claims(lines(said, said | {"ok": True}, said | {"kind": "number"}), "f")

    assert (one.claim, one.cited, one.article, one.is_true) == ("C", ("S.",), "S. T.", False)
    assert (one.kind, other.kind, third.kind) == ("false", "true", "number")


def test_a_deck_is_also_called_a_reference_and_one_is_enough() -> None:
    with_deck, with_reference = {"title": "T", "deck": "D"}, {"title": "T", "reference": "R"}

    assert [one.reference for one in read_references(lines(with_deck, with_reference, {"title": "T"}), "f")] == [
        "D",
        "R",
        "",
    ]
    with pytest.raises(WrongUsage, match='no line has a "deck" or a "reference"'):
        read_references(lines({"title": "T"}), "f")


@given(st.permutations([f"story {number % 3}" for number in range(8)]))
def test_the_order_of_lines_never_matters(stories: list[str]) -> None:
    found = read_articles(lines(*({"title": "T", "story": story} for story in stories)), "f")

    assert shuffled(found, 1) == shuffled(sorted(found, key=lambda one: one.story), 1)


def test_another_seed_is_another_order() -> None:
    found = read_articles(lines(*({"title": str(number), "story": 1} for number in range(20))), "f")

    assert shuffled(found, 1) != shuffled(found, 2)
    assert sorted(map(repr, shuffled(found, 2))) == sorted(map(repr, found))


def test_articles_without_a_date_are_as_new_as_the_newest() -> None:
    found = read_articles(lines(ARTICLE | {"ts": None}, ARTICLE | {"ts": 2000}, ARTICLE | {"ts": 1000}), "f")

    dated = articles_of(found, timeless=False, titles_only=False)

    assert dated[0].news_at == dated[1].news_at > dated[2].news_at
    assert len({one.news_at for one in articles_of(found, timeless=True, titles_only=False)}) == 1


def test_titles_only_leaves_the_texts_out() -> None:
    found = read_articles(lines(ARTICLE | {"text": "It slips."}), "f")

    assert [one.extract for one in articles_of(found, timeless=False, titles_only=True)] == [""]
    assert [one.extract for one in articles_of(found, timeless=False, titles_only=False)] == ["It slips."]


def test_the_documented_lines_can_be_read() -> None:
    examples = [line.encode() for line in re.findall(r"^```json\n(.*)\n```$", DOCS.read_text("utf-8"), re.MULTILINE)]
    readers = (read_articles, read_stories, read_references, read_claims)

    for read, example in zip(readers, examples, strict=True):
        assert len(read([example], "docs")) == 1
