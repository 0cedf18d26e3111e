"""Every way in which discord.py can fail means one of the three fates, and leaves as a sentence of ours."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from adapters.discord.failures import FAILURES, MEANINGS, post_failed
from adapters.discord.pace import HeldBack
from bot.errors import Fate, PostFailed, Reach


def answered(status: int, code: int = 0, message: str = "no", *, is_page: bool = False) -> discord.HTTPException:
    """What discord.py raises for such an answer."""
    kinds: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
    kind = kinds.get(status, discord.DiscordServerError if status >= 500 else discord.HTTPException)
    headers = {"Content-Type": "text/html" if is_page else "application/json"}
    response: Any = SimpleNamespace(status=status, reason=message, headers=headers)
    return kind(response, {"code": code, "message": message})


def test_what_discord_could_not_have_taken_is_tried_again() -> None:
    for error in (answered(429), answered(400, 20028), answered(403, 40004), discord.RateLimited(40)):
        assert post_failed(error).fate is Fate.NOT_SENT
    assert post_failed(discord.RateLimited(40)).retry_after == timedelta(seconds=40)
    held = post_failed(HeldBack("nothing is sent", timedelta(seconds=9)))
    assert (held.fate, held.retry_after) == (Fate.NOT_SENT, timedelta(seconds=9))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524, 599])
def test_whatever_a_failing_server_says_the_outcome_is_unknown(status: int) -> None:
    for code in (0, 50013, 130000):
        assert post_failed(answered(status, code)).fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientOSError(104, "reset"),
        aiohttp.ClientPayloadError(),
        ConnectionResetError(),
        discord.ClientException("strange"),
    ],
)
def test_a_connection_that_breaks_leaves_the_outcome_unknown(error: Exception) -> None:
    assert isinstance(error, FAILURES)
    assert post_failed(error).fate is Fate.UNKNOWN


def test_what_never_connected_surely_did_not_arrive() -> None:
    key: Any = SimpleNamespace(host="discord.test", port=443, ssl=True, is_ssl=True)
    error = aiohttp.ClientConnectorError(key, OSError(111, "refused"))

    assert post_failed(error).fate is Fate.NOT_SENT


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (404, 10004), (403, 50001), (403, 50013), (400, 160005)])
def test_a_channel_that_is_closed_to_us_resumes_once_it_shows_that_it_is_open(status: int, code: int) -> None:
    failure = post_failed(answered(status, code))

    assert (failure.fate, failure.reach) == (Fate.REFUSED, Reach.VISIBLY)


@pytest.mark.parametrize(("status", "code"), [(400, 50035), (400, 50006), (400, 200000), (403, 240000), (413, 40005)])
def test_one_message_that_is_refused_pauses_no_channel(status: int, code: int) -> None:
    failure = post_failed(answered(status, code))

    assert (failure.fate, failure.reach) == (Fate.REFUSED, Reach.POST)


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_forbidden_or_gone_is_never_repeated_whatever_its_code(status: int) -> None:
    failure = post_failed(answered(status, 999_999))

    assert (failure.fate, failure.reach) == (Fate.REFUSED, Reach.VISIBLY)


@pytest.mark.parametrize("status", [403, 404])
def test_a_page_of_somebody_before_discord_says_nothing_of_the_channel(status: int) -> None:
    assert post_failed(answered(status, is_page=True)).fate is Fate.NOT_SENT


def test_a_code_that_nobody_knows_refuses_one_message_and_is_named() -> None:
    failure = post_failed(answered(400, 987_654))

    assert (failure.fate, failure.reach) == (Fate.REFUSED, Reach.POST)
    assert "987654" in failure.reason


def test_a_code_that_is_no_number_is_passed_on_to_nobody() -> None:
    error = answered(400)
    error.code = "abc.def.ghi"  # type: ignore[assignment]  # discord.py passes on whatever stands there
    failure = post_failed(error)

    assert "abc" not in failure.reason
    assert failure.code == "400"


def test_a_token_that_is_wrong_says_where_the_right_one_goes() -> None:
    for error in (answered(401), answered(403, 50014), discord.LoginFailure("Improper token has been passed.")):
        failure = post_failed(error)
        assert failure.fate is Fate.REFUSED
        assert "DISCORD_TOKEN" in failure.reason


def test_no_word_of_discords_own_reaches_a_person() -> None:
    secret = "Bot abc.def.ghi <@1> @everyone"

    for status in (400, 401, 403, 404, 413, 429, 500, 503):
        failure: PostFailed = post_failed(answered(status, 0, secret))
        assert "abc" not in str(failure)
        assert "everyone" not in str(failure)


def test_every_meaning_is_one_sentence_that_goes_on_after_a_colon() -> None:
    for code, meaning in MEANINGS.items():
        assert meaning.sentence == meaning.sentence.strip(), code
        assert not meaning.sentence.endswith("."), code


@pytest.mark.parametrize(
    ("codes", "fate"),
    [
        ({10003, 10004, 50001, 50013, 50008, 50024, 40058, 40067, 160005, 160006}, Fate.REFUSED),
        ({50035, 50006, 50109, 40005, 200000, 200001, 240000, 50014}, Fate.REFUSED),
        ({20028, 20029, 40062, 130000, 40006, 40004}, Fate.NOT_SENT),
    ],
)
def test_codes_have_the_fates_that_the_notes_on_the_platform_give_them(codes: set[int], fate: Fate) -> None:
    assert {code: MEANINGS[code].fate for code in codes} == dict.fromkeys(codes, fate)
