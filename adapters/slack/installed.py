"""The workspaces that have added us to themselves: read from the store, which other processes write to as well."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from adapters.seal import Seal
from adapters.slack.workspace import Workspace
from bot.errors import Fate, PostFailed, StoreTrouble, WrongUsage
from bot.model import Installation
from bot.ports import Installations

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=1)
"""For so long what was read is believed: a token that another process has replaced meanwhile is refused anyway."""
_AGAIN = timedelta(seconds=1)
_MOST = 20_000
"""Workspaces that are remembered; a bound, not a figure."""

Client = Callable[[str, bool], AsyncWebClient]
"""Makes a client for a token; one that is patient, or not."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What was read of one workspace."""

    at: float
    installation: Installation
    workspace: Workspace
    failure: PostFailed | None = None
    """Why Slack does not take the token."""


class Installed:
    """Tokens as they are needed. Slack is never asked whose they are: it said so when we were added.

    Args:
        book: where they are kept.
        seal: opens them.
        learn: is told of every token before it is used, so that none is ever shown.
    """

    def __init__(
        self,
        book: Installations,
        seal: Seal,
        learn: Callable[[Iterable[str]], None],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = book
        self._seal = seal
        self._learn = learn
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}
        self._reading: dict[str, asyncio.Task[_Held | None]] = {}

    async def of(self, team: str, enterprise: str, client: Client) -> Workspace | None:
        """The workspace *team*, that a verified envelope has named with *enterprise*; None: it has not added us.

        Raises:
            PostFailed: Slack does not take its token, or that cannot be read.
        """
        held = self._held.get(team)
        if held is None or self._monotonic() - held.at >= FRESH.total_seconds():
            held = await self._read_once(team, enterprise, client)
        if held is None:
            return None
        if held.failure:
            raise held.failure
        return held.workspace

    async def refused(self, workspace: Workspace, failure: PostFailed) -> PostFailed:
        """Slack does not take the token of *workspace*. What that means for what was tried: if there is another one by
        now, that it has not been done, and may be tried again.
        """
        held = self._held.pop(workspace.id, None)
        try:
            present = await self._book.find("slack", workspace.id)
        except StoreTrouble:
            return failure
        if held is None or held.workspace.posting.token != workspace.posting.token:
            return _newer(failure)
        if present and present.sealed != held.installation.sealed:
            return _newer(failure)
        if present:
            self._held[workspace.id] = _Held(self._monotonic(), present, workspace, failure)
            log.warning("the Slack workspace %s is left alone: %s", workspace.name, failure.reason)
        return failure

    def forget(self, team: str = "") -> None:
        """Read *team*, or all, anew when they are needed next."""
        for one in [team] if team else list(self._held):
            self._held.pop(one, None)

    async def _read_once(self, team: str, enterprise: str, client: Client) -> _Held | None:
        """One read for all who wait for the same workspace. Whoever stops waiting ends it for nobody else."""
        reading = self._reading.get(team)
        if reading is None:
            reading = self._reading[team] = asyncio.create_task(self._read(team, enterprise, client))
            reading.add_done_callback(lambda done: self._has_read(team, done))
        return await asyncio.shield(reading)

    def _has_read(self, team: str, reading: asyncio.Task[_Held | None]) -> None:
        del self._reading[team]
        if not reading.cancelled():
            reading.exception()  # whoever has waited for it has heard of it

    async def _read(self, team: str, enterprise: str, client: Client) -> _Held | None:
        try:
            found = await self._book.find("slack", team, enterprise)
            if found is None:
                self._held.pop(team, None)
                return None
            if enterprise and not found.team and await self._book.find("slack", team) is None:
                await self._book.belongs("slack", team, enterprise)
            token = self._seal.open(found)
        except StoreTrouble as trouble:
            raise PostFailed(
                f"the token could not be read: {trouble}", fate=Fate.NOT_SENT, retry_after=_AGAIN
            ) from trouble
        except WrongUsage as trouble:
            log.error("%s", trouble)  # noqa: TRY400 - it is a sentence
            raise PostFailed("the token of the workspace cannot be read", fate=Fate.NOT_SENT) from trouble
        self._learn([token])
        if len(self._held) >= _MOST:
            self._held.clear()
        workspace = Workspace(
            id=team,
            name=found.name or team,
            bot_user=found.bot_user,
            bot=found.bot,
            scopes=frozenset(found.scopes),
            posting=client(token, False),
            asking=client(token, True),
        )
        self._held[team] = held = _Held(self._monotonic(), found, workspace)
        return held


def _newer(failure: PostFailed) -> PostFailed:
    return PostFailed("the workspace has a new token", fate=Fate.NOT_SENT, retry_after=_AGAIN, code=failure.code)
