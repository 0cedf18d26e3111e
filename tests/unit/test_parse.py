"""Feed documents as entries: what is taken, what is left out, what is no feed."""

import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.feeds.parse import MAX_ENTRIES, MAX_TITLE, parse
from adapters.feeds.plain import plain
from bot.errors import FeedFailed
from bot.identity import MAX_EXTRACT
from bot.model import Entry, Reading, Source

HERE = "https://news.test/feeds/all.xml"


def rss(*items: str) -> Reading:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return parse(f"<rss version='2.0'><channel>{inside}</channel></rss>".encode(), "application/rss+xml", HERE)


def item(inside: str) -> Entry:
    (entry,) = rss(inside).entries
    return entry


def atom(inside: str) -> Entry:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inside}</entry></feed>"
    (entry,) = parse(body.encode(), "application/atom+xml", HERE).entries
    return entry


def test_an_item_of_rss_becomes_an_entry() -> None:
    entry = item(
        "<title>Norvik &amp;amp; Halden agree</title>"
        "<link>https://news.test/1</link><guid isPermaLink='false'>n-1</guid>"
        "<pubDate>Tue, 03 Mar 2026 07:30:00 +0100</pubDate>"
        "<description>&lt;p&gt;They signed.&lt;/p&gt;&lt;p&gt;Work begins.&lt;/p&gt;</description>"
        "<source url='https://www.wire.test/rss'>The Wire</source>"
    )

    assert entry == Entry(
        title="Norvik & Halden agree",
        url="https://news.test/1",
        guid="n-1",
        published=datetime(2026, 3, 3, 6, 30, tzinfo=UTC),
        extract="They signed. Work begins.",
        source=Source(name="The Wire", domain="wire.test"),
    )


def test_an_entry_of_atom_becomes_an_entry() -> None:
    entry = atom(
        "<title type='html'>Norvik &lt;b&gt;opens&lt;/b&gt;</title><link href='/1'/><id>urn:n-1</id>"
        "<updated>2026-03-03T07:30:00Z</updated><summary>Short.</summary>"
        "<content type='html'>&lt;p&gt;A longer text than the summary.&lt;/p&gt;</content>"
        "<source><title>The Wire</title><link href='https://wire.test/'/></source>"
    )

    assert entry == Entry(
        title="Norvik opens",
        url="https://news.test/1",
        guid="urn:n-1",
        published=datetime(2026, 3, 3, 7, 30, tzinfo=UTC),
        extract="A longer text than the summary.",
        source=Source(name="The Wire", domain="wire.test"),
    )


# -------------------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>It ends.</p><p>It begins.</p>", "It ends. It begins."),
        ("one<br>two<br/>three", "one two three"),
        ("<ul><li>one<li>two</ul>three", "one two three"),
        ("<h2 class='x'>Head</h2>Text", "Head Text"),
        ("in<b>sep</b>arable", "inseparable"),
        ("a<script>alert(1)</script><style>b{}</style>c", "ac"),
        ("&lt;script&gt; is a tag, it&rsquo;s said", "<script> is a tag, it’s said"),
        ("<img src=x onerror=alert(1)>after", "after"),
        ("\u202eevil\u202c zero\u200bwidth \x07bell", "evil zerowidth bell"),
        ("<p", ""),
        ("<!-- hidden -->shown<![CDATA[x]]>", "shown"),
    ],
)
def test_markup_becomes_text_in_which_nothing_runs_together(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Vec<T> grows", "Vec<T> grows"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("AT&amp;T", "AT&T"),
        ("a <b>bold</b> claim <script>alert(1)</script>", "a bold claim"),
    ],
)
def test_plain_text_keeps_its_angle_brackets_but_no_known_tag(words: str, text: str) -> None:
    assert plain(words, is_html=False) == text


@given(st.text(alphabet="<>/&;!-pbscript a\"='\u202e\x00x", max_size=80))
def test_text_never_holds_a_control_or_a_line_break_whatever_the_markup(markup: str) -> None:
    text = plain(markup)

    assert text == " ".join(text.split())
    assert text.isprintable()


def test_a_million_unfinished_tags_take_no_time() -> None:
    assert plain("<p" * 1_000_000) == ""
    assert plain("<div>" * 100_000 + "x") == ""  # what lies deeper than anybody reads is not looked at


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("May 14, 2026PolicyWhat we ask of states", "What we ask of states"),
        ("Apr 22, 2026Economic ResearchWhat 81,000 people told us", "What 81,000 people told us"),
        ("May 14, 2026Policy2028: two paths", "2028: two paths"),
        ("PolicyDec 18, 2025A crane: phase two", "A crane: phase two"),
        ("May 7, 2026Cranes are back", "Cranes are back"),
        ("May 7, 2026NVIDIA is back", "NVIDIA is back"),
        ("May 7, 2026: a day to remember", "May 7, 2026: a day to remember"),
        ("March 3, 2026 was a Tuesday", "March 3, 2026 was a Tuesday"),
        ("PolicyWhat", "PolicyWhat"),
    ],
)
def test_a_date_that_runs_into_a_title_is_no_part_of_it(title: str, read: str) -> None:
    assert item(f"<title>{title}</title>").title == read


def test_an_extract_is_cut_to_what_is_kept_and_a_title_too() -> None:
    entry = item(f"<title>{'word ' * 1000}</title><description>{'text ' * 5000}</description>")

    assert len(entry.title) <= MAX_TITLE
    assert MAX_EXTRACT * 0.9 < len(entry.extract) <= MAX_EXTRACT
    assert entry.extract.endswith("…")


@pytest.mark.parametrize("extract", ["Norvik opens", "norvik opens.", "&lt;p&gt;Norvik opens&lt;/p&gt;"])
def test_an_extract_that_repeats_the_title_is_none(extract: str) -> None:
    assert item(f"<title>Norvik opens</title><description>{extract}</description>").extract == ""


def test_entries_that_say_nothing_are_left_out() -> None:
    assert rss("<link>https://news.test/1</link>", "<title> </title>", "<title>Something</title>").entries[0].title
    assert len(rss("<title/>", "<description>Only a text</description>").entries) == 1


def test_no_more_entries_are_read_than_anybody_keeps() -> None:
    entries = rss(*(f"<title>Number {number}</title>" for number in range(MAX_ENTRIES + 5))).entries

    assert len(entries) == MAX_ENTRIES
    assert entries[0].title == "Number 0"


# --------------------------------------------------------------------------------------------- addresses and dates


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://a.test/1?x=1&amp;y=2#z", "https://a.test/1?x=1&y=2#z"),
        ("/1", "https://news.test/1"),
        ("../1", "https://news.test/1"),
        ("//a.test/1", "https://a.test/1"),
        ("https://a.test/two words|&lt;b>", "https://a.test/two%20words%7C%3Cb%3E"),
        ("https://bücher.test/über", "https://bücher.test/über"),
        ("https://a.test/\u202egpj.exe", "https://a.test/%E2%80%AEgpj.exe"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@a.test", ""),
        ("http://[", ""),
        ("https://a.test/" + "x" * 3000, ""),
    ],
)
def test_a_link_is_an_absolute_web_address_or_none(link: str, url: str) -> None:
    assert item(f"<title>Something</title><link>{link}</link>").url == url


def test_a_link_that_feedburner_replaced_is_taken_back() -> None:
    body = (
        "<rss version='2.0' xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'><channel><item>"
        "<title>Something</title><link>https://proxy.test/~r/1</link>"
        "<feedburner:origLink>https://news.test/1</feedburner:origLink></item></channel></rss>"
    )

    assert parse(body.encode(), "text/xml", HERE).entries[0].url == "https://news.test/1"


def test_a_guid_does_not_depend_on_where_the_feed_was_found() -> None:
    body = b"<rss version='2.0'><channel><item><title>Something</title><guid>17</guid></item></channel></rss>"

    assert {parse(body, "", base).entries[0].guid for base in (HERE, "http://mirror.test/", "")} == {"17"}


@pytest.mark.parametrize(
    ("date", "published", "is_date_only"),
    [
        ("Tue, 03 Mar 2026 07:30:00 GMT", datetime(2026, 3, 3, 7, 30, tzinfo=UTC), False),
        ("Tue, 03 Mar 2026 00:00:00 GMT", datetime(2026, 3, 3, tzinfo=UTC), True),
        ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC), True),
        ("Tue, 03 Mar 2026 00:00:00 -0500", datetime(2026, 3, 3, 5, tzinfo=UTC), True),
        ("2026-03-03T00:00:00+09:00", datetime(2026, 3, 2, 15, tzinfo=UTC), True),
        ("2026-03-03T00:00:07+09:00", datetime(2026, 3, 2, 15, 0, 7, tzinfo=UTC), False),
        ("Sat, 31 Dec 2016 23:59:60 GMT", None, False),
        ("Thu, 01 Jan 1970 00:00:00 GMT", datetime(1970, 1, 1, tzinfo=UTC), True),
        ("9999-12-31T23:59:59-12:00", None, False),
        ("yesterday", None, False),
        ("", None, False),
    ],
)
def test_a_date_is_an_instant_in_utc_or_none(date: str, published: datetime | None, is_date_only: bool) -> None:
    entry = item(f"<title>Something</title><pubDate>{date}</pubDate>")

    assert (entry.published, entry.date_only) == (published, is_date_only)


def test_a_date_of_change_stands_in_for_an_unreadable_date_of_publication() -> None:
    entry = atom("<title>x</title><published>soon</published><updated>2026-03-03T07:30:00Z</updated>")

    assert entry.published == datetime(2026, 3, 3, 7, 30, tzinfo=UTC)


# ----------------------------------------------------------------------------------------------------- documents


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"<!DOCTYPE html><html><body><p>Please log in</p></body></html>", "begins like a web page"),
        (b"\xef\xbb\xbf<HTML><article>News</article></HTML>", "begins like a web page"),
        (b'{"items": []}', "begins like JSON"),
        (b"<?xml version='1.0'?><note>hello</note>", "no entries"),
        (b"<rss version='2.0'><channel><title>Cut o", "not well-formed"),
        (bytes(range(256)) * 10, "no entries"),
    ],
)
def test_what_is_no_feed_is_told_apart(body: bytes, reason: str) -> None:
    with pytest.raises(FeedFailed, match=reason) as caught:
        parse(body, "application/rss+xml", HERE)

    assert caught.value.reason.startswith("is not a feed: ")


def test_a_feed_without_articles_is_a_feed() -> None:
    assert rss() == Reading()


def test_what_can_be_saved_of_a_broken_feed_is_saved_and_noted() -> None:
    body = b"<rss version='2.0'><channel><item><title>One</title></item><item><title>Two & a half</title></item><it"

    reading = parse(body, "text/xml", HERE)

    assert [entry.title for entry in reading.entries] == ["One", "Two & a half"]
    assert reading.note == "not well-formed, 2 articles saved"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>café</title>".encode("latin-1"), "text/xml; charset=iso-8859-1"),
        ("<title>café</title>".encode(), "text/html; charset=utf-8"),
        ("<title>café</title>".encode(), ""),
    ],
)
def test_the_encoding_that_the_server_names_is_honoured_and_a_wrong_type_is_no_fault(
    body: bytes, content_type: str
) -> None:
    reading = parse(b"<rss version='2.0'><channel><item>" + body + b"</item></channel></rss>", content_type, HERE)

    assert [entry.title for entry in reading.entries] == ["café"]
    assert reading.note == ""


def test_a_body_that_reads_like_an_address_or_a_path_is_not_opened() -> None:
    for body in (b"/etc/hostname", b"file:///etc/hostname", b"http://127.0.0.1:9/feed"):
        with pytest.raises(FeedFailed, match="no entries"):
            parse(body, "", HERE)


def test_entities_that_explode_or_reach_outside_stay_where_they_are() -> None:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    for doctype in (f"<!ENTITY l0 'ha'>{laughs}", "<!ENTITY l9 SYSTEM 'file:///etc/passwd'>"):
        body = (
            f"<!DOCTYPE rss [{doctype}]><rss version='2.0'><channel><item><title>x &l9;</title></item></channel></rss>"
        )
        try:
            titles = [entry.title for entry in parse(body.encode(), "text/xml", HERE).entries]
        except FeedFailed:
            continue
        assert all(len(title) <= MAX_TITLE and "root:" not in title for title in titles)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reading_or_no_feed(body: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            reading = parse(b"<rss><channel><item><title>" + body, "text/xml", HERE)
        except FeedFailed:
            return
    assert all(entry.title or entry.extract for entry in reading.entries)


@pytest.mark.parametrize(
    ("form", "entry"),
    [
        ("<rss><channel><title>t</title>{}</channel></rss>", "<item><title>Item {0}</title></item>"),
        ('<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>', "<entry><title>Item {0}</title></entry>"),
    ],
)
def test_of_too_many_entries_the_first_are_read_and_the_rest_is_not_looked_at(form: str, entry: str) -> None:
    body = form.format("".join(entry.format(number) for number in range(3 * MAX_ENTRIES))).encode()

    found = parse(body, "application/xml", "https://a.test/")

    assert [one.title for one in found.entries] == [f"Item {number}" for number in range(MAX_ENTRIES)]
    assert found.note == "only the first 2,000 entries were read"
