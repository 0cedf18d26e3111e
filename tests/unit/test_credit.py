"""Whose words readers see: nothing that somebody expects passes for a report, and no side is chosen."""

from dataclasses import replace

import pytest

from bot.credit import MAX_QUOTE, attribution, differ_line, label, quoted, written_by
from bot.model import Dispute, KeyPoint, Passage, SectionName, Sections, Story, StoryStatus, Version
from tests.morning import EDITION, STORY

PRICE = Dispute(
    versions=(
        Version(said="$20 billion", sources=("Example Wire", "Norvik Post")),
        Version(said="$17 billion", sources=("Daily Chip",)),
    )
)


def with_all(analyst: str, of_passages: str = "") -> Story:
    passage = Passage(text="So it is.", analyst=of_passages)
    return replace(
        STORY,
        analyst=analyst,
        sections=Sections(
            key_points=(KeyPoint(text="So it is."),),
            what_changed=passage,
            strategic_implications=passage,
            what_happens_next=passage,
            second_order_effects=passage,
        ),
    )


@pytest.mark.parametrize("analyst", ["import", "acme:large"])
def test_only_what_somebody_expects_is_called_analysis(analyst: str) -> None:
    own, others = with_all(analyst), with_all("extractive", analyst)

    assert [label(own, section) for section in SectionName] == ["", "", "Analysis", "Analysis", "Analysis"]
    assert [label(others, section) for section in SectionName] == ["", "", "Analysis", "Analysis", "Analysis"]


@pytest.mark.parametrize("story", [with_all("extractive"), with_all("acme:large", "extractive")])
def test_what_the_sources_say_of_the_future_is_no_analysis_of_ours(story: Story) -> None:
    assert [label(story, section) for section in SectionName] == ["", *["Quoted from the sources"] * 4]


def test_what_nobody_has_written_has_no_label() -> None:
    assert label(replace(STORY, sections=Sections()), SectionName.WHAT_HAPPENS_NEXT) == ""


@pytest.mark.parametrize(
    ("analyst", "sentence"),
    [
        ("extractive", "Taken word for word from the sources."),
        ("import", "Written by people and taken in as it was."),
        ("acme:large", "Written by acme:large."),
    ],
)
def test_readers_learn_who_wrote_the_sections(analyst: str, sentence: str) -> None:
    assert attribution(replace(STORY, analyst=analyst)) == sentence
    assert attribution(with_all(analyst, analyst)) == sentence


def test_what_a_person_corrected_is_not_said_to_be_somebody_elses() -> None:
    mixed = with_all("extractive", "import")

    assert attribution(replace(mixed, status=StoryStatus.CORRECTED)) == (
        "Taken word for word from the sources. What changed, Strategic implications, What happens next, "
        "Second-order effects: written by people."
    )
    whole = replace(STORY, status=StoryStatus.CORRECTED)
    assert attribution(whole) == "Written or corrected by people."


def test_who_wrote_nothing_is_not_named() -> None:
    assert attribution(replace(STORY, takeaway="", sections=Sections())) == ""
    assert attribution(replace(with_all("extractive", "acme:large"), takeaway="", sections=Sections())) == ""
    of_model = Sections(what_changed=Passage(text="So it is.", analyst="acme:large"))
    assert attribution(replace(STORY, analyst="extractive", takeaway="", sections=of_model)) == (
        "What changed: written by acme:large."
    )


@pytest.mark.parametrize("section", list(SectionName))
def test_a_section_alone_names_the_model_that_wrote_it_and_nobody_else(section: SectionName) -> None:
    is_points = section is SectionName.KEY_POINTS

    assert written_by(with_all("acme:large"), section) == "Written by acme:large."
    assert written_by(with_all("extractive", "acme:large"), section) == ("" if is_points else "Written by acme:large.")
    assert written_by(with_all("acme:large", "extractive"), section) == ("Written by acme:large." if is_points else "")
    assert written_by(with_all("extractive"), section) == written_by(with_all("import"), section) == ""
    assert written_by(replace(STORY, analyst="acme:large", sections=Sections()), section) == ""


def test_a_section_of_somebody_else_is_told_apart() -> None:
    story = with_all("extractive", "acme:large")
    mixed = replace(story, sections=replace(story.sections, what_happens_next=Passage(text="In May.", analyst="small")))

    assert attribution(mixed) == (
        "Taken word for word from the sources. What changed, Strategic implications, Second-order effects: written by "
        "acme:large. What happens next: written by small."
    )
    assert attribution(with_all("acme:large", "extractive")) == (
        "Written by acme:large. What changed, Strategic implications, What happens next, Second-order effects: taken "
        "from the sources."
    )


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (KeyPoint(text="So it is."), ""),
        (KeyPoint(text="So it is.", quote="So  it is."), ""),
        (KeyPoint(text="So it is.", quote="So it was, and so it is."), "“So it was, and so it is.”"),
    ],
)
def test_a_point_shows_the_sentence_that_it_rests_on_unless_it_is_that_sentence(point: KeyPoint, said: str) -> None:
    assert quoted(point) == said


def test_a_long_sentence_is_cut_inside_its_quotation_marks() -> None:
    said = quoted(KeyPoint(text="So it is.", quote="and so on " * 90))

    assert len(said) <= MAX_QUOTE + 2
    assert said.endswith("…”")


def test_both_sides_are_shown_with_those_who_say_so() -> None:
    shown = replace(EDITION.stories[0], disputes=(PRICE,))

    line = "Sources differ: “$20 billion” (Example Wire, Norvik Post) or “$17 billion” (Daily Chip)."
    assert differ_line(shown) == differ_line(replace(STORY, disputes=(PRICE,))) == line
    assert differ_line(EDITION.stories[0]) == ""


def test_two_disputes_are_shown_at_the_most_and_none_with_one_side() -> None:
    kind = Dispute(versions=(Version(said="licence", sources=()), Version(said="purchase", sources=("A", "B", "C"))))
    alone = Dispute(versions=(Version(said="one side", sources=("A",)),))

    line = differ_line(replace(STORY, disputes=(alone, PRICE, kind, kind)))

    assert line.startswith("Sources differ: “$20 billion” (")
    assert line.endswith("; “licence” or “purchase” (A, B and 1 more).")
    assert line.count(";") == 1


def test_what_was_withdrawn_is_not_disputed_any_more() -> None:
    assert differ_line(replace(STORY, disputes=(PRICE,), status=StoryStatus.WITHDRAWN)) == ""


def test_however_much_is_disputed_it_is_a_line_that_can_be_read() -> None:
    long = Version(said="twenty billion\n" * 99, sources=("The Gazette of Everything " * 99,) * 99)

    line = differ_line(replace(STORY, disputes=(Dispute(versions=(long,) * 9),) * 9))

    assert len(line) < 900
    assert "\n" not in line
