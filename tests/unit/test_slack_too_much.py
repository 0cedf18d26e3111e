"""More than a message of Slack's can hold: what is shortened, what moves, and what never gets lost."""

from dataclasses import replace

import pytest

from adapters.slack import admin_answers, answers, post
from adapters.slack.plain import plain_of
from bot.model import (
    Answer,
    Composition,
    Edition,
    EditionStory,
    KeyPoint,
    Layout,
    Passage,
    SectionName,
    Sections,
    Stage,
    StoryStatus,
    Verdict,
)
from tests.morning import LONG_DISPUTES, NOW, STORY
from tests.slack_looks import CHANGES, DAY, OFFERED, ORDER, PAUSED, UNCERTAIN
from tests.slack_nasty import check, stories_in


def full(title: str = "A title", takeaway: str = "Short.") -> Edition:
    """As many stories as go into one message."""
    [shown] = DAY.stories[:1]
    ones = (replace(shown, number=n, ref=f"B{n}C", title=title, takeaway=takeaway, sections=()) for n in range(1, 13))
    return replace(DAY, stories=tuple(ones))


@pytest.mark.parametrize("status", [StoryStatus.CORRECTED, StoryStatus.WITHDRAWN])
@pytest.mark.parametrize("posted", [full(), full(takeaway="It is so. " * 70), full(title="x" * 600)])
def test_a_message_of_which_every_story_has_changed_and_grown_holds_them_all(
    posted: Edition, status: StoryStatus
) -> None:
    def changed(one: int) -> EditionStory:
        story = posted.stories[one]
        return replace(
            story,
            title="It is not so. " * 60,
            takeaway="It was otherwise. " * 900,
            sections=OFFERED,
            status=status,
            status_reason="why? " * 2_000,
            status_at=NOW,
            disputes=LONG_DISPUTES,
        )

    edition = replace(posted, stories=tuple(changed(n) for n in range(len(posted.stories))))
    for part, message in enumerate(post.messages(posted)):
        amended = post.amended(posted, edition, part)
        said = plain_of(amended.blocks)

        check(amended.blocks, amended.text)
        assert stories_in(amended.blocks) == stories_in(message.blocks)
        assert said.count(status.value.capitalize()) == len(stories_in(message.blocks))


def test_an_overview_strikes_out_what_was_withdrawn_and_opens_it_no_more() -> None:
    posted = replace(DAY, layout=Layout.THREAD)
    gone = replace(posted.stories[0], status=StoryStatus.WITHDRAWN, status_at=NOW, title="A hoax")
    overview = post.amended(posted, replace(posted, stories=(gone, *posted.stories[1:])), 0)
    [row, *_] = [
        row for block in overview.blocks if block["type"] == "rich_text" for row in block["elements"][0]["elements"]
    ]

    assert row["elements"][0] == {"type": "text", "text": "A hoax", "style": {"bold": True, "strike": True}}
    assert "Withdrawn on 3 March 2026" in plain_of(overview.blocks)


def test_an_overview_whose_titles_have_all_grown_still_fits() -> None:
    url = "https://e.example/" + "x" * 400
    posted = replace(full(), layout=Layout.THREAD)
    posted = replace(
        posted, stories=tuple(replace(one, sources=(replace(one.sources[0], url=url),)) for one in posted.stories)
    )
    mended = (
        replace(one, title="It is not so. " * 60, status=StoryStatus.CORRECTED, status_at=NOW) for one in posted.stories
    )
    edition = replace(posted, stories=tuple(mended))
    for part in range(len(post.messages(posted))):
        amended = post.amended(posted, edition, part)

        check(amended.blocks, amended.text)


def test_names_of_sources_do_not_crowd_out_their_articles() -> None:
    [article, *_] = STORY.articles
    wordy = replace(article, source=replace(article.source, name="The Very Long Gazette " * 800))
    [message] = answers.answer(Answer(asked="", story=replace(STORY, articles=(wordy,) * 3)), "sources", NOW)

    check(message.blocks, message.text)
    assert plain_of(message.blocks).count(article.title) == 3


def test_many_disputes_are_a_line_or_two_of_a_story() -> None:
    posted = replace(DAY, stories=tuple(replace(one, disputes=LONG_DISPUTES) for one in DAY.stories))
    [answered] = answers.answer(Answer(asked="", story=replace(STORY, disputes=LONG_DISPUTES)), "story", NOW)

    for message in (*post.messages(posted), answered):
        check(message.blocks, message.text)
        said = plain_of(message.blocks)
        assert said.count("Sources differ:") == max(1, len(stories_in(message.blocks) - {""}))


# ------------------------------------------------------------------------------------- more than a message can hold


def test_a_story_that_goes_over_two_messages_is_corrected_in_the_first() -> None:
    posted = full()
    giant = replace(posted.stories[3], takeaway="One thing follows from another. " * 500)
    posted = replace(posted, stories=(*posted.stories[:3], giant, *posted.stories[4:]))
    mended = replace(giant, takeaway="Nothing follows. " * 700, status=StoryStatus.CORRECTED, status_at=NOW)
    edition = replace(posted, stories=(*posted.stories[:3], mended, *posted.stories[4:]))
    before = post.messages(posted)
    after = [post.amended(posted, edition, part) for part in range(len(before))]
    with_it = [plain_of(one.blocks) for one in after if giant.ref in stories_in(one.blocks)]

    assert [stories_in(one.blocks) for one in after] == [stories_in(one.blocks) for one in before]
    for message in after:
        check(message.blocks, message.text)
    assert len(with_it) > 1
    assert "Nothing follows." in with_it[0]
    assert all(f"{giant.ref} was changed; it stands above." in one for one in with_it[1:])
    assert "One thing follows" not in "".join(with_it)


@pytest.mark.parametrize("layout", list(Layout))
def test_a_story_that_was_corrected_before_it_was_posted_says_why_in_a_few_words(layout: Layout) -> None:
    stories = [
        replace(one, status=StoryStatus.CORRECTED, status_at=NOW, status_reason="why? " * 9_000)
        for one in full().stories
    ]

    for message in post.messages(replace(DAY, stories=tuple(stories), layout=layout)):
        check(message.blocks, message.text)


def test_long_addresses_of_sources_do_not_crowd_out_a_point() -> None:
    sources = tuple(f"https://e{n}.example/" + "x" * 1_900 for n in range(9))
    points = tuple(KeyPoint(text=f"Point {n} holds.", sources=sources) for n in range(5))
    told = replace(STORY, sections=Sections(key_points=points))
    messages = answers.answer(Answer(asked="", section=SectionName.KEY_POINTS, story=told), "key_points", NOW)

    for message in messages:
        check(message.blocks, message.text)
    assert all(f"Point {n} holds." in "".join(plain_of(one.blocks) for one in messages) for n in range(5))


@pytest.mark.parametrize("times", [10, 2_000])
def test_an_answer_leaves_one_use_of_its_address_to_say_that_something_went_wrong(times: int) -> None:
    passage = Passage(text="One thing follows from another. " * times)
    told = replace(STORY, sections=Sections(what_changed=passage, second_order_effects=passage))
    messages = answers.answer(Answer(asked="", story=told), "story", NOW)

    for message in messages:
        check(message.blocks, message.text)
    assert len(messages) <= answers.MOST_MESSAGES
    assert (f"There is more: /brief story {told.ref}" in plain_of(messages[-1].blocks)) == (times == 2_000)


def test_the_state_of_a_channel_is_one_message_however_much_is_wrong() -> None:
    long = "x" * 9_000
    order = replace(PAUSED, channel=replace(ORDER.channel, name=long), reason=long, topics=(long,) * 50)
    told = [replace(one, person=long, detail=long) for one in CHANGES] * 9
    message = admin_answers.status(order, NOW, [replace(UNCERTAIN, reason=long)] * 9, [long] * 3, told)

    check(message.blocks, message.text)


def test_a_preview_shows_however_much_was_dropped() -> None:
    dropped = tuple(Verdict(ref=f"D{n}P", stage=Stage.DROPPED) for n in range(90))
    messages = admin_answers.preview(ORDER, Composition(edition=full(), verdicts=dropped), {}, can_change=True)

    for message in messages:
        check(message.blocks, message.text)
