"""What became of a story is one sentence for each way in which it can have ended, and claims no more than is known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Answer, Delivery, DeliveryState, Receipt, Stage, StoryStatus, Verdict
from bot.outcome import Ruling, outcome
from bot.why import Why, lines, named
from tests.articles import story
from tests.clock import TUESDAY
from tests.morning import EDITION

HOUR = timedelta(hours=1)
DAY = "on Tuesday 3 March"
SENT = Delivery(
    id=1, subscription=1, channel=EDITION.channel, date=EDITION.date, due_at=TUESDAY, state=DeliveryState.SENT,
    sent_at=TUESDAY,
)  # fmt: skip
ON_ITS_WAY = "chosen as number 1 of the edition for Tuesday 3 March, which is on its way (so it is)"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_reason_of_its_own_also_where_nothing_else_is_recorded(stage: Stage) -> None:
    told = story("Z9DF")
    bare = Ruling(delivery=SENT, called="Z9DF", edition=EDITION, verdict=Verdict(ref="Z9DF", stage=stage))
    said = {one: outcome(replace(bare, verdict=Verdict(ref="Z9DF", stage=one)), told, "here") for one in Stage}

    assert said[stage].startswith(f"left out here {DAY}: ")
    assert len(set(said.values())) == len(Stage)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DeliveryState.DUE, ON_ITS_WAY),
        (
            DeliveryState.SENDING,
            "chosen as number 1 of the edition for Tuesday 3 March, which is on its way (so it is)",
        ),
        (DeliveryState.SENT, "posted here on Tuesday 3 March at 09:00 as number 1"),
        (DeliveryState.REFUSED, "chosen as number 1 here for Tuesday 3 March, but the edition was refused: so it is"),
        (DeliveryState.MISSED, "chosen as number 1 here for Tuesday 3 March, but the edition was missed: so it is"),
        (DeliveryState.SKIPPED, "chosen as number 1 here for Tuesday 3 March, but the edition was skipped: so it is"),
        (
            DeliveryState.UNCERTAIN,
            "chosen as number 1 here for Tuesday 3 March, but the edition may have arrived, and nobody knows: so it is",
        ),
    ],
)
def test_a_story_that_was_chosen_was_posted_only_if_its_edition_was_sent(state: DeliveryState, said: str) -> None:
    told = story("K7Q4")
    delivery = replace(SENT, state=state, reason="so it is", sent_at=TUESDAY if state is DeliveryState.SENT else None)

    assert outcome(Ruling(delivery=delivery, called="K7Q4", edition=EDITION), told, "here") == said


def test_of_an_edition_that_ended_half_way_no_more_is_claimed_than_that_a_part_arrived() -> None:
    delivery = replace(SENT, state=DeliveryState.MISSED, receipts=(Receipt(part=0, messages=("m",)),))

    assert outcome(Ruling(delivery=delivery, called="K7Q4", edition=EDITION), story("K7Q4"), "here").endswith(
        "but the edition was missed, after a part of it had arrived"
    )


def test_the_edition_of_a_date_that_was_sent_on_the_next_is_told_with_both() -> None:
    delivery = replace(SENT, sent_at=TUESDAY + 17 * HOUR)

    assert outcome(Ruling(delivery=delivery, called="K7Q4", edition=EDITION), story("K7Q4"), "here") == (
        "posted here on Wednesday 4 March at 02:00 as number 1 of the edition for Tuesday 3 March"
    )


@pytest.mark.parametrize(
    ("status", "at", "shown_at", "said"),
    [
        (StoryStatus.WITHDRAWN, HOUR, None, ", and withdrawn since, on 3 March 2026"),
        (StoryStatus.WITHDRAWN, timedelta(), None, ", and withdrawn since, on 3 March 2026"),
        (StoryStatus.WITHDRAWN, -HOUR, None, ", and is withdrawn by now"),
        (StoryStatus.CORRECTED, -HOUR, -HOUR, ""),
        (StoryStatus.CORRECTED, -2 * HOUR, -HOUR, ""),
        (StoryStatus.CORRECTED, HOUR, -HOUR, ", and corrected since, on 3 March 2026"),
    ],
)
def test_what_was_done_to_a_posted_story_is_dated_only_if_it_was_done_after_the_edition_was_composed(
    status: StoryStatus, at: timedelta, shown_at: timedelta | None, said: str
) -> None:
    composed_at = EDITION.composed_at
    first = next(one for one in EDITION.stories if one.ref == "K7Q4")
    if shown_at is not None:
        first = replace(first, status=StoryStatus.CORRECTED, status_at=composed_at + shown_at)
    told = replace(story("K7Q4"), status=status, status_at=composed_at + at)
    ruling = Ruling(delivery=SENT, called="K7Q4", edition=replace(EDITION, stories=(first,)))

    assert outcome(ruling, told, "here") == f"posted here {DAY} at 09:00 as number 1{said}"


@pytest.mark.parametrize("stage", list(Stage))
def test_a_post_is_told_before_a_later_edition_that_decided_about_the_story_once_more(stage: Stage) -> None:
    post = Ruling(delivery=SENT, called="K7Q4", edition=EDITION)
    later = Ruling(
        delivery=replace(SENT, date=EDITION.date + timedelta(days=1)),
        called="K7Q4",
        edition=replace(EDITION, stories=()),
        verdict=Verdict(ref="K7Q4", stage=stage),
        earlier=(post,),
    )
    is_over = stage in {Stage.OUTSIDE_WINDOW, Stage.WITHDRAWN}
    said = outcome(later, story("K7Q4"), "here")

    assert later.bears is not is_over
    assert said.startswith(
        "left out here on Wednesday"
        if is_over
        else f"posted here {DAY} at 09:00 as number 1, and left out on Wednesday"
    )


def test_the_sentence_names_what_was_asked_for() -> None:
    told = story("K7Q4")

    assert named("norvik", told, "K7Q4") == "K7Q4 was"
    assert named("b3df", told, "K7Q4") == "B3DF is the same event as K7Q4, which was"
    assert named("https://a.test/x", told, "K7Q4") == "That article belongs to K7Q4, which was"
    assert named("K7Q4", told, "B3DF") == "B3DF, by now the same event as K7Q4, was"


def test_below_the_sentence_stand_its_numbers_then_the_other_dates() -> None:
    verdict = Verdict(
        ref="K7Q4", stage=Stage.POSTED, rank=1, score=0.69, numbers=(("coverage", 0.69),), detail="it leads"
    )
    head = Ruling(delivery=SENT, called="K7Q4", edition=EDITION, verdict=verdict)
    known = Verdict(ref="K7Q4", stage=Stage.SOURCE_LIMIT)
    other = replace(head, edition=replace(EDITION, stories=()), verdict=known)
    found = Answer(asked="1", story=story("K7Q4"))

    assert lines(Why(sentence="", found=found, head=head, others=(other,))) == (
        "Stage: posted · ranked 1 · it leads · score 0.69, coverage 0.69",
        f"Left out here {DAY}: its publisher had two stories in that edition already. Stage: source limit",
    )
    assert lines(Why(sentence="There was none.")) == ()
