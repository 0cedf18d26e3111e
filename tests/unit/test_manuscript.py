"""Whatever people hand in is understood as they meant it, or refused with the place and the reason."""

import json
import re
import tarfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Unreadable
from bot.manuscript import Manuscript, ManuscriptArticle, dump_story, parse
from bot.manuscript.values import MAX_KEY_POINTS, MAX_SECTION, MAX_TITLE
from bot.model import Article, Inference, KeyPoint, Passage, Sections, Source, Story
from bot.text import clean, clean_prose
from tests.morning import QUOTED

DOCS = Path(__file__).resolve().parents[2] / "docs" / "importing.md"
SEEN = datetime(2026, 3, 3, 8, tzinfo=UTC)

PASTED = """\
A Harbour Learns to Wait

Ships queue less, and nobody bought a crane.
Key Points
- 1First harbour of its size to plan by forecast.
- 2Queues fell from 67 to 41 minutes.
- 3Dispatchers keep the last word.
What Changed
A model plans the cranes of the harbour since November, and the dispatchers see each decision \
twenty minutes ahead of time.
Before that, four dispatchers planned by hand.
Strategic Implications
Planning pays where queues are expensive.
What Happens Next
Two neighbours decide in May.
Second-Order Effects
Lorries wait longer than ships.
Free Daily Briefing
Top AI intelligence stories delivered each morning."""


def one(text: str, name: str = "story.txt") -> Manuscript:
    (story,) = parse(text, name=name)
    return story


def refusal(text: str, name: str = "story.txt") -> str:
    with pytest.raises(Unreadable) as caught:
        parse(text, name=name)
    return str(caught.value)


def points(*lines: str) -> list[str]:
    return [point.text for point in one("T\n\nt\n\nKey Points\n" + "\n".join(lines)).sections.key_points]


def text_of(passage: Passage | None) -> str:
    assert passage is not None
    return passage.text


# ------------------------------------------------------------------------------------------------- plain text


def test_a_pasted_story_keeps_all_its_parts_and_loses_list_numbers_and_footer() -> None:
    story = one(PASTED)

    assert story.title == "A Harbour Learns to Wait"
    assert story.takeaway == "Ships queue less, and nobody bought a crane."
    assert [point.text for point in story.sections.key_points] == [
        "First harbour of its size to plan by forecast.",
        "Queues fell from 67 to 41 minutes.",
        "Dispatchers keep the last word.",
    ]
    assert text_of(story.sections.strategic_implications) == "Planning pays where queues are expensive."
    assert text_of(story.sections.what_happens_next) == "Two neighbours decide in May."
    assert text_of(story.sections.second_order_effects) == "Lorries wait longer than ships."
    assert story.analyst == "import"


def test_a_line_that_is_too_long_to_be_wrapped_is_a_paragraph() -> None:
    assert text_of(one(PASTED).sections.what_changed).count("\n\n") == 1


def test_wrapped_lines_of_plain_text_are_joined() -> None:
    story = one("T\n\nt\n\nWhat Changed\none\ntwo\n\nthree")

    assert text_of(story.sections.what_changed) == "one two\n\nthree"


@pytest.mark.parametrize("glue", ["", "\n", "\n\n---\n", "\n\n\n"])
def test_joined_files_are_so_many_stories(glue: str) -> None:
    stories = parse(PASTED + glue + PASTED + glue + PASTED, name="-")

    assert [story.title for story in stories] == ["A Harbour Learns to Wait"] * 3
    assert len(set(stories)) == 1


def test_a_footer_with_more_lines_is_no_story() -> None:
    assert one(PASTED + "\n\nSubscribe for free.\nNo spam.") == one(PASTED)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- 1First of its kind", "First of its kind"),
        ("• 1First of its kind", "First of its kind"),
        ("* First of its kind", "First of its kind"),
        ("1. First of its kind", "First of its kind"),
        ("1) First of its kind", "First of its kind"),
        ("- 1. First of its kind", "First of its kind"),
        ("1First of its kind", "First of its kind"),
        ('- 1"First" of its kind', '"First" of its kind'),
        ("- 3 of 5 labs agree", "3 of 5 labs agree"),
        ("- 20 billion dollars", "20 billion dollars"),
        ("- 1 lab disagrees", "1 lab disagrees"),
        ("- 1.5 million readers", "1.5 million readers"),
        ("- 1,200 jobs", "1,200 jobs"),
        ("- 1st in Europe", "1st in Europe"),
        ("- 1M tokens a second", "1M tokens a second"),
        ("- 1nm process", "1nm process"),
        ("- 1% of the price", "1% of the price"),
        ("- 10x faster", "10x faster"),
        ("- 2First is not in its place", "2First is not in its place"),
    ],
)
def test_only_the_number_of_its_place_is_decoration(line: str, expected: str) -> None:
    assert points(line) == [expected]


def test_a_number_that_means_something_survives_in_its_own_place() -> None:
    assert points("- 1First", "- 2 of 5 agree", "- 3D printing", "- 4.5 hours", "- 5th place") == [
        "First",
        "2 of 5 agree",
        "3D printing",
        "4.5 hours",
        "5th place",
    ]
    assert points("- 1st in Europe", "- 2x faster") == ["1st in Europe", "2x faster"]
    assert points("- 1A new lab", "- 2An old one", "- 3D printing") == ["A new lab", "An old one", "D printing"]


def test_key_points_without_bullets_are_one_a_line() -> None:
    assert points("One thing", "Another thing") == ["One thing", "Another thing"]


def test_the_next_line_of_a_bullet_belongs_to_it() -> None:
    assert points("- One thing", "  that goes on", "- Another") == ["One thing that goes on", "Another"]


@pytest.mark.parametrize("heading", ["KEY POINTS", "key points:", "Key Points :", "**Key Points**", "Key points"])
def test_headings_are_known_in_any_case_and_dress(heading: str) -> None:
    assert one(f"T\n\nt\n\n{heading}\n- a").sections.key_points == (KeyPoint(text="a"),)


@pytest.mark.parametrize("heading", ["Second-Order Effects", "second order effects", "Second\u2011order Effects:"])
def test_second_order_effects_need_no_hyphen(heading: str) -> None:
    assert text_of(one(f"T\n\nt\n\n{heading}\na").sections.second_order_effects) == "a"


def test_sources_and_topics_may_stand_below_the_takeaway() -> None:
    story = one(
        "T\n\nt\nSource: Fine news: https://a.example/1, The Paper, 2026-03-02\nSource: https://b.example/2\n"
        "Topics: labs, chips\nRef: k7q4\nWorkspaces: slack:T1\n\nKey Points\n- a"
    )

    assert story.articles == (
        ManuscriptArticle(
            title="Fine news", url="https://a.example/1", source="The Paper", published=datetime(2026, 3, 2, tzinfo=UTC)
        ),
        ManuscriptArticle(title="b.example/2", url="https://b.example/2"),
    )
    assert story.topics == ("labs", "chips")
    assert story.ref == "K7Q4"
    assert story.workspaces == ("slack:T1",)
    assert story.takeaway == "t"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("T\n\nt\nKey Pionts\n- a", 4, 'did you mean "Key Points"'),
        ("T\n\nt\nWhat Change\na", 4, 'did you mean "What Changed"'),
        ("T\n\nt\n\nu\n\nKey Points\n- a", 5, "second paragraph"),
        ("T\n\nt\n\nKey Points\n- a\n\nKey Points\n- b", 8, "second time"),
        ("T\n\nt\n\nKey Points\n\nWhat Changed\na", 5, "nothing stands below"),
        ("T\n\nt\n\nKey Points\n- a\nSource: javascript:alert(1)", 7, "has no address"),
        ("T\n\nt\n\nKey Points\n- a\nSource: ftp://a.example/x", 7, "has no address"),
        ("T\n\nt\n\nKey Points\n- a\nSource: http://[::1", 7, "expected an address"),
        ("T\n\nt\n\nKey Points\n- a\nSource: https://a.example, 2026-99-01", 7, "expected a time"),
        ("T\n\nt\n\nKey Points\n- a\nRef: hello", 7, "expected a ref"),
        ("T\n\nt\n\nKey Points\n- a\nWorkspaces: here", 7, "platform:workspace"),
        ("just some words", 1, "expected a story"),
        ("words\n\nand more", 1, "Key Points"),
        ("x" * (MAX_TITLE + 1) + "\n\nt\n\nKey Points\n- a", 1, "at most 300"),
        ("T\n\nt\n\nWhat Changed\n" + "x" * (MAX_SECTION + 1), 6, "at most 10,000"),
        ("T\n\nt\n\nKey Points\n" + "- a\n" * (MAX_KEY_POINTS + 1), 6 + MAX_KEY_POINTS, "at most 20"),
        ("A\n\na\n\nKey Points\n- a\n---\nB\n\nb\n\nKey Pints\n- b", 12, "Key Points"),
    ],
)
def test_a_refusal_names_file_line_and_what_was_expected(text: str, line: int, words: str) -> None:
    message = refusal(text, "morning.txt")

    assert message.startswith(f"morning.txt, line {line}: ")
    assert words in message


@pytest.mark.parametrize("text", ["", "  \n\n", "\ufeff", "---\n---", "\u200b"])
def test_an_empty_file_says_so(text: str) -> None:
    assert re.search("is empty|holds no story", refusal(text))


# --------------------------------------------------------------------------------------------------- Markdown


def test_markdown_has_links_for_sources_and_no_marks_left() -> None:
    story = one(
        "# **Bold** title\n\nA [linked](https://x.example) takeaway.\n\n## Key Points\n\n"
        "1. One, as [they](https://y.example) say. [a](https://a.example/1) [b](https://b.example/2)\n1. Two\n\n"
        "## What Changed\n\nwrapped\nline\n\n- a bullet\n- another\n\n## Sources\n\n"
        "* [First [of two]](https://a.example/1), The Paper, 2026-03-02T09:00:00Z\n* <https://b.example/2>\n\n"
        "## Topics\n\n- labs\n- chips\n",
        "x.md",
    )

    assert story.title == "Bold title"
    assert story.takeaway == "A linked takeaway."
    assert story.sections.key_points == (
        KeyPoint(text="One, as they say.", sources=("https://a.example/1", "https://b.example/2")),
        KeyPoint(text="Two"),
    )
    assert text_of(story.sections.what_changed) == "wrapped line\n\na bullet\n\nanother"
    assert [(article.title, article.source) for article in story.articles] == [
        ("First [of two]", "The Paper"),
        ("b.example/2", ""),
    ]
    assert story.topics == ("labs", "chips")


def test_markdown_needs_no_suffix() -> None:
    assert one("# T\n\nt", "-") == Manuscript(title="T", takeaway="t")


def test_a_second_title_begins_the_next_story() -> None:
    stories = parse("# A\n\na\n\n## Key Points\n- x\n\n# B\n\nb", name="x.md")

    assert [story.title for story in stories] == ["A", "B"]


def test_an_unknown_heading_is_refused_with_the_known_ones() -> None:
    message = refusal("# T\n\nt\n\n## Impact\n\nx", "x.md")

    assert message.startswith('x.md, line 5: the heading "Impact" is unknown; known: Key Points, What Changed, ')
    assert "did you mean" not in message
    assert 'did you mean "Key Points"' in refusal("# T\n\nt\n\n# Key Pionts\n\n- x", "x.md")


# ------------------------------------------------------------------------------------------------------- JSON


def test_all_mistakes_of_a_json_story_are_named_at_once() -> None:
    story = {
        "titel": "T",
        "takeaway": 5,
        "ref": "hello",
        "sections": {
            "key_points": [{"text": " "}, {"text": "a", "sources": ["javascript:alert(1)"]}],
            "what_changed": {"text": "x", "items": []},
            "what_happens_next": {"text": "x", "items": [{"text": "y", "horizn": "z"}]},
        },
        "articles": [{"source": "nobody"}, {"title": "x", "published": "yesterday"}, {"url": "https://a.example/x y"}],
        "workspaces": ["here"],
    }

    message = refusal(json.dumps(story), "x.json")

    for problem in [
        'titel: unknown key; did you mean "title"?',
        "title: is required",
        "takeaway: expected text, found a number",
        "ref: expected a ref such as K7Q4",
        "sections.key_points[0].text: is empty",
        "sections.key_points[1].sources[0]: expected an address",
        "sections.what_changed.items: unknown key",
        'sections.what_happens_next.items[0].horizn: unknown key; did you mean "horizon"?',
        "articles[0]: is empty",
        "articles[1].published: expected a time",
        "articles[2].url: expected an address",
        "workspaces[0]: expected platform:workspace",
    ]:
        assert problem in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "x.json, line 1: column 2 is not valid JSON"),
        ('{"title": "T",\n "a" 5}', "x.json, line 2: column 6 is not valid JSON"),
        ('{"title": "T", "title": "U"}', 'the key "title" twice'),
        ('{"title": NaN}', "NaN is not valid JSON"),
        ('{"title": -Infinity}', "-Infinity is not valid JSON"),
        ('{"title": ' + "1" * 5000 + "}", "too many digits"),
        ('{"title": ' + "[" * 100_000, "nested too deeply"),
        ("[]", "holds no story"),
        ("[{}]", "story 1 has 1 problem"),
        ('[{"title": "T"}, 5]', "story 2: expected an object, found a number"),
        ("null", "expected an object, found null"),
    ],
)
def test_json_that_is_no_story_is_refused_with_the_reason(text: str, words: str) -> None:
    assert words in refusal(text, "x.json")


def test_json_lines_name_the_line() -> None:
    assert refusal('{"title": "A"}\n\n{"title": 5}', "-").startswith("-, line 3: the story has 1 problem")
    assert refusal('{"title": "A"}\n{"title"', "x.jsonl").startswith("x.jsonl, line 2: column")


def test_a_text_stands_for_an_object_with_a_text() -> None:
    story = one('{"title": "T", "sections": {"key_points": ["a"], "what_changed": "b", "what_happens_next": "c"}}', "-")

    assert story.sections == Sections(
        key_points=(KeyPoint(text="a"),), what_changed=Passage(text="b"), what_happens_next=Passage(text="c")
    )


def test_a_time_without_an_offset_is_in_utc_and_others_are_converted() -> None:
    def published(text: str) -> datetime | None:
        return (
            one(json.dumps({"title": "T", "articles": [{"title": "x", "published": text}]}), "-").articles[0].published
        )

    assert published("2026-03-02T09:00:00") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert published("2026-03-02T09:00:00+02:00") == datetime(2026, 3, 2, 7, tzinfo=UTC)
    with pytest.raises(Unreadable):
        published("0001-01-01T00:00:00+23:00")


def test_hidden_characters_are_taken_out_of_every_text() -> None:
    evil = "a\u202eb\u200b\x07"
    story = one(json.dumps({"title": evil, "topics": [evil], "sections": {"key_points": [evil], "what_changed": evil}}))

    assert (story.title, story.topics, story.sections.key_points[0].text) == ("ab", ("ab",), "ab")
    assert text_of(story.sections.what_changed) == "ab"


# ----------------------------------------------------------------------------------------------- there and back

LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])
LINES = st.text(LETTERS, min_size=1, max_size=40).map(clean).filter(bool)
MAYBE = st.one_of(st.just(""), LINES)
PROSE = st.lists(LINES, min_size=1, max_size=3).map("\n\n".join).map(clean_prose).filter(bool)
URLS = st.from_regex(r"https?://[a-z]{1,8}\.example/[a-z0-9/]{0,8}\?[a-z]=[0-9]", fullmatch=True)
TIMES = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ITEMS = st.builds(Inference, text=LINES, horizon=MAYBE, confidence=MAYBE, basis=MAYBE)
PLAIN = st.one_of(st.none(), st.builds(Passage, text=PROSE))
FORWARD = st.one_of(st.none(), st.builds(Passage, text=PROSE, items=st.lists(ITEMS, max_size=3).map(tuple)))
WORDS = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), unique=True, max_size=3).map(tuple)


def article(title: str, url: str, source: str, published: datetime | None) -> Article:
    return Article(
        key="0" * 24,
        title=title,
        url=url,
        source=Source(name=source, domain=""),
        published=published,
        first_seen=SEEN,
        news_at=SEEN,
    )


STORIES = st.builds(
    Story,
    ref=st.sampled_from(["", "K7Q4", "R2D2X"]),
    title=LINES,
    takeaway=MAYBE,
    analyst=st.just("import"),
    first_seen=TIMES,
    news_at=TIMES,
    topics=WORDS,
    sections=st.builds(
        Sections,
        key_points=st.lists(
            st.builds(KeyPoint, text=LINES, sources=st.lists(URLS, max_size=2).map(tuple)), max_size=3
        ).map(tuple),
        what_changed=PLAIN,
        strategic_implications=PLAIN,
        what_happens_next=FORWARD,
        second_order_effects=FORWARD,
    ),
    articles=st.lists(st.builds(article, LINES, URLS, MAYBE, st.one_of(st.none(), TIMES)), max_size=3).map(tuple),
    workspaces=st.sampled_from([(), ("slack:T1", "discord:2")]),
)


def manuscript_of(story: Story) -> Manuscript:
    return Manuscript(
        title=story.title,
        takeaway=story.takeaway,
        sections=story.sections,
        articles=tuple(
            ManuscriptArticle(title=one.title, url=one.url, source=one.source.name, published=one.published)
            for one in story.articles
        ),
        topics=story.topics,
        ref=story.ref,
        workspaces=story.workspaces,
    )


@settings(deadline=None)
@given(st.lists(STORIES, min_size=1, max_size=3))
def test_what_json_prints_is_what_import_takes(stories: list[Story]) -> None:
    expected = tuple(manuscript_of(story) for story in stories)
    dumped = [dump_story(story) for story in stories]

    assert parse(json.dumps(dumped), name="x.json") == expected
    assert parse("\n".join(json.dumps(one, ensure_ascii=False) for one in dumped), name="-") == expected
    assert parse(json.dumps(dumped[0], indent=2), name="-") == expected[:1]


def test_a_printed_story_has_exactly_the_documented_keys() -> None:
    story = Story(
        ref="K7Q4",
        title="T",
        takeaway="",
        analyst="extractive",
        first_seen=SEEN,
        news_at=SEEN,
        sections=Sections(second_order_effects=Passage(text="a", items=(Inference(text="b"),))),
        articles=(article("x", "", "s", None), article("y", "", "s", SEEN.replace(microsecond=5))),
    )

    printed = dump_story(story)

    assert printed == {
        "ref": "K7Q4",
        "title": "T",
        "takeaway": "",
        "analyst": "extractive",
        "topics": [],
        "sections": {
            "key_points": [],
            "what_changed": None,
            "strategic_implications": None,
            "what_happens_next": None,
            "second_order_effects": {"text": "a", "items": [{"text": "b", "basis": ""}]},
        },
        "articles": [
            {"title": "x", "url": "", "source": "s", "published": None},
            {"title": "y", "url": "", "source": "s", "published": "2026-03-03T08:00:00.000005Z"},
        ],
        "first_seen": "2026-03-03T08:00:00Z",
        "status": "current",
    }
    assert dump_story(replace(story, workspaces=("slack:T1",)))["workspaces"] == ["slack:T1"]


def test_what_rests_on_what_who_wrote_it_and_what_is_disputed_is_printed_and_taken_back() -> None:
    printed = dump_story(QUOTED)
    sections = printed["sections"]
    assert isinstance(sections, dict)
    first, second = sections["key_points"]

    assert first["quote"].startswith("The laboratory opens with thirty people")
    assert "quote" not in second
    assert sections["what_happens_next"]["analyst"] == "extractive"
    assert "analyst" not in sections["what_changed"]
    assert printed["disputes"] == [
        [
            {"said": "thirty people", "sources": ["Fjord News"]},
            {"said": "forty people", "sources": ["Tech Ledger", "Agent Daily"]},
        ]
    ]
    assert one(json.dumps(printed), "x.json").sections.key_points == QUOTED.sections.key_points


NOUNS = st.sampled_from(
    ["harbour", "crane", "3 of 5 labs", "Zürich", "20 billion", "what changed", "1st place", "(RSI)"]
)
SENTENCES = st.lists(NOUNS, min_size=4, max_size=7).map(lambda words: f"A {' '.join(words)}.")
SIMPLE = st.builds(
    Manuscript,
    title=SENTENCES,
    takeaway=SENTENCES,
    sections=st.builds(
        Sections,
        key_points=st.lists(st.builds(KeyPoint, text=SENTENCES), min_size=1, max_size=4).map(tuple),
        what_changed=st.builds(Passage, text=st.lists(SENTENCES, min_size=1, max_size=3).map("\n\n".join)),
        second_order_effects=st.one_of(st.none(), st.builds(Passage, text=SENTENCES)),
    ),
    articles=st.lists(
        st.builds(
            ManuscriptArticle,
            title=SENTENCES,
            url=URLS,
            source=st.sampled_from(["", "The Paper"]),
            published=st.one_of(st.none(), TIMES),
        ),
        max_size=2,
    ).map(tuple),
    topics=WORDS,
    ref=st.sampled_from(["", "K7Q4"]),
)


def written(story: Manuscript, *, markdown: bool) -> str:
    """*story* as a careful person would write it."""
    mark = "## " if markdown else ""
    parts = [f"# {story.title}" if markdown else story.title, story.takeaway, f"{mark}Key Points"]
    parts.append("\n".join(f"- {point.text}" for point in story.sections.key_points))
    for heading, passage in [
        ("What Changed", story.sections.what_changed),
        ("Second-Order Effects", story.sections.second_order_effects),
    ]:
        parts += [f"{mark}{heading}", passage.text] if passage else []
    if story.topics:
        parts += [f"{mark}Topics", ", ".join(story.topics)]
    if story.articles:
        parts.append(f"{mark}Sources")
    for source in story.articles:
        named = f"- [{source.title}]({source.url})" if markdown else f"- {source.title} {source.url}"
        dated = source.published.isoformat() if source.published else ""
        parts.append(", ".join(filter(None, (named, source.source, dated))))
    if story.ref:
        parts.append(f"Ref: {story.ref}")
    return "\n\n".join(parts)


@settings(deadline=None, max_examples=50)
@given(st.lists(SIMPLE, min_size=1, max_size=3), st.booleans())
def test_what_a_careful_person_writes_is_what_is_read(stories: list[Manuscript], markdown: bool) -> None:
    text = "\n\n---\n\n".join(written(story, markdown=markdown) for story in stories)

    assert parse(text, name="-") == tuple(stories)


# -------------------------------------------------------------------------------------------------- documentation


def examples() -> list[tuple[str, str]]:
    return re.findall(r"^```(\w+)\n(.*?)^```$", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("form", ["text", "markdown", "json", "jsonl"])
def test_the_documented_example_of_each_form_is_a_story(form: str) -> None:
    (example,) = [text for language, text in examples() if language == form]

    stories = parse(example, name="example")

    assert stories[0].title.casefold() == "aldersund makes its tram timetable with a forecast"
    assert stories[0].sections.written()


# -------------------------------------------------------------------------------------------------- hostile text


@given(st.text(st.characters(), max_size=200), st.sampled_from(["x.txt", "x.md", "x.json", "x.jsonl", "-"]))
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_story_or_refused(text: str, name: str) -> None:
    try:
        stories = parse(text, name=name)
    except Unreadable:
        return
    assert all(story.title for story in stories)


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n" + "**a " * 100_000,
        "# T\n\n" + "[a](https://x" * 50_000,
        "# T\n\n" + "[" * 100_000,
        "# T\n\n" + "[]" * 100_000,
        "# " + "# " * 100_000,
        "Free Daily Briefing\n" * 2_000,
        "-" * 200_000,
        "1" * 200_000,
        "T\n\nt\n\nKey Points\n" + "1" * 100_000,
        "T\n\nt\n\nSources\n" + "https://" * 30_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.thread_time()

    with pytest.raises(Unreadable):
        parse(text, name="x")

    assert time.thread_time() - started < 5  # seconds; minutes if a pattern backtracks


@pytest.mark.shared
def test_the_real_pasted_story_is_read_whole(shared: Path) -> None:
    story = one((shared / "data/stories/sakana-rsi-lab.txt").read_text("utf-8"))

    assert story.title == "Sakana AI Launches Recursive Self-Improvement Lab, Challenging US Labs"
    assert story.takeaway.endswith("by 2027.")
    assert [point.text.split()[0] for point in story.sections.key_points] == ["First", "RSI", "May"]
    assert len(story.sections.written()) == 5
    assert text_of(story.sections.second_order_effects).endswith("self-improving AI systems.")


def is_refused(text: str, name: str) -> bool:
    try:
        parse(text, name=name)
    except Unreadable:
        return True
    return False


@pytest.mark.shared
def test_hostile_json_is_refused_unless_it_has_a_title(shared: Path) -> None:
    with tarfile.open(shared / "data/hostile/jsontestsuite.tar.gz") as archive:
        texts = [
            extracted.read().decode("utf-8", "surrogateescape")
            for member in archive.getmembers()
            if member.name.endswith(".json") and (extracted := archive.extractfile(member))
        ]

    taken = {text.strip() for text in texts for name in ("x.json", "x.jsonl", "-") if not is_refused(text, name)}

    assert len(texts) > 300
    assert all(text.startswith('{"title":') for text in taken)


@pytest.mark.shared
def test_broken_model_replies_are_refused(shared: Path) -> None:
    replies = (shared / "data/hostile/generated/llm_outputs.jsonl").read_text("utf-8").splitlines()

    assert len(replies) > 30
    assert all(is_refused(json.loads(reply)["raw"], "-") for reply in replies)


@pytest.mark.shared
def test_naughty_strings_are_text_in_every_form(shared: Path) -> None:
    for naughty in json.loads((shared / "data/hostile/blns/blns.json").read_text("utf-8")):
        story = one(json.dumps({"title": "T", "takeaway": naughty, "sections": {"key_points": [f"a {naughty}"]}}))

        assert story.takeaway == clean(naughty)
        assert story.sections.key_points[0].text == clean(f"a {naughty}")
        for form in ("T\n\nt\n\nKey Points\n- a {0}\n\nWhat Changed\na {0}", "# T\n\nt\n\n## What Changed\n\na {0}"):
            assert one(form.format(naughty)).title == "T"
