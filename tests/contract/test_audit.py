from dataclasses import replace

from bot.model import Change
from bot.ports import Intake, Store
from tests.contract.values import HOUR, NOW, article, intake, story, unfilled

CHANGE = Change(
    at=NOW, workspace="slack:T1", person="U1", action="setup", subject="C1", detail="08:00 Europe/Berlin", event="tr.1"
)


async def test_a_change_comes_back_as_it_was_recorded_newest_first(store: Store) -> None:
    later = replace(CHANGE, at=NOW + HOUR, action="pause", event="tr.2")

    assert await store.audit.record(CHANGE)
    assert await store.audit.record(later)

    assert not unfilled(CHANGE)
    assert await store.audit.changes("slack:T1") == (later, CHANGE)
    assert await store.audit.changes("slack:T1", limit=1) == (later,)


async def test_an_event_is_recorded_once_in_its_workspace(store: Store) -> None:
    assert await store.audit.record(CHANGE)

    assert not await store.audit.record(replace(CHANGE, at=NOW + HOUR))
    assert await store.audit.record(replace(CHANGE, workspace="slack:T2"))
    assert await store.audit.changes("slack:T1") == (CHANGE,)


async def test_answers_that_were_shared_are_counted_under_all_names_of_their_story(store: Store) -> None:
    old, young = await store.archive.admit(intake(story("One", article("a")), story("Two", article("b"))))
    await store.archive.admit(Intake(keys={}, merges=((young.ref, old.ref),)))
    share = replace(CHANGE, action="share")
    for workspace, detail, action in (
        ("slack:T1", f"{old.ref}/key_points", "share"),
        ("slack:T1", f"{young.ref}/story", "share"),
        ("slack:T2", f"{old.ref}/story", "share"),
        ("slack:T1", "ZZZ9/story", "share"),
        ("slack:T1", f"{old.ref}/story", "withdraw"),
    ):
        event = f"{detail}/{action}"
        await store.audit.record(replace(share, workspace=workspace, action=action, detail=detail, event=event))

    assert await store.audit.shares(old.ref) == 3
    assert await store.audit.shares(old.ref, workspace="slack:T1") == 2
    assert await store.audit.shares("ZZZ8") == 0
