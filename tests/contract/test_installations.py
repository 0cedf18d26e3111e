"""What every keeper of installations does, in whatever order platforms tell of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.model import Installation, Removal
from bot.ports import Store
from tests.contract.values import DAY, HOUR, NOW, unfilled

MOMENT = timedelta(microseconds=1)

FULL = Installation(
    platform="slack",
    enterprise="E1",
    team="T1",
    name="Halden “新闻”",
    sealed="gAAAAA==",
    scopes=("chat:write", "commands"),
    bot_user="U0BOT",
    bot="B0BOT",
    installer="U0ADA",
    installed_at=NOW,
)


def of(team: str = "T1", enterprise: str = "", **other: object) -> Installation:
    plain = Installation(
        platform="slack", enterprise=enterprise, team=team, name=team or enterprise, sealed="sealed", installed_at=NOW
    )
    return replace(plain, **other)  # type: ignore[arg-type]


async def test_an_installation_comes_back_as_it_was_kept(store: Store, other: Store) -> None:
    assert not unfilled(FULL)

    assert await store.installations.save(FULL)

    assert await other.installations.find("slack", "T1") == FULL
    assert await other.installations.all() == (FULL,)


async def test_installing_again_takes_the_place_of_the_former_one(store: Store) -> None:
    await store.installations.save(of())
    again = of(sealed="newer", installed_at=NOW + HOUR)

    assert await store.installations.save(again)

    assert await store.installations.all() == (again,)


async def test_an_older_installation_that_arrives_late_changes_nothing(store: Store) -> None:
    newer = of(sealed="newer", installed_at=NOW + HOUR)
    await store.installations.save(newer)

    assert not await store.installations.save(of())

    assert await store.installations.all() == (newer,)


async def test_a_workspace_that_moved_into_an_organisation_has_one_installation(store: Store) -> None:
    await store.installations.save(of())
    moved = of(enterprise="E1", installed_at=NOW + HOUR)

    await store.installations.save(moved)

    assert await store.installations.all() == (moved,)


async def test_nobody_is_served_by_the_installation_of_somebody_else(store: Store) -> None:
    await store.installations.save(of("T1"))
    await store.installations.save(of("", "E1"))

    assert await store.installations.find("slack", "T2") is None
    assert await store.installations.find("discord", "T1") is None
    assert await store.installations.find("slack", "") is None
    assert await store.installations.find("slack", "T2", "E2") is None


async def test_a_workspace_is_served_by_its_own_installation_before_that_of_its_organisation(store: Store) -> None:
    own, everybodys = of("T1", "E1"), of("", "E1")
    await store.installations.save(own)
    await store.installations.save(everybodys)

    assert await store.installations.find("slack", "T1", "E1") == own
    assert await store.installations.find("slack", "T2", "E1") == everybodys


async def test_the_organisation_of_a_workspace_is_remembered(store: Store, other: Store) -> None:
    everybodys = of("", "E2")
    await store.installations.save(everybodys)
    await store.installations.belongs("slack", "T1", "E1")
    await store.installations.belongs("slack", "T1", "E2")

    assert await other.installations.find("slack", "T1") == everybodys
    assert await other.installations.find("slack", "T3") is None


async def test_a_removal_deletes_the_token_and_is_on_record_until_it_is_installed_again(store: Store) -> None:
    await store.installations.save(of())

    assert await store.installations.remove("slack", team="T1", at=NOW + HOUR) == ("T1",)
    assert await store.installations.all() == ()
    assert await store.installations.gone() == (Removal(platform="slack", workspace="T1", at=NOW + HOUR),)

    assert await store.installations.save(of(installed_at=NOW + DAY))
    assert await store.installations.gone() == ()


async def test_a_removal_twice_is_one_removal(store: Store) -> None:
    await store.installations.save(of())
    for at in (NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR):
        await store.installations.remove("slack", team="T1", at=at)

    assert await store.installations.gone() == (Removal(platform="slack", workspace="T1", at=NOW + 2 * HOUR),)


async def test_a_removal_of_an_earlier_installation_leaves_a_newer_one_alone(store: Store) -> None:
    newer = of(installed_at=NOW + HOUR)
    await store.installations.save(newer)

    assert await store.installations.remove("slack", team="T1", at=NOW) == ()
    assert await store.installations.leave("slack", ["T1", "T2"], at=NOW) == ("T2",)

    assert await store.installations.all() == (newer,)
    assert [one.workspace for one in await store.installations.gone()] == ["T2"]


async def test_a_removal_that_is_told_before_its_installation_keeps_that_out(store: Store) -> None:
    assert await store.installations.remove("slack", team="T1", at=NOW) == ("T1",)

    assert not await store.installations.save(of(installed_at=NOW))
    assert not await store.installations.save(of(installed_at=NOW - HOUR))

    assert await store.installations.all() == ()
    assert len(await store.installations.gone()) == 1


async def test_an_organisation_takes_along_the_workspaces_that_have_no_installation_of_their_own(store: Store) -> None:
    own = of("T1", "E1")
    for one in (own, of("", "E1"), of("", "E2")):
        await store.installations.save(one)
    await store.installations.belongs("slack", "T2", "E1")
    await store.installations.belongs("slack", "T9", "E2")

    assert await store.installations.remove("slack", enterprise="E1", at=NOW + HOUR) == ("T2",)

    assert [one.key[1:] for one in await store.installations.all()] == [("E1", "T1"), ("E2", "")]
    assert {one.workspace for one in await store.installations.gone()} == {"E1", "T2"}
    assert await store.installations.save(of("", "E1", installed_at=NOW + DAY))
    assert await store.installations.gone() == ()


async def test_a_workspace_that_its_organisation_still_serves_is_not_gone(store: Store) -> None:
    await store.installations.save(of("T1", "E1"))
    await store.installations.save(of("", "E1"))

    assert await store.installations.remove("slack", team="T1", at=NOW + HOUR) == ()

    assert [one.team for one in await store.installations.all()] == [""]
    assert await store.installations.gone() == ()


async def test_whoever_returns_is_not_gone(store: Store) -> None:
    assert await store.installations.leave("discord", ["1", "2"], at=NOW) == ("1", "2")

    await store.installations.returned("discord", ["1", "3"])

    assert [one.workspace for one in await store.installations.gone()] == ["2"]


async def test_a_removal_that_is_told_again_after_the_return_changes_nothing(store: Store) -> None:
    await store.installations.leave("slack", ["T1"], at=NOW)
    await store.installations.returned("slack", ["T1"], at=NOW + HOUR)

    assert await store.installations.leave("slack", ["T1"], at=NOW) == ()
    assert await store.installations.gone() == ()

    assert await store.installations.leave("slack", ["T1"], at=NOW + 2 * HOUR) == ("T1",)


async def test_a_removal_that_is_told_again_after_a_return_without_a_date_changes_nothing(store: Store) -> None:
    await store.installations.leave("slack", ["T1"], at=NOW)
    await store.installations.returned("slack", ["T1"])

    assert await store.installations.leave("slack", ["T1"], at=NOW) == ()
    assert await store.installations.gone() == ()

    assert await store.installations.leave("slack", ["T1"], at=NOW + MOMENT) == ("T1",)
    assert await store.installations.gone() == (Removal(platform="slack", workspace="T1", at=NOW + MOMENT),)


async def test_who_returns_without_a_date_and_was_never_gone_may_have_left_at_any_time(store: Store) -> None:
    await store.installations.returned("slack", ["T1"])

    assert await store.installations.leave("slack", ["T1"], at=NOW) == ("T1",)


async def test_a_return_that_is_told_again_after_the_next_removal_changes_nothing(store: Store) -> None:
    await store.installations.returned("slack", ["T1"], at=NOW)
    await store.installations.leave("slack", ["T1"], at=NOW + HOUR)

    await store.installations.returned("slack", ["T1"], at=NOW)
    assert [one.workspace for one in await store.installations.gone()] == ["T1"]

    await store.installations.returned("slack", ["T1"])
    assert await store.installations.gone() == (), "that they take posts needs no date"


async def test_what_was_before_an_organisation_came_back_puts_none_of_its_workspaces_out(store: Store) -> None:
    await store.installations.belongs("slack", "T2", "E1")
    await store.installations.leave("slack", ["T2"], at=NOW)
    await store.installations.save(of("", "E1", installed_at=NOW + HOUR))

    assert await store.installations.leave("slack", ["T2"], at=NOW) == ()


async def test_a_token_is_wrapped_anew_unless_it_is_another_one_by_now(store: Store) -> None:
    held = of(sealed="by the old key")
    await store.installations.save(held)

    assert await store.installations.reseal(held, "by the new key")
    assert not await store.installations.reseal(held, "late")

    assert await store.installations.all() == (replace(held, sealed="by the new key"),)


async def test_a_state_is_taken_once_whoever_asks_at_the_same_time(store: Store, other: Store) -> None:
    await store.installations.put_state("d1", until=NOW + HOUR, now=NOW, most=10)

    taken = await asyncio.gather(
        *(keeper.installations.take_state("d1", now=NOW) for keeper in (store, other) for _ in range(5))
    )

    assert sorted(taken) == [False] * 9 + [True]
    assert not await store.installations.take_state("never", now=NOW)


async def test_a_state_ends_and_is_gone_even_if_it_came_too_late(store: Store) -> None:
    await store.installations.put_state("d1", until=NOW + HOUR, now=NOW, most=10)

    assert not await store.installations.take_state("d1", now=NOW + HOUR)
    assert not await store.installations.take_state("d1", now=NOW)


async def test_of_many_states_the_newest_stay(store: Store) -> None:
    for number in range(5):
        await store.installations.put_state(f"d{number}", until=NOW + HOUR + number * HOUR, now=NOW, most=3)

    assert [await store.installations.take_state(f"d{number}", now=NOW) for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
