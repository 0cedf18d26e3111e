"""Only Slack is believed to be Slack; and a bot that believes others would be seen."""

from pathlib import Path

import pytest

from adapters.slack.connection import Knocks
from bot.errors import WrongUsage
from tests.fake_slack import FakeSlack
from tests.promises.signatures import SECRET, asked, measure
from tests.promises.table import Extent
from tests.slack import furnish, slack_bot


def test_no_request_is_believed_that_is_not_slacks() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured


async def test_a_bot_that_knows_another_secret_would_be_seen_to_believe_a_forger_and_not_slack() -> None:
    accepted, _ = await asked(200, SECRET[:-1])

    assert f"signed with {SECRET[:-1]!r}: answered with 200" in accepted
    assert "a genuine request was answered with 401" in accepted


@pytest.mark.parametrize("secret", ["", " "])
async def test_there_is_no_way_in_without_a_secret(tmp_path: Path, secret: str) -> None:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        furnish(fake)
        async with slack_bot(fake, tmp_path, mode="none") as bot:
            with pytest.raises(WrongUsage, match="SLACK_SIGNING_SECRET"):
                Knocks(bot.door.app, secret, "127.0.0.1", 0)
