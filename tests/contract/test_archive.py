import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.coverage import copies
from bot.errors import DaybriefError
from bot.model import FeedState, Origin, Passage, Source, Story, StoryStatus
from bot.ports import Intake, Known, Search, Store
from bot.refs import candidates, looks_like_ref
from tests.contract.values import DAY, FULL_ARTICLE, FULL_STORY, HOUR, NOW, article, intake, story, unfilled

OURS, THEIRS = "slack:T1", "slack:T2"

HOSTILE = [
    '"',
    "'",
    '""" OR 1',
    "NEAR(lab opens)",
    "lab NEAR/2 opens",
    "lab AND OR NOT",
    "NOT lab",
    "title:lab",
    "-lab",
    "*",
    "lab* *",
    "^lab",
    "(lab",
    "lab)",
    "{title}: lab",
    "lab;DROP TABLE story",
    "%_%",
    "\x00",
    "lab\x00opens",
    "🚀",
    "👩‍👩‍👧‍👦 lab",
    "\ud800",
    "ﷺ",
    "\u202elab",
    "\n\t ",
    "lab " * 2500,
    "x" * 10_000,
    "é" * 10_000,
    "\\",
    "\u017ftra\u00dfe",
]


async def admitted(store: Store, *stories: Story) -> tuple[Story, ...]:
    return await store.archive.admit(intake(*stories))


# -------------------------------------------------------------------------------------------------------- keeping


async def test_a_story_with_every_field_comes_back_as_it_was_kept(store: Store) -> None:
    [kept] = await admitted(store, FULL_STORY)

    assert not unfilled(FULL_ARTICLE)
    assert set(unfilled(FULL_STORY)) <= {"ref"}
    assert not unfilled(FULL_STORY.sections)
    assert kept == replace(FULL_STORY, ref=kept.ref)
    assert await store.archive.by_ref(kept.ref) == kept


async def test_a_story_with_the_least_comes_back_with_no_more(store: Store) -> None:
    least = story("", article("a", url="", title="", published=None, source=Source(name="", domain="")))

    [kept] = await admitted(store, least)

    assert await store.archive.by_ref(kept.ref) == replace(least, ref=kept.ref)


async def test_an_imported_story_needs_no_articles(store: Store) -> None:
    kept = await store.archive.revise(story("By hand", origin=Origin.IMPORT), reason="imported", at=NOW)

    assert looks_like_ref(kept.ref)
    assert await store.archive.by_ref(kept.ref) == kept


async def test_stories_are_named_after_what_founded_them(store: Store) -> None:
    [gathered] = await admitted(store, story("Any", article("a")))
    imported = await store.archive.revise(story("By hand", origin=Origin.IMPORT), reason="imported", at=NOW)

    assert gathered.ref == next(candidates("a"))
    assert imported.ref == next(candidates("By hand"))


async def test_articles_are_known_by_their_names(store: Store) -> None:
    known = article("a", extract="some text", feed="https://example.org/feed.xml")
    await store.archive.admit(intake(story("A", known), names={"a": ("url:1", "guid:2")}))

    found = await store.archive.known(["url:1", "guid:2", "url:9"])

    expected = Known(
        key="a", title=known.title, url=known.url, feed=known.feed, extract="some text", first_seen=known.first_seen
    )
    assert found == {"url:1": expected, "guid:2": expected}


async def test_an_article_without_a_story_is_known_as_well(store: Store) -> None:
    await store.archive.admit(Intake(articles=(article("a"),), keys={"a": ("url:a",)}))

    assert set(await store.archive.known(["url:a"])) == {"url:a"}


async def test_an_old_article_gets_the_names_under_which_it_turned_up_again(store: Store) -> None:
    await admitted(store, story("A", article("a")))

    await store.archive.admit(Intake(keys={"a": ("guid:new",), "unknown": ("guid:lost",)}))

    found = await store.archive.known(["guid:new", "guid:lost"])
    assert {name: known.key for name, known in found.items()} == {"guid:new": "a"}


async def test_a_recurring_name_means_the_newest_article_that_has_it(store: Store) -> None:
    await store.archive.admit(intake(story("Monday", article("a")), names={"a": ("title:weekly",)}))
    later = article("b", at=NOW + 7 * DAY)

    await store.archive.admit(intake(story("Next Monday", later), names={"b": ("title:weekly",)}))
    await store.archive.admit(Intake(keys={"a": ("title:weekly",)}))

    found = await store.archive.known(["title:weekly"])
    assert found["title:weekly"].key == "b"


async def test_an_intake_is_kept_whole_or_not_at_all(store: Store) -> None:
    broken = story("B \ud800", article("b"))  # no database takes half a character
    brought = replace(intake(story("A", article("a")), broken), feeds=(FeedState(url="feed.xml"),))

    with pytest.raises(ValueError, match="surrogates"):
        await store.archive.admit(brought)

    assert await store.archive.known(["url:a"]) == {}
    assert await store.archive.search(Search()) == ()
    assert await store.feeds.states() == {}


async def test_an_empty_intake_changes_nothing(store: Store) -> None:
    assert await store.archive.admit(Intake(keys={})) == ()


# -------------------------------------------------------------------------------------- others who were faster


async def test_two_processes_that_bring_the_same_news_make_one_story(store: Store, other: Store) -> None:
    brought = intake(story("A", article("a"), article("b")))

    both = await asyncio.gather(store.archive.admit(brought), other.archive.admit(brought))

    assert both[0] == both[1]
    assert len(await store.archive.search(Search())) == 1


async def test_an_article_that_is_held_stays_with_its_story(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))

    [second] = await admitted(store, story("Second", article("a"), article("b", at=NOW - HOUR)))

    assert second.ref != first.ref
    assert [one.key for one in second.articles] == ["b"]
    assert second.news_at == NOW - HOUR
    assert await store.archive.by_ref(first.ref) == first


async def test_an_article_that_just_came_under_the_same_name_is_the_same(store: Store) -> None:
    [first] = await store.archive.admit(intake(story("A", article("a")), names={"a": ("url:same", "guid:1")}))

    [second] = await store.archive.admit(intake(story("A", article("z")), names={"z": ("url:same", "guid:2")}))

    assert second == first
    found = await store.archive.known(["url:same", "guid:2"])
    assert {known.key for known in found.values()} == {"a"}


async def test_a_story_whose_articles_are_all_held_is_not_founded(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))

    again = await admitted(store, story("Another headline", article("a")), story("New", article("b")))

    assert again[0] == first
    assert again[1].title == "New"
    assert len(await store.archive.search(Search())) == 2


async def test_a_grown_story_keeps_what_another_process_added_to_it(store: Store) -> None:
    [seen] = await admitted(store, story("A", article("a")))
    await admitted(store, replace(seen, articles=(*seen.articles, article("b", at=NOW + HOUR)), news_at=NOW + HOUR))

    stale = replace(seen, title="Newer", articles=(*seen.articles, article("c", at=NOW + timedelta(minutes=1))))
    [grown] = await admitted(store, stale)

    assert [one.key for one in grown.articles] == ["a", "c", "b"]
    assert (grown.title, grown.news_at) == ("Newer", NOW + HOUR)


@pytest.mark.parametrize("status", [StoryStatus.CORRECTED, StoryStatus.WITHDRAWN])
async def test_a_draft_does_not_overwrite_what_a_person_has_corrected_meanwhile(
    store: Store, status: StoryStatus
) -> None:
    [seen] = await admitted(store, story("A", article("a")))
    corrected = replace(seen, title="Corrected", status=status, status_at=NOW)
    await store.archive.revise(corrected, reason=status.value, at=NOW)

    [grown] = await admitted(store, replace(seen, title="Draft", articles=(*seen.articles, article("b"))))

    assert (grown.title, grown.status) == ("Corrected", status)
    assert [one.key for one in grown.articles] == ["a", "b"]


async def test_many_stories_brought_at_once_all_get_names_of_their_own(store: Store, other: Store) -> None:
    brought = [intake(story(f"Story {number}", article(f"a{number}"))) for number in range(40)]

    kept = await asyncio.gather(*((store, other)[place % 2].archive.admit(one) for place, one in enumerate(brought)))

    assert len({one.ref for [one] in kept}) == 40


# ------------------------------------------------------------------------------------------------------ revisions


async def test_a_grown_story_is_replaced_and_its_former_text_stays_on_record(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))
    more = replace(first, title="Second", articles=(*first.articles, article("b", at=NOW + HOUR)), news_at=NOW + HOUR)

    [grown] = await admitted(store, more)

    assert grown == replace(more, copies=copies(more.articles))
    former, present = await store.archive.history(first.ref)
    assert (former.number, former.reason, former.at, former.story) == (1, "gathered", NOW, first)
    assert (present.number, present.reason, present.at, present.story) == (2, "grown", NOW + HOUR, grown)


async def test_growing_without_new_text_makes_no_revision(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))

    [later] = await admitted(store, replace(first, news_at=NOW + HOUR, analyst="acme:large"))

    assert (later.news_at, later.analyst) == (NOW + HOUR, "acme:large")
    assert await store.archive.by_ref(first.ref) == later
    assert len(await store.archive.history(first.ref)) == 1


async def test_a_revision_is_kept_with_its_reason_and_time(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))
    withdrawn = replace(first, status=StoryStatus.WITHDRAWN, status_reason="untrue", status_at=NOW + HOUR)

    kept = await store.archive.revise(withdrawn, reason="withdrawn", at=NOW + HOUR)

    assert kept == withdrawn
    assert await store.archive.by_ref(first.ref) == withdrawn
    last = (await store.archive.history(first.ref))[-1]
    assert (last.number, last.reason, last.at, last.story) == (2, "withdrawn", NOW + HOUR, withdrawn)


async def test_revising_without_a_change_makes_no_revision(store: Store) -> None:
    [first] = await admitted(store, FULL_STORY)

    assert await store.archive.revise(first, reason="imported", at=NOW + DAY) == first

    assert len(await store.archive.history(first.ref)) == 1


async def test_a_revised_story_keeps_the_articles_that_it_held(store: Store) -> None:
    [first] = await admitted(store, story("First", article("a")))

    kept = await store.archive.revise(replace(first, articles=(article("b"),)), reason="imported", at=NOW)

    assert {one.key for one in kept.articles} == {"a", "b"}


async def test_a_new_story_gets_the_ref_it_asks_for_if_that_was_never_used(store: Store) -> None:
    kept = await store.archive.revise(story("A", ref="k7q4", origin=Origin.IMPORT), reason="imported", at=NOW)
    invalid = await store.archive.revise(story("B", ref="no ref", origin=Origin.IMPORT), reason="imported", at=NOW)

    assert kept.ref == "K7Q4"
    assert looks_like_ref(invalid.ref)


async def test_history_of_an_unknown_ref_is_empty(store: Store) -> None:
    assert await store.archive.history("K7Q4") == ()


# ---------------------------------------------------------------------------------------------------- refs, merges


async def test_a_ref_is_found_in_any_case_of_letters(store: Store) -> None:
    [kept] = await admitted(store, story("A", article("a")))

    assert await store.archive.by_ref(f" {kept.ref.lower()} ") == kept
    assert await store.archive.by_ref("") is None


async def test_merged_refs_lead_to_the_older_story_through_any_number_of_merges(store: Store) -> None:
    one, two, three = await admitted(
        store, story("One", article("a")), story("Two", article("b")), story("Three", article("c"))
    )

    await store.archive.admit(Intake(keys={}, merges=((three.ref, two.ref),)))
    await store.archive.admit(Intake(keys={}, merges=((two.ref, one.ref),)))

    assert await store.archive.names(three.ref) == (one.ref, two.ref, three.ref)
    assert await store.archive.names("ZZ9Z") == ()

    found = [await store.archive.by_ref(ref) for ref in (one.ref, two.ref, three.ref)]
    assert found[0]
    assert found[0].ref == one.ref
    assert {article.key for article in found[0].articles} == {"a", "b", "c"}
    assert found == [found[0]] * 3
    assert len(await store.archive.search(Search())) == 1
    assert await store.archive.history(three.ref) == await store.archive.history(one.ref)


async def test_a_merge_and_the_grown_story_come_in_one_intake(store: Store) -> None:
    one, two = await admitted(store, story("One", article("a")), story("Two", article("b")))
    grown = replace(one, title="Both", articles=(*one.articles, *two.articles, article("c")))

    [kept] = await store.archive.admit(replace(intake(grown), merges=((two.ref, one.ref),)))

    assert kept == replace(grown, copies=copies(grown.articles))
    assert await store.archive.by_ref(two.ref) == kept
    assert [revision.reason for revision in await store.archive.history(one.ref)] == ["gathered", "grown"]


async def test_merging_again_or_in_a_circle_changes_nothing(store: Store) -> None:
    one, two = await admitted(store, story("One", article("a")), story("Two", article("b")))
    merges = ((two.ref, one.ref), (one.ref, two.ref), (two.ref, two.ref), ("ZZ9Z", one.ref), (one.ref, "ZZ9Z"))

    for _ in range(2):
        await store.archive.admit(Intake(keys={}, merges=merges))

    kept = await store.archive.by_ref(two.ref)
    assert kept
    assert kept.ref == one.ref
    assert len(await store.archive.history(one.ref)) == 2


async def test_a_private_story_is_not_merged_into_a_public_one(store: Store) -> None:
    public, private = await admitted(
        store, story("Public", article("a")), story("Private", article("b"), workspaces=(OURS,))
    )

    await store.archive.admit(Intake(keys={}, merges=((private.ref, public.ref),)))

    assert await store.archive.by_ref(private.ref, workspace=THEIRS) is None
    assert await store.archive.by_ref(private.ref, workspace=OURS) == private


async def test_a_ref_is_not_given_again_after_its_story_was_forgotten(store: Store) -> None:
    [first] = await admitted(store, story("A", article("a")))
    assert await store.archive.forget(NOW + DAY) == 1

    [again] = await admitted(store, story("A", article("a")))
    asked = await store.archive.revise(replace(first, articles=()), reason="imported", at=NOW)

    assert len({first.ref, again.ref, asked.ref}) == 3
    assert await store.archive.by_ref(first.ref) is None


# ------------------------------------------------------------------------------------------------------ forgetting


async def test_forgetting_drops_what_is_older_and_nothing_else(store: Store) -> None:
    old, new = await admitted(
        store, story("Old", article("a"), at=NOW - DAY), story("New", article("b"), article("c", at=NOW - 9 * DAY))
    )
    await store.archive.admit(Intake(articles=(article("loose", at=NOW - DAY),), keys={"loose": ("url:loose",)}))

    assert await store.archive.forget(NOW) == 1

    assert await store.archive.by_ref(old.ref) is None
    assert await store.archive.history(old.ref) == ()
    assert await store.archive.by_ref(new.ref) == new
    assert await store.archive.search(Search(words="old")) == ()
    assert await store.archive.complete("old") == ()
    assert set(await store.archive.known(["url:c", "url:loose"])) == {"url:c"}
    assert await store.archive.forget(NOW) == 0


async def test_an_undated_article_is_still_recognised_after_its_story_was_forgotten(store: Store) -> None:
    undated, dated = article("a", published=None, extract="long"), article("b")
    await admitted(store, story("A", undated, dated))

    await store.archive.forget(NOW + DAY)

    [(name, known)] = (await store.archive.known(["url:a", "url:b"])).items()
    assert (name, known.extract) == ("url:a", "")


# -------------------------------------------------------------------------------------------------- urls, titles


@pytest.mark.parametrize(
    "url", ["https://example.org/a", "http://www.example.org/a/", "https://EXAMPLE.org/a?utm_source=x"]
)
async def test_a_story_is_found_by_any_form_of_an_articles_url(store: Store, url: str) -> None:
    [kept] = await admitted(store, story("A", article("a", url="https://www.example.org/a")))

    assert await store.archive.by_url(url) == kept


async def test_what_is_no_url_finds_nothing(store: Store) -> None:
    await admitted(store, story("A", article("a", url="")))

    for url in ("", "no url", "ftp://example.org/a", "https://example.org/other"):
        assert await store.archive.by_url(url) is None


async def test_of_stories_with_the_same_title_or_url_the_newest_is_meant(store: Store) -> None:
    shared = "https://example.org/shared"
    await admitted(
        store,
        story("The same", article("a", url=shared), at=NOW + HOUR),
        story("the  SAME ", article("b", url=shared), at=NOW),
    )

    by_title, by_url = await store.archive.by_title(" THE same"), await store.archive.by_url(shared)

    assert by_title
    assert by_url
    assert by_title.title == by_url.title == "The same"
    assert await store.archive.by_title("The") is None


# -------------------------------------------------------------------------------------------------------- windows


async def test_a_window_opens_after_its_first_instant_and_closes_with_its_last(store: Store) -> None:
    moment = timedelta(microseconds=1)
    times = [NOW, NOW + moment, NOW + HOUR, NOW + HOUR + moment]
    await admitted(store, *(story(f"At {place}", article(f"a{place}"), at=at) for place, at in enumerate(times)))

    found = await store.archive.window(NOW, NOW + HOUR)

    assert [one.title for one in found] == ["At 1", "At 2"]


async def test_a_window_is_in_order_of_time_then_ref_and_holds_withdrawn_stories(store: Store) -> None:
    kept = await admitted(store, *(story(f"Story {place}", article(f"a{place}")) for place in range(5)))
    withdrawn = replace(kept[0], status=StoryStatus.WITHDRAWN)
    await store.archive.revise(withdrawn, reason="withdrawn", at=NOW)
    [late] = await admitted(store, story("First", article("x"), at=NOW - HOUR))

    found = await store.archive.window(NOW - DAY, NOW)

    assert found == (late, *sorted((withdrawn, *kept[1:]), key=lambda one: one.ref))


async def test_counts_are_of_articles_that_became_news_in_the_window(store: Store) -> None:
    undated = article("b", at=NOW - HOUR, published=None)
    await admitted(store, story("A", article("a", at=NOW - DAY), undated, article("c", at=NOW + HOUR)))

    assert await store.archive.counts(NOW - DAY, NOW) == (1, NOW - HOUR)
    assert await store.archive.counts(NOW - 2 * DAY, NOW + HOUR) == (3, NOW + HOUR)
    assert await store.archive.counts(NOW - 9 * DAY, NOW - 8 * DAY) == (0, None)


# --------------------------------------------------------------------------------------------------------- search


async def found(store: Store, **wanted: object) -> list[str]:
    return [one.title for one in await store.archive.search(Search(**wanted))]  # type: ignore[arg-type]


async def test_a_story_is_found_by_words_of_any_of_its_texts(store: Store) -> None:
    await admitted(store, replace(FULL_STORY, workspaces=()), story("Other", article("z")))

    texts = "opens", "It is open", "opened", "paragraph", "history", "Zürich", "实验室", "the example", "example.org"
    for words in texts:
        assert "A lab opens" in await found(store, words=words), words


async def test_all_words_must_occur_and_the_last_may_be_incomplete(store: Store) -> None:
    await admitted(store, story("Sakana AI launches a lab", article("a")), story("A lab burns", article("b")))

    assert await found(store, words="lab sak") == ["Sakana AI launches a lab"]
    assert await found(store, words="sak lab") == []
    assert await found(store, words="lab whale") == []


async def test_case_accents_and_punctuation_do_not_matter(store: Store) -> None:
    await admitted(store, story("Zürich: GPT-4o's Straße", article("a")))

    for words in ("zurich", "ZÜRICH!", "gpt 4o", "gpt-4o", "strasse", "STRASSE", "straße"):
        assert await found(store, words=words), words


async def test_a_word_in_the_title_weighs_more_than_one_in_the_text(store: Store) -> None:
    title = story("Chips are short", article("a"), at=NOW - DAY)
    text = story("Something else", article("b"), takeaway="It is about chips, chips and chips.")
    await admitted(store, title, text)

    assert await found(store, words="chips") == ["Chips are short", "Something else"]


async def test_without_words_the_newest_stories_come_first(store: Store) -> None:
    await admitted(store, *(story(f"At {hour}", article(f"a{hour}"), at=NOW + hour * HOUR) for hour in (2, 3, 1)))

    assert await found(store) == ["At 3", "At 2", "At 1"]
    assert await found(store, limit=1) == ["At 3"]


async def test_filters_narrow_a_search_with_and_without_words(store: Store) -> None:
    labs = story("Lab one", article("a"), at=NOW, topics=("Labs", "chips"))
    other = story(
        "Lab two",
        article("b", source=Source(name="Daily Planet", domain="planet.example")),
        at=NOW + HOUR,
        topics=("laboratories",),
    )
    await admitted(store, labs, other)

    for words in ("", "lab"):
        assert await found(store, words=words, since=NOW + HOUR) == ["Lab two"]
        assert await found(store, words=words, until=NOW + HOUR) == ["Lab one"]
        assert await found(store, words=words, topic="labs") == ["Lab one"]
        assert await found(store, words=words, source="PLANET") == ["Lab two"]
        assert await found(store, words=words, source="planet.ex", topic="labs") == []


async def test_withdrawn_stories_are_found_by_ref_only(store: Store) -> None:
    [kept] = await admitted(store, story("Sakana opens a lab", article("a")))
    await store.archive.nearest("sakana")

    await store.archive.revise(replace(kept, status=StoryStatus.WITHDRAWN), reason="withdrawn", at=NOW)

    assert await found(store, words="sakana") == []
    assert await found(store) == []
    assert await store.archive.complete("sakana") == ()
    assert await store.archive.nearest("sakana") == ()
    assert await store.archive.by_ref(kept.ref)
    for workspace, is_found in (("slack:T1", False), ("", False), (None, True)):  # the operator may import it again
        by_url = await store.archive.by_url(kept.articles[0].url, workspace=workspace)
        by_title = await store.archive.by_title(kept.title, workspace=workspace)
        assert (by_url is not None, by_title is not None) == (is_found, is_found)


async def test_what_was_corrected_or_withdrawn_is_told_from_what_still_stands(store: Store) -> None:
    one, two, three = await admitted(
        store, story("One", article("a")), story("Two", article("b")), story("Three", article("c"))
    )
    await store.archive.admit(Intake(keys={}, merges=((three.ref, one.ref),)))
    refs = [three.ref, two.ref, one.ref, "ZZZ9"]
    assert await store.archive.restated(refs) == {}

    merged = await store.archive.by_ref(one.ref)
    assert merged
    corrected = replace(merged, title="Won", status=StoryStatus.CORRECTED, status_at=NOW)
    kept = await store.archive.revise(corrected, reason="corrected", at=NOW)

    assert await store.archive.restated(refs) == {one.ref: kept, three.ref: kept}
    assert await store.archive.restated([]) == {}


async def test_a_story_is_found_by_its_present_text_only(store: Store) -> None:
    [kept] = await admitted(store, story("Sakana opens a lab", article("a")))
    await store.archive.nearest("sakana")

    await store.archive.revise(replace(kept, title="Orca opens a pool"), reason="corrected", at=NOW)

    assert await found(store, words="sakana") == []
    assert await found(store, words="orca pool") == ["Orca opens a pool"]
    [(nearest, likeness)] = await store.archive.nearest("orka pool")
    assert nearest.title == "Orca opens a pool"
    assert likeness > 85
    assert await store.archive.nearest("sakana") == ()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_is_taken_for_a_query_language(store: Store, text: str) -> None:
    await admitted(store, story("A lab opens", article("a")))

    await store.archive.search(Search(words=text))
    await store.archive.search(Search(topic=text, source=text))
    await store.archive.complete(text)
    await store.archive.nearest(text)
    await store.archive.by_title(text)
    await store.archive.by_url(f"https://example.org/{text}")
    await store.archive.by_ref(text)

    assert len(await store.archive.search(Search())) == 1


async def test_words_that_are_operators_elsewhere_are_words_here(store: Store) -> None:
    await admitted(store, story("Near misses and not much more", article("a")), story("Lab", article("b")))

    assert await found(store, words="NOT near AND") == ["Near misses and not much more"]


# ------------------------------------------------------------------------------------------ completing, mistyping


async def completed(store: Store, typed: str, **other: object) -> list[str]:
    return [title for _, title in await store.archive.complete(typed, **other)]  # type: ignore[arg-type]


async def test_completions_fit_what_was_typed_newest_first(store: Store) -> None:
    stories = [story(f"Sakana news {hour}", article(f"a{hour}"), at=NOW + hour * HOUR) for hour in (2, 3, 1)]
    kept = await admitted(store, *stories, story("Something else", article("b")))

    assert await completed(store, "sak") == ["Sakana news 3", "Sakana news 2", "Sakana news 1"]
    assert await completed(store, "sakana ne") == ["Sakana news 3", "Sakana news 2", "Sakana news 1"]
    assert (await store.archive.complete("sakana news 3"))[0] == (kept[1].ref, "Sakana news 3")
    assert await completed(store, "s", limit=2) == ["Sakana news 3", "Sakana news 2"]
    assert await completed(store, "") == []


@pytest.mark.parametrize(
    "typed", ["sakna", "skaana la", "recursve self-imp", "self improvment lab", "laucnhes recursive"]
)
async def test_a_completion_forgives_a_typing_error(store: Store, typed: str) -> None:
    await admitted(
        store,
        story("Sakana AI launches a recursive self-improvement lab, challenging US labs", article("a")),
        story("Chip maker raises its forecast on demand for servers", article("b")),
        story("Regulators look at data centres and their thirst", article("c")),
    )

    offered = await completed(store, typed)

    assert offered
    assert offered[0].startswith("Sakana")


async def test_what_is_typed_wrong_beyond_recognition_completes_to_nothing(store: Store) -> None:
    await admitted(store, story("Sakana AI launches a lab", article("a")))

    assert await completed(store, "zzzzyx qqwq") == []


@pytest.mark.parametrize(
    "words", ["sakna lab", "recursive self improvment", "SAKANA", "chalenging labs", "sakana launc"]
)
async def test_the_nearest_title_is_the_one_that_was_mistyped(store: Store, words: str) -> None:
    [meant, _, _] = await admitted(
        store,
        story("Sakana AI launches a recursive self-improvement lab, challenging US labs", article("a")),
        story("A lab for nothing in particular opens", article("b")),
        story("Sandstorm slows launches at the cape", article("c")),
    )

    nearest = await store.archive.nearest(words)

    assert nearest[0][0] == meant
    assert 86 <= nearest[0][1] <= 100
    assert [likeness for _, likeness in nearest] == sorted((likeness for _, likeness in nearest), reverse=True)


async def test_nearest_gives_no_more_than_asked_for_and_nothing_for_nothing(store: Store) -> None:
    await admitted(store, *(story(f"Lab {number}", article(f"a{number}")) for number in range(9)))

    assert len(await store.archive.nearest("lab")) == 3
    assert len(await store.archive.nearest("lab", limit=5)) == 5
    assert await store.archive.nearest(" ") == ()


async def test_titles_kept_by_another_process_are_forgiven_errors_too(store: Store, other: Store) -> None:
    await admitted(store, story("Old lab", article("a")))
    await store.archive.nearest("lab")

    await admitted(other, story("Sakana opens", article("b")))

    assert await completed(store, "sakna") == ["Sakana opens"]


# ----------------------------------------------------------------------------------------------------- workspaces


async def test_a_private_story_exists_for_its_workspaces_and_the_operator_only(store: Store) -> None:
    url = "https://intranet.example/plan"
    [kept] = await admitted(store, story("Secret plan", article("a", url=url), workspaces=(OURS, "discord:9")))

    for workspace, is_visible in ((OURS, True), ("discord:9", True), (None, True), (THEIRS, False), ("", False)):
        ways = [
            await store.archive.by_ref(kept.ref, workspace=workspace) is not None,
            await store.archive.by_url(url, workspace=workspace) is not None,
            await store.archive.by_title("Secret plan", workspace=workspace) is not None,
            bool(await store.archive.search(Search(workspace=workspace))),
            bool(await store.archive.search(Search(words="secret", workspace=workspace))),
            bool(await store.archive.complete("secret", workspace=workspace)),
            bool(await store.archive.complete("secert plan", workspace=workspace)),
            bool(await store.archive.nearest("secret plan", workspace=workspace)),
        ]
        assert ways == [is_visible] * len(ways), workspace


async def test_two_workspaces_with_equal_names_for_everything_do_not_meet(store: Store) -> None:
    ours = story("Plan", article("a", title="Ours", extract="ours"), workspaces=(OURS,), origin=Origin.IMPORT)
    theirs = story("Plan", article("a", title="Theirs", extract="theirs"), workspaces=(THEIRS,), origin=Origin.IMPORT)

    kept_ours = await store.archive.revise(ours, reason="imported", at=NOW)
    kept_theirs = await store.archive.revise(theirs, reason="imported", at=NOW)

    assert kept_ours.ref != kept_theirs.ref
    for workspace, kept, text in ((OURS, kept_ours, "ours"), (THEIRS, kept_theirs, "theirs")):
        assert await store.archive.by_title("Plan", workspace=workspace) == kept
        assert await store.archive.by_url("https://example.org/a", workspace=workspace) == kept
        assert kept.articles[0].extract == text


async def test_many_private_stories_do_not_crowd_public_ones_out(store: Store) -> None:
    [public] = await admitted(store, story("Lab in the open", article("public"), at=NOW - DAY))
    secrets = [story(f"Lab {n}", article(f"s{n}"), workspaces=(THEIRS,)) for n in range(120)]
    await admitted(store, *secrets)

    assert await store.archive.search(Search(words="lab", workspace=OURS)) == (public,)
    assert await store.archive.complete("lab", workspace=OURS) == ((public.ref, public.title),)
    assert [one for one, _ in await store.archive.nearest("lab", workspace=OURS)] == [public]


async def test_a_story_that_becomes_public_exists_for_everybody(store: Store) -> None:
    [kept] = await admitted(store, story("Plan", article("a"), workspaces=(OURS,)))
    await store.archive.nearest("plan")

    public = await store.archive.revise(replace(kept, workspaces=()), reason="imported", at=NOW)

    assert await store.archive.by_ref(kept.ref, workspace=THEIRS) == public
    assert [one for one, _ in await store.archive.nearest("plan", workspace=THEIRS)] == [public]


async def test_of_the_same_title_and_url_each_audience_has_its_own_story(store: Store) -> None:
    report = article("a", url="https://wire.test/a")
    audiences: tuple[tuple[str, ...], ...] = ((), ("slack:T1",), ("slack:T2",), ("slack:T1", "slack:T2"))
    kept = [
        await store.archive.revise(story("Same", report, workspaces=whose), reason="imported", at=NOW)
        for whose in audiences
    ]

    for whose, one in zip(audiences, kept, strict=True):
        assert await store.archive.by_title("same", audience=whose[::-1]) == one
        assert await store.archive.by_url("https://wire.test/a", audience=whose) == one
    assert await store.archive.by_title("same", audience=("slack:T3",)) is None


async def test_growing_does_not_change_whom_a_story_exists_for(store: Store) -> None:
    [kept] = await admitted(store, story("Plan", article("a"), workspaces=(OURS,)))

    await admitted(store, replace(kept, workspaces=(), articles=(*kept.articles, article("b"))))

    assert await store.archive.by_ref(kept.ref, workspace=THEIRS) is None


# --------------------------------------------------------------------------------------------------------- closing


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()

    with pytest.raises(DaybriefError, match="closed"):
        await store.archive.search(Search())


async def test_what_was_accepted_before_closing_is_kept(store: Store, other: Store) -> None:
    accepted = asyncio.gather(*(admitted(store, story(f"S{n}", article(f"a{n}"))) for n in range(20)))
    await asyncio.sleep(0)
    await store.close()

    assert len(await accepted) == 20
    assert len(await other.archive.search(Search(limit=50))) == 20


# --------------------------------------------------------------------------------------------------------- changing


async def test_a_change_is_made_of_the_story_as_it_is_now(store: Store, other: Store) -> None:
    [kept] = await admitted(store, FULL_STORY)
    await other.archive.revise(replace(kept, takeaway="Somebody else wrote this."), reason="corrected", at=NOW)

    changed = await store.archive.change(kept.ref, lambda now: replace(now, title="New"), reason="analysed", at=NOW)

    assert changed is not None
    assert (changed.title, changed.takeaway) == ("New", "Somebody else wrote this.")
    assert await other.archive.by_ref(kept.ref) == changed
    assert [one.reason for one in await store.archive.history(kept.ref)][1:] == ["corrected", "analysed"]


async def test_a_change_of_anything_but_text_is_no_revision(store: Store) -> None:
    [kept] = await admitted(store, replace(FULL_STORY, significance=None))

    changed = await store.archive.change(kept.ref, lambda now: replace(now, significance=5), reason="-", at=NOW)

    assert changed == replace(kept, significance=5)
    assert await store.archive.by_ref(kept.ref) == changed
    assert len(await store.archive.history(kept.ref)) == 1


async def test_a_change_touches_neither_ref_nor_articles_and_none_is_kept_of_no_story(store: Store) -> None:
    [kept] = await admitted(store, FULL_STORY)

    same = await store.archive.change(
        kept.ref.lower(), lambda now: replace(now, ref="ZZ9Z", articles=()), reason="-", at=NOW
    )

    assert same == kept
    assert await store.archive.change("ZZ9Z", lambda now: now, reason="-", at=NOW) is None


async def test_a_change_that_fails_keeps_nothing_and_harms_nobody(store: Store) -> None:
    [kept] = await admitted(store, FULL_STORY)

    def fail(_: Story) -> Story:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.archive.change(kept.ref, fail, reason="-", at=NOW)

    assert await store.archive.by_ref(kept.ref) == kept
    after = await store.archive.revise(replace(kept, title="New"), reason="corrected", at=NOW)
    assert after.title == "New"


async def test_growth_keeps_what_a_model_wrote_after_the_round_had_looked(store: Store) -> None:
    [kept] = await admitted(store, replace(story("A lab opens", article("a")), analyst="extractive"))
    effects = Passage(text="More of them.", analyst="acme:large")
    grown = replace(kept, title="Two labs open", articles=(*kept.articles, article("b")))
    await store.archive.change(
        kept.ref,
        lambda now: replace(now, significance=4, sections=replace(now.sections, second_order_effects=effects)),
        reason="analysed",
        at=NOW,
    )

    [after] = await admitted(store, grown)

    assert (after.title, len(after.articles), after.significance) == ("Two labs open", 2, 4)
    assert after.sections.second_order_effects == effects


async def test_copies_are_told_anew_when_another_process_was_faster(store: Store) -> None:
    (first,) = await store.archive.admit(intake(story("A", article("a"))))
    grown = replace(first, articles=(*first.articles, article("b")))
    await store.archive.admit(intake(grown))

    (kept,) = await store.archive.admit(intake(replace(first, articles=(*first.articles, article("c")))))

    assert sorted(one.key for one in kept.articles) == ["a", "b", "c"]
    assert kept.copies == copies(kept.articles)
    assert kept.copies


async def test_copies_are_told_anew_of_a_new_story_some_of_whose_articles_are_taken(store: Store) -> None:
    await store.archive.admit(intake(story("A", article("a"))))
    new = replace(story("B", article("a"), article("b"), article("c")), copies=("b", "c"))

    (kept,) = await store.archive.admit(intake(new))

    assert {one.key for one in kept.articles} == {"b", "c"}
    assert kept.copies == copies(kept.articles)
    assert len(kept.copies) == 1
