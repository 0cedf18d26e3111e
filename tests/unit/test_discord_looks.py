"""What people see on Discord: as it was accepted, and of a shape that Discord takes."""

import json

import pytest

from tests.discord_looks import EVERYTHING, FORMS, MESSAGES
from tests.fake_discord.components import check_modal
from tests.fake_discord.forms import Form
from tests.fake_discord.validate import MESSAGE, check_message
from tests.golden import matches_golden


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_looks_as_it_was_accepted(name: str) -> None:
    seen = json.dumps(EVERYTHING[name], indent=1, ensure_ascii=False) + "\n"

    assert matches_golden(f"discord/{name}.json", seen), name


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_one_that_discord_takes_and_pings_nobody(name: str) -> None:
    for message in MESSAGES[name]:
        check_message(message, MESSAGE)
        assert message["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_one_that_discord_takes(name: str) -> None:
    for shown in FORMS[name]:
        checked = Form()
        check_modal(checked, shown)
        checked.finish()
