"""What any analyst must do; a new one is one line in ``ANALYSTS``."""

from collections.abc import Callable

import pytest

from adapters.analyst.extractive import ExtractiveAnalyst
from bot.ports import Analyst
from tests.articles import article
from tests.newsroom import InlineWorkers

ANALYSTS: dict[str, Callable[[], Analyst]] = {"extractive": lambda: ExtractiveAnalyst(InlineWorkers())}
STORIES = [
    [
        article("Norvik unveils Halden", "a.test", extract="Norvik unveiled the Halden chip on Tuesday. It is cheap."),
        article(
            "Halden chip is out", "b.test", extract="The Halden chip from Norvik runs models of 8 billion parameters."
        ),
    ],
    [article("A headline without an extract", "c.test")],
    [article("Orrery opens its suite", "d.test", extract="Orrery opened its evaluation suite to everybody today.")],
]


@pytest.fixture(params=ANALYSTS)
def analyst(request: pytest.FixtureRequest) -> Analyst:
    return ANALYSTS[request.param]()


async def test_there_is_one_draft_for_each_story_in_the_same_order(analyst: Analyst) -> None:
    there = await analyst.draft(STORIES)
    back = await analyst.draft(STORIES[::-1])

    assert len(there) == len(STORIES)
    assert there == back[::-1]


async def test_no_stories_make_no_drafts(analyst: Analyst) -> None:
    assert await analyst.draft([]) == ()


async def test_every_draft_has_a_title_and_names_its_analyst(analyst: Analyst) -> None:
    drafts = await analyst.draft(STORIES)

    assert all(draft.title and draft.analyst for draft in drafts)


async def test_key_points_name_addresses_of_the_articles_of_their_own_story_only(analyst: Analyst) -> None:
    drafts = await analyst.draft(STORIES)

    for draft, articles in zip(drafts, STORIES, strict=True):
        assert {url for point in draft.key_points for url in point.sources} <= {one.url for one in articles}


async def test_what_is_told_of_dates_to_come_names_its_date_and_its_publisher(analyst: Analyst) -> None:
    articles = [article("Norvik shows Halden", "a.test", extract="Norvik will sell the Halden chip from 1 June 2027.")]

    (draft,) = await analyst.draft([articles])

    assert draft.what_happens_next is not None
    (item,) = draft.what_happens_next.items
    assert "1 June 2027" in item.horizon
    assert item.basis == articles[0].source.name


async def test_disputes_name_publishers_of_their_own_story_only(analyst: Analyst) -> None:
    sums = ("$20 billion", "$17 billion")
    articles = [article(f"Norvik buys Halden for {said}", f"{number}.test") for number, said in enumerate(sums)]

    (draft, other) = await analyst.draft([articles, articles[:1]])

    (dispute,) = draft.disputes
    assert [version.said for version in dispute.versions] == list(sums)
    assert {name for version in dispute.versions for name in version.sources} == {one.source.name for one in articles}
    assert other.disputes == ()
