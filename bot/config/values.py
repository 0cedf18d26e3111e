"""The kinds of values a configuration is made of: durations, hours, days, zones, addresses. Pure.

Each is what pydantic calls an annotated type; a wrong value ends as a sentence that shows a right one.
"""

import ipaddress
import math
import re
from datetime import time, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, Field

from bot.identity import canonical_url
from bot.model import WEEKDAYS, Layout
from bot.problems import choose, did_you_mean, kind, shown
from bot.text import clean
from bot.zones import names

"""As written in a configuration; their places, from 1, are ISO weekdays."""
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.ASCII)
IN_A_PASSWORD = "in a password, encode @ as %40, / as %2F, ? as %3F, # as %23"  # noqa: S105 - it is a sentence
"""What is said of an address of a database that can be read in more than one way."""
_LISTEN = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})", re.ASCII)


def duration(value: object) -> timedelta:
    """``"1h30m"`` as a timedelta: whole days, hours, minutes, seconds, in this order, each at most once."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, timedelta):
        return value
    if not found or not any(found.groups()):
        wrong = shown(value) if isinstance(value, str) else kind(value)
        raise ValueError(f'expected a duration such as "30m", "6h" or "1h30m", found {wrong}')
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def some_duration(value: object) -> timedelta:
    """A duration that is not nothing."""
    if not (span := duration(value)):
        raise ValueError("must be longer than nothing")
    return span


def hour(value: object) -> time:
    """``"08:00"`` as a naive time; TOML's own ``08:00:00`` is taken too."""
    if isinstance(value, time) and value == value.replace(second=0, microsecond=0, tzinfo=None):
        return value
    found = _HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        wrong = shown(value) if isinstance(value, str) else kind(value)
        raise ValueError(f'expected a time of day such as "08:00", found {wrong}')
    return time(int(found[1]), int(found[2]))


def days(value: object) -> tuple[int, ...]:
    """Names of weekdays as ISO numbers, ascending, each once."""
    if not isinstance(value, list | tuple):
        raise ValueError(f'expected a list of days such as ["mon", "fri"], found {kind(value)}')  # noqa: TRY004
    if not value:
        raise ValueError("names no day, so nothing would ever be posted; pause the channel instead")
    return tuple(sorted({_day(day) for day in value}))


def zone(value: object) -> str:
    """The name of an IANA zone that this machine knows."""
    name = _text(value)
    if name not in names():
        # People write the city; ``Europe/Berln`` and ``berlin`` are both near to what they mean.
        by_city = {known.rpartition("/")[2].casefold(): known for known in sorted(names())}
        city = by_city.get(name.replace(" ", "_").casefold())
        hint = f'; did you mean "{city}"?' if city else did_you_mean(name, names())
        raise ValueError(f"no time zone is called {shown(name)}{hint or '; write it as in Europe/Berlin'}")
    return name


def web_address(value: object) -> str:
    """An ``http(s)`` address."""
    address = _text(value)
    if not canonical_url(address):
        raise ValueError("expected an address that begins with https:// or http://")
    return address


def maybe_web_address(value: object) -> str:
    """An ``http(s)`` address, or nothing."""
    return web_address(value) if value != "" else ""


def maybe_gateway(value: object) -> str:
    """A web socket's address, or nothing."""
    address = _text(value)
    if address and not re.match(r"wss?://[^/\s]+", address):
        raise ValueError("expected an address that begins with wss:// or ws://, or nothing for Discord's own")
    return address


def host(value: object) -> str:
    """The name or IP address of a machine, in lower case, without scheme, port and path."""
    name = _text(value).casefold()
    if _HOST.fullmatch(name) and ".." not in name:
        return name
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        raise ValueError('expected the bare name or IP address of a host, such as "feeds.intra.example"') from None


def listen_address(value: object) -> str:
    """``host:port``."""
    address = _text(value)
    found = _LISTEN.fullmatch(address)
    if not found or int(found[1]) >= 1 << 16:
        raise ValueError('expected host:port, such as "127.0.0.1:3000"')
    return address


def maybe_listen_address(value: object) -> str:
    """``host:port``, or nothing."""
    return listen_address(value) if value != "" else ""


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of a ``host:port``; an IPv6 address loses its brackets."""
    name, _, port = address.rpartition(":")
    return name.strip("[]"), int(port)


def is_loopback(address: str) -> bool:
    """Whether only this machine itself can reach what listens at ``host:port``."""
    name, _ = host_and_port(address)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def topics(value: object) -> tuple[str, ...]:
    """Topics, cleaned, each once, in order."""
    if not isinstance(value, list | tuple):
        raise ValueError(f'expected a list of topics such as ["labs"], found {kind(value)}')  # noqa: TRY004
    words = tuple(dict.fromkeys(clean(_text(word)) for word in value))
    if not all(words):
        raise ValueError("a topic is empty")
    return words


def prices(value: object) -> tuple[float, float] | None:
    """A price for what is sent and one for what comes back; an empty list says none."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected a list of two prices such as [0.25, 2.0], found {kind(value)}")  # noqa: TRY004
    match [one for one in value if isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < math.inf]:
        case [sent, received] if len(value) == 2:  # noqa: PLR2004
            return float(sent), float(received)
        case [] if not value:
            return None
    raise ValueError("expected two prices in dollars, such as [0.25, 2.0], or none: []")


def postgres_address(value: str, *, is_secret: bool = False) -> str:
    """The address of a PostgreSQL database; a password may be in it where *is_secret*. The mistake never quotes it."""
    try:
        parts = urlsplit(value)
        password = parts.password or ("password" in dict(parse_qsl(parts.query)))
    except ValueError:
        parts, password = urlsplit(""), None
    # Of several @, PostgreSQL's library takes the first for the end of the password, and what is behind it for a host.
    is_doubtful = parts.netloc.count("@") > 1 or "@" in parts.path or "#" in value
    if is_doubtful or parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError(
            'expected "sqlite", and bot.data_dir decides where the file lies; or postgresql://user@host/database'
            + (f"; {IN_A_PASSWORD}" if set(value) & set("@?#") else "")
        )
    if password and not is_secret:
        raise ValueError(
            "holds a password, and this file is no place for it; put the address into DAYBRIEF_DATABASE_URL"
        )
    return value


def layout(value: object) -> Layout:
    """How an edition is spread over messages."""
    return value if isinstance(value, Layout) else Layout(choose(_text(value), [one.value for one in Layout], "layout"))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, found {kind(value)}")  # noqa: TRY004  # pydantic collects only ValueErrors
    return value.strip()


def _day(value: object) -> int:
    name = _text(value).casefold()
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return (full.index(name) if name in full else WEEKDAYS.index(choose(name, WEEKDAYS, "day"))) + 1


Duration = Annotated[timedelta, BeforeValidator(duration)]
SomeDuration = Annotated[timedelta, BeforeValidator(some_duration)]
Hour = Annotated[time, BeforeValidator(hour)]
Days = Annotated[tuple[int, ...], BeforeValidator(days)]
Zone = Annotated[str, BeforeValidator(zone)]
WebAddress = Annotated[str, BeforeValidator(web_address)]
MaybeWebAddress = Annotated[str, BeforeValidator(maybe_web_address)]
MaybeGateway = Annotated[str, BeforeValidator(maybe_gateway)]
Hosts = Annotated[tuple[Annotated[str, BeforeValidator(host)], ...], Field(strict=False)]
ListenAddress = Annotated[str, BeforeValidator(listen_address)]
MaybeListenAddress = Annotated[str, BeforeValidator(maybe_listen_address)]
Prices = Annotated[tuple[float, float] | None, BeforeValidator(prices)]
Topics = Annotated[tuple[str, ...], BeforeValidator(topics)]
ChannelLayout = Annotated[Layout, BeforeValidator(layout)]
