"""A section that is answered alone says on every platform which model wrote it; a story without text leaves no hole."""

from dataclasses import replace

import pytest

from adapters.discord import answers as discord
from adapters.slack import answers as slack
from adapters.terminal import looks
from adapters.terminal.pieces import as_plain
from bot.model import Answer, KeyPoint, Passage, SectionName, Sections, Story
from tests.morning import NOW, STORY

BY_A_MODEL = replace(
    STORY,
    analyst="acme:large",
    sections=Sections(key_points=(KeyPoint(text="So it is."),), second_order_effects=Passage(text="So it goes.")),
)
BARE = replace(STORY, takeaway="", analyst="extractive", sections=Sections(), topics=())


def shown(story: Story, section: SectionName | None) -> dict[str, str]:
    """An answer as each platform gets it."""
    found = Answer(asked="norvik", section=section, story=story)
    topic = section.value if section else ""
    return {
        "terminal": as_plain(looks.answer(found, now=NOW), 80),
        "slack": repr(slack.answer(found, topic, NOW)),
        "discord": repr(discord.answer(found, topic or discord.topic_of(None), NOW)).replace("\\", ""),
    }


@pytest.mark.parametrize("section", [SectionName.KEY_POINTS, SectionName.SECOND_ORDER_EFFECTS])
def test_a_section_alone_says_which_model_wrote_it(section: SectionName) -> None:
    for platform, told in shown(BY_A_MODEL, section).items():
        assert "Written by acme:large." in told, platform
    for platform, told in shown(replace(BY_A_MODEL, analyst="import"), section).items():
        assert "Written by" not in told, platform


def test_a_story_that_nobody_has_written_says_nothing_of_who_wrote_it_and_has_no_hole() -> None:
    told = shown(BARE, None)

    for platform, text in told.items():
        assert "word for word" not in text, platform
    assert "\n\n\n" not in told["terminal"]
