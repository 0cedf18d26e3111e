from dataclasses import replace

from bot.model import Change
from bot.ports import Store
from tests.contract.values import HOUR, NOW, unfilled

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
