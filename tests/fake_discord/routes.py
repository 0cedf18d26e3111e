"""Every route of the REST API, its name in fault plans and counts, and its rate limit."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_discord import api_commands, api_interactions, api_messages, api_places, api_threads
from tests.fake_discord.api_messages import Answer, Asked
from tests.fake_discord.world import World

Handler = Callable[[World, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    method: str
    path: str
    handler: Handler
    bucket: str
    exempt: bool = False
    """From the global limit, and from authorization: the token stands in the path."""
    open: bool = False
    """To everybody."""


_CHANNEL = "/channels/{channel}"
_MESSAGES = _CHANNEL + "/messages"
_MESSAGE = _MESSAGES + "/{message}"
_COMMANDS = "/applications/{application}/commands"
_OF_GUILD = "/applications/{application}/guilds/{guild}/commands"
_WEBHOOK = "/webhooks/{application}/{token}"
_ANSWER = _WEBHOOK + "/messages/{message}"

_HANDLERS: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", "/users/@me", api_places.get_me, ""),
    ("GET", "/users/@me/guilds", api_places.my_guilds, ""),
    ("POST", "/users/@me/channels", api_places.open_dm, "create_dm"),
    ("DELETE", "/users/@me/guilds/{guild}", api_places.leave_guild, ""),
    ("GET", "/users/{user}", api_places.get_user, ""),
    ("GET", "/applications/@me", api_places.get_application, ""),
    ("GET", "/oauth2/applications/@me", api_places.get_application, ""),
    ("GET", "/guilds/{guild}", api_places.get_guild, ""),
    ("GET", "/guilds/{guild}/threads/active", api_threads.active_threads, ""),
    ("GET", "/channels/{channel}/threads/archived/public", api_threads.archived_threads, ""),
    ("GET", "/guilds/{guild}/roles", api_places.get_roles, ""),
    ("GET", "/guilds/{guild}/channels", api_places.get_channels, ""),
    ("GET", "/guilds/{guild}/members/{user}", api_places.get_member, ""),
    ("GET", _CHANNEL, api_places.get_channel, "channels"),
    ("PATCH", _CHANNEL, api_places.edit_channel, ""),
    ("POST", _CHANNEL + "/typing", api_places.typing, ""),
    ("POST", _CHANNEL + "/threads", api_places.start_thread, "create_thread"),
    ("GET", _MESSAGES, api_messages.list_messages, "list_messages"),
    ("POST", _MESSAGES, api_messages.create_message, "create_message"),
    ("GET", _MESSAGE, api_messages.get_message, ""),
    ("PATCH", _MESSAGE, api_messages.edit_message, "edit_message"),
    ("DELETE", _MESSAGE, api_messages.delete_message, "delete_message"),
    ("POST", _MESSAGE + "/crosspost", api_messages.crosspost, "crosspost"),
    ("POST", _MESSAGE + "/threads", api_places.start_thread_from_message, "create_thread"),
    ("GET", _COMMANDS, api_commands.get_commands, "application_commands"),
    ("PUT", _COMMANDS, api_commands.put_commands, "application_commands"),
    ("POST", _COMMANDS, api_commands.post_command, "application_commands"),
    ("DELETE", _COMMANDS + "/{command}", api_commands.delete_command, "application_commands"),
    ("GET", _OF_GUILD, api_commands.get_commands, "application_commands"),
    ("PUT", _OF_GUILD, api_commands.put_commands, "application_commands"),
    ("POST", _OF_GUILD, api_commands.post_command, "application_commands"),
    ("DELETE", _OF_GUILD + "/{command}", api_commands.delete_command, "application_commands"),
)
_OPEN: tuple[tuple[str, str, Handler, str], ...] = (
    ("POST", "/interactions/{interaction}/{token}/callback", api_interactions.callback, ""),
    ("POST", _WEBHOOK, api_interactions.follow_up, "webhook"),
    ("GET", _ANSWER, api_interactions.get_answer, "webhook"),
    ("PATCH", _ANSWER, api_interactions.edit_answer, "webhook"),
    ("DELETE", _ANSWER, api_interactions.delete_answer, "webhook"),
)
ROUTES: tuple[Route, ...] = (
    *(Route(handler.__name__, method, path, handler, bucket) for method, path, handler, bucket in _HANDLERS),
    *(Route(do.__name__, method, path, do, bucket, exempt=True) for method, path, do, bucket in _OPEN),
    Route("gateway", "GET", "/gateway", api_places.gateway, "", open=True),
)
"""Besides these the server itself answers ``gateway_bot``."""


def major(match: dict[str, str]) -> str:
    """The part of a path that has a rate limit of its own."""
    return match.get("channel") or match.get("guild") or match.get("token") or ""
