"""Whoever asks why is told in one sentence, and it is true: of what was chosen, left out, too late, or never came."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.admit import admit
from bot.desk import Desk
from bot.errors import CannotReadBack
from bot.gather import gather
from bot.manuscript import parse
from bot.model import Asker, Change, DeliveryState, Due, Story, StoryStatus, Subscription, Wish
from bot.newsroom import Newsroom
from bot.ports import Intake
from bot.why import Why, lines
from tests.articles import article, story
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, GivenFeeds, newsroom
from tests.scripted import ScriptedPlatform, fails

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEEDS = ("https://feeds.norvik.example/all", "https://halden.example/feed")


class Room:
    """A newsroom with one channel at eight, its desk and everything that a test lays out."""

    def __init__(self, room: Newsroom, clock: VirtualClock, platform: ScriptedPlatform, reader: GivenFeeds) -> None:
        self.room, self.clock, self.platform, self.reader = room, clock, platform, reader
        self.desk = Desk(room)

    async def channel(self) -> Subscription:
        [one] = await self.desk.channels.subscriptions()
        return one

    async def keep(self, *stories: Story, merges: tuple[tuple[str, str], ...] = ()) -> list[str]:
        articles = tuple(article for story in stories for article in story.articles)
        intake = Intake(articles=articles, keys={}, stories=stories, merges=merges)
        return [one.ref for one in await self.room.store.archive.admit(intake)]

    async def write(self, title: str, takeaway: str = "It matters.") -> str:
        text = f"{title}\n\n{takeaway}\nKey Points\n- 1It does.\n"
        [one] = await admit(self.room, parse(text, name="stories.txt"))
        return one.story.ref

    async def publish(self, at: datetime) -> None:
        self.clock.move_to(at)
        await self.desk.rounds.publish_until_done(patience=SOON)

    async def ask(self, name: str = "") -> Why:
        one = await self.channel()
        return await self.desk.channels.why(one, name, Asker(workspace="terminal:local", subscription=one.id))

    async def said(self, name: str = "") -> str:
        told = await self.ask(name)
        return told.sentence if not told.found or told.story else f"because {told.found.because}"


@contextlib.asynccontextmanager
async def opened(folder: Path, *, at: datetime = TUESDAY - HOUR) -> AsyncIterator[Room]:
    clock, platform, reader = VirtualClock(at), ScriptedPlatform(), GivenFeeds()
    async with newsroom(folder, {"terminal": platform}, clock=clock, feeds=FEEDS, reader=reader) as room:
        yield Room(room, clock, platform, reader)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened(tmp_path) as room:
        yield room


def plain(*publishers: str, title: str = "", at: datetime = TUESDAY - 2 * HOUR, topics: tuple[str, ...] = ()) -> Story:
    return replace(story("", *publishers, title=title or f"Norvik opens {'-'.join(publishers)}", at=at), topics=topics)


# ------------------------------------------------------------------------------------------------------- posted


async def test_a_posted_story_is_told_with_the_local_hour_at_which_it_was_sent_and_its_number(here: Room) -> None:
    one = await here.channel()
    await here.desk.office.subscribe(replace(one, timezone="Asia/Kathmandu", at=TUESDAY.time(), declared=False))
    big, small = await here.keep(
        plain("a.test", "b.test", at=TUESDAY - 9 * HOUR), plain("c.test", at=TUESDAY - 9 * HOUR)
    )
    await here.publish(TUESDAY - timedelta(hours=5, minutes=41))

    assert await here.said(big) == f"{big} was posted here on Tuesday 3 March at 08:04 as number 1."
    assert await here.said("2") == f"{small} was posted here on Tuesday 3 March at 08:04 as number 2."


async def test_how_an_edition_ended_that_was_not_sent_is_told_of_its_stories(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    here.platform.refused["ai-news"] = "the channel is archived"
    await here.publish(TUESDAY)

    assert await here.said(ref) == (
        f"{ref} was chosen as number 1 here for Tuesday 3 March, but the edition was refused: the channel is archived."
    )


async def test_an_edition_on_its_way_says_so(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    here.platform.on_post = [fails("not_sent", "the network is down")] * 9
    here.clock.move_to(TUESDAY)
    await here.desk.rounds.publish()

    said = await here.said(ref)

    assert said.startswith(f"{ref} was chosen as number 1 of the edition for Tuesday 3 March, which is on its way")
    assert "the network is down" in said


async def test_an_uncertain_one_may_have_been_posted(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    here.platform.on_post = [fails("unknown", "the connection broke")]
    here.platform.on_find = [CannotReadBack("no permission")] * 9
    await here.publish(TUESDAY)

    assert (
        f"{ref} was chosen as number 1 here for Tuesday 3 March, but the edition may have arrived, and nobody knows"
        in (await here.said(ref))
    )


async def test_what_was_corrected_or_withdrawn_since_it_was_posted_says_so(here: Room) -> None:
    ref = await here.write("Norvik opens a lab")
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + 2 * DAY)
    found = (await here.ask(ref)).story
    assert found is not None
    await here.desk.editing.withdraw(found, "there is no lab")

    assert await here.said(ref) == (
        f"{ref} was posted here on Tuesday 3 March at 08:00 as number 1, and withdrawn since, on 5 March 2026."
    )


async def test_what_was_posted_and_then_withdrawn_is_told_of_its_post_after_later_editions_as_well(here: Room) -> None:
    [ref] = await here.keep(plain("a.test", at=TUESDAY - timedelta(minutes=5)))
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + HOUR)
    found = (await here.ask(ref)).story
    assert found is not None
    await here.desk.editing.withdraw(found, "there is no lab")
    withdrawn = f"{ref} was posted here on Tuesday 3 March at 08:00 as number 1, and withdrawn since, on 3 March 2026."

    for day in range(1, 5):
        await here.publish(TUESDAY + day * DAY)
        assert await here.said(ref) == withdrawn


async def test_what_an_admin_dropped_after_its_post_says_both(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    await here.publish(TUESDAY)
    await here.desk.office.wish(await here.channel(), ref, Wish.DROP)
    await here.publish(TUESDAY + DAY)

    assert await here.said(ref) == (
        f"{ref} was posted here on Tuesday 3 March at 08:00 as number 1, and left out on Wednesday 4 March: an admin "
        "dropped it."
    )


async def test_the_operator_is_told_of_a_story_as_the_workspace_of_the_channel_reads_it(here: Room) -> None:
    ref = await here.write("Norvik opens a lab")
    await here.publish(TUESDAY)
    one = await here.channel()
    found = (await here.ask(ref)).story
    assert found is not None
    here.clock.move_to(TUESDAY + HOUR)
    await here.room.store.archive.restate(
        ref,
        lambda held: replace(held, status=StoryStatus.WITHDRAWN, status_at=here.clock.now()),
        workspace="terminal:local",
        person="Ada (U1)",
        reason="withdrawn",
        at=here.clock.now(),
    )

    told = await here.desk.channels.why(one, ref, Asker(subscription=one.id))

    assert told.sentence == await here.said(ref)
    assert told.sentence.endswith("as number 1, and withdrawn since, on 3 March 2026.")


async def test_a_story_that_the_channel_has_had_says_when_and_why_it_did_not_come_back(here: Room) -> None:
    [ref] = await here.keep(plain("a.test", title="Norvik opens a lab"))
    await here.publish(TUESDAY)
    held = (await here.ask(ref)).story
    assert held is not None
    late = article("Norvik opens a lab", "c.test", at=TUESDAY + HOUR)
    await here.keep(replace(held, articles=(*held.articles, late), news_at=TUESDAY + HOUR))
    await here.publish(TUESDAY + DAY)

    assert await here.said(ref) == (
        f"{ref} was posted here on Tuesday 3 March at 08:00 as number 1, and left out on Wednesday 4 March: an "
        "earlier edition had it, and too little was new since; 1 article came in since, with no figure or name "
        "that counts as new."
    )


async def test_a_story_that_came_back_is_told_with_both_posts_the_newest_first(here: Room) -> None:
    [ref] = await here.keep(plain("a.test", title="Norvik opens a lab"))
    await here.publish(TUESDAY)
    held = (await here.ask(ref)).story
    assert held is not None
    fresh = tuple(article("Norvik opens a lab", f"{n}.test", at=TUESDAY + HOUR) for n in "defg")
    await here.keep(replace(held, articles=(*held.articles, *fresh), news_at=TUESDAY + HOUR))
    await here.publish(TUESDAY + DAY)

    told = await here.ask(ref)

    assert told.sentence == (
        f"{ref} was posted here on Wednesday 4 March at 08:00 as number 1, as an Update (now 5 publishers, 1 when "
        "posted)."
    )
    assert lines(told)[-1].startswith("Posted here on Tuesday 3 March at 08:00 as number 1. Stage: posted · ranked 1")


async def test_a_post_of_long_ago_is_still_known(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    for day in range(20):
        await here.publish(TUESDAY + day * DAY)

    assert await here.said(ref) == f"{ref} was posted here on Tuesday 3 March at 08:00 as number 1."


# ----------------------------------------------------------------------------------------------------- left out


async def test_what_was_cut_says_its_score_and_the_cut(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test") for n in range(5)))
    [ref] = await here.keep(plain("z.test"))
    await here.publish(TUESDAY)

    told = await here.ask(ref)

    assert told.sentence == f"{ref} was left out here on Tuesday 3 March: score 0.69, the cut was 1.10."
    assert lines(told)[0].startswith("Stage: cut · ranked 6 · score 0.69 = (coverage 0.69")


async def test_places_that_were_taken_whatever_the_score_are_told(here: Room) -> None:
    written = await here.write("Halden sells a chip")
    pinned, *_ = await here.keep(
        plain("p.test", at=TUESDAY - 60 * HOUR), *(plain(f"{n}a.test", f"{n}b.test") for n in range(4))
    )
    [ref] = await here.keep(plain("z.test"))
    one = await here.channel()
    await here.desk.office.wish(one, pinned, Wish.PIN)
    await here.room.store.audit.record(_wished("pin", pinned, one))
    await here.publish(TUESDAY)

    assert await here.said(ref) == (
        f"{ref} was left out here on Tuesday 3 March: score 0.69, the cut was 1.10, and pinned and ready-written "
        "stories had 2 of the 5 places."
    )
    assert await here.said(pinned) == (
        f"{pinned} was posted here on Tuesday 3 March at 08:00 as number 1, pinned by Ada (U1)."
    )
    assert "as number 2" in await here.said(written)


async def test_whoever_dropped_a_story_is_named(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    one = await here.channel()
    await here.desk.office.wish(one, ref, Wish.DROP)
    await here.room.store.audit.record(_wished("drop", ref, one))
    await here.publish(TUESDAY)

    assert await here.said(ref) == f"{ref} was left out here on Tuesday 3 March: Ada (U1) dropped it."


async def test_a_pin_is_told_of_whoever_wished_it_of_that_edition_and_of_nobody_who_took_it_back(here: Room) -> None:
    [ref] = await here.keep(plain("a.test"))
    one = await here.channel()
    audit = here.room.store.audit
    await audit.record(replace(_wished("pin", ref, one), event="1", at=TUESDAY - 5 * HOUR, person="Eve (U3)"))
    await audit.record(replace(_wished("unwish", ref, one), event="2", at=TUESDAY - 4 * HOUR, person="Eve (U3)"))
    await here.desk.office.wish(one, ref, Wish.PIN)
    await here.publish(TUESDAY)

    assert (await here.said(ref)).endswith("as number 1, pinned by an admin.")

    await audit.record(replace(_wished("pin", ref, one), event="3"))
    await audit.record(replace(_wished("correct", ref, one), event="5", at=TUESDAY, person="Cleo (U4)"))
    await audit.record(replace(_wished("pin", ref, one), event="4", at=TUESDAY + HOUR, person="Bob (U2)"))
    await here.desk.office.wish(one, ref, Wish.PIN)
    await here.publish(TUESDAY + DAY)
    told = await here.ask(ref)

    assert "on Wednesday 4 March at 08:00 as number 1, pinned by Bob (U2)" in told.sentence
    assert lines(told)[-1].startswith("Posted here on Tuesday 3 March at 08:00 as number 1, pinned by Ada (U1).")


async def test_what_is_off_topic_says_which_topics_it_has_and_which_the_channel_took(here: Room) -> None:
    one = await here.channel()
    await here.desk.office.subscribe(replace(one, topics=("labs", "law"), declared=False))
    [ref] = await here.keep(plain("a.test", topics=("chips",)))
    await here.publish(TUESDAY)
    await here.desk.office.subscribe(replace(one, topics=("chips",), declared=False))

    assert await here.said(ref) == (
        f"{ref} was left out here on Tuesday 3 March: topic not subscribed, for it is about chips, and the channel "
        "took labs, law."
    )


async def test_what_is_older_than_the_window_says_how_old_it_is_and_where_the_window_began(here: Room) -> None:
    older, oldest = await here.keep(plain("a.test", at=TUESDAY - 30 * HOUR), plain("b.test", at=TUESDAY - 99 * HOUR))
    await here.publish(TUESDAY)

    assert await here.said(older) == (
        f"{older} was left out here on Tuesday 3 March: older than the window, for its news is of Monday 2 March, "
        "02:00, and the edition takes what came after Monday 2 March, 08:00 (UTC)."
    )
    assert await here.said(oldest) == (
        f"{oldest} was left out here on Tuesday 3 March: older than the window, for its news was of Friday 27 "
        "February, 05:00, and the edition takes what came after Monday 2 March, 08:00."
    )


async def test_an_edition_for_which_a_story_is_too_old_does_not_hide_the_one_that_decided_about_it(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test") for n in range(5)))
    [ref] = await here.keep(plain("z.test"))
    await here.publish(TUESDAY)
    await here.publish(TUESDAY + DAY)

    told = await here.ask(ref)

    assert told.sentence.startswith(f"{ref} was left out here on Tuesday 3 March: score 0.69")
    assert lines(told)[1].startswith("Left out here on Wednesday 4 March: older than the window")


async def test_one_of_hundreds_whose_reasons_are_not_kept_is_told_what_is_on_record(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test", title=f"Halden number {n} opens") for n in range(200)))
    refs = await here.keep(plain("y.test", title="Oslo trams run"), plain("z.test", title="Bergen bridges open"))
    await here.publish(TUESDAY)

    assert await here.said(refs[0]) == (
        f"{refs[0]} was left out here on Tuesday 3 March: score 0.69 at most, the cut was 1.10; it was one of 2 whose "
        "scores are not kept."
    )


# ---------------------------------------------------------------------------------------- merged, late, elsewhere


async def test_a_merged_story_is_told_as_the_one_that_it_became_part_of(here: Room) -> None:
    older, younger = await here.keep(plain("a.test"), plain("b.test", title="Norvik starts its lab"))
    await here.keep(merges=((younger, older),))
    await here.publish(TUESDAY)
    found = (await here.ask(older)).story
    assert found is not None

    assert await here.said(younger) == (
        f"{younger} is the same event as {older}, which was posted here on Tuesday 3 March at 08:00 as number 1."
    )
    assert await here.said(found.articles[0].url) == (
        f"That article belongs to {older}, which was posted here on Tuesday 3 March at 08:00 as number 1."
    )


async def test_what_an_edition_decided_about_a_story_before_it_was_merged_is_told_of_both(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test") for n in range(5)))
    [older] = await here.keep(plain("y.test", title="Oslo trams run", at=TUESDAY - 30 * HOUR))
    [younger] = await here.keep(plain("z.test", title="Bergen bridges open"))
    await here.publish(TUESDAY)
    await here.keep(merges=((younger, older),))

    assert await here.said(younger) == (
        f"{younger}, by now the same event as {older}, was left out here on Tuesday 3 March: score 0.69, the "
        "cut was 1.10."
    )


async def test_what_came_after_the_edition_is_told_with_what_the_next_would_do_with_it(here: Room) -> None:
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + timedelta(minutes=70))
    ref = await here.write("Norvik opens a lab")

    assert await here.said(ref) == (
        f"{ref} was not there yet when the latest edition here was composed, on Tuesday 3 March, 08:00: it came on "
        "Tuesday 3 March, 09:10; as things stand, it would be number 1 of the next edition, on Wednesday 4 March, "
        "08:00."
    )
    await here.desk.office.pause(await here.channel(), "paused by ada")
    assert (await here.said(ref)).endswith("nothing is posted now: paused by ada.")


async def test_a_date_without_an_edition_that_would_have_had_the_story_says_why_there_was_none(here: Room) -> None:
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + HOUR)
    ref = await here.write("Norvik opens a lab")
    await here.publish(TUESDAY + DAY + 10 * HOUR)

    assert await here.said(ref) == (
        f"{ref} was not posted here on Wednesday 4 March, for the edition was missed: nothing was running at its hour, "
        "nor within the catch-up window."
    )


async def test_before_the_first_edition_nothing_has_been_decided(here: Room) -> None:
    ref = await here.write("Norvik opens a lab")

    assert await here.said(ref) == (
        f"{ref} was not posted here: there has been no edition yet; as things stand, it would be number 1 of the "
        "next edition, on Tuesday 3 March, 08:00."
    )


async def test_what_the_next_edition_would_leave_out_is_told_with_why(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test") for n in range(5)))
    old, weak, dropped = await here.keep(
        plain("o.test", at=TUESDAY - 10 * DAY), plain("w.test"), plain("d.test", "e.test", "f.test")
    )
    await here.desk.office.wish(await here.channel(), dropped, Wish.DROP)
    next_one = "as things stand, the next edition, on Tuesday 3 March, 08:00, would leave it out"

    assert (await here.said(old)).endswith(
        f"{next_one}: older than the window, for its news was of Saturday 21 February, 08:00, and the edition takes "
        "what came after Monday 2 March, 08:00."
    )
    assert (await here.said(weak)).endswith(f"{next_one}: score 0.69, the cut was 1.10.")
    assert (await here.said(dropped)).endswith(f"{next_one}: an admin dropped it.")
    foretold = {ref: (await here.said(ref)).partition(f"{next_one}: ")[2] for ref in (old, weak, dropped)}
    await here.publish(TUESDAY)
    for ref, reason in foretold.items():
        assert await here.said(ref) == f"{ref} was left out here on Tuesday 3 March: {reason}"


async def test_what_will_be_too_old_by_the_day_of_the_next_edition_is_no_candidate(here: Room) -> None:
    await here.desk.office.subscribe(replace(await here.channel(), days=(2,), declared=False))
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + 3 * HOUR)
    ref = await here.write("Norvik opens a lab")

    assert (await here.said(ref)).endswith(
        "as things stand, the next edition, on Tuesday 10 March, 08:00, would leave it out: older than the window, for "
        "its news was of Tuesday 3 March, 11:00, and the edition takes what came after Saturday 7 March, 08:00."
    )


async def test_a_story_that_was_private_elsewhere_came_when_it_was_told_to_everybody(here: Room) -> None:
    here.clock.move_to(TUESDAY - 3 * HOUR)
    [written] = parse("Norvik opens a lab\n\nIt matters.\nKey Points\n- 1It does.\n", name="stories.txt")
    [private] = await admit(here.room, [replace(written, workspaces=("slack:T9",))])
    await here.publish(TUESDAY)
    here.clock.move_to(TUESDAY + 4 * HOUR)
    await admit(here.room, [replace(written, ref=private.story.ref)])

    assert "it came on Tuesday 3 March, 12:00; as things stand" in await here.said(private.story.ref)


async def test_what_belongs_to_another_workspace_is_unknown_here_and_explained_to_the_operator(here: Room) -> None:
    [ref] = await here.keep(replace(plain("a.test"), workspaces=("slack:T2",)))
    await here.publish(TUESDAY)
    one = await here.channel()

    told = await here.desk.channels.why(one, ref, Asker(subscription=one.id), where="in ai-news")
    nothing = await here.ask(ref)

    assert nothing.story is None
    assert nothing.sentence == ""
    assert told.sentence == f"{ref} was not posted in ai-news: it is kept for other workspaces."


async def test_what_an_older_version_recorded_still_answers_and_claims_no_more(here: Room) -> None:
    await here.keep(*(plain(f"{n}a.test", f"{n}b.test", title=f"Halden number {n} opens") for n in range(200)))
    unknown = await here.keep(plain("y.test", title="Oslo trams run"), plain("z.test", title="Bergen bridges open"))
    one = await here.channel()
    composition, _ = await here.desk.channels.preview(one)
    older = replace(composition, tally=None)
    ledger = here.room.store.ledger
    due = Due(subscription=one.id, date=TUESDAY.date(), due_at=TUESDAY, state=DeliveryState.DUE)
    await ledger.plan([due])
    [delivery] = await ledger.deliveries()
    here.clock.move_to(TUESDAY)
    claim = await ledger.claim(delivery.id, TUESDAY, HOUR)
    assert claim is not None
    await ledger.compose(claim, older)
    await ledger.finish(claim, DeliveryState.SENT, at=TUESDAY)
    kept = next(one for one in older.verdicts if one.rank == 7)

    assert await here.said(kept.ref) == f"{kept.ref} was left out here on Tuesday 3 March: score 1.10, {kept.detail}."
    for ref in unknown:
        assert await here.said(ref) == (
            f"{ref} was left out here on Tuesday 3 March: the reasons of 200 stories were kept, and what was decided "
            "about the others, this one among them, is not on record."
        )


# ----------------------------------------------------------------------------------------------- what never came


async def test_a_story_that_nobody_has_may_not_have_come_because_its_feed_fails(here: Room) -> None:
    here.clock.move_to(TUESDAY - 3 * DAY)
    await gather(here.room)
    here.clock.move_to(TUESDAY - DAY)
    here.reader.broken[FEEDS[0]] = "the server answered 500"
    await gather(here.room)
    await here.publish(TUESDAY)
    [delivery] = await here.desk.channels.deliveries()
    edition = await here.room.store.ledger.edition(delivery.id)
    assert edition is not None
    is_failing = "the feed feeds.norvik.example is failing, last read on Saturday 28 February, 08:00"

    assert edition.coverage.failing == (("feeds.norvik.example", TUESDAY - 3 * DAY),)
    assert await here.said("https://www.norvik.example/lab") == f"because {is_failing}, so it may never have come"
    assert await here.said("norvik laboratory") == f"because {is_failing}, so it may never have come"
    assert await here.said("https://elsewhere.example/x") == (
        f"because none of our feeds is of elsewhere.example, and {is_failing}"
    )
    assert await here.said("https://halden.example/x") == (
        "because the feed halden.example, of that site, was read on Monday 2 March, 08:00, and has not brought it"
    )


async def test_a_feed_that_failed_when_the_edition_was_composed_and_is_read_now_is_remembered(here: Room) -> None:
    here.reader.broken[FEEDS[1]] = "the server answered 500"
    await gather(here.room)
    await here.publish(TUESDAY)
    del here.reader.broken[FEEDS[1]]
    here.clock.move_to(TUESDAY + DAY)
    await gather(here.room)

    assert await here.said("oslo trams") == (
        "because all feeds are read now, but on Tuesday 3 March, 08:00 the feed halden.example was failing, never read"
    )


# ------------------------------------------------------------------------------------------------ a channel alone


async def test_a_channel_alone_says_what_it_got_today(here: Room) -> None:
    assert await here.said() == "Today's edition is due here at 08:00; there has been none yet."
    await here.keep(plain("a.test"), plain("b.test"))
    await here.publish(TUESDAY)

    assert await here.said() == "Today's edition was posted here on Tuesday 3 March at 08:00 with 2 stories."

    await here.publish(TUESDAY + DAY)
    assert await here.said() == (
        "Today's edition was posted here on Wednesday 4 March at 08:00 as a quiet day, without a story."
    )


async def test_a_channel_without_a_post_today_says_why(here: Room) -> None:
    await here.keep(plain("a.test"))
    await here.publish(TUESDAY)
    before = "the latest edition was posted on Tuesday 3 March at 08:00 with 1 story"
    here.clock.move_to(TUESDAY + DAY + timedelta(seconds=90))

    assert await here.said() == f"Today's edition was due here at 08:00, and nothing is on record of it yet; {before}."

    here.clock.move_to(TUESDAY + DAY + HOUR)
    assert await here.said() == (
        "Today's edition was due here at 08:00, and nothing is on record of it: no running bot has looked since "
        f"(`daybrief check` says what is wrong); {before}."
    )


async def test_a_channel_that_is_not_served_today_says_why(here: Room) -> None:
    one = await here.desk.office.subscribe(replace(await here.channel(), days=(1, 2), declared=False))
    await here.publish(TUESDAY)
    before = "the latest edition was posted on Tuesday 3 March at 08:00 as a quiet day, without a story"
    here.clock.move_to(TUESDAY + DAY + HOUR)

    assert await here.said() == f"No edition is due here on a Wednesday; {before}."
    await here.desk.office.pause(one, "paused by ada")
    assert await here.said() == f"Nothing is posted here: paused by ada; {before}."


async def test_what_was_on_its_way_when_the_channel_was_paused_is_not_said_to_come(here: Room) -> None:
    here.clock.move_to(TUESDAY + timedelta(minutes=1))
    await here.desk.office.pause(await here.channel(), "paused by ada")

    assert await here.said() == "Nothing is posted here: paused by ada."


async def test_a_channel_that_no_bot_has_served_yet_blames_none_that_runs(here: Room) -> None:
    here.clock.move_to(TUESDAY + HOUR)

    assert await here.said() == (
        "Today's edition was due here at 08:00, and nothing is on record of this channel: no bot has served it by then "
        "(`daybrief check` says whether one runs); there has been none yet."
    )


async def test_a_date_that_was_missed_or_skipped_says_so(here: Room) -> None:
    await here.publish(TUESDAY - DAY)
    await here.publish(TUESDAY + 9 * HOUR)

    assert await here.said() == (
        "Today's edition was missed: nothing was running at its hour, nor within the catch-up window."
    )


def _wished(action: str, ref: str, one: Subscription) -> Change:
    return Change(
        at=TUESDAY - HOUR,
        workspace="terminal:local",
        person="Ada (U1)",
        action=action,
        subject=one.channel.id,
        detail=ref,
        event=f"{action}:{ref}",
    )
