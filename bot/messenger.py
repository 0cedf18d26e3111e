"""Reaching admins in private: first those who are nearest to the matter, then whoever else can be reached."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from bot.errors import DaybriefError, Fate, PostFailed, Reach
from bot.model import Channel, Notice, Subscription
from bot.newsroom import Newsroom
from bot.tries import Groups, Late, Latecomers, Outcome, Person
from bot.undelivered import Undelivered

log = logging.getLogger(__name__)

Matter = TypeVar("Matter", bound=Hashable)
AT_ONCE = 32
"""Groups of people that are told at the same time; as many of operators beside them."""
LONGEST = timedelta(minutes=1)
"""For how long one round tells people; then only operators are told, and whoever is left is told in the next."""
_MOST_SILENCE = 3
"""People of one workspace whose platform gave no clear answer; after so many the others there are asked next time. One
who got none at all, within the time that there is, stands for as many.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending(Generic[Matter]):
    """Something to be told."""

    matter: Matter
    groups: Groups
    insists: bool = False
    """It was tried before: whoever cannot be reached for the moment is passed over for the next group."""


Say = Callable[[Sequence[Matter]], Iterable[tuple[Sequence[Matter], Notice]]]
"""In which messages some matters are told to the same people."""
Heard = Callable[[Sequence[Matter], tuple[Person, ...]], Awaitable[None]]
"""What is done at once when people have heard of some matters: a crash later must not tell them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Generic[Matter]):
    """How those are told who could not be told when others of their group were."""

    is_news: Callable[[Sequence[Matter]], bool] = lambda _: True
    """Whether some matters are still so."""
    heard: Heard[Matter] | None = None


class Messenger:
    """Tells people. Only for the delivering process: two would tell everything twice."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._undelivered = Undelivered(room)
        self._latecomers = Latecomers(room, self._undelivered.add)

    def nearest_to(self, subscription: Subscription) -> Groups:
        """Who set the channel up; then the installation's admins on its platform; then those on other platforms."""
        channel = subscription.channel
        owner = Person(platform=channel.platform, workspace=channel.workspace, id=subscription.owner)
        admins = tuple(one for group in self.operators() for one in group)
        near = tuple(one for one in admins if one.platform == channel.platform)
        far = tuple(one for one in admins if one.platform != channel.platform)
        return self._present(((owner,) if owner.id else (), near, far))

    def operators(self) -> Groups:
        """The installation's admins (``[bot] admins``), all of them."""
        named = [admin.partition(":") for admin in self._room.config.bot.admins]
        admins = tuple(Person(platform=platform, workspace="", id=person) for platform, _, person in named)
        return self._present((admins,))

    def _present(self, groups: Groups) -> Groups:
        """*groups* without platforms that we do not have, and without empty ones."""
        kept = (tuple(one for one in group if one.platform in self._room.platforms) for group in groups)
        return tuple(filter(None, kept))

    async def tell(
        self,
        pending: Sequence[Pending[Matter]],
        say: Say[Matter],
        heard: Heard[Matter],
        later: Later[Matter] | None = None,
    ) -> Mapping[Matter, Outcome]:
        """Tell of all of *pending*, in as few messages as *say* makes of them; what became of each.

        Who could not be told when others of their group were is told *later* (:meth:`tell_latecomers`).

        What the first group of people could not be told goes on to the next, and is gathered anew there: five hundred
        owners who have left are one message to the admin.
        """
        tour = self._tour()

        async def heard_of(some: Sequence[Matter], outcome: Outcome, notice: Notice) -> None:
            self._expect(some, outcome.left, notice, later or Later())
            await heard(some, outcome.reached)

        found: dict[Matter, Outcome] = {}
        # Whoever has not been asked yet comes before those who gave no answer.
        rest, level = sorted(pending, key=lambda one: one.insists), 0
        while rest:
            by_people: dict[tuple[Person, ...], list[Pending[Matter]]] = {}
            for one in rest:
                if level < len(one.groups):
                    by_people.setdefault(one.groups[level], []).append(one)
                else:
                    found.setdefault(one.matter, Outcome(reason="nobody is known to be told"))
            told = await asyncio.gather(*(tour.tell(people, some, say, heard_of) for people, some in by_people.items()))
            outcomes = {matter: outcome for part in told for matter, outcome in part.items()}
            rest = [one for some in by_people.values() for one in some if not _is_settled(one, outcomes[one.matter])]
            found |= {matter: _with(found.get(matter), outcome) for matter, outcome in outcomes.items()}
            level += 1
        return found

    async def tell_latecomers(self) -> None:
        """Tell those who could not be told when others were, once their time has come; and those who could not be told
        at all for a day, that it was so.
        """
        await self._latecomers.tell(self._tour().tell_all)
        await self._undelivered.tell(self._tour().tell_all)

    def gives_up(self, groups: Groups, count: int = 1) -> None:
        """Nobody in *groups* could be told of *count* matters for so long that they are no news any more: once they can
        be reached, they hear that there was something.
        """
        self._undelivered.add(dict.fromkeys(one for group in groups for one in group), count)

    def _tour(self) -> "_Tour":
        return _Tour(self._room, frozenset(one for group in self.operators() for one in group))

    def _expect(
        self, matters: Sequence[Matter], people: Iterable[Person], notice: Notice, later: Later[Matter]
    ) -> None:
        for person in people:

            async def heard(person: Person = person) -> None:
                if later.heard:
                    await later.heard(matters, (person,))

            self._latecomers.add(
                Late(person=person, notice=notice, is_news=lambda: later.is_news(matters), heard=heard)
            )


def _is_settled(pending: Pending[Matter], outcome: Outcome) -> bool:
    """Whether no further group is to be told of it."""
    return bool(outcome.reached) or not (outcome.is_refused or pending.insists)


def _with(earlier: Outcome | None, outcome: Outcome) -> Outcome:
    """What came of two groups: one who may be reached later is worth asking again, whatever the others said."""
    if earlier is None or outcome.reached:
        return outcome
    return replace(outcome, is_refused=earlier.is_refused and outcome.is_refused, is_put_off=False)


class _Tour:
    """One round of telling, in which a person may have to hear of hundreds of channels, and hundreds of workspaces may
    not answer.
    """

    def __init__(self, room: Newsroom, operators: frozenset[Person]) -> None:
        self._room = room
        self._operators = operators
        """They wait for nobody else: what they hear of keeps everybody from being served."""
        self._closed: dict[Person, PostFailed] = {}
        """Who refuses messages, and how."""
        self._silent: dict[tuple[str, str], int] = {}
        """How many people of a platform's workspace got no clear answer."""
        self._ends = room.clock.elapsed() + LONGEST
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._operators_at_once = asyncio.Semaphore(AT_ONCE)

    async def tell(
        self,
        people: Sequence[Person],
        pending: Sequence[Pending[Matter]],
        say: Say[Matter],
        heard: Callable[[Sequence[Matter], Outcome, Notice], Awaitable[None]],
    ) -> dict[Matter, Outcome]:
        """Tell all of *people* of all of *pending*."""
        found: dict[Matter, Outcome] = {}
        are_operators = self._operators.issuperset(people)
        async with self._operators_at_once if are_operators else self._at_once:
            for matters, notice in say([one.matter for one in pending]):
                if not are_operators and self._room.clock.elapsed() >= self._ends:
                    outcome = Outcome(reason="too many others gave no answer", is_put_off=True)
                else:
                    outcome = await self.tell_all(people, notice)
                if outcome.reached:
                    await heard(matters, outcome, notice)
                found |= dict.fromkeys(matters, outcome)
        return found

    async def tell_all(self, people: Sequence[Person], notice: Notice) -> Outcome:
        """Tell all of *people*, those of different workspaces at the same time."""
        if self._room.is_stopping:
            return Outcome(reason="Daybrief is stopping")
        by_place: dict[tuple[str, str], list[Person]] = {}
        for one in people:
            by_place.setdefault((one.platform, one.workspace), []).append(one)

        async def tell_there(some: Sequence[Person]) -> list[tuple[Person, PostFailed | None]]:
            return [(person, await self._tell_one(person, notice)) for person in some]

        told = dict(one for part in await asyncio.gather(*map(tell_there, by_place.values())) for one in part)
        reached = tuple(person for person in people if told[person] is None)
        kept = [failure for failure in told.values() if failure]
        return Outcome(
            reached=reached,
            left=tuple(one for one, failure in told.items() if failure and failure.fate is not Fate.REFUSED),
            reason=kept[0].reason if kept else "",
            is_refused=not reached and all(one.fate is Fate.REFUSED for one in kept),
        )

    async def _tell_one(self, person: Person, notice: Notice) -> PostFailed | None:
        """What kept *person* from being told, or nothing."""
        there = person.platform, person.workspace
        if person in self._closed:
            return self._closed[person]
        if self._silent.get(there, 0) >= _MOST_SILENCE:
            return PostFailed(f"{person.platform} gives no clear answer", fate=Fate.NOT_SENT)
        platform = self._room.platforms[person.platform]
        try:
            await self._wait_for_turn(person)
            await self._room.answer(platform.tell(person.workspace, person.id, notice))
        except PostFailed as failure:
            log.warning("%s %s could not be told: %s", person.platform, person.id, failure.reason)
            if failure.fate is Fate.REFUSED:
                if failure.reach is not Reach.POST:  # else it was this notice, and another one may be taken
                    self._closed[person] = failure
            else:
                self._silent[there] = self._silent.get(there, 0) + (_MOST_SILENCE if failure.code == "timeout" else 1)
            return failure
        return None

    async def _wait_for_turn(self, person: Person) -> None:
        """Keep the platform's pace, as posts and edits do. Unlike these, a notice is tried without a turn where the
        platform cannot be asked for one at all: it may tell of just that.

        Raises:
            PostFailed: no turn comes soon enough; nor does one while those who share the turns cannot say whose it is.
        """
        there = Channel(platform=person.platform, workspace=person.workspace, id=person.id, name=person.id)
        try:
            wait = await self._room.answer(self._room.platforms[person.platform].turn(there))
        except DaybriefError:
            return
        if wait > timedelta():
            raise PostFailed(f"{person.platform} takes nothing for the moment", fate=Fate.NOT_SENT, retry_after=wait)
