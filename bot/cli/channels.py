"""The channels: their standing orders, and setting them up, pausing and removing them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from bot.cli.app import Session, command, fail, json_option
from bot.differences import differences, terms
from bot.errors import WrongUsage
from bot.model import Standing, Subscription

if TYPE_CHECKING:
    from bot.wiring import House

_ORDERS = ("time", "timezone", "days", "stories", "topics", "layout")
"""Keys of a channel that `add` changes only where they are named."""


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
        known = await house.desk.channels.subscriptions()
        upcoming = await house.desk.channels.next_due(known)
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
        one = await house.desk.channels.subscription(channel)
        upcoming = await house.desk.channels.next_due((one,))
        troubles = await house.desk.channels.examine(one)
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
@click.option("--layout", default=None, help="All in one message, or as a thread.")
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
    layout: str | None,
) -> None:
    """Set a channel up, or change it. Whatever is not named is as in [defaults], or stays as it is."""
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
        "layout": layout,
        **(place_of(id_ or "") if is_link else {}),
    }
    async with session.house() as house:
        order = channel_from({key: value for key, value in wanted.items() if value is not None}, house.room.config)
        declared = {(one.channel.platform, one.channel.id) for one in house.room.config.channels}
        place = order.channel
        held = await house.desk.channels.in_channel(place.platform, place.workspace, place.id)
        if (place.platform, place.id) in declared or (held and held.declared):
            raise WrongUsage(f"{name} is declared in the configuration; change it there, then reload (SIGHUP)")
        kept = await house.desk.office.subscribe(_completed(order, held, wanted, house))
        changes = list(differences(held, kept)) if held else []
        await _record(house, kept, "setup", ", ".join(changes) or f"{kept.at:%H:%M} {kept.timezone}")
        (due,) = (await house.desk.channels.next_due((kept,))).values()
        troubles = await house.desk.channels.examine(kept)
    what = f"was set up already; changed: {', '.join(changes) or 'nothing'}" if held else "is set up"
    coming = "next" if held else "first"
    click.echo(f"{kept.channel.name} {what}; its {coming} edition: {due:%A %d %B %H:%M} {kept.timezone}")
    for trouble in troubles:
        click.echo(trouble, err=True)


@channels.command()
@click.argument("channel")
@click.option("--reason", default="by hand", show_default=True)
@command
async def pause(session: Session, channel: str, reason: str) -> None:
    """Serve CHANNEL no more until it is resumed."""
    async with session.house() as house:
        one = await house.desk.channels.subscription(channel)
        await house.desk.office.pause(one, reason)
        await _record(house, one, "pause", reason)
    click.echo(f"{one.channel.name} is paused; `daybrief channels resume {one.channel.name}` resumes it")


@channels.command()
@click.argument("channel")
@command
async def resume(session: Session, channel: str) -> None:
    """Serve CHANNEL again."""
    async with session.house() as house:
        one = await house.desk.channels.subscription(channel)
        if one.standing is Standing.ACTIVE:
            fail(f"{one.channel.name} is not paused")
        await house.desk.office.resume(one)
        await _record(house, one, "resume")
        upcoming = await house.desk.channels.next_due((await house.desk.channels.subscription(channel),))
    (due,) = upcoming.values()
    click.echo(f"{one.channel.name} is served again; its next edition: {due:%A %d %B %H:%M} {one.timezone}")


@channels.command()
@click.argument("channel")
@command
async def remove(session: Session, channel: str) -> None:
    """Remove CHANNEL; what was sent stays on record, and adding it again resumes it."""
    async with session.house() as house:
        one = await house.desk.channels.subscription(channel)
        if one.declared:
            raise WrongUsage(
                f"{one.channel.name} is declared in the configuration; remove it there, then reload (SIGHUP)"
            )
        await house.desk.office.retire(one)
        await _record(house, one, "remove")
    click.echo(f"{one.channel.name} is removed")


def _completed(
    order: Subscription, held: Subscription | None, wanted: Mapping[str, object], house: "House"
) -> Subscription:
    """*order*, or *held* with as much of it as *wanted* names."""
    from dataclasses import replace

    if held is None:
        return replace(order, declared=False, since=house.room.clock.now())
    named = {("at" if key == "time" else key) for key in _ORDERS if wanted[key] is not None}
    return replace(
        held,
        channel=replace(held.channel, name=order.channel.name),
        **{key: getattr(order, key) for key in named},
    )


async def _record(house: "House", one: Subscription, action: str, detail: str = "") -> None:
    """Write into the audit log that the operator changed *one*: admins see it in chat."""
    import uuid

    from bot.model import Change

    await house.desk.audit.record(
        Change(
            at=house.room.clock.now(),
            workspace=f"{one.channel.platform}:{one.channel.workspace}",
            person="the operator, by command",
            action=action,
            subject=one.channel.id,
            detail=detail,
            event=f"command:{uuid.uuid4().hex}",
        )
    )


def _values(one: Subscription) -> dict[str, object]:
    return {
        "name": one.channel.name,
        "platform": one.channel.platform,
        "workspace": one.channel.workspace,
        "channel": one.channel.id,
        **terms(one),
        "standing": one.standing.value,
        "reason": one.reason,
        "declared": one.declared,
    }
