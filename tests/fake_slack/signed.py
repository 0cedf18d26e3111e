"""HTTP mode: the same payloads, POSTed and signed as Slack signs them, or badly on purpose."""

import hashlib
import hmac
import json
import time
from enum import StrEnum
from urllib.parse import urlencode

import aiohttp

from tests.fake_slack.model import Delivery, Json


class Forgery(StrEnum):
    """What is wrong with the signature of one request."""

    NONE = "none"
    WRONG_SECRET = "wrong_secret"
    STALE = "stale"
    """Signed well, six minutes ago."""
    NOT_NUMERIC = "not_numeric"
    """A timestamp that is no number, signed well."""
    NO_SIGNATURE = "no_signature"
    NO_TIMESTAMP = "no_timestamp"


def sign(secret: str, body: str, forgery: Forgery = Forgery.NONE, *, now: float | None = None) -> dict[str, str]:
    """The headers of a request with *body*."""
    timestamp = str(int(time.time() if now is None else now) - (360 if forgery is Forgery.STALE else 0))
    if forgery is Forgery.NOT_NUMERIC:
        timestamp = "abc"
    key = secret + ("-not" if forgery is Forgery.WRONG_SECRET else "")
    digest = hmac.new(key.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
    if forgery is Forgery.NO_SIGNATURE:
        del headers["X-Slack-Signature"]
    if forgery is Forgery.NO_TIMESTAMP:
        del headers["X-Slack-Request-Timestamp"]
    return headers


def encode(kind: str, payload: Json) -> tuple[str, str]:
    """The body of a request, and its content type."""
    if kind == "slash_commands":
        return urlencode(payload), "application/x-www-form-urlencoded"
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
    return json.dumps(payload), "application/json"


class SignedPosts:
    """Sends to one address of the bot."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self._secret = secret
        self._session = aiohttp.ClientSession()

    async def send(
        self,
        delivery: Delivery,
        timeout: float,  # noqa: ASYNC109
        *,
        forgery: Forgery = Forgery.NONE,
        retry: str = "",
    ) -> None:
        """POST *delivery*, and keep what came back and when."""
        body, kind = encode(delivery.kind, delivery.payload)
        headers = sign(self._secret, body, forgery) | {"Content-Type": kind}
        if retry:
            headers |= {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": retry}
        started = time.monotonic()
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=timeout)
            ) as answer:
                delivery.status = answer.status
                delivery.body = await answer.text()
                is_json = answer.content_type == "application/json"
        except TimeoutError:
            delivery.error = "operation_timeout"
            return
        except aiohttp.ClientError:
            delivery.error = "dispatch_failed"
            return
        if not 200 <= delivery.status < 300:
            delivery.error = "dispatch_failed"
            return
        delivery.acknowledged = True
        delivery.acks += 1
        delivery.ack_after = time.monotonic() - started
        if delivery.body:
            delivery.ack = _json(delivery) if is_json else {"text": delivery.body}

    async def close(self) -> None:
        await self._session.close()


def _json(delivery: Delivery) -> object:
    try:
        return json.loads(delivery.body)
    except ValueError:
        delivery.error = "invalid_command_response"
        return None
