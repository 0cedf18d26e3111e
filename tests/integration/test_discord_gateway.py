"""How Discord reaches us: clients end in every way, and people are answered by the next one."""

import asyncio
import contextlib
import gc
import json
import logging
import types
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.discord.gateway import Gateway
from adapters.discord.pace import Pace
from bot.errors import PostFailed
from bot.model import Standing
from tests.discord import ELSEWHERE, GUILD, MEMBER, NEWS, Bot, BriskClock, discord_bot, local_discord, told, until
from tests.fake_discord import FakeDiscord, Fault
from tests.morning import NOW

UNPARSABLE = {"id": "not a number", "guild_id": GUILD}
Call = Callable[[FakeDiscord], object]


class PatientClock(BriskClock):
    """Keeps what was waited for, lets that time pass, and says so to whoever listens."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.waits: list[float] = []
        self.on_wait: Callable[[], object] = lambda: None

    async def wait(self, duration: timedelta) -> None:
        self.waits.append(duration.total_seconds())
        await super().wait(duration)
        self.move_to(self.now() + duration)
        self.on_wait()


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as made:
        yield made


@contextlib.asynccontextmanager
async def reached(
    fake: FakeDiscord, folder: Path, clock: PatientClock, *, token: str = ""
) -> AsyncIterator[tuple[Bot, Gateway]]:
    """A bot with a gateway of its own on *clock*, beside which nothing is connected."""
    async with discord_bot(fake, folder) as bot:
        await bot.gateway.stop(timedelta())
        await fake.gateway.connected(0)
        made = Gateway(bot.desk, token or fake.token, Pace(BriskClock(NOW)), clock, folder / "synced")
        bot.gateway = made
        try:
            yield bot, made
        finally:
            await made.stop(timedelta(seconds=2))


async def answers(bot: Bot) -> bool:
    return bool(await bot.ask("brief help"))


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= level]


def open_sessions() -> int:
    """How many of aiohttp's there are that nobody has closed."""
    return sum(isinstance(one, aiohttp.ClientSession) and not one.closed for one in gc.get_objects())


def tasks_beside(before: set[asyncio.Task[object]]) -> list[str]:
    """The files in which tasks of discord.py, or of our adapter, wait that were not there *before*."""
    left = [one.get_coro() for one in asyncio.all_tasks() - before]
    named = [one.cr_code.co_filename for one in left if isinstance(one, types.CoroutineType)]
    return [one for one in named if "/discord/" in one]


ENDINGS: dict[str, Call] = {
    "cut": lambda fake: fake.gateway.drop(),
    "4000": lambda fake: fake.gateway.close(4000),
    "1001": lambda fake: fake.gateway.close(1001),
    "op 7": lambda fake: fake.gateway.reconnect(),
}


async def end(fake: FakeDiscord, how: str) -> None:
    done = ENDINGS[how](fake)
    if asyncio.iscoroutine(done):
        await done


@pytest.mark.parametrize("how", ENDINGS)
async def test_what_was_asked_while_a_connection_was_broken_is_answered_once_it_is_resumed(
    fake: FakeDiscord, tmp_path: Path, how: str
) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        await end(fake, how)

        run = await fake.command("brief help", user=MEMBER, channel=NEWS)

        assert await told(run)
        assert run.callbacks == 1
        assert (fake.gateway.resumes, fake.gateway.identifies) == (1, 1)
        assert bot.gateway.trouble == ""


async def test_a_session_that_cannot_be_resumed_is_begun_anew(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        for number in (2, 3):
            fake.gateway.invalidate()
            await until(lambda: fake.gateway.identifies == number)  # noqa: B023  # waited for at once
            await fake.gateway.connected(1)

            assert await answers(bot)
    assert fake.counts["bulk_overwrite_global_commands", "ok"] <= 1


async def test_an_interaction_that_is_told_twice_is_answered_once(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        run = await fake.command("brief help", user=MEMBER, channel=NEWS)
        await told(run)

        await fake.replay(run)
        assert await answers(bot)

    assert run.callbacks == 1
    assert len(run.answers) == 1


async def test_an_event_that_cannot_be_parsed_ends_one_client_and_the_next_answers_after_five_seconds(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = PatientClock()
    async with reached(fake, tmp_path, clock) as (bot, gateway):
        await gateway.start()
        await fake.gateway.connected(1)
        before = fake.gateway.identifies
        fake.gateway.dispatch("CHANNEL_UPDATE", UNPARSABLE)
        await until(lambda: fake.gateway.identifies == before + 1)
        await fake.gateway.connected(1)

        assert await answers(bot)

    assert 5 in clock.waits
    [told_of] = [one for one in lines(caplog, logging.WARNING) if "client ended" in one]
    assert "next try is in 5 s" in told_of
    assert "Traceback" not in caplog.text


async def test_a_gateway_that_is_down_at_the_start_is_tried_more_and_more_rarely_while_posts_go_out(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = PatientClock()
    fake.gateway.refuse = False
    async with reached(fake, tmp_path, clock) as (bot, gateway):
        fake.gateway.refuse = True
        await gateway.start()
        await until(lambda: 5 in clock.waits and 15 in clock.waits, seconds=15)
        assert "not answered for the moment" in gateway.trouble

        await bot.posted(await bot.story())
        await until(lambda: 60 in clock.waits, seconds=15)
        fake.gateway.refuse = False
        await fake.gateway.connected(1, timeout=15)

        assert await answers(bot)
        await until(lambda: gateway.trouble == "")
    assert [one for one in clock.waits if one in {5, 15, 60, 300}][:3] == [5, 15, 60]
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_code_that_is_final_is_told_in_one_line_and_nothing_more_is_tried(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    clock = PatientClock()
    async with reached(fake, tmp_path, clock) as (bot, gateway):
        await gateway.start()
        await fake.gateway.connected(1)
        identified = fake.gateway.identifies
        await fake.gateway.close(code)
        await until(lambda: bool(gateway.trouble))

        await bot.posted(await bot.story())

        assert not set(clock.waits) & {5.0, 15.0}
        assert fake.gateway.identifies == identified
    [line] = lines(caplog, logging.ERROR)
    assert gateway.trouble == line
    assert {4004: "set DISCORD_TOKEN", 4011: "2,500", 4014: "privileged intent"}.get(code, "please report it") in line


async def test_a_wrong_token_is_tried_once_and_its_session_is_closed(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = PatientClock()
    async with reached(fake, tmp_path, clock, token="wr0ng-t0ken") as (_, gateway):
        tried, opened = fake.counts["get_current_user", "401/0"], open_sessions()
        await gateway.start()
        await until(lambda: bool(gateway.trouble))
        assert open_sessions() == opened

    assert clock.waits == []
    assert fake.counts["get_current_user", "401/0"] <= tried + 1
    [line] = lines(caplog, logging.ERROR)
    assert "set DISCORD_TOKEN" in line
    assert "wr0ng-t0ken" not in caplog.text
    assert "Unclosed" not in caplog.text


async def test_a_crash_loop_keeps_under_two_hundred_sessions_a_day_even_over_restarts(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = PatientClock()
    async with reached(fake, tmp_path, clock) as (bot, gateway):
        earlier = [(NOW - timedelta(minutes=one)).isoformat() for one in range(199)]
        (tmp_path / "discord-sessions").write_text(json.dumps(earlier))
        await gateway.start()
        await fake.gateway.connected(1)
        await gateway.stop(timedelta())
        count = fake.gateway.identifies
        restarted = Gateway(bot.desk, fake.token, Pace(BriskClock(NOW)), clock, tmp_path / "synced")
        at_once: list[int] = []
        clock.on_wait = lambda: at_once.append(fake.gateway.identifies)

        await restarted.start()
        await fake.gateway.connected(1)
        assert await answers(bot)
        await restarted.stop(timedelta())

    assert at_once[0] == count
    assert clock.waits[0] == (timedelta(days=1) - timedelta(minutes=198)).total_seconds()
    assert any("too many new sessions" in one for one in lines(caplog, logging.ERROR))


async def test_sessions_that_discord_py_begins_by_itself_are_counted_too(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path):
        fake.gateway.invalidate()
        await until(lambda: fake.gateway.identifies == 2)
        assert len(json.loads((tmp_path / "discord-sessions").read_text())) == 2


@pytest.mark.parametrize("text", ["", "{", "[1]", '["2026-03-03T08:00:00"]', "\udcff"])
async def test_a_count_of_sessions_that_nobody_can_read_is_begun_anew(
    fake: FakeDiscord, tmp_path: Path, text: str
) -> None:
    (tmp_path / "discord-sessions").write_bytes(text.encode("utf-8", "surrogateescape"))
    async with discord_bot(fake, tmp_path) as bot:
        assert await answers(bot)
        assert len(json.loads((tmp_path / "discord-sessions").read_text())) == 1


async def test_commands_are_told_to_discord_once_and_not_by_the_next_client(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        assert await answers(bot)
    async with discord_bot(fake, tmp_path) as bot:
        assert await answers(bot)

    assert len([one for one in fake.calls if one.method == "PUT" and one.path.endswith("/commands")]) == 1


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE_BEFORE, Fault.DROP_BEFORE])
async def test_commands_that_discord_does_not_take_are_told_again_after_an_hour_and_the_former_ones_answered(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    clock = PatientClock()
    async with reached(fake, tmp_path, clock) as (bot, gateway):
        (tmp_path / "synced").write_text("other commands")
        [route] = {one.route for one in fake.calls if one.method == "PUT" and one.path.endswith("/commands")}
        fake.next_faults(route, [fault] * (2 if fault is Fault.DROP_BEFORE else 1))  # aiohttp repeats a PUT once
        await gateway.start()
        await fake.gateway.connected(1)

        assert await answers(bot)
        await until(lambda: (tmp_path / "synced").read_text() != "other commands")

    assert 3600 in clock.waits
    assert any("did not take the commands" in one for one in lines(caplog, logging.WARNING))
    assert gateway.trouble == ""


async def test_nothing_is_left_once_the_gateway_has_stopped(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with reached(fake, tmp_path, PatientClock()) as (bot, gateway):
        before, opened = asyncio.all_tasks(), open_sessions()
        await gateway.start()
        await fake.gateway.connected(1)
        assert await answers(bot)
        await gateway.stop(timedelta(seconds=1))
        await fake.gateway.connected(0)

        await until(lambda: not tasks_beside(before), seconds=1.5)
        assert open_sessions() == opened
    assert "Unclosed" not in caplog.text


async def test_no_privileged_intent_is_asked_for(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path):
        [session] = fake.gateway.sessions.values()
        assert session.intents == 1


async def test_a_new_server_is_greeted_once_whatever_happens_afterwards(fake: FakeDiscord, tmp_path: Path) -> None:
    fake.add_guild("1005", name="New")
    fake.add_channel("3050", guild="1005", name="general")
    fake.guilds["1005"].system_channel = "3050"
    fake.guilds["1005"].is_member = False
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        fake.invite("1005")
        await until(lambda: len(fake.messages("3050")) == 1)
        fake.gateway.drop()
        await until(lambda: fake.gateway.resumes == 1)
        fake.kick("1005")
        fake.invite("1005")
        assert await answers(bot)
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        assert await answers(bot)

    assert len(fake.messages("3050")) == 1


async def test_where_the_usual_place_is_closed_a_new_server_is_greeted_in_the_first_that_is_open(
    fake: FakeDiscord, tmp_path: Path
) -> None:
    fake.add_guild("1005", name="New")
    for channel, deny in (("3050", ("send_messages",)), ("3051", ("view_channel",)), ("3052", ())):
        fake.add_channel(channel, guild="1005", name="general", deny=deny)
    fake.guilds["1005"].system_channel = "3050"
    fake.guilds["1005"].is_member = False
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        fake.invite("1005")
        await until(lambda: len(fake.messages("3052")) == 1)

    assert not [call for call in fake.calls if call.status == 403]


async def refused(bot: Bot) -> None:
    """The channel is paused by what Discord said."""
    subscription = await bot.subscribe()
    await bot.room.store.subscriptions.pause(subscription.id, "Daybrief may not post in the channel", by_platform=True)


async def is_active(bot: Bot) -> bool:
    found = await bot.desk.channels.in_channel("discord", GUILD, NEWS)
    return found is not None and found.standing is Standing.ACTIVE


async def becomes_active(bot: Bot) -> None:
    async with asyncio.timeout(5):
        while not await is_active(bot):  # noqa: ASYNC110  # the product says nothing when it is done
            await asyncio.sleep(0.005)


OPENINGS: dict[str, tuple[Call, Call]] = {
    "a permission": (lambda fake: fake.revoke(NEWS), lambda fake: fake.grant(NEWS)),
    "an invitation": (lambda fake: fake.kick(GUILD), lambda fake: fake.invite(GUILD)),
    "an outage": (lambda fake: fake.outage(GUILD), lambda fake: fake.recover(GUILD)),
}


@pytest.mark.parametrize("what", OPENINGS)
async def test_a_channel_that_discord_had_refused_is_served_again_as_soon_as_it_opens(
    fake: FakeDiscord, tmp_path: Path, what: str
) -> None:
    shut, opened = OPENINGS[what]
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        shut(fake)
        await refused(bot)
        opened(fake)

        await becomes_active(bot)


async def test_the_channels_of_a_server_that_the_bot_leaves_wait_for_it(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        subscription = await bot.subscribe()
        await until(lambda: bot.gateway.is_ready)
        fake.kick(GUILD)
        async with asyncio.timeout(5):
            while await is_active(bot):  # noqa: ASYNC110  # the product says nothing when it is done
                await asyncio.sleep(0.005)
        paused = await bot.room.store.subscriptions.by_id(subscription.id)
        assert paused is not None
        assert "removed from this server on" in paused.reason
        assert [one.workspace for one in await bot.room.store.installations.gone()] == [GUILD]

        fake.invite(GUILD)
        await becomes_active(bot)

        assert await bot.room.store.subscriptions.by_id(subscription.id) == subscription
        assert await bot.room.store.installations.gone() == ()


async def test_an_outage_of_a_server_is_not_taken_for_a_removal(
    fake: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        await bot.subscribe()
        await until(lambda: bot.gateway.is_ready)
        fake.outage(GUILD)
        fake.kick(ELSEWHERE)
        await until(lambda: "has removed Daybrief" in caplog.text)

        assert await is_active(bot)
    [line] = [one for one in lines(caplog, logging.WARNING) if "has removed Daybrief" in one]
    assert ELSEWHERE in line


async def test_a_storm_of_changes_in_a_server_is_looked_at_a_few_times_only(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        fake.revoke(NEWS)
        await refused(bot)
        before = len(fake.calls)
        for number in range(300):
            fake.rename(NEWS, f"news-{number}")
        fake.grant(NEWS)
        await becomes_active(bot)

        reads = len([one for one in fake.calls[before:] if one.method == "GET"])
        assert reads < 60


async def test_a_channel_that_is_renamed_is_called_by_its_new_name(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        await bot.subscribe()
        await until(lambda: bot.gateway.is_ready)
        fake.rename(NEWS, "morning")
        async with asyncio.timeout(5):
            while (await bot.desk.channels.subscriptions())[0].channel.name != "morning":  # noqa: ASYNC110
                await asyncio.sleep(0.005)


async def test_answers_are_not_held_back_while_discord_wants_no_posts(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        story = await bot.story()
        await bot.posted(story)
        fake.storm(60, 50)
        with pytest.raises(PostFailed):
            await bot.posted(story, "3002")

        assert await answers(bot)


async def test_a_gateway_that_hangs_keeps_nobody_from_stopping(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        await until(lambda: bot.gateway.is_ready)
        fake.gateway.freeze()
        async with asyncio.timeout(6):
            await bot.gateway.stop(timedelta())
        assert not bot.gateway.is_ready


async def test_an_answer_that_is_under_way_is_finished_before_the_gateway_stops(
    fake: FakeDiscord, tmp_path: Path
) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        run = await fake.command("brief help", user=MEMBER, channel=NEWS)
        await bot.gateway.stop(timedelta(seconds=2))

        assert await told(run)


async def test_an_answer_that_does_not_end_is_given_up_when_the_gateway_stops(
    fake: FakeDiscord, tmp_path: Path
) -> None:
    async with reached(fake, tmp_path, PatientClock()) as (_, gateway):
        before = asyncio.all_tasks()
        await gateway.start()
        await fake.gateway.connected(1)
        fake.next_faults("callback", [Fault.HANG])
        asking = asyncio.create_task(fake.command("brief help", user=MEMBER, channel=NEWS))
        await until(lambda: Fault.HANG in fake.faults.happened)
        await gateway.stop(timedelta(seconds=0.1))

        await until(lambda: not tasks_beside(before), seconds=1.5)
        asking.cancel()


async def test_people_who_use_a_command_that_has_changed_are_told_so(fake: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(fake, tmp_path) as bot:
        assert await answers(bot)
        known = next(one for one in fake.commands[""] if one["name"] == "keypoints")
        fake.commands[""].append({**known, "id": fake.next_id(), "name": "former"})

        assert "type it anew" in await bot.ask("former", {"story": "x"})
