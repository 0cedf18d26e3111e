"""What Discord shows of an edition: within every limit, nothing lost, nobody pinged."""

import re
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import cards, limits
from adapters.discord.components import NO_MENTIONS, Component, count, custom_ids, texts
from adapters.discord.custom_ids import pressed
from bot.model import Channel, Edition, EditionStory, Layout, Link, StoryStatus, delivery_key
from bot.text import clean
from tests.morning import EDITION, NOW

CHANNEL = Channel(platform="discord", workspace="1", id="2", name="ai-news")
NASTY = st.sampled_from(
    [
        "@everyone",
        "<@1>",
        "<@&2>",
        "<#3>",
        "<t:1:R>",
        "<:x:1>",
        "**",
        "__",
        "||",
        "```",
        "[a](https://b.example)",
        "# ",
        "> ",
    ]
)
TEXTS = st.lists(st.one_of(st.text(max_size=200), NASTY, st.just("один два три ")), max_size=40).map("".join)


def stories(draw_titles: Iterable[tuple[str, str]]) -> tuple[EditionStory, ...]:
    [shown] = EDITION.stories[:1]
    return tuple(
        replace(
            shown,
            number=number,
            ref=f"B{number}C{number}",
            title=title or "A title",
            takeaway=takeaway,
            sources=tuple(Link(name=f"Source {n}", url=f"https://s{n}.example/{'x' * 100}") for n in range(8)),
        )
        for number, (title, takeaway) in enumerate(draw_titles, start=1)
    )


EDITIONS = st.builds(
    lambda found, layout: replace(EDITION, channel=CHANNEL, stories=stories(found), layout=layout),
    st.lists(st.tuples(TEXTS, TEXTS), max_size=20),
    st.sampled_from(list(Layout)),
)


def all_texts(parts: Iterable[Component]) -> str:
    return "\n".join(texts(parts))


def squeezed(text: str) -> str:
    """*text* without white space and without what escaping adds."""
    return re.sub(r"[\s\\\u200b]+", "", text)


@settings(max_examples=60, deadline=None)
@given(EDITIONS)
def test_every_message_keeps_the_limits_and_can_be_recognised(edition: Edition) -> None:
    for part, card in enumerate(cards.messages(edition)):
        said = list(texts(card.components))
        keys = {name.key for one in custom_ids(card.components) if (name := pressed(one))}

        assert count(card.components) <= limits.COMPONENTS
        assert sum(map(len, said)) <= 4_000
        assert sum(len(one.encode(errors="replace")) for one in said) <= 10_000
        assert all(said)
        assert len(list(custom_ids(card.components))) == len(set(custom_ids(card.components)))
        assert keys == {delivery_key(CHANNEL, edition.date, part)}
        assert card.payload()["allowed_mentions"] == NO_MENTIONS


@settings(max_examples=60, deadline=None)
@given(EDITIONS)
def test_nothing_of_a_title_or_a_takeaway_is_lost(edition: Edition) -> None:
    shown = squeezed("".join(all_texts(card.components) for card in cards.messages(edition)))

    for story in edition.stories:
        for text in (story.title, story.takeaway):
            assert all(squeezed(word)[:20] in shown for word in clean(text).split()[:50])


@settings(max_examples=60, deadline=None)
@given(EDITIONS)
def test_no_text_from_outside_mentions_anybody(edition: Edition) -> None:
    for card in cards.messages(edition):
        bare = re.sub(r"\]\(<https?://[^>\s]*>\)", "", all_texts(card.components))

        assert not re.search(r"(?<!\\)<[@#:t/a]", bare)
        assert "@everyone" not in bare
        assert "@here" not in bare


@settings(max_examples=40, deadline=None)
@given(EDITIONS, TEXTS)
def test_a_correction_leaves_every_story_in_its_message(edition: Edition, longer: str) -> None:
    changed = tuple(
        replace(story, takeaway=longer * 3, status=StoryStatus.CORRECTED, status_at=NOW) for story in edition.stories
    )
    before = cards.messages(edition)
    for part, card in enumerate(before):
        after = cards.amended(edition, replace(edition, stories=changed), part)

        assert {pressed(one) for one in custom_ids(card.components)} <= {
            pressed(one) for one in custom_ids(after.components)
        }
        assert count(after.components) <= limits.COMPONENTS
        assert sum(map(len, texts(after.components))) <= 4_000
