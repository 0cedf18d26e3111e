"""Secrets stay secret: fake ones go every way through the program, at DEBUG, while everything fails that can.

They are the tokens of both chats and of a model, stand in the addresses of feeds and in a configuration, and are
repeated by servers in whatever those refuse; parts of the newsroom raise them. Then everything that came out is looked
through, by heart and by gitleaks' rules: output, log, metrics, status, what people read, the files of the data
directory, a copy, and the database as SQL.
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from adapters.logs.opening import Log
from bot.cli.discreet import Discreet
from bot.config import confidential, read
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.gather import gather
from bot.publish import publish
from bot.redact import Redactor
from tests.acceptance.program import STORY, Program
from tests.acceptance.test_run import eventually
from tests.acceptance.test_slack_run import free_port
from tests.clock import VirtualClock
from tests.fake_discord import User
from tests.morning import NOW
from tests.newsroom import newsroom
from tests.promises.echoed import echoed
from tests.promises.leaks import Rule, by_heart, by_rule, rules
from tests.promises.misconfigured import misconfigured
from tests.promises.saboteurs import Saboteur
from tests.promises.seen import Seen
from tests.promises.table import Extent, Measured
from tests.promises.talkative import Talkative
from tests.served_discord import ServedDiscord
from tests.served_slack import ServedSlack
from tests.slack import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ROOT.parent / "shared" / "data" / "hostile"
DAYS = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
_WRONG_USAGE = 2
TALKATIVE = 'format = "json"\nlevel = "debug"\nlibraries = true'


def secrets() -> dict[str, str]:
    """The fake secrets, by kind."""
    lines = (HOSTILE / "generated" / "fake_secrets.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["kind"]: one["value"] for one in map(json.loads, lines)}


def measure(extent: Extent) -> Measured:
    fake, seen = secrets(), Seen()
    shifts = (0, 1, 2) if extent is Extent.FULL else (0,)
    environments = [_environment(fake, shift) for shift in shifts]
    failures = _sabotaged(fake, seen) + misconfigured(fake, seen)
    failures += echoed(environments[0], fake, seen, extent)
    with tempfile.TemporaryDirectory() as folder:
        more = (
            "gather",
            "check",
            "feeds list",
            "feeds list --json",
            "deliveries",
            "deliveries --json",
            "channels list",
            "channels list --json",
        )
        commands = more if extent is Extent.FULL else more[3:4]
        _morning(Path(folder) / "fine", environments[0], fake, seen, commands)
        for number, environment in enumerate(environments):
            failures += _refused(Path(folder) / f"refused-{number}", environment, fake, seen, extent)
    known = rules(HOSTILE / "gitleaks" / "gitleaks.toml")
    broken = leaks(seen.texts, fake, known)
    size = sum(map(len, seen.texts.values()))
    return Measured(
        figures=f"{len(fake)} secrets, {failures:,} failures with one of them, {len(seen.texts)} outputs of "
        f"{size / 1e6:.1f} MB, {len(known)} rules of gitleaks: {len(broken)} occurrences",
        broken=tuple(broken),
    )


def leaks(texts: Mapping[str, str], fake: Mapping[str, str], known: tuple[Rule, ...]) -> list[str]:
    """Every secret that stands in one of *texts*. A database is looked at by rule as SQL: its pages are no text."""
    found = [line for name, text in texts.items() for line in by_heart(name, text, fake)]
    readable = {name: text for name, text in texts.items() if not name.endswith((".db", "-wal", "-shm"))}
    return found + [line for name, text in readable.items() for line in by_rule(name, text, known)]


def _environment(fake: Mapping[str, str], shift: int = 0) -> dict[str, str]:
    """What the program gets its secrets from; with *shift*, each from another kind, as when somebody mixes them up."""
    kinds = ["slack_bot", "slack_app", "slack_signing", "discord_bot", "llm_key_b", "llm_key_a", "fernet", "slack_user"]
    names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN", "OPENAI_API_KEY"]
    names += ["ANTHROPIC_API_KEY", "DAYBRIEF_ENCRYPTION_KEYS", "SLACK_CLIENT_SECRET"]
    return {name: fake[kinds[(number + shift) % len(kinds)]] for number, name in enumerate(names)}


# ------------------------------------------------------------------------------------------------ in this process


def _sabotaged(fake: Mapping[str, str], seen: Seen) -> int:
    """Parts of the newsroom fail with secrets in what they raise; how often."""
    saboteur = Saboteur(list(fake.values()))
    environment = _environment(fake)
    redactor = Redactor(confidential(read("", folder=Path("/srv"), environ=environment)))
    redactor.know([fake["pg_dsn"]])
    with tempfile.TemporaryDirectory() as folder:
        for form in (True, False):
            stream = io.StringIO()
            how: dict[str, Any] = {"level": "debug", "as_json": form, "libraries": True, "run_id": "0"}
            with Log(redactor, stream=stream, **how):
                (place := Path(folder) / str(form)).mkdir()
                asyncio.run(_sabotage(saboteur, place, seen))
            seen.add("the log of sabotage", stream.getvalue())
        seen.add_data("sabotage", Path(folder))
    for _ in range(4 * len(fake)):
        try:
            asyncio.run(saboteur.act())
        except Exception:  # noqa: BLE001  # whatever it raises
            record = logging.LogRecord("bot", logging.ERROR, "", 0, "it failed", None, sys.exc_info())
            seen.add("what a command says of a failure", Discreet(redactor).format(record))
    return saboteur.failed


async def _sabotage(saboteur: Saboteur, folder: Path, seen: Seen) -> None:
    clock = VirtualClock(NOW)
    part = cast(Any, saboteur)
    feeds = ("https://a.test/feed", "https://b.test/feed")
    async with newsroom(folder, {"terminal": part}, channels=3, feeds=feeds, clock=clock) as room:
        desk = Desk(room)
        room.reader, room.pages, room.meaning, room.analyst = part, part, part, part
        await gather(room)
        for hour in range(30):
            clock.move_to(NOW + timedelta(hours=hour))
            await publish(room)
        for one in await desk.channels.subscriptions():
            with contextlib.suppress(DaybriefError, OSError, LookupError, ValueError, RuntimeError):
                await room.answer(part.examine(one.channel))
        await saboteur.ring()
        for ask in (part.brief(None, {}), part.weigh(()), part.may_write()):
            with contextlib.suppress(DaybriefError):
                await room.modelled(ask)
        seen.add("deliveries", "\n".join(f"{one.state} {one.reason}" for one in await desk.channels.deliveries()))


# ---------------------------------------------------------------------------------------------- the real program


def _morning(
    folder: Path, environment: dict[str, str], fake: Mapping[str, str], seen: Seen, commands: Sequence[str]
) -> None:
    """The running bot in two chats, with a model and feeds that do not know better."""
    folder.mkdir()
    slack, discord = ServedSlack(folder), ServedDiscord(folder, limits=False)
    slack.fake.app_token = environment["SLACK_APP_TOKEN"]
    slack.fake.signing_secret = environment["SLACK_SIGNING_SECRET"]
    slack.fake.add_team("T1", token=environment["SLACK_BOT_TOKEN"], users=PEOPLE)
    slack.fake.add_channel("C1", name="ai-news", members=[one.id for one in PEOPLE])
    discord.fake.token = environment["DISCORD_TOKEN"]
    discord.fake.add_guild("1001", users=[User(id="2001", permissions=("manage_guild",))])
    discord.fake.add_channel("3001", guild="1001", name="ai-news")
    program, port = Program(folder), free_port()
    try:
        with Talkative(list(fake.values())) as server:
            chats = (slack.fake.api, discord.fake.api, discord.fake.gateway_url)
            program.write("config.toml", _config(chats, server.url, fake, port))
            imported = program.run("import", str(program.write("story.txt", STORY)), **environment)
            seen.add("import", imported.out + imported.err)
            with _running(program, environment) as (process, log):
                _look_around(slack, discord, log, port, seen)
                process.send_signal(signal.SIGTERM)
                process.wait(15)
            seen.add("the log", log.read_text(encoding="utf-8"))
            for command in commands:
                done = program.run(command, **environment)
                if done.code == _WRONG_USAGE:
                    raise AssertionError(f"daybrief {command} says nothing but how it is used: {done.err}")
                seen.add(command, done.out + done.err)
            done = program.run(f"feeds add {fake['token_feed']}", **environment)
            seen.add("feeds add", done.out + done.err)
            done = program.run("backup", str(folder / "data" / "copy.db"), **environment)
            seen.add("backup", done.out + done.err)
        if "Norvik" not in seen.texts[next(name for name in seen.texts if name.endswith("Slack's messages"))]:
            raise AssertionError("nothing was posted, so nothing was measured")
    finally:
        for one in (slack, discord):
            one.close()
    seen.add_data("data", folder / "data")
    answering = [*slack.fake.hooks, *discord.fake.interactions]
    if not answering:
        raise AssertionError("nobody asked anything")
    log_text = log.read_text(encoding="utf-8")
    for path in answering:
        if path.rpartition("/")[2] in log_text:
            seen.add("a right to answer", f'token = "{fake["discord_interaction"]}"')  # as bad as any


def _config(chats: tuple[str, str, str], server: str, fake: Mapping[str, str], port: int) -> str:
    slack, discord, gateway = chats
    token = fake["token_feed"].partition("token=")[2]
    at = datetime.now(UTC) - timedelta(minutes=3)
    hour = max(at, datetime.now(UTC).replace(hour=0, minute=0))
    return (
        f'[bot]\nadmins = ["slack:U0000001"]\n[log]\n{TALKATIVE}\n[operations]\nlisten = "127.0.0.1:{port}"\n'
        f'[slack]\napi_url = "{slack}"\nclient_id = "1234567890.1234567890"\n'
        f'public_url = "https://daybrief.test"\n[discord]\napi_url = "{discord}"\ngateway_url = "{gateway}"\n'
        f'[fetch]\nallow_hosts = ["127.0.0.1"]\n[delivery]\nrequest_timeout = "2s"\nsettle = "1s"\n'
        f'[analyst]\nmodel = "openai:some"\nbase_url = "{server}/v1"\nprice_per_million = [1.0, 1.0]\n'
        f'[defaults]\ntime = "{hour:%H:%M}"\ndays = {DAYS}\n'
        '[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\n'
        '[[channels]]\nname = "discord-news"\nplatform = "discord"\nworkspace = "1001"\nchannel = "3001"\n'
        f'[[feeds]]\nurl = "{server}/fine?token={token}"\nname = "Fine"\n'
        + "".join(f'[[feeds]]\nurl = "{server}/{one}?n={one}&api_key={token}"\nname = "F{one}"\n' for one in range(12))
    )


@contextlib.contextmanager
def _running(program: Program, environment: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    command = [sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")]
    log = program.folder / "run.log"
    with log.open("a") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=file, text=True, env={**os.environ, "NO_COLOR": "1", **environment}
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def _look_around(slack: ServedSlack, discord: ServedDiscord, log: Path, port: int, seen: Seen) -> None:
    """People ask, monitors ask, the gateway brings what nobody can read; what they see is added."""

    def is_posted() -> bool:
        return bool(slack.fake.messages("C1")) and bool(discord.fake.messages("3001"))

    if not eventually(is_posted, within=60):
        raise AssertionError(f"nothing was posted:\n{log.read_text(encoding='utf-8')[-3_000:]}")
    slack.do(slack.fake.sockets.connected(2, timeout=30), timeout=40)
    discord.do(discord.fake.gateway.connected(1, timeout=30), timeout=40)

    async def asked() -> str:
        run = await slack.fake.command("/keypoints", "norvik", user=PEOPLE[1].id, channel="C1")
        return json.dumps(await run.wait_answers(1))

    async def asked_there() -> str:
        run = await discord.fake.command("keypoints", {"story": "norvik"}, user="2001", channel="3001")
        return repr(list(await run.wait_answers(1)))

    seen.add("Slack's answers", slack.do(asked(), timeout=40))
    seen.add("Discord's answers", discord.do(asked_there(), timeout=40))
    for path in ("healthz", "readyz", "status", "metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as answer:  # it is our own
            seen.add(path, answer.read().decode())
    seen.add("Slack's messages", repr([(one.text, one.blocks) for one in slack.fake.messages("C1")]))
    seen.add("Discord's messages", repr([(one.content, one.components) for one in discord.fake.messages("3001")]))


def _refused(folder: Path, environment: dict[str, str], fake: Mapping[str, str], seen: Seen, extent: Extent) -> int:
    """Both chats and the model refuse everything, and repeat secrets; how often."""
    folder.mkdir()
    program = Program(folder)
    with Talkative(list(fake.values())) as server:
        gateway = server.url.replace("http", "ws")
        chats = (f"{server.url}/api/", server.url, gateway)
        program.write("config.toml", _config(chats, server.url, fake, free_port()))
        for command in ("check", "gather") if extent is Extent.FULL else ("check",):
            done = program.run(command, **environment)
            seen.add(f"{command}, refused", done.out + done.err)
        if extent is Extent.SMALL:
            return len(server.paths)
        done = program.run("check", DAYBRIEF_DATABASE_URL=fake["pg_dsn"], **environment)
        seen.add("check with a database of another kind", done.out + done.err)
        with _running(program, environment) as (process, log):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(6)
            process.send_signal(signal.SIGTERM)
            process.wait(15)
        seen.add("the log, refused", log.read_text(encoding="utf-8"))
        seen.add_data("refused", folder / "data")
        return len(server.paths)
