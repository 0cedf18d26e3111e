"""The workspaces that we have a token of, and the way to talk to each."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, NoReturn

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.failures import FAILURES, Scope, code_of, meaning, post_failed
from adapters.slack.installed import Installed
from adapters.slack.workspace import Workspace
from bot.errors import Fate, PostFailed
from bot.ports import UNWATCHED, Clock, Watch

log = logging.getLogger(__name__)

REQUIRED_SCOPES = ("chat:write", "commands", "channels:read", "users:read")
"""Without any of these something that people see does not work."""
CONNECT_WITHIN = timedelta(seconds=5)
"""A connection that is not there by then surely carried nothing."""
_BETWEEN_TRIES = timedelta(seconds=30)
"""Between two questions whether a dead token lives again."""
_BETWEEN_QUESTIONS = timedelta(seconds=1)
"""Between two questions whose a token is, where Slack was out of reach and did not say for how long."""


class _Client(AsyncWebClient):
    """Tells somebody how Slack answers."""

    watch: Watch = UNWATCHED

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:  # noqa: ANN401  # as the SDK has them
        """As the SDK does it."""
        try:
            answer = await super().api_call(api_method, **how)
        except FAILURES as error:
            self.watch.asked("slack", api_method, post_failed(error).code)
            raise
        self.watch.asked("slack", api_method, "ok")
        return answer


class Workspaces:
    """One client for each token, over one session. Tokens are made known to Slack on the first use.

    Args:
        tokens: bot tokens; the first one's workspace is home.
        installed: those that have added us to themselves; None: nobody can. Those of *tokens* win.
        api_url: where Slack is.
        timeout: for one request with everything in it.
        clock: for comparing with Slack's.
        watch: hears of every answer.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        api_url: str,
        timeout: timedelta,
        clock: Clock,
        *,
        installed: Installed | None = None,
        watch: Watch = UNWATCHED,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.watch = watch
        self.installed = installed
        self._tokens = tuple(tokens)
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._timeout = timeout
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[str, Workspace] = {}
        self._dead: dict[str, PostFailed] = {}
        """By token: why Slack does not take it any more."""
        self._refused: dict[str, PostFailed] = {}
        """As ``_dead``, until Slack takes the token again: while it is being asked anew, nobody shall think it does."""
        self._asked: dict[str, str] = {}
        """The workspace of each token that Slack has confirmed."""
        self._belonged: dict[str, str] = {}
        """The workspace of each token that Slack has ever confirmed to us."""
        self.is_settled = False
        """Whether the store knows which workspace is home."""
        self._asking = asyncio.Lock()
        self._monotonic = monotonic
        self._forgot_at = float("-inf")
        self._ask_from: dict[str, float] = {}
        """From when on a token may be asked about again; not for each of hundreds of channels."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one session; opened on the first use, because that needs a running loop."""
        if self._session is None or self._session.closed:
            # The SDK's own timeout is ignored where a session is given; this is the one that counts.
            timeout = aiohttp.ClientTimeout(
                total=self._timeout.total_seconds(), sock_connect=CONNECT_WITHIN.total_seconds()
            )
            every = aiohttp.TraceConfig()
            every.on_request_end.append(self._answered)
            self._session = aiohttp.ClientSession(
                timeout=timeout, connector=aiohttp.TCPConnector(limit=200), trace_configs=[every]
            )
        return self._session

    @property
    def api_url(self) -> str:
        """Where Slack is, with a slash at the end."""
        return self._api_url

    @property
    def has_token(self) -> bool:
        """Whether there is anything to talk with."""
        return bool(self._tokens) or self.installed is not None

    @property
    def has_own(self) -> bool:
        """Whether there are tokens besides those of workspaces that have added us to themselves."""
        return bool(self._tokens)

    @property
    def known(self) -> Mapping[str, Workspace]:
        """By id; those that Slack has confirmed and not refused since."""
        return self._known

    @property
    def refusals(self) -> tuple[PostFailed, ...]:
        """Why Slack does not take the tokens that it does not take."""
        return tuple(self._dead.values())

    @property
    def is_refused(self) -> bool:
        """Whether Slack takes none of the tokens, and nobody has added us."""
        return bool(self._tokens) and self.installed is None and len(self._dead) == len(set(self._tokens))

    def standings(self) -> Mapping[str, str]:
        """By workspace, why Slack does not take its token; empty: it does. One that it has never taken is home's."""
        refused = {self._belonged.get(token, ""): failure.reason for token, failure in self._refused.items()}
        return dict.fromkeys(self._known, "") | refused

    async def open(self) -> None:
        """Ask Slack whose tokens these are; trouble is told when one of them is used."""
        async with self._asking:
            for token in self._tokens:
                is_open = token not in self._asked and token not in self._dead
                if is_open and self._ask_from.get(token, 0.0) <= self._monotonic():
                    await self._ask(token)

    async def serving(self, workspace: str, enterprise: str = "") -> Workspace:
        """The workspace that something came from. One that we do not know, as that of a stranger in a shared channel,
        gets home's, unless others than home are served: then nobody gets what is not theirs. Raises as :meth:`of` does.
        """
        try:
            return await self.of(workspace, enterprise)
        except PostFailed:
            if self.installed:
                raise
            return await self.of("")

    async def of(self, workspace: str, enterprise: str = "") -> Workspace:
        """The workspace called *workspace*, that Slack has named with *enterprise*; empty: home.

        Raises:
            PostFailed: there is no token of it, or Slack does not take it; or Slack could not be asked.
        """
        if not self.has_token:
            raise PostFailed("no token of Slack is set; set SLACK_BOT_TOKEN and start again", fate=Fate.NOT_SENT)
        found = self._found(workspace)
        if found is None and len(self._asked) + len(self._dead) < len(self._tokens):
            await self.open()
            found = self._found(workspace)
        if found is None and self.installed and workspace:
            found = await self.installed.of(workspace, enterprise, self._client_for)
        return found or self._nothing_for(workspace)

    def _nothing_for(self, workspace: str) -> NoReturn:
        """Why there is no token of *workspace*."""
        home = self._belonged.get(self._tokens[0]) if self._tokens else None
        for token, failure in self._dead.items():
            if self._belonged.get(token) == (workspace or home):
                raise failure
        if len(self._asked) + len(self._dead) < len(self._tokens):
            left = max(self._ask_from.values(), default=0.0) - self._monotonic()
            again = timedelta(seconds=max(left, _BETWEEN_QUESTIONS.total_seconds()))
            raise PostFailed("Slack could not be reached", fate=Fate.NOT_SENT, retry_after=again)
        # A token that Slack has never taken could be anybody's: what is not known otherwise may be its.
        for token, failure in self._dead.items():
            if token not in self._belonged:
                raise failure
        if self.installed:
            raise PostFailed("Daybrief is not in the channel's workspace; add it there once more", fate=Fate.REFUSED)
        raise PostFailed(
            "there is no token of the channel's workspace; set SLACK_BOT_TOKEN to one of it", fate=Fate.REFUSED
        )

    def home(self) -> str:
        """The id of the first token's workspace; empty while nobody knows."""
        return self._asked.get(self._tokens[0], "") if self._tokens else ""

    async def failed(self, workspace: Workspace, error: Exception) -> PostFailed:
        """What *error* means for the post that it ended. A workspace whose token it says is dead is used no more: one
        attempt is enough.
        """
        failure = post_failed(error)
        if isinstance(error, SlackApiError):
            meant = meaning(code_of(error))
            is_dead = meant.scope is Scope.WORKSPACE and meant.fate is Fate.REFUSED
            if is_dead and self.installed and workspace.id not in self._known:
                return await self.installed.refused(workspace, failure)
            if is_dead and workspace.id in self._known:
                del self._known[workspace.id]
                token = next(token for token, team in self._asked.items() if team == workspace.id)
                del self._asked[token]
                self._dead[token] = self._refused[token] = failure
                log.error("the Slack workspace %s is left alone: %s", workspace.name, failure.reason)
        return failure

    def forget_refusals(self) -> None:
        """Try again what Slack refused, somebody may have mended it; but not for each of hundreds of channels."""
        now = self._monotonic()
        if now - self._forgot_at > _BETWEEN_TRIES.total_seconds():
            self._forgot_at = now
            self._dead.clear()
            if self.installed:
                self.installed.forget()

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session:
            await self._session.close()

    def client(self, token: str | None, *, is_patient: bool) -> AsyncWebClient:
        """A client for *token* over the one session."""
        handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)] if is_patient else []
        client = _Client(token=token, base_url=self._api_url, session=self.session, retry_handlers=list(handlers))
        client.watch = self.watch
        return client

    def _client_for(self, token: str, is_patient: bool) -> AsyncWebClient:
        return self.client(token, is_patient=is_patient)

    async def _answered(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, request: aiohttp.TraceRequestEndParams
    ) -> None:
        if request.response.status == HTTPStatus.TOO_MANY_REQUESTS:
            self.watch.put_off("slack")

    def _found(self, workspace: str) -> Workspace | None:
        return self._known.get(workspace or self.home())

    async def _ask(self, token: str) -> None:
        posting = self.client(token, is_patient=False)
        try:
            answer = await posting.auth_test()
        except FAILURES as error:
            failure = post_failed(error)
            log.error("a Slack token could not be used: %s", failure.reason)  # noqa: TRY400  # a sentence is enough
            if failure.fate is Fate.REFUSED:
                self._dead[token] = self._refused[token] = failure
            else:
                wait = failure.retry_after or _BETWEEN_QUESTIONS
                self._ask_from[token] = self._monotonic() + wait.total_seconds()
            return
        headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        workspace = Workspace(
            id=str(answer["team_id"]),
            name=str(answer.get("team") or answer["team_id"]),
            bot_user=str(answer.get("user_id") or ""),
            bot=str(answer.get("bot_id") or ""),
            scopes=frozenset(filter(None, headers.get("x-oauth-scopes", "").replace(" ", "").split(","))),
            posting=posting,
            asking=self.client(token, is_patient=True),
            clock_ahead=self._ahead(headers.get("date", "")),
        )
        self._ask_from.pop(token, None)
        self._refused.pop(token, None)
        self._asked[token] = self._belonged[token] = workspace.id
        self._known[workspace.id] = workspace

    def _ahead(self, date: str) -> timedelta:
        try:
            return self._clock.now() - parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return timedelta()
