"""Reads the configuration file into values, or names every mistake in it at once.

The file holds no secrets: those come from the environment (``bot.config.secret``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.config.checker import Checker, absolute
from bot.config.confidential import confidential, written
from bot.config.secret import Secret, secrets
from bot.config.syntax import parsed
from bot.config.tables import (
    PLATFORMS,
    TABLES,
    Analyst,
    Bot,
    ChannelTable,
    Delivery,
    Discord,
    Fetch,
    Log,
    Operations,
    Slack,
    Storage,
)
from bot.config.values import host_and_port
from bot.errors import ConfigProblems, Problem, WrongUsage
from bot.model import Feed, Subscription

__all__ = [
    "PLATFORMS",
    "TABLES",
    "Config",
    "Secret",
    "channel_from",
    "confidential",
    "host_and_port",
    "load",
    "read",
    "secrets",
    "written",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the operator decided."""

    bot: Bot = field(default_factory=Bot)
    storage: Storage = field(default_factory=Storage)
    fetch: Fetch = field(default_factory=Fetch)
    delivery: Delivery = field(default_factory=Delivery)
    feeds: tuple[Feed, ...] = ()
    channels: tuple[Subscription, ...] = ()
    slack: Slack = field(default_factory=Slack)
    discord: Discord = field(default_factory=Discord)
    analyst: Analyst = field(default_factory=Analyst)
    log: Log = field(default_factory=Log)
    operations: Operations = field(default_factory=Operations)
    defaults: ChannelTable = field(default_factory=ChannelTable)
    """For channels that are set up later by command."""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By the name of the environment variable."""
    folder: Path = Path()
    """Of the file, absolute; relative paths in the file start here."""
    path: Path | None = None
    """None: there is no file, and everything is as by default."""

    @property
    def postgres(self) -> Secret | None:
        """The address of the PostgreSQL database that keeps everything; None: a SQLite file does."""
        if given := self.secrets.get("DAYBRIEF_DATABASE_URL"):
            return given
        return None if self.storage.url == "sqlite" else Secret(self.storage.url)


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
    checker = Checker(_toml(text.replace("\r\n", "\n"), origin))
    bot, defaults = checker.table(Bot), checker.table(ChannelTable, "defaults")
    data_dir = absolute(bot.data_dir, folder)
    config = Config(
        bot=bot.model_copy(update={"data_dir": data_dir}),
        storage=_stored(checker.table(Storage), data_dir),
        fetch=checker.table(Fetch),
        delivery=checker.table(Delivery),
        feeds=checker.feeds(folder),
        channels=checker.channels(defaults, bot.timezone),
        defaults=defaults,
        slack=checker.table(Slack),
        discord=checker.table(Discord),
        analyst=checker.analyst(),
        log=checker.table(Log),
        operations=checker.table(Operations),
        secrets=checker.secrets(environ),
        folder=folder,
        path=path,
    )
    if found := checker.in_order():
        raise ConfigProblems(origin, found)
    if config.postgres:  # it has its own copies
        return replace(config, storage=config.storage.model_copy(update={"backups": None}))
    return config


def _stored(table: Storage, data_dir: Path) -> Storage:
    """*table* with the folder of copies where it is, as seen from the data."""
    return table.model_copy(update={"backups": table.backups and absolute(table.backups, data_dir)})


def channel_from(keys: Mapping[str, object], config: Config) -> Subscription:
    """The subscription that *keys* of ``[[channels]]`` (at least name and platform) mean, completed by ``[defaults]``;
    not declared, and not yet stored.

    Raises:
        ConfigProblems: with the keys for paths.
    """
    checker = Checker({})
    order = checker.channel(dict(keys), "", config.defaults, config.bot.timezone)
    if order is None:
        raise ConfigProblems("the channel", checker.in_order())
    return replace(order, declared=False)


def _toml(text: str, origin: str) -> dict[str, object]:
    match parsed(text):
        case Problem() as problem:
            raise ConfigProblems(origin, (problem,))
        case tables:
            return tables
