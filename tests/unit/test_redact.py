"""No secret passes: none that is known, in whatever spelling, and nothing of the shape of one; prose stays as it is."""

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import confidential, read
from bot.redact import HIDDEN, Redactor, kept_as, secrets_in
from tests.unit.test_config import FOLDER

KNOWN = 'wir-sagen"es/nie &mehr\\7'
SHAPES = [
    "xoxb-000000000000-abcdefghijkl",
    "xoxe.xoxb-1-abcdefghijkl",
    "xapp-1-A000-111-0123456789abcdef",
    "sk-ant-api03-abcdefghijklmnop",
    "gsk_abcdefghijklmnopqrstuvwx",
    "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
    "https://hooks.slack.com/commands/T00000000/000000000000/abcdefghijkl",
    "https://discord.com/api/webhooks/000000000000000000/abcdefghijklmnop",
    "MDAwMDAwMDAwMDAwMDAwMDAw.abcdef.abcdefghijklmnopqrstuvwxyz0",
    "aW50ZXJhY3Rpb246abcdefghijklmnopqrstuvwxyz",
    "1234567890123456789..1fa5d328263dfe574de739988b886e7577496a2c8773e130",
    "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
]
PLACES = [
    ("https://anna:bj0ddlz@feeds.example/private.xml", "bj0ddlz"),
    ("https://feeds.example/rss?id=7&token=abc123&b=2", "abc123"),
    ("GET wss://wss-primary.slack.com/link/?ticket=1a2b3c&app_id=9", "1a2b3c"),
    ("POST https://discord.com/api/v10/webhooks/123456789012345678/abcdefghijklmnopqrstuvwx/messages", "abcdefghijkl"),
    ("POST http://127.0.0.1:9/commands/T00000000/000000000000/abcdefghijkl", "abcdefghijkl"),
    ("{'Authorization': 'Bearer abc'}", "abc"),
    ("Authorization: Bot abc.def", "abc.def"),
    ("sent with Bearer abcdefghijklmnop1", "abcdefghijklmnop1"),
    ('{"api_key": "abcdefghijkl1"}', "abcdefghijkl1"),
    (r"body: {\"token\": \"abcdefghijkl1\"}", "abcdefghijkl1"),
    ("x-goog-api-key: abcdefghijkl1", "abcdefghijkl1"),
]
PROSE = [
    "ai-news 2026-11-27: sent",
    "Slack does not take SLACK_BOT_TOKEN: the token was revoked; set it to the present one and start again",
    "a Slack token could not be used: somebody has taken the app out of the workspace",
    "the key: how task-based and risk-averse models work in 2026",
    "https://example.org/2026/11/27/a-story-of-secrets.html?page=2#top",
    "Daybrief is running; 1,204 channels at 127.0.0.1:9464",
    "delivery 1234 is left for later: the database /srv/daybrief/daybrief.db: the disk is full",
    "2026-11-27T20:50:20.539Z 0123456789abcdef0123456789abcdef",
    "The bot said nothing, and the basic idea holds",
]


@pytest.mark.parametrize("secret", SHAPES)
@pytest.mark.parametrize("around", ["{}", "Slack said “{}”.", "('{}',)", "\\n{}\\n", 'x="{}"', "<{}>"])
def test_what_has_the_shape_of_a_secret_does_not_pass(secret: str, around: str) -> None:
    cleaned = Redactor().clean(around.format(secret))

    assert HIDDEN in cleaned
    assert secret[12:] not in cleaned


@pytest.mark.parametrize(("text", "secret"), PLACES)
def test_what_stands_where_secrets_stand_does_not_pass(text: str, secret: str) -> None:
    cleaned = Redactor().clean(text)

    assert secret not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize("text", PROSE)
def test_prose_passes_as_it_is(text: str) -> None:
    assert Redactor(["0123456789abcdef-a-secret"]).clean(text) == text


@pytest.mark.parametrize("spell", [str, repr, json.dumps, quote])
def test_a_known_secret_does_not_pass_in_any_spelling(spell: type[str]) -> None:
    assert Redactor([KNOWN]).clean(f"it was {spell(KNOWN)}").strip("'\"").endswith(HIDDEN)


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert Redactor(["abcdef", "abcdefghi"]).clean("abcdefghi") == HIDDEN


def test_what_was_a_secret_once_stays_one() -> None:
    redactor = Redactor(["the-former"])
    redactor.know(["the-present"])

    assert redactor.clean("the-former and the-present") == f"{HIDDEN} and {HIDDEN}"


def test_a_word_is_no_secret_because_somebody_chose_it_for_one() -> None:
    assert Redactor(["bot"]).clean("the bot") == "the bot"


@given(st.text(max_size=300))
def test_what_is_clean_stays_as_it_is_when_it_is_cleaned_once_more(text: str) -> None:
    redactor = Redactor(["some-secret"])
    once = redactor.clean(text)

    assert redactor.clean(once) == once


@pytest.mark.parametrize(
    "body",
    [
        "a" * 200_000,
        "1" * 50_000,
        "token=" * 30_000,
        "?key" * 50_000,
        "a." * 100_000,
        "://a" * 50_000,
        "-----BEGIN A-----" * 2_000,
    ],
)
def test_a_long_text_is_cleaned_in_no_time(body: str) -> None:
    began = time.thread_time()
    Redactor(["some-secret"]).clean(body)

    assert time.thread_time() - began < 2


def test_a_configuration_knows_all_that_must_not_be_shown_of_it() -> None:
    config = read(
        '[fetch]\nproxy = "http://me:proxy-pass@proxy.example"\n'
        '[[feeds]]\nurl = "https://feeds.example/rss?user_token=feed-token&page=2"\n',
        folder=FOLDER,
        environ={"SLACK_BOT_TOKEN": "first-token, second-token", "DISCORD_TOKEN": "third"},
    )

    assert {"proxy-pass", "feed-token", "first-token", "second-token", "third"} <= set(confidential(config))
    assert "2" not in confidential(config)


@pytest.mark.parametrize("address", ["http://[", "", "no address", "https://example.org/?page=2"])
def test_an_address_without_secrets_has_none(address: str) -> None:
    assert secrets_in(address) == ()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://feeds.example/rss?page=2&keyword=ai", "https://feeds.example/rss?page=2&keyword=ai"),
        ("https://feeds.example/rss?token=abcdef7&page=2", "https://feeds.example/rss?token=***&page=2#"),
        ("https://feeds.example/rss?b=1&user_key=abcdef7", "https://feeds.example/rss?b=1&user_key=***#"),
        ("https://anna:abcdef7@feeds.example/rss", "https://***@feeds.example/rss#"),
        ("/srv/feeds/token=abcdef7", "/srv/feeds/token=abcdef7"),
    ],
)
def test_a_feed_is_kept_under_its_address_without_what_is_secret_in_it(address: str, kept: str) -> None:
    assert kept_as(address).startswith(kept)
    assert kept_as(address) == kept_as(address)


def test_an_address_that_is_too_long_to_be_looked_up_by_is_kept_under_a_shorter_name() -> None:
    long = f"https://feeds.example/?q={'ü' * 1500}"

    assert kept_as("https://feeds.example/?q=" + "a" * 1000) == "https://feeds.example/?q=" + "a" * 1000
    assert kept_as(long).startswith("https://feeds.example/?q=üüü")
    assert len(kept_as(long).encode()) < 2_100
    assert kept_as(long) != kept_as(f"{long}&page=2")


def test_two_feeds_that_differ_by_their_secret_alone_are_two() -> None:
    assert kept_as("https://feeds.example/?token=abcdef7") != kept_as("https://feeds.example/?token=abcdef8")
