"""``daybrief run --role``: an alarm and a worker share a database, and nothing else."""

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.program import Program
from tests.acceptance.test_run import ROOT, configuration, eventually, just_now
from tests.postgres import administer, database, url_of

__all__ = ["just_now"]
AT_LEAST = 120
"""Seconds for what takes two, on a machine with much else to do."""


def begun(folder: Path, role: str, url: str) -> "subprocess.Popen[str]":
    """The bot in *role*, whose configuration and log are in *folder*."""
    command = [sys.executable, "-m", "bot", "run", "--role", role, "--config", str(folder / "config.toml")]
    environment = {**os.environ, "NO_COLOR": "1", "DAYBRIEF_DATABASE_URL": url}
    with (folder / "run.log").open("w") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, text=True, env=environment)


def test_what_an_alarm_enters_a_worker_posts_and_both_stop_in_time(tmp_path: Path, just_now: object) -> None:
    with database() as address:
        url = url_of(address)
        bots = {}
        for role in ("alarm", "worker"):
            (tmp_path / role).mkdir()
            settings = configuration("ai-news", at=just_now)  # type: ignore[arg-type] # what the fixture gives
            (tmp_path / role / "config.toml").write_text(settings, encoding="utf-8")
            bots[role] = begun(tmp_path / role, role, url)

        def log(role: str) -> str:
            return (tmp_path / role / "run.log").read_text(encoding="utf-8")

        def is_sent() -> bool:
            with psycopg.connect(address) as connection:
                try:
                    return connection.execute("SELECT state FROM delivery").fetchall() == [("sent",)]
                except psycopg.errors.UndefinedTable:
                    return False  # they are being made

        try:
            assert eventually(is_sent, within=AT_LEAST), log("alarm") + log("worker")
            assert eventually(lambda: "ai-news" in log("worker"), within=AT_LEAST)
            for bot in bots.values():
                bot.send_signal(signal.SIGTERM)
            assert [bot.wait(timeout=AT_LEAST) for bot in bots.values()] == [0, 0], log("alarm") + log("worker")
        finally:
            for bot in bots.values():
                bot.kill()
                bot.wait()
        assert "this machine rings from now on" in log("alarm")
        assert "Traceback" not in log("alarm") + log("worker")


def test_commands_over_a_shared_database_read_what_is_declared_and_carry_out_explicit_orders(program: Program) -> None:
    with database() as address:
        environment = {"DAYBRIEF_DATABASE_URL": url_of(address)}
        preview = program.run("preview ai-news", **environment)
        assert preview.code == 1
        assert '"ai-news" is declared and not set up yet; `daybrief run` takes up what' in preview.err
        found = {one["about"]: one for one in program.run("check --json", **environment).json()["findings"]}
        assert found["queue"] == {
            "about": "queue",
            "fine": True,
            "says": "several machines may share the work: `daybrief run --role`",
        }
        assert found["declared channels"]["says"].startswith("ai-news is new; `daybrief run` takes up what")
        assert "channels" not in found

        assert program.run("channels add evening", **environment).code == 0
        assert program.run("post", **environment).code == 0, "which declares what it delivers"
        program.write("config.toml", '[bot]\ndata_dir = "data"\n')

        add = program.run("channels add ai-news --stories 3", **environment)
        assert add.code == 2
        assert "ai-news is declared in the configuration; change it there" in add.err
        listed = program.run("channels list --json", **environment).json()
        assert {one["name"]: (one["declared"], one["stories"]) for one in listed} == {
            "ai-news": (True, 5),
            "evening": (False, 5),
        }


def test_check_names_the_right_that_several_machines_lack(program: Program) -> None:
    name = f"daybrief_guest_{secrets.token_hex(4)}"
    administer(f"CREATE ROLE {name} LOGIN")
    try:
        with database() as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}".encode())
            url = url_of(psycopg.conninfo.make_conninfo(address, user=name))
            done = program.run("check --json", DAYBRIEF_DATABASE_URL=url)
        [found] = [one for one in done.json()["findings"] if one["about"] == "queue"]
        assert (done.code, found["fine"]) == (3, False)
        assert found["says"].endswith(f"let an administrator run: CREATE SCHEMA daybrief_queue AUTHORIZATION {name}")
    finally:
        administer(f"DROP ROLE {name}")


def test_an_alarm_that_declares_channels_for_which_it_has_no_token_does_not_start(program: Program) -> None:
    program.write("config.toml", '[[channels]]\nname = "news"\nplatform = "slack"\nchannel = "C1"\n')
    with database() as address:
        done = program.run("run --role alarm", DAYBRIEF_DATABASE_URL=url_of(address), SLACK_BOT_TOKEN="")

    assert done.code == 2
    assert "there are Slack channels, but SLACK_BOT_TOKEN is not set" in done.err


@pytest.mark.parametrize("role", ["alarm", "worker", "slack", "discord"])
def test_over_a_file_one_process_does_everything(program: Program, role: str) -> None:
    program.write("config.toml", "")

    done = program.run(f"run --role {role}")

    assert done.code == 2
    assert "[storage] url names none; one process over a SQLite file does everything: `daybrief run`" in done.err
