"""Text for Slack: nothing of it pings anybody, opens what is no address, or ends in half an entity."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.text import link, mrkdwn, usable
from bot.text import clean

LIVE = ["<!channel>", "<!here|here>", "<!subteam^S1>", "<@U1>", "<@U1|ada>", "<#C1|news>", "<mailto:a@b.example|c>"]
TEXTS = st.lists(
    st.one_of(st.text(max_size=40), st.text("&<>|@#!;", max_size=40), st.sampled_from([*LIVE, "&amp;", "\ud83d"])),
    max_size=20,
).map("".join)


def read(escaped: str) -> str:
    """What Slack shows for *escaped*."""
    return escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize("markup", LIVE)
def test_markup_that_slack_acts_on_is_shown_and_not_acted_on(markup: str) -> None:
    escaped = mrkdwn(markup, 100)

    assert not set(escaped) & {"<", ">"}
    assert read(escaped) == markup


@pytest.mark.parametrize("text", ["Fish & chips", "&amp;", "&lt;!channel&gt;", "a &", "&#60;!here&#62;"])
def test_an_ampersand_reads_as_it_was_written(text: str) -> None:
    assert read(mrkdwn(text, 100)) == text


@given(TEXTS, st.integers(20, 200))
def test_no_text_is_longer_than_its_limit_or_ends_within_an_entity(text: str, limit: int) -> None:
    escaped = mrkdwn(text, limit)

    assert len(escaped) <= limit
    assert re.fullmatch(r"(?:[^&<>]|&(?:amp|lt|gt);)*", escaped)
    assert read(escaped) == clean(text) or read(escaped).endswith("…")


@given(TEXTS)
def test_a_text_that_fits_is_whole(text: str) -> None:
    assert read(mrkdwn(text, 5 * len(text) + 1)) == clean(text)


def test_what_cannot_be_seen_is_gone() -> None:
    assert mrkdwn("pay\u202epal\u200b \ud83d\x00ok\r\n", 100) == "paypal ok"


def test_a_cut_parts_no_flag_and_no_accent() -> None:
    assert mrkdwn("🇩🇪🇫🇷 agree", 4) == "🇩🇪…"
    assert mrkdwn("x̣̂x̣̂ agree", 5) == "x̣̂…"


def test_a_link_opens_its_address_under_its_label() -> None:
    assert link("https://a.example/x?y=1&z=2", "Fish & chips") == "<https://a.example/x?y=1&amp;z=2|Fish &amp; chips>"


def test_a_bar_in_an_address_does_not_end_it() -> None:
    assert link("https://a.example/a|b", "A") == "<https://a.example/a%7Cb|A>"


def test_a_label_cannot_end_its_link() -> None:
    assert link("https://a.example", "x>|<!channel>") == "<https://a.example|x&gt;|&lt;!channel&gt;>"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "mailto:a@b.example",
        "//a.example",
        "!channel",
        "@U1",
        "#C1",
        "https://a.example/ b",
        "https://a.example/\n",
        "https://a.example/>",
        "https://a.example/<!here>",
        "https://a.example/\u202e",
        "https://a.example/\ud83d",
        "https://a.example/" + "x" * 3_000,
    ],
)
def test_what_is_no_address_is_left_out_and_its_label_kept(url: str) -> None:
    assert usable(url) == ""
    assert link(url, "The <Wire>") == "The &lt;Wire&gt;"


@pytest.mark.parametrize("url", ["https://a.example", "HTTP://A.EXAMPLE/x?y#z", "https://日本.example/新聞"])
def test_an_address_stays_as_it_is(url: str) -> None:
    assert usable(url) == url


def test_a_link_without_a_label_is_nothing() -> None:
    assert link("https://a.example", "\u200b ") == ""


@given(st.text(max_size=200).map("https://a.example/".__add__), TEXTS)
def test_every_link_is_one_link(url: str, label: str) -> None:
    assert re.fullmatch(r"<https://[^<>|\s]+\|[^<>]*>|[^<>]*", link(url, label))
