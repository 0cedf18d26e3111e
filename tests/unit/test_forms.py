"""A story as a form shows it: nothing is lost in its fields, and it is known again after an hour."""

from dataclasses import replace

import pytest

from bot.forms import Opened, Part, form, joined, mark, opened, shown
from bot.model import Passage, StoryStatus
from tests.morning import STORY

_LONG = "\n\n".join(f"The {number}. paragraph says {'so much ' * (20 * number)}and ends." for number in range(1, 9))
_ENDLESS = "word " * 900 + "x" * 4_000 + "\n\nA last paragraph."


def test_a_story_is_shown_as_somebody_would_type_it() -> None:
    assert shown(STORY) == {
        Part.TITLE: STORY.title,
        Part.TAKEAWAY: STORY.takeaway,
        Part.KEY_POINTS: "It is the first laboratory outside the large labs.\nIt hires thirty people.",
        Part.WHAT_CHANGED: "Norvik opened a laboratory.\n\nIt publishes everything it finds.",
        Part.STRATEGIC_IMPLICATIONS: "",
        Part.WHAT_HAPPENS_NEXT: "Others will look into it.\n\n"
        "- Two more open. (horizon: Q3 2027; confidence: medium; basis: earlier moves)\n"
        "- Money moves from hardware to algorithms.",
        Part.SECOND_ORDER_EFFECTS: "",
    }


@pytest.mark.parametrize("text", ["", "Short.", _LONG, _ENDLESS])
@pytest.mark.parametrize("room", [60, 700, 2_400])
def test_a_text_in_several_fields_is_the_same_when_they_come_back(text: str, room: int) -> None:
    story = replace(STORY, sections=replace(STORY.sections, what_changed=Passage(text=text) if text else None))
    fields, before = form(story, [Part.WHAT_CHANGED], room)
    texts = fields[Part.WHAT_CHANGED]

    assert all(len(one) <= room for one in texts)
    assert all(texts) or texts == ("",)
    assert len(before.seams.get(Part.WHAT_CHANGED, "")) == len(texts) - 1
    back = joined(texts, before.seams.get(Part.WHAT_CHANGED, ""))
    # Only a word that is longer than a field is parted for good.
    assert mark(back) == mark(text) or max(map(len, text.split())) > room


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_what_a_form_showed_is_known_again_by_its_code(is_withdrawn: bool) -> None:
    status = StoryStatus.WITHDRAWN if is_withdrawn else StoryStatus.CURRENT
    _, before = form(replace(STORY, status=status), Part, 30)

    assert opened(before.code()) == before
    assert ":" not in before.code()


def test_the_code_of_one_long_section_fits_into_the_name_of_a_discord_form() -> None:
    before = Opened(ref="K7Q4Z", marks={Part.STRATEGIC_IMPLICATIONS: "0123abcd"}, was_withdrawn=True)
    long = replace(before, seams={Part.STRATEGIC_IMPLICATIONS: "lwlw"})
    both = Opened(ref="K7Q4Z", marks={Part.TITLE: "0123abcd", Part.TAKEAWAY: "0123abcd"}, was_withdrawn=True)

    assert max(len(long.code()), len(both.code())) <= 100 - len("daybrief:correction::")


@pytest.mark.parametrize(
    "code", ["", "K7Q4", "K7Q4/", "K7Q4//title", "K7Q4//nothing.0.", "/x/title.0.", "a//title.0.w.w"]
)
def test_a_code_that_is_none_of_ours_means_nothing(code: str) -> None:
    assert opened(code) is None


def test_how_lines_are_spaced_makes_no_other_text() -> None:
    assert mark("One.\r\n\r\n  Two. ") == mark("One.\nTwo.") != mark("One. Two.")
