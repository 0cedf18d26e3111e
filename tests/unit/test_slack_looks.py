"""What people see on Slack: as it was accepted, and of a shape that Slack takes."""

import json

import pytest

from tests.fake_slack.validate import problems_of_view
from tests.golden import matches_golden
from tests.slack_looks import EVERYTHING, HOMES, MESSAGES, MODALS
from tests.slack_nasty import check


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_looks_as_it_was_accepted(name: str) -> None:
    seen = json.dumps(EVERYTHING[name], indent=1, ensure_ascii=False) + "\n"

    assert matches_golden(f"slack/{name}.json", seen), name


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_one_that_slack_takes(name: str) -> None:
    for message in MESSAGES[name]:
        check(message["blocks"], message["text"])


@pytest.mark.parametrize("name", MODALS)
def test_every_modal_is_one_that_slack_takes(name: str) -> None:
    assert [problems_of_view(view, "modal") for view in MODALS[name]] == [[]]


@pytest.mark.parametrize("name", HOMES)
def test_every_home_is_one_that_slack_takes(name: str) -> None:
    assert [problems_of_view(view, "home") for view in HOMES[name]] == [[]]
