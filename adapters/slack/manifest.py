"""The app's manifest: what an operator pastes into Slack to get a Daybrief of their own. Pure."""

from typing import Any

from adapters.slack.connection import PATH
from adapters.slack.events import SUBSCRIBED
from adapters.slack.pages import REDIRECT
from adapters.slack.workspaces import REQUIRED_SCOPES

_OPTIONAL_SCOPES = ("channels:history", "groups:history")
"""For reading a channel back after an outage: without them an uncertain post is left to the admin."""
_COMMANDS = (
    ("/brief", "The latest edition here, a story, or a search", "today | story STORY | search WORDS"),
    ("/keypoints", "The key points of a story, with their sources", "STORY"),
    ("/effects", "The second-order effects of a story, marked as analysis", "STORY"),
    ("/daybrief", "For admins: set this channel up, look, pause", "setup | status | test | pause | resume"),
)
_DESCRIPTION = "The morning's top AI-industry stories, with key points and consequences on request"
_LONG = (
    "Daybrief posts the morning's top AI-industry stories to your channels, at the hour that you choose, in a form "
    "that takes two minutes to read. Every story has buttons for its key points and its second-order effects, and all "
    "that was ever posted can be looked up with a command: what changed, what follows, who reported it. It is run by "
    "your own organisation, on its own machine."
)


BOT_SCOPES = tuple(sorted((*REQUIRED_SCOPES, "chat:write.public", "groups:read", *_OPTIONAL_SCOPES)))
"""All that is asked for."""


def manifest(mode: str = "socket", url: str = "", public_url: str = "") -> dict[str, Any]:
    """The manifest for ``socket`` mode, or for ``http`` mode at the public address *url*; with *public_url*, of an app
    that workspaces and organisations can add to themselves there.

    https://docs.slack.dev/reference/app-manifest
    """
    address = f"{url.rstrip('/')}{PATH}" if mode == "http" else ""
    where = {"url": address} if address else {}
    request = {"request_url": address} if address else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": "Daybrief",
            "description": _DESCRIPTION,
            "long_description": _LONG,
            "background_color": "#1f2937",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Daybrief", "always_online": True},
            "slash_commands": [
                {"command": command, "description": description, "usage_hint": hint, "should_escape": False, **where}
                for command, description, hint in _COMMANDS
            ],
        },
        "oauth_config": {
            "scopes": {
                "bot": list(BOT_SCOPES),
                "bot_optional": sorted(_OPTIONAL_SCOPES),
            },
            **({"redirect_urls": [f"{public_url.rstrip('/')}{REDIRECT}"]} if public_url else {}),
        },
        "settings": {
            "event_subscriptions": {"bot_events": sorted(SUBSCRIBED), **request},
            "interactivity": {
                "is_enabled": True,
                **request,
                **({"message_menu_options_url": address} if address else {}),
            },
            "org_deploy_enabled": bool(public_url),
            "socket_mode_enabled": mode != "http",
            "token_rotation_enabled": False,
        },
    }
