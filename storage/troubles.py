"""What is wrong, and which admins know of it."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.model import Case, Cause, Trouble
from storage import codec
from storage.session import Database, Session, row, rows


class KeptTroubles:
    """Implements ``bot.ports.Troubles``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cases(self, *, workspace: str | None = None) -> tuple[Case, ...]:
        """All, or those of one workspace, the one that began first first."""
        found = await self._database.read(lambda db: rows(db, _CASES, {"workspace": workspace}))
        return tuple(_case_of(one) for one in found)

    async def keep(self, cases: Sequence[Case], *, gone: Collection[Case] = (), at: datetime) -> None:
        """Keep *cases*, forget *gone*, and note when."""

        def write(db: Session) -> None:
            db.execute(_KEPT, [codec.micros(at)])
            db.executemany(_GONE, [_key_of(one) for one in gone])
            db.executemany(_KEEP, [_row_of(one) for one in cases])

        await self._database.write(write)

    async def kept_at(self) -> datetime | None:
        """When something was kept last."""
        found = await self._database.read(lambda db: row(db, "SELECT value FROM meta WHERE key = 'troubles_kept'"))
        return codec.moment(found["value"]) if found else None


def _key_of(case: Case) -> dict[str, object]:
    workspace, cause, subject = case.trouble.key
    return {"workspace": workspace, "cause": cause.value, "subject": subject}


def _row_of(case: Case) -> dict[str, object]:
    """Columns of ``trouble``."""
    return {
        **_key_of(case),
        "name": case.trouble.name,
        "detail": case.trouble.detail,
        "begun_at": codec.micros(case.begun_at),
        "over_at": _micros_if(case.over_at),
        "told_at": _micros_if(case.told_at),
        "told_over_at": _micros_if(case.told_over_at),
        "last_told_at": _micros_if(case.last_told_at),
        "told_to": codec.as_json(case.told_to),
    }


def _micros_if(moment: datetime | None) -> int | None:
    return codec.micros(moment) if moment else None


def _case_of(row: codec.Row) -> Case:
    """The case in a row of ``trouble``."""
    return Case(
        trouble=Trouble(
            cause=Cause(row["cause"]),
            workspace=row["workspace"],
            subject=row["subject"],
            name=row["name"],
            detail=row["detail"],
        ),
        begun_at=codec.moment(row["begun_at"]),
        over_at=codec.moment_if(row["over_at"]),
        told_at=codec.moment_if(row["told_at"]),
        told_over_at=codec.moment_if(row["told_over_at"]),
        last_told_at=codec.moment_if(row["last_told_at"]),
        told_to=tuple(json.loads(row["told_to"])),
    )


_CASES = """
    SELECT * FROM trouble WHERE :workspace IS NULL OR workspace = :workspace
    ORDER BY begun_at, workspace, cause, subject
"""

_KEPT = """
    INSERT INTO meta (key, value) VALUES ('troubles_kept', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

_GONE = "DELETE FROM trouble WHERE (workspace, cause, subject) = (:workspace, :cause, :subject)"

_KEEP = """
    INSERT INTO trouble
        (workspace, cause, subject, name, detail, begun_at, over_at, told_at, told_over_at, last_told_at, told_to)
    VALUES (:workspace, :cause, :subject, :name, :detail, :begun_at, :over_at, :told_at, :told_over_at, :last_told_at,
        :told_to)
    ON CONFLICT (workspace, cause, subject) DO UPDATE SET name = excluded.name, detail = excluded.detail,
        begun_at = excluded.begun_at, over_at = excluded.over_at, told_at = excluded.told_at,
        told_over_at = excluded.told_over_at, last_told_at = excluded.last_told_at, told_to = excluded.told_to
"""
