"""What people see on Slack: as it was accepted, within every limit, nothing lost, nobody pinged."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import answers, limits, post, views
from adapters.slack.blocks import size
from adapters.slack.plain import plain_of
from bot.model import (
    Answer,
    Edition,
    EditionStory,
    KeyPoint,
    Layout,
    Link,
    Passage,
    SectionName,
    Sections,
    Story,
    StoryStatus,
)
from bot.text import clean
from tests.fake_slack.validate import problems_of_blocks, problems_of_view
from tests.golden import matches_golden
from tests.morning import NOW, STORY
from tests.slack_looks import DAY, EVERYTHING, HOMES, MESSAGES, MODALS, OFFERED

NASTY = st.sampled_from(
    [
        "<!channel>",
        "<!here|x>",
        "<@U1>",
        "<#C1>",
        "<https://x|y>",
        "&amp;",
        "&",
        "<",
        ">",
        "|",
        "*b*",
        "\n",
        "@here",
        "👩‍👩‍👧",
    ]
)
TEXTS = st.lists(st.one_of(st.text(max_size=300), NASTY, st.just("ещё одно слово ")), max_size=40).map("".join)
URLS = st.sampled_from(
    ["https://a.example/x", "https://a.example/|>", "javascript:alert(1)", "", "https://e.example/" + "x" * 2500]
)


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_looks_as_it_was_accepted(name: str) -> None:
    seen = json.dumps(EVERYTHING[name], indent=1, ensure_ascii=False) + "\n"

    assert matches_golden(f"slack/{name}.json", seen), name


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_one_that_slack_takes(name: str) -> None:
    for message in MESSAGES[name]:
        assert problems_of_blocks(message["blocks"]) == []
        assert message["text"]


@pytest.mark.parametrize("name", MODALS)
def test_every_modal_is_one_that_slack_takes(name: str) -> None:
    assert [problems_of_view(view, "modal") for view in MODALS[name]] == [[]]


@pytest.mark.parametrize("name", HOMES)
def test_every_home_is_one_that_slack_takes(name: str) -> None:
    assert [problems_of_view(view, "home") for view in HOMES[name]] == [[]]


# ------------------------------------------------------------------------------------------------ any story at all


def edition(found: list[tuple[str, str]], layout: Layout, url: str) -> Edition:
    [shown] = DAY.stories[:1]
    stories = tuple(
        replace(
            shown,
            number=number,
            ref=f"B{number}C{number}",
            title=title or "A title",
            takeaway=takeaway,
            sections=OFFERED,
            sources=tuple(Link(name=title[:80], url=url) for _ in range(8)),
        )
        for number, (title, takeaway) in enumerate(found, start=1)
    )
    return replace(DAY, stories=stories, layout=layout)


def story(title: str, text: str, url: str) -> Story:
    [article, *_] = STORY.articles
    passage = Passage(text=text)
    return replace(
        STORY,
        title=title or "A title",
        takeaway=text,
        sections=Sections(
            key_points=(KeyPoint(text=text, sources=(url, "https://other.example/a")), KeyPoint(text=title)),
            what_changed=passage,
            second_order_effects=passage,
        ),
        articles=tuple(replace(article, title=title, url=url, key=f"{n:024x}") for n in range(12)),
    )


EDITIONS = st.builds(edition, st.lists(st.tuples(TEXTS, TEXTS), max_size=20), st.sampled_from(list(Layout)), URLS)
STORIES = st.builds(story, TEXTS, TEXTS, URLS)


def mrkdwn(value: Any) -> Iterator[str]:  # noqa: ANN401  # whatever JSON holds
    """Every text in which Slack would act on what it reads."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for inner in value.values():
            yield from mrkdwn(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from mrkdwn(inner)


def is_harmless(text: str) -> bool:
    """Nothing begins with ``<`` but our own links, and no entity is cut."""
    bare = re.sub(r"<https?://[^<>|\s]+\|[^<>]*>", "", text)
    return "<" not in bare and ">" not in bare and not re.search(r"&(?!amp;|lt;|gt;)", bare)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def check_blocks(blocks: Iterable[dict[str, Any]], text: str) -> None:
    listed = list(blocks)
    assert problems_of_blocks(listed) == []
    assert size(listed) <= limits.MESSAGE_TEXT
    assert all(is_harmless(one) for one in (*mrkdwn(listed), text))
    assert text


@settings(max_examples=60, deadline=None)
@given(EDITIONS)
def test_any_edition_is_taken_harmless_and_whole(edition: Edition) -> None:
    shown = ""
    for message in post.messages(edition):
        check_blocks(message.blocks, message.text)
        shown += squeezed(plain_of(message.blocks))

    for one in edition.stories:
        assert squeezed(clean(one.title)) in shown
        assert all(squeezed(word) in shown for word in clean(one.takeaway).split())


@settings(max_examples=40, deadline=None)
@given(EDITIONS, TEXTS)
def test_a_correction_leaves_every_story_in_its_message(edition: Edition, longer: str) -> None:
    def mended(one: EditionStory) -> EditionStory:
        return replace(one, takeaway=longer * 5, title=f"{one.title} mended", status=StoryStatus.CORRECTED)

    after = replace(edition, stories=tuple(map(mended, edition.stories)))
    for part, message in enumerate(post.messages(edition)):
        amended = post.amended(edition, after, part)

        check_blocks(amended.blocks, amended.text)
        assert buttons(message.blocks) <= buttons(amended.blocks)


@settings(max_examples=40, deadline=None)
@given(STORIES, st.sampled_from([None, *SectionName]))
def test_any_answer_and_any_view_is_taken_and_harmless(story: Story, section: SectionName | None) -> None:
    topic = section.value if section else "story"
    found = Answer(asked=story.title, section=section, story=story, others=(story,))
    nothing = Answer(asked=story.title, section=section, nearest=(story, story))
    for message in (
        *answers.answer(found, topic, NOW),
        *answers.answer(nothing, topic, NOW),
        *answers.answer(found, "sources", NOW),
        *answers.shared(story, topic, story.title, NOW),
        answers.search_results(story.title, [story] * 12, NOW),
    ):
        check_blocks(message.blocks, message.text)
    view = views.story(story, NOW)

    assert problems_of_view(view, "modal") == []
    assert all(map(is_harmless, mrkdwn(view)))


def buttons(blocks: Iterable[dict[str, Any]]) -> set[str]:
    """The refs of the stories that a message has buttons for."""
    return {one["value"] for block in blocks if block["type"] == "actions" for one in block["elements"]}


def test_a_correction_that_grows_fits_into_a_message_that_is_full() -> None:
    [shown] = DAY.stories[:1]
    twelve = tuple(replace(shown, number=n, ref=f"B{n}C2", takeaway="Short.") for n in range(1, 13))
    posted = replace(DAY, stories=twelve)
    grown = replace(twelve[0], takeaway="One thing follows from another. " * 110, status=StoryStatus.CORRECTED)
    amended = post.amended(posted, replace(posted, stories=(grown, *twelve[1:])), 0)

    check_blocks(amended.blocks, amended.text)
    assert "Corrected" in plain_of(amended.blocks)


def test_an_overview_with_long_addresses_keeps_to_the_limit() -> None:
    found = [(f"Title {n} " * 40, "x") for n in range(20)]

    for message in post.messages(edition(found, Layout.THREAD, "https://e.example/" + "x" * 700)):
        check_blocks(message.blocks, message.text)
