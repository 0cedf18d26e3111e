from dataclasses import replace
from datetime import timedelta

from bot.model import Story
from bot.placing import MOST_OF_ONE, as_cluster, newest
from tests.articles import article, story
from tests.clock import TUESDAY


def told(ref: str, articles: int) -> Story:
    """A story with so many articles, an hour apart."""
    return replace(
        story(ref),
        articles=tuple(
            article(f"Norvik plant, hour {hour}", name=ref, at=TUESDAY + timedelta(hours=hour))
            for hour in range(articles)
        ),
    )


def test_new_articles_are_compared_with_the_newest_stories_until_their_articles_are_too_many() -> None:
    stories = (told("AAAA", 1), told("BBBB", 3), told("CCCC", 2), told("DDDD", 1))

    assert newest(stories, 7) == stories
    assert newest(stories, 6) == stories[1:]
    assert newest(stories, 5) == stories[2:]
    assert newest(stories, 0) == ()


def test_a_story_of_thousands_of_articles_leaves_room_for_others() -> None:
    stories = (told("AAAA", 1), told("BBBB", 2 * MOST_OF_ONE))

    assert newest(stories, MOST_OF_ONE + 1) == stories


def test_a_large_story_is_compared_by_its_first_article_and_its_latest_ones() -> None:
    small, large = told("AAAA", MOST_OF_ONE), told("BBBB", MOST_OF_ONE + 5)

    assert as_cluster(small, is_posted=False).articles == small.articles
    assert as_cluster(large, is_posted=True).articles == (large.articles[0], *large.articles[6:])
    assert len(as_cluster(large, is_posted=True).articles) == MOST_OF_ONE
