"""The ways into a running house: where Slack and Discord come in, and whether they could."""

import logging
from typing import TYPE_CHECKING

from adapters.discord.gateway import Gateway
from bot.config import host_and_port
from bot.config.installing import App, app_of
from bot.errors import WrongUsage
from bot.figures import Part
from bot.roles import Role
from bot.wiring.house import House, lacking
from bot.wiring.tokens import check_keys, seal_of

if TYPE_CHECKING:
    from adapters.slack.connection import Connection
    from adapters.slack.door import Door
    from adapters.slack.installing import Installing

log = logging.getLogger(__name__)

_TOKENS = {"slack": ("SLACK_BOT_TOKEN", "Slack"), "discord": ("DISCORD_TOKEN", "Discord")}


def way_in_of_discord(house: House) -> Gateway | None:
    """Where Discord comes in, if there is a token; else nothing."""
    secret = house.room.config.secrets.get("DISCORD_TOKEN")
    if secret is None:
        return None
    synced = house.room.config.bot.data_dir / "discord-commands"
    config = house.room.config.discord
    return Gateway(
        house.desk,
        secret.reveal(),
        house.discord.pace,
        house.room.clock,
        synced,
        shards=config.shards,
        own_shards=config.own_shards,
        watch=house.room.watch,
    )


def way_in_of_slack(house: House) -> "tuple[Door, Connection] | None":
    """Where Slack comes in, if there is a token, or workspaces can add us to themselves; else nothing.

    Raises:
        WrongUsage: a channel needs a token, or a connection needs a secret, that is not there.
    """
    config = house.room.config
    app = app_of(config)
    if not house.slack.has_token:
        return None
    # Five megabytes, which nobody needs who has no Slack.
    from adapters.slack.connection import Knocks, Porch, Sockets  # noqa: PLC0415
    from adapters.slack.door import Door  # noqa: PLC0415

    signing = config.secrets.get("SLACK_SIGNING_SECRET")
    door = Door(house.desk, house.slack, house.room.clock, signing.reveal() if signing else "")
    pages = _install_pages(house, app, door).routes() if app else ()
    host, port = host_and_port(config.slack.listen)
    if config.slack.mode == "http":
        if signing is None:
            raise WrongUsage(
                "[slack] mode is http, so SLACK_SIGNING_SECRET must be set: nobody else could prove to be Slack"
            )
        return door, Knocks(door.app, door.signing_secret, host, port, pages=pages, watch=house.room.watch)
    app_token = config.secrets.get("SLACK_APP_TOKEN")
    if app_token is None:
        raise WrongUsage(
            "SLACK_APP_TOKEN is not set, so no command could be answered; docs/slack.md tells where to find it "
            '(or write mode = "http" under [slack])'
        )
    sockets = Sockets(door.app, app_token.reveal(), house.room.clock, watch=house.room.watch)
    return door, Porch(sockets, pages, host, port) if pages else sockets


def _install_pages(house: House, app: App, door: "Door") -> "Installing":
    """The pages of *Add to Slack*."""
    from adapters.slack.installing import Installing  # noqa: PLC0415
    from adapters.slack.manifest import BOT_SCOPES  # noqa: PLC0415

    seal = seal_of(house.room.config)
    if seal is None:
        raise ValueError("an app without a key is no app")
    return Installing(
        app,
        scopes=BOT_SCOPES,
        book=house.store.installations,
        seal=seal,
        workspaces=house.slack,
        clock=house.room.clock,
        arrived=door.welcome,
    )


def ways_in(house: House, connection: "Connection | None", gateway: Gateway | None) -> dict[str, Part]:
    """What can be told of the platforms; those that are not used are left out."""

    async def slack() -> object:
        return {
            "workspaces": len(house.slack.known),
            "refused": len(house.slack.refusals),
            "reaches_us": await connection.is_up() if connection else False,
        }

    async def discord() -> object:
        return {
            "refused": house.discord.refusal is not None,
            "reaches_us": gateway.is_ready if gateway else False,
            "trouble": gateway.trouble if gateway else "",
        }

    return {**({"slack": slack} if connection else {}), **({"discord": discord} if gateway else {})}


def see_to_doors(house: House, slack: "tuple[Door, Connection] | None", gateway: Gateway | None) -> None:
    """Have it known when nobody on a platform is answered."""
    if slack:
        connection = slack[1]

        async def of_slack() -> str:
            return "" if await connection.is_up() else "there is no connection"

        house.room.doors["slack"] = of_slack
    if gateway:

        async def of_discord() -> str:
            return gateway.trouble.partition(": ")[2]

        house.room.doors["discord"] = of_discord


async def check_used(house: House, role: Role) -> None:
    """Raise WrongUsage if *role* has nothing to do: there is no channel, and nobody could set one up from a chat, or
    nobody to be answered; or if the tokens of workspaces cannot be read, which could then not be served.
    """
    await check_keys(house.store, house.room.config)
    if role.value in lacking(house.slack, house.discord):
        raise WrongUsage(
            f"--role {role} answers people there, and {_TOKENS[role.value][0]} is not set; "
            f"docs/{role}.md tells where to find it"
        )
    if not role.is_alone:
        return  # channels are declared by whoever rings
    if not house.slack.has_token and not house.discord.has_token and not await house.desk.channels.subscriptions():
        raise WrongUsage(
            "there is no channel to serve: declare one in the configuration (`daybrief init` writes one with "
            "[[channels]]), or set SLACK_BOT_TOKEN or DISCORD_TOKEN, with which one can be set up from chat"
        )


def check_tokens(house: House, platforms: set[str], role: Role) -> None:
    """Raise WrongUsage if channels on one of *platforms* could not be served for want of a token. A worker leaves them
    to others, and says so.
    """
    lacks = lacking(house.slack, house.discord)
    for name in sorted(lacks):
        token, called = _TOKENS[name]
        if role is Role.WORKER:
            level = logging.WARNING if name in platforms else logging.INFO
            log.log(level, "%s is not set here: what is to be posted to %s is left to other workers", token, called)
        elif name in platforms:
            page = f"docs/{name}.md"
            raise WrongUsage(f"there are {called} channels, but {token} is not set; {page} tells where to find it")
    platforms = platforms - lacks
    # With other platforms to serve, theirs go on, and the channels of this one say what is wrong.
    if house.slack.is_refused and platforms <= {"slack"}:
        raise WrongUsage(f"Slack does not take SLACK_BOT_TOKEN: {house.slack.refusals[0].reason}")
    if house.discord.refusal and platforms <= {"discord"} and not house.slack.has_token:
        raise WrongUsage(f"Discord does not take DISCORD_TOKEN: {house.discord.refusal.reason}")
