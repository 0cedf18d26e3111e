"""Deliveries as they lie in the tables: taken down whole, with their channels and receipts."""

from typing import Any

from bot.model import Delivery
from storage import codec
from storage.session import Many, Session, rows


def one(db: Session, delivery: int) -> Delivery | None:
    """The delivery with that id."""
    return next(iter(found(db, _ONE, {"id": delivery})), None)


def found(db: Session, sql: str, parameters: dict[str, Any]) -> tuple[Delivery, ...]:
    """The deliveries that *sql*, which begins with :data:`DELIVERY`, finds."""
    listed = rows(db, sql, parameters)
    receipts: dict[int, list[codec.Row]] = {}
    for part in rows(db, _PARTS, [Many(each["id"] for each in listed)]):
        receipts.setdefault(part["delivery"], []).append(part)
    return tuple(codec.delivery_of(each, receipts.get(each["id"], ())) for each in listed)


DELIVERY = """
    SELECT delivery.*, subscription.channel, subscription.name, edition.refs
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    LEFT JOIN edition ON edition.delivery = delivery.id
"""

_ONE = f"{DELIVERY} WHERE delivery.id = :id"

_PARTS = "SELECT * FROM delivery_part WHERE delivery IN (SELECT value FROM json_each(?)) ORDER BY delivery, part"
