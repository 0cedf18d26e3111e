"""Only Slack is believed to be Slack: requests that are Slack's but for one thing, over HTTP, and what comes of them.

The requests are signed here, by the rule on Slack's page and with nothing of the product's or the SDK's; then the body,
the time or the signature is changed. Whatever is answered with anything but 401, and whatever leaves a trace in the
store or in the workspace, was accepted. Between them requests come that nothing is wrong with: a bot that refuses all
would be none.

https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import asyncio
import hashlib
import hmac
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from adapters.slack.connection import PATH, Knocks
from tests.fake_slack import FakeSlack
from tests.fake_slack.model import Delivery
from tests.fake_slack.signed import encode
from tests.morning import NOW, STORY
from tests.promises.table import Extent, Measured
from tests.slack import ADMIN, MEMBER, Bot, furnish, slack_bot

_MANY = {Extent.SMALL: 500, Extent.FULL: 10_000}
_STARTS = {Extent.SMALL: 1, Extent.FULL: 4}
_AT_ONCE = 8
_OLD = 301
"""Seconds after which Slack's page wants a request to be refused."""
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # the one on Slack's page, known to everybody
_TAKEN, _REFUSED = 200, 401
_KINDS = frozenset({"slash_commands", "event_callback", "block_actions", "block_suggestion", "view_submission"})
"""What Slack sends to an address."""
_NO_CONFIGURATION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes out."""

    what: str
    """What is wrong with it; empty: nothing."""
    body: bytes
    headers: Mapping[str, str]
    is_unsigned_look: bool = False
    """Slack looks at our certificate so, without a signature: a good word may be said to it, and nothing be done."""


def measure(extent: Extent) -> Measured:
    """All of it."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        accepted, fine = asyncio.run(asked(_MANY[extent]))
    finally:
        logging.disable(disabled)
    started = [name for name in list(_EMPTY)[: _STARTS[extent]] if not _refuses_to_start(name)]
    starts = f"{len(started)} of {_STARTS[extent]} starts with an empty or missing secret went on"
    return Measured(
        figures=f"{_MANY[extent]:,} mutated requests: {len(accepted)} accepted; {fine:,} genuine ones taken; {starts}",
        broken=(*accepted, *(f"the bot starts with {name}" for name in started)),
    )


async def asked(many: int, secret: str = SECRET) -> tuple[list[str], int]:
    """What was accepted of *many* mutated requests, and how many genuine ones were sent between them and taken.

    *secret* is what the bot and its Slack have agreed upon; the requests are mutated from such as :data:`SECRET` signs.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with FakeSlack(Path(folder) / "slack", limits=False, signing_secret=secret) as fake:
            furnish(fake)
            async with slack_bot(fake, Path(folder), mode="http") as bot:
                return await _sent(fake, bot, await _genuine(fake, bot), many)


async def _sent(fake: FakeSlack, bot: Bot, genuine: list[tuple[bytes, str]], many: int) -> tuple[list[str], int]:
    assert isinstance(bot.connection, Knocks)
    address = f"http://127.0.0.1:{bot.connection.port}{PATH}"
    chance, accepted, fine = random.Random(7), list[str](), 0
    before = await _traces(fake, bot)
    async with aiohttp.ClientSession() as session:

        async def send(request: Request) -> int:
            async with session.post(address, data=request.body, headers=request.headers) as answer:
                return answer.status

        for start in range(0, many, _AT_ONCE):
            few = [_mutated(chance, *chance.choice(genuine)) for _ in range(min(_AT_ONCE, many - start))]
            for request, status in zip(few, await asyncio.gather(*map(send, few)), strict=True):
                if status != _REFUSED and not (status == _TAKEN and request.is_unsigned_look):
                    accepted.append(f"{request.what}: answered with {status}")
            if start % (20 * _AT_ONCE) == 0:
                body, kind = chance.choice(genuine)
                status = await send(_signed(body, kind, int(time.time())))
                fine += 1
                if status != _TAKEN:
                    accepted.append(f"a genuine request was answered with {status}")
        await bot.door.settled()
        # What is genuine is known from before, so it leaves no trace either: it was answered, and no more.
        accepted += [f"left a trace: {one}"[:200] for one in await _traces(fake, bot) - before]
    return accepted, fine


async def _genuine(fake: FakeSlack, bot: Bot) -> list[tuple[bytes, str]]:
    """Bodies of each kind, with their content types; all have been acted on.

    Raises:
        AssertionError: a kind that Slack sends is not among them.
    """
    story = await bot.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)
    for line in ("brief story", "keypoints"):
        command, _, text = f"/{line} {story.ref}".partition(" ")
        await fake.command(command, text, user=MEMBER, channel="C1")
        await bot.door.settled()  # two answers come in either order, and only one has the buttons
    await fake.press(fake.ephemerals(MEMBER)[-1], "section:what_changed", user=MEMBER)
    await fake.command("/daybrief", "setup", user=ADMIN, channel="C1")
    await bot.door.settled()
    await fake.suggest(fake.views(ADMIN)[-1], "zone", "new y")
    await fake.submit(fake.views(ADMIN)[-1], {})
    await fake.command("/daybrief", "pause", user=ADMIN, channel="C1")
    await fake.event("T1", {"type": "channel_rename", "channel": {"id": "C1", "name": "caf\ufffd"}})
    await bot.door.settled()
    deliveries: list[Delivery] = [one for one in fake.deliveries if one.acknowledged]
    kinds = {str(one.payload.get("type", one.kind)) for one in deliveries}
    assert kinds >= _KINDS, f"nothing was asked as {_KINDS - kinds}"
    encoded = [encode(one.kind, one.payload) for one in deliveries]
    # An event is JSON in UTF-8; one letter is what broken bytes are often read as.
    return [(body.replace("\\ufffd", "\ufffd").encode(), kind) for body, kind in encoded]


async def _traces(fake: FakeSlack, bot: Bot) -> frozenset[str]:
    """What has come of all requests so far."""
    channels = [(one.channel, one.standing, one.at) for one in await bot.desk.channels.subscriptions(retired=True)]
    changes = await bot.desk.channels.changes("slack:T1", limit=1_000)
    seen = [str(one) for one in (*channels, *changes, *fake.ephemerals(), *fake.deliveries)]
    return frozenset([*seen, *(str(one) for channel in fake.channels for one in fake.messages(channel))])


# ------------------------------------------------------------------------------------------------------ what is wrong


def _sign(secret: str, stamp: str, body: bytes, base: str = "v0:{}:") -> str:
    return hmac.new(secret.encode(), base.format(stamp).encode() + body, hashlib.sha256).hexdigest()


def _signed(body: bytes, kind: str, at: int) -> Request:
    """A request with nothing wrong."""
    stamp = str(at)
    headers = {"Content-Type": kind, _STAMP: stamp, _SIGNATURE: f"v0={_sign(SECRET, stamp, body)}"}
    return Request(what="", body=body, headers=headers)


_RULES = ("v0:{}", "v1:{}:", "{}:", "", ":{}:v0")
_ONCE = re.compile(rb"((?:trigger_id|event_id|action_ts)(?:=|%22%3A\+%22|\": \"))[\w.]+")
"""By what a request is known again that comes twice."""
_STAMP, _SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def _mutated(chance: random.Random, body: bytes, kind: str) -> Request:
    """The request with *body*, and one thing wrong with it."""
    good = _signed(body, kind, int(time.time()))
    ways = (_wrong_body, _wrong_signature, _wrong_time, _wrong_secret, _look_at_the_certificate)
    return chance.choice(ways)(chance, good)


def _wrong_body(chance: random.Random, good: Request) -> Request:
    place, body = chance.randrange(len(good.body)), good.body
    flipped = bytes([body[place] ^ 1 << chance.randrange(8)])
    bodies = {
        "a bit of the body": body[:place] + flipped + body[place + 1 :],
        "a byte less": body[:place] + body[place + 1 :],
        "a byte more": body[:place] + bytes([chance.randrange(256)]) + body[place:],
        "a cut body": body[:place],
        "no body": b"",
        "a longer body": body + chance.choice((b" ", b"\n", b"\0", b"&x=1", b"&text=", body)),
        "other bytes that read alike": body.replace("\ufffd".encode(), b"\xff"),
        "other cases": body.swapcase(),
        "broken bytes": body[:place] + b"\xff\xfe" + body[place:],
    }
    what = chance.choice([name for name, one in bodies.items() if one != body])
    return replace(good, what=what, body=bodies[what])


def _wrong_signature(chance: random.Random, good: Request) -> Request:
    stamp, right = good.headers[_STAMP], good.headers[_SIGNATURE]
    digest, place = right.removeprefix("v0="), chance.randrange(64)
    other = chance.choice([one for one in "0123456789abcdef" if one != digest[place]])
    signatures = {
        "a digit of the signature": f"v0={digest[:place]}{other}{digest[place + 1 :]}",
        "a cut signature": right[: chance.randrange(len(right))],
        "a longer signature": right + chance.choice("0fF="),
        "another version": chance.choice(("v1=", "V0=", "v0:", "v0", "", "v00=")) + digest,
        "capitals": f"v0={digest.upper()}" if digest.upper() != digest else "v0=",
        "no letters": f"v0={'é' * 64}",
        "another rule": f"v0={_sign(SECRET, stamp, good.body, chance.choice(_RULES))}",
        "the secret itself": f"v0={SECRET}",
        "a plain hash": f"v0={hashlib.sha256(good.body).hexdigest()}",
        "the signature of nothing": f"v0={_sign(SECRET, stamp, b'')}",
    }
    what = chance.choice([*signatures, "no signature", "two signatures", "an empty signature"])
    headers = {name: value for name, value in good.headers.items() if name != _SIGNATURE}
    if what == "two signatures":
        headers[_SIGNATURE] = f"v0={digest[::-1]}x, {right}"
    elif what != "no signature":
        headers[_SIGNATURE] = signatures.get(what, "")
    return replace(good, what=what, headers=headers)


def _wrong_time(chance: random.Random, good: Request) -> Request:
    kind, now = good.headers["Content-Type"], int(good.headers[_STAMP])
    away = chance.choice((1, -1)) * chance.choice((_OLD + 2, 3_600, 86_400, 10**9))
    stamps = {
        "another time": str(now + chance.choice((-1, 1, 60))),
        "no number": chance.choice(("abc", "", "0x5", "1e9", "NaN", "-1", "+1", "٣" * 10, "9" * 5_000)),
        "a number that is written otherwise": chance.choice((f"0{now}", f"{now}.0", f"+{now}", f"{now}_0")),
    }
    what = chance.choice(("well signed, but too far away", "well signed, but no time", "no time", *stamps))
    if what.startswith("well signed, but too"):
        return replace(_signed(good.body, kind, now + away), what=what)
    headers = {name: value for name, value in good.headers.items() if name != _STAMP}
    if what in stamps:
        headers[_STAMP] = stamps[what]
    elif what != "no time":
        headers |= {_STAMP: "never", _SIGNATURE: f"v0={_sign(SECRET, 'never', good.body)}"}
    return replace(good, what=what, headers=headers)


def _wrong_secret(chance: random.Random, good: Request) -> Request:
    secrets = (
        "",
        " ",
        "None",
        "null",
        SECRET[:-1],
        f"{SECRET} ",
        SECRET.upper(),
        SECRET[::-1],
        chance.randbytes(16).hex(),
    )
    secret = chance.choice(secrets)
    signature = f"v0={_sign(secret, good.headers[_STAMP], good.body)}"
    return replace(good, what=f"signed with {secret!r}", headers={**good.headers, _SIGNATURE: signature})


def _look_at_the_certificate(chance: random.Random, good: Request) -> Request:
    """Something new to be done, said to be the one request that Slack does not sign."""
    body = _ONCE.sub(lambda found: found[1] + b"%d.%d" % (chance.getrandbits(40), chance.getrandbits(40)), good.body)
    if good.headers["Content-Type"] == "application/json":
        body = b'{"x": "&ssl_check=1&",' + body[1:]
    else:
        # A pause takes back what was done last, so that it shows.
        body = b"ssl_check=1&" + body.replace(b"text=pause", b"text=resume")
    unsigned = {name: value for name, value in good.headers.items() if name != _SIGNATURE}
    headers: Mapping[str, Mapping[str, str]] = {
        "no signature": unsigned,
        "no signature and no time": {"Content-Type": good.headers["Content-Type"]},
        "an empty signature": {**unsigned, _SIGNATURE: ""},
        "another's signature": dict(good.headers),
    }
    what = chance.choice([*headers])
    is_look = what.startswith("no signature")
    return replace(good, what=f"ssl_check and {what}", body=body, headers=headers[what], is_unsigned_look=is_look)


# --------------------------------------------------------------------------------------------------------- no secret

_EMPTY: Mapping[str, Mapping[str, str]] = {
    "a blank secret": {"SLACK_SIGNING_SECRET": "  "},
    "no secret": {},
    "an empty secret": {"SLACK_SIGNING_SECRET": ""},
    "an empty file of the secret": {"SLACK_SIGNING_SECRET_FILE": os.devnull},
}
_CONFIGURATION = """[bot]
data_dir = "data"
[slack]
mode = "http"
listen = "127.0.0.1:0"
api_url = "http://127.0.0.1:9/api/"
[[channels]]
name = "news"
platform = "slack"
channel = "C1"
"""


def _refuses_to_start(name: str) -> bool:
    """Whether the real program ends at once, and says why."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(_CONFIGURATION, encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SLACK_")}
        environment = {**kept, "SLACK_BOT_TOKEN": "xoxb-1", "NO_COLOR": "1", **_EMPTY[name]}
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == _NO_CONFIGURATION and "SLACK_SIGNING_SECRET" in done.stderr
