"""The one HTTP client of the whole house: it reads public addresses, a bounded amount of them, in bounded time.

Addresses come from strangers (feeds, redirects, imported lists), so where a connection may lead is checked on the very
address that the socket is about to connect to. Checking names earlier is not enough: an address written as a number
never meets a resolver, and a name may resolve differently the second time.
"""

import asyncio
import errno
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.addresses import Allowed, is_public, refusal
from bot.errors import DaybriefError, FeedFailed

USER_AGENT = "Daybrief/0.1 (+feed reader)"
LIMIT = 10 * 2**20
"""Bytes of a body, after decompression."""
DEADLINE = timedelta(seconds=30)
"""For one :meth:`Http.get` with everything in it: names, connections, redirects, the whole body."""
MAX_REDIRECTS = 5
PER_HOST = 2
"""Connections to one host at a time."""
MOST_PATIENCE = timedelta(hours=24)
"""The longest that a server may ask us to stay away."""
MAX_HEADERS = 100
MAX_HEADER = 8190
"""Bytes of one header, or of the status line."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRAVELS = frozenset({"accept", "if-modified-since", "if-none-match"})
"""Headers that follow a redirect. Anything else may be meant for the first host alone."""
_ENCODINGS = "gzip, deflate"
_CHUNK = 2**16

AddrInfo = tuple[int, int, int, str, tuple[object, ...]]
"""As ``socket.getaddrinfo`` gives it."""
OpenSocket = Callable[[AddrInfo], socket.socket]
Ask = Callable[[str, bool], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response that is no redirect."""

    status: int
    headers: Mapping[str, str]
    """Whatever the case of their names."""
    body: bytes
    """Decompressed; empty unless the status is 2xx."""
    url: str
    """Where the redirects led."""


class NotPublic(OSError):
    """The socket would have connected to an address that is not public."""


class Http:
    """GET requests to hosts that the operator does not have to trust.

    Every socket is refused whose address is not public (:func:`adapters.addresses.is_public`), on every redirect anew.
    Hosts in *allow_hosts* are trusted: they may be private and use any port, as long as every redirect so far came from
    such a host too. Through them nobody else gets in, and nobody else can lead us to them.

    With a *proxy*, it is the proxy that resolves names and connects. It has to refuse private addresses that hide
    behind public names, because we cannot see them; we still refuse private addresses that stand in the url itself.
    Hosts in *allow_hosts* are reached without the proxy.

    Must be created on a running event loop.
    """

    def __init__(
        self,
        *,
        allow_hosts: Iterable[str] = (),
        proxy: str = "",
        resolver: AbstractResolver | None = None,
        open_socket: OpenSocket | None = None,
    ) -> None:
        """See the class; *resolver* and *open_socket* take the place of the system's, the guard stays in front."""
        self._allowed = Allowed.read(allow_hosts)
        self._proxy = URL(proxy) if proxy else None
        opened = open_socket or _open_socket
        # Two sessions, so that a connection that was allowed for one host is never reused for another.
        self._guarded = _session(resolver, lambda address: opened(_checked(address)))
        self._trusting = _session(resolver, opened)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._guarded.close()
        await self._trusting.close()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = LIMIT,
        deadline: timedelta = DEADLINE,
        before_redirect: Ask | None = None,
        is_ours: bool = True,
    ) -> Fetched:
        """What the server at *url* answers, whatever the status.

        Args:
            url: an address from anywhere.
            headers: sent to the host of *url*; redirects get only the harmless ones.
            limit: the most bytes that the decompressed body may have.
            deadline: for everything together.
            before_redirect: asked with each further address before it is fetched, and whether only trusted hosts have
                led there; if it raises a DaybriefError, nothing more is fetched, and that is what is raised.
            is_ours: nobody who is not trusted led us to *url*.

        Raises:
            FeedFailed: there is no answer, for whatever reason; nothing else is ever raised. The reason does not repeat
                the address.
        """
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                return await self._follow(url, dict(headers or {}), limit, before_redirect, is_ours=is_ours)
        except DaybriefError:
            raise
        except Exception as error:  # aiohttp and yarl raise far more than they document, even AssertionError
            raise FeedFailed(_reason(error, deadline)) from error

    async def _follow(
        self, url: str, headers: Mapping[str, str], limit: int, ask: Ask | None, *, is_ours: bool
    ) -> Fetched:
        here = URL(url)
        seen = {here}
        is_trusted = is_ours
        for hop in range(MAX_REDIRECTS + 1):
            is_trusted = is_trusted and here in self._allowed
            if why := refusal(here, any_port=is_trusted):
                raise FeedFailed(why)
            if hop and ask:
                await ask(str(here), is_trusted)
            response = await self._one(here, headers, limit, is_trusted=is_trusted)
            if isinstance(response, Fetched):
                return response
            here = response
            if here in seen:
                raise FeedFailed("redirects in a circle")
            seen.add(here)
            headers = {name: value for name, value in headers.items() if name.lower() in _TRAVELS}
        raise FeedFailed(f"redirects more than {MAX_REDIRECTS} times")

    async def _one(self, url: URL, headers: Mapping[str, str], limit: int, *, is_trusted: bool) -> Fetched | URL:
        """The response of *url*, or where it redirects to."""
        proxy = None if is_trusted else self._proxy
        session = self._trusting if is_trusted or proxy else self._guarded
        async with session.get(url, headers=headers, proxy=proxy, allow_redirects=False) as response:
            location = response.headers.get("Location", "")
            if response.status in _REDIRECTS and location:
                return url.join(URL(location)).with_fragment(None)
            is_wanted = HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES
            body = await _body(response, limit) if is_wanted else b""
            return Fetched(status=response.status, headers=response.headers, body=body, url=str(url))


def retry_after(header: str, date: str) -> timedelta | None:
    """For how long ``Retry-After`` asks us to stay away, one second to a day; None where it makes no sense. Pure.

    It gives seconds or an instant, and the instant is measured from the server's own *date*, whatever our clock says.
    """
    if re.fullmatch(r"\d{1,9}", header.strip(), re.ASCII):
        wait = timedelta(seconds=int(header))
    else:
        try:
            wait = parsedate_to_datetime(header) - parsedate_to_datetime(date)
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(wait, timedelta(seconds=1)), MOST_PATIENCE)


def _session(resolver: AbstractResolver | None, open_socket: OpenSocket) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, socket_factory=open_socket, limit_per_host=PER_HOST),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": _ENCODINGS},
        timeout=aiohttp.ClientTimeout(total=None),  # ours spans all redirects
        trust_env=False,  # a proxy from the environment would sit behind the guard
        max_headers=MAX_HEADERS,
        max_field_size=MAX_HEADER,
        max_line_size=MAX_HEADER,
    )


def _open_socket(address: AddrInfo) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def _checked(address: AddrInfo) -> AddrInfo:
    """*address*, if it is public.

    Raises:
        NotPublic: it is not, or nobody can tell.
    """
    try:
        if is_public(ip_address(str(address[4][0]))):
            return address
    except ValueError:
        pass
    raise NotPublic(errno.EACCES, "not a public address")


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if "," in response.headers.get("Content-Encoding", ""):
        raise FeedFailed("is compressed more than once")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):  # aiohttp decompresses no further than we read
        body += chunk
        if len(body) > limit:
            raise FeedFailed(f"larger than {limit // 2**20} MB")
    return bytes(body)


def _reason(error: Exception, deadline: timedelta) -> str:
    """What to tell people about *error*, without the address."""
    if isinstance(error, TimeoutError):
        return f"took longer than {deadline.total_seconds():g} s"
    if _is_not_public(error):
        return "points to a private address"
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return f"could not be fetched ({type(error).__name__})"


def _is_not_public(error: Exception) -> bool:
    return isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, NotPublic)


_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "the name cannot be found"),
    (aiohttp.ClientConnectorCertificateError, "the certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection could be made"),
    (aiohttp.ClientProxyConnectionError, "the proxy cannot be reached"),
    (aiohttp.ClientHttpProxyError, "the proxy refused"),
    (aiohttp.ClientConnectorError, "the server cannot be reached"),
    (aiohttp.ClientPayloadError, "broke off in the middle, or came garbled"),
    ((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError), "the connection was dropped"),
    (aiohttp.ClientResponseError, "the server does not speak HTTP properly"),
    ((aiohttp.InvalidURL, ValueError), "is not a valid address"),
)
"""The first that fits; aiohttp's errors are kinds of one another."""
