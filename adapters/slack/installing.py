"""*Add to Slack*: the state that ties the way back to one browser, and the exchange of the code for a token."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp import web
from slack_sdk.oauth import AuthorizeUrlGenerator

from adapters.seal import Seal
from adapters.slack import pages
from adapters.slack.failures import FAILURES, post_failed
from adapters.slack.workspaces import Workspaces
from bot.config.installing import App
from bot.errors import DaybriefError, StoreTrouble
from bot.model import Installation
from bot.ports import Clock, Installations
from bot.text import clean

log = logging.getLogger(__name__)

EXPIRES = timedelta(minutes=10)
"""How long somebody may think about Slack's question."""
MOST_STATES = 10_000
COOKIE = "__Host-daybrief-install"
"""The prefix has browsers take it from this very host, over https, and for nobody else's pages."""
_DENIED = "access_denied"
_LONGEST = 512
"""Characters of what Slack sends along."""


class Refusal(DaybriefError):
    """Somebody cannot be let in; the sentence is for them."""

    def __init__(self, sentence: str, status: int) -> None:
        self.status = status
        super().__init__(sentence)


class Installing:
    """Lets workspaces in.

    Args:
        app: what Slack knows us as.
        scopes: what we ask for, those that people may leave out included.
        book: where installations and states are kept.
        seal: for the tokens.
        workspaces: for asking Slack.
        clock: for how long a state lasts.
        arrived: is told which workspaces are served from now on; returns at once.
    """

    def __init__(
        self,
        app: App,
        *,
        scopes: Sequence[str],
        book: Installations,
        seal: Seal,
        workspaces: Workspaces,
        clock: Clock,
        arrived: Callable[[Collection[str]], None],
    ) -> None:
        self._app = app
        self._book = book
        self._seal = seal
        self._workspaces = workspaces
        self._clock = clock
        self._arrived = arrived
        self._redirect = f"{app.public_url}{pages.REDIRECT}"
        self._again = f"{urlsplit(app.public_url).path}{pages.INSTALL}"
        consent = workspaces.api_url.removesuffix("api/") + "oauth/v2/authorize"
        self._consent = AuthorizeUrlGenerator(
            client_id=app.client_id,
            redirect_uri=quote(self._redirect, safe=""),
            scopes=scopes,
            authorization_url=consent,
        )
        where = urlsplit(consent)
        self._headers = {
            "Content-Security-Policy": pages.policy(f"{where.scheme}://{where.netloc}"),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def routes(self) -> tuple[web.RouteDef, ...]:
        """The pages."""
        return (
            web.get(pages.INSTALL, self._page),
            web.post(pages.INSTALL, self._begin),
            web.get(pages.REDIRECT, self._back),
        )

    async def _page(self, _: web.Request) -> web.Response:
        return self._shown(pages.install(self._again))

    async def _begin(self, _: web.Request) -> web.Response:
        """Somebody has pressed the button: on to Slack, with a state that only this browser has."""
        state, now = secrets.token_urlsafe(32), self._clock.now()
        try:
            await self._book.put_state(_digest(state), until=now + EXPIRES, now=now, most=MOST_STATES)
        except StoreTrouble as trouble:
            return self._failed(_ours(trouble))
        response = web.Response(status=303, headers={**self._headers, "Location": self._consent.generate(state)})
        response.set_cookie(
            COOKIE, state, max_age=int(EXPIRES.total_seconds()), secure=True, httponly=True, samesite="Lax", path="/"
        )
        return response

    async def _back(self, request: web.Request) -> web.Response:
        """Slack has sent somebody back, with a code or a no."""
        try:
            await self._check_state(request)
            installation = await self._installed(await self._granted(request.query))
        except Refusal as refusal:
            return self._failed(refusal)
        except StoreTrouble as trouble:
            return self._failed(_ours(trouble))
        except DaybriefError as trouble:
            log.error("a workspace could not be added: %s", trouble)  # noqa: TRY400 - it is a sentence
            return self._failed(Refusal("Something is wrong on our side; it is in the log of whoever runs it.", 500))
        return self._forgetting(self._shown(pages.added(installation.name, installation.team)))

    async def _check_state(self, request: web.Request) -> None:
        """Take the state, whoever brings it, if it is this browser's. Raises Refusal."""
        state, held = request.query.get("state", "")[:_LONGEST], request.cookies.get(COOKIE, "")[:_LONGEST]
        if not state or not hmac.compare_digest(state.encode(), held.encode()):
            raise Refusal("This way in was not begun in this browser, so nothing was done.", 400)
        if not await self._book.take_state(_digest(state), now=self._clock.now()):
            raise Refusal("This way in was used before, or is older than ten minutes.", 400)

    async def _granted(self, query: Mapping[str, str]) -> Mapping[str, Any]:
        """What Slack gives for the code, with ``bot_id`` and the time by its clock. Raises Refusal."""
        if error := query.get("error", ""):
            if error == _DENIED:
                raise Refusal("You, or whoever decides about apps in your workspace, did not agree to it.", 200)
            raise Refusal("Slack did not let it happen.", 400)
        code = query.get("code", "")[:_LONGEST]
        if not code:
            raise Refusal("Slack sent no code along.", 400)
        client = self._workspaces.client(None, is_patient=False)
        try:
            # As ``oauth_v2_access`` does it, which gives the secret to aiohttp in a form that is going out of use.
            proof = aiohttp.encode_basic_auth(self._app.client_id, self._app.client_secret.reveal())
            answer = await client.api_call(
                "oauth.v2.access",
                data={"code": code, "redirect_uri": self._redirect},
                headers={"Authorization": proof},
            )
            token = str(answer.get("access_token") or "")
            bot = str((await client.auth_test(token=token)).get("bot_id") or "") if token else ""
        except FAILURES as failed:
            failure = post_failed(failed)
            log.error("a workspace could not be added: %s (%s)", failure.reason, failure.code)  # noqa: TRY400
            raise Refusal("Slack did not take the code; it works once, and for ten minutes.", 502) from failed
        if not token or answer.get("token_type") not in {"bot", "granular_bot"}:
            raise Refusal("Slack gave no token of a bot.", 502)
        if answer.get("expires_in") or answer.get("refresh_token"):
            log.error("a workspace could not be added: token rotation is on in the app's settings, and must be off")
            raise Refusal("Something is wrong with the settings of this app; whoever runs it can read why.", 500)
        headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        told = answer.data if isinstance(answer.data, dict) else {}
        return {**told, "bot_id": bot, "at": _moment(headers.get("date", ""), self._clock.now())}

    async def _installed(self, granted: Mapping[str, Any]) -> Installation:
        """Keep what was *granted*, sealed, and have what waits there served. Raises Refusal."""
        team, enterprise = granted.get("team") or {}, granted.get("enterprise") or {}
        is_whole = bool(granted.get("is_enterprise_install"))
        named = enterprise if is_whole else team
        if not named.get("id"):
            raise Refusal("Slack did not say which workspace it is.", 502)
        plain = Installation(
            platform="slack",
            enterprise=str(enterprise.get("id") or ""),
            team="" if is_whole else str(team["id"]),
            name=clean(str(named.get("name") or named["id"])),
            sealed="",
            scopes=tuple(sorted(filter(None, str(granted.get("scope") or "").replace(" ", "").split(",")))),
            bot_user=str(granted.get("bot_user_id") or ""),
            bot=str(granted.get("bot_id") or ""),
            installer=str((granted.get("authed_user") or {}).get("id") or ""),
            installed_at=granted["at"],
        )
        installation = replace(plain, sealed=self._seal.seal(str(granted["access_token"]), plain))
        gone = {one.workspace for one in await self._book.gone() if one.platform == "slack"}
        if not await self._book.save(installation):
            raise Refusal("Daybrief was removed again in the meantime.", 409)
        back = gone - {one.workspace for one in await self._book.gone()}
        if self._workspaces.installed:
            self._workspaces.installed.forget()
        log.info("%s has added Daybrief", installation.name)
        self._arrived({*back, *filter(None, [installation.team])} - {installation.enterprise})
        return installation

    def _failed(self, refusal: Refusal) -> web.Response:
        return self._forgetting(self._shown(pages.failed(str(refusal), self._again), refusal.status))

    def _shown(self, page: str, status: int = 200) -> web.Response:
        return web.Response(status=status, text=page, content_type="text/html", headers=self._headers)

    @staticmethod
    def _forgetting(response: web.Response) -> web.Response:
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
        return response


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _moment(date: str, otherwise: datetime) -> datetime:
    """The time in a ``Date`` header: Slack's own clock, by which it also dates its events."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (TypeError, ValueError):
        return otherwise.replace(microsecond=0)


def _ours(trouble: StoreTrouble) -> Refusal:
    log.error("a workspace could not be added: %s", trouble)
    return Refusal("Something is wrong on our side for the moment; please try again in some minutes.", 503)
