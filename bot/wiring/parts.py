"""Which analyst, model and reader of pages the configuration asks for, and what asks the platforms."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from adapters import extras
from adapters.analyst import prices
from adapters.analyst.configured import endpoint_of
from adapters.analyst.writer import ModelWriter
from adapters.clock import SystemClock
from adapters.discord.pace import Pace as DiscordPace
from adapters.discord.rest import Rest, point_to
from adapters.http import Http
from adapters.meaning.texts import TextMeaning
from adapters.pages import reader as pages
from adapters.slack.installed import Installed
from adapters.slack.workspaces import Workspaces
from adapters.workers import ProcessWorkers
from bot.config import Config
from bot.errors import ConfigProblems
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Clock, Meaning, PageReader, Store, Turns, Watch, Workers, Writer
from bot.wiring.tokens import seal_of

Learn = Callable[[Iterable[str]], None]
"""Is told of secrets, so that none of them is ever shown."""
_MANY = 1_000_000
"""Tokens that cost something, whatever a model costs."""


def writer_trouble(config: Config) -> ConfigProblems | None:
    """Why the model in *config* cannot be asked: its key or the extra is not there. None: it can, or there is none."""
    try:
        endpoint_of(config)
    except ConfigProblems as problems:
        return problems
    return None


def writer_of(config: Config, store: Store, clock: Clock, watch: Watch) -> ModelWriter | None:
    """The model in *config*, which is loaded when it is first asked; None: it names none. Raises ConfigProblems."""
    endpoint = endpoint_of(config)
    return ModelWriter(endpoint, store.spending, clock, watch) if endpoint else None


def renewed_writer(room: Newsroom, config: Config) -> Writer | None:
    """The model that *config* names: the one at work, if nothing about it has changed. Raises ConfigProblems.

    A former one is left to those who wait for it; it holds nothing but an idle connection.
    """
    if endpoint_of(config) == endpoint_of(room.config):
        return room.writer
    return writer_of(config, room.store, room.clock, room.watch)


def is_free(config: Config) -> bool:
    """Whether the model in *config* costs nothing. Raises ConfigProblems."""
    endpoint = endpoint_of(config)
    return endpoint is not None and not prices.cost(endpoint, _MANY, _MANY, SystemClock().now())


async def close_writer(room: Newsroom) -> None:
    """Let go of the model that *room* has in the end: a reload may have brought another than it was opened with."""
    if isinstance(room.writer, ModelWriter):
        await room.writer.close()


def knows_meaning(workers: Workers) -> Meaning | None:
    """Whoever knows which titles mean alike; None without the extra ``semantic``."""
    return TextMeaning(workers) if "semantic" in extras.installed() else None


async def meaning_of(texts: Sequence[str]) -> Mapping[str, bytes]:
    """What each of *texts* means, as ``bot.group.group`` takes it; nothing without the extra ``semantic``.

    Raises:
        DaybriefError: the model is not the one that we know.
    """
    workers = ProcessWorkers()
    try:
        meaning = knows_meaning(workers)
        return dict(zip(texts, await meaning.of(texts), strict=True)) if meaning else {}
    finally:
        await workers.close()


def page_reader(config: Config, http: Http, workers: Workers, clock: Clock) -> PageReader | None:
    """Whoever reads full texts, through the client that reads feeds; None without the extra ``fulltext``."""
    is_wanted = config.fetch.full_text and pages.is_installed()
    return pages.HttpPageReader(http, workers, clock) if is_wanted else None


def slack_workspaces(
    config: Config, clock: Clock, watch: Watch = UNWATCHED, installed: Installed | None = None
) -> Workspaces:
    """The Slack workspaces whose tokens the environment holds, set apart by commas or blanks, and *installed*."""
    secret = config.secrets.get("SLACK_BOT_TOKEN")
    tokens = secret.reveal().replace(",", " ").split() if secret else []
    return Workspaces(
        tokens, config.slack.api_url, config.delivery.request_timeout, clock, installed=installed, watch=watch
    )


def slack_installed(config: Config, store: Store, learn: Learn) -> Installed | None:
    """The Slack workspaces that have added us to themselves; None: no key could open their tokens. Raises
    ConfigProblems.
    """
    seal = seal_of(config)
    return Installed(store.installations, seal, learn) if seal else None


def discord_rest(config: Config, clock: Clock, watch: Watch = UNWATCHED, turns: Turns | None = None) -> Rest:
    """Discord's REST side, with the token that the environment holds; *turns* as ``DiscordPace`` has them."""
    point_to(config.discord.api_url, config.discord.gateway_url)
    secret = config.secrets.get("DISCORD_TOKEN")
    pace = DiscordPace(
        clock,
        per_second=config.discord.per_second,
        patience=config.delivery.request_timeout,
        watch=watch,
        turns=turns,
    )
    return Rest(secret.reveal() if secret else "", pace)
