"""Articles about one thing become one story, and no others."""

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.group import WINDOW, Cluster, Judgement, group
from bot.group.folding import folded
from bot.group.likeness import compare
from bot.group.parts import parts
from bot.model import Article
from tests.articles import article
from tests.clock import TUESDAY

HOUR = timedelta(hours=1)
CHIP = [
    article("Norvik unveils Halden chip for on-device inference", "wire.test"),
    article("Norvik's Halden chip promises inference on four watts", "daily.test"),
    article("New Halden chip from Norvik runs large models on devices", "ledger.test"),
    article("Norvik announces Halden, an inference chip for phones", "harbour.test"),
    article("Norvik bets on on-device inference with the Halden chip", "digest.test"),
]
OTHERS = [
    article("Regulators publish a draft on open model weights", "wire.test"),
    article("Lattice raises money for a data centre in the north", "daily.test"),
    article("A study counts the cost of synthetic training data", "ledger.test"),
    article("Orrery Labs opens its evaluation suite", "harbour.test"),
]


def titles(groups: Iterable[Iterable[Article]]) -> set[frozenset[str]]:
    return {frozenset(one.title for one in members) for members in groups}


def existing(ref: str, *articles: Article, posted: bool = False) -> Cluster:
    first_seen = min(one.first_seen for one in articles)
    return Cluster(ref=ref, posted=posted, first_seen=first_seen, articles=articles)


def test_five_publishers_of_one_event_are_one_story_and_the_rest_stay_apart() -> None:
    grouping = group([*CHIP, *OTHERS], [])

    assert titles(grouping.founded) == titles([CHIP, *[[one] for one in OTHERS]])


def test_articles_whose_headlines_share_nothing_are_one_story_if_their_texts_begin_with_the_same_event() -> None:
    extract = "The Halden chip of Norvik is delayed until October, because one memory stack in nine loses data."
    one = article("Norvik's buyers have to wait", "wire.test", extract=extract)
    other = article(
        "Hot stacks, cold feet", "daily.test", extract="One memory stack in nine loses data, so Halden is late."
    )

    assert titles(group([one, other, *OTHERS], []).founded) == titles([[one, other], *[[each] for each in OTHERS]])
    bare = [replace(each, extract="") for each in (one, other)]
    assert len(group(bare, []).founded) == 2


def test_the_order_of_the_articles_makes_no_difference() -> None:
    mixed = [*CHIP, *OTHERS]
    expected = group(mixed, [])
    for seed in range(5):
        random.Random(seed).shuffle(mixed)

        assert group(mixed, []) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Orrery releases Helio-5.3 with a longer context", "Orrery releases Helio-5.4 with a longer context"),
        ("Norvik ships the M4 accelerator to data centres", "Norvik ships the M5 accelerator to data centres"),
        ("Kestrel v1.2.3 fixes the tokenizer", "Kestrel v1.2.4 fixes the tokenizer"),
        ("Opus 4.6 beats its own record in tests", "Opus 4.7 beats its own record in tests"),
        ("Tarnmoor 1.12.41 released with fixes", "Tarnmoor 1.13.8 released with fixes"),
        ("Orrery releases Skarn 5 with open weights", "Orrery releases Skarn 6 with open weights"),
        ("Orrery Releases GPT 5 To All Of Its Users", "Orrery Releases GPT 6 To All Of Its Users"),
        ("Orrery releases Gemini 3 Pro to all", "Orrery releases Gemini 3 Flash to all"),
        ("Orrery releases Llama 4 Scout with open weights", "Orrery releases Llama 4 Maverick with open weights"),
        ("Orrery ships Skarn 5.2-mini with open weights", "Orrery ships Skarn 5.2-nano with open weights"),
        ("Orrery releases Helio\u20115.3 to all", "Orrery releases Helio\u20115.4 to all"),
        ("OpenAI launches Codex for enterprise teams", "OpenAI launches shopping assistant in ChatGPT"),
        ("Orrery opens an office in Oslo for two hundred people", "Orrery sells its robotics arm to Fjord"),
    ],
)
def test_different_versions_and_different_events_of_one_company_stay_apart(one: str, other: str) -> None:
    grouping = group([article(one, "wire.test"), article(other, "daily.test")], [])

    assert len(grouping.founded) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norvik buys chip maker Halden for 20 billion", "Norvik buys chip maker Halden for 17 billion"),
        ("Norvik cuts 9,000 jobs in robotics", "Norvik cuts 9000 jobs in its robotics division"),
        ("Norvik cuts 500 jobs in robotics", "Norvik cuts 600 jobs in robotics"),
        ("Halden valuation hits 40b in new round", "Halden valuation hits 41b in new round"),
        ("Quillon cuts 90 jobs at its Trondheim site", "Quillon cuts 85 jobs at Trondheim site"),
        ("Fire at Quillon site in Trondheim kills 12", "Fire at Quillon site in Trondheim kills 14 people"),
        ("Fire At Quillon Site In Trondheim Kills 12", "Fire At Quillon Site In Trondheim Kills 14"),
        ("Court tells Quillon to pay 20 euros per user", "Court tells Quillon to pay 25 euros per user"),
        ("Quillon stock sinks 8pc after outage", "Quillon stock sinks 9pc after outage"),
        ("Quillon 6 hours outage hits hospitals", "Quillon 7 hours outage hits hospitals"),
        ("Quillon Seals 15 Gigawatt Deal In Trondheim", "Quillon Seals 10 Gigawatt Deal In Trondheim"),
        ("Quillon fined Rs 20 crore in data case", "Quillon fined Rs 21 crore in data case"),
        ("Quillon releases Skarn 5 with open weights", "Quillon releases Skarn 5.0 with open weights"),
        ("Quillon releases Skarn 5.3 with open weights", "Quillon releases Skarn v5.3 with open weights"),
        ("Quillon releases Skarn-5 with open weights", "Quillon releases Skarn 5 Mini and Skarn 5 with open weights"),
    ],
)
def test_an_amount_is_no_version(one: str, other: str) -> None:
    grouping = group([article(one, "wire.test"), article(other, "daily.test")], [])

    assert len(grouping.founded) == 1


def test_no_number_of_articles_without_a_version_brings_two_versions_together() -> None:
    plain = [
        article(f"Orrery {verb} Helio with a longer context", f"{verb}.test") for verb in ("ships", "shows", "sells")
    ]
    first = article("Orrery ships Helio-5.3 with a longer context", "wire.test")
    second = article("Orrery ships Helio-5.4 with a longer context", "daily.test")

    at_once = group([*plain, first, second], []).founded
    later = group([second], [existing("CH2P", *plain, first)])

    assert not [one for one in at_once if {first, second} <= set(one)]
    assert later.joined == ()


def test_no_story_is_longer_than_the_window_however_alike_its_articles() -> None:
    daily = [article("Cloud prices fall again", f"p{day}.test", at=TUESDAY - day * 30 * HOUR) for day in range(6)]

    founded = group(daily, []).founded

    assert all(max(a.news_at for a in one) - min(a.news_at for a in one) <= WINDOW for one in founded)
    assert len(founded) < len(daily)


def test_an_event_that_a_hundred_publishers_report_is_one_story() -> None:
    outlets = [f"{area} {kind}" for area in ("Fjord", "Harbour", "Northern", "Upland", "Valley", "City", "Coastal",
               "Old", "River", "Forest") for kind in ("Echo", "Herald", "Mirror", "Star", "Times", "Voice", "Post",
               "Sun", "Bee", "Wire")]  # fmt: skip
    reports = [
        article(
            f"Norvik unveils Halden chip for on-device inference {name}", f"{place}.test", at=TUESDAY - place * HOUR / 9
        )
        for place, name in enumerate(outlets)
    ]

    assert len(group(reports, []).founded) == 1


def test_a_weekly_series_of_one_feed_never_becomes_one_story() -> None:
    series = [article(f"This week in agents: issue {number}", at=TUESDAY - number * 20 * HOUR) for number in range(4)]

    assert len(group(series, []).founded) == 4


def test_a_daily_series_of_one_feed_never_becomes_one_story() -> None:
    series = [
        article("Daily AI digest #12", at=TUESDAY - 30 * HOUR),
        article("Daily AI digest #13", at=TUESDAY - 6 * HOUR),
        article("Papers of the day 2026-03-01", at=TUESDAY - 30 * HOUR),
        article("Papers of the day 2026-03-02", at=TUESDAY - 6 * HOUR),
    ]

    assert len(group(series, []).founded) == 4


def test_the_same_headline_a_week_later_is_another_story() -> None:
    early = article("Cloud prices fall again", "wire.test", at=TUESDAY - timedelta(days=7))
    late = article("Cloud prices fall again", "daily.test")

    assert len(group([early, late], []).founded) == 2


def test_a_new_article_joins_the_story_that_exists_and_leaves_the_others_alone() -> None:
    known = [existing("CH2P", *CHIP[:2]), existing("RG4W", OTHERS[0])]

    grouping = group(CHIP[2:4], known)

    assert [(ref, titles([articles])) for ref, articles in grouping.joined] == [("CH2P", titles([CHIP[2:4]]))]
    assert grouping.founded == ()
    assert grouping.merges == ()


def test_existing_stories_without_new_articles_are_left_as_they_are() -> None:
    known = [existing("CH2P", CHIP[0]), existing("CH3P", CHIP[1])]

    grouping = group([], known)

    assert (grouping.joined, grouping.founded, grouping.merges) == ((), (), ())


@pytest.mark.parametrize("is_posted", [False, True])
def test_a_bridging_article_merges_the_younger_story_unless_it_was_posted(is_posted: bool) -> None:
    older = existing("CH2P", article(CHIP[0].title, "wire.test", at=TUESDAY - 6 * HOUR))
    younger = existing("CH3P", article(CHIP[0].title + " today", "daily.test"), posted=is_posted)
    bridge = article(CHIP[0].title + " on Tuesday", "ledger.test")

    grouping = group([bridge], [older, younger])

    assert grouping.merges == (() if is_posted else (("CH3P", "CH2P"),))
    assert len(grouping.joined) == 1


def test_a_small_morning_of_unrelated_articles_is_not_lumped_together() -> None:
    lone = [
        article("OpenFold adds a viewer for protein structures", "wire.test"),
        article("OpenFold's founder on hiring in a small team", "daily.test"),
        article("How we cut the cost of our agents", "ledger.test"),
        article("How we test our agents", "harbour.test"),
        article("The state of agents in spring", "digest.test"),
    ]

    assert len(group(lone, []).founded) == 5


def test_articles_about_different_companies_stay_apart_however_alike_they_read() -> None:
    one = article("OpenAI wins a licence for the Fjord data centre in Norway", "wire.test")
    other = article("Mistral wins a licence for the Fjord data centre in Norway", "daily.test")
    bridge = article("OpenAI and Mistral win licences for the Fjord data centre in Norway", "ledger.test")

    assert len(group([one, other], []).founded) == 2
    assert len(group([one, other, bridge], []).founded) == 1


def test_a_company_that_one_of_many_names_in_passing_keeps_nobody_apart() -> None:
    plain = [
        article(f"Regulators fine the Fjord exchange over its audit {word}", f"{word}.test")
        for word in ("today", "again", "sharply")
    ]
    passing = article("Regulators fine the Fjord exchange over its audit, says Facebook page", "wire.test")
    other = article("Regulators fine the Fjord exchange over its audit on YouTube", "daily.test")

    assert len(group([*plain, passing, other], []).founded) == 1


def test_the_day_of_a_month_is_no_version() -> None:
    one = article("Norvik recalls Halden chips sold since March 11", "wire.test")
    other = article("Norvik recalls the Halden chips that it sold since March 12", "daily.test")

    assert len(group([one, other], []).founded) == 1


def test_a_roundup_joins_no_story_and_no_story_joins_it() -> None:
    roundup = article("AI news roundup: Norvik unveils Halden chip for on-device inference", "digest.test")

    assert titles(group([*CHIP, roundup], []).founded) == titles([CHIP, [roundup]])
    assert group(CHIP, [existing("CH2P", roundup)]).joined == ()


def test_titles_that_share_no_word_are_one_story_if_they_mean_the_same() -> None:
    pair = [article("Norvik unveils a chip", "wire.test"), article("New silicon shown in Oslo", "daily.test")]
    lone = article("Cloud prices fall", "ledger.test")
    meaning = {
        pair[0].title: np.array([1, 0, 0], dtype="<f4").tobytes(),
        pair[1].title: np.array([0.8, 0.6, 0], dtype="<f4").tobytes(),
        lone.title: np.array([0, 0, 1], dtype="<f4").tobytes(),
    }

    assert len(group([*pair, lone], [], {}).founded) == 3
    assert titles(group([*pair, lone], [], meaning).founded) == titles([pair, [lone]])


def test_meaning_alone_must_be_nearer_than_meaning_with_a_word_in_common() -> None:
    titles_of = ("Agents in the enterprise", "How firms hire software", "Halden firms hire")
    articles = [article(title, f"p{place}.test") for place, title in enumerate(titles_of)]
    vectors = ([1, 0, 0], [0.5, 0.75**0.5, 0], [0.5, 0, 0.75**0.5])
    meaning = {title: np.array(one, dtype="<f4").tobytes() for title, one in zip(titles_of, vectors, strict=True)}

    assert len(group(articles[:2], [], meaning).founded) == 2
    assert len(group(articles[1:], [], meaning | {titles_of[2]: meaning[titles_of[1]]}).founded) == 1


def test_what_one_feed_says_twice_must_be_nearly_the_same_to_be_one_story() -> None:
    words = ("Norvik unveils Halden chip for phones", "Norvik shows Halden chip again at the fair in Oslo")
    feeds = ("https://wire.test/feed", "https://daily.test/feed")
    twice = [article(title, "wire.test", feed=feeds[0], name=title) for title in words]
    apart = [article(title, "wire.test", feed=feed) for title, feed in zip(words, feeds, strict=True)]

    assert len(group([*twice, *OTHERS], []).founded) == 6
    assert len(group([*apart, *OTHERS], []).founded) == 5


def test_an_article_that_fits_two_stories_alike_goes_to_the_same_one_in_any_order() -> None:
    plain = article("Orrery ships Helio with a longer context", "wire.test")
    first = article("Orrery ships Helio-5.3 with a longer context", "daily.test")
    second = article("Orrery ships Helio-5.4 with a longer context", "ledger.test")
    expected = group([plain, first, second], []).founded

    assert len(expected) == 2
    assert all(group(mixed, []).founded == expected for mixed in itertools.permutations([plain, first, second]))


def test_without_the_meaning_of_every_title_words_decide() -> None:
    mixed = [*CHIP, *OTHERS]
    meaning = {one.title: np.array([1, 0], dtype="<f4").tobytes() for one in mixed[1:]}

    assert group(mixed, [], meaning) == group(mixed, [])


def test_what_was_judged_the_same_is_joined_and_what_was_judged_different_is_not() -> None:
    apart = [article("Norvik unveils a chip", "wire.test"), article("Lawyers of Norvik lose in court", "daily.test")]
    same = Judgement(one=apart[0].key, other=apart[1].key, is_same=True)
    different = Judgement(one=CHIP[0].key, other=CHIP[1].key, is_same=False)

    assert len(group([*apart, *OTHERS], [], {}).founded) == 6
    assert titles(group([*apart, *OTHERS], [], {}, [same]).founded) == titles([apart, *[[one] for one in OTHERS]])
    assert len(group(CHIP[:2], [], {}).founded) == 1
    assert len(group(CHIP[:2], [], {}, [different]).founded) == 2
    judged = group(CHIP, [], {}, [different]).founded
    assert not [one for one in judged if {CHIP[0], CHIP[1]} <= set(one)]


def test_no_judgement_overrules_a_veto() -> None:
    first = article("Orrery releases Helio-5.3 with a longer context", "wire.test")
    second = article("Orrery releases Helio-5.4 with a longer context", "daily.test")
    same = Judgement(one=first.key, other=second.key, is_same=True)

    assert len(group([first, second], [], {}, [same]).founded) == 2


def test_doubts_are_named_only_where_it_was_close_and_nothing_forbids_joining() -> None:
    close = [
        article("Norvik signs a lease for a larger office in Oslo harbour", "wire.test"),
        article("Fishermen protest loudly as Norvik plans a tower and a pier in Oslo", "daily.test"),
    ]
    forbidden = [
        article("Orrery releases Helio-5.3 with a longer context", "wire.test"),
        article("Orrery releases Helio-5.4 with a longer context", "daily.test"),
    ]

    doubts = group([*close, *forbidden, *OTHERS], [], {}, (), 10).doubts

    assert [{one.title, other.title} for one, other in doubts] == [{one.title for one in close}]
    assert group([*close, *forbidden, *OTHERS], [], {}, (), 0).doubts == ()


WORDS = ("Norvik", "Halden", "chip", "unveils", "Oslo", "phones", "OpenAI", "Claude", "v1.2", "v1.3", "again", "prices")


@settings(max_examples=60, deadline=None)
@given(
    chosen=st.lists(
        st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.integers(0, 90)), min_size=2, max_size=14
    ),
    chance=st.randoms(use_true_random=False),
)
def test_no_order_of_the_articles_makes_a_difference(
    chosen: list[tuple[list[str], int]], chance: random.Random
) -> None:
    given_articles = [
        article(" ".join(title), f"p{place}.test", at=TUESDAY - hours * HOUR)
        for place, (title, hours) in enumerate(chosen)
    ]
    mixed = given_articles[:]
    chance.shuffle(mixed)

    assert group(mixed, [], {}, (), 5) == group(given_articles, [], {}, (), 5)


def test_what_is_too_much_for_one_table_is_parted_at_its_weakest_ties() -> None:
    one, other = np.array([0, 1, 2, 3], dtype=np.int32), np.array([1, 2, 3, 4], dtype=np.int32)
    alike = np.array([0.9, 0.06, 0.9, 0.03], dtype=np.float32)

    def members(limit: int) -> list[list[int]]:
        return [part.tolist() for part, _ in parts(6, one, other, alike, least=0.04, limit=limit)]

    assert members(4) == [[0, 1, 2, 3]]
    assert members(2) == [[0, 1], [2, 3]]
    assert members(1) == []
    assert [pairs.tolist() for _, pairs in parts(6, one, other, alike, least=0.01)] == [[0, 1, 2, 3]]


def test_of_too_many_pairs_the_most_alike_are_remembered() -> None:
    same = [article("Norvik unveils Halden chip", f"p{number}.test") for number in range(3)]
    alike = [*same, article("Norvik unveils Halden chip for phones", "wire.test")]

    everything, some = compare(alike, {}, 0.02), compare(alike, {}, 0.02, pairs=4)

    assert len(everything.alike) == 6
    assert some.later.tolist() == [1, 2, 3]
    assert some.alike.tolist()[:2] == pytest.approx([1.0, 1.0])


def test_no_more_pairs_are_forgotten_than_there_is_no_room_for() -> None:
    crowd = [article("Norvik unveils Halden chip", f"p{number}.test") for number in range(6)]

    assert [len(compare(crowd, {}, 0.02, pairs=most).alike) for most in (15, 14, 12)] == [15, 14, 12]


def test_what_few_are_alike_to_is_remembered_whoever_else_is_alike_to_many() -> None:
    pair = [article("Orrery court ruling on planner", f"o{number}.test") for number in range(2)]
    crowd = [article("Norvik unveils Halden chip", f"p{number}.test") for number in range(30)]

    found = compare([*pair, *crowd], {}, 0.02, pairs=100)

    assert (0, 1) in zip(found.earlier.tolist(), found.later.tolist(), strict=True)
    assert 70 < len(found.alike) <= 100


def sizes(articles: Iterable[Article]) -> list[int]:
    return [len(fold) for fold in folded(articles)]


def test_what_one_feed_says_many_times_in_the_same_words_is_compared_once() -> None:
    title, feed = "Norvik unveils Halden chip", "https://wire.test/feed"
    again = [article(title, name=str(number), feed=feed) for number in range(4000)]

    assert sizes(again) == [4000]
    assert [len(one) for one in group([*again, *OTHERS], []).founded] == [4000, 1, 1, 1, 1]
    assert len(group([], [existing("CH2P", *again)]).founded) == 0
    other = article(title + " today", "daily.test")
    assert group([other], [existing("CH2P", *again)]).joined == (("CH2P", (other,)),)


def test_only_the_same_words_of_one_feed_within_a_day_that_say_something_are_compared_once() -> None:
    def twice(title: str, **differs: object) -> list[Article]:
        first = article(title, name="1", feed="https://wire.test/feed")
        return [first, replace(first, key="2", **differs)]  # type: ignore[arg-type]

    told = "Norvik unveils Halden chip"
    assert sizes(twice(told)) == [2]
    assert sizes(twice(told, feed="https://daily.test/feed")) == [1, 1]
    assert sizes(twice(told, extract="In Oslo.")) == [1, 1]
    assert sizes(twice(told, news_at=TUESDAY + 23 * HOUR)) == [1, 1]
    assert sizes(twice("Norvik news")) == [1, 1]
    assert sizes(twice("AI news roundup: Norvik unveils Halden chip")) == [1, 1]


def test_a_fold_counts_for_all_its_articles() -> None:
    again = [
        article("Norvik unveils Halden chip in Oslo", name=str(number), feed="https://one.test") for number in "12"
    ]
    apart = [replace(one, feed=f"https://{one.key}.test") for one in again]
    near = [article("Norvik shows the Halden chip to investors", "daily.test"), *OTHERS]

    for some in ([], near[:1]):
        assert titles(group([*again, *some, *OTHERS], []).founded) == titles(
            group([*apart, *some, *OTHERS], []).founded
        )
    pair, crowd = existing("CH2P", *again), existing("CH2P", *apart)
    assert len(group(near, [pair]).joined) == len(group(near, [crowd]).joined)


def test_hundreds_of_versions_of_one_thing_stay_apart_and_cost_little() -> None:
    series = [article(f"Norvik engine Skarn {number}.1 released in Oslo", f"p{number}.test") for number in range(400)]

    assert len(group(series, []).founded) == 400


@pytest.mark.parametrize(("hours", "stories"), [(1, 1), (70, 2)])
def test_of_two_titles_that_are_just_alike_enough_time_decides(hours: int, stories: int) -> None:
    early = TUESDAY - (2 + hours) * HOUR
    pair = [
        article("Norvik signs a lease for a larger office in Oslo harbour", "wire.test"),
        article("Fishermen protest loudly as Norvik plans a tower in Oslo", "daily.test", at=early),
    ]

    assert len(group([*pair, *OTHERS], []).founded) == stories + len(OTHERS)


def test_articles_further_apart_than_the_window_are_not_alike_at_all() -> None:
    late = [article("Norvik unveils Halden chip", f"p{hours}.test", at=TUESDAY - hours * HOUR) for hours in (73, 72, 0)]

    found = compare(late, {}, 0.02)

    assert list(zip(found.earlier.tolist(), found.later.tolist(), strict=True)) == [(0, 1), (1, 2)]


def test_many_articles_that_are_all_alike_are_cut_in_order() -> None:
    one, other = (side.astype(np.int32) for side in np.triu_indices(6, 1))
    alike = np.ones(len(one), dtype=np.float32)

    cut = [part.tolist() for part, _ in parts(6, one, other, alike, least=0.04, limit=4)]

    assert cut == [[0, 1, 2, 3], [4, 5]]


def b_cubed(groups: Iterable[Iterable[Article]], truth: dict[str, str]) -> tuple[float, float]:
    """Precision and recall, averaged over articles."""
    sizes = Counter(truth.values())
    precision = recall = count = 0.0
    for members in groups:
        labels = Counter(truth[one.key] for one in members)
        total = sum(labels.values())
        precision += sum(number**2 / total for number in labels.values())
        recall += sum(number**2 / sizes[label] for label, number in labels.items())
        count += total
    return precision / count, recall / count


def headlines(shared: Path, most: int) -> tuple[list[Article], dict[str, str]]:
    """Labelled headlines of one time, at most so many of a story; and the story of each, by its key."""
    lines = (shared / "data" / "uci-news" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    random.Random(1).shuffle(rows)
    taken: Counter[str] = Counter()
    articles, truth = [], {}
    for row in rows:
        taken[row["story"]] += 1
        if taken[row["story"]] <= most:
            one = article(row["title"], row["domain"], at=datetime(2014, 3, 11, tzinfo=UTC), name=str(row["id"]))
            articles.append(replace(one, feed=""))
            truth[one.key] = row["story"]
    return articles, truth


@pytest.mark.shared
def test_a_few_headlines_of_each_story_are_grouped_with_few_wrong_joins(shared: Path) -> None:
    articles, truth = headlines(shared, 6)

    precision, recall = b_cubed(group(articles, []).founded, truth)

    assert precision > 0.88
    assert recall > 0.65


@pytest.mark.shared
def test_thousands_of_headlines_in_any_order_are_grouped_well(shared: Path) -> None:
    articles, truth = headlines(shared, 10_000)

    precision, recall = b_cubed(group(articles, []).founded, truth)

    assert len(articles) == 6366
    assert 2 * precision * recall / (precision + recall) >= 0.73
