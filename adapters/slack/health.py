"""Whether Slack takes us: the token, the permissions, the clock."""

from datetime import timedelta

from slack_sdk.errors import SlackApiError

from adapters.slack.failures import FAILURES, code_of, post_failed
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import REQUIRED_SCOPES, Workspaces
from bot.errors import PostFailed
from bot.wording import sentence_of

CLOCKS_DIFFER = timedelta(minutes=5)
"""Slack refuses, and we refuse, requests that are signed further away: both clocks have to agree."""


_NO_APP_TOKEN = frozenset({"invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "missing_scope"})
"""What Slack says to an app-level token that opens no connection: it is none, or it lacks ``connections:write``."""


async def troubles(workspaces: Workspaces, app_token: str = "") -> tuple[str, ...]:
    """What is wrong, a sentence each with the way to mend it; empty: nothing.

    Args:
        workspaces: whose tokens are looked at.
        app_token: of Socket Mode; empty: none is needed.
    """
    if not workspaces.has_token:
        return ("SLACK_BOT_TOKEN is not set; docs/slack.md tells where to find it.",)
    await workspaces.open()
    found = [sentence_of(failure.reason) for failure in workspaces.refusals]
    for workspace in workspaces.known.values():
        found += _of(workspace)
    if not found and not workspaces.known and workspaces.has_own:
        return (await _unreachable(workspaces),)
    return (*found, *(await _of_app(workspaces, app_token) if app_token else ()))


def _of(workspace: Workspace) -> list[str]:
    missing = [scope for scope in REQUIRED_SCOPES if scope not in workspace.scopes]
    found = []
    if missing:
        found.append(
            f"{workspace.name}: the permission {', '.join(missing)} is missing; add it to the app's bot token scopes "
            "and install the app again."
        )
    ahead = workspace.clock_ahead
    if abs(ahead) > CLOCKS_DIFFER:
        direction = "ahead of" if ahead > timedelta() else "behind"
        minutes = round(abs(ahead).total_seconds() / 60)
        found.append(f"This machine's clock is {minutes} minutes {direction} Slack's; set it, or let it be set by NTP.")
    return found


async def _of_app(workspaces: Workspaces, app_token: str) -> tuple[str, ...]:
    """What keeps *app_token* from opening a connection. The one that Slack offers here is not used, and lapses."""
    try:
        await workspaces.client(None, is_patient=True).apps_connections_open(app_token=app_token)
    except FAILURES as error:
        if isinstance(error, SlackApiError) and code_of(error) in _NO_APP_TOKEN:
            return (
                "Slack does not take SLACK_APP_TOKEN; make a token with the permission connections:write under Basic "
                "Information, App-Level Tokens, and set it. It begins with xapp-.",
            )
        return (f"With SLACK_APP_TOKEN: {post_failed(error).reason}.",)
    return ()


async def _unreachable(workspaces: Workspaces) -> str:
    try:
        await workspaces.of("")
    except PostFailed as failure:
        return sentence_of(failure.reason)
    return "Slack could not be asked."
