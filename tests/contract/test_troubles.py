"""What every keeper of troubles does."""

from dataclasses import replace

from bot.model import Case, Cause, Trouble
from bot.ports import Store
from tests.contract.values import DAY, HOUR, NOW, unfilled

PAUSED = Case(
    trouble=Trouble(
        cause=Cause.PAUSED, workspace="slack:T1", subject="7", name="#ai-news", detail="paused by Ada, “for now” 实验室"
    ),
    begun_at=NOW,
    over_at=NOW + 2 * HOUR,
    told_at=NOW + HOUR,
    told_over_at=NOW + 3 * HOUR,
    last_told_at=NOW + HOUR,
    told_to=("slack:T1:U0ADA", "discord::123456789012345678"),
)
FULL_DISK = Case(trouble=Trouble(cause=Cause.STORE), begun_at=NOW - DAY)


async def test_a_case_comes_back_as_it_was_kept_the_one_that_began_first_first(store: Store) -> None:
    assert not unfilled(PAUSED)
    assert not unfilled(PAUSED.trouble)

    await store.troubles.keep([PAUSED, FULL_DISK], at=NOW)

    assert await store.troubles.cases() == (FULL_DISK, PAUSED)


async def test_a_case_takes_the_place_of_what_was_kept_of_the_same_trouble(store: Store) -> None:
    await store.troubles.keep([FULL_DISK], at=NOW)
    told = replace(FULL_DISK, told_at=NOW, trouble=replace(FULL_DISK.trouble, detail="the disk is full"))

    await store.troubles.keep([told], at=NOW)

    assert await store.troubles.cases() == (told,)


async def test_the_same_subject_in_another_workspace_or_for_another_cause_is_another_case(store: Store) -> None:
    elsewhere = replace(PAUSED, trouble=replace(PAUSED.trouble, workspace="slack:T2"))
    silent = replace(PAUSED, trouble=replace(PAUSED.trouble, cause=Cause.SILENT))

    await store.troubles.keep([PAUSED, elsewhere, silent], at=NOW)

    assert len(await store.troubles.cases()) == 3
    assert await store.troubles.cases(workspace="slack:T2") == (elsewhere,)
    assert await store.troubles.cases(workspace="") == ()


async def test_what_is_gone_is_forgotten(store: Store) -> None:
    await store.troubles.keep([PAUSED, FULL_DISK], at=NOW)

    await store.troubles.keep([], gone=[PAUSED], at=NOW)

    assert await store.troubles.cases() == (FULL_DISK,)


async def test_another_process_sees_what_is_wrong_and_when_that_was_known_last(store: Store, other: Store) -> None:
    assert await other.troubles.kept_at() is None

    await store.troubles.keep([PAUSED], at=NOW)
    await store.troubles.keep([], at=NOW + HOUR)

    assert await other.troubles.cases() == (PAUSED,)
    assert await other.troubles.kept_at() == NOW + HOUR
