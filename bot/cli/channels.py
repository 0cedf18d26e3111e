"""The channels: their standing orders, and setting them up, pausing and removing them."""

import click

from bot.cli.app import Session, command, fail, json_option
from bot.errors import WrongUsage
from bot.model import Standing, Subscription


@click.group(invoke_without_command=True)
@click.pass_context
def channels(context: click.Context) -> None:
    """Show, add, pause, resume and remove channels."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@channels.command("list")
@json_option
@command
async def list_(session: Session) -> None:
    """Show every channel with its hour and standing."""
    from bot.wiring import looks

    async with session.house() as house:
        known = await house.desk.subscriptions()
        upcoming = await house.desk.next_due(known)
    if session.as_json:
        session.values([_values(one) for one in known])
        return
    session.show(looks.channels(known, upcoming))


@channels.command()
@click.argument("channel")
@json_option
@command
async def show(session: Session, channel: str) -> None:
    """Show one channel."""
    from bot.wiring import looks

    async with session.house() as house:
        one = await house.desk.subscription(channel)
        upcoming = await house.desk.next_due((one,))
        troubles = await house.desk.examine(one)
    if session.as_json:
        session.values(_values(one) | {"troubles": list(troubles)})
        return
    session.show(looks.channels((one,), upcoming))
    for trouble in troubles:
        click.echo(trouble)


@channels.command()
@click.argument("name")
@click.option("--platform", default="terminal", show_default=True)
@click.option("--channel", "id_", default="", help="The platform's id, or Discord's link [default: the name].")
@click.option("--workspace", default=None, help="The platform's id [default: that of the token].")
@click.option("--time", "at", default=None, help="Local hour, like 08:00.")
@click.option("--timezone", default=None, help="IANA zone, like Europe/Berlin.")
@click.option("--days", default=None, help="Like mon,tue,wed.")
@click.option("--stories", type=int, default=None)
@click.option("--topic", "topics", multiple=True, help="May be repeated.")
@command
async def add(
    session: Session,
    name: str,
    platform: str,
    id_: str,
    workspace: str | None,
    at: str | None,
    timezone: str | None,
    days: str | None,
    stories: int | None,
    topics: tuple[str, ...],
) -> None:
    """Set a channel up, or change it; whatever is not named is as in [defaults]."""
    from dataclasses import replace

    from bot.cli.discord import place_of
    from bot.config import channel_from

    is_link = platform == "discord" and "/" in (id_ or "")
    wanted = {
        "name": name,
        "platform": platform,
        "channel": id_ or name,
        "workspace": workspace,
        "time": at,
        "timezone": timezone,
        "days": days.split(",") if days else None,
        "stories": stories,
        "topics": list(topics) or None,
        **(place_of(id_ or "") if is_link else {}),
    }
    async with session.house() as house:
        order = channel_from({key: value for key, value in wanted.items() if value is not None}, house.room.config)
        declared = {(one.channel.platform, one.channel.id) for one in house.room.config.channels}
        if (order.channel.platform, order.channel.id) in declared:
            raise WrongUsage(f"{name} is declared in the configuration; change it there, then reload (SIGHUP)")
        place = order.channel
        held = await house.desk.in_channel(place.platform, place.workspace, place.id)
        order = replace(order, declared=False, since=house.room.clock.now(), owner=held.owner if held else "")
        kept = await house.desk.subscribe(order)
        (due,) = (await house.desk.next_due((kept,))).values()
        troubles = await house.desk.examine(kept)
    click.echo(f"{kept.channel.name} is set up; its first edition: {due:%A %d %B %H:%M} {kept.timezone}")
    for trouble in troubles:
        click.echo(trouble, err=True)


@channels.command()
@click.argument("channel")
@click.option("--reason", default="by hand", show_default=True)
@command
async def pause(session: Session, channel: str, reason: str) -> None:
    """Serve CHANNEL no more until it is resumed."""
    async with session.house() as house:
        one = await house.desk.subscription(channel)
        await house.desk.pause(one, reason)
    click.echo(f"{one.channel.name} is paused; `daybrief channels resume {one.channel.name}` resumes it")


@channels.command()
@click.argument("channel")
@command
async def resume(session: Session, channel: str) -> None:
    """Serve CHANNEL again."""
    async with session.house() as house:
        one = await house.desk.subscription(channel)
        if one.standing is Standing.ACTIVE:
            fail(f"{one.channel.name} is not paused")
        await house.desk.resume(one)
        upcoming = await house.desk.next_due((await house.desk.subscription(channel),))
    (due,) = upcoming.values()
    click.echo(f"{one.channel.name} is served again; its next edition: {due:%A %d %B %H:%M} {one.timezone}")


@channels.command()
@click.argument("channel")
@command
async def remove(session: Session, channel: str) -> None:
    """Remove CHANNEL; what was sent stays on record, and adding it again resumes it."""
    async with session.house() as house:
        one = await house.desk.subscription(channel)
        if one.declared:
            raise WrongUsage(
                f"{one.channel.name} is declared in the configuration; remove it there, then reload (SIGHUP)"
            )
        await house.desk.retire(one)
    click.echo(f"{one.channel.name} is removed")


def _values(one: Subscription) -> dict[str, object]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        "name": one.channel.name,
        "platform": one.channel.platform,
        "workspace": one.channel.workspace,
        "channel": one.channel.id,
        "time": f"{one.at:%H:%M}",
        "timezone": one.timezone,
        "days": [names[day - 1] for day in one.days],
        "stories": one.stories,
        "topics": list(one.topics),
        "layout": one.layout.value,
        "standing": one.standing.value,
        "reason": one.reason,
        "declared": one.declared,
    }
