"""What admins wish of the next edition is what its readers get."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admit import admit
from bot.desk import Desk
from bot.errors import NotFound
from bot.manuscript import parse
from bot.model import Stage, Wish
from bot.newsroom import Newsroom
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, newsroom
from tests.scripted import ScriptedPlatform

DAY = timedelta(days=1)
TITLES = ("A lab opens in the north", "A chip runs on four watts", "A draft on open weights")


async def imported(room: Newsroom, *titles: str) -> list[str]:
    """The refs of stories that somebody wrote."""
    text = "\n---\n".join(f"{title}\n\nIt matters.\nKey Points\n- 1It does.\n" for title in titles)
    return [one.story.ref for one in await admit(room, parse(text, name="stories.txt"))]


async def test_a_pinned_story_leads_however_old_and_a_dropped_one_is_left_out(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - 9 * DAY), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        (old,) = await imported(room, "An old story that matters again")
        clock.move_to(TUESDAY - timedelta(hours=1))
        first, second, third = await imported(room, *TITLES)
        (one,) = await desk.channels.subscriptions()

        await desk.office.wish(one, second, Wish.DROP)
        await desk.office.wish(one, old.lower(), Wish.PIN)
        assert dict(await desk.channels.wishes(one)) == {second: Wish.DROP, old: Wish.PIN}
        composition, _ = await desk.channels.preview(one)
        clock.move_to(TUESDAY)
        await desk.rounds.publish_until_done(patience=SOON)

        (_, _, edition) = platform.posts[0]
        assert [shown.ref for shown in edition.stories] == [shown.ref for shown in composition.edition.stories]
        assert edition.stories[0].ref == old
        assert {shown.ref for shown in edition.stories[1:]} == {first, third}
        (delivery,) = await desk.channels.deliveries()
        verdicts = {verdict.ref: verdict for verdict in await room.store.ledger.verdicts(delivery.id)}
        assert (verdicts[old].stage, verdicts[old].detail) == (Stage.POSTED, "pinned by an admin")
        assert verdicts[second].stage is Stage.DROPPED


async def test_a_wish_is_for_one_edition_and_can_be_taken_back(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - timedelta(hours=1)), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        refs = await imported(room, *TITLES)
        (one,) = await desk.channels.subscriptions()
        for ref in refs:
            await desk.office.wish(one, ref, Wish.DROP)
        await desk.office.wish(one, refs[0], None)
        clock.move_to(TUESDAY)
        await desk.rounds.publish_until_done(patience=SOON)
        assert [shown.ref for shown in platform.posts[0][2].stories] == refs[:1]

        assert await desk.channels.wishes(one) == {}


async def test_a_story_that_the_channel_may_not_see_cannot_be_wished_for(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        desk = Desk(room)
        (manuscript,) = parse(f"{TITLES[0]}\n\nIt matters.\nKey Points\n- 1It does.\n", name="stories.txt")
        (private,) = await desk.editing.admit([replace(manuscript, workspaces=("slack:T1",))])
        (one,) = await desk.channels.subscriptions()

        for ref in (private.story.ref, "ZZZ9"):
            with pytest.raises(NotFound, match="no story is called"):
                await desk.office.wish(one, ref, Wish.PIN)
        # Not even one that became private after it was wished for.
        day = (await desk.channels.preview(one))[0].edition.date
        await room.store.ledger.wish(one.id, day, private.story.ref, Wish.PIN)
        assert (await desk.channels.preview(one))[0].edition.stories == ()
