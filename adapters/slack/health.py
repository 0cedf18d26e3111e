"""Whether Slack takes us: the token, the permissions, the clock."""

from datetime import timedelta

from adapters.slack.workspaces import REQUIRED_SCOPES, Workspace, Workspaces
from bot.errors import PostFailed

CLOCKS_DIFFER = timedelta(minutes=5)
"""Slack refuses, and we refuse, requests that are signed further away: both clocks have to agree."""


async def troubles(workspaces: Workspaces) -> tuple[str, ...]:
    """What is wrong, a sentence each with the way to mend it; empty: nothing."""
    if not workspaces.has_token:
        return ("SLACK_BOT_TOKEN is not set; docs/slack.md tells where to find it.",)
    await workspaces.open()
    found = [f"{failure.reason[0].upper()}{failure.reason[1:]}." for failure in workspaces.refusals]
    for workspace in workspaces.known.values():
        found += _of(workspace)
    if not found and not workspaces.known:
        found = [await _unreachable(workspaces)]
    return tuple(found)


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


async def _unreachable(workspaces: Workspaces) -> str:
    try:
        await workspaces.of("")
    except PostFailed as failure:
        return f"{failure.reason[0].upper()}{failure.reason[1:]}."
    return "Slack could not be asked."
