from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from adapters.discord import cards
from adapters.discord.posting import DiscordPlatform
from adapters.discord.wire import view_of
from adapters.slack.posting import SlackPlatform
from bot.model import Edition, Notice, Receipt
from tests.promises import mentions_sent
from tests.promises.mentions import (
    HOSTILE,
    PLATFORMS,
    Draw,
    live_on_discord,
    live_on_slack,
    measure,
    on_discord,
    on_slack,
    undrawn,
)
from tests.promises.mentions_sent import TO_DISCORD, TO_SLACK, Said, Sender
from tests.promises.mentions_values import Values, plain_values, unfilled
from tests.promises.table import Extent

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not HOSTILE.exists(), reason="no ../shared/data/hostile here")]


def raw_on_slack(values: Values) -> Iterator[Mapping[str, Any]]:
    yield {"text": "News", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": values.story.takeaway}}]}


def raw_on_discord(values: Values) -> Iterator[Mapping[str, Any]]:
    yield {"components": [{"type": 10, "content": values.story.takeaway}], "allowed_mentions": {"parse": []}}


def unguarded_on_discord(values: Values) -> Iterator[Mapping[str, Any]]:
    yield {"components": [{"type": 10, "content": "News"}]}


def test_no_hostile_text_lives_in_any_field_on_either_platform() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured.broken[:5]
    assert measured.figures.count(": 0 live") == 2


@pytest.mark.parametrize(
    "platform",
    [
        {"Slack": (raw_on_slack, live_on_slack)},
        {"Discord": (raw_on_discord, live_on_discord)},
        {"Discord": (unguarded_on_discord, live_on_discord)},
    ],
)
def test_a_text_that_is_drawn_as_it_came_would_be_seen(platform: Any) -> None:  # noqa: ANN401
    assert platform.keys() <= PLATFORMS.keys()
    assert [one for one in measure(Extent.SMALL, platform, {}).broken if "lives as" in one]


class EditsBarely(DiscordPlatform):
    """Trusts discord.py to say with a change what its client was told of mentions."""

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        client = await self._rest.client()
        place, message = (int(one) for one in receipt.messages)
        there = client.get_partial_messageable(place).get_partial_message(message)
        await there.edit(view=view_of(cards.amended(posted, edition, part)))


class LinksNames(SlackPlatform):
    """Has Slack look for names in what it tells an admin."""

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        there = await self._workspaces.of(workspace)
        await there.asking.chat_postMessage(
            channel=person, text=notice.sentence, link_names=True, unfurl_links=False, unfurl_media=False
        )


def said() -> Said:
    values = plain_values()
    return Said(
        edition=values.edition, amended=values.amended, story=values.story, notice=values.notice, text="<!everyone>"
    )


def test_an_edit_that_leaves_out_who_may_be_mentioned_is_seen_where_it_arrives() -> None:
    sender = Sender(send=partial(mentions_sent.to_discord, platform=EditsBarely), must=TO_DISCORD)

    _, broken = mentions_sent.sent([said()], {"Discord": sender})

    assert broken
    assert all("live in edit_message: mentions are allowed" in one for one in broken), broken


def test_a_notice_in_which_slack_looks_for_names_is_seen_where_it_arrives() -> None:
    sender = Sender(send=partial(mentions_sent.to_slack, platform=LinksNames), must=TO_SLACK)

    _, broken = mentions_sent.sent([said()], {"Slack": sender})

    assert [one.partition("live in ")[2] for one in broken] == ["chat.postMessage: link_names"]


def test_what_a_platform_was_never_asked_for_is_missed() -> None:
    sender = Sender(send=mentions_sent.to_discord, must=TO_DISCORD | {"crosspost"})

    _, broken = mentions_sent.sent([said()], {"Discord": sender})

    assert [one.partition(" with ")[0] for one in broken] == ["Discord was not asked for crosspost"]


def test_a_field_that_nothing_fills_is_missed() -> None:
    order = replace(plain_values().order, topics=())

    assert "Subscription.topics" in unfilled(order)
    assert "Subscription.topics" not in unfilled(plain_values())


def test_a_field_that_nothing_draws_is_missed() -> None:
    def without_verdicts(draw: Draw) -> Draw:
        return lambda values: draw(replace(values, verdict=replace(values.verdict, detail="")))

    platforms = {
        "Slack": (without_verdicts(on_slack), live_on_slack),
        "Discord": (without_verdicts(on_discord), live_on_discord),
    }

    assert undrawn(PLATFORMS) == []
    assert undrawn(platforms) == ["Verdict.detail"]
