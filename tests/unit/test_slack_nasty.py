"""Whatever the outside world writes: Slack takes it, nobody is pinged, and nothing of an edition is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import admin_answers, answers, correction_views, history, notices, post, views
from adapters.slack.plain import plain_of
from bot.forms import CALLED, Part, form
from bot.model import (
    Answer,
    Composition,
    Edition,
    Layout,
    Notice,
    SectionName,
    Stage,
    Story,
    StoryStatus,
    Verdict,
)
from bot.retold import Former
from bot.retyping import Retyped, retyped
from bot.text import clean, clean_prose
from tests.fake_slack.validate import problems_of_options, problems_of_view
from tests.morning import NOW, STORY
from tests.slack_looks import CHANGES, DAY, ORDER, PAUSED, UNCERTAIN
from tests.slack_nasty import (
    ANY_TEXTS,
    EDITIONS,
    STORIES,
    TEXTS,
    changes,
    check,
    is_harmless,
    mrkdwn,
    squeezed,
    stories_in,
)


@settings(max_examples=80)
@given(EDITIONS)
def test_any_edition_is_taken_harmless_and_whole(edition: Edition) -> None:
    shown = ""
    for message in post.messages(edition):
        check(message.blocks, message.text)
        shown += squeezed(plain_of(message.blocks))

    at = 0
    for one in edition.stories:
        for said in (clean(one.title), clean(one.takeaway)):
            found = shown.find(squeezed(said), at)
            assert found >= 0, said
            at = found + len(squeezed(said))


@settings(max_examples=80)
@given(changes())
def test_any_change_leaves_every_story_in_its_message(change: tuple[Edition, Edition]) -> None:
    posted, edition = change
    for part, message in enumerate(post.messages(posted)):
        amended = post.amended(posted, edition, part)

        check(amended.blocks, amended.text)
        assert stories_in(amended.blocks) == stories_in(message.blocks)


@settings(max_examples=30)
@given(EDITIONS)
def test_an_edition_that_has_not_changed_reads_as_it_did(edition: Edition) -> None:
    messages = post.messages(edition)

    assert [post.amended(edition, edition, part) for part in range(len(messages))] == list(messages)


@settings(max_examples=60)
@given(STORIES, st.sampled_from([None, *SectionName]), st.sampled_from(list(StoryStatus)))
def test_any_answer_and_any_view_is_taken_and_harmless(
    told: Story, section: SectionName | None, status: StoryStatus
) -> None:
    story = replace(told, status=status, status_reason=told.takeaway)
    topic = section.value if section else "story"
    found = Answer(asked=story.title, section=section, story=story, others=(story,))
    nothing = Answer(asked=story.title, section=section, nearest=(story, story))
    for message in (
        *answers.answer(found, topic, NOW),
        *answers.answer(nothing, topic, NOW),
        *answers.answer(found, "sources", NOW),
        *answers.shared(story, topic, story.title, NOW),
        answers.search_results(story.title, [story] * 12, NOW),
        answers.sentence(f"No: {story.title}"),
        notices.notice(Notice(channel=DAY.channel, sentence=f"It is {story.title}", resend=7)),
        admin_answers.why([f"Since {story.title}"] * 60),
    ):
        check(message.blocks, message.text)
    view = views.story(story, NOW, tuple(SectionName))

    assert problems_of_view(view, "modal") == []
    assert all(map(is_harmless, mrkdwn(view)))
    assert problems_of_options(answers.options([(story.ref, story.title)] * 120)["options"]) == []


@settings(max_examples=40)
@given(EDITIONS)
def test_any_edition_can_be_picked_from_and_looked_at_before(edition: Edition) -> None:
    dropped = tuple(Verdict(ref=f"D{n}P", stage=Stage.DROPPED) for n in range(9))
    composition = Composition(edition=edition, verdicts=dropped)
    for message in (
        answers.which("key_points", edition),
        *answers.today(edition),
        *admin_answers.preview(ORDER, composition, {}, can_change=True),
        *admin_answers.preview(ORDER, composition, {}, can_change=False),
    ):
        check(message.blocks, message.text)


@settings(max_examples=40)
@given(ANY_TEXTS, st.lists(TEXTS.map(clean).filter(bool), max_size=20))
def test_any_name_and_any_reason_can_be_shown_to_admins(said: str, topics: list[str]) -> None:
    channel = replace(ORDER.channel, name=said)
    order = replace(ORDER, channel=channel, topics=tuple(dict.fromkeys(topics)))
    paused = replace(PAUSED, channel=channel, reason=said)
    uncertain = replace(UNCERTAIN, reason=said)
    told = [replace(one, person=said, detail=said) for one in CHANGES] * 9
    for one in (order, paused):
        message = admin_answers.status(one, NOW, [uncertain] * 9, [f"No {said}"] * 3, told)
        check(message.blocks, message.text)
    home = views.home([(order, NOW, (f"No {said}",)), (paused, NOW, ())], can_change=True, now=NOW)
    form = views.setup("C1", order, timezone="UTC", topics=topics * 9)

    assert problems_of_view(home, "home") == []
    assert problems_of_view(form, "modal") == []
    assert all(map(is_harmless, (*mrkdwn(home), *mrkdwn(form))))


@settings(max_examples=30)
@given(STORIES, st.lists(ANY_TEXTS, min_size=7, max_size=7), st.sampled_from(StoryStatus))
def test_any_story_can_be_corrected_and_withdrawn_and_shows_how_it_read(
    story: Story, typed: list[str], status: StoryStatus
) -> None:
    story = replace(story, status=status, status_reason=typed[0])
    for view in (correction_views.correction(story), correction_views.withdrawal(story)):
        assert problems_of_view(view, "modal") == []
    texts = dict(zip(Part, typed, strict=True))
    found = retyped(STORY, texts, form(STORY, Part, 2_400)[1])
    for text in (text for section in dump(found) for text in section):
        assert clean_prose(text) == text
    told = [Former(until=NOW, cause="it was corrected", parts=tuple((CALLED[part], texts[part]) for part in Part))] * 3
    assert problems_of_view(history.view(story, told), "modal") == []
    for message in history.messages(story, told):
        check(message.blocks, message.text)


def test_a_former_text_of_nothing_but_white_space_reads_as_none() -> None:
    told = Former(until=NOW, cause="it was corrected", parts=((CALLED[Part.TITLE], " \u3000\n"),))

    [message] = history.messages(STORY, [told])

    assert "Nobody had written any." in plain_of(message.blocks)


def dump(found: Retyped) -> list[tuple[str, ...]]:
    """Every text of what was typed."""
    made = found.manuscript
    if made is None:
        return []
    passages = [one for name in SectionName if (one := made.sections.passage(name))]
    items = [(one.text, one.horizon, one.confidence, one.basis) for passage in passages for one in passage.items]
    return [
        (made.title, made.takeaway),
        tuple(point.text for point in made.sections.key_points),
        *((passage.text,) for passage in passages),
        *items,
    ]


def test_a_correction_that_grows_fits_into_a_message_that_is_full() -> None:
    [shown] = DAY.stories[:1]
    twelve = tuple(replace(shown, number=n, ref=f"B{n}C2", takeaway="Short.") for n in range(1, 13))
    posted = replace(DAY, stories=twelve)
    grown = replace(twelve[0], takeaway="One thing follows from another. " * 110, status=StoryStatus.CORRECTED)
    amended = post.amended(posted, replace(posted, stories=(grown, *twelve[1:])), 0)

    check(amended.blocks, amended.text)
    assert "Corrected" in plain_of(amended.blocks)


@pytest.mark.parametrize("length", [10, 700, 1_480, 1_980])
@pytest.mark.parametrize("layout", list(Layout))
def test_long_addresses_cost_no_story_its_place(layout: Layout, length: int) -> None:
    url = "https://e.example/" + "x" * length
    [shown] = DAY.stories[:1]
    sources = tuple(replace(one, url=url) for one in shown.sources)
    stories = tuple(replace(shown, number=n, ref=f"B{n}C", title="T " * 200, sources=sources) for n in range(1, 21))
    messages = post.messages(replace(DAY, stories=stories, layout=layout))

    for message in messages:
        check(message.blocks, message.text)
    assert set().union(*(stories_in(message.blocks) for message in messages)) >= {one.ref for one in stories}
