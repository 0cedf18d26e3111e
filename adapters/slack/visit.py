"""One thing that somebody did on Slack, whatever it was: a command, a press, a pick, a submission. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.model import Asker

NO_SUBSCRIPTION = 0
"""No stored subscription has this number: a bare number then means no story, instead of one of another channel."""
_ORGANISATION = "E"
"""How Slack's ids of organisations begin; those of workspaces begin with T."""
PUBLIC_ONLY = ""
"""The workspace of those who see nothing but public stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who did something, where, and how they can be answered."""

    event: str
    """Slack's own id of it; a replay has the same."""
    workspace: str
    """The workspace that it reached us through."""
    user: str
    user_name: str = ""
    user_team: str = ""
    """The workspace that the person belongs to; empty where Slack does not say, which is nobody's."""
    channel: str = ""
    thread: str = ""
    """The thread that a pressed message belongs to; empty in the channel itself."""
    trigger: str = ""
    """The right to open a view, for three seconds."""
    response_url: str = ""
    view: str = ""
    """The view that something was pressed in."""
    submitted: str = ""
    """Our own name for the view that acknowledging a submission brings."""
    view_kind: str = ""
    """``modal`` or ``home``."""

    @property
    def person(self) -> str:
        """Who it is, for the audit log: a name, which may change, and Slack's own id."""
        return f"{self.user_name} ({self.user})".strip()

    @property
    def is_ours(self) -> bool:
        """The person belongs to the workspace that has installed us; what is missing means no."""
        return bool(self.user_team) and self.user_team == self.workspace

    def asker(self, subscription: int) -> Asker:
        """As whom the person looks things up, in a channel with this subscription."""
        return Asker(workspace=f"slack:{self.workspace}" if self.is_ours else PUBLIC_ONLY, subscription=subscription)


def of_command(body: Mapping[str, Any]) -> Visit:
    """A slash command. Only people of the workspace that has installed us can type one.

    https://docs.slack.dev/apis/slack-connect
    """
    team = str(body.get("team_id") or "")
    return Visit(
        event=str(body.get("trigger_id") or ""),
        workspace=team,
        user=str(body.get("user_id") or ""),
        user_name=str(body.get("user_name") or ""),
        user_team=team,
        channel=str(body.get("channel_id") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )


def of_interaction(body: Mapping[str, Any]) -> Visit:
    """A press, a pick, something typed into a picker, or a submitted view."""
    user = body.get("user") or {}
    container = body.get("container") or {}
    view = body.get("view") or {}
    message = body.get("message") or {}
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    is_first = thread == str(container.get("message_ts") or message.get("ts") or "")
    action = (body.get("actions") or [{}])[0]
    return Visit(
        # Two presses of one second are told apart by their triggers; where there is none, by when they came.
        event=str(body.get("trigger_id") or action.get("action_ts") or ""),
        workspace=_reached(body),
        user=str(user.get("id") or ""),
        user_name=str(user.get("name") or user.get("username") or ""),
        user_team=str(user.get("team_id") or ""),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        thread="" if is_first else thread,
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        view=str(view.get("id") or ""),
        view_kind=str(view.get("type") or ""),
    )


def _reached(body: Mapping[str, Any]) -> str:
    """The workspace through which an interaction reached us. What an organisation installed names no team, or itself in
    its place; then it is the one in which the view was opened, or that of the person.

    https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
    """
    view = body.get("view") or {}
    installed = str(view.get("app_installed_team_id") or "")
    if installed and not installed.startswith(_ORGANISATION):
        return installed
    team = str((body.get("team") or {}).get("id") or "")
    if team or not body.get("is_enterprise_install"):
        return team
    return str(view.get("team_id") or (body.get("user") or {}).get("team_id") or "")


def typed(text: str) -> str:
    """What somebody typed behind a command. Slack escapes three characters, and may have made links of addresses."""
    words = []
    for word in text.split(" "):
        inner = word[1:-1].partition("|")[0] if word.startswith("<http") and word.endswith(">") else word
        words.append(inner.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return " ".join(words)
