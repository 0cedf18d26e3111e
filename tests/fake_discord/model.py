"""What exists in the fake Discord: guilds, people, channels, messages, and what was asked of the bot."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from enum import IntEnum
from typing import Any

Json = dict[str, Any]

NO_ANSWER = "The application did not respond"
"""What people see where the bot was silent for too long."""


class Refused(Exception):
    """An answer that says no, with Discord's code for it."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15
    MEDIA = 16


THREADS = frozenset({ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})
FORUMS = frozenset({ChannelType.FORUM, ChannelType.MEDIA})


class Flag(IntEnum):
    """Of messages."""

    CROSSPOSTED = 1 << 0
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    name: str = ""
    permissions: tuple[str, ...] = ()
    """What they may do in every guild beyond what everybody may, e.g. ``manage_guild``."""
    roles: tuple[str, ...] = ()
    locale: str = "en-US"
    takes_dms: bool = True
    is_bot: bool = False


@dataclass(slots=True, kw_only=True)
class Role:
    id: str
    name: str
    permissions: int
    mentionable: bool = False
    managed: bool = False
    position: int = 1


@dataclass(slots=True, kw_only=True)
class Guild:
    id: str
    name: str
    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    bot_roles: list[str] = field(default_factory=list)
    is_member: bool = True
    """Whether the bot is in it."""
    unavailable: bool = False
    owner: str = ""
    locale: str = "en-US"
    system_channel: str | None = None
    emojis: int = 0
    """How many of its own it has."""


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    guild: str = ""
    """Empty: a direct conversation."""
    name: str = ""
    type: ChannelType = ChannelType.TEXT
    overwrites: list[Json] = field(default_factory=list)
    parent: str = ""
    recipient: str = ""
    tags: list[Json] = field(default_factory=list)
    """The tags that a forum offers."""
    tag_required: bool = False
    applied_tags: list[str] = field(default_factory=list)
    archived: bool = False
    archived_at: float | None = None
    """When it was put away; None: just now."""
    locked: bool = False
    posting_error: tuple[int, int, str] | None = None
    """Any other answer (status, code, message) that posting here shall get, e.g. ``(400, 200000, "AutoMod")``."""
    takes_layouts: bool = True
    """Whether messages that are made of components alone are taken here."""

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS


@dataclass(slots=True, kw_only=True)
class Pings:
    """Who is notified by a message."""

    users: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(slots=True, kw_only=True)
class Message:
    channel: str
    guild: str
    id: str
    author: str
    at: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    bot: bool = True
    edited: float | None = None
    before: list[Json] = field(default_factory=list)
    """Its earlier contents (``content``, ``embeds``, ``components``), the oldest first."""
    pings: Pings = field(default_factory=Pings)
    interaction: str = ""
    """The id of the interaction that it answers."""
    user: str = ""
    """Who alone sees it, if it is ephemeral."""
    sent: Json = field(default_factory=dict)
    """The body of the request that made it."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Shows that the bot is thinking, and nothing else yet."""
        return bool(self.flags & Flag.LOADING)

    @property
    def crossposted(self) -> bool:
        return bool(self.flags & Flag.CROSSPOSTED)

    @property
    def custom_ids(self) -> list[str]:
        return [part["custom_id"] for part in walk(self.components) if part.get("custom_id")]

    @property
    def texts(self) -> list[str]:
        """The content and all text displays."""
        shown = [part["content"] for part in walk(self.components) if part["type"] == 10]
        return [self.content, *shown] if self.content else shown


@dataclass(slots=True, kw_only=True)
class Interaction:
    """One thing that a person did, and how the bot answered."""

    id: str
    token: str
    kind: str
    """``command``, ``autocomplete``, ``component`` or ``modal``."""
    payload: Json
    user: str
    channel: str
    guild: str
    born: float
    """On the monotonic clock."""
    sent: float = 0.0
    acknowledged: bool = False
    ack_after: float | None = None
    """Seconds until the callback, even if it came too late to count."""
    over: bool = False
    """Discord no longer waits for the callback."""
    callbacks: int = 0
    """How many callbacks came, refused ones included."""
    callback: Json = field(default_factory=dict)
    """The body of the callback that was taken."""
    error: str = ""
    """What the person sees instead of an answer."""
    deferred: bool = False
    message: Message | None = field(default=None, repr=False)
    """The message that was pressed."""
    original: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def choices(self) -> list[Json]:
        """What was offered for an autocompletion."""
        return list(self.callback.get("data", {}).get("choices", []))

    @property
    def answers(self) -> list[Message]:
        """What the person has seen so far: the answer, and what followed."""
        first = [self.original] if self.original and not self.original.loading else []
        return [*first, *self.follow_ups]

    async def wait_answers(self, count: int = 1, timeout: float = 5.0) -> list[Message]:  # noqa: ASYNC109
        """The answers, once there are *count*."""
        async with asyncio.timeout(timeout):
            while len(self.answers) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.answers


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to the REST API."""

    route: str
    method: str
    path: str
    at: float
    """On the monotonic clock."""
    channel: str = ""
    body: Any = None
    status: int = 200
    code: int = 0
    fault: str = "none"


def walk(components: list[Json]) -> Iterator[Json]:
    """All components, nested ones too."""
    for part in components:
        yield part
        yield from walk(part.get("components") or [])
        yield from walk([one for one in (part.get("accessory"), part.get("component")) if one])


def to_json(value: object) -> object:
    """*value* as JSON can carry it."""
    if is_dataclass(value) and not isinstance(value, type):
        plain = {part.name: to_json(getattr(value, part.name)) for part in fields(value) if part.repr}
        if isinstance(value, Message):
            plain |= {"ephemeral": value.ephemeral, "loading": value.loading, "crossposted": value.crossposted}
            plain |= {"custom_ids": value.custom_ids, "texts": value.texts}
        return plain
    if isinstance(value, dict):
        return {str(key): to_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value
