from dataclasses import replace

from bot.model import FeedState
from bot.ports import Intake, Store
from tests.contract.values import FULL_FEED, FULL_STATE, unfilled


async def test_a_feed_state_comes_back_as_it_was_kept(store: Store) -> None:
    await store.feeds.keep(FULL_STATE)

    assert not unfilled(FULL_STATE)
    assert await store.feeds.states() == {FULL_STATE.url: FULL_STATE}


async def test_an_empty_feed_state_comes_back_empty(store: Store) -> None:
    await store.feeds.keep(FeedState(url="feed.xml"))

    assert await store.feeds.states() == {"feed.xml": FeedState(url="feed.xml")}


async def test_the_last_state_of_a_feed_is_the_one_remembered(store: Store) -> None:
    await store.feeds.keep(FULL_STATE)

    await store.feeds.keep(replace(FULL_STATE, failures=0, reason="", next_at=None))

    [state] = (await store.feeds.states()).values()
    assert (state.failures, state.reason, state.next_at) == (0, "", None)


async def test_an_intake_brings_its_feed_states_along(store: Store) -> None:
    await store.archive.admit(Intake(keys={}, feeds=(FULL_STATE,)))

    assert await store.feeds.states() == {FULL_STATE.url: FULL_STATE}


async def test_added_feeds_come_back_whole_in_order_of_addition(store: Store) -> None:
    second = replace(FULL_FEED, url="https://a.example", name="A", topics=())

    assert await store.feeds.add(FULL_FEED)
    assert await store.feeds.add(second)

    assert await store.feeds.added() == (FULL_FEED, second)


async def test_a_feed_that_is_there_is_not_added_again(store: Store) -> None:
    await store.feeds.add(FULL_FEED)

    assert not await store.feeds.add(replace(FULL_FEED, name="Renamed"))
    assert await store.feeds.added() == (FULL_FEED,)


async def test_removing_a_feed_keeps_its_state(store: Store) -> None:
    await store.feeds.add(FULL_FEED)
    await store.feeds.keep(FULL_STATE)

    assert await store.feeds.remove(FULL_FEED.url)
    assert not await store.feeds.remove(FULL_FEED.url)
    assert await store.feeds.added() == ()
    assert FULL_FEED.url in await store.feeds.states()
