import asyncio
from dataclasses import replace

from bot.ports import Expense, Store
from tests.contract.values import HOUR, NOW, unfilled

DAY = NOW.date()
EXPENSE = Expense(at=NOW, ref="K7Q4", purpose="brief", model="norvik-1", microdollars=4_000, is_settled=False)


async def test_an_expense_comes_back_as_it_was_reserved_oldest_first(store: Store) -> None:
    later = replace(EXPENSE, at=NOW + HOUR, ref="", purpose="weigh")

    assert await store.spending.reserve(later, day=DAY, cap=10_000)
    assert await store.spending.reserve(EXPENSE, day=DAY, cap=10_000)

    assert not unfilled(EXPENSE)
    assert await store.spending.of_day(DAY) == (EXPENSE, later)


async def test_what_would_bring_a_day_above_its_cap_is_not_reserved(store: Store) -> None:
    assert await store.spending.reserve(EXPENSE, day=DAY, cap=8_000)
    assert await store.spending.reserve(EXPENSE, day=DAY, cap=8_000)

    assert await store.spending.reserve(EXPENSE, day=DAY, cap=8_000) is None
    assert len(await store.spending.of_day(DAY)) == 2


async def test_two_processes_never_reserve_more_than_the_cap_together(store: Store, other: Store) -> None:
    tries = [one.spending.reserve(EXPENSE, day=DAY, cap=20_000) for one in (store, other) for _ in range(20)]

    assert sum(number is not None for number in await asyncio.gather(*tries)) == 5


async def test_what_a_call_really_cost_takes_the_place_of_its_reservation(store: Store) -> None:
    number = await store.spending.reserve(EXPENSE, day=DAY, cap=4_000)
    assert number

    await store.spending.settle(number, 1_500)

    assert await store.spending.of_day(DAY) == (replace(EXPENSE, microdollars=1_500, is_settled=True),)
    assert await store.spending.reserve(replace(EXPENSE, microdollars=2_500), day=DAY, cap=4_000)


async def test_every_day_begins_with_nothing_spent(store: Store) -> None:
    assert await store.spending.reserve(EXPENSE, day=DAY, cap=4_000)

    assert await store.spending.of_day(DAY.replace(day=DAY.day + 1)) == ()
    assert await store.spending.reserve(EXPENSE, day=DAY.replace(day=DAY.day + 1), cap=4_000)
