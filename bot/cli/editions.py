"""Editions: what would be posted, what was posted, and why."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot.cli.app import DEGRADED, Session, at_option, command, fail, json_option
from bot.errors import NotFound, WrongUsage
from bot.model import Asker, Delivery, DeliveryState, Subscription
from bot.roles import Role

if TYPE_CHECKING:
    from bot.why import Why
    from bot.wiring import House

_WORTH_WAITING = timedelta(minutes=3)
"""`post` stays for retries and for unknown outcomes that settle within this; later ones are left to the next run."""


@click.command()
@click.argument("channel")
@at_option
@click.option(
    "--as", "platform", type=click.Choice(["slack", "discord", "terminal"]), help="As this platform shows it."
)
@json_option
@command
async def preview(session: Session, channel: str, at: str | None, platform: str | None) -> None:
    """Show the edition that CHANNEL would get next, or at TIME; nothing is sent."""
    async with session.house(at=at) as house:
        subscription = await house.desk.channels.subscription(channel)
        composition, rendering = await house.desk.channels.preview(subscription, platform=platform or "")
        if session.as_json:
            session.values([dict(payload) for payload in rendering.payloads])
        elif (platform or subscription.channel.platform) == "terminal":
            from bot.wiring import looks

            session.show(looks.edition(composition.edition))
        else:
            click.echo(rendering.text)


@click.command()
@click.argument("channel", required=False)
@at_option
@json_option
@command
async def post(session: Session, channel: str | None, at: str | None) -> int:
    """Deliver what is due (to CHANNEL, or to all), once, and end. Running it again delivers nothing twice."""
    from bot import wiring

    async with wiring.delivering(session.config()), session.house(at=at, show=True, role=Role.ALL) as house:
        only = await house.desk.channels.subscription(channel) if channel else None
        if not await house.desk.channels.subscriptions():
            fail("no channel is set up; declare one in the configuration ([[channels]]), or run `daybrief init`")
        await house.desk.shift.take_over()
        done = await house.desk.rounds.publish_until_done(patience=_WORTH_WAITING, only=only)
        await house.desk.rounds.sweep()
        left = await house.store.ledger.unsettled(only=only.id if only else None)
        following = await _following(house, only)
        early = await _early(house, done.finished)
    if done.held_back:
        fail(f"nothing was posted: {done.held_back}")
    if session.as_json:
        session.values([_row(delivery) for delivery in done.finished])
    elif not done.finished and not left:
        session.console().print(f"Nothing is due.{following}")
    for sentence in early:
        click.echo(sentence, err=True)
    if left:
        click.echo(f"{left} deliveries have to wait for longer; the running bot or the next `post` goes on.", err=True)
    wrong = [one for one in done.finished if one.state not in {DeliveryState.SENT, DeliveryState.SKIPPED}]
    return DEGRADED if wrong or left else 0


@click.command()
@click.option("--channel", help="Only this channel.")
@click.option("--date", "day", metavar="DATE", help="Only this local date.")
@json_option
@command
async def deliveries(session: Session, channel: str | None, day: str | None) -> None:
    """Show the ledger: what was due, what became of it, and why."""
    from bot.wiring import looks

    async with session.house() as house:
        only = (
            await _any_subscription(await house.desk.channels.subscriptions(retired=True), channel) if channel else None
        )
        found = await house.desk.channels.deliveries(
            subscription=only, day=_date(day), limit=100_000 if session.as_json else 100
        )
        zones = {one.id: one.timezone for one in await house.desk.channels.subscriptions(retired=True)}
    if session.as_json:
        session.values([_row(delivery) for delivery in found])
        return
    session.show(looks.deliveries(found, zones))


@click.command()
@click.argument("channel")
@click.argument("story", nargs=-1)
@json_option
@command
async def why(session: Session, channel: str, story: tuple[str, ...]) -> None:
    """Say why STORY was, or was not, in CHANNEL's editions: a sentence, then the stage and the numbers.

    Without STORY, say why CHANNEL got a post today, or got none.
    """
    from bot.wiring import looks

    async with session.house() as house:
        subscription = await _any_subscription(await house.desk.channels.subscriptions(retired=True), channel)
        where = f"in {subscription.channel.name}"
        told = await house.desk.channels.why(
            subscription, " ".join(story), Asker(subscription=subscription.id), where=where
        )
    if told.found and told.story is None:
        raise NotFound(looks.not_found_text(told.found))
    if session.as_json:
        session.values(_answers(told, subscription))
        return
    session.show(looks.why(told))


async def _early(house: "House", finished: Iterable[Delivery]) -> tuple[str, ...]:
    """That a replay of a time to come has used up real editions, a sentence for each date."""
    from bot.wiring import SystemClock

    now = SystemClock().now()
    zones = {one.id: ZoneInfo(one.timezone) for one in await house.desk.channels.subscriptions()}
    days = {
        (one.date, now.astimezone(zones[one.subscription]).date() < one.date)
        for one in finished
        if one.state is DeliveryState.SENT and one.due_at > now and one.subscription in zones
    }
    return tuple(
        f"{day.day} {day:%B} {'has not come yet' if is_to_come else 'is not over'}: its edition has been delivered now "
        "and will not be posted again."
        for day, is_to_come in sorted(days)
    )


async def _following(house: "House", only: Subscription | None) -> str:
    """When the next edition comes, of *only* or of any channel, as a sentence with a blank before it."""
    upcoming = await house.desk.channels.upcoming(1)
    one = only or (upcoming[0][1] if upcoming else None)
    if one is None:
        return ""
    (due,) = (await house.desk.channels.next_due((one,))).values()
    return f" The next edition: {one.channel.name}, {due:%A %d %B %H:%M} {one.timezone}."


def _row(delivery: Delivery) -> dict[str, Any]:
    """A delivery for programs, as ``deliveries --json`` promises."""
    return {
        "channel": delivery.channel.name,
        "date": delivery.date.isoformat(),
        "state": delivery.state.value,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "due": _stamp(delivery.due_at),
        "sent": _stamp(delivery.sent_at),
        "receipt": [message for receipt in delivery.receipts for message in receipt.messages],
        "edition": list(delivery.edition) if delivery.edition is not None else None,
    }


def _stamp(when: Any) -> str | None:  # noqa: ANN401
    from datetime import UTC

    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when else None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise WrongUsage(f'"{text}" is not a date; write 2026-05-11') from error


def _answers(told: "Why", subscription: Subscription) -> list[dict[str, Any]]:
    """For programs: the answer first, then what became of the story on other dates."""
    from bot.why import sentence

    rulings = [*([told.head] if told.head else [None]), *told.others]
    story = told.story
    return [
        {
            "channel": subscription.channel.name,
            "date": one.delivery.date.isoformat() if one else None,
            "ref": one.called if one else (story.ref if story else None),
            "stage": verdict.stage.value if verdict else None,
            "rank": verdict.rank if verdict else None,
            "score": verdict.score if verdict else None,
            "numbers": dict(verdict.numbers) if verdict else {},
            "detail": verdict.detail if verdict else "",
            "sentence": sentence(one, story, told.where) if one and one is not told.head and story else told.sentence,
            "cut": one.tally.cut if one and one.tally else None,
        }
        for one in rulings
        for verdict in [one.verdict if one else None]
    ]


async def _any_subscription(known: tuple[Subscription, ...], name: str) -> Subscription:
    for subscription in known:
        if name.lstrip("#") in {subscription.channel.name, subscription.channel.id}:
            return subscription
    raise NotFound(f'no channel is or was called "{name}"; see daybrief channels')
