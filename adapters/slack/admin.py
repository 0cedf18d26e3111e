"""Admins: pausing channels, looking at what comes next, deciding what is uncertain."""

from adapters.slack import actions, admin_answers, answers, views
from adapters.slack.blocks import Message
from adapters.slack.corrections import Corrections
from adapters.slack.rights import Rights, not_allowed
from adapters.slack.setup import SetUp
from adapters.slack.talk import Talk
from adapters.slack.visit import Visit
from bot import why, wording
from bot.desk import Channels, Office
from bot.model import DeliveryState, Standing, Subscription, Wish
from bot.ports import Clock

_LATEST = 10
_SHOWN = 25
"""Channels of the App Home, which takes a hundred blocks; /daybrief status shows any other in its place."""
_BAD = frozenset({DeliveryState.REFUSED, DeliveryState.MISSED, DeliveryState.UNCERTAIN})
_HELP = "/daybrief setup · status · test · pause · resume · why STORY · correct STORY · withdraw STORY"


class Admin:
    """What ``/daybrief`` does. Whoever changes something is asked about first: Slack says who may."""

    def __init__(  # noqa: PLR0917  # what it hands things on to
        self,
        channels: Channels,
        office: Office,
        rights: Rights,
        talk: Talk,
        set_up: SetUp,
        corrections: Corrections,
        clock: Clock,
    ) -> None:
        self._channels = channels
        self._office = office
        self._rights = rights
        self._talk = talk
        self._set_up = set_up
        self._corrections = corrections
        self._clock = clock

    async def command(self, visit: Visit, line: str) -> None:
        """Answer ``/daybrief`` with everything behind it."""
        word, _, rest = line.strip().partition(" ")
        match word.casefold():
            case "setup":
                await self._set_up.open(visit, visit.channel)
            case "status":
                await self._status(visit)
            case "test":
                await self.test(visit)
            case "pause":
                await self.pause(visit, await self._here(visit))
            case "resume":
                await self.resume(visit, await self._here(visit))
            case "why":
                await self._why(visit, rest.strip())
            case actions.CORRECT | actions.WITHDRAW as action:
                await self._corrections.open(visit, action, rest.strip())
            case _:
                await self._talk.say(visit, answers.sentence(f"There is: {_HELP}"))

    async def post_now(self, visit: Visit, number: int) -> None:
        """Post today's edition at once; it takes the place of the regular one."""
        subscription = await self._allowed(visit, await self.numbered(visit, number))
        if subscription is None or not await self._rights.record(visit, "post", subscription):
            return
        is_new = await self._office.post_now(subscription)
        where = views.channel_named(subscription.channel)
        done = f"Today's edition is on its way to {where}."
        had = f"{where} has already had today's edition; the next one comes at its hour."
        await self.reply(visit, done if is_new else had)

    # ----------------------------------------------------------------------------------------- what is set up

    async def pause(self, visit: Visit, subscription: Subscription | None) -> None:
        """Post nothing here until somebody resumes it."""
        if (one := await self._allowed(visit, subscription)) and await self._rights.record(visit, "pause", one):
            await self._office.pause(one, f"paused by {visit.user_name or visit.user}")
            where = views.channel_named(one.channel)
            await self.reply(visit, f"{where} is paused and keeps its settings; /daybrief resume resumes it.")

    async def resume(self, visit: Visit, subscription: Subscription | None) -> None:
        """Post here again."""
        if (one := await self._allowed(visit, subscription)) and await self._rights.record(visit, "resume", one):
            await self._office.resume(one)
            troubles = await self._channels.examine(one)
            next_at = (await self._channels.next_due([one]))[one.id]
            where = views.channel_named(one.channel)
            await self.reply(
                visit, f"{where} is served again; the next post: {wording.day_and_hour(next_at)}.", *troubles
            )

    async def numbered(self, visit: Visit, number: int) -> Subscription | None:
        """The subscription that a button means, if it belongs to the workspace of *visit*."""
        one = await self._channels.numbered(number)
        is_ours = one is not None and (one.channel.platform, one.channel.workspace) == ("slack", visit.workspace)
        return one if is_ours else None

    async def test(self, visit: Visit) -> None:
        """Show the next edition in private; whoever may change the channel can drop and pin."""
        one = await self._here(visit)
        if one is None:
            await self._talk.say(visit, admin_answers.not_set_up())
            return
        await self._talk.say(visit, *await self._preview(visit, one))

    async def wish(self, visit: Visit, wish: Wish | None, ref: str, *, number: int, day: str) -> None:
        """Pin or drop a story of the edition for *day*, if that is still the next, and show what that makes of it."""
        one = await self._allowed(visit, await self.numbered(visit, number))
        if one and (await self._channels.preview(one, platform="slack"))[0].edition.date.isoformat() != day:
            await self._talk.say(visit, answers.sentence(f"The edition for {day} is out; this is the next one."))
            await self._talk.say(visit, *await self._preview(visit, one))
            return
        action = wish.value if wish else "unwish"
        if one is None or not await self._rights.record(visit, action, one, detail=ref):
            return
        await self._office.wish(one, ref, wish)
        await self._talk.say(visit, *await self._preview(visit, one), replaces=True)

    async def resend(self, visit: Visit, number: int) -> None:
        """Send an edition once more of which nobody knows whether it arrived."""
        delivery = await self._channels.delivery(number)
        one = await self.numbered(visit, delivery.subscription) if delivery else None
        subscription = await self._allowed(visit, one)
        if subscription is None:
            return
        if subscription.standing is not Standing.ACTIVE:
            where = views.channel_named(subscription.channel)
            await self.reply(visit, f"{where} is paused. Resume it first (/daybrief resume), then send once more.")
            return
        if not await self._rights.record(visit, "resend", subscription, detail=str(number)):
            return
        is_open = await self._office.resend(number)
        await self.reply(visit, "It is on its way again." if is_open else "It has been settled meanwhile.")

    async def home(self, visit: Visit) -> None:
        """Publish the App Home: the channels of this workspace that the person may see."""
        person = await self._rights.who(visit, is_for_a_change=False)
        known = await self._channels.subscriptions() if person.is_member else ()
        ours = [one for one in known if (one.channel.platform, one.channel.workspace) == ("slack", visit.workspace)]
        theirs = await self._rights.channels_of(visit) if ours else frozenset()
        ours = [one for one in ours if one.channel.id in theirs or one.owner == visit.user]
        due = await self._channels.next_due(ours)
        rows = [(one, due[one.id], await self._trouble(one)) for one in ours[:_SHOWN]]
        view = views.home(rows, can_change=person.is_admin, now=self._clock.now())
        await self._talk.home(visit, view)

    async def _trouble(self, one: Subscription) -> tuple[str, ...]:
        """How the latest delivery failed, if it did. Slack is not asked: whoever opens the App Home waits."""
        for latest in await self._channels.deliveries(subscription=one, limit=1):
            if latest.state in _BAD:
                return (f"{wording.long_day(latest.date)} {latest.state.value}: {latest.reason}.",)
        return ()

    async def _status(self, visit: Visit) -> None:
        one = await self._here(visit)
        if one is None:
            await self._talk.say(visit, admin_answers.not_set_up())
            return
        recent = await self._channels.deliveries(subscription=one, limit=_LATEST)
        changes = await self._channels.changes(f"slack:{one.channel.workspace}", limit=100)
        next_at = (await self._channels.next_due([one]))[one.id]
        troubles = await self._channels.troubles_of(one, visit.user)
        await self._talk.say(visit, admin_answers.status(one, next_at, recent, troubles, changes))

    async def _why(self, visit: Visit, name: str) -> None:
        one = await self._here(visit)
        if one is None:
            await self._talk.say(visit, admin_answers.not_set_up())
            return
        told = await self._channels.why(one, name, visit.asker(one.id))
        if told.found and not told.story:
            await self._talk.say(visit, answers.not_found(told.found, actions.WHOLE))
            return
        await self._talk.say(visit, admin_answers.why([told.sentence, *why.lines(told)]))

    async def _preview(self, visit: Visit, one: Subscription) -> list[Message]:
        person = await self._rights.who(visit)
        composition, _ = await self._channels.preview(one, platform="slack")
        wishes = await self._channels.wishes(one)
        return admin_answers.preview(one, composition, wishes, can_change=person.may_change(one))

    async def _here(self, visit: Visit) -> Subscription | None:
        return await self._channels.in_channel("slack", visit.workspace, visit.channel) if visit.channel else None

    async def _allowed(self, visit: Visit, subscription: Subscription | None) -> Subscription | None:
        """*subscription* if it may be changed; else the person is told why not."""
        if subscription is None:
            await self._talk.say(visit, admin_answers.not_set_up())
            return None
        person = await self._rights.who(visit)
        if person.may_change(subscription):
            return subscription
        await self.reply(visit, not_allowed(subscription))
        return None

    async def reply(self, visit: Visit, *sentences: str) -> None:
        """Answer where the person looks: in the view, in the App Home, or in private in the channel."""
        if visit.view_kind == "modal":
            await self._talk.fill(visit, visit.view, views.said("Daybrief", *sentences))
        elif visit.view_kind == "home":
            await self.home(visit)
        else:
            await self._talk.say(visit, answers.sentence("\n".join(sentences)))
