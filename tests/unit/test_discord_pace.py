"""Everything leaves for Discord at one pace, and nothing at all once too much has been refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import aiohttp
import pytest
from aiohttp import web

from adapters.discord.pace import BLOCKED_FOR, CLOSEST, EARLY, LONGEST_WAIT, TOO_MANY_INVALID, HeldBack, Pace
from adapters.turns import OwnTurns
from bot.ports import Budget, Turn
from bot.ports.pacing import CLOSED_FOR
from tests.clock import TUESDAY, VirtualClock

SECOND = timedelta(seconds=1)


class Noted(OwnTurns):
    """Counts what the platform holds against us."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(lambda: clock.now().timestamp())
        self.errors = 0
        self.given = 0
        self.lasts = timedelta.max

    async def take(self, budget: Budget, channel: str = "", *, longest: timedelta) -> Turn:
        self.given += 1
        return replace(await super().take(budget, channel, longest=longest), lasts=self.lasts)

    def erred(self, budget: Budget) -> None:
        self.errors += 1
        super().erred(budget)


class Discord:
    """A server that answers as it is told, and a session that goes through a pace."""

    def __init__(self, pace: Pace, turns: Noted, session: aiohttp.ClientSession, address: str) -> None:
        self.pace = pace
        self.turns = turns
        self.session = session
        self.address = address
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.requests = 0

    async def handle(self, _: web.Request) -> web.Response:
        self.requests += 1
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return web.Response(status=status, headers={"Via": "1.1 google", **headers} if "No-Via" not in headers else {})

    async def ask(self, path: str = "/channels/1/messages", method: str = "GET") -> int:
        try:
            async with self.session.request(method, f"{self.address}{path}") as answer:
                return answer.status
        except HeldBack as held:
            if str(held) != "Discord asked for patience":  # it was made, and answered with a limit for the whole bot
                raise
            return 429


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def discord(clock: VirtualClock) -> AsyncIterator[Discord]:
    turns = Noted(clock)
    pace = Pace(clock, per_second=10, turns=turns, monotonic=lambda: clock.now().timestamp())
    async with aiohttp.ClientSession(trace_configs=[pace.trace()]) as session:
        made = Discord(pace, turns, session, "")
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", made.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
        await runner.cleanup()


async def test_every_request_waits_for_its_place(discord: Discord, clock: VirtualClock) -> None:
    for _ in range(21):
        await discord.ask()

    assert clock.now() - TUESDAY == pytest.approx(2 * SECOND, abs=SECOND / 100)


async def test_a_post_that_has_had_its_turn_does_not_wait_again(discord: Discord, clock: VirtualClock) -> None:
    for _ in range(11):
        assert await discord.pace.turn() == timedelta()
        await discord.ask(method="POST")

    assert clock.now() - TUESDAY == pytest.approx(SECOND, abs=SECOND / 100)


async def test_turns_that_are_used_late_let_no_requests_leave_together(discord: Discord, clock: VirtualClock) -> None:
    for _ in range(11):
        await discord.pace.turn()
    left = []

    for _ in range(11):
        await discord.ask(method="POST")
        left.append(clock.now())

    assert all(after - before >= CLOSEST * SECOND / 10 for before, after in pairwise(left))


async def test_a_turn_that_does_not_last_until_it_is_used_is_followed_by_another(
    discord: Discord, clock: VirtualClock
) -> None:
    discord.turns.lasts = SECOND / 20
    await discord.pace.turn()
    await discord.ask(method="POST")
    assert discord.turns.given == 1
    await discord.pace.turn()
    clock.move_to(clock.now() + SECOND)

    await discord.ask(method="POST")

    assert discord.turns.given == 3


async def test_a_machine_that_is_always_too_late_goes_with_its_third_turn(discord: Discord) -> None:
    discord.turns.lasts = -SECOND

    assert await discord.ask(method="POST") == 200

    assert discord.turns.given == 3


async def test_a_post_goes_on_early_and_leaves_in_time(discord: Discord, clock: VirtualClock) -> None:
    await discord.pace.turn()
    await discord.ask(method="POST")

    await discord.pace.turn()
    assert clock.now() == TUESDAY, "there is time to write down what it is about to do"
    await discord.ask(method="POST")

    assert EARLY > SECOND / 10
    assert clock.now() - TUESDAY == pytest.approx(SECOND / 10, abs=SECOND / 100)


async def test_a_second_attempt_waits_like_the_first(discord: Discord, clock: VirtualClock) -> None:
    await discord.pace.turn()
    for _ in range(11):
        await discord.ask(method="POST")

    assert clock.now() - TUESDAY == pytest.approx(SECOND, abs=SECOND / 100)


async def test_answers_to_people_never_wait(discord: Discord, clock: VirtualClock) -> None:
    discord.answers = [(429, {"Retry-After": "9", "X-RateLimit-Global": "true"})]
    await discord.ask()

    for path in ("/interactions/1/token/callback", "/webhooks/9000/token/messages/@original"):
        assert await discord.ask(path, "POST") == 200

    assert clock.now() == TUESDAY


async def test_a_turn_that_would_come_too_late_is_not_waited_for(discord: Discord, clock: VirtualClock) -> None:
    turns = [asyncio.ensure_future(discord.pace.turn()) for _ in range(3)]
    assert await asyncio.gather(*turns) == [timedelta()] * 3
    discord.answers = [(429, {"Retry-After": "60", "X-RateLimit-Global": "true"})]
    await discord.ask()

    wait = await discord.pace.turn()

    assert LONGEST_WAIT < wait <= timedelta(seconds=60)
    with pytest.raises(HeldBack) as held:
        await discord.ask()
    assert held.value.wait == wait + SECOND / 10, "they are told to come one after the other"


async def test_nobody_waits_for_longer_than_they_would_listen(clock: VirtualClock) -> None:
    pace = Pace(clock, per_second=1, patience=4 * SECOND, monotonic=TUESDAY.timestamp)

    assert [await pace.turn() for _ in range(4)] == [timedelta(), timedelta(), timedelta(), 2 * SECOND]


async def test_a_limit_for_the_whole_bot_holds_everything_for_as_long_as_it_says(
    discord: Discord, clock: VirtualClock
) -> None:
    discord.answers = [(429, {"Retry-After": "5", "X-RateLimit-Global": "true"})]
    await discord.ask()
    await discord.ask()

    assert clock.now() - TUESDAY == pytest.approx(5 * SECOND, abs=SECOND / 100)


async def test_whoever_is_woken_late_goes_all_the_same(clock: VirtualClock) -> None:
    class Late(VirtualClock):
        async def wait(self, duration: timedelta) -> None:
            clock.move_to(clock.now() + duration + SECOND)

    pace = Pace(Late(), per_second=1, monotonic=lambda: clock.now().timestamp())

    assert [await pace.turn() for _ in range(4)] == [timedelta()] * 4


async def test_a_limit_of_one_channel_holds_no_other(discord: Discord, clock: VirtualClock) -> None:
    discord.answers = [(429, {"Retry-After": "5", "X-RateLimit-Scope": "user"})]
    await discord.ask()
    await discord.ask()

    assert clock.now() - TUESDAY < SECOND


async def test_a_page_of_cloudflares_holds_everything_for_a_while(discord: Discord, clock: VirtualClock) -> None:
    discord.answers = [(429, {"No-Via": "true"})]
    await discord.ask()

    assert await discord.pace.turn() > BLOCKED_FOR - SECOND


async def test_everything_stops_well_before_the_ban_and_goes_on_by_and_by(
    discord: Discord, clock: VirtualClock
) -> None:
    refused = 0
    for number in range(10_000):
        discord.answers = [((401, 403, 429)[number % 3], {"X-RateLimit-Scope": "user"})]
        try:
            await discord.ask()
        except HeldBack:
            break
        refused += 1

    assert discord.turns.errors == refused == TOO_MANY_INVALID < 10_000
    clock.move_to(clock.now() + CLOSED_FOR)
    discord.answers = [(403, {})]
    assert await discord.ask() == 403
    with pytest.raises(HeldBack):
        await discord.ask()
    clock.move_to(clock.now() + CLOSED_FOR)
    assert [await discord.ask() for _ in range(3)] == [200, 200, 200]


async def test_a_limit_that_many_bots_share_is_nobodys_mistake(discord: Discord) -> None:
    discord.answers = [(429, {"X-RateLimit-Scope": "shared"}), (404, {}), (500, {}), (403, {})]
    for _ in range(4):
        await discord.ask()

    assert discord.turns.errors == 1
