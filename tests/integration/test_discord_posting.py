"""The delivery promise on Discord: whatever happens to a post, it arrives once or an admin knows why."""

import socket
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord import cards
from adapters.discord.components import texts
from adapters.discord.pace import Pace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest, point_to
from bot.errors import Fate, PostFailed
from bot.lanes import AT_ONCE
from bot.model import (
    Asker,
    Channel,
    DeliveryState,
    Edition,
    Layout,
    Receipt,
    Standing,
    Story,
    delivery_key,
)
from tests.discord_house import House, discord_house, long_edition, read
from tests.fake_discord import Fault
from tests.morning import EDITION


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with discord_house(tmp_path) as made:
        yield made


@pytest.mark.parametrize("fault", list(Fault))
async def test_whatever_happens_to_a_post_it_arrives_once(house: House, fault: Fault) -> None:
    await house.subscribe()
    house.discord.next_faults("create_message", [fault])

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT
    assert len(house.editions()) == 1
    assert delivery.receipts[0].messages == ("3001", house.discord.messages("3001")[0].id)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.UNAVAILABLE_AFTER, Fault.LATE])
async def test_an_unknown_outcome_is_settled_by_posting_once_more_while_discord_knows_the_nonce(
    house: House, fault: Fault
) -> None:
    house.discord.revoke("3001", "read_message_history")
    await house.subscribe()
    house.discord.next_faults("create_message", [fault, fault, Fault.NONE])
    began = house.clock.now()

    await house.desk.rounds.publish_until_done(patience=timedelta(seconds=30))

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT
    assert house.clock.now() - began < timedelta(seconds=30)
    assert len(house.editions()) == 1
    assert len({one.body["nonce"] for one in house.discord.calls if one.route == "create_message"}) == 1


async def test_a_post_is_read_back_once_discord_may_have_forgotten_its_nonce(house: House) -> None:
    await house.subscribe()
    house.discord.nonce_life = 121
    house.discord.next_faults("create_message", [Fault.DROP_AFTER] * 50)

    await house.desk.rounds.publish_until_done(patience=timedelta(minutes=5))

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT
    assert len(house.editions()) == 1
    tries = [call.at for call in house.discord.calls if call.route == "create_message"]
    assert 3 <= len(tries) <= 8
    assert tries[-1] - tries[0] < house.discord.nonce_life


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.HTML_AFTER, Fault.HANG])
@pytest.mark.parametrize("is_archived", [False, True])
async def test_a_forum_gets_one_post_whatever_happens_to_it(house: House, fault: Fault, is_archived: bool) -> None:
    house.discord.add_channel("3003", guild="1001", name="forum", kind="forum")
    await house.subscribe("3003")
    house.discord.next_faults("start_thread", [fault])
    await house.through(1)
    for thread in house.discord.threads("3003"):
        thread.archived = is_archived

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    [thread] = house.discord.threads("3003")
    assert delivery.state is DeliveryState.SENT
    assert [message.id for message in house.discord.messages(thread.id)] == [thread.id]
    assert delivery.receipts[0].messages == (thread.id, thread.id)
    assert thread.name.startswith("Tuesday")


async def post_all(house: House, edition: Edition) -> list[tuple[str, ...]]:
    receipts: list[Receipt] = []
    for part in range(house.platform.parts(edition)):
        key = delivery_key(edition.channel, edition.date, part)
        receipts.append(await house.platform.post(edition, part, key, receipts))
        found = await house.platform.find(edition.channel, part, key, house.clock.now(), receipts[:part])
        assert found == receipts[-1]
    return [one.messages for one in receipts]


@pytest.mark.parametrize(
    ("kind", "layout", "follows_in"),
    [
        ("text", Layout.MESSAGE, "the channel"),
        ("text", Layout.THREAD, "a thread"),
        ("announcement", Layout.THREAD, "a thread"),
        ("voice", Layout.THREAD, "the channel"),
        ("forum", Layout.MESSAGE, "a post"),
        ("forum", Layout.THREAD, "a post"),
    ],
)
async def test_a_long_edition_goes_on_where_its_readers_look_for_it(
    house: House, kind: str, layout: Layout, follows_in: str
) -> None:
    house.discord.add_channel("3009", guild="1001", name="place", kind=kind)
    edition = long_edition(layout, "3009")

    places = [place for place, _ in await post_all(house, edition)]

    assert len(places) > 2
    threads = [one.id for one in house.discord.threads("3009")]
    expected = {
        "the channel": ["3009"] * len(places),
        "a thread": ["3009", *threads * (len(places) - 1)],
        "a post": threads * len(places),
    }
    assert places == expected[follows_in]


async def test_a_long_edition_goes_on_in_a_thread_that_is_itself_the_channel(house: House) -> None:
    house.discord.add_channel("3010", guild="1001", name="thread", kind="thread", parent="3001")
    edition = long_edition(Layout.THREAD, "3010")

    assert {place for place, _ in await post_all(house, edition)} == {"3010"}


async def test_where_no_thread_may_be_opened_the_rest_follows_in_the_channel_and_is_not_asked_for_again(
    house: House,
) -> None:
    house.discord.revoke("3001", "create_public_threads")
    edition = long_edition(Layout.THREAD, "3001")

    await post_all(house, edition)
    places = await post_all(house, replace(edition, date=edition.date + timedelta(days=1)))

    assert {place for place, _ in places} == {"3001"}
    assert house.discord.counts["start_thread_from_message", "403/50013"] == 1


async def test_a_thread_that_is_there_already_is_used(house: House) -> None:
    edition = long_edition(Layout.THREAD, "3001")
    house.discord.next_faults("start_thread_from_message", [Fault.DROP_AFTER])
    key = delivery_key(edition.channel, edition.date, 0)
    first = await house.platform.post(edition, 0, key, ())
    second = delivery_key(edition.channel, edition.date, 1)
    with pytest.raises(Exception, match="broke"):
        await house.platform.post(edition, 1, second, [first])

    receipt = await house.platform.post(edition, 1, second, [first])

    assert receipt.messages[0] == first.messages[1]
    assert len(house.discord.threads("3001")) == 1


async def test_where_discord_does_not_take_the_layout_the_same_words_come_as_embeds_and_are_found(house: House) -> None:
    house.discord.channels["3001"].takes_layouts = False
    edition = replace(EDITION, channel=Channel(platform="discord", workspace="1001", id="3001", name="news"))
    key = delivery_key(edition.channel, edition.date, 0)

    receipt = await house.platform.post(edition, 0, key, ())

    [message] = house.discord.messages("3001")
    posted = [text for one in cards.messages(edition) for text in texts(one.components)]
    for line in "\n".join(posted).splitlines():
        assert line in read(message)
    assert message.nonce == key
    assert message.sent["allowed_mentions"] == {"parse": []}
    assert await house.platform.find(edition.channel, 0, key, house.clock.now(), ()) == receipt


async def test_a_forum_that_does_not_take_the_layout_gets_embeds(house: House) -> None:
    house.discord.add_channel("3003", guild="1001", name="forum", kind="forum").takes_layouts = False
    edition = replace(EDITION, channel=Channel(platform="discord", workspace="1001", id="3003", name="forum"))

    receipt = await house.platform.post(edition, 0, delivery_key(edition.channel, edition.date, 0), ())

    assert EDITION.stories[0].ref in read(house.discord.messages(receipt.messages[0])[0])


@pytest.mark.parametrize("is_wished", [False, True])
async def test_an_announcement_is_published_only_where_that_is_wished_and_arrives_all_the_same(
    house: House, is_wished: bool
) -> None:
    house.discord.add_channel("3004", guild="1001", name="announcements", kind="announcement")
    pace = Pace(house.clock)
    platform = DiscordPlatform(Rest(house.discord.token, pace), pace, crosspost=is_wished)
    edition = replace(EDITION, channel=Channel(platform="discord", workspace="1001", id="3004", name="news"))
    for day in range(2):
        dated = replace(edition, date=edition.date + timedelta(days=day))
        await platform.post(dated, 0, delivery_key(dated.channel, dated.date, 0), ())
        house.discord.next_faults("crosspost", [Fault.DROP_BEFORE])

    assert [one.crossposted for one in house.discord.messages("3004")] == [is_wished, False]
    await platform.close()


async def test_without_the_right_to_read_an_unknown_outcome_is_uncertain_and_told(house: House) -> None:
    house.discord.revoke("3001", "read_message_history")
    await house.subscribe()
    house.discord.next_faults("create_message", [Fault.DROP_AFTER] * 2)

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.UNCERTAIN
    assert len(house.editions()) == 1
    [told] = house.told()
    assert "Read Message History" in told


async def test_a_channel_in_which_too_much_was_written_since_is_uncertain(house: House) -> None:
    await house.subscribe()
    house.discord.next_faults("create_message", [Fault.DROP_BEFORE] * 9)
    for number in range(1_100):
        house.discord.say("3001", "2001", f"chat {number}")

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.UNCERTAIN


async def test_what_somebody_else_has_written_is_not_taken_for_ours(house: House) -> None:
    edition = replace(EDITION, channel=Channel(platform="discord", workspace="1001", id="3001", name="news"))
    key = delivery_key(edition.channel, edition.date, 0)
    await house.platform.post(edition, 0, key, ())
    [message] = house.discord.messages("3001")
    message.author = "2001"

    assert await house.platform.find(edition.channel, 0, key, house.clock.now(), ()) is None


@pytest.mark.parametrize(
    ("happens", "tells"),
    [
        ("kicked", "invite"),
        ("deleted", "gone"),
        ("silenced", "Send Messages"),
        ("hidden", "View Channel"),
    ],
)
async def test_a_channel_that_closes_is_paused_keeps_its_settings_and_its_admin_is_told(
    house: House, happens: str, tells: str
) -> None:
    one = await house.subscribe()
    close(house, happens)

    await house.through(2)

    [delivery] = await house.desk.channels.deliveries()
    [paused] = await house.desk.channels.subscriptions()
    assert (delivery.state, paused.standing) == (DeliveryState.REFUSED, Standing.PAUSED)
    assert tells in paused.reason
    assert replace(paused, standing=one.standing, reason="", paused_by_platform=False) == one
    [told] = house.told()
    assert tells in told
    forbidden = sum(count for (_, answer), count in house.discord.counts.items() if answer.startswith("403"))
    assert forbidden <= 1


@pytest.mark.parametrize(
    ("happens", "mend"), [("kicked", "invite"), ("silenced", "send_messages"), ("hidden", "view_channel")]
)
async def test_a_channel_that_opens_again_is_served_again(house: House, happens: str, mend: str) -> None:
    await house.subscribe()
    close(house, happens)
    await house.through(1)
    await house.desk.places.revive()
    assert [one.standing for one in await house.desk.channels.subscriptions()] == [Standing.PAUSED]

    if mend == "invite":
        house.discord.invite("1001")
    else:
        house.discord.grant("3001", mend)
    await house.desk.places.revive()

    assert [one.standing for one in await house.desk.channels.subscriptions()] == [Standing.ACTIVE]


def close(house: House, how: str) -> None:
    if how == "kicked":
        house.discord.kick("1001")
    elif how == "deleted":
        house.discord.delete_channel("3001")
    else:
        house.discord.revoke("3001", "send_messages" if how == "silenced" else "view_channel")


async def test_a_text_that_the_servers_rules_refuse_pauses_no_channel(house: House) -> None:
    await house.subscribe()
    house.discord.channels["3001"].posting_error = (400, 200000, "AutoMod")

    await house.through(1)

    [delivery] = await house.desk.channels.deliveries()
    [one] = await house.desk.channels.subscriptions()
    assert (delivery.state, one.standing) == (DeliveryState.REFUSED, Standing.ACTIVE)
    assert len(house.told()) == 1


async def test_a_token_that_is_wrong_is_tried_once_and_a_new_one_resumes_everything(house: House) -> None:
    house.listens_for(timedelta(seconds=5))
    for number in range(3010, 3050):
        house.discord.add_channel(str(number), guild="1001", name="news")
        await house.subscribe(str(number))
    house.discord.token_error = (0, "401: Unauthorized")

    await house.through(2)

    refused = sum(count for (_, answer), count in house.discord.counts.items() if answer.startswith("401"))
    assert 1 <= refused <= AT_ONCE
    assert {one.standing for one in await house.desk.channels.subscriptions()} == {Standing.PAUSED}
    assert house.platform.tokens()[""] != ""
    house.discord.token_error = None
    await house.desk.places.revive()
    assert house.platform.tokens() == {"": ""}
    assert {one.standing for one in await house.desk.channels.subscriptions()} == {Standing.ACTIVE}


async def test_until_discord_lets_us_in_nothing_is_attempted_and_it_is_not_asked_for_each_channel(
    house: House,
) -> None:
    for number in range(3010, 3030):
        house.discord.add_channel(str(number), guild="1001", name="news")
        await house.subscribe(str(number))
    house.discord.next_faults("get_me", [Fault.DROP_BEFORE] * 2)

    await house.desk.rounds.publish()

    assert {one.state for one in await house.desk.channels.deliveries()} == {DeliveryState.DUE}
    assert {one.attempts for one in await house.desk.channels.deliveries()} == {0}
    # aiohttp repeats what only reads once by itself.
    assert sum(call.route == "get_me" for call in house.discord.calls) <= 2
    await house.through(3)
    assert {one.state for one in await house.desk.channels.deliveries()} == {DeliveryState.SENT}


async def test_what_could_not_leave_within_the_time_that_somebody_listens_surely_was_not_sent(
    house: House,
) -> None:
    edition = replace(EDITION, channel=Channel(platform="discord", workspace="1001", id="3001", name="news"))
    key = delivery_key(edition.channel, edition.date, 0)
    await house.platform.turn(edition.channel)
    with closing(socket.socket()) as full:
        # A port that takes one connection and no more, as a wall that drops everything does.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with closing(socket.create_connection(full.getsockname())), closing(socket.socket()) as waits:
            waits.setblocking(False)
            waits.connect_ex(full.getsockname())
            point_to(f"http://127.0.0.1:{full.getsockname()[1]}", "")

            with pytest.raises(PostFailed) as caught:
                await house.platform.post(edition, 0, key, ())

    assert caught.value.fate is Fate.NOT_SENT


async def test_a_limit_for_the_whole_bot_delays_everything_and_loses_nothing(house: House) -> None:
    for number in range(3010, 3040):
        house.discord.add_channel(str(number), guild="1001", name="news")
        await house.subscribe(str(number))
    house.discord.next_faults("create_message", [Fault.TOO_MANY_GLOBAL] * 5 + [Fault.CLOUDFLARE_429] * 3)

    await house.through(8)

    assert {one.state for one in await house.desk.channels.deliveries()} == {DeliveryState.SENT}
    assert {len(house.editions(str(number))) for number in range(3010, 3040)} == {1}


async def test_a_correction_changes_the_message_where_it_stands(house: House) -> None:
    await house.subscribe()
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()

    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a hoax")

    [message] = house.discord.messages("3001")
    assert done.unchanged == ()
    assert "it was a hoax" in read(message)


async def test_whatever_is_written_or_changed_says_that_it_mentions_nobody(house: House) -> None:
    house.discord.add_channel("3003", guild="1001", name="forum", kind="forum")
    for channel in ("3001", "3003"):
        await house.subscribe(channel)
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()
    await house.desk.editing.withdraw(await stored(house, ref), "@everyone was hoaxed")

    written = [call for call in house.discord.calls if call.body and call.status < 400]
    messages = [call.body.get("message", call.body) for call in written]
    assert {call.route for call in written} == {"create_message", "edit_message", "start_thread"}
    assert [one["allowed_mentions"] for one in messages] == [{"parse": []}] * len(written)


async def test_a_correction_of_embeds_changes_them(house: House) -> None:
    house.discord.channels["3001"].takes_layouts = False
    await house.subscribe()
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()

    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a hoax")

    [message] = house.discord.messages("3001")
    assert done.unchanged == ()
    assert "it was a hoax" in read(message)


async def test_a_message_that_somebody_deleted_is_named_when_it_should_be_corrected(house: House) -> None:
    await house.subscribe()
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()
    house.discord.delete(house.discord.messages("3001")[0])

    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a hoax")

    [(delivery, reason)] = done.unchanged
    assert delivery.channel.id == "3001"
    assert "gone" in reason


async def stored(house: House, ref: str) -> Story:
    found = await house.desk.stories.look_up(ref, None, Asker())
    assert found.story
    return found.story


@pytest.mark.parametrize(
    ("kind", "deny", "finds"),
    [
        ("text", (), ""),
        ("thread", (), ""),
        ("forum", (), ""),
        ("announcement", (), ""),
        ("text", ("send_messages",), "Send Messages"),
        ("text", ("read_message_history",), "Read Message History"),
        ("thread", ("send_messages_in_threads",), "Send Messages in Threads"),
        ("forum", ("send_messages_in_threads",), "Send Messages in Threads"),
        ("category", (), "takes no messages"),
    ],
)
async def test_a_look_at_a_channel_names_what_is_missing(
    house: House, kind: str, deny: tuple[str, ...], finds: str
) -> None:
    parent = house.discord.add_channel("3020", guild="1001", name="above", deny=deny)
    place = house.discord.add_channel(
        "3021", guild="1001", name="place", kind=kind, parent=parent.id, deny=() if kind == "thread" else deny
    )

    troubles = await house.platform.examine(Channel(platform="discord", workspace="1001", id=place.id, name=place.name))

    assert bool(troubles) == bool(finds)
    assert finds in " ".join(troubles)


async def test_a_channel_of_another_server_and_a_forum_that_wants_tags_are_named(house: House) -> None:
    house.discord.add_channel("3003", guild="1001", name="forum", kind="forum", tags=["ai"], tag_required=True)

    elsewhere = await house.platform.examine(Channel(platform="discord", workspace="1002", id="3001", name="x"))
    tagged = await house.platform.examine(Channel(platform="discord", workspace="1001", id="3003", name="forum"))

    assert "not in the server 1002" in elsewhere[0]
    assert "tag" in tagged[0]
