"""Socket Mode: tickets, connections that may fail in every way, and envelopes that wait for their acknowledgement."""

import asyncio
import itertools
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fake_slack.model import Delivery, Json

MOST_CONNECTIONS = 10


@dataclass(slots=True, eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    number: int
    thawed: asyncio.Event
    """Cleared: half-open, nothing is read and no ping answered."""


@dataclass(slots=True)
class Waiting:
    delivery: Delivery
    sent: float
    done: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    """The user has been told that the app did not answer."""


class Sockets:
    """The open connections of one app."""

    def __init__(self, app_id: str, *, ping_every: float = 10.0) -> None:
        self.app_id = app_id
        self.ping_every = ping_every
        self.refuse = False
        """New connections are refused, at the WebSocket's door."""
        self.opened = 0
        """How many connections there have been."""
        self.connections: list[Connection] = []
        self._tickets: set[str] = set()
        self._count = itertools.count(1)
        self._turn = 0
        self._waiting: dict[str, Waiting] = {}
        self._changed = asyncio.Event()
        self._heard = asyncio.Event()
        self._heard.set()

    def ticket(self) -> str:
        """What opens one connection."""
        made = f"ticket-{next(self._count)}"
        self._tickets.add(made)
        return made

    async def connected(self, count: int = 1, timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Wait until exactly *count* connections are open."""
        async with asyncio.timeout(timeout):
            while len(self.connections) != count:
                self._changed.clear()
                await self._changed.wait()

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of one connection, from hello to its end."""
        await self._heard.wait()
        if request.transport is None or request.transport.is_closing():
            return web.Response()
        ticket = request.query.get("ticket", "")
        if self.refuse or ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, autoclose=False, timeout=0.5)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket, request, next(self._count), asyncio.Event())
        connection.thawed.set()
        pings = asyncio.create_task(self._ping(connection))
        try:
            await self._hello(connection)
            await self._listen(connection)
        finally:
            pings.cancel()
            self._forget(connection)
        return socket

    async def send(self, delivery: Delivery, timeout: float, *, retry: str = "") -> None:  # noqa: ASYNC109
        """Give *delivery* to the next connection in turn, and wait for its acknowledgement."""
        if not self.connections:
            delivery.error = "dispatch_failed"
            return
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        envelope: Json = {
            "envelope_id": delivery.envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": 1 if retry else 0, "retry_reason": retry}
        waiting = self._waiting[delivery.envelope_id] = Waiting(delivery, time.monotonic())
        with suppress(ConnectionError, RuntimeError):
            await connection.socket.send_json(envelope)
        try:
            async with asyncio.timeout(timeout):
                await waiting.done.wait()
        except TimeoutError:
            waiting.over = True
            if not delivery.acknowledged:
                delivery.error = "operation_timeout"

    # ------------------------------------------------------------------------------------------------ endings

    async def warn(self) -> None:
        """Tell every connection that it will be refreshed soon."""
        for connection in list(self.connections):
            await connection.socket.send_json({"type": "disconnect", "reason": "warning", "debug_info": {}})

    async def refresh(self, grace: float = 0.1) -> None:
        """End every connection in Slack's orderly way: clients are told to come back, and left *grace* to do so."""
        ending = list(self.connections)
        for connection in ending:
            self._forget(connection)
            await connection.socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
        await asyncio.sleep(grace)
        for connection in ending:
            await connection.socket.close()

    def drop(self) -> None:
        """Break every connection without a word."""
        for connection in list(self.connections):
            self._forget(connection)
            if connection.request.transport:
                connection.request.transport.abort()

    def freeze(self) -> None:
        """Leave every connection half-open: nothing arrives, no ping is answered."""
        for connection in self.connections:
            connection.thawed.clear()

    def fall_silent(self) -> None:
        """Leave all connections half-open, new ones without a word; who says goodbye is not answered either."""
        self._heard.clear()
        self.freeze()

    def hear_again(self) -> None:
        """End that."""
        self._heard.set()
        for connection in self.connections:
            connection.thawed.set()

    async def close(self) -> None:
        """End everything."""
        self._heard.set()
        for connection in list(self.connections):
            connection.thawed.set()
            with suppress(ConnectionError, RuntimeError):
                await connection.socket.close()

    # ----------------------------------------------------------------------------------------------- a connection

    async def _hello(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.opened += 1
        await connection.socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self.app_id},
                "debug_info": {"host": f"applink-{connection.number}", "approximate_connection_time": 3600},
            }
        )
        self._changed.set()

    async def _listen(self, connection: Connection) -> None:
        while True:
            frame = await connection.socket.receive()
            await connection.thawed.wait()
            if frame.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(frame.data))
            elif frame.type is WSMsgType.PING:
                with suppress(ConnectionError):
                    await connection.socket.pong(frame.data)
            elif frame.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                await connection.socket.close()
                return

    def _acknowledge(self, answer: dict[str, Any]) -> None:
        waiting = self._waiting.pop(answer.get("envelope_id", ""), None)
        if waiting is None:
            return
        delivery = waiting.delivery
        delivery.acks += 1
        if not delivery.acknowledged:
            delivery.ack_after = time.monotonic() - waiting.sent
            delivery.acknowledged = not waiting.over
            delivery.ack = answer.get("payload")
        waiting.done.set()

    async def _ping(self, connection: Connection) -> None:
        while True:
            await asyncio.sleep(self.ping_every)
            with suppress(ConnectionError, RuntimeError):
                await connection.socket.ping(f"Ping from applink-{connection.number}".encode())

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._changed.set()
