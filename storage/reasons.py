"""The reasons of an edition as the bytes of a column, and back. Pure."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.model import Tally, Verdict

_VERDICTS = TypeAdapter(tuple[Verdict, ...])


@dataclass(frozen=True, slots=True)
class _Reasons:
    verdicts: tuple[Verdict, ...]
    tally: Tally


_REASONS = TypeAdapter(_Reasons)


def packed(verdicts: Sequence[Verdict], tally: Tally | None) -> bytes:
    """*verdicts* and *tally* compressed: a list of hundreds, much the same every day, shrinks to a tenth."""
    if tally is None:
        return zlib.compress(_VERDICTS.dump_json(tuple(verdicts)))
    return zlib.compress(_REASONS.dump_json(_Reasons(tuple(verdicts), tally)))


def unpacked(column: bytes) -> tuple[tuple[Verdict, ...], Tally | None]:
    """What :func:`packed` wrote; versions before there was a tally wrote the list of verdicts alone."""
    content = zlib.decompress(column)
    if content.startswith(b"["):
        return _VERDICTS.validate_json(content), None
    reasons = _REASONS.validate_json(content)
    return reasons.verdicts, reasons.tally
