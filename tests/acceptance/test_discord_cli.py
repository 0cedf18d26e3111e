"""What an operator does to get Daybrief into Discord, with the real program."""

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
from tests.fake_discord import TOKEN, FakeDiscord, User
from tests.served_discord import ServedDiscord

ROOT = Path(__file__).resolve().parents[2]
SECRET = {"DISCORD_TOKEN": TOKEN}
LINK = "https://discord.com/channels/1001/3001"


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[FakeDiscord]:
    served = ServedDiscord(tmp_path)
    served.fake.add_guild("1001", users=[User(id="2001", permissions=("manage_guild",))])
    served.fake.add_channel("3001", guild="1001", name="ai-news")
    yield served.fake
    served.close()


def declare(program: Program, discord: FakeDiscord, more: str = "") -> None:
    program.write(
        "config.toml",
        f'[discord]\napi_url = "{discord.api}"\n\n[[channels]]\nname = "ai-news"\nplatform = "discord"\n'
        f'workspace = "1001"\nchannel = "3001"\n{more}',
    )


def begin(program: Program, discord: FakeDiscord, *arguments: str, **environment: str) -> Done:
    (program.folder / "config.toml").unlink(missing_ok=True)
    return program.run("init", "--yes", "--platform", "discord", "--api-url", discord.api, *arguments, **environment)


def findings(program: Program, **environment: str) -> dict[str, dict[str, object]]:
    return {one["about"]: one for one in program.run("check", "--json", **environment).json()["findings"]}


def test_init_writes_configuration_and_secret_and_prints_the_invite_link(
    program: Program, discord: FakeDiscord
) -> None:
    done = begin(program, discord, "--timezone", "Europe/Berlin", "--channel", LINK, **SECRET)
    secrets = program.folder / "secrets.env"
    told = tomllib.loads((program.folder / "config.toml").read_text("utf-8"))

    assert done.code == 0, done.err
    assert "Discord takes the token: daybrief." in done.out
    assert "oauth2/authorize?client_id=9000" in done.out
    assert "applications.commands" in done.out
    assert told["channels"] == [
        {"name": "ai-news", "platform": "discord", "workspace": "1001", "channel": "3001", "time": "08:00"}
    ]
    assert secrets.read_text() == f"DISCORD_TOKEN={TOKEN}\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert TOKEN not in (program.folder / "config.toml").read_text() + done.out + done.err


def test_the_commands_that_init_names_next_work(program: Program, discord: FakeDiscord, tmp_path: Path) -> None:
    done = begin(program, discord, **SECRET)
    load, check = (line.partition("#")[0].strip() for line in done.out.partition("Next:")[2].splitlines()[1:3])

    played = subprocess.run(
        ["/bin/sh", "-c", f"{load} && {shlex.quote(sys.executable)} -m bot {check.removeprefix('daybrief ')} --json"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert played.returncode == 0, (load, check, played)
    assert "the token is fine; in 1 server" in played.stdout
    assert "/daybrief setup" in done.out


def test_a_person_is_asked_for_everything_and_for_what_was_wrong_again(discord: FakeDiscord, tmp_path: Path) -> None:
    talk = [
        ("Platform", "discord"),
        ("Token of the bot", TOKEN),
        ("Link of the channel", "#ai-news"),
        ("Link of the channel", LINK),
        ("Name of the channel", "news"),
        ("Hour", "07:30"),
        ("Time zone", "Europe/Berlin"),
        ("Topics", "labs"),
    ]
    done = converse(tmp_path, ["init", "--api-url", discord.api], talk)

    told = tomllib.loads((tmp_path / "config.toml").read_text("utf-8"))
    assert done.code == 0, done.out
    assert TOKEN not in done.out
    assert told["channels"][0]["channel"] == "3001"
    assert "Copy Link" in done.out


@pytest.mark.parametrize(
    ("arguments", "secret", "words"),
    [
        ((), "no.such.token", "The token is wrong"),
        (("--channel", "3001"), TOKEN, "--channel: expected the link of a channel"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(
    program: Program, discord: FakeDiscord, arguments: tuple[str, ...], secret: str, words: str
) -> None:
    done = begin(program, discord, *arguments, DISCORD_TOKEN=secret)

    assert done.code in {1, 2}
    assert words in done.err
    assert not (program.folder / "config.toml").exists()
    assert not (program.folder / "secrets.env").exists()
    assert secret not in done.out + done.err


def test_check_finds_a_good_installation_in_order(program: Program, discord: FakeDiscord) -> None:
    declare(program, discord)

    found = findings(program, **SECRET)

    assert found["Discord"]["fine"], found["Discord"]
    assert found["channel ai-news"]["fine"], found["channel ai-news"]


def test_check_names_what_is_missing(program: Program, discord: FakeDiscord) -> None:
    declare(program, discord)
    discord.revoke("3001", "send_messages")

    assert "lacks Send Messages" in str(findings(program, **SECRET)["channel ai-news"]["says"])
    assert "DISCORD_TOKEN is not set" in str(findings(program)["Discord"]["says"])
    assert "token is wrong" in str(findings(program, DISCORD_TOKEN="wrong")["Discord"]["says"])
    discord.kick("1001")
    assert "in no server yet; let it in at https://" in str(findings(program, **SECRET)["Discord"]["says"])


def test_the_invite_link_asks_for_what_posting_needs_and_no_more(program: Program, discord: FakeDiscord) -> None:
    declare(program, discord)

    printed = program.run("discord-invite", **SECRET).out.strip()

    permissions = int(printed.partition("permissions=")[2].partition("&")[0])
    needed = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 16) | (1 << 35) | (1 << 38)
    assert permissions == needed
    assert program.run("discord-invite").code == 1


def test_a_channel_is_added_by_its_link_and_looked_at(program: Program, discord: FakeDiscord) -> None:
    program.write("config.toml", f'[discord]\napi_url = "{discord.api}"\n')
    discord.revoke("3001", "read_message_history")

    done = program.run("channels add", "news", "--platform", "discord", "--channel", LINK, **SECRET)
    wrong = program.run("channels add", "x", "--platform", "discord", "--channel", "https://discord.com/3001", **SECRET)

    assert done.code == 0, done.err
    assert "news is set up" in done.out
    assert "Read Message History" in done.err
    assert (wrong.code, "expected the link of a channel" in wrong.err) == (2, True), wrong


def test_preview_shows_the_edition_and_the_payloads_as_discord_gets_them(
    program: Program, discord: FakeDiscord
) -> None:
    declare(program, discord)
    calls = len(discord.calls)

    shown = program.run("preview", "ai-news", **SECRET)
    payloads = json.loads(program.run("preview", "ai-news", "--json", **SECRET).out)

    assert shown.code == 0, shown.err
    assert payloads[0]["allowed_mentions"] == {"parse": []}
    assert payloads[0]["enforce_nonce"] is True
    assert len(discord.calls) == calls


def test_run_without_a_token_says_where_to_find_it(program: Program, discord: FakeDiscord) -> None:
    declare(program, discord)

    done = program.run("run")

    assert done.code == 2
    assert "DISCORD_TOKEN is not set; docs/discord.md" in done.err
