"""Reads the configuration file into values, or names every mistake in it at once.

The file holds no secrets: those come from the environment (``bot.config.secret``).
"""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.config.secret import Secret, secrets
from bot.config.tables import (
    BUILT_PLATFORMS,
    Analyst,
    Bot,
    ChannelTable,
    Delivery,
    Discord,
    FeedTable,
    Fetch,
    Slack,
    Storage,
    Table,
)
from bot.errors import ConfigProblems, Problem, WrongUsage
from bot.identity import canonical_url, domain_of
from bot.model import Channel, Feed, Subscription
from bot.problems import did_you_mean, dotted, kind, looks_secret, problems
from bot.text import clean

__all__ = ["BUILT_PLATFORMS", "TABLES", "Config", "Secret", "channel_from", "load", "read", "secrets"]

LOCAL = "local"
"""The one workspace of the terminal."""
TABLES: dict[str, type[Table]] = {
    "bot": Bot,
    "storage": Storage,
    "fetch": Fetch,
    "delivery": Delivery,
    "feeds": FeedTable,
    "defaults": ChannelTable,
    "channels": ChannelTable,
    "slack": Slack,
    "discord": Discord,
    "analyst": Analyst,
}
"""All tables that a file may have. ``feeds`` and ``channels`` are lists of them."""
_LISTS = frozenset({"feeds", "channels"})

AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the operator decided."""

    bot: Bot = field(default_factory=Bot)
    storage: Storage = field(default_factory=Storage)
    fetch: Fetch = field(default_factory=Fetch)
    delivery: Delivery = field(default_factory=Delivery)
    feeds: tuple[Feed, ...] = ()
    channels: tuple[Subscription, ...] = ()
    defaults: ChannelTable = field(default_factory=ChannelTable)
    """For channels that are set up by command or from chat."""
    slack: Slack = field(default_factory=Slack)
    discord: Discord = field(default_factory=Discord)
    analyst: Analyst = field(default_factory=Analyst)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By the name of the environment variable."""
    folder: Path = Path()
    """Of the file, absolute; relative paths in the file start here."""
    path: Path | None = None
    """None: there is no file, and everything is as by default."""


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration in the file at *path*, with the secrets in *environ*; without a path, the defaults.

    Raises:
        WrongUsage: the file is not there or cannot be read.
        ConfigProblems: it has mistakes; all of them are named.
    """
    if path is None:
        return read("", folder=Path.cwd(), environ=environ)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise WrongUsage(
            f"there is no configuration at {path}; write one with `daybrief init`, or name another with --config"
        ) from None
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    return read(text, folder=path.absolute().parent, environ=environ, path=path)


def read(text: str, *, folder: Path, environ: Mapping[str, str], path: Path | None = None) -> Config:
    """The configuration that *text* means for a file in *folder*, an absolute path.

    Raises:
        ConfigProblems: it has mistakes; all of them are named.
    """
    origin = str(path or "the configuration")
    checker = _Checker(_toml(text.replace("\r\n", "\n"), origin))
    bot = checker.table(Bot)
    defaults = checker.table(ChannelTable, "defaults")
    config = Config(
        bot=bot.model_copy(update={"data_dir": _absolute(bot.data_dir, folder)}),
        storage=checker.table(Storage),
        fetch=checker.table(Fetch),
        delivery=checker.table(Delivery),
        feeds=checker.feeds(folder),
        channels=checker.channels(defaults, bot.timezone),
        defaults=defaults,
        slack=checker.table(Slack),
        discord=checker.table(Discord),
        analyst=checker.table(Analyst),
        secrets=checker.secrets(environ),
        folder=folder,
        path=path,
    )
    if found := checker.in_order():
        raise ConfigProblems(origin, found)
    return config


def channel_from(raw: Mapping[str, object], config: Config) -> Subscription:
    """The standing order that the keys in *raw* mean, completed by ``[defaults]``; not declared, and not yet stored.

    Raises:
        ConfigProblems: some of them are wrong; all of those are named.
    """
    checker = _Checker({"channels": [dict(raw)]})
    checker.channels(config.defaults, config.bot.timezone)
    if found := checker.in_order():
        plain = tuple(Problem(one.path.removeprefix("channels[0]."), one.sentence) for one in found)
        raise ConfigProblems("the channel", plain)
    table = ChannelTable.model_validate(dict(raw))
    said = {key: getattr(table, key) for key in table.model_fields_set}
    order = _subscription(config.defaults.model_copy(update=said), config.bot.timezone)
    return replace(order, declared=False)


class _Checker:
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

    def secrets(self, environ: Mapping[str, str]) -> Mapping[str, Secret]:
        """The secrets in *environ*."""
        try:
            found = secrets(environ)
        except ConfigProblems as trouble:
            self._found += trouble.problems
            return {}
        if "DAYBRIEF_DATABASE_URL" in found:
            self._wrong("DAYBRIEF_DATABASE_URL", "this version keeps everything in one SQLite file; unset it")
        return found

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
            name, channel = _word(raw, "name").lstrip("#"), _word(raw, "channel")
            if name:
                self._once(name.casefold(), f"{path}.name", "the same name", names)
            if place := channel or name:
                place = "\x1f".join((_word(raw, "platform"), _word(raw, "workspace"), place))
                where = f"{path}.channel" if channel else path
                self._once(place, where, "the same channel", places)
            if table := self._checked(ChannelTable, own, path):
                said = {key: getattr(table, key) for key in table.model_fields_set}
                orders.append(_subscription(defaults.model_copy(update=said), timezone))
        return tuple(orders)

    def _address(self, url: object, path: str, folder: Path) -> str:
        """The address that *url* means: as it is, or the absolute path of a file; empty if it is none."""
        if not isinstance(url, str) or not url.strip() or "\0" in url:
            return ""
        address = url.strip()
        scheme = re.match(r"([A-Za-z][\w+.-]+):", address)
        if not scheme:
            return str(_absolute(Path(address), folder))
        if scheme[1].lower() in {"http", "https"} and canonical_url(address):
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


def _toml(text: str, origin: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).rpartition(" (at ")
        place = where.removesuffix(")") if what else "the file"
        # Its own words may quote the file, and so a secret; the place is enough to find it.
        reason = re.sub(r"['\"(].*", "…", what or str(error))
        raise ConfigProblems(origin, (Problem(place, f"is not valid TOML: {reason}"),)) from None
    except ValueError:
        raise ConfigProblems(origin, (Problem("the file", "holds a number of too many digits"),)) from None
    except RecursionError:
        raise ConfigProblems(origin, (Problem("the file", "is nested too deeply"),)) from None


def _absolute(path: Path, folder: Path) -> Path:
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
