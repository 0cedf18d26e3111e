"""What exists in the fake Slack: workspaces, people, channels, messages, views and what was asked of the bot."""

import asyncio
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

Json = dict[str, Any]

BOT_SCOPES = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "users:read",
    }
)
"""Everything that the methods of this fake ask for."""


class Refused(Exception):
    """The answer ``{"ok": false, "error": ...}``."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    def body(self) -> Json:
        return {"ok": False, "error": self.error, **self.extra}


def refused(error: str, problems: list[str]) -> Refused:
    """The answer that also says what is wrong."""
    return Refused(error, response_metadata={"messages": problems})


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    name: str = ""
    team_id: str = ""
    """Another workspace's id makes a Slack Connect guest, whose flags nobody sees."""
    tz: str | None = "Etc/UTC"
    tz_offset: int = 0
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Team:
    id: str
    token: str
    scopes: set[str]
    domain: str = ""
    bot_id: str = ""
    bot_user: str = ""
    token_error: str = ""
    """``token_revoked`` or ``account_inactive``, once it is so."""
    users: dict[str, User] = field(default_factory=dict)
    enterprise: str = ""
    """The organisation that it belongs to."""
    is_org_install: bool = False
    """The organisation has installed the app for it."""


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    team: str
    name: str = ""
    members: set[str] = field(default_factory=set)
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    read_only: bool = False
    im_with: str = ""
    """The person of a direct conversation with the bot."""
    created: int = 0
    posting_error: str = ""
    """Any other error that chat.postMessage shall answer here, e.g. ``restricted_action``."""


@dataclass(slots=True, kw_only=True)
class Message:
    channel: str
    team: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str = ""
    bot: bool = True
    broadcast: bool = False
    edited: str = ""
    """When it was edited last."""
    before: list[Json] = field(default_factory=list)
    """Its earlier contents (``text``, ``blocks``), the oldest first."""
    sent: Json = field(default_factory=dict)
    """The arguments of the request that made it."""

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True, kw_only=True)
class Ephemeral:
    channel: str
    team: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    via: str = "api"
    """``api``, ``ack`` or ``response_url``."""


@dataclass(slots=True, kw_only=True)
class View:
    id: str
    team: str
    user: str
    body: Json
    """What the bot sent, as it is now."""
    hash: str
    root: str
    previous: str = ""
    channel: str = ""
    """Where the user was when it opened."""
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)
    """What the bot found wrong with the last submission."""
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    """What the user has chosen so far."""


@dataclass(slots=True, kw_only=True)
class Trigger:
    id: str
    team: str
    user: str
    born: float
    channel: str = ""
    view: str = ""
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Hook:
    """A response_url, and what came over it."""

    path: str
    team: str
    channel: str
    user: str
    born: float
    of_command: bool
    original: Message | Ephemeral | None = field(default=None, repr=False)
    uses: int = 0
    answers: list[Json] = field(default_factory=list)
    """The bodies that were taken, in order."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One thing that Slack told the bot, and how the bot acknowledged it."""

    kind: str
    """``slash_commands``, ``interactive`` or ``events_api``."""
    payload: Json
    envelope_id: str
    acknowledged: bool = False
    ack_after: float | None = None
    """Seconds until the acknowledgement, even if it came too late to count."""
    ack: Any = None
    """Its payload."""
    status: int | None = None
    """HTTP mode: of the answer."""
    body: str = ""
    error: str = ""
    """What the user sees instead of an answer, e.g. ``operation_timeout``."""
    hook: Hook | None = None
    acks: int = 0
    """How often it was acknowledged, replays included."""

    @property
    def answers(self) -> list[Json]:
        """What has come over the response_url so far."""
        return self.hook.answers if self.hook else []

    async def wait_answers(self, count: int = 1, timeout: float = 5.0) -> list[Json]:  # noqa: ASYNC109
        """The answers over the response_url, once there are *count*."""
        if self.hook is None:
            raise ValueError("this delivery has no response_url")
        async with asyncio.timeout(timeout):
            while len(self.hook.answers) < count:
                self.hook.arrived.clear()
                await self.hook.arrived.wait()
        return self.hook.answers


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to the Web API."""

    method: str
    team: str
    channel: str
    at: float
    """On the monotonic clock."""
    arguments: Json
    status: int = 200
    error: str = ""
    fault: str = "none"
    authorization: str = field(default="", repr=False)


def to_json(value: object) -> object:
    """*value* as JSON can carry it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: to_json(getattr(value, part.name)) for part in fields(value) if part.repr}
    if isinstance(value, dict):
        return {str(key): to_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value
