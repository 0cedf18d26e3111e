"""What the log says of deliveries: a line for each that became final, and one for each try that failed."""

import logging
from datetime import timedelta

from bot.errors import PostFailed
from bot.model import Channel, Delivery, DeliveryState, Due

log = logging.getLogger(__name__)


def ended(delivery: Delivery, took: timedelta) -> None:
    """What an operator would ask about; it *took* so long to carry, this time."""
    what = f"{delivery.channel.name} {delivery.date}: {delivery.state}"
    values = {**_about(delivery), "duration_ms": took // timedelta(milliseconds=1)}
    if delivery.state is DeliveryState.SENT:
        log.info("%s", what, extra=values)
    else:
        log.warning("%s, %s", what, delivery.reason, extra=values)


def missed(due: Due, channel: Channel) -> None:
    """A date that is only recorded, because its hour was too long ago when it was found."""
    log.warning("%s %s: missed, %s", channel.name, due.date, due.reason, extra=_where(channel))


def failed(delivery: Delivery, failure: PostFailed) -> None:
    """How the delivery ends is told elsewhere."""
    name, day, attempts = delivery.channel.name, delivery.date, delivery.attempts
    values = {**_about(delivery), "error_code": failure.code}
    log.info("%s %s: try %d failed, %s", name, day, attempts, failure.reason, extra=values)


def _about(delivery: Delivery) -> dict[str, object]:
    """The values beside the sentence."""
    return {**_where(delivery.channel), "delivery_id": delivery.id, "attempt": delivery.attempts}


def _where(channel: Channel) -> dict[str, object]:
    return {"workspace": f"{channel.platform}:{channel.workspace}", "platform": channel.platform}
