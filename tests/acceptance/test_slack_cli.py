"""What an operator does to get Daybrief into Slack, with the real program."""

import json
import os
import shlex
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.person import converse
from tests.acceptance.program import Done, Program
from tests.fake_slack import BOT_SCOPES, FakeSlack
from tests.served_slack import ServedSlack
from tests.slack import furnish

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.mark.parametrize(
    "url", ["http://x.example", "https://", "https://localhost", "https://x.example/?a=1", "https://x y.example", ""]
)
def test_the_manifest_is_made_for_no_address_that_slack_cannot_reach(program: Program, url: str) -> None:
    done = program.run("slack-manifest", "--http", url)

    assert (done.code, done.out) == (2, "")
    assert "--http https://daybrief.example.org" in done.err


def begin(program: Program, slack: FakeSlack, *arguments: str, **environment: str) -> Done:
    """``init`` as a script runs it."""
    (program.folder / "config.toml").unlink(missing_ok=True)
    return program.run("init", "--yes", "--platform", "slack", "--api-url", slack.api, *arguments, **environment)


def test_init_writes_configuration_manifest_and_secrets(program: Program, slack: FakeSlack) -> None:
    done = begin(program, slack, "--timezone", "Europe/Berlin", **TOKENS)
    secrets = program.folder / "secrets.env"

    assert done.code == 0, done.err
    assert "Slack takes both tokens: t1." in done.out
    assert secrets.read_text() == "SLACK_BOT_TOKEN=xoxb-T1\nSLACK_APP_TOKEN=xapp-1\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert json.loads((program.folder / "slack-manifest.json").read_text())["display_information"]["name"] == "Daybrief"
    assert "xoxb-T1" not in (program.folder / "config.toml").read_text() + done.out + done.err
    assert program.run("channels list", **TOKENS).code == 0
    assert not list(program.folder.glob("*.new"))


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_next_commands_that_init_names_work_in_the_folder_and_outside(
    program: Program, slack: FakeSlack, tmp_path: Path, shell: str
) -> None:
    here = tmp_path / "it's my folder"
    here.mkdir()
    inside = converse(here, ["init", "--yes", "--platform", "slack", "--api-url", slack.api], [], **TOKENS)
    outside = begin(Program(here), slack, "--force", **TOKENS)

    for done, folder in ((inside, here), (outside, tmp_path)):
        load, check = (line.partition("#")[0].strip() for line in done.out.partition("Next:")[2].splitlines()[1:3])
        program_ = f"{shlex.quote(sys.executable)} -m bot {check.removeprefix('daybrief ')}"
        played = subprocess.run(
            [shell, "-c", f"{load} && {program_} --json"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert played.returncode == 0, (load, check, played)
        assert "t1: tokens, permissions and clock are fine" in played.stdout


def test_a_person_is_asked_for_everything_and_for_what_was_wrong_again(slack: FakeSlack, tmp_path: Path) -> None:
    talk = [
        ("Platform", "slak"),
        ("Platform", "slack"),
        ("(xoxb-…): ", "xapp-1"),
        ("(xoxb-…): ", "xoxb-T1"),
        ("(xapp-…): ", "xapp-1"),
        ("Id of the channel", "#general"),
        ("Id of the channel", "C1"),
        ("Name of the channel", "news"),
        ("Hour", "25:00"),
        ("Hour", "07:30"),
        ("Time zone", "Berlin"),
        ("Time zone", "Europe/Berlin"),
        ("Topics", "nonsense"),
        ("Topics", "labs"),
    ]
    done = converse(tmp_path, ["init", "--api-url", slack.api], talk)
    told = tomllib.loads((tmp_path / "config.toml").read_text("utf-8"))

    assert done.code == 0, done.out
    assert not {"xoxb-T1", "xapp-1"} & set(done.out.split())
    assert told["bot"] == {"timezone": "Europe/Berlin"}
    assert told["channels"] == [{"name": "news", "platform": "slack", "channel": "C1", "time": "07:30"}]
    assert all("labs" in feed["topics"] for feed in told["feeds"])
    assert (tmp_path / "secrets.env").read_text() == "SLACK_BOT_TOKEN=xoxb-T1\nSLACK_APP_TOKEN=xapp-1\n"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "The token is wrong"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack does not take SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is not a bot's token"),
    ],
)
def test_a_token_that_slack_refuses_is_one_sentence_and_nothing_is_written(
    program: Program, slack: FakeSlack, wrong: dict[str, str], sentence: str
) -> None:
    done = begin(program, slack, **{**TOKENS, **wrong})

    assert done.code == 1
    assert done.err.count("\n") == 1
    assert sentence in done.err
    assert not (program.folder / "config.toml").exists()
    assert not (program.folder / "secrets.env").exists()
    assert not {*wrong.values()} & set((done.out + done.err).split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--channel", "#general"), "--channel: expected"),
        (("--time", "8 am"), "--time: expected a time of day"),
        (("--timezone", "Berlin"), 'did you mean "Europe/Berlin"'),
        (("--topics", "nonsense"), "no starter feed has the topic nonsense"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_before_slack_is_asked(
    program: Program, slack: FakeSlack, arguments: tuple[str, ...], words: str
) -> None:
    done = begin(program, slack, *arguments, **TOKENS)

    assert (done.code, words in done.err) == (2, True), done
    assert not slack.calls
    assert not (program.folder / "config.toml").exists()


def test_init_writes_over_no_secrets_unless_forced_and_keeps_those_of_others(
    program: Program, slack: FakeSlack
) -> None:
    secrets = program.write("secrets.env", "DISCORD_TOKEN=d\nSLACK_BOT_TOKEN=old\n")

    assert begin(program, slack, **TOKENS).code == 2
    assert secrets.read_text() == "DISCORD_TOKEN=d\nSLACK_BOT_TOKEN=old\n"
    assert not (program.folder / "config.toml").exists()
    assert begin(program, slack, "--force", **TOKENS).code == 0
    assert secrets.read_text() == "DISCORD_TOKEN=d\nSLACK_BOT_TOKEN=xoxb-T1\nSLACK_APP_TOKEN=xapp-1\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


def test_a_token_that_has_a_file_of_its_own_is_copied_nowhere(program: Program, slack: FakeSlack) -> None:
    file = program.write("bot-token", "xoxb-T1\n")
    done = begin(program, slack, SLACK_BOT_TOKEN_FILE=str(file), SLACK_APP_TOKEN="xapp-1")

    assert done.code == 0, done.err
    assert (program.folder / "secrets.env").read_text() == "SLACK_APP_TOKEN=xapp-1\n"


def test_init_says_where_it_cannot_write(program: Program, slack: FakeSlack) -> None:
    done = begin(Program(program.folder / "nowhere"), slack, **TOKENS)

    assert (done.code, "cannot be written: no such file or directory" in done.err) == (2, True), done


def test_init_writes_where_the_environment_says(slack: FakeSlack, tmp_path: Path) -> None:
    done = converse(tmp_path, ["init", "--yes"], [], DAYBRIEF_CONFIG=str(tmp_path / "bot.toml"))

    assert done.code == 0, done.out
    assert (tmp_path / "bot.toml").exists()
    assert not (tmp_path / "config.toml").exists()


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
