"""What a failed post leads to: the same for every platform, whatever the order of troubles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.deliver import (
    BACKOFF,
    Finish,
    Patience,
    ReadBack,
    Send,
    Wait,
    after_failed_post,
    after_failed_read_back,
    next_step,
)
from bot.errors import Fate, PostFailed
from bot.model import Channel, Delivery, DeliveryState, Intent, Receipt, delivery_key

CHANNEL = Channel(platform="terminal", workspace="local", id="ai-news", name="ai-news")
DUE_AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
NOW = DUE_AT + timedelta(minutes=2)
PATIENCE = Patience()
FRESH = Delivery(id=1, subscription=1, channel=CHANNEL, date=date(2026, 3, 3), due_at=DUE_AT, state=DeliveryState.DUE)
INTENT = Intent(part=0, key="KEY", at=NOW)
IN_DOUBT = replace(FRESH, state=DeliveryState.SENDING, intent=INTENT, attempts=1)
SENT_ONE = Receipt(part=0, messages=("m1",))


def failure(fate: Fate, retry_after: timedelta | None = None) -> PostFailed:
    return PostFailed("the reason", fate=fate, retry_after=retry_after)


def test_parts_are_sent_in_order_and_then_the_delivery_is_sent() -> None:
    assert next_step(FRESH, 2, NOW, PATIENCE) == Send(0)
    assert next_step(replace(FRESH, receipts=(SENT_ONE,)), 2, NOW, PATIENCE) == Send(1)
    assert next_step(replace(FRESH, receipts=(SENT_ONE,)), 1, NOW, PATIENCE) == Finish(DeliveryState.SENT)


def test_a_part_in_doubt_is_not_read_back_before_its_absence_would_be_proof() -> None:
    provable = INTENT.at + PATIENCE.request_timeout + PATIENCE.settle
    just_before = next_step(IN_DOUBT, 1, provable - timedelta(microseconds=1), PATIENCE)

    assert isinstance(just_before, Wait)
    assert (just_before.until, just_before.state) == (provable, DeliveryState.SENDING)
    assert next_step(IN_DOUBT, 1, provable, PATIENCE) == ReadBack(INTENT)


def test_a_part_in_doubt_is_settled_even_after_the_catch_up_window() -> None:
    assert next_step(IN_DOUBT, 1, NOW + timedelta(days=3), PATIENCE) == ReadBack(INTENT)


def test_nothing_is_sent_after_the_catch_up_window_not_even_a_later_part() -> None:
    late = DUE_AT + PATIENCE.catch_up

    assert next_step(FRESH, 1, late, PATIENCE) == Send(0)
    missed = next_step(FRESH, 1, late + timedelta(seconds=1), PATIENCE)
    assert isinstance(missed, Finish)
    assert missed.state is DeliveryState.MISSED
    assert next_step(replace(FRESH, receipts=(SENT_ONE,)), 2, late, PATIENCE) == Send(1)
    assert next_step(replace(FRESH, receipts=(SENT_ONE,)), 2, late + timedelta(seconds=1), PATIENCE) == Finish(
        DeliveryState.MISSED,
        "only the first 1 of its messages arrived: it could not be sent within the catch-up window",
    )


def test_a_refused_post_is_final() -> None:
    assert after_failed_post(IN_DOUBT, failure(Fate.REFUSED), NOW, PATIENCE) == Finish(
        DeliveryState.REFUSED, "the reason"
    )


def test_a_post_that_may_have_arrived_is_never_simply_sent_again() -> None:
    step = after_failed_post(IN_DOUBT, failure(Fate.UNKNOWN), NOW, PATIENCE)

    assert isinstance(step, Wait)
    assert step.state is DeliveryState.SENDING
    assert step.until == INTENT.at + PATIENCE.request_timeout + PATIENCE.settle


@pytest.mark.parametrize("attempts", range(1, 9))
def test_a_post_that_surely_did_not_arrive_is_tried_again_ever_more_slowly(attempts: int) -> None:
    step = after_failed_post(replace(IN_DOUBT, attempts=attempts), failure(Fate.NOT_SENT), NOW, PATIENCE)

    assert step == Wait(NOW + BACKOFF[min(attempts, 5) - 1], DeliveryState.DUE, "the reason")


def test_the_patience_a_platform_asks_for_is_given_but_not_without_end() -> None:
    some = after_failed_post(IN_DOUBT, failure(Fate.NOT_SENT, timedelta(seconds=40)), NOW, PATIENCE)
    absurd = after_failed_post(IN_DOUBT, failure(Fate.NOT_SENT, timedelta(days=900)), NOW, PATIENCE)

    assert isinstance(some, Wait)
    assert isinstance(absurd, Wait)
    assert some.until == NOW + timedelta(seconds=40)
    assert absurd.until == NOW + timedelta(minutes=5)


def test_retries_end_with_the_catch_up_window() -> None:
    at_the_end = DUE_AT + PATIENCE.catch_up - timedelta(seconds=2)

    missed = after_failed_post(IN_DOUBT, failure(Fate.NOT_SENT), at_the_end, PATIENCE)
    uncertain = after_failed_read_back(IN_DOUBT, failure(Fate.NOT_SENT), at_the_end, PATIENCE)

    assert missed == Finish(DeliveryState.MISSED, "the reason")
    assert uncertain == Finish(DeliveryState.UNCERTAIN, "the reason")


def test_a_channel_that_did_not_answer_stays_in_doubt_and_one_that_is_gone_stays_uncertain() -> None:
    later = after_failed_read_back(IN_DOUBT, failure(Fate.UNKNOWN), NOW, PATIENCE)

    assert isinstance(later, Wait)
    assert later.state is DeliveryState.SENDING
    assert after_failed_read_back(IN_DOUBT, failure(Fate.REFUSED), NOW, PATIENCE) == Finish(
        DeliveryState.UNCERTAIN, "the reason"
    )


def test_a_channel_that_goes_on_not_answering_is_asked_ever_more_seldom() -> None:
    now = first = INTENT.at + PATIENCE.still_arriving
    looks = 0
    while now < first + timedelta(hours=1):
        later = after_failed_read_back(IN_DOUBT, failure(Fate.UNKNOWN), now, PATIENCE)
        assert isinstance(later, Wait)
        assert now + BACKOFF[0] <= later.until <= now + BACKOFF[-1]
        now, looks = later.until, looks + 1

    assert looks < 25


def test_a_lease_outlives_the_longest_post() -> None:
    assert PATIENCE.lease > 2 * PATIENCE.request_timeout


def test_a_delivery_key_is_short_stable_and_its_own() -> None:
    day = date(2026, 3, 3)
    other = replace(CHANNEL, workspace="other")
    keys = {delivery_key(CHANNEL, day, 0), delivery_key(CHANNEL, day, 1), delivery_key(other, day, 0)}

    assert len(keys) == 3
    assert all(len(key) <= 25 for key in keys)
    assert delivery_key(CHANNEL, day, 0) == "XAVEUVYZI7XW572VVQYSBY"
