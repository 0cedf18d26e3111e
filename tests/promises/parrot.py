"""A server that takes the place of both chats, of feeds and of a model, and repeats secrets in whatever it refuses.

It lets bots in and takes direct messages, so that they get as far as posting; then each channel is refused in a way of
its own, in the words of a secret of its own. Channels above :data:`TAKING` take posts and refuse changes of them.
"""

import itertools
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from adapters.slack.workspaces import REQUIRED_SCOPES
from tests.fake_feeds import rss
from tests.promises.talkative import Answer, Talkative

TAKING = 5000
"""Numbers of channels from here on take posts."""
FORMS = 9
"""In how many ways each platform refuses."""
_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}
_GATE = "/discord"


class Parrot(Talkative):
    """Slack is at ``/api/``, Discord at ``/discord``, a model at ``/v1``; everything else is a feed.

    A channel with the number ``n`` is refused in the form ``n % FORMS``, with the secret ``n // FORMS``.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__(secrets)
        self._secrets = list(secrets)
        self._ids = itertools.count(100_000)
        self._others = itertools.count()
        self.refused: set[tuple[str, int, str]] = set()
        """(platform, form, secret) of every refusal in words of ours."""

    def answer(self, method: str, path: str, body: str) -> Answer:
        if path.startswith("/api/"):
            return self._of_slack(path.rpartition("/")[2], _arguments(body))
        if path.startswith(_GATE):
            return self._of_discord(method, path.removeprefix(_GATE).strip("/").split("/"))
        if path.startswith("/fine"):
            return 200, {"Content-Type": "application/rss+xml"}, rss("Norvik opens a laboratory").decode()
        return self.refusal("model" if path.startswith("/v1") else "feed", self._next())

    def _of_slack(self, called: str, arguments: dict[str, Any]) -> Answer:
        channel, ts = str(arguments.get("channel", "")), f"{next(self._ids)}.000100"
        match called:
            case "auth.test":
                about = {
                    "team_id": "T1",
                    "team": "norvik",
                    "user_id": "U0BOT",
                    "bot_id": "B1",
                    "url": "https://x.test/",
                }
                return 200, {**_JSON, "x-oauth-scopes": _SCOPES}, json.dumps({"ok": True, **about})
            case "conversations.open":
                return _said({"ok": True, "channel": {"id": "D1"}})
            case "chat.postMessage" if not channel[1:].isdigit() or int(channel[1:]) >= TAKING or channel[0] in "DU":
                return _said({"ok": True, "channel": channel, "ts": ts, "message": {}})
        return self.refusal("slack", int(channel[1:]) if channel[1:].isdigit() else self._next())

    def _of_discord(self, method: str, parts: list[str]) -> Answer:
        match method, parts:
            case "GET", ["users", who]:
                return _said(_person("900" if who == "@me" else who))
            case "GET", ["applications" | "oauth2", *_]:
                return _said(
                    {"id": "900", "name": "Daybrief", "description": "", "flags": 0, "icon": None, **_APPLICATION}
                )
            case "POST", ["users", "@me", "channels"]:
                return _said({"id": str(TAKING), "type": 1, "recipients": [_person("2001")]})
            case "POST", ["channels", number, "messages"] if int(number) >= TAKING:
                return _said(_message(str(next(self._ids)), number))
            case _, ["channels", number, *_]:
                return self.refusal("discord", int(number))
        return self.refusal("discord", self._next())

    def _next(self) -> int:
        """Of somebody without a number: by and by every form with every secret."""
        count = next(self._others)
        return count * FORMS + (count + count // len(self._secrets)) % FORMS

    def refusal(self, platform: str, number: int) -> Answer:
        """What the channel called *number* is answered with."""
        form = number % FORMS
        secret = self._secrets[number // FORMS % len(self._secrets)]
        self.refused.add((platform, form, secret))
        said = secret.replace('"', "'")
        return _common(form, said) or {"slack": _slacks, "discord": _discords}.get(platform, _anybodys)(form, said)


def _common(form: int, said: str) -> Answer | None:
    """What whoever stands in between answers, too."""
    match form:
        case 0:
            return 404, _HTML, f"<html><title>{said}</title>{said}"
        case 1:
            return 503, {**_JSON, "X-Reason": said}, json.dumps({"ok": False, "error": said, "message": said})
        case 2:
            return 429, {**_JSON, "Retry-After": said, "Via": said}, json.dumps({"message": said, "retry_after": said})
        case 3:
            return 302, {"Location": f"http://127.0.0.1:9/x?token={said.replace(' ', '')}"}, said
    return None


def _slacks(form: int, said: str) -> Answer:
    refusals: dict[int, dict[str, object]] = {
        4: {"error": said},
        5: {"error": "restricted_action", "needed": said, "provided": said},
        6: {"error": "invalid_arguments", "warning": said, "response_metadata": {"messages": [said]}},
        7: {"error": {said: [said]}, "detail": said},
        8: {"error": f"no_{said}", "errors": [said]},
    }
    return _said({"ok": False, **refusals[form]})


def _discords(form: int, said: str) -> Answer:
    detailed = {"content": {"_errors": [{"code": said, "message": said}]}, said: {"_errors": [{"message": said}]}}
    status, body = {
        4: (400, {"message": said, "code": said}),
        5: (403, {"message": said, "code": 50013}),
        6: (400, {"message": said, "code": 50035, "errors": detailed}),
        7: (403, {"message": said, "code": 0}),
        8: (200, {"id": said, "channel_id": said, "content": said}),
    }[form]
    return status, _JSON, json.dumps(body)


def _anybodys(form: int, said: str) -> Answer:
    """Of a model or a feed."""
    status = {4: 400, 5: 401, 6: 403, 7: 200, 8: 200}[form]
    if form == FORMS - 1:
        return status, _HTML, f"<html><body>{said}"
    about = {"message": said, "type": said, "code": said, "param": said}
    return status, {**_JSON, "WWW-Authenticate": said}, json.dumps({"error": about, "detail": said})


def _said(body: dict[str, object]) -> Answer:
    return 200, _JSON, json.dumps(body)


def _arguments(body: str) -> dict[str, Any]:
    if body.startswith("{"):
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body).items()}


def _person(number: str) -> dict[str, object]:
    return {"id": number, "username": "somebody", "discriminator": "0", "avatar": None, "public_flags": 0}


_APPLICATION = {
    "id": "900", "name": "Daybrief", "description": "", "flags": 0, "icon": None, "rpc_origins": None,
    "bot_public": True, "bot_require_code_grant": False, "verify_key": "", "owner": _person("2001"),
}  # fmt: skip


def _message(number: str, channel: str) -> dict[str, object]:
    return {
        "id": number, "channel_id": channel, "content": "", "type": 0, "flags": 0, "pinned": False, "tts": False,
        "author": _person("900"),
        "timestamp": "2026-03-03T08:00:00+00:00", "edited_timestamp": None, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": [],
    }  # fmt: skip


_SCOPES = ",".join(REQUIRED_SCOPES)
