"""The prompt: every command is understood, every mistake is answered, and the answers come from the desk's stories."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from adapters.terminal import waiting
from adapters.terminal.pieces import as_plain
from adapters.terminal.prompt import Prompt
from bot import wording
from bot.asking import Find, Help, LookUp, Question, Quit, Sources, Today, question, search_of
from bot.errors import StoreTrouble, WrongUsage
from bot.model import Answer, Asker, Edition, Passage, SectionName, Story
from bot.ports import Search
from tests.clock import VirtualClock
from tests.morning import EDITION, NOW, STORY

ASKER = Asker(workspace="terminal:local", subscription=1)


class FakeStories:
    """Knows one story, which is called 1."""

    def __init__(self, edition: Edition | None = EDITION) -> None:
        self._edition = edition
        self.can_write = False
        self.searches: list[Search] = []
        self.askers: set[Asker] = set()

    async def look_up(self, name: str, section: SectionName | None, asker: Asker) -> Answer:
        self.askers.add(asker)
        if name == "trouble":
            raise StoreTrouble("the database is locked; try again")
        awaited = (section,) if self.can_write and section and section not in STORY.sections.written() else ()
        return Answer(asked=name, section=section, story=STORY if name == "1" else None, writable=awaited)

    async def written(self, answer: Answer, asker: Asker) -> Answer:
        if not answer.is_awaited:
            return answer
        sections = replace(STORY.sections, second_order_effects=Passage(text="Fewer power stations."))
        return replace(answer, story=replace(STORY, sections=sections), writable=())

    async def latest_edition(self, asker: Asker) -> Edition | None:
        self.askers.add(asker)
        return self._edition

    async def search(self, wanted: Search) -> tuple[Story, ...]:
        self.searches.append(wanted)
        return (STORY,)


async def play(*lines: str, stories: FakeStories | None = None) -> list[str]:
    """What is shown for *lines*, one text an answer."""
    shown: list[RenderableType] = []

    async def typed() -> AsyncIterator[str]:
        for line in lines:
            yield line

    await Prompt(stories or FakeStories(), ASKER, shown.append, VirtualClock(NOW)).run(typed())
    return [as_plain(one, 80) for one in shown]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/keypoints 1", LookUp("1", SectionName.KEY_POINTS)),
        ("/effects K7Q4", LookUp("K7Q4", SectionName.SECOND_ORDER_EFFECTS)),
        ("  /KeyPoints   norvik   lab ", LookUp("norvik lab", SectionName.KEY_POINTS)),
        ("/brief", Today()),
        ("/brief today", Today()),
        ("/brief story 2", LookUp("2")),
        ("/brief changed 2", LookUp("2", SectionName.WHAT_CHANGED)),
        ("/brief implications 2", LookUp("2", SectionName.STRATEGIC_IMPLICATIONS)),
        ("/brief outlook 2", LookUp("2", SectionName.WHAT_HAPPENS_NEXT)),
        ("/brief sources 2", Sources("2")),
        ("/brief search chips topic:labs", Find(Search(words="chips", topic="labs"))),
        ("/brief help", Help()),
        ("/quit", Quit()),
        ("keypoints 1", LookUp("1", SectionName.KEY_POINTS)),
        ("quit", Quit()),
    ],
)
def test_a_line_means_what_it_says(line: str, meant: Question) -> None:
    assert question(line) == meant


@pytest.mark.parametrize("line", [command for command, _ in wording.help_lines("K7Q4")])
def test_every_command_that_help_shows_is_understood(line: str) -> None:
    assert isinstance(question(line), Question)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/keypoint 1", "Did you mean /keypoints?"),
        ("/brief serach chips", "Did you mean /brief search?"),
        ("/xyzzy", "/brief help lists all."),
        ("/keypoints", "/keypoints needs a story."),
        ("/brief sources", "/brief sources needs a story."),
        ("/brief search", "Say what to search for"),
        ("/brief search chips from:yesterday", "“yesterday” is not a date"),
        ("/brief search chips to:9999-12-31", "“9999-12-31” is not a date"),
    ],
)
async def test_a_mistake_is_answered_with_the_next_step_and_the_prompt_goes_on(line: str, hint: str) -> None:
    mistake, answer = await play(line, "/keypoints 1")

    assert hint in " ".join(mistake.split())
    assert "thirty people" in answer


@settings(deadline=None)
@given(st.text())
def test_no_line_is_ever_more_than_a_mistake(line: str) -> None:
    try:
        asked = question(line)
    except WrongUsage:
        return
    assert isinstance(asked, Question)


def test_a_search_takes_dates_as_whole_days() -> None:
    search = search_of("export from:2026-03-01 controls to:2026-03-31 topic:labs note:this")

    assert search == Search(
        words="export controls note:this",
        since=datetime(2026, 3, 1, tzinfo=UTC),
        until=datetime(2026, 4, 1, tzinfo=UTC),
        topic="labs",
    )


async def test_a_search_sees_only_what_the_asker_may_see() -> None:
    stories = FakeStories()
    (answer,) = await play("/brief search norvik", stories=stories)

    assert [search.workspace for search in stories.searches] == ["terminal:local"]
    assert "1 story with “norvik”" in answer


async def test_every_answer_comes_from_the_desk_in_the_name_of_the_asker() -> None:
    stories = FakeStories()
    key_points, effects, whole, sources, today, unknown = await play(
        "/keypoints 1", "/effects 1", "/brief story 1", "/brief sources 1", "/brief", "/effects 9", stories=stories
    )

    assert "It hires thirty people.[1][2]" in key_points
    assert "“Second-order effects” is not written for K7Q4" in effects
    assert "What changed" in whole
    assert "fjord-news.example" in sources
    assert "Tuesday 3 March 2026" in today
    assert "No stored story is called “9”" in unknown
    assert stories.askers == {ASKER}


async def test_help_has_examples_from_the_latest_edition() -> None:
    (with_edition,) = await play("/brief help")
    (without,) = await play("/brief help", stories=FakeStories(None))

    assert "/keypoints K7Q4" in with_edition
    assert "/keypoints 1" in without


async def test_before_the_first_edition_today_says_so() -> None:
    assert await play("/brief today", stories=FakeStories(None)) == ["\nNo edition has been posted yet.\n"]


async def test_trouble_in_the_newsroom_is_told_and_ends_nothing() -> None:
    told, answer = await play("/keypoints trouble", "/keypoints 1")

    assert "the database is locked" in told
    assert "thirty people" in answer


async def test_after_quit_nothing_is_answered() -> None:
    assert len(await play("", "# a comment", "/keypoints 1", "/quit", "/keypoints 1")) == 1


async def test_a_section_that_has_to_be_written_first_is_waited_for() -> None:
    stories = FakeStories()
    stories.can_write = True

    [shown] = await play("/effects 1", stories=stories)

    assert "Fewer power stations." in shown


async def test_what_is_waited_for_is_named_on_a_terminal_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_SOON", 0.0)
    asked = Answer(
        asked="1",
        section=SectionName.SECOND_ORDER_EFFECTS,
        story=STORY,
        writable=(SectionName.SECOND_ORDER_EFFECTS,),
    )
    for is_terminal, is_seen in ((True, True), (False, False)):
        console = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
        async with waiting.for_answer(asked, console):
            await asyncio.sleep(0.05)

        said = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
        assert ("“Second-order effects” is being written for K7Q4" in said) is is_seen
