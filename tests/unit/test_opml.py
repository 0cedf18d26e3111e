"""Lists of feeds: from other programs, to other programs, and from people who mean harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.feeds.opml import MAX_TOPICS, read, write
from bot.errors import Unreadable
from bot.model import Feed
from bot.text import clean


def opml(inside: str) -> bytes:
    return f"<opml version='2.0'><head/><body>{inside}</body></opml>".encode()


def test_feeds_come_with_names_and_with_topics_from_folders_and_categories() -> None:
    found = read(
        opml(
            "<outline text='Labs'>"
            "<outline text='A' title='Lab A' xmlUrl='https://a.test/feed' category='/research/europe,chips'/>"
            "<outline text='Robots'><outline text='B' xmlUrl='http://b.test/feed'/></outline>"
            "</outline>"
            "<outline xmlUrl='https://www.c.test/feed'/>"
        )
    )

    assert found == (
        Feed(url="https://a.test/feed", name="Lab A", topics=("Labs", "research", "europe", "chips"), declared=False),
        Feed(url="http://b.test/feed", name="B", topics=("Labs", "Robots"), declared=False),
        Feed(url="https://www.c.test/feed", name="c.test", declared=False),
    )


def test_each_feed_is_taken_once_and_only_web_addresses_are_feeds() -> None:
    urls = ("http://a.test/f", "https://a.test/f/", "file:///etc/passwd", "javascript:x", "/etc/passwd", "", "http://[")
    found = read(opml("".join(f"<outline text='x' xmlUrl='{url}'/>" for url in urls)))

    assert [feed.url for feed in found] == ["http://a.test/f"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "well-formed"),
        (b"<opml", "well-formed"),
        (b"<?xml version='1.0' encoding='no-such'?><opml><body/></opml>", "well-formed"),
        (b"\x00\xff" * 100, "well-formed"),
        (
            b"<!DOCTYPE x [<!ENTITY a 'ha'>]><opml><body><outline text='&a;' xmlUrl='http://a.test'/></body></opml>",
            "XML",
        ),
        (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml><body>&a;</body></opml>", "well-formed"),
        (b"<rss><channel/></rss>", "expected <opml>"),
        (b"<opml><head/></opml>", "expected <opml>"),
        (opml("<outline text='only a folder'/>"), "no feed"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused_with_a_sentence(text: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(text)


def test_folders_within_folders_without_end_are_survived() -> None:
    deep = "<outline text='x'>" * 50_000 + "<outline text='a' xmlUrl='http://a.test/'/>" + "</outline>" * 50_000

    (feed,) = read(opml(deep))

    assert len(feed.topics) <= MAX_TOPICS


def test_files_are_not_exported() -> None:
    text = write([Feed(url="/srv/feed.xml", name="local"), Feed(url="http://a.test/feed", name="A & <B>")])

    assert [feed.name for feed in read(text.encode())] == ["A & <B>"]


words = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=",/"), min_size=1, max_size=20)
feeds = st.builds(
    Feed,
    url=st.from_regex(r"https://[a-z]{1,9}\.test/[a-zA-Z0-9&=?'%+-]{1,20}", fullmatch=True),
    name=words,
    topics=st.lists(words, max_size=5, unique=True).map(tuple),
    declared=st.just(False),
)


@given(st.lists(feeds, min_size=1, max_size=5))
def test_what_is_exported_can_be_imported_again(some: list[Feed]) -> None:
    once = read(write(some).encode())

    assert read(write(once).encode()) == once
    assert {feed.url for feed in once} <= {feed.url for feed in some}


@given(feeds)
def test_a_feed_survives_the_journey_whole(feed: Feed) -> None:
    (back,) = read(write([feed]).encode())

    assert (back.url, back.name, back.topics) == (feed.url, clean(feed.name), tuple(map(clean, feed.topics)))


@given(st.text(max_size=40))
def test_any_name_can_be_exported(name: str) -> None:
    (back,) = read(write([Feed(url="http://a.test/feed", name=name)]).encode())

    assert back.url == "http://a.test/feed"
