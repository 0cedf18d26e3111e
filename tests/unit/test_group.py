"""Articles about one thing become one story, and no others."""

import json
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.group import WINDOW, Cluster, group
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


@pytest.mark.shared
def test_labelled_headlines_are_grouped_with_few_wrong_joins(shared: Path) -> None:
    lines = (shared / "data" / "uci-news" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    random.Random(1).shuffle(rows)
    taken: Counter[str] = Counter()
    articles, truth = [], {}
    for row in rows:
        taken[row["story"]] += 1
        if taken[row["story"]] <= 6:
            one = article(row["title"], row["domain"], at=datetime(2014, 3, 11, tzinfo=UTC), name=str(row["id"]))
            articles.append(one)
            truth[one.key] = row["story"]

    precision, recall = b_cubed(group(articles, []).founded, truth)

    assert precision > 0.88
    assert recall > 0.6
