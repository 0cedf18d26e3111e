"""What people do meanwhile: set up, change, pause and resume channels, pin, drop, post now, resend, correct, withdraw.

The journal says so before an act and after its answer: of one that was never answered nobody knows whether it is done.
"""

from collections.abc import Awaitable, Callable
from datetime import time

from bot.desk import Desk
from bot.manuscript import Manuscript
from bot.model import Asker, Channel, DeliveryState, Standing, Story, StoryStatus, Subscription, Wish
from bot.ports import Clock, Search
from tests.simulation.journal import Journal
from tests.simulation.plan import Act, Place, Plan

Command = Callable[[Desk], Awaitable[None]]


class People:
    """Everybody who gives orders."""

    def __init__(
        self,
        plan: Plan,
        journal: Journal,
        clock: Clock,
        hours: dict[str, str],
        *,
        ask: Callable[[Command, str], None],
        tell_to_reload: Callable[[Command, str], None],
        load_anew: Command,
    ) -> None:
        """*ask* gives a command to whoever answers people; *tell_to_reload* gives one that lets a desk *load_anew*."""
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._hours = hours
        """Of declared channels, by id, as the configuration file has them."""
        self._ask = ask
        self._tell_to_reload = tell_to_reload
        self._load_anew = load_anew
        self._corrections = 0
        """Each has a text of its own."""
        self._small: dict[str, Callable[[Desk, Place, Subscription], Awaitable[None]]] = {
            "pause": self._pause,
            "resume": self._resume,
            "pin": self._pin,
            "drop": self._drop,
            "post now": self._post_now,
            "resend": self._resend,
        }

    def order_all(self) -> None:
        """Set up the channels that are set up from chat."""
        for place in self._plan.places:
            if place.owner:
                self._ask(self._setting_up(place, place.at, place.timezone), f"set up {place.id}")

    def ordered(self, place: Place, at: str, timezone: str) -> None:
        """Note that this is in force now."""
        days = "".join(map(str, place.days))
        self._journal.note("order", channel=place.id, at=at, timezone=timezone, days=days)

    def do(self, act: Act) -> None:
        """Begin *act*."""
        place = self._plan.places[act.place]
        name = f"{act.what} {place.id}"
        if act.what == "hour" and place.owner:
            self._ask(self._setting_up(place, act.text, place.timezone), name)
        elif act.what == "zone" and place.owner:
            zone = sorted(self._plan.zones)[len(act.text + place.id + place.at) % len(self._plan.zones)]
            self._ask(self._setting_up(place, place.at, zone), name)
        elif act.what == "reload" and not place.owner:
            self._hours[place.id] = act.text
            self._tell_to_reload(self._reloading(place, act.text), name)
        elif act.what in {"correct", "withdraw"}:
            self._ask(self._correct if act.what == "correct" else self._withdraw, act.what)
        elif act.what in self._small:
            self._ask(lambda desk: self._to_a_channel(desk, act.what, place), name)

    def _setting_up(self, place: Place, at: str, timezone: str) -> Command:
        async def act(desk: Desk) -> None:
            present = await desk.channels.in_channel(place.platform, place.workspace, place.id)
            order = Subscription(
                id=0,
                channel=Channel(platform=place.platform, workspace=place.workspace, id=place.id, name=place.id),
                at=time.fromisoformat(at),
                timezone=timezone,
                days=place.days,
                stories=place.stories,
                declared=False,
                since=present.since if present else self._clock.now(),
                owner=place.owner,
            )
            self._journal.note("ordering", channel=place.id)
            await desk.office.subscribe(order)
            self.ordered(place, at, timezone)

        return act

    def _reloading(self, place: Place, at: str) -> Command:
        async def act(desk: Desk) -> None:
            self._journal.note("ordering", channel=place.id)
            await self._load_anew(desk)
            self.ordered(place, at, place.timezone)

        return act

    async def _to_a_channel(self, desk: Desk, what: str, place: Place) -> None:
        if subscription := await desk.channels.in_channel(place.platform, place.workspace, place.id):
            await self._small[what](desk, place, subscription)

    async def _pause(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        if subscription.standing is Standing.ACTIVE:
            self._journal.note("pausing", channel=place.id)
            await desk.office.pause(subscription, "an admin wished it")
            self._journal.note("paused", channel=place.id)

    async def _resume(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        if subscription.standing is Standing.PAUSED:
            self._journal.note("resuming", channel=place.id)
            await desk.office.resume(subscription)
            self._journal.note("resumed", channel=place.id)

    async def _pin(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        await self._wish(desk, place, subscription, Wish.PIN)

    async def _drop(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        await self._wish(desk, place, subscription, Wish.DROP)

    async def _wish(self, desk: Desk, place: Place, subscription: Subscription, wish: Wish) -> None:
        if found := await desk.stories.search(Search()):
            await desk.office.wish(subscription, found[len(place.id) % len(found)].ref, wish)

    async def _post_now(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        self._journal.note("posting now", channel=place.id)
        is_new = await desk.office.post_now(subscription)
        self._journal.note("posted now", channel=place.id, new=int(is_new))

    async def _resend(self, desk: Desk, place: Place, subscription: Subscription) -> None:
        """The oldest that nobody knows the outcome of, wherever it is."""
        for one in reversed(await desk.channels.deliveries(limit=200)):
            if one.state is DeliveryState.UNCERTAIN:
                self._journal.note("resend", channel=one.channel.id, date=one.date.isoformat())
                await desk.office.resend(one.id)
                break

    async def _correct(self, desk: Desk) -> None:
        if story := await self._shown(desk):
            self._corrections += 1
            title = f"Corrected ({self._corrections}): {story.title.rpartition('): ')[2]}"[:90]
            self._journal.note("correcting", ref=story.ref, title=title)
            await desk.editing.correct(story, Manuscript(title=title, takeaway="It was otherwise."))
            self._journal.note("corrected", ref=story.ref, title=title)

    async def _withdraw(self, desk: Desk) -> None:
        if story := await self._shown(desk):
            self._journal.note("withdrawing", ref=story.ref)
            await desk.editing.withdraw(story, "it was wrong")
            self._journal.note("withdrawn", ref=story.ref)

    async def _shown(self, desk: Desk) -> Story | None:
        """The first story of the latest edition, unless it is withdrawn already."""
        edition = await desk.stories.latest_edition(Asker())
        if edition is None or edition.quiet:
            return None
        story = (await desk.stories.look_up(edition.stories[0].ref, None, Asker())).story
        return story if story and story.status is not StoryStatus.WITHDRAWN else None
