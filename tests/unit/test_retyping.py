"""What people type into a form changes what they meant to change, and nothing else."""

from dataclasses import replace

import pytest

from bot.admit import corrected
from bot.forms import Opened, Part, form, shown
from bot.model import Inference, KeyPoint, Passage, Story, StoryStatus
from bot.retyping import MAX_REASON, Retyped, other_than, reason, retyped
from tests.morning import ARTICLES, NOW, QUOTED, STORY

_POINTS = "It is the first laboratory outside the large labs.\nIt hires thirty people."


def opened(story: Story) -> Opened:
    return form(story, Part, 3_000)[1]


def typed(story: Story, **changes: str) -> Retyped:
    """What becomes of *story* when somebody changes these parts in a form that shows all of it."""
    return retyped(story, {**shown(story), **{Part(name): text for name, text in changes.items()}}, opened(story))


def made(story: Story, **changes: str) -> Story:
    """The same as a story, corrected."""
    found = typed(story, **changes)
    assert found.manuscript, found.problems
    assert found.changed == tuple(Part(name) for name in changes)
    return corrected(story, found.manuscript, NOW)


@pytest.mark.parametrize("story", [STORY, QUOTED])
def test_only_what_was_typed_is_changed(story: Story) -> None:
    after = made(story, title="Norvik opens a laboratory in Bergen")

    marked = replace(story, status=StoryStatus.CORRECTED, status_at=NOW)
    assert after == replace(marked, title="Norvik opens a laboratory in Bergen")


def test_a_key_point_keeps_its_sources_and_its_quotation_while_its_text_is_unchanged() -> None:
    first, second = QUOTED.sections.key_points

    after = made(QUOTED, key_points=f"{second.text}\n- It hires forty people.\n{first.text}")

    assert after.sections.key_points == (second, KeyPoint(text="It hires forty people."), first)


def test_one_of_two_points_that_read_alike_is_not_taken_twice() -> None:
    [point] = STORY.sections.key_points[:1]
    story = replace(STORY, sections=replace(STORY.sections, key_points=(point,)))

    after = made(story, key_points=f"{point.text}\n{point.text}")

    assert after.sections.key_points == (point, KeyPoint(text=point.text))


def test_an_address_at_the_end_of_a_line_is_its_source() -> None:
    after = made(STORY, key_points=f"It hires 31. {ARTICLES[0].url} {ARTICLES[1].url}")

    assert after.sections.key_points == (KeyPoint(text="It hires 31.", sources=(ARTICLES[0].url, ARTICLES[1].url)),)


def test_what_a_person_changed_is_theirs_and_the_rest_stays_by_whoever_wrote_it() -> None:
    after = made(QUOTED, what_changed="Norvik has two laboratories.")

    assert after.analyst == "acme:large"
    assert after.sections.what_changed == Passage(text="Norvik has two laboratories.", analyst="import")
    assert after.sections.strategic_implications == QUOTED.sections.strategic_implications
    assert after.sections.key_points == QUOTED.sections.key_points


def test_sections_stay_signed_when_takeaway_and_key_points_become_a_persons() -> None:
    after = made(QUOTED, takeaway="It may ease the dependence on hardware.")

    assert after.analyst == "import"
    assert after.sections.what_changed == Passage(text="Norvik has a laboratory of its own.", analyst="acme:large")
    assert after.sections.what_happens_next == QUOTED.sections.what_happens_next


def test_an_expectation_keeps_its_facts_and_a_new_one_has_those_in_brackets() -> None:
    now = shown(STORY)[Part.WHAT_HAPPENS_NEXT]

    after = made(
        STORY, what_happens_next=now.replace("- Two", "- Three (all in May) (horizon: 2028; basis: hope)\n- Two")
    )

    assert after.sections.what_happens_next == Passage(
        text="Others will look into it.",
        items=(
            Inference(text="Three (all in May)", horizon="2028", basis="hope"),
            *STORY.sections.what_happens_next.items,  # type: ignore[union-attr]  # it is there
        ),
    )


def test_a_section_that_is_emptied_is_gone_and_one_that_is_filled_is_there() -> None:
    after = made(STORY, what_changed=" \n ", strategic_implications="Smaller firms may follow.\nOr not.")

    assert after.sections.what_changed is None
    assert after.sections.strategic_implications == Passage(text="Smaller firms may follow.\n\nOr not.")


def test_what_is_typed_is_made_harmless() -> None:
    after = made(STORY, title="Nor\u202evik\u200b opens", takeaway="One\nline.", key_points="a\x07b\u2066")

    assert (after.title, after.takeaway) == ("Norvik opens", "One line.")
    assert [one.text for one in after.sections.key_points] == ["ab"]


def test_what_only_some_may_see_stays_theirs() -> None:
    story = replace(STORY, workspaces=("slack:T1",))

    assert made(story, title="Another").workspaces == ("slack:T1",)


@pytest.mark.parametrize(
    ("part", "text", "wrong"),
    [
        (Part.TITLE, " ", "This is empty."),
        (Part.TITLE, "x" * 301, "This has 301 characters; at most 300 are taken."),
        (Part.TAKEAWAY, "x" * 2_001, "This has 2,001 characters; at most 2,000 are taken."),
        (Part.KEY_POINTS, "\n".join("abcdefghijklmnopqrstu"), "This has 21 lines; at most 20 key points are taken."),
        (Part.KEY_POINTS, f"a\n{'x' * 2_001}", "Line 2 has 2,001 characters; at most 2,000 are taken."),
        (Part.WHAT_CHANGED, "x" * 10_001, "This has 10,001 characters; at most 10,000 are taken."),
        (Part.SECOND_ORDER_EFFECTS, "- a\n" * 51, "This has 51 lines that begin with -; at most 50 are taken."),
    ],
)
def test_what_is_wrong_is_said_of_the_field_that_it_is_in(part: Part, text: str, wrong: str) -> None:
    found = typed(STORY, **{part.value: text, "strategic_implications": "Fine."})

    assert (found.manuscript, found.problems) == (None, {part: wrong})


def test_a_title_that_is_too_long_already_hinders_nobody_who_leaves_it_alone() -> None:
    story = replace(STORY, title="Norvik " * 60)

    assert made(story, takeaway="Short.").title == story.title


def test_a_form_that_changes_nothing_says_so() -> None:
    assert typed(STORY).problems == {Part.TITLE: "Nothing reads otherwise yet. Change a text, or close the form."}


def test_what_changed_while_the_form_was_open_is_kept_beside_what_was_typed() -> None:
    since = replace(STORY, takeaway="A newer takeaway.", title="A newer title")

    found = retyped(since, {**shown(STORY), Part.WHAT_CHANGED: "Norvik closed it."}, opened(STORY))

    assert found.manuscript
    assert (found.manuscript.title, found.manuscript.takeaway) == ("A newer title", "A newer takeaway.")
    assert found.changed == (Part.WHAT_CHANGED,)


def test_nothing_is_overwritten_that_changed_while_the_form_was_open() -> None:
    since = replace(STORY, takeaway="A newer takeaway.")

    found = retyped(since, {**shown(STORY), Part.TITLE: "T", Part.TAKEAWAY: "Mine."}, opened(STORY))

    assert found.manuscript is None
    assert found.problems == {
        Part.TAKEAWAY: "This was changed while the form was open. It now begins “A newer takeaway.”. Look at it "
        "before you save yours; nothing was changed."
    }


def test_two_people_who_type_the_same_do_not_collide() -> None:
    since = replace(STORY, takeaway="The same.")

    found = retyped(since, {**shown(STORY), Part.TITLE: "T", Part.TAKEAWAY: "The same."}, opened(STORY))

    assert found.changed == (Part.TITLE,)


def test_what_was_withdrawn_while_the_form_was_open_is_not_brought_back() -> None:
    gone = replace(STORY, status=StoryStatus.WITHDRAWN, status_reason="a hoax")

    found = retyped(gone, {**shown(STORY), Part.TITLE: "T"}, opened(STORY))

    assert found.problems == {
        Part.TITLE: "K7Q4 was withdrawn while the form was open: a hoax. Nothing was changed; begin anew."
    }
    assert retyped(gone, {**shown(gone), Part.TITLE: "T"}, opened(gone)).manuscript


def test_a_withdrawal_is_of_what_its_form_showed() -> None:
    assert other_than(opened(STORY), STORY) == ""
    assert other_than(opened(STORY), replace(STORY, title="Other")).startswith("K7Q4 reads otherwise since")
    assert "was withdrawn while" in other_than(opened(STORY), replace(STORY, status=StoryStatus.WITHDRAWN))


def test_a_reason_is_one_harmless_line_that_fits_into_a_post() -> None:
    assert reason("a\nhoax\u200b") == "a hoax"
    with pytest.raises(ValueError, match=r"^This is empty\.$"):
        reason(" ")
    with pytest.raises(ValueError, match=r"^This has 301 characters; at most 300 are taken\.$"):
        reason("x" * (MAX_REASON + 1))
