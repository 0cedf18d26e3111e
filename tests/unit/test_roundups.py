"""Articles that tell of many things at once are known by their titles."""

import pytest

from bot.roundups import is_roundup


@pytest.mark.parametrize(
    "title",
    [
        "This week in AI",
        "This Week in Tech: chips, phones and a court case",
        "AI news roundup: Norvik, Halden and more",
        "The Batch: Norvik grows, Halden shrinks",
        "Last Week in AI #312",
        "Import AI 401: small models",
        "The Weekly Digest, issue 12",
        "5 things to know this morning",
        "Five things you need to know today",
        "Top 10 AI stories of the week",
        "The year in review",
        "Morning briefing: what moved overnight",
        "AI Weekly: chips and courts",
        "The Download: a new chip, and an old lawsuit",
        "What happened in AI this week",
        "Top AI news today",
        "The week's biggest AI news",
        "Norvik raises 10 billion, Orrery ships its suite, and more",
        "[AINews] Norvik ships Fathom",
        "Weekend links: reading for a rainy day",
        "Data Points: a model that plays chess",
        "Papers of the week",
    ],
)
def test_a_roundup_is_known(title: str) -> None:
    assert is_roundup(title)


@pytest.mark.parametrize(
    "title",
    [
        "Norvik unveils the Halden chip",
        "Norvik cuts 500 jobs this week in its third round",
        "The batch job that cost a million",
        "AI newsletter maker Orrery raises money",
        "Norvik recaps a year of chips",
        "Import of AI chips falls",
        "5 things to know about Norvik's new chip",
        "Orrery sentenced to the week in court",
        "Regulators issue 3 fines",
        "How Norvik digests a petabyte daily",
        "Norvik hires engineers, designers, and more",
        "Download of Fathom weights begins",
    ],
)
def test_a_report_on_one_thing_is_no_roundup(title: str) -> None:
    assert not is_roundup(title)
