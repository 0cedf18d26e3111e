"""What a new configuration changes, in words."""

from dataclasses import replace
from datetime import time

from bot.differences import declared_anew, differences, in_short
from bot.model import Subscription
from tests.newsroom import order

HELD = replace(order("ai-news"), id=7)


def moved(one: Subscription, workspace: str) -> Subscription:
    return replace(one, channel=replace(one.channel, workspace=workspace))


def test_the_same_orders_differ_in_nothing() -> None:
    assert declared_anew([HELD], [order("ai-news")]) == ()


def test_all_that_is_ordered_otherwise_is_told() -> None:
    after = replace(HELD, at=time(7, 30), days=(1, 2), topics=("chips",))

    assert list(differences(HELD, after)) == [
        "time 07:30 instead of 08:00",
        "days mon tue instead of mon tue wed thu fri sat sun",
        "topics chips instead of none",
    ]


def test_new_changed_and_gone_channels_are_named_and_those_of_others_are_not() -> None:
    by_hand = replace(order("by-hand"), id=8, declared=False)
    old = replace(order("old"), id=9)

    said = declared_anew([HELD, by_hand, old], [replace(HELD, stories=3), order("c1")])

    assert said == ("ai-news: stories 3 instead of 5", "c1 is new", "old is gone")


def test_a_channel_that_was_set_up_by_hand_before_is_declared_now() -> None:
    assert declared_anew([replace(HELD, declared=False)], [order("ai-news")]) == ("ai-news is declared now",)


def test_a_declared_channel_need_not_name_its_workspace_but_if_it_does_it_is_that_one() -> None:
    elsewhere = moved(HELD, "T1")

    assert declared_anew([elsewhere], [moved(order("ai-news"), "")]) == ()
    assert declared_anew([elsewhere], [moved(order("ai-news"), "T2")]) == ("ai-news is new", "ai-news is gone")


def test_of_very_many_changes_the_first_are_told_and_the_rest_counted() -> None:
    changes = declared_anew([], [order(f"c{number}") for number in range(12)])

    assert in_short(changes[:2]) == "c0 is new; c1 is new"
    assert in_short(changes).endswith("c9 is new; and 2 more")
