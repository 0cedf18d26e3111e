"""What runs Daybrief as a service, held to what the program needs: neither a container nor a service is tried here."""

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.config.secret import NAMES
from bot.errors import ConfigProblems, WrongUsage
from bot.roles import Role

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "daybrief.service"
TEMPLATE = DEPLOY / "daybrief@.service"
MAX_EXPOSURE = 2.0
"""Of ten, as ``systemd-analyze security`` counts."""


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, in order; continued lines joined."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def all_of(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def copied() -> Iterator[str]:
    """What the image takes from the checkout."""
    for rest in all_of("COPY"):
        if not rest.startswith("--from"):
            yield from rest.split()[:-1]


def is_let_in(name: str) -> bool:
    """Whether the list of what is ignored leaves a path to the build: the last line that fits decides."""
    decided = True
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and fnmatch.fnmatch(name, pattern.lstrip("!")):
            decided = pattern.startswith("!")
    return decided


# ------------------------------------------------------------------------------------------------------ container


def test_everything_that_the_image_takes_is_there_and_let_in() -> None:
    assert len(list(copied())) > 5
    for name in copied():
        assert (ROOT / name).exists(), name
        assert is_let_in(name), name


@pytest.mark.parametrize(
    "name", ["secrets.env", "config.toml", "data", ".git", ".venv", "tests", "deploy/slack-bot-token"]
)
def test_no_secret_and_nothing_that_is_not_needed_is_let_in(name: str) -> None:
    assert not is_let_in(name)


def test_the_image_holds_all_that_the_package_is_built_of() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [packages] = re.findall(r"^packages = (\[.*\])$", project, re.MULTILINE)
    files = re.findall(r'^"([^"]+)" = "bot/', project, re.MULTILINE)

    assert {*json.loads(packages), *files, "README.md", "LICENSE", "pyproject.toml"} <= set(copied())


def test_nothing_is_installed_that_no_hash_pins() -> None:
    installs = [one for one in re.split(r"&&|\s{2,}", " && ".join(all_of("RUN"))) if "pip install" in one]

    assert len(installs) == 2
    for one in installs:
        assert "--require-hashes -r" in one or ("--no-deps --no-build-isolation" in one and one.rstrip().endswith(" ."))
    for lock in re.findall(r"requirements\S*\.lock", " ".join(all_of("ARG") + list(copied()))):
        assert "--hash=sha256:" in (ROOT / lock).read_text(encoding="utf-8")


def test_the_container_runs_as_nobody_who_is_anybody_and_holds_no_secret() -> None:
    words = [word for word, _ in instructions()]

    assert all_of("USER") == ["10001:10001"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "ADD" not in words
    assert not any(name in rest for rest in all_of("ENV") + all_of("ARG") for name in NAMES)


class Healthy(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_health_check_tells_a_healthy_bot_from_a_sick_and_a_dead_one(status: int | None, code: int) -> None:
    [check] = all_of("HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    server = HTTPServer(("127.0.0.1", 0), type("Answer", (Healthy,), {"status": status}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    port = server.server_port
    if status is None:
        server.shutdown()
        server.server_close()

    asked = [sys.executable, *(part.replace("9464", str(port)) for part in command[1:])]
    done = subprocess.run(asked, capture_output=True, timeout=30, check=False)
    server.shutdown()
    server.server_close()

    assert command[0] == "python"
    assert done.returncode == code


def test_the_containers_beside_one_another_may_write_to_their_data_and_nothing_else() -> None:
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")

    for line in ("init: true", "read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"', "data:/data"):
        assert line in compose
    assert set(re.findall(r"([A-Z_]+)_FILE:", compose)) <= set(NAMES)


def test_each_part_has_a_container_that_may_do_no_more_than_the_one_alone() -> None:
    scale, alone = ((DEPLOY / name).read_text(encoding="utf-8") for name in ("scale.yaml", "compose.yaml"))
    parts = re.findall(r'<<: \*daybrief\n    command: \["run", "--role", "(\w+)"\]', scale)

    assert sorted(parts) == sorted(role for role in Role if role is not Role.ALL)
    for line in ("init: true", "read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"', "data:/data"):
        assert line in scale
        assert line in alone
    assert set(re.findall(r"([A-Z_]+)_FILE: /run/secrets/(?!database-password)", scale)) <= set(NAMES)
    for secret in set(re.findall(r"/run/secrets/([a-z-]+)", scale)):
        assert f"  {secret}:\n    file: ./{secret}\n" in scale


# -------------------------------------------------------------------------------------------------------- service


def unit() -> dict[str, list[str]]:
    """The settings of the service, each with all its values."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").split("[Service]")[1].split("[Install]")[0].splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_workers_may_limit_themselves_and_die_alone() -> None:
    # Without setrlimit no worker could be capped; by default systemd ends a service of which one process ran out of
    # memory, and a stop would take the workers from under what is being finished.
    assert not any("@resources" in one for one in unit()["SystemCallFilter"])
    assert unit()["OOMPolicy"] == ["continue"]
    assert unit()["KillMode"] == ["mixed"]


def test_a_wrong_configuration_is_not_tried_for_ever() -> None:
    assert unit()["RestartPreventExitStatus"] == [str(ConfigProblems.exit_code)] == [str(WrongUsage.exit_code)]


def test_every_secret_of_the_service_is_one_that_the_program_reads() -> None:
    text = UNIT.read_text(encoding="utf-8")
    loaded = re.findall(r"^#LoadCredential=([a-z-]+):", text, re.MULTILINE)
    named = re.findall(r"^#Environment=([A-Z_]+)_FILE=%d/([a-z-]+)$", text, re.MULTILINE)

    assert loaded
    assert [credential for _, credential in named] == loaded
    assert {name for name, _ in named} <= set(NAMES)


def test_one_process_of_many_is_held_to_what_the_one_alone_is() -> None:
    alone, many = (
        {line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")}
        for path in (UNIT, TEMPLATE)
    )

    assert {line.partition("=")[0] for line in alone - many} == {"Description", "ExecStart", "SyslogIdentifier"}
    assert many - alone == {
        "Description=Daybrief, the morning briefing for your team's chat (%i)",
        "Environment=ROLE=%i",
        next(iter(line for line in alone if line.startswith("ExecStart"))).replace("run ", "run --role ${ROLE} "),
        "SyslogIdentifier=daybrief-%i",
        "#LoadCredential=database-url:/etc/daybrief/database-url",
        "#Environment=DAYBRIEF_DATABASE_URL_FILE=%d/database-url",
        "#LoadCredential=encryption-keys:/etc/daybrief/encryption-keys",
        "#Environment=DAYBRIEF_ENCRYPTION_KEYS_FILE=%d/encryption-keys",
    }


@pytest.fixture(params=["daybrief.service", "daybrief@worker.service"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A unit with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here: the units are not verified")
    name: str = request.param
    path, program = tmp_path / name.replace("worker", ""), unit()["ExecStart"][0].split()[0]
    path.write_text((DEPLOY / path.name).read_text(encoding="utf-8").replace(program, sys.executable), encoding="utf-8")
    return tmp_path / name


def exposed(path: Path) -> Path:
    """The file that ``systemd-analyze security`` reads for *path*, which knows no instances."""
    return path if path.exists() else path.with_name(path.name.replace("worker", ""))


def analyzed(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [shutil.which("systemd-analyze") or "systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_systemd_understands_the_unit(installed: Path) -> None:
    done = analyzed("verify", str(installed))

    complaints = [line for line in done.stderr.splitlines() if not re.search(r"Restart(Steps|MaxDelaySec)", line)]
    assert (done.returncode, complaints) == (0, [])


def test_the_service_is_exposed_little(installed: Path) -> None:
    done = analyzed("security", "--offline=true", "--no-pager", str(exposed(installed)))
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at a file: the exposure is not measured")

    [level] = re.findall(r"Overall exposure level[^:]*: ([\d.]+)", done.stdout)
    assert float(level) <= MAX_EXPOSURE
