"""Every message that shows a story says that it was corrected or withdrawn, on every platform and in every layout."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord import cards
from adapters.discord.components import texts
from adapters.slack import post
from adapters.slack.plain import plain_of
from adapters.terminal import text
from bot.model import Dispute, Edition, EditionStory, Layout, StoryStatus, Version
from tests.morning import EDITION, NOW

Look = Callable[[Edition, Edition], list[str]]
"""What readers see of each message of an edition as posted, and as it reads now."""


def slack(posted: Edition, edition: Edition) -> list[str]:
    return [plain_of(post.amended(posted, edition, part).blocks) for part in range(len(post.messages(posted)))]


def discord(posted: Edition, edition: Edition) -> list[str]:
    return [
        "\n".join(texts(cards.amended(posted, edition, part).components)) for part in range(len(cards.messages(posted)))
    ]


def terminal(posted: Edition, edition: Edition) -> list[str]:
    return [text.plain(edition)]


def morning(layout: Layout) -> Edition:
    """With so many stories that some platforms need several messages."""
    [first, *_] = EDITION.stories
    told = tuple(
        replace(first, number=n, ref=f"B{n}C{n}", title=f"Title {n} of this morning", takeaway=f"Takeaway {n}. " * 40)
        for n in range(1, 13)
    )
    return replace(EDITION, layout=layout, stories=told)


def restated(one: EditionStory, status: StoryStatus) -> EditionStory:
    at = NOW + timedelta(days=1)
    if status is StoryStatus.WITHDRAWN:
        return replace(one, status=status, status_reason="it was a hoax", status_at=at)
    return replace(one, title="What is true", takeaway="It is so.", status=status, status_at=at)


@pytest.mark.parametrize("look", [slack, discord, terminal])
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("status", [StoryStatus.CORRECTED, StoryStatus.WITHDRAWN])
def test_every_message_that_shows_a_restated_story_says_so_and_no_other(
    look: Look, layout: Layout, status: StoryStatus
) -> None:
    posted = morning(layout)
    for place in (0, 5, 11):
        old = posted.stories[place]
        new = restated(old, status)
        stories = (*posted.stories[:place], new, *posted.stories[place + 1 :])
        before, after = look(posted, posted), look(posted, replace(posted, stories=stories))

        assert len(after) == len(before)
        mark = status.value.title()
        for was, now in zip(before, after, strict=True):
            assert (mark in now) == (f"{old.title}" in was)
        told = "\n".join(after)
        assert new.title in told
        assert "4 March" in told
        if status is StoryStatus.WITHDRAWN:
            assert "it was a hoax" in told
            assert old.takeaway.strip() not in told
        else:
            assert old.title not in told
            assert "It is so." in told


@pytest.mark.parametrize("look", [slack, discord, terminal])
@pytest.mark.parametrize("layout", Layout)
def test_what_is_withdrawn_tells_nothing_of_what_was_new_or_told_differently(look: Look, layout: Layout) -> None:
    dispute = Dispute(versions=(Version(said="$3 million", sources=("A",)), Version(said="$4 million", sources=("B",))))
    [first, *_] = EDITION.stories
    shown = replace(first, is_update=True, news="new: $5 million", disputes=(dispute,))
    posted = replace(EDITION, layout=layout, stories=(shown,))

    before = "\n".join(look(posted, posted))
    after = "\n".join(look(posted, replace(posted, stories=(restated(shown, StoryStatus.WITHDRAWN),))))

    assert "$5 million" in before
    assert "$4 million" in before
    assert "million" not in after
    assert "Update" not in after
