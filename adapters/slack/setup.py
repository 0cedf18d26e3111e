"""Setting channels up: the form, what is wrong with it, and what became of each channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.slack import admin_answers, answers, limits, views
from adapters.slack.admin_answers import Result
from adapters.slack.failures import FAILURES, post_failed
from adapters.slack.people import Person
from adapters.slack.posting import troubles_of
from adapters.slack.rights import Rights, not_allowed
from adapters.slack.talk import Talk
from adapters.slack.views import Form, View
from adapters.slack.visit import Visit
from adapters.slack.workspace import Workspace
from bot import zones
from bot.desk import Channels, Office
from bot.errors import DaybriefError, NotFound
from bot.model import Channel, Subscription
from bot.ports import Clock
from bot.text import clean


class SetUp:
    """Opens the form and acts on it. Whoever submits is asked about again: a form can stay open for days."""

    def __init__(self, channels: Channels, office: Office, rights: Rights, talk: Talk, clock: Clock) -> None:
        self._channels = channels
        self._office = office
        self._rights = rights
        self._talk = talk
        self._clock = clock

    async def open(self, visit: Visit, channel: str) -> None:
        """Open the set-up form. Slack gives three seconds, so it is opened first and filled afterwards."""
        # A direct message is no channel; the form then lets the person choose one.
        channel = "" if channel.startswith("D") else channel
        opened = await self._talk.open(visit, views.loading("Set up Daybrief"))
        if not opened:
            sentence = "Slack did not open the form in time. Type /daybrief setup once more."
            await self._talk.say(visit, answers.sentence(sentence))
            return
        try:
            there = await self._talk.workspace(visit)
            person = await self._rights.who(visit)
        except DaybriefError as trouble:
            is_for_them = isinstance(trouble, NotFound)
            sentence = str(trouble) if is_for_them else "Slack could not be asked; please try again."
            await self._talk.fill(visit, opened, views.said("Set up Daybrief", sentence))
            return
        present = await self._channels.in_channel("slack", there.id, channel) if channel else None
        if not person.may_set_up(present, is_here=bool(channel) and channel == visit.channel):
            await self._talk.fill(visit, opened, views.said("Set up Daybrief", not_allowed(present)))
            return
        if present and present.declared:
            await self._talk.fill(visit, opened, views.said("Set up Daybrief", _declared(present)))
            return
        form = views.setup(
            channel,
            present,
            timezone=person.timezone if person.timezone in zones.names() else "",
            topics=await self._channels.topics(),
        )
        await self._talk.fill(visit, opened, form)

    @staticmethod
    def waiting(_: Mapping[str, Any]) -> View:
        """What is shown in the place of a submitted form while the channels are looked at."""
        return views.loading("Set up Daybrief", "Looking at the channels …")

    async def problems(self, _: Visit, view: Mapping[str, Any]) -> Mapping[str, str]:
        """What is wrong with a submitted form, by field."""
        return _problems(views.form_of(view))

    async def submit(self, visit: Visit, view: Mapping[str, Any], external_id: str) -> None:
        """Set every chosen channel up, and show what became of each in the view that we named *external_id*."""
        form, asked_in = views.form_of(view), views.asked_in(view)
        there = await self._talk.workspace(visit)
        person = await self._rights.who(visit)
        results = [
            await self._one(visit, there, person, form, channel=channel, asked_in=asked_in) for channel in form.channels
        ]
        await self._talk.fill_after_acknowledging(visit, external_id, admin_answers.set_up(results))

    async def _one(
        self, visit: Visit, there: Workspace, person: Person, form: Form, *, channel: str, asked_in: str
    ) -> Result:
        present = await self._channels.in_channel("slack", there.id, channel)
        if not person.may_set_up(present, is_here=channel == asked_in):
            return Result(channel=channel, troubles=(not_allowed(present),))
        if present and present.declared:
            return Result(channel=f"#{present.channel.name}", troubles=(_declared(present),))
        try:
            answer = await there.asking.conversations_info(channel=channel)
        except FAILURES as error:
            return Result(channel=channel, troubles=(f"{post_failed(error).reason}.",))
        name = clean(str(answer["channel"].get("name") or channel))
        order = Subscription(
            id=0,
            channel=Channel(platform="slack", workspace=there.id, id=channel, name=name),
            at=form.at,  # type: ignore[arg-type]  # problems() has looked
            timezone=form.timezone,
            days=form.days,
            stories=form.stories,
            topics=(*form.topics, *_unshown(present)),
            layout=form.layout,
            declared=False,
            since=present.since if present else self._clock.now(),
            owner=present.owner if present and present.owner else visit.user,
        )
        detail = f"{order.at:%H:%M} {order.timezone}, {views.days_named(order.days)}"
        if not await self._rights.record_place(visit, "setup", channel, detail):
            return Result(channel=f"#{name}", troubles=("This has been done already.",))
        kept = await self._office.subscribe(order)
        next_at = (await self._channels.next_due([kept]))[kept.id]
        return Result(
            channel=f"#{name}",
            subscription=kept,
            next_at=next_at,
            troubles=troubles_of(answer["channel"], can_post_uninvited="chat:write.public" in there.scopes),
            can_post_now=not await self._had_today(kept, next_at),
        )

    async def _had_today(self, subscription: Subscription, next_at: datetime) -> bool:
        """Whether the edition of this local date is there already, or still comes at its hour."""
        today = self._clock.now().astimezone(ZoneInfo(subscription.timezone)).date()
        if next_at.date() == today:
            return True
        return bool(await self._channels.deliveries(subscription=subscription, day=today, limit=1))


def _problems(form: Form) -> dict[str, str]:
    found = {}
    if form.at is None:
        found[views.HOUR] = "Choose the hour of the post."
    if not form.days:
        found[views.WEEKDAYS] = "Choose at least one day; to post nothing, pause the channel."
    if form.timezone not in zones.names():
        found[views.ZONE] = "Choose a time zone; this one is not known to the machine that Daybrief runs on."
    if not form.channels:
        found[views.CHANNELS] = "Choose at least one channel."
    elif len(form.channels) > views.MOST_CHANNELS:
        found[views.CHANNELS] = f"Choose {views.MOST_CHANNELS} channels at the most; the rest can follow."
    return found


def _unshown(present: Subscription | None) -> tuple[str, ...]:
    """Topics that the form cannot show and so must not lose."""
    return tuple(one for one in present.topics if len(one) > limits.OPTION) if present else ()


def _declared(subscription: Subscription) -> str:
    return (
        f"{views.channel_named(subscription.channel)} is declared in the configuration file of whoever runs Daybrief, "
        "and is changed there. It can be paused and resumed from here."
    )
