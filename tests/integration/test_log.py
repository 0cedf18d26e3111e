"""The log of a running bot: one line each, without secrets, and nobody waits for whoever reads it."""

import io
import json
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.logs.handler import MOST, Handler
from adapters.logs.lines import tenant
from adapters.logs.opening import CHATTY, OURS, SILENCED, Log
from bot.redact import Redactor

SECRET = "wir-sagen-es-nie-7"
log = logging.getLogger("bot.publish")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging belongs to the whole process."""
    root = logging.getLogger()
    names = [*OURS, *CHATTY, *SILENCED]
    before = root.level, root.handlers[:], {name: logging.getLogger(name).level for name in names}
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)


def said(say: Callable[[], object], *, as_json: bool = True, level: str = "info", libraries: bool = False) -> str:
    stream = io.StringIO()
    with Log(Redactor([SECRET]), level=level, as_json=as_json, libraries=libraries, stream=stream, run_id="0a1b2c3d"):
        say()
    return stream.getvalue()


def lines(say: Callable[[], object], **how: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # as said() takes it
    return [json.loads(line) for line in said(say, **how).splitlines()]


def _fail(cause: str) -> None:
    raise ValueError(f"behind {cause}") from OSError(cause)


def _fail_aloud(cause: str) -> None:
    try:
        _fail(cause)
    except ValueError:
        log.exception("it failed with %s", cause)


def test_a_line_for_programs_has_its_values_under_their_own_names() -> None:
    extra = {"workspace": "slack:T0123", "delivery_id": 7, "attempt": 2, "platform": "slack", "duration_ms": 31}
    [line] = lines(lambda: log.info("%s: sent", "ai-news", extra=extra))

    assert list(line)[:3] == ["ts", "level", "event"]
    assert line["ts"].endswith("Z")
    assert line | {"ts": ""} == {
        "ts": "",
        "level": "info",
        "event": "ai-news: sent",
        "tenant": tenant("slack:T0123"),
        "delivery_id": 7,
        "attempt": 2,
        "platform": "slack",
        "duration_ms": 31,
        "run_id": "0a1b2c3d",
        "logger": "bot.publish",
    }
    assert "T0123" not in json.dumps(line)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "say",
    [
        lambda: log.info("the token is %s", SECRET),
        lambda: log.info(f"the token is {SECRET}"),  # noqa: G004  # as somebody will write one day
        lambda: log.info("%s", {"Authorization": [SECRET.encode()]}),
        lambda: log.info("sent", extra={"error_code": SECRET}),
        lambda: log.info("sent", extra={"platform": object.__new__(type(SECRET, (), {}))}),
        lambda: _fail_aloud(SECRET),
        lambda: log.info("too few %s %s", SECRET),  # noqa: PLE1206  # it happens
        lambda: log.info("here", stack_info=True, extra={"delivery_id": SECRET}),
        lambda: warnings.warn(f"never say {SECRET}", stacklevel=1),
        lambda: logging.getLogger("discord.http").debug("sent with %s", SECRET),
        lambda: logging.getLogger("adapters.slack.connection.sdk").debug("ticket=%s", SECRET),
        lambda: logging.getLogger("aiohttp.access").debug("GET /?a=%s", SECRET),
    ],
)
def test_no_secret_passes_whoever_says_it(say: Callable[[], object], as_json: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        text = said(say, as_json=as_json, level="debug", libraries=True)

    assert text
    assert SECRET not in text
    if as_json:
        assert all(json.loads(line) for line in text.splitlines())


def test_a_trace_is_told_without_its_secrets() -> None:
    [line] = lines(lambda: _fail_aloud(SECRET))

    assert line["event"] == "it failed with ***"
    assert "OSError: ***" in line["exception"]
    assert "ValueError: behind ***" in line["exception"]


def test_a_thread_that_nobody_catches_ends_in_the_log() -> None:
    def say() -> None:
        thread = threading.Thread(target=_fail, args=(SECRET,))
        thread.start()
        thread.join()

    [line] = lines(say)

    assert line["level"] == "error"
    assert "behind ***" in line["exception"]


def test_libraries_are_heard_only_when_they_are_asked_for() -> None:
    def say() -> None:
        for name in ("aiohttp.access", "discord.http", "slack_sdk.web", "asyncio"):
            logging.getLogger(name).debug("a body")
        logging.getLogger("httpx").info("a request")
        log.debug("our own")

    assert [line["event"] for line in lines(say, level="debug")] == ["our own"]
    assert len(lines(say, level="debug", libraries=True)) == 6


def test_a_level_holds_for_us() -> None:
    def say() -> None:
        log.info("quiet")
        log.warning("loud")

    assert [line["event"] for line in lines(say, level="warning")] == ["loud"]


def test_a_person_reads_one_line_for_each_sentence_whatever_is_in_it() -> None:
    text = said(lambda: log.warning("a title\x1b[2J\r with\x85controls"), as_json=False)

    assert text.count("\n") == 1
    assert "WARNING a title" in text
    assert "\x1b" not in text
    assert "\r" not in text


def _record(sentence: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": sentence, "levelno": logging.INFO})


def test_a_pipe_that_nobody_reads_holds_up_nobody_and_what_is_lost_is_counted() -> None:
    read, write = os.pipe()
    handler = Handler(os.fdopen(write, "w", closefd=False), most=50)
    for number in range(200):
        handler.emit(_record(f"{number} " + "x" * 9_000))  # far more than the pipe holds and the queue together
    assert handler.dropped > 0

    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(read, 65_536), b"")))
    reader.start()
    while handler._waiting.qsize():  # noqa: SLF001
        pass
    handler.emit(_record("here again"))
    handler.close()
    os.close(write)
    reader.join()
    os.close(read)

    text = b"".join(got).decode()
    assert f"{handler.dropped} log lines were dropped" in text
    assert text.endswith("here again\n")


def test_a_stream_that_was_closed_is_no_trouble(tmp_path: Path) -> None:
    read, write = os.pipe()
    handler = Handler(os.fdopen(write, "w", closefd=False))
    os.close(read)
    handler.emit(_record("to nobody"))
    handler.close()
    os.close(write)

    assert handler.dropped == 1


def test_closing_waits_for_nobody_who_does_not_read() -> None:
    read, write = os.pipe()
    handler = Handler(os.fdopen(write, "w", closefd=False))
    for _ in range(100):
        handler.emit(_record("x" * 9_000))
    handler.close()  # within a second or so, or this test would never end
    os.close(read)

    assert MOST > 1_000
