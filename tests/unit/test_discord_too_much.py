"""More than a message of Discord's can hold: what is shortened, what moves, and what never gets lost."""

from dataclasses import replace

import pytest

from adapters.discord import admin_answers, answers, cards, limits
from adapters.discord.components import Card, count, fits, texts
from bot.model import (
    Answer,
    Composition,
    Edition,
    KeyPoint,
    Layout,
    Passage,
    SectionName,
    Sections,
    Stage,
    StoryStatus,
    Verdict,
)
from tests.discord_looks import CHANGES, DAY, ORDER, PAUSED, UNCERTAIN
from tests.discord_nasty import addresses_of, check, stories_in
from tests.morning import LONG_DISPUTES, NOW, STORY


def edition_of(number: int, title: str = "T", takeaway: str = "", layout: Layout = Layout.MESSAGE) -> Edition:
    [shown] = DAY.stories[:1]
    ones = (replace(shown, number=n, ref=f"B{n}C", title=title, takeaway=takeaway) for n in range(1, number + 1))
    return replace(DAY, stories=tuple(ones), layout=layout)


def without_sources(edition: Edition) -> Edition:
    return replace(edition, stories=tuple(replace(one, sources=(), publishers=0) for one in edition.stories))


def read(card: Card) -> str:
    return "\n".join(texts(card.components))


def test_the_limits_are_those_that_are_known() -> None:
    assert (limits.STORIES, limits.TEXT, limits.BYTES, limits.COMPONENTS) == (8, 3_500, 9_000, 40)
    assert (limits.LABEL, limits.CUSTOM_ID, limits.ROW) == (80, 100, 5)


def test_a_message_holds_eight_stories_of_many_short_ones() -> None:
    messages = cards.messages(edition_of(25, takeaway="It is so."))

    assert [len(stories_in(one.components)) for one in messages] == [8, 8, 8, 1]
    assert max(count(one.components) for one in messages) <= 40


def test_a_morning_of_five_stories_is_one_message() -> None:
    title = "Norvik opens a laboratory for self-improving agents, away from the race for ever more compute"
    takeaway = "Progress without ever larger clusters could ease the dependence on hardware by 2027. " * 2
    edition = edition_of(5, title, takeaway)
    sources = tuple(replace(one, url=one.url + "/x" * 50) for one in edition.stories[0].sources)
    stories = tuple(replace(one, sources=sources) for one in edition.stories)

    assert len(cards.messages(replace(edition, stories=stories))) == 1


@pytest.mark.parametrize("layout", list(Layout))
def test_a_story_that_a_message_can_hold_stands_in_one(layout: Layout) -> None:
    for message in cards.messages(edition_of(9, takeaway="One thing follows from another. " * 50, layout=layout)):
        told = read(message)

        assert told.count("One thing") in {0, 50 * len(stories_in(message.components))}
        assert not message.components[0]["components"][0].get("divider")


@pytest.mark.parametrize("status", [StoryStatus.CORRECTED, StoryStatus.WITHDRAWN])
@pytest.mark.parametrize(("piece", "lengths"), [("x", range(2_560, 3_320, 9)), ("漢", range(2_000, 3_000, 25))])
def test_stories_that_can_hardly_be_shortened_fit_where_they_stood(
    piece: str, lengths: range, status: StoryStatus
) -> None:
    tiny = without_sources(edition_of(8))
    # With some of these lengths the message is full to the last character that a new one may have.
    for length in lengths:
        giant = replace(tiny.stories[0], takeaway=piece * length)
        posted = replace(tiny, stories=(giant, *tiny.stories[1:]))
        grown = {
            "title": "It is not so. " * 20,
            "takeaway": "No. " * 500,
            "status_reason": "why? " * 500,
            "disputes": LONG_DISPUTES,
        }
        changed = (replace(one, status=status, status_at=NOW, **grown) for one in posted.stories[1:])  # type: ignore[arg-type]
        edition = replace(posted, stories=(giant, *changed))
        for part, message in enumerate(cards.messages(posted)):
            amended = cards.amended(posted, edition, part)

            assert stories_in(amended.components) == stories_in(message.components)
            assert fits(amended.components[0]["components"]), length


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("title", ["Short", "漢" * 600, "*" * 2_000])
def test_any_of_these_can_grow_in_any_layout(layout: Layout, title: str) -> None:
    posted = edition_of(9, title, title, layout)
    grown = {
        "title": "It is not so. " * 60,
        "takeaway": "漢" * 4_000,
        "status_reason": "why? " * 500,
        "disputes": LONG_DISPUTES,
    }
    for which in (1, 2):
        stories = (
            replace(one, status=StoryStatus.CORRECTED, status_at=NOW, **grown) if one.number % which == 0 else one  # type: ignore[arg-type]
            for one in posted.stories
        )
        edition = replace(posted, stories=tuple(stories))
        for part, message in enumerate(cards.messages(posted)):
            amended = cards.amended(posted, edition, part)

            check(amended.payload(), addresses_of(posted), may_list=False)
            assert stories_in(amended.components) == stories_in(message.components)


def test_a_giant_that_was_changed_says_so_where_the_rest_of_it_stood() -> None:
    posted = edition_of(2, takeaway="One thing follows from another. " * 400)
    giant = posted.stories[0]
    edition = replace(posted, stories=(replace(giant, takeaway="No.", status=StoryStatus.CORRECTED), posted.stories[1]))
    amended = [read(cards.amended(posted, edition, part)) for part in range(len(cards.messages(posted)))]
    first, *rest = [one for one in amended if giant.ref in one]

    assert "Corrected" in first
    assert "No." in first
    assert rest
    assert all(f"{giant.ref} was changed; it stands above." in one for one in rest)


def test_what_was_withdrawn_is_so_in_the_overview_of_a_thread_too() -> None:
    posted = edition_of(3, "Norvik opens a laboratory", layout=Layout.THREAD)
    gone = replace(posted.stories[1], status=StoryStatus.WITHDRAWN, status_at=NOW, status_reason="a hoax")
    overview = read(cards.amended(posted, replace(posted, stories=(posted.stories[0], gone, posted.stories[2])), 0))

    assert "**2** · ~~Norvik opens a laboratory~~\n-# B2C · Withdrawn on 3 March 2026" in overview
    assert overview.count("Withdrawn") == 1


def test_a_withdrawn_story_is_told_no_more() -> None:
    gone = replace(STORY, status=StoryStatus.WITHDRAWN, status_at=NOW, status_reason="a hoax")
    found = Answer(asked="", section=SectionName.KEY_POINTS, story=gone)
    shown = [
        *answers.read_more(Answer(asked="", story=gone), NOW),
        *answers.answer(found, "key_points", NOW),
        *answers.shared(gone, "", "a", NOW),
    ]

    assert len(shown) == 3
    assert not any(STORY.takeaway in read(one) or "http" in read(one) for one in shown)


def test_a_question_that_fills_a_screen_is_not_said_back_whole() -> None:
    nothing = Answer(asked="what? " * 1_000, nearest=(STORY,))

    check(answers.not_found(nothing, "story").payload())


def test_many_disputes_are_a_line_or_two_of_a_story() -> None:
    posted = replace(DAY, stories=tuple(replace(one, disputes=LONG_DISPUTES) for one in DAY.stories))
    told = replace(STORY, disputes=LONG_DISPUTES)
    posts, read_more = cards.messages(posted), answers.read_more(Answer(asked="", story=told), NOW)

    for message in (*posts, *read_more):
        check(message.payload(), addresses_of(posted, told), may_list=True)
    assert "".join(map(read, posts)).count("Sources differ") == len(posted.stories)
    assert "".join(map(read, read_more)).count("Sources differ") == 1


@pytest.mark.parametrize("times", [10, 2_000])
def test_an_answer_that_would_bury_the_channel_says_where_there_is_more(times: int) -> None:
    passage = Passage(text="One thing follows from another. " * times)
    told = replace(STORY, sections=Sections(what_changed=passage, second_order_effects=passage))
    messages = answers.answer(Answer(asked="", story=told), "story", NOW)

    for message in messages:
        check(message.payload(), addresses_of(told))
    assert len(messages) <= answers.MOST_MESSAGES
    assert (f"There is more: /brief story {told.ref}" in read(messages[-1])) == (times == 2_000)


def test_long_addresses_of_sources_do_not_crowd_out_a_point() -> None:
    sources = tuple(f"https://e{n}.example/" + "x" * 480 for n in range(9))
    points = tuple(KeyPoint(text=f"Point {n} holds.", sources=sources) for n in range(5))
    told = replace(STORY, sections=Sections(key_points=points))
    messages = answers.answer(Answer(asked="", section=SectionName.KEY_POINTS, story=told), "key_points", NOW)

    for message in messages:
        check(message.payload(), addresses_of(told))
    assert all(f"Point {n} holds." in "".join(map(read, messages)) for n in range(5))


def test_the_state_of_a_channel_is_one_message_however_much_is_wrong() -> None:
    for long in ("x" * 9_000, "漢" * 9_000, "* " * 5_000):
        order = replace(PAUSED, channel=replace(ORDER.channel, name=long), reason=long, topics=(long,) * 50)
        told = [replace(one, person=long, detail=long) for one in CHANGES] * 9
        uncertain = [replace(UNCERTAIN, id=n, reason=long) for n in range(9)]

        [shown] = admin_answers.status(order, NOW, uncertain, [long] * 9, told)
        check(shown.payload(), may_list=False)


def test_a_preview_shows_however_much_was_dropped() -> None:
    dropped = tuple(Verdict(ref=f"D{n}P", stage=Stage.DROPPED) for n in range(90))
    messages = admin_answers.preview(ORDER, Composition(edition=edition_of(20), verdicts=dropped), {}, can_change=True)

    for message in messages:
        check(message.payload(), addresses_of(DAY), may_list=False)
    assert all(any(f"D{n}P" in str(one.components) for one in messages) for n in range(90))
