"""Corrections and withdrawals: of the stored story, and of every message that carries it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.admit import admit
from bot.desk import Desk
from bot.errors import NotFound
from bot.manuscript import Manuscript, parse
from bot.model import Asker, StoryStatus
from tests.newsroom import newsroom
from tests.scripted import ScriptedPlatform


def written(title: str = "A lab opens in the south") -> Manuscript:
    [manuscript] = parse(f"{title}\n\nIt matters more.\nKey Points\n- 1It does.\n", name="story.txt")
    return manuscript


async def test_a_correction_that_names_no_workspaces_makes_nothing_public(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        [admitted] = await admit(room, [replace(written(), workspaces=("slack:T1",))])

        amended = await Desk(room).correct(admitted.story, written("A lab opens in the east"))

        assert amended.story.status is StoryStatus.CORRECTED
        assert amended.story.workspaces == ("slack:T1",)


async def test_nothing_can_be_corrected_that_is_not_there(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        [admitted] = await admit(room, [written()])

        with pytest.raises(NotFound, match="ZZZ9"):
            await Desk(room).correct(replace(admitted.story, ref="ZZZ9"), written())


async def test_the_history_of_a_story_exists_for_those_who_may_see_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        [admitted] = await admit(room, [replace(written(), workspaces=("slack:T1",))])
        ref = admitted.story.ref

        assert await Desk(room).history(ref, Asker(workspace="slack:T2")) == ()
        assert len(await Desk(room).history(ref, Asker(workspace="slack:T1"))) == 1
        assert len(await Desk(room).history(ref, Asker())) == 1
