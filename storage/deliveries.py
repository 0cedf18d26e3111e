"""Deliveries as they lie in the tables: taken down whole, with their channels and receipts."""

from collections.abc import Sequence
from typing import Any

from bot.model import Delivery
from storage import codec
from storage.session import Session, rows


def one(db: Session, delivery: int) -> Delivery | None:
    """The delivery with that id."""
    return next(iter(found(db, ONE, {"id": delivery})), None)


def found(db: Session, sql: str, parameters: dict[str, Any]) -> tuple[Delivery, ...]:
    """The deliveries that *sql*, which begins with :data:`DELIVERY`, finds."""
    return taken_down(rows(db, sql, parameters))


def taken_down(found: Sequence[codec.Row]) -> tuple[Delivery, ...]:
    """The deliveries of rows that a statement has *found* which begins with :data:`DELIVERY`."""
    return tuple(map(codec.delivery_of, found))


DELIVERY = """
    SELECT delivery.*, subscription.channel, subscription.name, edition.refs,
        (SELECT json_group_object(part, messages) FROM delivery_part
            WHERE delivery_part.delivery = delivery.id) AS parts
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    LEFT JOIN edition ON edition.delivery = delivery.id
"""

ONE = f"{DELIVERY} WHERE delivery.id = :id"
