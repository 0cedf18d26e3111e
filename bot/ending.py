"""How a delivery ended, in the words that every answer has for it. Pure; nothing is escaped here."""

from bot.model import Delivery, DeliveryState


def day_of(delivery: Delivery) -> str:
    """The local date that *delivery* is for: ``Tuesday 3 March``."""
    return f"{delivery.date:%A} {delivery.date.day} {delivery.date:%B}"


def ended(delivery: Delivery) -> str:
    """How *delivery*, which is not sent, stands, to go on after *the edition*: ``was missed: nothing was running``."""
    because = f": {delivery.reason}" if delivery.reason else ""
    if delivery.state is DeliveryState.UNCERTAIN:
        return f"may have arrived, and nobody knows{because}"
    if not delivery.state.final:
        return f"is on its way{because}"
    part = ", after a part of it had arrived" if delivery.receipts else ""
    return f"was {delivery.state.value}{part}{because}"
