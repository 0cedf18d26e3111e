"""How a log record becomes a line: a few named values, secrets taken out last, then JSON or a readable sentence."""

import hashlib
import logging
import re
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.typing import EventDict

from bot.redact import Redactor

KEYS = ("workspace", "delivery_id", "attempt", "platform", "duration_ms", "error_code")
"""What a record may carry beside its sentence, as ``extra``."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""A terminal would act on these, and whoever reads lines would see two in one."""

Line = dict[str, Any]


def formatter(*, as_json: bool, redactor: Redactor, run_id: str) -> logging.Formatter:
    """One line for each record, whoever speaks: we or a library. JSON has the keys ``ts level event`` first, then those
    of :data:`KEYS` that are known, ``run_id``, ``logger``, and ``exception`` where something went wrong.
    """

    def named(_: Any, __: str, line: EventDict) -> Line:  # noqa: ANN401  # structlog's own signature
        return _named(line, run_id)

    def redacted(_: Any, __: str, line: EventDict) -> Line:  # noqa: ANN401
        return _cleaned(line, redactor)

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=KEYS)],
        processors=[
            named,
            structlog.processors.format_exc_info,
            redacted,  # the last that touches what is said; what follows only writes it down
            structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _readable,
        ],
    )


def tenant(workspace: str) -> str:
    """A name for a workspace that tells it apart from others and says nothing else of it."""
    return hashlib.sha256(f"daybrief tenant {workspace}".encode()).hexdigest()[:12]


def _named(line: EventDict, run_id: str) -> Line:
    record: logging.LogRecord = line["_record"]
    said: Line = {
        "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": line["event"],
    }
    if workspace := line.get("workspace"):
        said["tenant"] = tenant(str(workspace))
    said |= {key: line[key] for key in KEYS[1:] if line.get(key) not in {None, ""}}
    said |= {"run_id": run_id, "logger": record.name}
    return said | {key: line[key] for key in ("exc_info", "stack_info") if line.get(key)}


def _cleaned(line: EventDict, redactor: Redactor) -> Line:
    """*line* with texts alone that hold no secret; numbers stay numbers."""
    return {
        key: value if isinstance(value, bool | int | float) else redactor.clean(str(value))
        for key, value in line.items()
    }


def _readable(_: Any, __: str, line: EventDict) -> str:  # noqa: ANN401
    """The local time, the level, the sentence; what went wrong below it."""
    moment = datetime.fromisoformat(line["ts"]).astimezone()
    text = f"{moment:%Y-%m-%dT%H:%M:%S} {line['level'].upper():7} {line['event']}"
    behind = [line[key] for key in ("exception", "stack_info") if key in line]
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", "\n".join([text, *behind]))
