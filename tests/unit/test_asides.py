"""What happened is told from what was merely written."""

import pytest

from bot.asides import is_aside, is_notice


@pytest.mark.parametrize(
    "title",
    [
        "How to build a search engine that forgives",
        "How we built our harbour",
        "How a bakery works with agents: best practices and where to start",
        "How Norvik uses cranes",
        "Best practices for cranes",
        "Cranes: a practical guide",
        "Production-ready cranes: 5 lessons from the harbour",
        "Seven ways to move a crane",
        "What is a crane?",
        "Why your crane needs a friend",
        "Meet the winners of our crane contest",
        "Cranes explained",
        "v2.1.139",
        "Norvik Next 2.0.1044",
        "Norvik IDE 2.0.67",
        "Changelog for May",
        "The Norvik Podcast: cranes",
        "Episode 12: a crane speaks",
        "Norvik Makes A Splash, Halden Designs Its Own Chips, Helping Cranes Not Forget",
    ],
)
def test_what_tells_of_nothing_that_happened_is_an_aside(title: str) -> None:
    assert is_aside(title)


@pytest.mark.parametrize(
    "title",
    [
        "Norvik opens a laboratory",
        "Introducing Crane 4.7",
        "Crane 5.5 costs half as much",
        "Norvik AI 1.37 release",
        "Ada Berg explained why Norvik buys Halden",
        "Norvik, Halden and Orrery sue",
        "Building a company with Blackwater, Hull & Fried, and Golden Sax",
        "Work together in Norvik across Sheets, Slides, Words and Letters",
        "Norvik podcasts are gone: the maker of cranes sells its studio",
        "A crane falls in the harbour, and nobody knows how to lift it",
        "Norvik used by 101 harbours",
        "Notice of a fine reaches Norvik",
        "What Norvik says about cranes",
        "Using agents, Norvik finds a planet",
    ],
)
def test_what_happened_is_none(title: str) -> None:
    assert not is_aside(title)


def test_a_note_of_a_feed_on_itself_is_told_apart() -> None:
    assert is_notice("[NOTICE] This feed is no longer maintained")
    assert is_notice("This feed has been discontinued")
    assert not is_notice("Notice of a fine reaches Norvik")
    assert not is_notice("The feed is no longer chronological")
