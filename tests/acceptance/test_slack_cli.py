"""What an operator does to get Daybrief into Slack, with the real program."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.program import Program
from tests.fake_slack import BOT_SCOPES, FakeSlack
from tests.served_slack import ServedSlack
from tests.slack import furnish

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-T1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[FakeSlack]:
    served = ServedSlack(tmp_path)
    furnish(served.fake)
    yield served.fake
    served.close()


def declare(program: Program, slack: FakeSlack) -> None:
    program.write(
        "config.toml",
        f'[slack]\napi_url = "{slack.api}"\n\n[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\n',
    )


def test_the_manifest_is_json_with_every_command(program: Program) -> None:
    printed = program.run("slack-manifest").json()

    assert printed["settings"]["socket_mode_enabled"] is True
    assert {one["command"] for one in printed["features"]["slash_commands"]} == {
        "/brief",
        "/keypoints",
        "/effects",
        "/daybrief",
    }


def test_the_manifest_for_http_names_the_public_address_everywhere(program: Program) -> None:
    text = program.run("slack-manifest", "--http", "https://daybrief.example.org").out

    assert text.count("https://daybrief.example.org/slack/events") == 7
    assert json.loads(text)["settings"]["socket_mode_enabled"] is False
    assert program.run("slack-manifest", "--http", "http://x.example").code == 2


def test_init_writes_configuration_manifest_and_secrets(program: Program, slack: FakeSlack) -> None:
    (program.folder / "config.toml").unlink()
    done = program.run(
        "init", "--yes", "--platform", "slack", "--api-url", slack.api, "--timezone", "Europe/Berlin", **TOKENS
    )
    secrets = program.folder / "secrets.env"

    assert done.code == 0, done.err
    assert "Slack takes the token" in done.out
    assert secrets.read_text() == "SLACK_BOT_TOKEN=xoxb-T1\nSLACK_APP_TOKEN=xapp-1\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert json.loads((program.folder / "slack-manifest.json").read_text())["display_information"]["name"] == "Daybrief"
    assert "xoxb-T1" not in (program.folder / "config.toml").read_text() + done.out + done.err
    assert program.run("channels list", **TOKENS).code == 0


def test_init_with_a_token_that_slack_refuses_writes_nothing(program: Program, slack: FakeSlack) -> None:
    (program.folder / "config.toml").unlink()
    wrong = {**TOKENS, "SLACK_BOT_TOKEN": "xoxb-wrong"}
    done = program.run("init", "--yes", "--platform", "slack", "--api-url", slack.api, **wrong)

    assert done.code == 1
    assert "The token is wrong" in done.err
    assert not (program.folder / "config.toml").exists()
    assert not (program.folder / "secrets.env").exists()
    assert "xoxb-wrong" not in done.out + done.err


def test_check_finds_a_good_installation_in_order(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    found = {one["about"]: one for one in program.run("check", "--json", **TOKENS).json()["findings"]}

    assert found["Slack"]["fine"], found["Slack"]
    assert found["channel ai-news"]["fine"], found["channel ai-news"]
    assert found["secrets"]["says"] == "SLACK_APP_TOKEN, SLACK_BOT_TOKEN"


def test_check_names_a_missing_permission(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)
    slack.reinstall("T1", token="xoxb-T1", scopes=set(BOT_SCOPES) - {"users:read"})

    done = program.run("check", "--json", **TOKENS)
    found = {one["about"]: one for one in done.json()["findings"]}

    assert done.code == 3
    assert "users:read is missing" in found["Slack"]["says"]


def test_check_names_a_wrong_token(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    found = program.run("check", "--json", **{**TOKENS, "SLACK_BOT_TOKEN": "xoxb-wrong"}).json()["findings"]

    [slack_finding] = [one for one in found if one["about"] == "Slack"]
    assert "The token is wrong" in slack_finding["says"]


@pytest.mark.parametrize(("mode", "name"), [("socket", "SLACK_APP_TOKEN"), ("http", "SLACK_SIGNING_SECRET")])
def test_check_and_run_name_the_secret_that_is_missing(
    program: Program, slack: FakeSlack, mode: str, name: str
) -> None:
    program.write("config.toml", f'[slack]\napi_url = "{slack.api}"\nmode = "{mode}"\n')

    found = program.run("check", "--json", SLACK_BOT_TOKEN="xoxb-T1").json()["findings"]
    ran = program.run("run", SLACK_BOT_TOKEN="xoxb-T1")

    assert name in next(one["says"] for one in found if one["about"] == "Slack")
    assert (ran.code, name in ran.err, "Traceback" in ran.err) == (2, True, False)


def test_run_without_a_token_for_its_channels_says_so(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    ran = program.run("run")

    assert ran.code == 2
    assert "SLACK_BOT_TOKEN is not set" in ran.err


def test_a_slack_channel_is_previewed_without_a_token(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    [payload] = program.run("preview", "ai-news", "--json").json()

    assert (payload["channel"], payload["unfurl_links"]) == ("C1", False)
    assert payload["metadata"]["event_payload"]["part"] == 0
    assert "A quiet day" in program.run("preview", "ai-news", "--as", "slack").out
