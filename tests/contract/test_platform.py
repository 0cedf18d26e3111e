"""What every platform must keep, whatever chat it posts to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from discord.http import Route

from adapters.discord.components import texts as said
from adapters.discord.pace import Pace as DiscordPace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest, point_to
from adapters.slack.plain import plain_of
from adapters.terminal.posting import TerminalPlatform
from bot.model import Channel, Edition, Receipt, StoryStatus, delivery_key
from bot.ports import Platform
from tests.clock import VirtualClock
from tests.fake_discord import FakeDiscord
from tests.fake_slack import FakeSlack
from tests.morning import CHANNEL, EDITION, NOW
from tests.slack import slack_platform

BEFORE = NOW - timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A platform with a channel and another, and a look at what their readers see."""

    platform: Platform
    channel: Channel
    other: Channel
    texts: Callable[[Channel], Awaitable[list[str]]]
    """The messages of a channel, oldest first."""

    @property
    def edition(self) -> Edition:
        return replace(EDITION, channel=self.channel)

    @property
    def key(self) -> str:
        return delivery_key(self.channel, EDITION.date, 0)


async def terminal(folder: Path) -> AsyncIterator[House]:
    platform = TerminalPlatform(folder / "terminal")

    async def texts(channel: Channel) -> list[str]:
        return [message.text for message in await platform.messages(channel)]

    yield House(platform=platform, channel=CHANNEL, other=replace(CHANNEL, id="other"), texts=texts)


async def slack(folder: Path) -> AsyncIterator[House]:
    async with FakeSlack(folder / "store", now=BEFORE.timestamp, limits=False) as fake:
        fake.add_team("T1")
        for channel in ("C1", "C2"):
            fake.add_channel(channel)
        platform = slack_platform(fake)

        async def texts(channel: Channel) -> list[str]:
            return [plain_of(message.blocks) for message in fake.messages(channel.id)]

        here = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")
        yield House(platform=platform, channel=here, other=replace(here, id="C2"), texts=texts)
        await platform.close()


async def discord(folder: Path) -> AsyncIterator[House]:
    before = Route.BASE
    async with FakeDiscord(folder / "store", now=BEFORE.timestamp, limits=False) as fake:
        fake.add_guild("1001")
        for channel in ("3001", "3002"):
            fake.add_channel(channel, guild="1001", name="ai-news")
        point_to(fake.api, "")
        platform = DiscordPlatform(Rest(fake.token, DiscordPace(VirtualClock())), DiscordPace(VirtualClock()))

        async def texts(channel: Channel) -> list[str]:
            return ["\n".join(said(message.components)) for message in fake.messages(channel.id)]

        here = Channel(platform="discord", workspace="1001", id="3001", name="ai-news")
        yield House(platform=platform, channel=here, other=replace(here, id="3002"), texts=texts)
        await platform.close()
    Route.BASE = before


PLATFORMS = [terminal, slack, discord]
"""Asynchronous generators of one house each, given a folder of their own."""


@pytest.fixture(params=PLATFORMS, ids=lambda platform: platform.__name__)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async for one in request.param(tmp_path):
        yield one


async def test_an_edition_has_at_least_one_part_and_a_payload_for_each(house: House) -> None:
    for edition in (house.edition, replace(house.edition, stories=())):
        parts = house.platform.parts(edition)

        assert parts >= 1
        assert parts == house.platform.parts(edition)
        assert len(house.platform.render(edition).payloads) == parts


async def test_rendering_sends_nothing(house: House) -> None:
    rendering = house.platform.render(house.edition)

    assert house.edition.stories[0].title.split()[0] in rendering.text
    assert await house.texts(house.channel) == []


async def test_what_is_posted_can_be_read_and_found_by_its_key(house: House) -> None:
    receipt = await house.platform.post(house.edition, 0, house.key, ())
    (text,) = await house.texts(house.channel)

    assert receipt.part == 0
    assert receipt.messages
    assert await house.platform.find(house.channel, 0, house.key, BEFORE, ()) == receipt
    assert all(story.title.split()[0] in text for story in house.edition.stories)


async def test_what_was_not_posted_is_surely_not_found(house: House) -> None:
    assert await house.platform.find(house.channel, 0, house.key, BEFORE, ()) is None

    await house.platform.post(house.edition, 0, house.key, ())

    assert (
        await house.platform.find(
            house.channel, 0, delivery_key(house.channel, EDITION.date + timedelta(days=1), 0), BEFORE, ()
        )
        is None
    )
    assert await house.platform.find(house.channel, 1, delivery_key(house.channel, EDITION.date, 1), BEFORE, ()) is None


async def test_every_part_is_found_behind_those_before_it_and_no_other(house: House) -> None:
    [shown] = house.edition.stories[:1]
    many = tuple(replace(shown, number=n, ref=f"B{n}C{n}", takeaway="One sentence more. " * 60) for n in range(1, 21))
    edition = replace(house.edition, stories=many)
    earlier: tuple[Receipt, ...] = ()
    for part in range(house.platform.parts(edition)):
        key = delivery_key(house.channel, edition.date, part)
        assert await house.platform.find(house.channel, part, key, BEFORE, earlier) is None
        receipt = await house.platform.post(edition, part, key, earlier)
        assert await house.platform.find(house.channel, part, key, BEFORE, earlier) == receipt
        earlier = (*earlier, receipt)

    assert len({receipt.messages for receipt in earlier}) == len(earlier)


async def test_channels_do_not_see_one_another(house: House) -> None:
    await house.platform.post(house.edition, 0, house.key, ())

    assert await house.texts(house.other) == []
    assert await house.platform.find(house.other, 0, house.key, BEFORE, ()) is None


async def test_an_amended_message_stays_where_it_is_and_keeps_its_key(house: House) -> None:
    later = replace(house.edition, date=EDITION.date + timedelta(days=1))
    receipt = await house.platform.post(house.edition, 0, house.key, ())
    await house.platform.post(later, 0, delivery_key(house.channel, later.date, 0), ())
    gone = replace(house.edition.stories[0], status=StoryStatus.WITHDRAWN, status_reason="a hoax", status_at=NOW)
    await house.platform.amend(replace(house.edition, stories=(gone,)), 0, receipt, house.edition)
    await house.platform.amend(
        replace(house.edition, stories=(gone, house.edition.stories[1])), 0, receipt, house.edition
    )
    first, second = await house.texts(house.channel)

    assert "a hoax" in first
    assert house.edition.stories[1].title in first
    assert "a hoax" not in second
    assert await house.platform.find(house.channel, 0, house.key, BEFORE, ()) == receipt


async def test_a_channel_that_can_be_posted_to_has_no_troubles(house: House) -> None:
    assert await house.platform.examine(house.channel) == ()


async def test_no_token_is_called_bad_before_the_platform_has_said_so(house: House) -> None:
    assert not any(house.platform.tokens().values())
    await house.platform.examine(house.channel)
    assert not any(house.platform.tokens().values())
