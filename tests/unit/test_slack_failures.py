"""What Slack's refusals, and everything else that can go wrong between us, mean for a post."""

import ssl
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.failures import FAILURES, MEANINGS, Scope, code_of, meaning, post_failed, retry_after
from bot.errors import Fate

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SPOKEN = b'{"ok": false, "error": "is_archived"}'


def answered(code: str = "", *, status: int = 200, **headers: str) -> SlackApiError:
    """What the SDK raises for an answer of Slack's."""
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.example/api/chat.postMessage",
        req_args={},
        data={"ok": False, "error": code} if code else {},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        status_code=status,
    )
    return SlackApiError("xoxb-secret", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("code", "status", "fate"),
    [
        ("ratelimited", 429, Fate.NOT_SENT),
        ("rate_limited", 200, Fate.NOT_SENT),
        ("", 429, Fate.NOT_SENT),
        ("service_unavailable", 200, Fate.NOT_SENT),
        ("internal_error", 200, Fate.UNKNOWN),
        ("", 500, Fate.UNKNOWN),
        ("", 502, Fate.UNKNOWN),
        ("", 503, Fate.UNKNOWN),
        # Whatever its body says: a server that fails may have acted before it failed.
        ("is_archived", 500, Fate.UNKNOWN),
        ("service_unavailable", 503, Fate.UNKNOWN),
        ("", 200, Fate.UNKNOWN),
        ("", 403, Fate.NOT_SENT),
        ("is_archived", 200, Fate.REFUSED),
        ("invented_tomorrow", 200, Fate.UNKNOWN),
    ],
)
def test_an_answer_has_the_fate_of_its_code_and_status(code: str, status: int, fate: Fate) -> None:
    assert post_failed(answered(code, status=status)).fate is fate


ADDRESS = ConnectionKey("slack.example", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (aiohttp.ClientConnectorError(ADDRESS, OSError("refused")), Fate.NOT_SENT),
        (aiohttp.ClientConnectorDNSError(ADDRESS, OSError("no such name")), Fate.NOT_SENT),
        (aiohttp.ClientConnectorCertificateError(ADDRESS, ssl.CertificateError("expired")), Fate.NOT_SENT),
        (aiohttp.ConnectionTimeoutError("no connection in time"), Fate.NOT_SENT),
        (TimeoutError(), Fate.UNKNOWN),
        (aiohttp.SocketTimeoutError("no answer in time"), Fate.UNKNOWN),
        (aiohttp.ServerDisconnectedError(), Fate.UNKNOWN),
        (aiohttp.ClientOSError(104, "reset by peer"), Fate.UNKNOWN),
        (aiohttp.ClientPayloadError("cut short"), Fate.UNKNOWN),
        (ConnectionResetError(), Fate.UNKNOWN),
        # So the SDK stumbles over a Retry-After that is a date.
        (ValueError("invalid literal for int()"), Fate.UNKNOWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_never_left_us_is_surely_not_sent(error: Exception, fate: Fate) -> None:
    assert isinstance(error, FAILURES)
    assert post_failed(error).fate is fate


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("30", 30 * SECOND),
        ("1.5", 1.5 * SECOND),
        ("1", SECOND),
        ("0", SECOND),
        ("-7", SECOND),
        ("300", 5 * MINUTE),
        ("301", 5 * MINUTE),
        ("86400", 5 * MINUTE),
        ("1e300", SECOND),
        ("inf", SECOND),
        ("nan", SECOND),
        ("soon", SECOND),
        ("Wed, 21 Oct 2026 07:28:00 GMT", SECOND),
        ("", SECOND),
    ],
)
def test_patience_is_between_a_second_and_five_minutes(said: str, wait: timedelta) -> None:
    assert post_failed(answered("ratelimited", status=429, Retry_After=said)).retry_after == wait
    assert retry_after(answered("ratelimited", status=429, retry_after=said)) == wait


def test_slack_is_not_waited_for_where_it_did_not_ask_for_it() -> None:
    assert post_failed(answered("is_archived")).retry_after is None
    assert post_failed(answered("ratelimited", status=429)).retry_after == SECOND


def test_nothing_of_the_request_gets_into_the_sentence() -> None:
    for error in (answered("is_archived"), answered(status=502), aiohttp.ClientOSError(104, "xoxb-secret")):
        assert "xoxb" not in str(post_failed(error))


def test_the_permission_that_is_missing_is_named() -> None:
    error = answered("missing_scope")
    error.response.data["needed"] = "chat:write"

    assert "chat:write" in post_failed(error).reason


@pytest.mark.parametrize(
    "said", ["xoxb-1-2-3abc", "97a8d41bed440e50454f31af3176813e", "https://x.test/?sig=1", "Bad Word"]
)
def test_what_is_no_code_of_slack_s_is_passed_on_to_nobody(said: str) -> None:
    as_code, as_scope = answered(said), answered("missing_scope")
    as_scope.response.data["needed"] = said

    for failure in (post_failed(as_code), post_failed(as_scope)):
        assert said not in failure.reason
        assert said not in failure.code
    assert post_failed(as_code).fate is Fate.UNKNOWN
    assert code_of(as_code) == ""


@pytest.mark.parametrize("code", MEANINGS)
def test_every_code_that_we_know_is_taken_for_one(code: str) -> None:
    assert code_of(answered(code)) == code


@pytest.mark.parametrize("code", MEANINGS)
def test_every_sentence_says_something_and_fits_into_one(code: str) -> None:
    sentence = meaning(code).sentence

    assert sentence[-1] not in " .!"
    assert "\n" not in sentence
    assert 20 < len(sentence) < 200


def test_what_no_repetition_can_mend_stops_no_more_than_it_must() -> None:
    assert meaning("is_archived").scope is Scope.CHANNEL
    assert meaning("token_revoked").scope is Scope.WORKSPACE
    assert meaning("invalid_blocks").scope is Scope.POST
    assert meaning("invented_tomorrow").scope is Scope.POST


# ------------------------------------------------------------------------------------------------ whatever answers


@pytest.fixture
async def proxied(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[AsyncWebClient, list[web.Response]]]:
    """The real SDK, and the one answer that it gets from whatever stands between Slack and us."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    answers: list[web.Response] = []

    async def answer(request: web.Request) -> web.Response:
        return answers.pop()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        yield AsyncWebClient(token="xoxb-1", base_url=address, session=session, retry_handlers=[]), answers
    await runner.cleanup()


@pytest.mark.parametrize("status", [200, 429, 500, 503])
@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/json", "application/json; charset=odd"])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Bad Gateway</html>", b'{"ok": tr', b"[]", b"[1]", b'"no"', b"null", b"7", b"\xff\xfe{", b'{"ok":0}'],
)
async def test_no_answer_is_so_odd_that_its_fate_is_not_told(
    proxied: tuple[AsyncWebClient, list[web.Response]], status: int, kind: str, body: bytes
) -> None:
    client, answers = proxied
    answers.append(web.Response(status=status, body=body, headers={"Content-Type": kind, "Retry-After": "7"}))

    with pytest.raises(FAILURES) as raised:
        await client.chat_postMessage(channel="C1", text="x")
    failure = post_failed(raised.value)

    # The SDK keeps the status of a 429 to itself where it stumbles over the body; then the channel is read back.
    is_told = status == 429 and isinstance(raised.value, SlackApiError)
    assert failure.fate is (Fate.NOT_SENT if is_told else Fate.UNKNOWN)
    assert failure.retry_after == (7 * SECOND if is_told else None)


async def test_a_page_of_a_proxy_that_says_no_is_no_refusal(proxied: tuple[AsyncWebClient, list[web.Response]]) -> None:
    client, answers = proxied
    answers.append(web.Response(status=407, text="<html>Log in first</html>", content_type="application/json"))

    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel="C1", text="x")

    assert post_failed(raised.value).fate is Fate.NOT_SENT


async def test_a_refusal_by_slack_itself_is_understood(
    proxied: tuple[AsyncWebClient, list[web.Response]],
) -> None:
    client, answers = proxied
    answers.append(web.Response(status=200, body=SPOKEN, content_type="application/json"))

    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel="C1", text="x")

    assert code_of(raised.value) == "is_archived"
