"""What a store must keep of a workspace's own reading of a story, whatever it runs on."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from bot.errors import DoneBefore, NotFound
from bot.model import Change, KeyPoint, Sections, Story, StoryStatus
from bot.ports import Intake, Search, Store
from tests.contract.values import DAY, DISPUTE, FULL_STORY, HOUR, NOW, article, intake, story

HERE, THERE = "slack:T1", "discord:T1"
"""Two workspaces with the same id."""

Make = Callable[[Story], Story]


def corrected(title: str = "Orca swims along", *, at: datetime = NOW) -> Make:
    """A correction in the words of *title*."""
    points = Sections(key_points=(KeyPoint(text=f"It is true that {title}."),))
    return lambda held: replace(
        held, title=title, takeaway=f"{title} at last.", sections=points, status=StoryStatus.CORRECTED, status_at=at
    )


def withdrawn(held: Story) -> Story:
    return replace(held, status=StoryStatus.WITHDRAWN, status_reason="a hoax", status_at=NOW)


async def kept(store: Store, title: str = "Sakana opens a lab", name: str = "a", **other: object) -> Story:
    """A public story from a feed."""
    [one] = await store.archive.admit(intake(replace(story(title, article(name)), **other)))  # type: ignore[arg-type]
    return one


async def restate(store: Store, one: Story, make: Make, workspace: str = HERE, person: str = "") -> Story:
    reason = "withdrawn" if make is withdrawn else "corrected"
    told = await store.archive.restate(one.ref, make, workspace=workspace, person=person, reason=reason, at=NOW)
    assert told
    return told.story


async def ways_to(store: Store, one: Story, workspace: str | None, words: str) -> dict[str, list[str]]:
    """By each way of looking up, the titles that *words* lead to for *workspace*."""
    archive = store.archive
    search = await archive.search(Search(words=words, workspace=workspace))
    newest = await archive.search(Search(workspace=workspace))
    nearest = await archive.nearest(words, workspace=workspace)
    url = one.articles[0].url
    by_ref = await archive.by_ref(one.ref, workspace=workspace)
    by_url = await archive.by_url(url, workspace=workspace)
    by_title = await archive.by_title(words, workspace=workspace)
    return {
        "ref": [by_ref.title] if by_ref else [],
        "url": [by_url.title] if by_url else [],
        "title": [by_title.title] if by_title else [],
        "words": [found.title for found in search],
        "newest": [found.title for found in newest],
        "likeness": [found.title for found, _ in nearest],
        "completion": [title for _, title in await archive.complete(words[:8], workspace=workspace)],
        "mistyped": [title for _, title in await archive.complete(words[0] + words[2:], workspace=workspace)],
    }


EVERY_WAY = ("ref", "url", "title", "words", "newest", "likeness", "completion", "mistyped")
BY_WORDS = ("title", "words", "likeness", "completion", "mistyped")


def led_to(*titles: str, ways: Sequence[str] = EVERY_WAY) -> dict[str, list[str]]:
    """That each of *ways* leads to these and nothing else."""
    return {way: list(titles) for way in ways}


async def test_a_reading_is_found_in_its_workspace_in_every_way_and_the_storys_own_text_is_not(store: Store) -> None:
    one = await kept(store)
    await store.archive.nearest("sakana")

    told = await restate(store, one, corrected())

    assert (told.title, told.status, told.articles) == ("Orca swims along", StoryStatus.CORRECTED, one.articles)
    assert await ways_to(store, one, HERE, "Orca swims along") == led_to("Orca swims along")
    found = await ways_to(store, one, HERE, "Sakana opens a lab")
    assert {way: found[way] for way in BY_WORDS} == led_to(ways=BY_WORDS)


@pytest.mark.parametrize("workspace", [THERE, "", None])
async def test_nobody_else_sees_a_trace_of_a_reading(store: Store, workspace: str | None) -> None:
    one = await kept(store)
    before = await ways_to(store, one, workspace, "Sakana opens a lab")

    await restate(store, one, corrected())
    await restate(store, await kept(store, "Orca swims along southwards", "b"), withdrawn)

    assert before == led_to("Sakana opens a lab")
    after = await ways_to(store, one, workspace, "Sakana opens a lab")
    assert after["newest"] == ["Orca swims along southwards", "Sakana opens a lab"]
    assert after | {"newest": before["newest"]} == before
    found = await ways_to(store, one, workspace, "Orca swims along")
    assert found["words"] == found["likeness"] == found["completion"] == ["Orca swims along southwards"]
    assert found["title"] == []
    assert [revision.reason for revision in await store.archive.history(one.ref, workspace=workspace)] == (
        ["gathered"] if workspace is not None else ["gathered", "corrected"]
    )
    assert await store.archive.restated([one.ref], workspace=workspace or "") == {}
    assert await store.archive.as_read([one], workspace=workspace or "") == (one,)


async def test_what_a_workspace_withdrew_is_found_there_by_its_ref_only(store: Store) -> None:
    one = await kept(store)

    await restate(store, one, withdrawn)

    found = await ways_to(store, one, HERE, "Sakana opens a lab")
    assert found == led_to() | {"ref": ["Sakana opens a lab"]}
    [read] = await store.archive.as_read([one], workspace=HERE)
    assert (read.status, read.status_reason) == (StoryStatus.WITHDRAWN, "a hoax")


async def test_a_reading_with_every_field_comes_back_and_holds_no_more_than_text_and_mark(store: Store) -> None:
    one = await kept(store)

    told = await restate(store, one, lambda held: replace(FULL_STORY, ref=held.ref, topics=("other",)))

    assert told == await store.archive.by_ref(one.ref, workspace=HERE)
    full = replace(FULL_STORY, ref=one.ref, workspaces=(), articles=one.articles, copies=(), significance=None)
    assert replace(told, origin=full.origin) == replace(full, topics=(), first_seen=one.first_seen, news_at=one.news_at)
    assert told.disputes == (DISPUTE,)


async def test_a_reading_is_laid_over_whatever_becomes_of_the_story(store: Store) -> None:
    one = await kept(store)
    await restate(store, one, corrected())

    report = article("late", at=NOW + HOUR)
    [grown] = await store.archive.admit(
        intake(
            replace(one, title="Sakana opens a second lab", articles=(*one.articles, report), news_at=report.news_at)
        )
    )
    await store.archive.change(one.ref, lambda held: replace(held, significance=5), reason="weighed", at=NOW)

    read = await store.archive.by_ref(one.ref, workspace=HERE)
    assert read
    assert read == replace(grown, significance=5).told_as(read)
    assert (read.title, read.news_at, len(read.articles)) == ("Orca swims along", report.news_at, 2)
    found = await store.archive.search(Search(words="orca late", workspace=HERE))
    assert [story.title for story in found] == ["Orca swims along"]
    assert await store.archive.search(Search(words="orca late", workspace=THERE)) == ()


async def test_filters_hold_for_readings_as_well(store: Store) -> None:
    one = await kept(store, topics=("labs",))
    await restate(store, one, corrected())

    async def found(**wanted: object) -> list[str]:
        search = Search(workspace=HERE, **wanted)  # type: ignore[arg-type]
        return [story.title for story in await store.archive.search(search)]

    for words in ("", "orca"):
        assert await found(words=words, topic="labs", since=NOW, until=NOW + HOUR, source="example") == [
            "Orca swims along"
        ]
        assert await found(words=words, topic="chips") == []
        assert await found(words=words, since=NOW + HOUR) == []
        assert await found(words=words, until=NOW) == []
        assert await found(words=words, source="planet") == []


async def test_workspaces_with_the_same_story_read_it_each_in_its_own_way(store: Store) -> None:
    one = await kept(store)

    await restate(store, one, corrected("Orca swims along"), HERE)
    await restate(store, one, corrected("Manta likes reefs"), THERE)
    await restate(store, one, corrected("Orca swims twice"), HERE)

    assert (await ways_to(store, one, HERE, "Orca swims twice"))["words"] == ["Orca swims twice"]
    assert (await ways_to(store, one, THERE, "Manta likes reefs"))["words"] == ["Manta likes reefs"]
    history = await store.archive.history(one.ref, workspace=HERE)
    assert [(each.number, each.story.title, each.workspace) for each in history] == [
        (1, "Sakana opens a lab", ""),
        (2, "Orca swims along", HERE),
        (3, "Orca swims twice", HERE),
    ]
    assert len(await store.archive.history(one.ref)) == 4


async def test_a_restatement_is_made_of_the_story_as_the_workspace_reads_it(store: Store) -> None:
    one = await kept(store)
    seen: list[str] = []

    def note(held: Story) -> Story:
        seen.append(held.title)
        return corrected(f"{held.title} again")(held)

    for workspace in (HERE, HERE, THERE):
        await restate(store, one, note, workspace)

    assert seen == ["Sakana opens a lab", "Sakana opens a lab again", "Sakana opens a lab"]


async def test_what_is_written_for_everybody_ends_all_readings_and_leaves_them_in_their_history(store: Store) -> None:
    one = await kept(store)
    await restate(store, one, corrected("Orca swims along"), HERE, "Ada (U1)")
    await restate(store, one, withdrawn, THERE)

    await restate(store, one, corrected("Sakana opens nothing"), "")

    for workspace in (HERE, THERE, None):
        found = await ways_to(store, one, workspace, "Sakana opens nothing")
        assert found == led_to("Sakana opens nothing")
        assert (await store.archive.search(Search(words="orca", workspace=workspace))) == ()
    history = await store.archive.history(one.ref, workspace=HERE)
    assert [(each.story.title, each.workspace, each.person) for each in history] == [
        ("Sakana opens a lab", "", ""),
        ("Orca swims along", HERE, "Ada (U1)"),
        ("Sakana opens nothing", "", ""),
    ]


async def test_a_history_tells_what_a_workspace_has_read_and_nothing_that_was_written_beside_it(store: Store) -> None:
    one = await kept(store)
    await restate(store, one, corrected("Orca swims along"), HERE)
    grown = replace(one, title="Sakana opens labs", articles=(*one.articles, article("late")))
    await store.archive.admit(intake(grown))
    await restate(store, one, corrected("Orca swims twice"), HERE)
    await restate(store, one, corrected("Sakana opens nothing"), "")
    await store.archive.change(one.ref, lambda held: replace(held, takeaway="More."), reason="analysed", at=NOW)

    async def read(workspace: str | None) -> list[tuple[int, str]]:
        history = await store.archive.history(one.ref, workspace=workspace)
        return [(each.number, each.story.title) for each in history]

    assert await read(HERE) == [
        (1, "Sakana opens a lab"),
        (2, "Orca swims along"),
        (3, "Orca swims twice"),
        (4, "Sakana opens nothing"),
        (5, "Sakana opens nothing"),
    ]
    assert await read(THERE) == [
        (1, "Sakana opens a lab"),
        (2, "Sakana opens labs"),
        (3, "Sakana opens nothing"),
        (4, "Sakana opens nothing"),
    ]
    assert len(await read(None)) == 6


async def test_a_story_that_one_workspace_has_alone_is_changed_itself(store: Store) -> None:
    alone = await store.archive.revise(story("Norvik for one", workspaces=(HERE,)), reason="imported", at=NOW)
    shared = await store.archive.revise(story("Norvik for two", workspaces=(HERE, THERE)), reason="imported", at=NOW)

    await restate(store, alone, corrected("Halden for one"), HERE, "Ada (U1)")
    await restate(store, shared, corrected("Halden for two"), HERE)

    changed = await store.archive.by_ref(alone.ref)
    assert changed
    assert (changed.title, changed.workspaces) == ("Halden for one", (HERE,))
    assert [each.person for each in await store.archive.history(alone.ref, workspace=HERE)] == ["", "Ada (U1)"]
    for workspace, title in ((HERE, "Halden for two"), (THERE, "Norvik for two"), (None, "Norvik for two")):
        read = await store.archive.by_ref(shared.ref, workspace=workspace)
        assert read
        assert read.title == title


async def test_no_workspace_can_restate_what_it_may_not_see(store: Store) -> None:
    alone = await store.archive.revise(story("Norvik for one", workspaces=(HERE,)), reason="imported", at=NOW)

    assert await store.archive.restate(alone.ref, withdrawn, workspace=THERE, reason="withdrawn", at=NOW) is None
    assert await store.archive.restate("ZZZ9", withdrawn, reason="withdrawn", at=NOW) is None
    assert await store.archive.by_ref(alone.ref) == alone
    assert len(await store.archive.history(alone.ref)) == 1


async def test_what_only_some_may_see_any_more_is_not_seen_through_a_reading_of_it(store: Store) -> None:
    one = await kept(store)
    await restate(store, one, corrected(), HERE)

    await store.archive.revise(replace(one, workspaces=(THERE,)), reason="imported", at=NOW)

    assert await ways_to(store, one, HERE, "Orca swims along") == led_to()
    assert await store.archive.history(one.ref, workspace=HERE) == ()


async def test_what_was_private_once_is_not_told_to_others_by_the_history_of_what_is_public_now(store: Store) -> None:
    one = await store.archive.revise(story("Norvik in secret", workspaces=(HERE,)), reason="imported", at=NOW)
    await store.archive.revise(replace(one, title="Norvik in public", workspaces=()), reason="imported", at=NOW)

    titles = [each.story.title for each in await store.archive.history(one.ref, workspace=THERE)]

    assert titles == ["Norvik in public"]
    assert len(await store.archive.history(one.ref, workspace=HERE)) == 2


async def test_what_is_restated_for_a_workspace_is_told_from_what_stands_there(store: Store) -> None:
    mine, yours, all_ours = [await kept(store, title, title) for title in ("One", "Two", "Three")]
    here = await restate(store, mine, corrected(), HERE)
    there = await restate(store, yours, withdrawn, THERE)
    everywhere = await restate(store, all_ours, withdrawn, "")
    refs = [mine.ref, yours.ref, all_ours.ref]

    assert await store.archive.restated(refs, workspace=HERE) == {mine.ref: here, all_ours.ref: everywhere}
    assert await store.archive.restated(refs, workspace=THERE) == {yours.ref: there, all_ours.ref: everywhere}
    assert await store.archive.restated(refs) == {all_ours.ref: everywhere}


async def test_who_may_not_see_a_story_any_more_keeps_what_they_read_last_and_learns_that_it_was_withdrawn(
    store: Store,
) -> None:
    one, plain = await kept(store), await kept(store, "Halden opens a lab", "b")
    refs, third = [one.ref, plain.ref], "slack:T3"
    mine = await restate(store, one, corrected(), HERE)
    for held in (one, plain):
        told = replace(corrected("A text for others")(held), workspaces=(THERE,))
        await restate(store, held, lambda _, told=told: told, "")  # type: ignore[misc]  # it is used at once

    assert await store.archive.restated(refs, workspace=HERE) == {one.ref: mine}
    assert await store.archive.restated(refs, workspace=third) == {}
    assert {each.title for each in (await store.archive.restated(refs, workspace=THERE)).values()} == {
        "A text for others"
    }

    await restate(store, one, withdrawn, THERE, "Ada (U1)")
    assert await store.archive.restated(refs, workspace=HERE) == {one.ref: mine}, "others withdrew it for themselves"

    for held in (one, plain):
        await restate(store, held, withdrawn, "")
    gone = {"status": StoryStatus.WITHDRAWN, "status_reason": "", "status_at": NOW}
    read = await store.archive.restated(refs, workspace=HERE)
    assert read == {one.ref: replace(mine, **gone), plain.ref: replace(plain, **gone)}  # type: ignore[arg-type]

    await restate(store, one, corrected("A text for others"), "")
    assert (await store.archive.restated([one.ref], workspace=HERE)) == {one.ref: read[one.ref]}, "it comes not back"


async def test_readings_go_with_their_story_when_it_is_forgotten(store: Store) -> None:
    one = await kept(store)
    await restate(store, one, corrected(), HERE)

    assert await store.archive.forget(NOW + DAY) == 1

    assert await ways_to(store, one, HERE, "Orca swims along") == led_to()
    # Nothing is left over that a later reading could take for its own.
    again = await kept(store, "Manta likes reefs", "b", news_at=NOW + 2 * DAY)
    await restate(store, again, withdrawn, HERE)
    assert await store.archive.search(Search(words="orca", workspace=HERE)) == ()


async def test_a_reading_goes_along_when_its_story_is_merged_into_another(store: Store) -> None:
    older, younger = await kept(store, "Sakana opens a lab", "a"), await kept(store, "Sakana has a lab", "b")
    await restate(store, younger, corrected(), HERE, "Ada (U1)")

    await store.archive.admit(Intake(keys={}, merges=((younger.ref, older.ref),)))

    for ref in (younger.ref, older.ref):
        read, shared = await store.archive.by_ref(ref, workspace=HERE), await store.archive.by_ref(ref)
        assert read
        assert shared
        assert (read.ref, read.title, len(read.articles)) == (older.ref, "Orca swims along", 2)
        assert shared.title == "Sakana opens a lab"
    assert await store.archive.search(Search(words="sakana", workspace=HERE)) == ()
    found = await store.archive.search(Search(words="orca report", workspace=HERE))
    assert [each.ref for each in found] == [older.ref]
    history = await store.archive.history(older.ref, workspace=HERE)
    assert [(one.story.title, one.workspace, one.person) for one in history] == [
        ("Sakana opens a lab", "", ""),
        ("Orca swims along", HERE, "Ada (U1)"),
    ]
    assert [one.workspace for one in await store.archive.history(older.ref, workspace=THERE)] == ["", ""]


@pytest.mark.parametrize("last", ["older", "younger"])
async def test_of_two_readings_that_a_merge_brings_together_the_later_one_stays(store: Store, last: str) -> None:
    older, younger = await kept(store, "Sakana opens a lab", "a"), await kept(store, "Sakana has a lab", "b")
    first, second = (younger, older) if last == "older" else (older, younger)
    await restate(store, first, corrected("Orca swims along"), HERE)
    await restate(store, second, corrected("Manta likes reefs"), HERE)

    await store.archive.admit(Intake(keys={}, merges=((younger.ref, older.ref),)))

    read = await store.archive.by_ref(younger.ref, workspace=HERE)
    assert read
    assert read.title == "Manta likes reefs"
    assert await store.archive.search(Search(words="orca", workspace=HERE)) == ()
    assert len(await store.archive.search(Search(words="manta", workspace=HERE))) == 1


async def test_a_reading_is_there_for_other_processes_and_among_mistyped_titles(store: Store, other: Store) -> None:
    one = await kept(store)
    await other.archive.nearest("sakana", workspace=HERE)

    await restate(store, one, corrected("Orcinus likes swimming pools"), HERE)

    [(nearest, likeness)] = await other.archive.nearest("orcinos liks swiming pools", workspace=HERE)
    assert (nearest.title, likeness > 85) == ("Orcinus likes swimming pools", True)
    assert await other.archive.nearest("orcinos", workspace=THERE) == ()


def entry(held: Story, now: Story) -> Change:
    return Change(
        at=NOW,
        workspace=HERE,
        person="Ada (U1)",
        action="correct",
        subject=now.ref,
        detail=f"{held.title} > {now.title}",
        event="E1",
    )


async def test_the_entry_of_the_audit_log_is_kept_with_the_correction_or_neither_is(store: Store) -> None:
    one = await kept(store)

    def refused(held: Story) -> Story:
        raise NotFound(held.title)

    for make in (refused, corrected("Orca swims along"), corrected("Manta likes reefs")):
        with contextlib.suppress(NotFound, DoneBefore):
            await store.archive.restate(one.ref, make, workspace=HERE, reason="corrected", at=NOW, entry=entry)

    [change] = await store.audit.changes(HERE)
    assert (change.subject, change.detail) == (one.ref, f"{one.title} > Orca swims along")
    told = await store.archive.by_ref(one.ref, workspace=HERE)
    assert told
    assert told.title == "Orca swims along"
    assert [revision.reason for revision in await store.archive.history(one.ref, workspace=HERE)][1:] == ["corrected"]
