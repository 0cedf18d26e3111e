"""Time zones with rules of our own making, written as the machine's own files are, so that they can change meanwhile.

The format is TZif 2 of RFC 9636: a block for old readers, then the same with 64-bit instants, then a footer.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rules:
    """How far the clocks of one zone are ahead of UTC."""

    first: int
    """Seconds, before all changes."""
    changes: tuple[tuple[int, int], ...] = ()
    """(instant in seconds since 1970, seconds ahead from then on), in order."""


def write(folder: Path, zones: Mapping[str, Rules]) -> None:
    """Make *folder* a database of *zones*."""
    for name, rules in zones.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_file(rules))


def _file(rules: Rules) -> bytes:
    return _block(Rules(rules.first), "l", version=b"2") + _block(rules, "q", version=b"2") + b"\n\n"


def _block(rules: Rules, instants: str, *, version: bytes) -> bytes:
    kinds = [rules.first, *(ahead for _, ahead in rules.changes)]
    names = b"SIM\0"
    head = b"TZif" + version + bytes(15) + struct.pack(">6l", 0, 0, 0, len(rules.changes), len(kinds), len(names))
    times = struct.pack(f">{len(rules.changes)}{instants}", *(at for at, _ in rules.changes))
    which = bytes(range(1, len(kinds)))
    return head + times + which + b"".join(struct.pack(">lbb", ahead, 0, 0) for ahead in kinds) + names
