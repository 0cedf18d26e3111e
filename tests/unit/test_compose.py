"""What goes into an edition, in which order, and why the rest does not."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.choice import DIVERSITY, MAX_VERDICTS
from bot.compose import compose, late_start, window_start
from bot.model import (
    Composition,
    Coverage,
    Dispute,
    KeyPoint,
    Origin,
    SectionName,
    Sections,
    Stage,
    Story,
    StoryStatus,
    Subscription,
    Version,
    Wish,
)
from bot.rank import SALIENCE, WEIGHED
from bot.restate import amended
from tests.articles import article, story
from tests.clock import TUESDAY
from tests.newsroom import order

HOUR = timedelta(hours=1)
COVERAGE = Coverage(sources=3, articles=9, newest_at=TUESDAY)


def composed(
    stories: Sequence[Story],
    *,
    subscription: Subscription | None = None,
    posted: Mapping[str, tuple[datetime, int]] | None = None,
    wishes: Mapping[str, Wish] | None = None,
    writable: Collection[SectionName] = (),
) -> Composition:
    return compose(
        subscription or order(),
        day=TUESDAY.date(),
        due_at=TUESDAY,
        now=TUESDAY,
        window_start=TUESDAY - 24 * HOUR,
        stories=stories,
        posted=posted or {},
        coverage=COVERAGE,
        delayed=False,
        wishes=wishes or {},
        writable=writable,
    )


def stages(composition: Composition) -> dict[str, Stage]:
    return {one.ref: one.stage for one in composition.verdicts}


def test_the_window_reaches_back_to_the_last_edition_within_one_and_three_days() -> None:
    assert window_start(TUESDAY, None) == TUESDAY - 24 * HOUR
    assert window_start(TUESDAY, TUESDAY - 5 * HOUR) == TUESDAY - 24 * HOUR
    assert window_start(TUESDAY, TUESDAY - 50 * HOUR) == TUESDAY - 50 * HOUR
    assert window_start(TUESDAY, TUESDAY - 500 * HOUR) == TUESDAY - 72 * HOUR


def test_friday_and_monday_may_be_some_minutes_more_than_three_days_apart() -> None:
    friday = TUESDAY - 72 * HOUR - timedelta(seconds=5)

    assert window_start(TUESDAY, friday) == friday
    assert window_start(TUESDAY, friday - HOUR) == TUESDAY - 72 * HOUR


def test_news_that_turned_up_too_late_for_the_last_edition_is_looked_for_shortly_before_it() -> None:
    last = TUESDAY - 24 * HOUR

    assert late_start(TUESDAY - 24 * HOUR, last) == last - timedelta(minutes=15)
    assert late_start(TUESDAY - 24 * HOUR, TUESDAY - 22 * HOUR) == TUESDAY - 24 * HOUR
    assert late_start(TUESDAY - 72 * HOUR, TUESDAY - 500 * HOUR) == TUESDAY - 72 * HOUR
    assert late_start(TUESDAY - 24 * HOUR, None) == TUESDAY - 24 * HOUR


def test_the_best_stories_are_numbered_and_every_candidate_gets_a_reason() -> None:
    candidates = [story(f"C{n}DF", *(f"{n}{p}.test" for p in range(n))) for n in range(2, 9)]

    composition = composed(candidates)

    assert [(one.number, one.ref) for one in composition.edition.stories] == [
        (1, "C8DF"), (2, "C7DF"), (3, "C6DF"), (4, "C5DF"), (5, "C4DF"),
    ]  # fmt: skip
    assert [one.ref for one in composition.verdicts] == [f"C{n}DF" for n in range(8, 1, -1)]
    assert composition.verdicts[-1].stage is Stage.CUT
    assert composition.verdicts[-1].detail.startswith("the cut was ")


def test_a_story_is_left_out_for_the_right_reason() -> None:
    wanted = replace(order(), topics=("Labs",))
    candidates = [
        story("C2DF", "a.test", topics=("labs",)),
        story("C3DF", "b.test", topics=("chips",)),
        story("C4DF", "c.test", topics=("labs",), at=TUESDAY - 24 * HOUR),
        story("C5DF", "d.test", topics=("labs",), at=TUESDAY + HOUR),
        replace(story("C6DF", "e.test", topics=("labs",)), status=StoryStatus.WITHDRAWN),
        story("C7DF", "f.test", topics=("labs",)),
        story("C8DF", "g.test", topics=("labs",), title="[NOTICE] This feed is no longer maintained"),
    ]

    composition = composed(candidates, subscription=wanted, posted={"C7DF": (TUESDAY - 24 * HOUR, 1)})

    assert [one.ref for one in composition.edition.stories] == ["C2DF"]
    assert stages(composition) == {
        "C2DF": Stage.POSTED,
        "C3DF": Stage.OFF_TOPIC,
        "C4DF": Stage.OUTSIDE_WINDOW,
        "C5DF": Stage.OUTSIDE_WINDOW,
        "C6DF": Stage.WITHDRAWN,
        "C7DF": Stage.KNOWN,
        "C8DF": Stage.NO_STORY,
    }
    details = {one.ref: one.detail for one in composition.verdicts}
    assert details["C4DF"] == (
        "its news is of Monday 2 March, 08:00, and the edition takes what came after Monday 2 March, 08:00 (UTC)"
    )
    assert details["C5DF"] == "its news is of Tuesday 3 March, 09:00, and the edition was composed before"
    assert details["C8DF"] == ""
    assert details["C7DF"] == "1 article came in since, with no figure or name that counts as new"


def test_one_publisher_leads_two_stories_at_most_and_imports_are_not_counted() -> None:
    candidates = [story(f"C{n}DF", "a.test") for n in range(2, 6)] + [story("C9DF", "b.test", at=TUESDAY - 20 * HOUR)]
    written = [story(f"D{n}DF", origin=Origin.IMPORT) for n in range(2, 4)]

    composition = composed([*candidates, *written], subscription=replace(order(), stories=9))

    kinds = list(stages(composition).values())
    assert len(composition.edition.stories) == 5
    assert kinds.count(Stage.SOURCE_LIMIT) == 2


def test_an_update_says_what_is_new() -> None:
    grown = story("C2DF", "a.test", "b.test", "c.test")

    (shown,) = composed([grown], posted={"C2DF": (TUESDAY - 24 * HOUR, 1)}).edition.stories

    assert shown.is_update
    assert shown.news == "now 3 publishers, 1 when posted"


def test_the_sites_of_one_publisher_lead_two_stories_together() -> None:
    sites = [story(f"C{number}DF", f"s{number}.example.com") for number in range(2, 6)]

    assert list(stages(composed(sites)).values()).count(Stage.SOURCE_LIMIT) == 2


def test_only_the_publishers_that_are_counted_are_named() -> None:
    told = story("C2DF", "wire.test", "copy.test", "news.google.com")
    [shown] = composed([replace(told, copies=tuple(one.key for one in told.articles[1:]))]).edition.stories

    assert (shown.publishers, [one.name for one in shown.sources]) == (1, ["Wire"])


def test_no_text_is_too_long_for_a_platform_and_no_publisher_is_named_twice() -> None:
    huge = replace(
        story("C2DF", *(f"{n}.test" for n in range(30)), title="word " * 300), takeaway="a sentence without end " * 99
    )
    huge = replace(huge, articles=(*huge.articles, *huge.articles))

    (shown,) = composed([huge]).edition.stories

    assert len(shown.title) <= 300
    assert len(shown.takeaway) <= 600
    assert len(shown.sources) == 8
    assert len({link.name for link in shown.sources}) == 8
    assert shown.publishers == 30


def test_reasons_are_kept_for_the_best_candidates_only() -> None:
    candidates = [story(f"C{n}", f"{n}.test", at=TUESDAY - n * timedelta(minutes=1)) for n in range(300)]

    verdicts = composed(candidates).verdicts

    assert len(verdicts) == MAX_VERDICTS
    assert [one.rank for one in verdicts] == list(range(1, MAX_VERDICTS + 1))


def test_what_was_posted_has_a_reason_even_behind_hundreds_that_were_not() -> None:
    prolific = [story(f"C{n}", "a.test", "b.test") for n in range(MAX_VERDICTS + 50)]
    last = story("L2DF", "c.test", at=TUESDAY - 20 * HOUR)

    composition = composed([*prolific, last])

    assert [one.ref for one in composition.edition.stories][-1] == "L2DF"
    assert stages(composition)["L2DF"] is Stage.POSTED
    assert len(composition.verdicts) == MAX_VERDICTS


def test_what_became_of_candidates_without_a_reason_that_is_kept_is_recorded_by_stage() -> None:
    wanted = replace(order(), topics=("labs",))
    big = [story(f"B{n}", *(f"{n}{p}.test" for p in range(3)), topics=("labs",)) for n in range(MAX_VERDICTS)]
    small = [story(f"S{n}", f"{n}.test", topics=("labs",)) for n in range(40, 10, -1)]
    others = [story("D2DF", "d.test", topics=("chips",)), story("D3DF", "d.test", at=TUESDAY - 50 * HOUR)]

    composition = composed([*others, *small, *big], subscription=wanted)
    tally = composition.tally

    assert tally is not None
    assert (tally.places, tally.pinned, tally.ready, tally.topics) == (5, 0, 0, ("labs",))
    assert tally.cut == pytest.approx(math.log(4))
    assert [(one.stage, one.best) for one in tally.rest] == [
        (Stage.CUT, pytest.approx(math.log(2))), (Stage.OFF_TOPIC, None),
    ]  # fmt: skip
    assert tally.rest[0].refs == tuple(sorted(one.ref for one in small))
    assert tally.rest[1].refs == ("D2DF",)


def test_where_all_reasons_are_kept_nothing_is_recorded_of_others() -> None:
    written, pinned = story("D2DF", origin=Origin.IMPORT), story("P2DF", "p.test")
    tally = composed([written, pinned], wishes={"P2DF": Wish.PIN}).tally

    assert tally is not None
    assert (tally.rest, tally.cut, tally.pinned, tally.ready) == ((), None, 1, 1)


def test_what_is_off_topic_tells_what_it_is_about() -> None:
    wanted = replace(order(), topics=("labs",))
    candidates = [story("C2DF", "a.test", topics=("chips", "robots", "law")), story("C3DF", "b.test")]

    details = {one.ref: one.detail for one in composed(candidates, subscription=wanted).verdicts}

    assert details == {"C2DF": "it is about chips, robots and law", "C3DF": "it has no topic"}


def test_one_that_scores_as_much_as_the_last_that_fitted_says_what_decided() -> None:
    first = [story("C2DF", "a.test")]

    def said(last: Story) -> str:
        verdicts = composed([*first, last], subscription=replace(order(), stories=1)).verdicts
        return next(one.detail for one in verdicts if one.stage is Stage.CUT)

    assert said(story("C3DF", "b.test", at=TUESDAY - 9 * HOUR)) == "the cut was 0.69 as well, of a newer story"
    assert said(replace(story("C3DF", "b.test"), takeaway="")) == (
        "the cut was 0.69 as well, of a story that says more than its title"
    )
    assert said(story("C3DF", "b.test")) == (
        "the cut was 0.69 as well, of C2DF: they are alike in all that counts, and the alphabet decides"
    )


def test_one_that_no_model_weighed_says_so_where_its_score_is_higher() -> None:
    weighed = [replace(story(f"C{n:02}", f"{n}.test"), significance=1) for n in range(WEIGHED)]
    plain = story("D2DF", "d.test", at=TUESDAY - 20 * HOUR)

    composition = composed([*weighed, plain], subscription=replace(order(), stories=WEIGHED))

    assert (composition.verdicts[-1].score or 0) > (composition.verdicts[-2].score or 0)
    assert composition.verdicts[-1].detail == (
        "the cut was 0.49, of a story that a model weighed, and those come first"
    )


def test_the_cut_is_that_of_the_ranked_stories_not_of_those_that_lead() -> None:
    written = story("D2DF", origin=Origin.IMPORT)
    candidates = [story(f"C{n}DF", *(f"{n}{p}.test" for p in range(n))) for n in range(2, 5)]

    some = composed([written, *candidates], subscription=replace(order(), stories=2)).verdicts
    none = composed([written, *candidates], subscription=replace(order(), stories=1)).verdicts

    assert [one.detail for one in some][2:] == [f"the cut was {some[1].score:.2f}"] * 2
    assert [one.detail for one in none][1:] == ["ready-written stories took every place"] * 3


def test_what_is_pinned_leads_in_the_order_of_wishing_whatever_else_speaks_against_it() -> None:
    wanted = replace(order(), topics=("labs",))
    candidates = [
        story("C2DF", "a.test", "b.test", topics=("labs",)),
        story("C3DF", "a.test", topics=("chips",)),
        story("C4DF", "a.test", topics=("labs",), at=TUESDAY - 900 * HOUR),
        story("C5DF", "a.test", topics=("labs",)),
        story("C6DF", "a.test", topics=("labs",), origin=Origin.IMPORT),
    ]
    wishes = {"C5DF": Wish.PIN, "C4DF": Wish.PIN, "C3DF": Wish.PIN}

    composition = composed(candidates, subscription=wanted, posted={"C5DF": (TUESDAY - 24 * HOUR, 1)}, wishes=wishes)

    assert [one.ref for one in composition.edition.stories] == ["C5DF", "C4DF", "C3DF"]
    assert [one.detail for one in composition.verdicts][:3] == ["pinned by an admin"] * 3
    assert stages(composition)["C6DF"] is Stage.SOURCE_LIMIT


def test_no_more_is_pinned_than_the_edition_has_stories() -> None:
    candidates = [story(f"C{n}DF", f"{n}.test") for n in range(2, 7)]
    wishes = {f"C{n}DF": Wish.PIN for n in (6, 5, 4)}

    composition = composed(candidates, subscription=replace(order(), stories=2), wishes=wishes)

    assert [one.ref for one in composition.edition.stories] == ["C6DF", "C5DF"]
    by_ref = {one.ref: one for one in composition.verdicts}
    assert (by_ref["C4DF"].stage, by_ref["C2DF"].stage) == (Stage.CUT, Stage.CUT)
    assert by_ref["C4DF"].detail == "pinned by an admin, but stories pinned before it took every place"
    assert by_ref["C2DF"].detail == "pinned stories took every place"


def test_a_withdrawn_story_that_was_too_old_all_the_same_is_left_out_for_its_age() -> None:
    late, old = story("C2DF", "a.test"), story("C3DF", "b.test", at=TUESDAY - 30 * HOUR)
    withdrawn = [replace(one, status=StoryStatus.WITHDRAWN) for one in (late, old)]

    assert stages(composed(withdrawn)) == {"C2DF": Stage.WITHDRAWN, "C3DF": Stage.OUTSIDE_WINDOW}


def test_a_withdrawn_story_cannot_be_pinned_and_a_dropped_one_is_told_from_it() -> None:
    withdrawn = replace(story("C2DF", "a.test"), status=StoryStatus.WITHDRAWN)
    dropped = story("C3DF", "b.test", origin=Origin.IMPORT)

    composition = composed([withdrawn, dropped], wishes={"C2DF": Wish.PIN, "C3DF": Wish.DROP})

    assert composition.edition.quiet
    assert stages(composition) == {"C2DF": Stage.WITHDRAWN, "C3DF": Stage.DROPPED}


def test_a_day_without_candidates_is_a_quiet_edition() -> None:
    edition = composed([]).edition

    assert edition.quiet
    assert edition.coverage == COVERAGE


# ------------------------------------------------------------------------------------------------------ diversity


def test_one_company_does_not_fill_an_edition() -> None:
    many = [story(f"C{n}DF", f"{n}.test", title=f"OpenAI launches product {n}") for n in range(2, 8)]
    others = [
        story("D2DF", "x.test", title="Mistral releases a model"),
        story("D3DF", "y.test", title="Nvidia opens a shop"),
    ]

    shown = [one.title for one in composed([*many, *others]).edition.stories]

    assert sum("OpenAI" in title for title in shown) == 3
    assert shown[1] == "Mistral releases a model"


def test_a_much_bigger_story_is_shown_whatever_company_it_is_about() -> None:
    title = "OpenAI opens shop number"
    many = [story(f"C{n}DF", *(f"{n}{p}.test" for p in range(9)), title=f"{title} {n}") for n in range(2, 7)]
    small = [story(f"D{n}DF", f"x{n}.test", title=f"Somebody opens a shop {n}") for n in range(2, 7)]

    shown = [one.title for one in composed([*small, *many]).edition.stories]

    assert sum(one.startswith(title) for one in shown) == 5


def test_a_story_that_others_about_its_company_keep_out_says_so() -> None:
    many = [story(f"C{n}DF", f"{n}.test", title=f"OpenAI opens shop {n}") for n in range(2, 5)]
    others = [story("D2DF", "x.test", "y.test", title="A shop opens"), story("D3DF", "z.test", title="Another opens")]

    composition = composed([*many, *others], subscription=replace(order(), stories=3))
    (out,) = [one for one in composition.verdicts if one.stage is Stage.DIVERSITY]

    assert [one.ref for one in composition.edition.stories] == ["C2DF", "D2DF", "C3DF"]
    assert out.ref == "C4DF"
    assert out.score == pytest.approx(math.log(2) + SALIENCE - 2 * DIVERSITY)
    assert dict(out.numbers)["diversity"] == 2 * DIVERSITY
    assert out.detail == "OpenAI has 2 stories in it; without that it would count 1.19, and the cut was 0.84"
    assert stages(composition)["D3DF"] is Stage.CUT


def test_a_story_about_two_companies_costs_what_the_one_costs_of_which_there_is_more() -> None:
    many = [story(f"C{n}DF", f"{n}.test", "z.test", title=f"OpenAI opens shop {n}") for n in range(2, 4)]
    both = story("D2DF", "x.test", title="xAI meets OpenAI")

    composition = composed([*many, both])

    assert [dict(one.numbers)["diversity"] for one in composition.verdicts] == [0, DIVERSITY, 2 * DIVERSITY]


def test_a_laboratory_that_does_not_name_itself_in_its_titles_is_one_company() -> None:
    def own(n: int) -> Story:
        blog = story(f"C{n}DF", "openai.test", title=f"Introducing shop {n}")
        source = replace(blog.articles[0].source, name="OpenAI", domain=f"{n}.test")
        return replace(blog, articles=(replace(blog.articles[0], source=source),))

    composition = composed([own(n) for n in range(2, 5)])

    assert [dict(one.numbers)["diversity"] for one in composition.verdicts] == [0, DIVERSITY, 2 * DIVERSITY]


def test_what_a_model_has_not_weighed_never_passes_what_it_has() -> None:
    weighed = [
        replace(story(f"C{n}DF", *(f"{n}{p}.test" for p in range(9))), significance=1 if n == 2 else None)
        for n in range(2, 22)
    ]
    rest = [story(f"D{n}DF", *(f"d{n}{p}.test" for p in range(8))) for n in range(2, 6)]

    composition = composed([*rest, *weighed], subscription=replace(order(), stories=20))

    assert [one.ref for one in composition.edition.stories][-1] == "C2DF"
    assert all(one.ref.startswith("C") for one in composition.edition.stories)


# -------------------------------------------------------------------------------------------- what is carried along


def test_a_story_of_which_something_is_new_says_what() -> None:
    when = TUESDAY - 10 * HOUR
    first = article("Norvik buys a chip maker for $20 billion", "a.test", at=when - HOUR)
    later = article("Norvik pays $17 billion", "b.test", at=when + HOUR)
    running = replace(story("C2DF", "a.test"), articles=(first, later))

    (shown,) = composed([running], posted={"C2DF": (when, 1)}).edition.stories

    assert (shown.is_update, shown.news) == (True, "new: $17 billion · now 2 publishers, 1 when posted")


def test_what_can_be_asked_for_is_what_is_written_and_what_a_model_may_write() -> None:
    writable = frozenset({SectionName.SECOND_ORDER_EFFECTS, SectionName.WHAT_CHANGED})
    quoted = replace(story("C2DF", "a.test"), sections=Sections(key_points=(KeyPoint(text="So it is."),)))
    brought = story("C3DF", origin=Origin.IMPORT)

    without = {one.ref: one.sections for one in composed([quoted, brought]).edition.stories}
    with_one = {one.ref: one.sections for one in composed([quoted, brought], writable=writable).edition.stories}

    assert without == {"C2DF": (SectionName.KEY_POINTS,), "C3DF": ()}
    assert with_one["C2DF"] == (
        SectionName.KEY_POINTS,
        SectionName.WHAT_CHANGED,
        SectionName.SECOND_ORDER_EFFECTS,
    )
    assert with_one["C3DF"] == ()


def test_a_corrected_story_offers_nothing_that_a_model_would_write_from_the_articles_that_were_wrong() -> None:
    (shown,) = composed([story("C2DF", "a.test")], writable=[SectionName.WHAT_CHANGED]).edition.stories
    dispute = Dispute(versions=(Version(said="two", sources=("A",)), Version(said="three", sources=("B",))))
    changed = replace(story("C2DF", "a.test"), status=StoryStatus.CORRECTED, disputes=(dispute,))

    assert shown.sections == (SectionName.WHAT_CHANGED,)
    assert amended(shown, changed).sections == ()
    assert amended(shown, changed).disputes == (dispute,)


def test_what_was_new_in_a_story_goes_when_it_is_corrected_and_what_came_after_that_stays() -> None:
    marked = replace(story("C2DF", "a.test"), status=StoryStatus.CORRECTED, status_at=TUESDAY)
    before = replace(composed([story("C2DF", "a.test")]).edition.stories[0], is_update=True, news="new: $3 million")
    after = replace(composed([marked]).edition.stories[0], is_update=True, news="new: $5 million")

    assert (amended(before, marked).is_update, amended(before, marked).news) == (True, "")
    assert amended(after, marked) == after
    again = replace(marked, status_at=TUESDAY + HOUR)
    assert amended(after, again).news == ""


def test_what_sources_tell_differently_goes_along() -> None:
    dispute = Dispute(versions=(Version(said="two", sources=("A",)), Version(said="three", sources=("B",))))

    (shown,) = composed([replace(story("C2DF", "a.test"), disputes=(dispute,))]).edition.stories

    assert shown.disputes == (dispute,)
