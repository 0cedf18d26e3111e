"""Admins on Discord: setting channels up, pausing them, looking at what comes next, deciding what is uncertain."""

from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.discord import admin_answers, answers
from adapters.discord.components import Card, Component, button
from adapters.discord.custom_ids import SETUP, custom_id
from adapters.discord.order import Wanted, as_typed, days_named, order
from adapters.discord.visit import Target, Visit, change
from bot import why, wording
from bot.desk import Channels, Office
from bot.errors import WrongUsage
from bot.model import Change, Channel, Standing, Subscription, Wish
from bot.ports import AuditLog, Clock
from bot.text import clean

_LATEST = 10
_NOT_ALLOWED = "Only those who may manage the server, or whoever set this channel up, may do that."
_NEEDS_A_SERVER = "That works in a server only: type it in the channel that it is about."
_NOT_HERE = "Daybrief is not set up in this channel; /daybrief setup does that."
_DONE = "This has been done already."


class Admin:
    """What ``/daybrief`` does. Discord says with each interaction what the person may do."""

    def __init__(self, channels: Channels, office: Office, audit: AuditLog, clock: Clock) -> None:
        self._channels = channels
        self._office = office
        self._audit = audit
        self._clock = clock

    async def set_up(self, visit: Visit, target: Target, wanted: Wanted) -> list[Card]:
        """Set a channel up or change it; with nothing wanted, show what holds. Raises WrongUsage."""
        channel = target.channel
        present = await self._may_set_up(visit, channel.id)
        if wanted.is_empty:
            return await self._nothing_wanted(visit, channel, present)
        if present and present.declared:
            raise WrongUsage(_declared(present))
        now, topics = self._clock.now(), await self._channels.topics()
        made = order(channel, present, wanted, owner=visit.user, now=now, topics=topics)
        if troubles := target.troubles or await self._channels.examine(made):
            raise WrongUsage("\n".join(("Nothing was changed.", *troubles)))
        detail = f"{made.at:%H:%M} {made.timezone}, {days_named(made.days)}"
        if not await self._record(visit, "setup", channel.id, detail):
            raise WrongUsage(_DONE)
        kept = await self._office.subscribe(made)
        next_at = (await self._channels.next_due([kept]))[kept.id]
        can_post_now = not await self._had_today(kept, next_at)
        return [admin_answers.set_up(kept, next_at, (), can_post_now=can_post_now)]

    async def form(self, visit: Visit) -> Wanted:
        """What the set-up form of the channel shows: what holds now. Raises WrongUsage."""
        present = await self._may_set_up(visit, visit.channel)
        if present and present.declared:
            raise WrongUsage(_declared(present))
        return as_typed(present)

    async def topics(self, typed: str) -> list[str]:
        """Lists of topics that *typed*, a list whose end is still being typed, may become."""
        before, comma, begun = clean(typed).rpartition(",")
        chosen = [one.strip() for one in before.split(",") if one.strip()]
        start = f"{', '.join(chosen)}, " if comma and chosen else ""
        known = await self._channels.topics()
        wanted = begun.strip().casefold()
        taken = {one.casefold() for one in chosen}
        found = [one for one in ([] if start else ["all"]) + list(known) if wanted in one.casefold()]
        return [f"{start}{one}" for one in found if one.casefold() not in taken]

    async def status(self, visit: Visit) -> list[Card]:
        """Last and next post, any trouble, who changed what."""
        one = await self._to_look(visit)
        return await self._status_of(visit, one) if one else [admin_answers.not_set_up()]

    async def test(self, visit: Visit) -> list[Card]:
        """The next edition in private, with levers to drop and pin."""
        one = await self._to_look(visit)
        return await self._preview(visit, one) if one else [admin_answers.not_set_up()]

    async def pause(self, visit: Visit) -> list[Card]:
        """Post nothing here until somebody resumes it."""
        one = await self._to_change(visit, await self._here(visit), "pause")
        await self._office.pause(one, f"paused by {visit.user_name}")
        said = f"#{one.channel.name} is paused and keeps its settings; /daybrief resume resumes it."
        return [answers.sentence(said)]

    async def resume(self, visit: Visit) -> list[Card]:
        """Post here again."""
        one = await self._to_change(visit, await self._here(visit), "resume")
        await self._office.resume(one)
        next_at = (await self._channels.next_due([one]))[one.id]
        said = f"#{one.channel.name} is served again; the next post: {wording.day_and_hour(next_at)}."
        return [answers.sentence("\n".join((said, *await self._channels.examine(one))))]

    async def post_now(self, visit: Visit, number: int) -> list[Card]:
        """Post today's edition at once; it takes the place of the regular one."""
        one = await self._to_change(visit, await self._numbered(visit, number), "post")
        is_new = await self._office.post_now(one)
        had = f"#{one.channel.name} has already had today's edition; the next one comes at its hour."
        return [answers.sentence(f"Today's edition is on its way to #{one.channel.name}." if is_new else had)]

    async def resend(self, visit: Visit, number: int) -> list[Card]:
        """Send an edition once more of which nobody knows whether it arrived."""
        delivery = await self._channels.delivery(number)
        one = self._allowed(visit, await self._numbered(visit, delivery.subscription) if delivery else None)
        if one.standing is not Standing.ACTIVE:
            paused = f"#{one.channel.name} is paused. Resume it first (/daybrief resume), then send once more."
            raise WrongUsage(paused)
        await self._to_change(visit, one, "resend", str(number))
        is_open = await self._office.resend(number)
        return [answers.sentence("It is on its way again." if is_open else "It has been settled meanwhile.")]

    async def wish(self, visit: Visit, wish: Wish | None, ref: str, number: int, day: str) -> list[Card]:
        """Pin or drop a story of the edition for *day*, if that is still the next, and show what that makes of it."""
        one = self._allowed(visit, await self._numbered(visit, number))
        composition, _ = await self._channels.preview(one, platform="discord")
        if composition.edition.date.isoformat() != day:
            out = f"The edition for {day or 'that day'} is out; this is the next one."
            return [answers.sentence(out), *await self._preview(visit, one)]
        await self._to_change(visit, one, wish.value if wish else "unwish", ref)
        await self._office.wish(one, ref, wish)
        return await self._preview(visit, one)

    async def why(self, visit: Visit, name: str) -> list[Card]:
        """Why a story was posted here or was not; without a name, what the channel got today."""
        one = await self._to_look(visit)
        if one is None:
            return [admin_answers.not_set_up()]
        told = await self._channels.why(one, name, visit.asker(one.id))
        if told.found and not told.story:
            return [answers.not_found(told.found, "")]
        return [admin_answers.why([told.sentence, *why.lines(told)])]

    async def greet(self, guild: str, event: str) -> Card | None:
        """The greeting of a server, once for ever."""
        greeted = Change(
            at=self._clock.now(),
            workspace=f"discord:{guild}",
            person="Daybrief",
            action="greet",
            subject=guild,
            event=event,
        )
        return admin_answers.greeting() if await self._audit.record(greeted) else None

    async def _nothing_wanted(self, visit: Visit, channel: Channel, present: Subscription | None) -> list[Card]:
        if present:
            lever = [] if present.declared or channel.id != visit.channel else [_change()]
            hint = "To change it, give what is to be different: /daybrief setup time:08:30"
            return [*await self._status_of(visit, present), answers.sentence(hint, *lever)]
        if channel.id == visit.channel:
            return [admin_answers.not_set_up()]
        raise WrongUsage(f"#{channel.name} is not set up. Say when it is posted to, at least its timezone.")

    async def _status_of(self, visit: Visit, one: Subscription) -> list[Card]:
        recent = await self._channels.deliveries(subscription=one, limit=_LATEST)
        changes = await self._channels.changes(f"discord:{one.channel.workspace}", limit=100)
        next_at = (await self._channels.next_due([one]))[one.id]
        troubles = await self._channels.troubles_of(one, visit.user)
        return admin_answers.status(one, next_at, recent, troubles, changes)

    async def _preview(self, visit: Visit, one: Subscription) -> list[Card]:
        composition, _ = await self._channels.preview(one, platform="discord")
        wishes = await self._channels.wishes(one)
        return admin_answers.preview(one, composition, wishes, can_change=self._may_change(visit, one))

    async def _here(self, visit: Visit) -> Subscription | None:
        """The subscription of the channel. Raises WrongUsage in direct messages."""
        if not visit.guild:
            raise WrongUsage(_NEEDS_A_SERVER)
        return await self._channels.in_channel("discord", visit.guild, visit.channel)

    async def _numbered(self, visit: Visit, number: int) -> Subscription | None:
        """The subscription that a button means, if it belongs to the server of *visit*; in private, to the person."""
        one = await self._channels.numbered(number)
        if one is None or one.channel.platform != "discord":
            return None
        is_theirs = one.channel.workspace == visit.guild if visit.guild else self._may_change(visit, one)
        return one if is_theirs else None

    def _may_change(self, visit: Visit, one: Subscription) -> bool:
        """The installation's admins are told of trouble in private, where nobody manages a server."""
        return visit.may_change(one) or self._channels.is_admin("discord", visit.user)

    async def _may_set_up(self, visit: Visit, channel: str) -> Subscription | None:
        """What is set up in *channel*. Raises WrongUsage where the person may not change that."""
        if not visit.guild:
            raise WrongUsage(_NEEDS_A_SERVER)
        present = await self._channels.in_channel("discord", visit.guild, channel)
        if not (self._may_change(visit, present) if present else visit.is_admin):
            raise WrongUsage(_NOT_ALLOWED)
        return present

    def _allowed(self, visit: Visit, one: Subscription | None) -> Subscription:
        """*one*, which the person may change. Raises WrongUsage."""
        if one is None:
            raise WrongUsage(_NOT_HERE)
        if not self._may_change(visit, one):
            raise WrongUsage(_NOT_ALLOWED)
        return one

    async def _to_look(self, visit: Visit) -> Subscription | None:
        """The subscription of the channel. Raises WrongUsage for those who may not see to it."""
        return await self._may_set_up(visit, visit.channel)

    async def _to_change(self, visit: Visit, one: Subscription | None, action: str, detail: str = "") -> Subscription:
        """*one*, which is written down as changed. Raises WrongUsage where it may not be, or has been."""
        allowed = self._allowed(visit, one)
        if not await self._record(visit, action, allowed.channel.id, detail):
            raise WrongUsage(_DONE)
        return allowed

    async def _record(self, visit: Visit, action: str, subject: str, detail: str = "") -> bool:
        return await self._audit.record(change(visit, self._clock.now(), action, subject, detail))

    async def _had_today(self, one: Subscription, next_at: datetime) -> bool:
        today = self._clock.now().astimezone(ZoneInfo(one.timezone)).date()
        if next_at.date() == today:
            return True
        return bool(await self._channels.deliveries(subscription=one, day=today, limit=1))


def _change() -> Component:
    return button("Change", custom_id(SETUP), style="primary")


def _declared(one: Subscription) -> str:
    return (
        f"#{one.channel.name} is declared in the configuration file of whoever runs Daybrief, and is changed there. "
        "It can be paused and resumed from here."
    )
