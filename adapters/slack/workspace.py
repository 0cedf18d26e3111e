"""One Slack workspace that we can talk to."""

from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace that has installed us."""

    id: str
    name: str
    bot_user: str
    """Our own user there."""
    bot: str
    scopes: frozenset[str]
    posting: AsyncWebClient
    """Never sends anything a second time: that is the ledger's business alone."""
    asking: AsyncWebClient
    """Waits once where Slack asks for patience; for what may be repeated."""
    clock_ahead: timedelta = timedelta()
    """How much this machine's clock is ahead of Slack's."""
