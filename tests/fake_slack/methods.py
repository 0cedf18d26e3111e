"""Which methods there are, what each takes, and which scopes it wants."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_slack import api_chat, api_conversations, api_views
from tests.fake_slack.arguments import text
from tests.fake_slack.model import Json, Refused, Team
from tests.fake_slack.payloads import user_info
from tests.fake_slack.world import World

Handler = Callable[[World, Team, Json], Json]


@dataclass(frozen=True, slots=True)
class Method:
    handler: Handler
    scopes: tuple[str, ...]
    """One of these is needed; a method may want a certain one of them for a certain kind of channel."""
    required: tuple[str, ...]
    allowed: frozenset[str]


def auth_test(world: World, team: Team, arguments: Json) -> Json:
    return {
        "ok": True,
        "url": f"https://{team.domain}.slack.test/",
        "team": team.domain,
        "user": team.users[team.bot_user].name,
        "team_id": team.id,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
        "is_enterprise_install": team.is_org_install,
    }


def auth_revoke(world: World, team: Team, arguments: Json) -> Json:
    """Nobody hears of it but by the event, which a test sends: ``revoke_tokens``."""
    if arguments.get("test") not in {"true", "1", True}:
        team.token_error = "token_revoked"
    return {"ok": True, "revoked": team.token_error == "token_revoked"}


def users_info(world: World, team: Team, arguments: Json) -> Json:
    user = team.users.get(text(arguments, "user"))
    if user is None:
        raise Refused("user_not_found")
    return {"ok": True, "user": user_info(user, team)}


def _method(handler: Handler, scopes: str, required: str, optional: str = "") -> Method:
    needed = tuple(required.split())
    return Method(handler, tuple(scopes.split()), needed, frozenset((*needed, *optional.split(), "token", "team_id")))


_CONTENT = "attachments blocks text markdown_text metadata link_names parse as_user"
_PAGE = "cursor limit oldest latest inclusive include_all_metadata"
_READ = "channels:read groups:read im:read mpim:read"
_HISTORY = "channels:history groups:history im:history mpim:history"
_LIST = "cursor exclude_archived limit team_id types"
METHODS: dict[str, Method] = {
    "auth.test": _method(auth_test, "", ""),
    "auth.revoke": _method(auth_revoke, "", "", "test"),
    "chat.postMessage": _method(
        api_chat.post_message,
        "chat:write",
        "channel",
        f"{_CONTENT} thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn username icon_emoji icon_url",
    ),
    "chat.postEphemeral": _method(
        api_chat.post_ephemeral, "chat:write", "channel user", f"{_CONTENT} thread_ts username icon_emoji icon_url"
    ),
    "chat.update": _method(api_chat.update, "chat:write", "channel ts", f"{_CONTENT} reply_broadcast file_ids"),
    "conversations.history": _method(api_conversations.history, _HISTORY, "channel", _PAGE),
    "conversations.replies": _method(api_conversations.replies, _HISTORY, "channel ts", _PAGE),
    "conversations.info": _method(api_conversations.info, _READ, "channel", "include_locale include_num_members"),
    "conversations.open": _method(
        api_conversations.open_conversation, "im:write", "", "channel users return_im prevent_creation"
    ),
    "conversations.list": _method(api_conversations.list_all, _READ, "", _LIST),
    "conversations.join": _method(api_conversations.join, "channels:join", "channel"),
    "users.info": _method(users_info, "users:read", "user", "include_locale"),
    "users.conversations": _method(api_conversations.list_of_user, _READ, "", f"{_LIST} user exclude_muted"),
    "views.open": _method(api_views.open_view, "", "trigger_id view", "interactivity_pointer"),
    "views.push": _method(api_views.push_view, "", "trigger_id view", "interactivity_pointer"),
    "views.update": _method(api_views.update_view, "", "view", "view_id external_id hash"),
    "views.publish": _method(api_views.publish, "", "user_id view", "hash interactivity_pointer"),
}


def find_method(name: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise Refused("unknown_method", req_method=name)
    return method
