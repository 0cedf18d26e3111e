"""What models cost, reserved before each call, so that no crash and no second process spends more than a day may."""

from datetime import date

from bot.ports import Expense
from storage import codec
from storage.session import Database, Session, new_id, row, rows


class KeptSpending:
    """Implements ``bot.ports.Spending``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, expense: Expense, *, day: date, cap: int) -> int | None:
        """Keep *expense* as reserved on *day*; None if that would bring the day above *cap*."""

        def keep(db: Session) -> int | None:
            spent = row(db, _SPENT, [day.isoformat()])
            if spent and spent["microdollars"] + expense.microdollars > cap:
                return None
            return new_id(db, _RESERVE, _row_of(expense, day))

        return await self._database.write(keep)

    async def settle(self, number: int, microdollars: int) -> None:
        """What the call really cost, in the place of the reservation."""
        await self._database.write(lambda db: db.execute(_SETTLE, [microdollars, number]))

    async def of_day(self, day: date) -> tuple[Expense, ...]:
        """All of a UTC day, oldest first."""
        found = await self._database.read(lambda db: rows(db, _OF_DAY, [day.isoformat()]))
        return tuple(_expense_of(one) for one in found)


def _row_of(expense: Expense, day: date) -> dict[str, object]:
    """Columns of ``expense``, all but the id."""
    return {
        "day": day.isoformat(),
        "at": codec.micros(expense.at),
        "ref": expense.ref,
        "purpose": expense.purpose,
        "model": expense.model,
        "microdollars": expense.microdollars,
        "is_settled": expense.is_settled,
    }


def _expense_of(row: codec.Row) -> Expense:
    """The expense in a row of ``expense``."""
    return Expense(
        at=codec.moment(row["at"]),
        ref=row["ref"],
        purpose=row["purpose"],
        model=row["model"],
        microdollars=row["microdollars"],
        is_settled=bool(row["is_settled"]),
    )


_SPENT = """
    SELECT CAST(coalesce(sum(microdollars), 0) AS BIGINT) AS microdollars FROM expense
    WHERE workspace = '' AND day = ?
"""

_RESERVE = """
    INSERT INTO expense (day, at, ref, purpose, model, microdollars, is_settled)
    VALUES (:day, :at, :ref, :purpose, :model, :microdollars, :is_settled) RETURNING id
"""

_SETTLE = "UPDATE expense SET microdollars = ?, is_settled = TRUE WHERE id = ?"

_OF_DAY = "SELECT * FROM expense WHERE workspace = '' AND day = ? ORDER BY at, id"
