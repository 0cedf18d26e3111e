"""The tables of a configuration file, each with its keys, their kinds and defaults. Pure."""

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.config.models import EXTRACTIVE, MODES
from bot.config.values import (
    ChannelLayout,
    Days,
    Duration,
    Hosts,
    Hour,
    ListenAddress,
    MaybeGateway,
    MaybeListenAddress,
    MaybeWebAddress,
    Prices,
    SomeDuration,
    Topics,
    WebAddress,
    Zone,
    is_loopback,
    postgres_address,
)
from bot.identity import canonical_url
from bot.model import Cause, Layout
from bot.problems import choose
from bot.text import clean

PLATFORMS = ("terminal", "slack", "discord")
"""Where editions are posted."""
LOG_FORMATS = ("auto", "json", "text")
LOG_LEVELS = ("debug", "info", "warning", "error")
MAX_SHARDS = 1_000
"""Connections to Discord: two and a half million servers."""
MAX_STORIES = 20
"""Of an edition: what two minutes of reading can hold at the very most."""


def _data_dir(value: object) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError('expected the path of a folder, such as "data"')
    return Path(value)


def _backups(value: object) -> Path | None:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError('expected the path of a folder, such as "backups"; or "", and no copies are made')
    return Path(value) if value.strip() else None


def _platform(value: str) -> str:
    return choose(value, PLATFORMS, "platform")


def _database(value: str) -> str:
    return value if value == "sqlite" else postgres_address(value)


def _admin(value: str) -> str:
    if not re.fullmatch(r"slack:[UW][A-Z0-9]{4,}|discord:\d{15,21}", value, re.ASCII):
        raise ValueError('expected "slack:" or "discord:" and the id of a person, such as "slack:U0123456789"')
    return value


def _cause(value: object) -> Cause:
    return Cause(choose(value if isinstance(value, str) else repr(value), [one.value for one in Cause], "trouble"))


def _client_id(value: str) -> str:
    if value and not re.fullmatch(r"\d{1,24}\.\d{1,24}", value.strip(), re.ASCII):
        raise ValueError('expected the Client ID of the app, such as "1234567890.1234567890", from Basic Information')
    return value.strip()


def _public(value: str) -> str:
    address = value.strip().rstrip("/")
    is_bare = not any(sign in address for sign in "?#@") and not any(one.isspace() for one in address)
    if address and not (is_bare and address.startswith("https://") and canonical_url(address)):
        raise ValueError(
            'expected the https address that leads to this machine, such as "https://daybrief.example.org"'
        )
    return address


def _channel(value: str) -> str:
    if value.strip().startswith("#"):
        raise ValueError(
            "expected the platform's own id of the channel, which never changes, not its #name; "
            "in Slack it stands at the end of the channel's details"
        )
    if not (tidy := clean(value)):
        raise ValueError("is empty")
    return tidy


def _name(value: str) -> str:
    if not (tidy := clean(value).lstrip("#")):
        raise ValueError("is empty")
    return tidy


Name = Annotated[str, AfterValidator(_name)]


class Table(BaseModel):
    """A table whose unknown keys and wrong kinds are mistakes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class Bot(Table):
    """``[bot]``."""

    data_dir: Annotated[Path, BeforeValidator(_data_dir)] = Path("data")
    """Absolute once loaded."""
    timezone: Zone = "UTC"
    gather_every: SomeDuration = timedelta(minutes=30)
    catch_up: Duration = timedelta(hours=6)
    admins: Annotated[tuple[Annotated[str, AfterValidator(_admin)], ...], Field(strict=False)] = ()
    quiet_about: Annotated[tuple[Annotated[Cause, BeforeValidator(_cause)], ...], Field(strict=False)] = ()
    """What nobody is sent a message about; it stays in the log, and is shown to those who ask."""


class Storage(Table):
    """``[storage]``."""

    url: Annotated[str, AfterValidator(_database)] = "sqlite"
    """Or the address of a PostgreSQL database, without a password."""
    keep: SomeDuration = timedelta(days=400)
    backups: Annotated[Path | None, BeforeValidator(_backups)] = Path("backups")
    """Where the running bot keeps a copy of each night, absolute once loaded; None: it makes none."""
    keep_backups: Annotated[int, Field(ge=1, le=1000)] = 7
    """How many of them."""


class Fetch(Table):
    """``[fetch]``."""

    allow_hosts: Hosts = ()
    proxy: MaybeWebAddress = ""
    full_text: bool = True
    """Whether the pages behind the feeds are read, where the extra for it is installed."""


class Delivery(Table):
    """``[delivery]``."""

    request_timeout: SomeDuration = timedelta(seconds=15)
    settle: Duration = timedelta(seconds=60)


class FeedTable(Table):
    """One of ``[[feeds]]``."""

    url: Annotated[str, AfterValidator(_name)]
    name: Name | None = None
    """None: the host, or the name of the file."""
    weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    topics: Topics = ()


class ChannelTable(Table):
    """One of ``[[channels]]``, or ``[defaults]`` for all of them. None: not said."""

    name: Name | None = None
    platform: Annotated[str, AfterValidator(_platform)] | None = None
    channel: Annotated[str, AfterValidator(_channel)] | None = None
    """None on the terminal: the name."""
    workspace: Name | None = None
    """The platform's id of the team or guild; on the terminal it is ``local``."""
    time: Hour = time(8)
    timezone: Zone | None = None
    """None: the bot's."""
    days: Days = (1, 2, 3, 4, 5)
    stories: Annotated[int, Field(ge=1, le=MAX_STORIES)] = 5
    topics: Topics = ()
    layout: ChannelLayout = Layout.MESSAGE


class Slack(Table):
    """``[slack]``."""

    mode: Annotated[str, AfterValidator(lambda value: choose(value, ("socket", "http"), "mode"))] = "socket"
    api_url: WebAddress = "https://slack.com/api/"
    listen: ListenAddress = "127.0.0.1:3000"
    client_id: Annotated[str, AfterValidator(_client_id)] = ""
    """Of an app that workspaces can add to themselves; empty: SLACK_CLIENT_ID, or none can."""
    public_url: Annotated[str, AfterValidator(_public)] = ""
    """Where people, and Slack, reach what listens; empty: nobody can add us."""


class Discord(Table):
    """``[discord]``."""

    api_url: WebAddress = "https://discord.com/api/v10"
    gateway_url: MaybeGateway = ""
    per_second: Annotated[int, Field(ge=1, le=50)] = 45
    """Requests of the whole bot; Discord takes 50: https://docs.discord.com/developers/topics/rate-limits"""
    crosspost: bool = False
    """Whether what is posted in announcement channels is published to the channels that follow them."""
    shards: Annotated[int, Field(ge=1, le=MAX_SHARDS)] = 1
    """Connections that the servers are spread over; Discord wants one for 2,500 servers at the most."""
    own_shards: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Which of these the process has, counted from 0; empty: all."""

    @field_validator("own_shards")
    @classmethod
    def _are_there(cls, value: tuple[int, ...], others: ValidationInfo) -> tuple[int, ...]:
        shards = others.data.get("shards", MAX_SHARDS)
        for one in value:
            if not 0 <= one < shards:
                raise ValueError(f"there is no shard {one}; with shards = {shards} they are 0 to {shards - 1}")
        return tuple(sorted(set(value)))


class Analyst(Table):
    """``[analyst]``."""

    model: Name = EXTRACTIVE
    """As ``bot.config.models`` understands it."""
    base_url: MaybeWebAddress = ""
    daily_budget_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Of UTC days."""
    deadline: SomeDuration = timedelta(seconds=45)
    """How long editions wait, once they are due, for what is still being read and written of their stories."""
    output_mode: Annotated[str, AfterValidator(lambda value: choose(value, MODES, "output mode"))] = "auto"
    price_per_million: Prices = None
    """Dollars for a million tokens that are sent, and that come back; None: by the table of prices."""


class Log(Table):
    """``[log]``: what a running bot says."""

    format: Annotated[str, AfterValidator(lambda value: choose(value, LOG_FORMATS, "format of a log"))] = "auto"
    """``text`` for people, ``json`` for programs; ``auto``: by whether somebody sits at a terminal."""
    level: Annotated[str, AfterValidator(lambda value: choose(value, LOG_LEVELS, "level of a log"))] = "info"
    libraries: bool = False
    """Whether the libraries that we use are heard as well."""


class Operations(Table):
    """``[operations]``: where monitors ask how the bot is."""

    listen: MaybeListenAddress = ""
    """Empty: nowhere."""
    expose: bool = False
    """Whether that may be an address that other machines reach."""

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        """Nobody is asked who they are there, so the outside has to be wanted in two places."""
        if self.listen and not self.expose and not is_loopback(self.listen):
            raise ValueError(
                f'listen = "{self.listen}" can be reached by other machines, and nobody is asked for a password; '
                'write "127.0.0.1:9464", or add expose = true'
            )
        return self


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
    "log": Log,
    "operations": Operations,
}
"""All tables that a file may have. ``feeds`` and ``channels`` are lists of them."""
