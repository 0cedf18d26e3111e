"""What nobody has written is written when somebody asks for it: once, for all, and never at any price."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import request
from bot.credit import label
from bot.desk import Desk
from bot.errors import BudgetSpent
from bot.manuscript import parse
from bot.model import Answer, Asker, Inference, Origin, Passage, SectionName, Story, StoryStatus
from bot.newsroom import Newsroom
from tests.articles import article, story
from tests.clock import HandClock
from tests.contract.values import intake
from tests.newsroom import newsroom
from tests.scripted import ScriptedPlatform
from tests.scripted_writer import WRITTEN, GivenPages, ScriptedWriter, broken, without

EFFECTS = SectionName.SECOND_ORDER_EFFECTS
ME = Asker(workspace="terminal:local")


@contextlib.asynccontextmanager
async def house(folder: Path, *, pages: GivenPages | None = None) -> AsyncIterator[tuple[Desk, ScriptedWriter, Story]]:
    """A desk with a writer, and one story from feeds."""
    async with newsroom(folder, {"terminal": ScriptedPlatform()}, clock=HandClock()) as room:
        writer = ScriptedWriter()
        room.writer, room.pages = writer, pages
        [kept] = await room.store.archive.admit(intake(story("", "wire.test", "daily.test")))
        yield Desk(room), writer, kept
        await room.errands.close()


def room_of(desk: Desk) -> Newsroom:
    return desk.stories._room  # noqa: SLF001


async def asked(desk: Desk, ref: str, section: SectionName = EFFECTS) -> Answer:
    answer = await desk.stories.look_up(ref, section, ME)
    return await desk.stories.written(answer, ME)


async def began(writer: ScriptedWriter, times: int = 1) -> None:
    """Return once so many calls have reached the model."""
    async with asyncio.timeout(5):
        while len(writer.calls) < times:  # noqa: ASYNC110  # a fake says nothing when it is called
            await asyncio.sleep(0.005)


async def test_a_section_is_offered_written_when_asked_for_and_kept(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        before = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        assert before.is_awaited
        assert not before.is_written
        assert set(before.writable) == writer.sections

        answer = await desk.stories.written(before, ME)

        assert answer.story is not None
        assert answer.is_written
        assert (answer.trouble, answer.writable) == ("", ())
        assert answer.story.sections.second_order_effects == Passage(
            text="Fewer power stations are built.", analyst=writer.name
        )
        again = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        assert again.is_written
        assert not again.is_awaited
        assert await desk.stories.written(again, ME) == again
        assert writer.calls == [("write", kept.ref)]
        assert [one.reason for one in await desk.stories.history(kept.ref, Asker())] == ["gathered", "analysed"]


async def test_however_many_ask_at_once_it_is_written_once(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        askers = [
            asyncio.create_task(asked(desk, kept.ref, section))
            for section in (EFFECTS, SectionName.WHAT_CHANGED, EFFECTS)
        ]
        await began(writer)
        askers[0].cancel()
        await asyncio.gather(askers[0], return_exceptions=True)
        writer.may_go_on.set()

        answers = await asyncio.gather(*askers[1:])

        assert askers[0].cancelled()
        assert all(one.is_written for one in answers)
        assert writer.calls == [("write", kept.ref)]


async def test_whoever_saw_it_unwritten_while_it_was_being_kept_has_it_written_no_second_time(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        before = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        await desk.stories.written(before, ME)

        late = await desk.stories.written(before, ME)

        assert late.is_written
        assert writer.calls == [("write", kept.ref)]


async def test_a_quoted_outlook_stays_before_what_a_model_expects(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        said = Inference(text="It ships on 4 May.", horizon="4 May", basis=kept.articles[0].source.name)
        guess = Inference(text="Two more vendors may ship one.", confidence="low", basis="It ships.")
        quotes = Passage(text="", items=(said,), analyst="extractive")
        dated = replace(kept.sections, what_happens_next=quotes)
        writer.gives = replace(WRITTEN, what_happens_next=Passage(text="", items=(guess,)))
        await room_of(desk).store.archive.change(
            kept.ref, lambda now: replace(now, sections=dated), reason="quoted", at=kept.news_at
        )
        before = await desk.stories.look_up(kept.ref, SectionName.WHAT_HAPPENS_NEXT, ME)
        assert before.is_written
        assert before.is_awaited

        # Sections are written together, whichever of them somebody asked for.
        effects = await asked(desk, kept.ref)

        assert effects.story is not None
        assert effects.story.sections.what_happens_next == Passage(text="", items=(said, guess), analyst=writer.name)
        assert label(effects.story, SectionName.WHAT_HAPPENS_NEXT) == "Analysis"
        assert not (await desk.stories.look_up(kept.ref, SectionName.WHAT_HAPPENS_NEXT, ME)).is_awaited


async def test_the_model_reads_full_texts_and_does_without_those_that_take_too_long(tmp_path: Path) -> None:
    pages = GivenPages()
    async with house(tmp_path, pages=pages) as (desk, writer, kept):
        slow, fast = kept.articles
        pages.texts, pages.hangs = {fast.url: "All of it."}, {slow.url}
        asking = asyncio.create_task(asked(desk, kept.ref))
        await until_kept(desk, fast.key)
        hand(desk).move_to(hand(desk).now() + request.READING)

        answer = await asking

        assert answer.is_written
        assert writer.texts[kept.ref] == {fast.key: "All of it."}


async def test_without_budget_there_is_a_plain_sentence_and_no_button(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.is_solvent = False

        answer = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        whole = await desk.stories.look_up(kept.ref, None, ME)

        assert not answer.is_awaited
        assert EFFECTS not in answer.offered
        assert answer.trouble == "today's budget for models is spent; it begins anew at midnight UTC"
        assert whole.trouble == ""
        assert await desk.stories.written(answer, ME) == answer
        assert writer.calls == []


async def test_a_budget_of_nothing_does_not_begin_anew_at_midnight(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        room, writer.is_solvent = room_of(desk), False
        room.config = replace(room.config, analyst=room.config.analyst.model_copy(update={"daily_budget_usd": 0.0}))

        answer = await desk.stories.look_up(kept.ref, EFFECTS, ME)

        assert answer.trouble == "models may cost nothing here (analyst.daily_budget_usd is 0), so none is asked"


async def test_a_budget_that_ends_between_look_and_press_is_said_in_the_same_words(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.fails = BudgetSpent("1 of 1 dollar")

        answer = await asked(desk, kept.ref)

        assert answer.trouble == "today's budget for models is spent; it begins anew at midnight UTC"
        assert answer.writable == ()


@pytest.mark.parametrize(
    ("error", "says"),
    [(broken(), "in a form that cannot be read"), (ZeroDivisionError("x"), "the model's adapter failed")],
)
async def test_a_model_that_fails_is_not_asked_again_for_a_few_minutes(
    tmp_path: Path, error: Exception, says: str
) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.fails = error

        for _ in range(5):
            answer = await asked(desk, kept.ref)
            assert says in answer.trouble
            assert not answer.is_written
        assert len(writer.calls) == 1
        resting = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        assert says in resting.trouble
        assert resting.writable == ()

        writer.fails = None
        hand(desk).move_to(hand(desk).now() + request.RESTS)
        assert (await asked(desk, kept.ref)).is_written


async def test_whoever_looked_before_the_model_failed_does_not_ask_it_once_more(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.fails = broken()
        answers = [await desk.stories.look_up(kept.ref, EFFECTS, ME) for _ in range(2)]

        told = [await desk.stories.written(one, ME) for one in answers]

        assert all("in a form that cannot be read" in one.trouble for one in told)
        assert len(writer.calls) == 1


async def test_a_section_that_did_not_pass_the_gate_is_told_to_be_missing_for_that_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.gives = without(WRITTEN, EFFECTS)

        effects, changed = await asked(desk, kept.ref), await asked(desk, kept.ref, SectionName.WHAT_CHANGED)

        assert "nothing about it that stands up to the sources" in effects.trouble
        assert changed.is_written
        assert changed.trouble == ""
        hand(desk).move_to(hand(desk).now() + request.RESTS)
        assert "nothing about it that stands up to the sources" in (await asked(desk, kept.ref)).trouble
        assert len(writer.calls) == 1

        writer.gives = WRITTEN
        hand(desk).move_to(hand(desk).now() + request.RESTS_WRITTEN)
        assert (await asked(desk, kept.ref)).is_written


async def test_nobody_waits_for_a_model_that_hangs(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        asking = asyncio.create_task(asked(desk, kept.ref))
        await began(writer)
        hand(desk).move_to(hand(desk).now() + request.PATIENCE)

        answer = await asking
        assert "takes longer than it should; ask again" in answer.trouble

        writer.may_go_on.set()
        assert (await asked(desk, kept.ref)).is_written
        assert len(writer.calls) == 1


async def test_what_a_person_wrote_meanwhile_stays(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        asking = asyncio.create_task(asked(desk, kept.ref))
        await began(writer)
        by_hand = replace(
            kept,
            title="Corrected",
            status=StoryStatus.CORRECTED,
            sections=replace(kept.sections, what_changed=Passage(text="By hand.", analyst="ada")),
        )
        await room_of(desk).store.archive.revise(by_hand, reason="corrected", at=kept.news_at)
        writer.may_go_on.set()

        answer = await asking

        assert answer.story is not None
        assert answer.story.title == "Corrected"
        assert answer.story.sections.what_changed == Passage(text="By hand.", analyst="ada")
        assert not answer.is_written
        assert "corrected by a person" in answer.trouble


async def test_a_story_that_was_withdrawn_meanwhile_gets_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        asking = asyncio.create_task(asked(desk, kept.ref))
        await began(writer)
        await desk.editing.withdraw(kept, "a hoax")
        writer.may_go_on.set()

        answer = await asking

        assert answer.story is not None
        assert answer.story.status is StoryStatus.WITHDRAWN
        assert not answer.is_written


async def test_a_story_that_became_private_meanwhile_is_told_to_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        asking = asyncio.create_task(asked(desk, kept.ref))
        await began(writer)
        private = replace(kept, workspaces=("slack:T1",))
        await room_of(desk).store.archive.revise(private, reason="imported", at=kept.news_at)
        writer.may_go_on.set()

        assert (await asking).story is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"workspaces": ("terminal:local",)}, "a story that only some workspaces may see is shown to no model"),
        ({"articles": ()}, "it names no article that a model could read"),
        ({"status": StoryStatus.WITHDRAWN}, ""),
    ],
    ids=["private", "without articles", "withdrawn"],
)
async def test_what_a_model_may_not_see_or_could_not_prove_is_offered_by_nobody(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    async with house(tmp_path) as (desk, writer, _):
        plain = story("", "other.test", origin=Origin.IMPORT)
        told = replace(plain, **change)  # type: ignore[arg-type]
        kept = await room_of(desk).store.archive.revise(told, reason="imported", at=told.news_at)

        answer = await desk.stories.look_up(kept.ref, EFFECTS, ME)

        assert answer.story is not None
        assert (answer.writable, answer.trouble) == ((), says)
        assert writer.calls == []


async def test_an_import_with_articles_gets_what_its_author_left_out_and_keeps_the_rest(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, _):
        by_hand = replace(
            story("", origin=Origin.IMPORT),
            articles=(article("A report", "other.test"),),
            analyst="import",
            sections=replace(WRITTEN, second_order_effects=None, what_changed=Passage(text="By hand.")),
        )
        kept = await room_of(desk).store.archive.revise(by_hand, reason="imported", at=by_hand.news_at)

        answer = await asked(desk, kept.ref)

        assert answer.story is not None
        assert answer.story.sections.second_order_effects is not None
        assert answer.story.sections.second_order_effects.analyst == writer.name
        assert answer.story.sections.what_changed == Passage(text="By hand.")
        assert answer.story.analyst == "import"


BY_HAND = """Norvik opens a laboratory

It is the first of its kind.
Key Points
- 1It hires thirty people.
Source: https://wire.test/norvik-lab
"""


async def test_importing_the_same_again_changes_nothing_and_keeps_what_a_model_wrote_beside_it(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, _):
        manuscripts = parse(BY_HAND, name="story.txt")
        [first] = await desk.editing.admit(manuscripts)
        answer = await asked(desk, first.story.ref)
        hand(desk).move_to(hand(desk).now() + request.PATIENCE)

        [again] = await desk.editing.admit(manuscripts)

        assert again.story == answer.story
        assert again.story.sections.second_order_effects == Passage(
            text="Fewer power stations are built.", analyst=writer.name
        )


async def test_a_correction_takes_a_models_sections_with_it_and_no_model_reads_the_wrong_articles_again(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        written = (await asked(desk, kept.ref)).story
        assert written is not None
        [manuscript] = parse("# What really happened\n\nIt was another company.\n", name="story.md")

        await desk.editing.correct(written, manuscript)

        answer = await desk.stories.look_up(kept.ref, EFFECTS, ME)
        assert not answer.is_written
        assert not answer.offered
        assert "corrected by a person" in answer.trouble
        assert len(writer.calls) == 1


async def test_without_a_model_nothing_is_offered(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, _, kept):
        room_of(desk).writer = None

        answer = await desk.stories.look_up(kept.ref, EFFECTS, ME)

        assert (answer.writable, answer.trouble) == ((), "")


async def test_a_bot_that_stops_tells_those_who_wait_and_writes_no_more(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, writer, kept):
        writer.may_go_on.clear()
        asking = asyncio.create_task(asked(desk, kept.ref))
        await began(writer)

        desk.shift.stop()
        answer = await asking

        assert "being stopped" in answer.trouble
        assert "being stopped" in (await asked(desk, kept.ref)).trouble
        assert len(writer.calls) == 1


def hand(desk: Desk) -> HandClock:
    clock = room_of(desk).clock
    assert isinstance(clock, HandClock)
    return clock


async def until_kept(desk: Desk, key: str) -> None:
    async with asyncio.timeout(5):
        while key not in await room_of(desk).store.archive.pages([key]):  # noqa: ASYNC110  # nor does the store
            await asyncio.sleep(0.005)
