"""How long a copy of a large database takes, and bringing it back. ``python -m benchmarks.copies [MB]``."""

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from storage import backup, open_store, restore
from storage.sqlite.connection import connect

_PAGES = 20_000
"""Characters of a full text."""


async def main() -> None:
    """Fill a database with full texts, copy it, bring the copy back."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        source, copy = Path(folder) / "daybrief.db", Path(folder) / "copy.db"
        await (await open_store(source)).close()
        _fill(source, size * 1_000_000 // _PAGES)
        megabytes = source.stat().st_size / 1e6
        began = time.perf_counter()
        backup(source, copy)
        copied = time.perf_counter()
        restore(copy, source, datetime.now(UTC))
        restored = time.perf_counter()
    print(f"{megabytes:.0f} MB: copied in {copied - began:.1f} s, restored in {restored - copied:.1f} s")


def _fill(path: Path, texts: int) -> None:
    db = connect(path)
    db.execute("PRAGMA foreign_keys = OFF")
    dice = random.Random(1)
    with db.atomic():
        for number in range(texts):
            text = dice.randbytes(_PAGES // 2).hex()
            db.execute(
                "INSERT INTO article VALUES (?, '', ?, '', '', '', '', '', NULL, 0, 0, 0, '', '', 1, '[]')",
                [number, text[:24]],
            )
            db.execute("INSERT INTO page VALUES (?, ?, '', 0)", [number, text])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


if __name__ == "__main__":
    asyncio.run(main())
