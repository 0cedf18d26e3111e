"""Of all standing orders only those are looked at that something can be due for, and that costs nobody a morning."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import StoreTrouble
from bot.model import Due, Subscription
from bot.newsroom import Newsroom
from bot.planning import enter_due
from bot.publish import publish
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, order
from tests.scripted import ScriptedPlatform

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NEVER = datetime(2200, 1, 1, tzinfo=UTC)


class Noted:
    """A room of the store that notes what it is asked for, and how many of them it finds."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.found: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        """How many it found at once."""
        self.together: list[Sequence[Due]] = []
        """Dates that are entered in one transaction."""
        self.fails: StoreTrouble | None = None
        """What entering the next ones ends with."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        asked: Callable[..., Awaitable[object]] = getattr(self._inner, name)

        async def answer(*arguments: object, **named: object) -> object:
            found = await asked(*arguments, **named)
            count = len(found) if isinstance(found, tuple) else 0
            self.found[name] += count
            self.most[name] = max(self.most[name], count)
            return found

        return answer

    async def plan(self, dues: Sequence[Due]) -> object:
        failure, self.fails = self.fails, None
        if failure:
            raise failure
        self.together.append(dues)
        return await self.__getattr__("plan")(dues)


def noting(room: Newsroom) -> tuple[Noted, Noted]:
    """What the subscriptions and the ledger of *room* are asked from now on."""
    subscriptions, ledger = Noted(room.store.subscriptions), Noted(room.store.ledger)
    room.store.subscriptions = subscriptions  # type: ignore[assignment] # it answers as the real one does
    room.store.ledger = ledger  # type: ignore[assignment] # as above
    return subscriptions, ledger


async def posted(room: Newsroom) -> list[tuple[str, int]]:
    """Name and day of the month of every delivery that was sent."""
    found = await room.store.ledger.deliveries(limit=10_000)
    return sorted((one.channel.name, one.date.day) for one in found if one.state.value == "sent")


async def test_a_minute_in_which_nothing_is_due_reads_no_standing_order(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock, channels=4) as room:
        await publish(room)
        subscriptions, ledger = noting(room)
        for _ in range(3):
            clock.move_to(clock.now() + MINUTE)
            await publish(room)
            await Desk(room).rounds.tell()
            await Desk(room).rounds.sweep()
            await Desk(room).rounds.prepare()

    assert subscriptions.found["to_look_at"] == subscriptions.found["suspects"] == 0
    assert {"all", "some", "look_later", "planned_through", "plan"} & {*subscriptions.found, *ledger.found} == set()


async def test_only_those_whose_hour_has_come_are_read(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock, channels=3) as room:
        await room.store.subscriptions.subscribe(replace(order("late", at=time(9)), declared=False))
        await publish(room)
        subscriptions, _ = noting(room)
        clock.move_to(TUESDAY + 60 * MINUTE)
        await publish(room)

        assert subscriptions.found["to_look_at"] == 1
        assert ("late", 3) in await posted(room)


async def test_a_look_that_fails_is_taken_again_at_those_alone_whose_hour_has_come(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock, channels=4) as room:
        await publish(room)
        subscriptions, ledger = noting(room)
        clock.move_to(clock.now() + DAY)
        ledger.fails = StoreTrouble("the disk is full")
        with pytest.raises(StoreTrouble):
            await enter_due(room, clock.now())
        clock.move_to(clock.now() + MINUTE)

        assert await enter_due(room, clock.now()) == 4
        assert (subscriptions.found["some"], subscriptions.found["to_look_at"]) == (0, 8)


async def test_a_process_looks_at_everybody_first_whatever_the_one_before_put_off(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        [one] = await room.store.subscriptions.all()
        await room.store.subscriptions.look_later([(one, NEVER)])  # as other rules of its zone would have it
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)

        assert await posted(room) == [("ai-news", 3)]
        assert await room.store.subscriptions.to_look_at(TUESDAY + DAY) != ()


@pytest.mark.parametrize("how", ["a reload", "taking over"])
async def test_everybody_is_looked_at_again_after(how: str, tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)
        [one] = await room.store.subscriptions.all()
        await room.store.subscriptions.look_later([(one, NEVER)])
        clock.move_to(TUESDAY + DAY)
        await publish(room)
        assert await posted(room) == [("ai-news", 3)], "it was put off"

        desk = Desk(room)
        await (desk.shift.reload(room.config) if how == "a reload" else desk.shift.take_over())
        await publish(room)

        assert await posted(room) == [("ai-news", 3), ("ai-news", 4)]


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_reload_in_the_middle_of_a_look_has_everybody_looked_at_again(tmp_path: Path, is_first: bool) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        orders = room.store.subscriptions

        class Reloading:
            """The first look is about to end, when another configuration comes."""

            def __getattr__(self, name: str) -> object:
                return getattr(orders, name)

            async def look_later(self, looks: Sequence[tuple[Subscription, datetime]]) -> None:
                await orders.look_later(looks)
                await Desk(room).shift.reload(room.config)

        await Desk(room).shift.open()
        if not is_first:
            room.looked_at = TUESDAY
        room.store.subscriptions = Reloading()  # type: ignore[assignment] # the others are as they were
        await enter_due(room, clock.now())

        assert room.looked_at is None


async def test_a_clock_that_was_ahead_and_is_set_right_takes_nobody_their_hour(tmp_path: Path) -> None:
    clock = VirtualClock(TUESDAY - 2 * MINUTE)
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)
        [one] = await room.store.subscriptions.all()
        clock.is_set_to(TUESDAY - MINUTE)
        await publish(room)
        # Whoever went by the clock while it was ahead.
        await room.store.subscriptions.look_later([(one, NEVER)])
        room.looked_at = TUESDAY + 3 * MINUTE
        clock.is_set_to(TUESDAY)
        await publish(room)

        assert await posted(room) == [("ai-news", 3)]


async def test_a_channel_in_a_zone_that_is_not_known_here_is_looked_at_again(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        lost = await room.store.subscriptions.subscribe(replace(order("lost", timezone="Mars/Olympus"), declared=False))
        await room.store.subscriptions.look_later([(lost, NEVER)])  # by a machine that knew it
        await publish(room)

        assert [one.id for one in await room.store.subscriptions.to_look_at(TUESDAY)] == [lost.id]


async def test_a_past_morning_that_is_lived_again_puts_nobody_off(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=VirtualClock()) as room:
        room.replayed = TUESDAY + 30 * DAY
        await publish(room)

        assert len(await room.store.subscriptions.to_look_at(TUESDAY)) == 1


# ------------------------------------------------------------------------------------------------------- many at once


async def of_workspace(room: Newsroom, workspace: str, count: int) -> list[Subscription]:
    plain = replace(order(), declared=False)
    names = [f"{workspace}-{number}" for number in range(count)]
    return [
        await room.store.subscriptions.subscribe(
            replace(plain, channel=replace(plain.channel, workspace=workspace, id=name, name=name))
        )
        for name in names
    ]


async def test_what_comes_due_together_is_entered_some_at_a_time_the_first_of_every_workspace_first(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=0) as room:
        await of_workspace(room, "large", 5)
        await of_workspace(room, "small", 2)
        _, ledger = noting(room)

        assert await enter_due(room, TUESDAY, some=3) == 7

    assert [[(one.subscription, one.place) for one in some] for some in ledger.together] == [
        [(1, 0), (6, 0), (2, 1)],
        [(7, 1), (3, 2), (4, 3)],
        [(5, 4)],
    ]


async def test_where_all_are_looked_at_no_more_than_some_are_in_memory(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=0) as room:
        await of_workspace(room, "large", 5)
        subscriptions, ledger = noting(room)

        assert await enter_due(room, TUESDAY - MINUTE, at_a_time=2) == 0
        assert (subscriptions.found["some"], subscriptions.most["some"], subscriptions.found["all"]) == (5, 2, 0)
        assert await room.store.subscriptions.to_look_at(TUESDAY - MINUTE) == (), "all were put off"

        room.looked_at = None
        assert await enter_due(room, TUESDAY, at_a_time=2) == 5
        assert [[one.place for one in some] for some in ledger.together] == [[0, 1, 2, 3, 4]]


async def test_all_dates_of_an_order_are_entered_in_one_transaction(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=2) as room:
        await enter_due(room, TUESDAY)
        _, ledger = noting(room)
        await enter_due(room, TUESDAY + 3 * DAY, some=1)

    assert [len({one.subscription for one in some}) for some in ledger.together] == [1, 1]
    assert [[one.date.day for one in some] for some in ledger.together] == [[4, 5, 6]] * 2


async def test_a_bot_that_is_stopping_leaves_the_rest_to_the_next_one(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=2) as room:
        room.is_stopping = True
        assert await enter_due(room, TUESDAY, some=1) == 1
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=2) as room:
        await publish(room)
        assert await posted(room) == [("ai-news", 3), ("c1", 3)]
