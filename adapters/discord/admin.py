"""Admins on Discord: setting channels up, pausing them, looking at what comes next, deciding what is uncertain."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.discord import admin_answers, answers
from adapters.discord.components import Card
from adapters.discord.order import Wanted, days_named, order
from adapters.discord.visit import Visit
from bot import wording
from bot.desk import Desk
from bot.errors import WrongUsage
from bot.model import Change, Channel, Subscription, Wish
from bot.ports import Clock

_LATEST = 10
_NOT_ALLOWED = "Only those who may manage the server, or whoever set this channel up, may change it."


class Admin:
    """What ``/daybrief`` does. Discord says with each interaction what the person may do."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def set_up(self, visit: Visit, channel: Channel, wanted: Wanted) -> list[Card]:
        """Set *channel* up or change it; with nothing wanted, show what holds. Raises WrongUsage."""
        present = await self._desk.in_channel("discord", visit.guild, channel.id)
        if wanted.is_empty and present:
            return await self.status(visit, present)
        if not visit.is_admin and not (present and visit.may_change(present)):
            return [answers.sentence(_NOT_ALLOWED)]
        if present and present.declared:
            declared = f"#{channel.name} is declared in the configuration file of whoever runs Daybrief."
            return [answers.sentence(f"{declared} It is changed there; it can be paused and resumed from here.")]
        now, topics = self._clock.now(), await self._desk.topics()
        made = order(channel, present, wanted, owner=visit.user, now=now, topics=topics)
        troubles = await self._desk.examine(made)
        if troubles:
            return [answers.sentence("\n".join(("Nothing was changed.", *troubles)))]
        detail = f"{made.at:%H:%M} {made.timezone}, {days_named(made.days)}"
        if not await self._record(visit, "setup", channel.id, detail):
            return [answers.sentence("This has been done already.")]
        kept = await self._desk.subscribe(made)
        next_at = (await self._desk.next_due([kept]))[kept.id]
        can_post_now = not await self._had_today(kept, next_at)
        return [admin_answers.set_up(kept, next_at, troubles, can_post_now=can_post_now)]

    async def status(self, visit: Visit, subscription: Subscription | None = None) -> list[Card]:
        """Last and next post, any trouble, who changed what."""
        one = subscription or await self._here(visit)
        if one is None:
            return [admin_answers.not_set_up()]
        recent = await self._desk.deliveries(subscription=one, limit=_LATEST)
        changes = await self._desk.changes(f"discord:{visit.guild}", limit=100)
        next_at = (await self._desk.next_due([one]))[one.id]
        return [admin_answers.status(one, next_at, recent, await self._desk.examine(one), changes)]

    async def test(self, visit: Visit) -> list[Card]:
        """The next edition in private; whoever may change the channel can drop and pin."""
        one = await self._here(visit)
        if one is None:
            return [admin_answers.not_set_up()]
        composition, _ = await self._desk.preview(one, platform="discord")
        wishes = await self._desk.wishes(one)
        return admin_answers.preview(one, composition, wishes, can_change=visit.may_change(one))

    async def pause(self, visit: Visit) -> list[Card]:
        """Post nothing here until somebody resumes it."""
        one = await self._to_change(visit, await self._here(visit), "pause")
        await self._desk.pause(one, f"paused by {visit.user_name}")
        said = f"#{one.channel.name} is paused and keeps its settings; /daybrief resume resumes it."
        return [answers.sentence(said)]

    async def resume(self, visit: Visit) -> list[Card]:
        """Post here again."""
        one = await self._to_change(visit, await self._here(visit), "resume")
        await self._desk.resume(one)
        next_at = (await self._desk.next_due([one]))[one.id]
        said = f"#{one.channel.name} is served again; the next post: {wording.day_and_hour(next_at)}."
        return [answers.sentence("\n".join((said, *await self._desk.examine(one))))]

    async def post_now(self, visit: Visit, number: int) -> list[Card]:
        """Post today's edition at once; it takes the place of the regular one."""
        one = await self._to_change(visit, await self._numbered(visit, number), "post")
        is_new = await self._desk.post_now(one)
        had = f"#{one.channel.name} has already had today's edition; the next one comes at its hour."
        return [answers.sentence(f"Today's edition is on its way to #{one.channel.name}." if is_new else had)]

    async def resend(self, visit: Visit, number: int) -> list[Card]:
        """Send an edition once more of which nobody knows whether it arrived."""
        delivery = await self._desk.delivery(number)
        one = await self._numbered(visit, delivery.subscription) if delivery else None
        await self._to_change(visit, one, "resend", str(number))
        is_open = await self._desk.resend(number)
        return [answers.sentence("It is on its way again." if is_open else "It has been settled meanwhile.")]

    async def wish(self, visit: Visit, wish: Wish | None, ref: str, number: int) -> list[Card]:
        """Pin or drop a story of the next edition, and show what that makes of it."""
        action = wish.value if wish else "unwish"
        one = await self._to_change(visit, await self._numbered(visit, number), action, ref)
        await self._desk.wish(one, ref, wish)
        return await self.test(replace(visit, channel=one.channel.id))

    async def why(self, visit: Visit, name: str) -> list[Card]:
        """Why a story was posted here or was not."""
        one = await self._here(visit)
        if one is None:
            return [admin_answers.not_set_up()]
        found = await self._desk.look_up(name, None, visit.asker(one.id))
        if found.story is None:
            return [answers.not_found(found, "")]
        ref, where = found.story.ref, f"#{one.channel.name}"
        rulings = await self._desk.why(one, found.story)
        said = [wording.why(ref, where, ruling.delivery.date, ruling.verdict) for ruling in rulings]
        return [admin_answers.why(said or [f"No edition of {where} has considered {ref}."])]

    async def greet(self, guild: str, event: str) -> Card | None:
        """The greeting of a server, once for ever."""
        change = Change(
            at=self._clock.now(),
            workspace=f"discord:{guild}",
            person="Daybrief",
            action="greet",
            subject=guild,
            event=event,
        )
        return admin_answers.greeting() if await self._desk.record(change) else None

    async def _here(self, visit: Visit) -> Subscription | None:
        return await self._desk.in_channel("discord", visit.guild, visit.channel) if visit.guild else None

    async def _numbered(self, visit: Visit, number: int) -> Subscription | None:
        """The subscription that a button means, if it belongs to the server of *visit*; in private, to the person."""
        for one in await self._desk.subscriptions():
            is_theirs = one.channel.workspace == visit.guild if visit.guild else one.owner == visit.user
            if one.id == number and one.channel.platform == "discord" and is_theirs:
                return one
        return None

    async def _to_change(self, visit: Visit, one: Subscription | None, action: str, detail: str = "") -> Subscription:
        """*one*, which is written down as changed. Raises WrongUsage where it may not be, or has been."""
        if one is None:
            raise WrongUsage("Daybrief is not set up in this channel; /daybrief setup does that.")
        if not visit.may_change(one):
            raise WrongUsage(_NOT_ALLOWED)
        if not await self._record(visit, action, one.channel.id, detail):
            raise WrongUsage("This has been done already.")
        return one

    async def _record(self, visit: Visit, action: str, subject: str, detail: str = "") -> bool:
        change = Change(
            at=self._clock.now(),
            workspace=f"discord:{visit.guild}",
            person=visit.user_name,
            action=action,
            subject=subject,
            detail=detail,
            event=f"{visit.event}:{action}:{subject}",
        )
        return await self._desk.record(change)

    async def _had_today(self, one: Subscription, next_at: datetime) -> bool:
        today = self._clock.now().astimezone(ZoneInfo(one.timezone)).date()
        if next_at.date() == today:
            return True
        return bool(await self._desk.deliveries(subscription=one, day=today, limit=1))
