"""Turns raw tables into values, and goes on after a mistake to find them all."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.config.models import chosen
from bot.config.secret import Secret, secrets
from bot.config.tables import TABLES, Analyst, ChannelTable, FeedTable, Table
from bot.config.values import IN_A_PASSWORD, postgres_address
from bot.errors import ConfigProblems, Problem
from bot.identity import canonical_url, domain_of
from bot.model import Channel, Feed, Subscription
from bot.problems import did_you_mean, dotted, kind, looks_secret, problems
from bot.text import clean

LOCAL = "local"
"""The one workspace of the terminal."""
_SLACK_CHANNEL = re.compile(r"[CGD][A-Z0-9]+", re.ASCII)
_SLACK_WORKSPACE = re.compile(r"[TE][A-Z0-9]+", re.ASCII)
_SNOWFLAKE = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
"""An id of Discord's: https://docs.discord.com/developers/reference#snowflakes"""
_A_SERVER, _A_CHANNEL = "123456789012345678", "234567890123456789"
_COPIED = "in Discord, with Developer Mode on (Settings, Advanced), it is copied by a right click on the"

AnyTable = TypeVar("AnyTable", bound=Table)


class Checker:
    """One pass over the raw tables, that goes on after a mistake to find them all."""

    def __init__(self, raw: dict[str, object]) -> None:
        self._raw = raw
        self._found: list[Problem] = []
        for key in raw:
            if key not in TABLES:
                self._wrong(dotted("", [key]), f"unknown table{did_you_mean(key, TABLES)}")

    def in_order(self) -> tuple[Problem, ...]:
        """All mistakes, by table in the order of the file."""
        place = {key: number for number, key in enumerate(self._raw)}
        return tuple(sorted(self._found, key=lambda problem: place.get(re.split(r"[.\[]", problem.path)[0], -1)))

    def table(self, model: type[AnyTable], key: str = "") -> AnyTable:
        """The table called *key* (else: like the model); its defaults where it is absent or wrong."""
        name = key or model.__name__.lower()
        return self._checked(model, self._raw.get(name, {}), name) or model()

    def analyst(self) -> Analyst:
        """``[analyst]``, with a model that there can be."""
        table = self.table(Analyst)
        try:
            chosen(table.model, table.base_url)
        except ValueError as mistake:
            self._wrong("analyst.model", str(mistake))
        return table

    def secrets(self, environ: Mapping[str, str]) -> Mapping[str, Secret]:
        """The secrets in *environ*."""
        try:
            found = secrets(environ)
        except ConfigProblems as trouble:
            self._found += trouble.problems
            return {}
        if address := found.get("DAYBRIEF_DATABASE_URL"):
            self._database(address.reveal())
        return found

    def _database(self, address: str) -> None:
        """That *address* is one, and that the file names no other."""
        try:
            postgres_address(address, is_secret=True)
        except ValueError:
            self._wrong(
                "DAYBRIEF_DATABASE_URL",
                f"is no address of a database: postgresql://user:password@host/database; {IN_A_PASSWORD}",
            )
        storage = self._raw.get("storage")
        named = storage.get("url") if isinstance(storage, dict) else None
        if named is not None and named != address:
            self._wrong("storage.url", "DAYBRIEF_DATABASE_URL is set and names another database; remove one of the two")

    def feeds(self, folder: Path) -> tuple[Feed, ...]:
        """``[[feeds]]``."""
        feeds: list[Feed] = []
        first_at: dict[str, str] = {}
        for path, raw in self._list("feeds"):
            table = self._checked(FeedTable, raw, path)
            url = self._address(raw.get("url"), f"{path}.url", folder)
            if url:
                self._once(canonical_url(url) or url, f"{path}.url", "the same address", first_at)
            if table and url:
                name = table.name or domain_of(url) or Path(url).stem
                feeds.append(Feed(url=url, name=name, weight=table.weight, topics=table.topics))
        return tuple(feeds)

    def channels(self, defaults: ChannelTable, timezone: str) -> tuple[Subscription, ...]:
        """``[[channels]]``, each completed by *defaults*; *timezone* is for those that name none."""
        given = self._raw.get("defaults")
        orders: list[Subscription] = []
        names: dict[str, str] = {}
        places: dict[str, str] = {}
        for path, own in self._list("channels"):
            raw = {**given, **own} if isinstance(given, dict) else own
            for key in ("name", "platform"):
                if key not in raw:
                    self._wrong(f"{path}.{key}", "is required")
            if raw.get("platform") in {"slack", "discord"} and "channel" not in raw:
                self._wrong(f"{path}.channel", "is required: the platform's own id of the channel")
            if raw.get("platform") == "discord" and "workspace" not in raw:
                self._wrong(f"{path}.workspace", f"is required: Discord's id of the server; {_COPIED} server")
            self._one_place(raw, path, names, places)
            if order := self.channel(own, path, defaults, timezone):
                orders.append(order)
        return tuple(orders)

    def channel(self, own: dict[str, object], path: str, defaults: ChannelTable, timezone: str) -> Subscription | None:
        """The standing order that the table *own* at *path* means, completed; None where it is wrong."""
        if not (table := self._checked(ChannelTable, own, path)):
            return None
        said = {key: getattr(table, key) for key in table.model_fields_set}
        order = _subscription(defaults.model_copy(update=said), timezone)
        is_right = {"slack": self._are_slacks, "discord": self._are_discords}.get(order.channel.platform)
        return order if is_right is None or is_right(order.channel, path) else None

    def _are_slacks(self, channel: Channel, path: str) -> bool:
        """Whether *channel* has ids as Slack gives them; a mistake where not."""
        is_channel = bool(_SLACK_CHANNEL.fullmatch(channel.id))
        where = dotted(path, ["channel"])
        if not is_channel and all(one.path != where for one in self._found):
            sentence = 'expected Slack\'s id of the channel, such as "C0123456789"; it stands at the end of its details'
            self._wrong(where, sentence)
        is_workspace = not channel.workspace or bool(_SLACK_WORKSPACE.fullmatch(channel.workspace))
        if not is_workspace:
            sentence = "expected Slack's id of the workspace, such as \"T0123456789\"; without one it is the token's"
            self._wrong(dotted(path, ["workspace"]), sentence)
        return is_channel and is_workspace

    def _are_discords(self, channel: Channel, path: str) -> bool:
        """Whether *channel* has ids as Discord gives them; a mistake for each that is none.

        A bot is in many servers, and buttons name only the channel's: so the server has to be said.
        """
        how = "in Discord, with Developer Mode on (Settings, Advanced), it is copied by a right click on the"
        is_channel = bool(_SNOWFLAKE.fullmatch(channel.id))
        where = dotted(path, ["channel"])
        if not is_channel and all(one.path != where for one in self._found):
            self._wrong(where, f'expected Discord\'s id of the channel, such as "234567890123456789"; {how} channel')
        is_server = bool(_SNOWFLAKE.fullmatch(channel.workspace))
        if not is_server:
            what = 'expected Discord\'s id of the server, such as "123456789012345678"'
            self._wrong(dotted(path, ["workspace"]), f"{what}; {how} server")
        return is_channel and is_server

    def _one_place(self, raw: Mapping[str, object], path: str, names: dict[str, str], places: dict[str, str]) -> None:
        """A mistake where another channel has the name or the place of the one at *path*."""
        name, channel = _word(raw, "name").lstrip("#"), _word(raw, "channel")
        if name:
            self._once(name.casefold(), f"{path}.name", "the same name", names)
        if channel or name:
            # Discord's ids are the same everywhere: one channel under two servers is a mistake in one of them.
            workspace = "" if _word(raw, "platform") == "discord" else _word(raw, "workspace")
            place = "\x1f".join((_word(raw, "platform"), workspace, channel or name))
            self._once(place, f"{path}.channel" if channel else path, "the same channel", places)

    def _address(self, url: object, path: str, folder: Path) -> str:
        """The address that *url* means: as it is, or the absolute path of a file; empty if it is none."""
        if not isinstance(url, str) or not url.strip() or "\0" in url:
            return ""
        address = url.strip()
        scheme = re.match(r"([A-Za-z][\w+.-]+):", address)
        if not scheme:
            return str(absolute(Path(address), folder))
        if scheme[1].lower() in {"http", "https"} and canonical_url(address):
            if "@" in urlsplit(address).netloc:
                self._wrong(path, "has a user name or password in front of the host, with which nothing is fetched")
            return address
        if scheme[1].lower() == "file":
            self._wrong(path, 'expected the plain path of the file, without "file://"')
        else:
            self._wrong(path, "expected an address that begins with https:// or http://, or the path of a file")
        return ""

    def _once(self, what: str, path: str, sentence: str, first_at: dict[str, str]) -> None:
        """Note that *what* stands at *path*, a mistake if it stood elsewhere before."""
        earlier = first_at.setdefault(what, path)
        if earlier != path:
            self._wrong(path, f"{sentence} as {earlier}; leave one of them out")

    def _checked(self, model: type[AnyTable], raw: object, path: str) -> AnyTable | None:
        """*raw* as a *model*, or None and its mistakes noted."""
        leaked = {leaf for leaf, value in _texts(raw, path) if looks_secret(value)}
        for leaf in sorted(leaked):
            self._wrong(
                leaf,
                "this looks like a secret; take it out and set it in the environment (`daybrief check` has the names)",
            )
        try:
            table = model.model_validate(raw)
        except ValidationError as error:
            self._found += [one for one in problems(error, model, path) if one.path not in leaked]
            return None
        return table

    def _list(self, key: str) -> Iterator[tuple[str, dict[str, object]]]:
        """The tables of the list called *key*, each with its path."""
        rows = self._raw.get(key, [])
        if not isinstance(rows, list):
            self._wrong(key, f"expected a list of tables, each headed [[{key}]], found {kind(rows)}")
            return
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                yield f"{key}[{number}]", row
            else:
                self._wrong(f"{key}[{number}]", f"expected a table, found {kind(row)}")

    def _wrong(self, path: str, sentence: str) -> None:
        self._found.append(Problem(path, sentence))


def _subscription(table: ChannelTable, timezone: str) -> Subscription:
    """The standing order that a completed *table* means."""
    name, platform = table.name or "", table.platform or ""
    workspace = LOCAL if platform == "terminal" else table.workspace or ""
    return Subscription(
        id=0,
        channel=Channel(platform=platform, workspace=workspace, id=table.channel or name, name=name),
        at=table.time,
        timezone=table.timezone or timezone,
        days=table.days,
        stories=table.stories,
        topics=table.topics,
        layout=table.layout,
    )


def absolute(path: Path, folder: Path) -> Path:
    """*path* as seen from *folder*, without ``..``."""
    return Path(os.path.normpath(folder / path))


def _word(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    return clean(value) if isinstance(value, str) else ""


def _texts(raw: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in *raw*, with its path."""
    parts: Iterable[tuple[str | int, object]] = ()
    if isinstance(raw, str):
        yield path, raw
    elif isinstance(raw, dict):
        parts = raw.items()
    elif isinstance(raw, list):
        parts = enumerate(raw)
    for key, value in parts:
        yield from _texts(value, dotted(path, [key]))
