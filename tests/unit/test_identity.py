"""An article is new once, however its feed changes its mind about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity import LATE, UNDATED_AGE, Sorted, canonical_url, domain_of, names_of, source_of, tell_apart
from bot.model import Article, Entry, Feed, Source
from bot.ports import Known

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
FEED = Feed(url="https://lab.example/feed.xml", name="Lab", weight=2.0, topics=("labs",))


class Memory:
    """What an archive remembers of one feed's articles, so that visits can follow one another."""

    def __init__(self) -> None:
        self.by_name: dict[str, Known] = {}
        self.visited = False

    def visit(self, entries: Sequence[Entry], now: datetime = NOW) -> tuple[Article, ...]:
        found = self.sort(entries, now)
        self.visited = True
        by_key = {known.key: known for known in self.by_name.values()} | {one.key: known(one) for one in found.new}
        for key, names in found.keys.items():
            for name in names:
                self.by_name[name] = by_key[key]
        return found.new

    def sort(self, entries: Sequence[Entry], now: datetime = NOW) -> Sorted:
        return tell_apart(entries, FEED, self.by_name, now=now, first_visit=not self.visited)


def known(article: Article) -> Known:
    return Known(
        key=article.key,
        title=article.title,
        url=article.url,
        feed=article.feed,
        extract=article.extract,
        first_seen=article.first_seen,
    )


def entry(number: int = 1, **changes: object) -> Entry:
    usual = Entry(
        title=f"Result number {number} of our {'ab'[number % 2]} programme",
        url=f"https://lab.example/posts/{number}",
        guid=f"tag:lab.example,{number}",
        published=NOW - timedelta(hours=2),
        extract=f"We measured the thing {number} times and learned something about it.",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def visited(*entries: Entry) -> Memory:
    """A memory of a feed that has been read before with *entries*, a day ago."""
    memory = Memory()
    memory.visit(entries, NOW - timedelta(days=1))
    return memory


# ------------------------------------------------------------------------------------------------- the same again


def test_a_date_that_changes_51_times_is_one_article() -> None:
    memory = visited(entry())

    new = [memory.visit([entry(published=NOW + timedelta(minutes=turn))], NOW) for turn in range(51)]

    assert not any(new)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://www.lab.example/posts/1/?utm_source=rss&fbclid=x"},
        {"url": "https://lab.example/posts/1#atom-everything"},
        {"guid": ""},
        {"title": "RESULT  number 1 of our b programme"},
        {"title": "Result number 1 of our b programme (updated)"},
        {"extract": "Entirely different words."},
        {"url": "https://lab.example/2026/03/moved-elsewhere"},
    ],
    ids=str,
)
def test_an_article_that_changed_in_one_way_is_known(changes: dict[str, object]) -> None:
    memory = visited(entry(), entry(2))

    assert memory.visit([replace(entry(), **changes), entry(2)]) == ()  # type: ignore[arg-type]


def test_an_item_that_moved_to_another_address_and_guid_is_known_by_its_title() -> None:
    memory = visited(entry())

    assert memory.visit([entry(url="https://lab.example/new/1", guid="new-1")]) == ()


def test_a_headline_that_comes_every_week_is_news_every_week() -> None:
    def week(number: int) -> Entry:
        return Entry(
            title="The week in AI: our digest",
            url=f"https://lab.example/week/{number}",
            guid=f"week-{number}",
            published=NOW + timedelta(weeks=number),
            extract=f"This week number {number} was about something else altogether: {'xyzuvw'[number] * 40}",
        )

    memory = visited(week(0))

    for number in range(1, 5):
        now = NOW + timedelta(weeks=number)
        assert [article.url for article in memory.visit([week(number), week(number - 1)], now)] == [week(number).url]


def test_a_headline_is_news_again_while_the_old_item_is_still_there() -> None:
    memory = visited(entry(title="Weekly office hours"))

    new = memory.visit([entry(2, title="Weekly office hours"), entry(title="Weekly office hours")])

    assert [article.url for article in new] == ["https://lab.example/posts/2"]


def test_a_guid_that_all_items_share_tells_nothing() -> None:
    memory = visited(*(entry(number, guid="1") for number in range(5)))

    new = memory.visit([entry(number, guid="1") for number in range(6)])

    assert [article.title for article in new] == [entry(5).title]


def test_items_that_all_link_to_the_homepage_are_told_apart() -> None:
    home = "https://lab.example/"
    memory = visited(*(entry(number, url=home) for number in range(5)))

    assert len({one.key for one in memory.by_name.values()}) == 5
    assert [article.title for article in memory.visit([entry(number, url=home) for number in range(6)])] == [
        entry(5).title
    ]


def test_a_lone_item_that_reuses_a_guid_for_another_article_is_new() -> None:
    memory = visited(entry(guid="latest"))

    new = memory.visit([entry(7, guid="latest", title="Something quite unlike it: tariffs on graphics cards")])

    assert len(new) == 1


def test_items_without_any_name_are_told_apart_by_their_text() -> None:
    bare = [Entry(title="Update", url="", guid="", published=None, extract=f"text {number}") for number in range(3)]
    memory = Memory()

    assert len(memory.visit(bare)) == 3
    assert memory.visit(bare) == ()


def test_an_item_with_nothing_but_a_title_stays_known_for_as_long_as_it_stays() -> None:
    bare = entry(url="", guid="")
    memory = visited(bare)

    assert memory.visit([bare], NOW + timedelta(days=30)) == ()


def test_untitled_messages_are_told_apart_by_their_guid() -> None:
    messages = [entry(number, title="", url="") for number in range(3)]
    memory = visited(*messages[:2])

    assert [article.extract for article in memory.visit(messages)] == [messages[2].extract]


def test_an_item_without_title_and_text_is_no_article() -> None:
    assert Memory().visit([Entry(title=" ", url="https://lab.example/x", guid="x", published=None)]) == ()


def test_an_item_that_appears_twice_in_a_feed_is_one_article() -> None:
    memory = Memory()

    assert len(memory.visit([entry(), entry()])) == 1


def test_an_article_keeps_its_key_in_a_replay() -> None:
    assert Memory().visit([entry()]) == Memory().visit([entry()])


# ----------------------------------------------------------------------------------------------------- when is it news


def test_a_first_visit_keeps_dates_and_takes_undated_articles_for_old() -> None:
    old, undated = Memory().visit(
        [entry(published=NOW - timedelta(days=2)), entry(2, published=None)],
    )

    assert (old.published, old.news_at) == (NOW - timedelta(days=2), NOW - timedelta(days=2))
    assert (undated.published, undated.news_at) == (None, NOW - UNDATED_AGE)
    assert old.first_seen == undated.first_seen == NOW


def test_a_bare_date_on_a_first_visit_may_mean_the_end_of_that_day() -> None:
    midnight = NOW.replace(hour=0)

    (yesterday,) = Memory().visit([entry(published=midnight - timedelta(days=1), date_only=True)])
    (today,) = Memory().visit([entry(published=midnight, date_only=True)])

    assert yesterday.news_at == midnight
    assert today.news_at == NOW


@pytest.mark.parametrize(
    "stamp",
    [NOW - timedelta(hours=1), NOW - timedelta(days=3), NOW.replace(hour=0), None, NOW + timedelta(days=400)],
    ids=str,
)
def test_what_a_known_feed_brings_later_is_news_now(stamp: datetime | None) -> None:
    memory = visited(entry())

    (new,) = memory.visit([entry(2, published=stamp, date_only=stamp == NOW.replace(hour=0)), entry()])

    assert new.news_at == NOW


def test_an_old_article_that_a_known_feed_digs_up_is_no_news() -> None:
    memory = visited(entry())
    stamp = NOW - LATE - timedelta(seconds=1)

    (new,) = memory.visit([entry(2, published=stamp), entry()])

    assert new.news_at == stamp


def test_a_date_in_the_future_or_in_1970_is_not_believed() -> None:
    future, epoch = Memory().visit(
        [entry(published=NOW + timedelta(days=9)), entry(2, published=datetime(1970, 1, 1, tzinfo=UTC))]
    )

    assert (future.published, future.news_at) == (NOW, NOW)
    assert (epoch.published, epoch.news_at) == (None, NOW - UNDATED_AGE)


def test_a_rebuilt_feed_of_new_entries_floods_nobody() -> None:
    memory = visited(*(entry(number) for number in range(20)))
    rebuilt = [entry(number + 100, published=NOW - timedelta(days=number)) for number in range(20)]

    new = memory.visit(rebuilt)

    assert [article.news_at for article in new] == [NOW - timedelta(days=number) for number in range(20)]


def test_a_few_new_entries_are_no_rebuilt_feed() -> None:
    memory = visited(entry())

    new = memory.visit([entry(number, published=NOW - timedelta(days=3)) for number in range(2, 6)])

    assert {article.news_at for article in new} == {NOW}


# --------------------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "http://www.a.example/x/"),
        ("https://a.example/x", "HTTPS://A.EXAMPLE:443/x"),
        ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
        ("https://a.example/x", "https://a.example/x?utm_source=a&fbclid=b&gclid=c"),
        ("https://a.example/x", "https://a.example/x#:~:text=word"),
        ("https://a.example/x", "https://a.example/x;jsessionid=5"),
        ("https://a.example/%7Eme", "https://a.example/~me"),
    ],
)
def test_addresses_of_one_page_are_the_same(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/log#v1", "https://a.example/log#v2"),
        ("https://a.example/x?id=1", "https://a.example/x?id=2"),
        ("https://a.example/X", "https://a.example/x"),
        ("https://a.example:8080/x", "https://a.example/x"),
    ],
)
def test_addresses_of_two_pages_are_different(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "text", ["", "x", "javascript:alert(1)", "file:///etc/passwd", "https://", "http://[::1", "//a/b"]
)
def test_what_is_no_web_address_has_no_canonical_form(text: str) -> None:
    assert canonical_url(text) == ""
    assert domain_of(text) == ""


@given(st.one_of(st.text(st.characters()), st.text(st.characters()).map("https://".__add__)))
def test_no_text_is_too_strange_for_an_address(text: str) -> None:
    assert canonical_url(text) == canonical_url(text)
    assert domain_of(text) in canonical_url(text)


# ----------------------------------------------------------------------------------------------------------- sources


def test_an_aggregators_items_belong_to_the_publishers_they_name() -> None:
    named = entry(url="https://paper.example/1", source=Source(name="The Paper", domain="paper.example"))

    assert source_of(named, FEED, "lab.example") == Source(name="The Paper", domain="paper.example")


def test_a_feeds_own_items_belong_to_the_feed() -> None:
    assert source_of(entry(), FEED, "lab.example") == Source(name="Lab", domain="lab.example")
    assert source_of(entry(url=""), FEED, "") == Source(name="Lab", domain="lab.example")


def test_an_item_that_links_elsewhere_belongs_to_where_it_leads() -> None:
    assert source_of(entry(url="https://else.example/1"), FEED, "lab.example").domain == "else.example"


def test_an_article_takes_weight_and_topics_of_its_feed_and_a_clean_title() -> None:
    (article,) = Memory().visit([entry(title="  A\u202e title\n of two lines ")])

    assert (article.weight, article.topics, article.feed) == (2.0, ("labs",), FEED.url)
    assert article.title == "A title of two lines"


@given(
    st.lists(
        st.builds(
            Entry,
            title=st.sampled_from(["One thing", "Another thing", "Digest", ""]),
            url=st.sampled_from(["", "https://lab.example/", "https://lab.example/1", "https://b.example/2"]),
            guid=st.sampled_from(["", "1", "2"]),
            published=st.sampled_from([None, NOW, NOW - timedelta(days=40)]),
            extract=st.sampled_from(["", "some words", "other words"]),
        ),
        max_size=12,
    )
)
def test_whatever_a_feed_holds_is_new_once(entries: list[Entry]) -> None:
    memory = Memory()
    first = memory.visit(entries)

    again = memory.visit(entries, NOW + timedelta(minutes=30))

    assert again == ()
    assert len({article.key for article in first}) == len(first)
    assert len(names_of(entries, FEED)) == len(entries)
