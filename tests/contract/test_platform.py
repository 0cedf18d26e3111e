"""What every platform must keep, whatever chat it posts to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.terminal.posting import TerminalPlatform
from bot.model import Channel, StoryStatus, delivery_key
from bot.ports import Platform
from tests.morning import CHANNEL, EDITION, NOW

KEY = delivery_key(CHANNEL, EDITION.date, 0)
BEFORE = NOW - timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A platform, and a look at what its readers see."""

    platform: Platform
    texts: Callable[[Channel], Awaitable[list[str]]]
    """The messages of a channel, oldest first."""


async def terminal(folder: Path) -> AsyncIterator[House]:
    platform = TerminalPlatform(folder / "terminal")

    async def texts(channel: Channel) -> list[str]:
        return [message.text for message in await platform.messages(channel)]

    yield House(platform=platform, texts=texts)


PLATFORMS = [terminal]
"""Asynchronous generators of one house each, given a folder of their own."""


@pytest.fixture(params=PLATFORMS, ids=lambda platform: platform.__name__)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async for one in request.param(tmp_path):
        yield one


async def test_an_edition_has_at_least_one_part_and_a_payload_for_each(house: House) -> None:
    for edition in (EDITION, replace(EDITION, stories=())):
        parts = house.platform.parts(edition)

        assert parts >= 1
        assert parts == house.platform.parts(edition)
        assert len(house.platform.render(edition).payloads) == parts


async def test_rendering_sends_nothing(house: House) -> None:
    rendering = house.platform.render(EDITION)

    assert EDITION.stories[0].title.split()[0] in rendering.text
    assert await house.texts(CHANNEL) == []


async def test_what_is_posted_can_be_read_and_found_by_its_key(house: House) -> None:
    receipt = await house.platform.post(EDITION, 0, KEY, ())
    (text,) = await house.texts(CHANNEL)

    assert receipt.part == 0
    assert receipt.messages
    assert await house.platform.find(CHANNEL, 0, KEY, BEFORE) == receipt
    assert all(story.title.split()[0] in text for story in EDITION.stories)


async def test_what_was_not_posted_is_surely_not_found(house: House) -> None:
    assert await house.platform.find(CHANNEL, 0, KEY, BEFORE) is None

    await house.platform.post(EDITION, 0, KEY, ())

    assert (
        await house.platform.find(CHANNEL, 0, delivery_key(CHANNEL, EDITION.date + timedelta(days=1), 0), BEFORE)
        is None
    )
    assert await house.platform.find(CHANNEL, 1, delivery_key(CHANNEL, EDITION.date, 1), BEFORE) is None


async def test_channels_do_not_see_one_another(house: House) -> None:
    other = replace(CHANNEL, id="other", name=CHANNEL.name)
    await house.platform.post(EDITION, 0, KEY, ())

    assert await house.texts(other) == []
    assert await house.platform.find(other, 0, KEY, BEFORE) is None


async def test_an_amended_message_stays_where_it_is_and_keeps_its_key(house: House) -> None:
    later = replace(EDITION, date=EDITION.date + timedelta(days=1))
    receipt = await house.platform.post(EDITION, 0, KEY, ())
    await house.platform.post(later, 0, delivery_key(CHANNEL, later.date, 0), ())
    gone = replace(EDITION.stories[0], status=StoryStatus.WITHDRAWN, status_reason="a hoax", status_at=NOW)
    await house.platform.amend(replace(EDITION, stories=(gone,)), 0, receipt)
    await house.platform.amend(replace(EDITION, stories=(gone, EDITION.stories[1])), 0, receipt)
    first, second = await house.texts(CHANNEL)

    assert "a hoax" in first
    assert EDITION.stories[1].title in first
    assert "a hoax" not in second
    assert await house.platform.find(CHANNEL, 0, KEY, BEFORE) == receipt


async def test_a_channel_that_can_be_posted_to_has_no_troubles(house: House) -> None:
    assert await house.platform.examine(CHANNEL) == ()
