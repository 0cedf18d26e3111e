"""Deliveries as they lie in the tables: taken down whole, with their channels and receipts."""

from typing import Any

import sqlite_utils

from bot.model import Delivery
from storage import codec
from storage.database import rows


def one(db: sqlite_utils.Database, delivery: int) -> Delivery | None:
    """The delivery with that id."""
    return next(iter(found(db, _ONE, {"id": delivery})), None)


def found(db: sqlite_utils.Database, sql: str, parameters: dict[str, Any]) -> tuple[Delivery, ...]:
    """The deliveries that *sql*, which begins with :data:`DELIVERY`, finds."""
    listed = rows(db, sql, parameters)
    receipts: dict[int, list[codec.Row]] = {}
    for part in rows(db, _PARTS, [codec.as_json(each["id"] for each in listed)]):
        receipts.setdefault(part["delivery"], []).append(part)
    return tuple(codec.delivery_of(each, receipts.get(each["id"], ())) for each in listed)


DELIVERY = """
    SELECT delivery.*, subscription.channel, subscription.name, edition.refs
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    LEFT JOIN edition ON edition.delivery = delivery.id
"""

_ONE = f"{DELIVERY} WHERE delivery.id = :id"

_PARTS = "SELECT * FROM delivery_part WHERE delivery IN (SELECT value FROM json_each(?)) ORDER BY delivery, part"
