"""Whoever writes on a story undoes nothing that another has written."""

from dataclasses import replace

import pytest

from bot.drafting import analysed, briefed, grown, is_quoted, may_be_written, missing, quoted, with_models_sections
from bot.model import (
    Dispute,
    Inference,
    KeyPoint,
    Origin,
    Passage,
    SectionName,
    Sections,
    Story,
    StoryStatus,
    Version,
)
from bot.ports import Draft
from tests.articles import article, story

MODEL = "gpt-5-mini"
ALL = frozenset(SectionName)
POINT = KeyPoint(text="Norvik ships it in May.")
MAY = Inference(text="It ships on 4 May.", horizon="4 May", basis="Wire")
JUNE = Inference(text="The hearing is set for 2 June.", horizon="2 June", basis="Daily")
GUESS = Inference(
    text="Two more vendors may ship one.", horizon="months", confidence="low", basis="It runs on 4 watts."
)
DATED = Passage(text="", items=(MAY,))
DISPUTE = Dispute(versions=(Version(said="20", sources=("Wire",)), Version(said="17", sources=("Daily",))))
QUOTE = Draft(
    title="Quoted",
    takeaway="Word for word.",
    key_points=(KeyPoint(text="It runs on 4 watts."),),
    analyst="extractive",
    what_happens_next=DATED,
    disputes=(DISPUTE,),
)
BRIEF = Draft(title="Briefed", takeaway="In a nutshell.", key_points=(POINT,), analyst=MODEL)
WRITTEN = Sections(
    what_changed=Passage(text="A chip is there."),
    strategic_implications=Passage(text="Others must follow."),
    what_happens_next=Passage(text="", items=(GUESS,)),
    second_order_effects=Passage(text="Fewer power stations."),
)


def gathered() -> Story:
    return quoted(replace(story("K7Q4", "wire.test"), analyst=""), QUOTE)


def test_a_model_writes_only_what_all_may_see_what_stands_on_articles_and_what_nobody_corrected() -> None:
    assert may_be_written(gathered())
    assert not may_be_written(replace(gathered(), status=StoryStatus.CORRECTED))
    assert not may_be_written(replace(gathered(), workspaces=("slack:T1",)))
    assert not may_be_written(replace(gathered(), status=StoryStatus.WITHDRAWN))
    assert not may_be_written(replace(gathered(), articles=()))


def test_a_quoted_story_lacks_what_takes_judgement_and_what_it_only_quotes_of_the_future() -> None:
    assert missing(gathered(), ALL) == tuple(name for name in SectionName if name is not SectionName.KEY_POINTS)
    assert missing(gathered(), {SectionName.SECOND_ORDER_EFFECTS}) == (SectionName.SECOND_ORDER_EFFECTS,)


def test_a_brief_leaves_the_quoted_future_to_whoever_quoted_it() -> None:
    after = briefed(gathered(), BRIEF)

    assert (after.title, after.takeaway, after.analyst) == ("Briefed", "In a nutshell.", MODEL)
    assert after.sections.key_points == (POINT,)
    assert after.sections.what_happens_next == replace(DATED, analyst="extractive")
    assert after.disputes == (DISPUTE,)
    assert not is_quoted(after)


def test_no_address_gets_in_that_no_article_has() -> None:
    here = gathered().articles[0].url
    point = KeyPoint(text="Norvik ships it.", sources=("https://evil.test/", here))

    assert briefed(gathered(), replace(BRIEF, key_points=(point,))).sections.key_points[0].sources == (here,)


def test_what_a_brief_leaves_out_stays_as_it_was_quoted() -> None:
    after = briefed(gathered(), Draft(title="", takeaway="In a nutshell.", key_points=(), analyst=MODEL))

    assert after.title == "Quoted"
    assert after.sections.key_points == QUOTE.key_points


def test_sections_on_request_are_signed_and_stand_behind_what_the_sources_say() -> None:
    mine = replace(gathered(), sections=replace(gathered().sections, what_changed=Passage(text="Mine.", analyst="ada")))

    after = analysed(mine, WRITTEN, MODEL)

    assert after.sections.what_changed == Passage(text="Mine.", analyst="ada")
    assert after.sections.key_points == QUOTE.key_points
    assert after.sections.what_happens_next == Passage(text="", items=(MAY, GUESS), analyst=MODEL)
    assert after.sections.second_order_effects == Passage(text="Fewer power stations.", analyst=MODEL)
    assert analysed(after, replace(WRITTEN, second_order_effects=Passage(text="Else.")), "another") == after


def test_a_model_that_only_repeats_what_is_quoted_adds_nothing() -> None:
    echo = replace(GUESS, text=MAY.text.upper())

    after = analysed(gathered(), Sections(what_happens_next=Passage(text="", items=(echo,))), MODEL)

    assert after == gathered()
    assert SectionName.WHAT_HAPPENS_NEXT in missing(after, ALL)


def test_dates_are_quoted_anew_before_what_a_model_expects() -> None:
    before = analysed(gathered(), WRITTEN, MODEL)
    two = replace(before, articles=(*before.articles, article("More", "daily.test")))

    later = quoted(two, replace(QUOTE, what_happens_next=replace(DATED, items=(MAY, JUNE))))
    assert later.sections.what_happens_next == Passage(text="", items=(MAY, JUNE, GUESS), analyst=MODEL)
    none = quoted(later, replace(QUOTE, what_happens_next=None))
    assert none.sections.what_happens_next == Passage(text="", items=(GUESS,), analyst=MODEL)


def test_growth_brings_new_dates_to_what_a_model_wrote_meanwhile() -> None:
    before = gathered()
    more = replace(before, articles=(*before.articles, article("More", "daily.test")))
    arrived = quoted(more, replace(QUOTE, what_happens_next=replace(DATED, items=(MAY, JUNE))))
    held = analysed(before, WRITTEN, MODEL)
    both = Passage(text="", items=(MAY, JUNE, GUESS), analyst=MODEL)

    assert grown(held, arrived).sections.what_happens_next == both
    assert grown(analysed(more, WRITTEN, MODEL), replace(arrived, analyst=MODEL)).sections.what_happens_next == both
    quotes = Passage(text="", items=(MAY, JUNE), analyst="extractive")
    assert grown(before, arrived).sections.what_happens_next == quotes


def test_what_a_person_wrote_is_not_open_to_a_model() -> None:
    by_hand = replace(gathered(), origin=Origin.IMPORT, analyst="import")

    assert SectionName.WHAT_HAPPENS_NEXT not in missing(by_hand, ALL)
    assert analysed(by_hand, WRITTEN, MODEL).sections.what_happens_next == DATED


def test_a_story_that_is_quoted_anew_keeps_a_models_sections_and_their_author() -> None:
    before = analysed(briefed(gathered(), BRIEF), WRITTEN, MODEL)

    after = quoted(before, replace(QUOTE, title="Quoted anew"))

    assert (after.title, after.analyst) == ("Quoted anew", "extractive")
    assert is_quoted(after)
    assert after.sections.key_points == QUOTE.key_points
    assert after.sections.what_happens_next == Passage(text="", items=(MAY, GUESS), analyst=MODEL)
    assert missing(after, ALL) == ()


def test_a_date_that_the_sources_tell_no_more_goes_with_the_next_quoting() -> None:
    assert quoted(gathered(), replace(QUOTE, what_happens_next=None)).sections.what_happens_next is None


def test_growth_keeps_what_a_model_wrote_while_the_new_articles_were_read() -> None:
    before = gathered()
    arrived = quoted(replace(before, articles=(*before.articles, article("More", "daily.test"))), QUOTE)
    meanwhile = replace(analysed(briefed(before, BRIEF), WRITTEN, MODEL), significance=4)

    after = grown(meanwhile, arrived)

    assert after.analyst == "extractive"
    assert after.significance == 4
    assert len(after.articles) == 2
    assert after.sections.what_happens_next == Passage(text="", items=(MAY, GUESS), analyst=MODEL)
    assert after.sections.second_order_effects == Passage(text="Fewer power stations.", analyst=MODEL)


def test_growth_knows_the_copies_among_the_articles_that_are_left() -> None:
    held = gathered()
    stale = replace(held, copies=("of an article that was taken meanwhile",))
    link = article("Norvik halves the power of its servers", "reddit.com")

    assert grown(held, stale).copies == ()
    assert grown(held, replace(held, articles=(*held.articles, link))).copies == (link.key,)


@pytest.mark.parametrize("change", [{"origin": Origin.IMPORT}, {"status": StoryStatus.CORRECTED}])
def test_growth_leaves_a_persons_text_alone(change: dict[str, Origin | StoryStatus]) -> None:
    held = replace(gathered(), title="By a person", **change)  # type: ignore[arg-type]

    after = grown(held, replace(gathered(), title="Drafted", articles=(article("More", "daily.test"),)))

    assert after.title == "By a person"
    assert after.sections == held.sections
    assert len(after.articles) == 2


def test_a_persons_story_keeps_a_models_sections_and_no_quotes() -> None:
    briefed_and_quoted = briefed(gathered(), BRIEF)
    by_hand = Sections(what_changed=Passage(text="By hand."))

    assert with_models_sections(briefed_and_quoted, by_hand) == by_hand
    kept = with_models_sections(analysed(briefed_and_quoted, WRITTEN, MODEL), by_hand)
    assert kept.what_changed == Passage(text="By hand.")
    assert kept.second_order_effects == Passage(text="Fewer power stations.", analyst=MODEL)
    assert kept.what_happens_next == Passage(text="", items=(GUESS,), analyst=MODEL)
