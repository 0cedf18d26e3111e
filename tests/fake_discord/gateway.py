"""The gateway: sessions that outlive their connections, and connections that may fail in every way."""

import asyncio
import itertools
import json
import time
import zlib
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fake_discord.model import Guild, Json
from tests.fake_discord.payloads import guild_create, user_info
from tests.fake_discord.world import World

GUILDS = 1
PRIVILEGED = {1 << 1: "members", 1 << 8: "presences", 1 << 15: "message content"}
KNOWN_INTENTS = (1 << 26) - 1
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
_KEPT = 1000
_PER_MINUTE = 120


@dataclass(slots=True, eq=False)
class Session:
    id: str
    intents: int
    shard: tuple[int, int]
    connection: "Connection | None" = None
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    lost: float = 0.0
    """When its connection ended."""

    def serves(self, guild: str) -> bool:
        return (int(guild) >> 22 if guild else 0) % self.shard[1] == self.shard[0]


@dataclass(slots=True, eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    deflate: Any
    thawed: asyncio.Event
    """Cleared: half-open, nothing is read and nothing written."""
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    session: Session | None = None
    came: deque[float] = field(default_factory=deque)
    left: bool = False
    """The client said that it will not come back."""

    def send(self, operation: int, data: object, **more: object) -> None:
        self.waiting.put_nowait(json.dumps({"op": operation, "d": data, "s": None, "t": None} | more))


class Gateway:
    """All connections of the bot. ``refuse``: the gateway is down, whatever REST does."""

    def __init__(self, world: World, *, heartbeat: float = 41.25, resume_within: float = 60.0) -> None:
        self.world = world
        self.heartbeat = heartbeat
        """Seconds between heartbeats."""
        self.resume_within = resume_within
        self.refuse = False
        self.privileged = 0
        """The privileged intents that the application was granted, as bits."""
        self.identifies = 0
        self.resumes = 0
        self.most_identifies = 1000
        """In a day; with one more, Discord resets the token."""
        self.shards = 1
        """What it recommends."""
        self.max_concurrency = 1
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self._count = itertools.count(1)
        self._changed = asyncio.Event()
        self._heard = asyncio.Event()
        self._heard.set()

    # ---------------------------------------------------------------------------------------------- telling

    def dispatch(self, event: str, data: Json, guild: str = "", intent: int = 0) -> bool:
        """Tell every session that serves *guild* and has *intent*; whether there is any."""
        told = False
        for session in list(self.sessions.values()):
            if not session.connection and time.monotonic() - session.lost > self.resume_within:
                del self.sessions[session.id]
            elif session.serves(guild) and (not intent or session.intents & intent):
                self._tell(session, event, data)
                told = True
        return told

    def _tell(self, session: Session, event: str, data: Json) -> None:
        session.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": session.sequence, "d": data})
        session.sent.append((session.sequence, text))
        if session.connection:
            session.connection.waiting.put_nowait(text)

    async def connected(self, count: int = 1, timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Wait until exactly *count* sessions are connected."""
        async with asyncio.timeout(timeout):
            while sum(one.session is not None for one in self.connections) != count:
                self._changed.clear()
                await self._changed.wait()

    def start_limit(self) -> Json:
        """What ``/gateway/bot`` says about new sessions."""
        left = max(0, self.most_identifies - self.identifies)
        return {
            "total": self.most_identifies,
            "remaining": left,
            "reset_after": 86_400_000,
            "max_concurrency": self.max_concurrency,
        }

    # ---------------------------------------------------------------------------------------------- endings

    def drop(self) -> None:
        """Break every connection without a word."""
        for connection in list(self.connections):
            if connection.request.transport:
                connection.request.transport.abort()

    def reconnect(self) -> None:
        """Ask every client to come back (op 7)."""
        for connection in self.connections:
            connection.send(RECONNECT, None)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is no longer valid (op 9)."""
        for connection in self.connections:
            if not resumable and connection.session:
                self.sessions.pop(connection.session.id, None)
            connection.send(INVALID_SESSION, resumable)

    def forget(self) -> None:
        """Lose all sessions that are not connected: they cannot be resumed."""
        self.sessions = {name: one for name, one in self.sessions.items() if one.connection}

    def fall_silent(self) -> None:
        """Leave all connections half-open, new ones without a word; who says goodbye is not answered either."""
        self._heard.clear()
        self.freeze()

    def hear_again(self) -> None:
        """End that."""
        self._heard.set()
        for connection in self.connections:
            connection.thawed.set()

    async def close(self, code: int = 1001) -> None:
        """Close every connection with *code*."""
        self._heard.set()
        for connection in list(self.connections):
            connection.thawed.set()
            with suppress(ConnectionError, RuntimeError):
                await connection.socket.close(code=code)

    def freeze(self) -> None:
        """Leave every connection half-open: nothing arrives, no heartbeat is acknowledged."""
        for connection in self.connections:
            connection.thawed.clear()

    # ----------------------------------------------------------------------------------------- a connection

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of one connection, from hello to its end."""
        await self._heard.wait()
        if request.transport is None or request.transport.is_closing():
            return web.Response()
        if self.refuse:
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=0.5, autoclose=False, compress=False, max_msg_size=0)
        await socket.prepare(request)
        if request.query.get("v", "10") != "10":
            await socket.close(code=4012)
            return socket
        compress = request.query.get("compress") == "zlib-stream"
        connection = Connection(socket, request, zlib.compressobj() if compress else None, asyncio.Event())
        connection.thawed.set()
        self.connections.append(connection)
        writer = asyncio.create_task(self._write(connection))
        connection.send(HELLO, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": []})
        try:
            await self._listen(connection)
        finally:
            writer.cancel()
            self._end(connection)
        return socket

    async def _write(self, connection: Connection) -> None:
        with suppress(ConnectionError, RuntimeError):
            while True:
                text = await connection.waiting.get()
                await connection.thawed.wait()
                if connection.deflate is None:
                    await connection.socket.send_str(text)
                else:
                    data = connection.deflate.compress(text.encode()) + connection.deflate.flush(zlib.Z_SYNC_FLUSH)
                    await connection.socket.send_bytes(data)

    async def _listen(self, connection: Connection) -> None:
        while True:
            frame = await connection.socket.receive()
            await connection.thawed.wait()
            if frame.type is not WSMsgType.TEXT:
                connection.left = frame.type is WSMsgType.CLOSE and frame.data in {1000, 1001}
                return
            code = self._hear(connection, frame.data)
            if code:
                await connection.socket.close(code=code)
                return

    def _hear(self, connection: Connection, text: str) -> int:
        """Act on what the client says; the code to close with, or 0."""
        now = time.monotonic()
        while connection.came and connection.came[0] < now - 60:
            connection.came.popleft()
        connection.came.append(now)
        if len(connection.came) > _PER_MINUTE:
            return 4008
        try:
            said = json.loads(text)
            operation, data = said["op"], said.get("d")
        except (ValueError, KeyError, TypeError):
            return 4002
        if operation == HEARTBEAT:
            connection.send(ACK, None)
            return 0
        if operation in {IDENTIFY, RESUME}:
            begin = self._identify if operation == IDENTIFY else self._resume
            return 4005 if connection.session else begin(connection, data)
        known = 0 if operation in {3, 4, 8} else 4001
        return known if connection.session else 4003

    def _identify(self, connection: Connection, data: Json) -> int:
        self.identifies += 1
        if self.identifies > self.most_identifies:
            self.world.token_error = (0, "401: Unauthorized")
        intents, shard = data.get("intents"), tuple(data.get("shard") or (0, 1))
        if self.world.token_error or data.get("token") != self.world.token:
            return 4004
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            return 4010
        if not isinstance(intents, int) or not 0 <= intents <= KNOWN_INTENTS:
            return 4013
        if intents & sum(PRIVILEGED) & ~self.privileged:
            return 4014
        session = Session(f"session-{next(self._count)}", intents, shard)
        guilds = [one for one in self.world.guilds.values() if one.is_member and session.serves(one.id)]
        if len(guilds) > 2500:
            return 4011
        self._bind(connection, session)
        self._ready(session, guilds)
        return 0

    def _ready(self, session: Session, guilds: list[Guild]) -> None:
        self._tell(
            session,
            "READY",
            {
                "v": 10,
                "user": user_info(self.world.users[self.world.application]) | {"verified": True},
                "guilds": [{"id": one.id, "unavailable": True} for one in guilds],
                "session_id": session.id,
                "resume_gateway_url": self.world.url.replace("http", "ws", 1) + "/gw",
                "shard": list(session.shard),
                "application": {"id": self.world.application, "flags": 0},
                "private_channels": [],
            },
        )
        for guild in guilds:
            if session.intents & GUILDS and not guild.unavailable:
                self._tell(session, "GUILD_CREATE", guild_create(self.world, guild))

    def _resume(self, connection: Connection, data: Json) -> int:
        if self.world.token_error or data.get("token") != self.world.token:
            return 4004
        session, last = self.sessions.get(str(data.get("session_id"))), data.get("seq") or 0
        if session is None or (session.sent and session.sent[0][0] > last + 1):
            connection.send(INVALID_SESSION, False)
            return 0
        if last > session.sequence:
            return 4007
        self.resumes += 1
        self._bind(connection, session)
        for sequence, text in session.sent:
            if sequence > last:
                connection.waiting.put_nowait(text)
        self._tell(session, "RESUMED", {"_trace": []})
        return 0

    def _bind(self, connection: Connection, session: Session) -> None:
        session.connection, connection.session = connection, session
        self.sessions[session.id] = session
        self._changed.set()

    def _end(self, connection: Connection) -> None:
        self.connections.remove(connection)
        session = connection.session
        if session and session.connection is connection:
            session.connection, session.lost = None, time.monotonic()
            if connection.left:
                self.sessions.pop(session.id, None)
        connection.session = None
        self._changed.set()
