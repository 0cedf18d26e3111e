"""The first five minutes with Slack: ``daybrief init``, run by scripts and by people."""

import json
import os
import shlex
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.acceptance.person import converse
from tests.acceptance.program import Done, Program
from tests.fake_slack import FakeSlack

ROOT = Path(__file__).resolve().parents[2]
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-T1", "SLACK_APP_TOKEN": "xapp-1"}


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
