"""Which addresses may be fetched, and which are somebody's inside. Pure."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from yarl import URL

PORTS = frozenset({80, 443, 8080, 8443})
"""Ports of hosts that the operator has not named. Anything else is more likely an inner service than a feed."""

_INSIDE_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4")))
"""What ``is_global`` of some Python versions takes for public: protocol assignments, 6to4 relays, multicast."""
_OUTSIDE_6 = ipaddress.IPv6Network("2000::/3")
"""Everything that is handed out to the public. So NAT64, mapped, compatible and site-local addresses are inside."""
_INSIDE_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Within that: protocol assignments with Teredo, documentation, 6to4 (which holds an IPv4 address), documentation."""

_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
"""A host that the WHATWG URL standard takes for an IPv4 address, however it is written."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether *address* belongs to the public internet for sure."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _INSIDE_4)
    return address.is_global and address in _OUTSIDE_6 and not any(address in network for network in _INSIDE_6)


def refusal(url: URL, *, any_port: bool = False) -> str:
    """Why *url* must not be fetched, as far as the url alone tells; empty where nothing speaks against it."""
    if url.scheme not in {"http", "https"} or not url.host:
        return "is not an http(s) address"
    if url.user is not None or url.password is not None:
        return "has a user name or password in its address"
    if any_port:
        return ""
    if url.port not in PORTS:
        return f"uses port {url.port}, which only hosts in [fetch] allow_hosts may"
    address = _literal(url.host)
    if address is None:
        is_odd = _ENDS_IN_NUMBER.search(url.host)
        return "is not a valid address" if is_odd else ""
    return "" if is_public(address) else "points to a private address"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts that the operator trusts, each with the one port that is meant, or None for all."""

    hosts: frozenset[tuple[str, int | None]]

    @classmethod
    def read(cls, entries: Iterable[str]) -> "Allowed":
        """From names or addresses, optionally with a port: ``wiki``, ``wiki:8000``, ``::1``, ``[::1]:8000``.

        Raises:
            ValueError: an entry is none of these.
        """
        return cls(frozenset(_entry(entry.strip()) for entry in entries))

    def __contains__(self, url: URL) -> bool:
        host = _name(url.host or "")
        return (host, None) in self.hosts or (host, url.port) in self.hosts


def _entry(entry: str) -> tuple[str, int | None]:
    if _literal(entry.strip("[]")):
        return _name(entry.strip("[]")), None
    try:
        url = URL(f"//{entry}")
        if url.host and url.path in {"", "/"} and url.user is None:
            return _name(url.host), url.explicit_port
    except ValueError:
        pass
    raise ValueError(f'"{entry}" is neither a host nor host:port')


def _name(host: str) -> str:
    """*host* in the one spelling that is compared."""
    address = _literal(host)
    return str(address) if address else host.lower().rstrip(".")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
