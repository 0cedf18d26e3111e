"""Who changed what from chat."""

from bot.model import Change
from storage import codec, editions
from storage.session import Database, Many, Session, row, rows


class KeptAuditLog:
    """Implements ``bot.ports.AuditLog``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, change: Change) -> bool:
        """Keep *change*; False if its event is there already."""
        return await self._database.write(lambda db: keep(db, change))

    async def changes(self, workspace: str, *, limit: int = 50) -> tuple[Change, ...]:
        """Of one workspace, newest first."""
        found = await self._database.read(lambda db: rows(db, _NEWEST, {"workspace": workspace, "limit": limit}))
        return tuple(_change_of(one) for one in found)

    async def shares(self, ref: str, *, workspace: str = "") -> int:
        """How often answers about the story called *ref* were shared."""
        parameters = {"refs": Many([ref]), "workspace": workspace}
        found = await self._database.read(lambda db: row(db, _SHARES, parameters))
        return int(found["shares"]) if found else 0


def keep(db: Session, change: Change) -> bool:
    """Keep *change*; False if its event is there already."""
    return bool(db.execute(_RECORD, _row_of(change)).rowcount)


def _row_of(change: Change) -> dict[str, object]:
    """Columns of ``change``, all but the id."""
    return {
        "workspace": change.workspace,
        "at": codec.micros(change.at),
        "person": change.person,
        "action": change.action,
        "subject": change.subject,
        "detail": change.detail,
        "event": change.event,
    }


def _change_of(row: codec.Row) -> Change:
    """The change in a row of ``change``."""
    return Change(
        workspace=row["workspace"],
        at=codec.moment(row["at"]),
        person=row["person"],
        action=row["action"],
        subject=row["subject"],
        detail=row["detail"],
        event=row["event"],
    )


_RECORD = """
    INSERT INTO change (workspace, at, person, action, subject, detail, event)
    VALUES (:workspace, :at, :person, :action, :subject, :detail, :event)
    ON CONFLICT (workspace, event) DO NOTHING
"""

_NEWEST = "SELECT * FROM change WHERE workspace = :workspace ORDER BY id DESC LIMIT :limit"

_SHARES = f"""
    {editions.CALLED}
    SELECT count(*) AS shares FROM change
    WHERE action = 'share' AND :workspace IN ('', workspace)
        AND EXISTS (SELECT 1 FROM called WHERE instr(change.detail, called.ref || '/') = 1)
"""  # noqa: S608 - no text from outside is in it
