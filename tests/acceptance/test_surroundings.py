"""What `init` leaves around the bot, and what `check` finds there."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.program import CONFIG, Program

ROOT = Path(__file__).resolve().parents[2]


def test_what_init_writes_is_its_owners_alone_and_a_mode_that_somebody_chose_stays(program: Program) -> None:
    config = program.folder / "config.toml"
    config.unlink()
    modes = []
    for chosen in (None, 0o640, 0o664):
        if chosen:
            config.chmod(chosen)
        assert program.run("init", "--yes", "--force").code == 0
        modes.append(stat.S_IMODE(config.stat().st_mode))

    assert modes == [0o600, 0o640, 0o664]


def test_check_warns_of_a_configuration_with_a_key_that_everybody_may_read(program: Program) -> None:
    config = program.folder / "config.toml"
    plain = CONFIG + '[[feeds]]\nurl = "https://wire.test/feed"\n'
    keyed = plain.replace("/feed", "/feed?token=abcdef123456")
    says = []
    for text, mode in ((plain, 0o644), (keyed, 0o640), (keyed, 0o644)):
        program.write("config.toml", text)
        config.chmod(mode)
        found = program.run("check", "--json")
        says += [(one["fine"], one["says"]) for one in found.json()["findings"] if one["about"] == "configuration"]
        assert "abcdef123456" not in found.out

    assert [fine for fine, _ in says] == [True, True, False]
    assert f"{config}; `chmod o= {config}` ends that" in says[-1][1]


@pytest.mark.parametrize("typed", ["", "terminal\nnews\n", "discord\n"])
def test_init_that_nobody_answers_says_so_and_writes_nothing(program: Program, typed: str) -> None:
    (program.folder / "config.toml").unlink()
    done = program.run("init", typed=typed)

    assert done.code == 2
    assert done.err.startswith("daybrief: no configuration was written, because nobody answers on standard input; ")
    assert (done.err.count("\n"), "--yes" in done.err) == (1, True)
    assert not list(program.folder.iterdir())


def test_init_with_a_closed_input_is_init_that_nobody_answers(program: Program) -> None:
    (program.folder / "config.toml").unlink()
    command = [sys.executable, "-m", "bot", "init", "--config", str(program.folder / "config.toml")]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.startswith("daybrief: no configuration was written, because nobody answers on standard input; ")
    assert not list(program.folder.iterdir())


def test_check_names_a_folder_that_takes_no_copies(program: Program) -> None:
    (program.folder / "data").mkdir()
    program.write("data/backups", "in the way")
    says = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}

    folder = program.folder / "data" / "backups"
    assert says["backups"]["says"].startswith(f"storage.backups: {folder} cannot be written: not a directory; ")
    assert not says["backups"]["fine"]
