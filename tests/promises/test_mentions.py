from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.promises.mentions import HOSTILE, PLATFORMS, Values, live_on_discord, live_on_slack, measure
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
    assert ": 0 live" in measured.figures


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
    assert not measure(Extent.SMALL, platform).held
