"""Stories that are imported again: what they change of what has been posted, and that nobody is surprised by it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import WrongUsage
from bot.manuscript import Manuscript, ManuscriptArticle, parse
from bot.model import Asker, Passage, SectionName, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.publish import publish
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom
from tests.scripted import ScriptedPlatform, fails

MINUTE = timedelta(minutes=1)


def written(takeaway: str = "It matters.", title: str = "A lab opens in the north") -> Manuscript:
    [manuscript] = parse(f"{title}\n\n{takeaway}\nKey Points\n- 1It does.\n", name="story.txt")
    return manuscript


@dataclass
class House:
    """A desk whose one channel has got one story."""

    room: Newsroom
    desk: Desk
    platform: ScriptedPlatform
    clock: VirtualClock
    story: Story

    async def present(self) -> Story:
        answer = await self.desk.stories.look_up(self.story.ref, None, Asker())
        assert answer.story
        return answer.story


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        [taken] = await desk.editing.admit([written()])
        clock.move_to(TUESDAY)
        await publish(room)
        clock.move_to(TUESDAY + MINUTE)
        yield House(room=room, desk=desk, platform=platform, clock=clock, story=taken.story)


async def test_what_a_posted_story_would_change_is_known_before_anything_is_kept(house: House) -> None:
    [foreseen] = await house.desk.editing.foresee([written("It matters more."), written(title="Something new")])

    assert (foreseen.old, foreseen.new.takeaway) == (house.story, "It matters more.")
    assert [one.date for one in foreseen.carriers] == [TUESDAY.date()]
    assert await house.present() == house.story
    assert await house.desk.editing.foresee([written()]) == ()


async def test_a_posted_story_that_is_imported_otherwise_is_corrected_with_its_messages(house: House) -> None:
    taken, new = await house.desk.editing.admit([written("It matters more."), written(title="Something new")])

    assert taken.amended
    assert (len(taken.amended.changed), taken.is_new, new.amended, new.is_new) == (1, False, None, True)
    story = await house.present()
    assert (story.status, story.status_at) == (StoryStatus.CORRECTED, TUESDAY + MINUTE)
    assert story.news_at == house.story.news_at, "a correction is no news"
    [(_, edition)] = house.platform.amended
    assert (edition.stories[0].takeaway, edition.stories[0].status) == ("It matters more.", StoryStatus.CORRECTED)
    history = await house.desk.stories.history(story.ref, Asker())
    assert [one.reason for one in history] == ["imported", "corrected"]

    [again] = await house.desk.editing.admit([written("It matters more.")])

    assert again.amended is None
    assert len(house.platform.amended) == 1


async def test_only_what_was_confirmed_is_changed_and_else_nothing_is_kept(house: House) -> None:
    with pytest.raises(WrongUsage, match=house.story.ref):
        await house.desk.editing.admit([written(title="Something new"), written("It matters more.")], confirmed=())

    assert await house.present() == house.story
    assert (await house.desk.stories.look_up("Something new", None, Asker())).story is None
    [taken] = await house.desk.editing.admit([written("It matters more.")], confirmed=[house.story.ref])
    assert taken.amended


async def test_further_articles_alone_are_no_correction_and_with_a_new_text_they_are_news(house: House) -> None:
    article = ManuscriptArticle(title="A report", url="https://wire.test/a", source="Wire", published=None)

    [more] = await house.desk.editing.admit([replace(written(), articles=(article,))])
    assert more.amended is None
    assert (more.story.status, more.story.news_at) == (StoryStatus.CURRENT, TUESDAY + MINUTE)

    house.clock.move_to(TUESDAY + 2 * MINUTE)
    another = replace(article, url="https://wire.test/b", title="Another")
    [both] = await house.desk.editing.admit([replace(written("It matters more."), articles=(article, another))])
    assert both.amended
    assert (both.story.status, both.story.news_at) == (StoryStatus.CORRECTED, TUESDAY + 2 * MINUTE)


async def test_what_a_model_wrote_beside_it_is_no_change_and_goes_with_a_correction(house: House) -> None:
    effects = Passage(text="Others follow.", analyst="acme:large")

    def with_effects(held: Story) -> Story:
        return replace(held, sections=replace(held.sections, second_order_effects=effects))

    await house.room.store.archive.change(house.story.ref, with_effects, reason="analysed", at=TUESDAY)

    assert await house.desk.editing.foresee([written()]) == ()
    await house.desk.editing.admit([written("It matters more.")])
    assert SectionName.SECOND_ORDER_EFFECTS not in (await house.present()).sections.written()


async def test_a_withdrawn_story_stays_withdrawn_and_its_messages_as_they_are(house: House) -> None:
    await house.desk.editing.withdraw(house.story, "a hoax")

    [taken] = await house.desk.editing.admit([written("It matters more.")])

    assert taken.amended is None
    story = await house.present()
    assert (story.status, story.takeaway) == (StoryStatus.WITHDRAWN, "It matters more.")
    assert len(house.platform.amended) == 1


async def test_what_was_not_posted_is_updated_without_a_mark(house: House) -> None:
    await house.desk.editing.admit([written(title="Something new")])

    [taken] = await house.desk.editing.admit([written("It matters more.", title="Something new")], confirmed=())

    assert (taken.amended, taken.is_new, taken.story.status) == (None, False, StoryStatus.CURRENT)


async def test_messages_that_cannot_be_changed_just_now_are_named_and_changed_later(house: House) -> None:
    house.platform.on_amend = [fails("not_sent", "patience")]

    [taken] = await house.desk.editing.admit([written("It matters more.")])

    assert taken.amended
    assert [reason for _, reason in taken.amended.waiting] == ["patience"]
    house.clock.move_to(TUESDAY + 5 * MINUTE)
    assert await house.desk.rounds.sweep() == 1


async def test_an_import_for_a_workspace_leaves_others_their_story_of_the_same_title_and_url(house: House) -> None:
    article = ManuscriptArticle(title="A report", url="https://wire.test/a", source="Wire", published=None)
    here, there = "terminal:T1", "terminal:T2"
    [public] = await house.desk.editing.admit([replace(written(), articles=(article,))])

    versions = [
        await house.desk.editing.admit([replace(written(f"For {whose}."), workspaces=whose, articles=(article,))])
        for whose in ((here,), (there,), (there, here), (here,), ())
    ]

    refs = [taken.story.ref for [taken] in versions]
    assert len(set(refs)) == 4
    assert (refs[3], refs[4]) == (refs[0], public.story.ref)
    for whose, ref in ((here, refs[0]), (there, refs[1])):
        for other in {here, there} - {whose}:
            assert (await house.desk.stories.look_up(ref, None, Asker(workspace=other))).story is None
