"""The lookout: what is wrong is looked for each minute, remembered, and told to admins when it begins and ends.

All cases are in memory and, as soon as that can be written, in the store: a full disk is told of as well, and what was
told is not told again after a restart. A crash between telling and recording tells it once more, and never loses it.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from bot import bulletins
from bot.cases import Key, advance, to_be_told, to_be_told_over, told
from bot.errors import DaybriefError
from bot.messenger import Later, Messenger, Pending
from bot.model import OF_CHANNELS, Case, Cause, DeliveryState, Notice
from bot.newsroom import Newsroom
from bot.notify import Notifier
from bot.survey import LOOK_BACK, Survey
from bot.tries import Groups, Outcome, Person, Tries, person_of
from bot.troubles import Circumstances

log = logging.getLogger(__name__)

_RECENT = 3
"""Deliveries of a paused channel among which is the one that was refused, if one was."""
_CHANGES = 100
_LONG = timedelta(minutes=5)
"""A look that takes longer keeps admins from hearing in time of whatever begins meanwhile."""
_PART = "looking for troubles"
_OWN_STATE = frozenset({Cause.CLOSED, Cause.PAUSED})

_Matter = tuple[Key, bool]
"""A case, and whether it is its end that is told."""


class Lookout:
    """Looks for troubles and tells of them. Only for the delivering process."""

    def __init__(self, room: Newsroom, messenger: Messenger, notifier: Notifier) -> None:
        self._room = room
        self._messenger = messenger
        self._notifier = notifier
        self._survey = Survey(room)
        self._busy = asyncio.Lock()
        self._began: timedelta | None = None
        """When the look under way began, by the clock that nobody can set; None: it was said that it takes long."""
        self._tries = Tries(room)
        self._cases: dict[Key, Case] = {}
        self._kept: dict[Key, Case] = {}
        """As the store has them."""
        self._is_loaded = False
        self._logged: set[_Matter] = set()
        self._overdue: set[_Matter] = set()
        """Of which nobody could be told for a day."""

    async def cases(self) -> tuple[Case, ...]:
        """What is known to be wrong, or was until lately; of a bot that does not run, as it knew it last."""
        return tuple(self._cases.values()) if self._is_loaded else await self._room.store.troubles.cases()

    async def look(self) -> None:
        """Look once, and tell. Never raises; who is busy with this is not waited for. Not in a replay, whose mornings
        say nothing of the present.
        """
        if self._room.replayed:
            return
        if self._busy.locked():
            self._say_if_it_takes_long()
            return
        async with self._busy:
            self._began = self._room.clock.elapsed()
            try:
                await self._look()
            except Exception as bug:
                log.exception("looking for troubles failed in a way that was not foreseen")
                self._room.faults[_PART] = type(bug).__name__
            else:
                self._room.faults[_PART] = ""

    def _say_if_it_takes_long(self) -> None:
        """In the log alone: whoever tells of troubles is what hangs."""
        if self._began is not None and (took := self._room.clock.elapsed() - self._began) >= _LONG:
            minutes = took // timedelta(minutes=1)
            log.error("no admin hears of anything: a look for troubles has taken %d minutes so far", minutes)
            self._began = None

    async def _look(self) -> None:
        store = await self._load() or await self._keep()
        known = await self._survey.circumstances(store, self._cases.values())
        self._cases = advance(self._cases, known)
        await self._keep()
        await self._tell(known)

    # ------------------------------------------------------------------------------------------------- remembering

    async def _load(self) -> str:
        """Begin with what an earlier run knew. Why that cannot be read; empty: it is."""
        if self._is_loaded:
            return ""
        try:
            self._kept = {one.trouble.key: one for one in await self._room.store.troubles.cases()}
        except DaybriefError as trouble:
            return str(trouble)
        self._cases = {**self._kept, **self._cases}
        self._is_loaded = True
        return ""

    async def _keep(self) -> str:
        """Bring the store in line with memory. Why that cannot be done; empty: it is."""
        cases, kept = dict(self._cases), self._kept
        # Most are the very same: of thousands, no more are compared than need be.
        changed = [one for key, one in cases.items() if kept.get(key) is not one and kept.get(key) != one]
        gone = [one for key, one in kept.items() if key not in cases]
        try:
            await self._room.store.troubles.keep(changed, gone=gone, at=self._room.clock.now())
        except DaybriefError as trouble:
            return str(trouble)
        self._kept = cases
        return ""

    # ------------------------------------------------------------------------------------------------------ telling

    async def _tell(self, known: Circumstances) -> None:
        cases = list(self._cases.values())
        begun = [one for one in to_be_told(cases, known) if not await self._is_told_by_ledger(one, known)]
        matters = [(one.trouble.key, False) for one in begun]
        matters += [(one.trouble.key, True) for one in to_be_told_over(cases)]
        self._tries.keep_only(matters)
        self._overdue.intersection_update(matters)
        self._log([one for one in matters if one not in self._logged], known)
        self._logged = set(matters)
        pending = [
            Pending(matter=one, groups=await self._groups(*one, known), insists=self._tries.has(one))
            for one in matters
            if self._tries.is_ready(one)
        ]

        def say(some: Sequence[_Matter]) -> Iterator[tuple[Sequence[_Matter], Notice]]:
            yield from self._notices(some, known)

        async def heard(some: Sequence[_Matter], people: tuple[Person, ...]) -> None:
            self._settle(some, tuple(map(str, people)))
            await self._keep()

        later = Later(is_news=self._is_news, heard=self._heard_late)
        outcomes = await self._messenger.tell([one for one in pending if one.groups], say, heard, later)
        nobodys = [one.matter for one in pending if not one.groups]
        given_up = [one for one in pending if one.groups and self._is_given_up(one.matter, outcomes[one.matter])]
        for one in given_up:
            self._messenger.gives_up(one.groups)
        self._settle([*nobodys, *(one.matter for one in given_up)], ())
        await self._keep()

    def _settle(self, matters: Sequence[_Matter], people: tuple[str, ...]) -> None:
        for key, _ in matters:
            self._cases[key] = told(self._cases[key], self._room.clock.now(), people)

    def _is_news(self, matters: Sequence[_Matter]) -> bool:
        """Whether any of *matters* is still so, or still over."""
        cases = [(self._cases.get(key), is_over) for key, is_over in matters]
        return any((case is None or not case.is_open) is is_over for case, is_over in cases)

    async def _heard_late(self, matters: Sequence[_Matter], people: tuple[Person, ...]) -> None:
        """Whoever heard late that it is so is to hear that it is over, as those are who heard in time."""
        for key, is_over in matters:
            if not is_over and key in self._cases:
                case = self._cases[key]
                self._cases[key] = replace(case, told_to=(*case.told_to, *map(str, people)))
        await self._keep()

    def _is_given_up(self, matter: _Matter, outcome: Outcome) -> bool:
        """Whether nobody need hear of *matter* any more. What is still so and nobody knows is news, however old."""
        if outcome.reached or self._tries.again(matter, outcome):
            return False
        key, is_over = matter
        if matter not in self._overdue:
            goes_on = "it is given up" if is_over else "it is tried on every hour"
            log.error("no admin could be told for a day, and %s (%s): %s", goes_on, outcome.reason, self._cases[key])
        self._overdue.add(matter)
        return is_over

    def _log(self, matters: Sequence[_Matter], known: Circumstances) -> None:
        for _, notice in self._notices(matters, known):
            log.warning("%s", " ".join((notice.sentence, *notice.lines)))

    def _notices(self, matters: Sequence[_Matter], known: Circumstances) -> Iterator[tuple[Sequence[_Matter], Notice]]:
        """In which messages *matters* are told to the same people: one for each cause."""
        together: dict[tuple[Cause, bool, bool], list[_Matter]] = {}
        for key, is_over in matters:
            kind = key[1], is_over, is_over and self._cases[key].told_at is None
            together.setdefault(kind, []).append((key, is_over))
        for (_, is_over, _), some in together.items():
            cases = [self._cases[key] for key, _ in some]
            yield some, (bulletins.over if is_over else bulletins.begun)(cases, self._zone(cases, known))

    def _zone(self, cases: Sequence[Case], known: Circumstances) -> str:
        """The time zone in which people are told of *cases*: a channel's own, or the bot's."""
        trouble = cases[0].trouble
        if len(cases) == 1 and trouble.cause in OF_CHANNELS and known.subscriptions:
            one = known.subscriptions.get(int(trouble.subject))
            if one and one.timezone in known.zones:
                return one.timezone
        return self._room.config.bot.timezone

    # ------------------------------------------------------------------------------------------------------- to whom

    async def _groups(self, key: Key, is_over: bool, known: Circumstances) -> Groups:
        """Whom to tell: who heard that it was so hears that it is over; none: nobody need, or can, be told."""
        case = self._cases[key]
        if case.trouble.cause in self._room.config.bot.quiet_about:
            return ()
        groups = await self._people(case, known)
        if not is_over or case.told_at is None:
            return groups
        heard = tuple(map(person_of, case.told_to))
        still = tuple(one for one in heard if one.platform in self._room.platforms)
        return tuple(filter(None, (still, *groups))) if heard else ()

    async def _people(self, case: Case, known: Circumstances) -> Groups:
        operators = self._messenger.operators()
        trouble = case.trouble
        one = (known.subscriptions or {}).get(int(trouble.subject)) if trouble.cause in OF_CHANNELS else None
        if one is None:
            return operators
        nearest = self._messenger.nearest_to(one)
        if trouble.cause in {Cause.STALE, Cause.PLATFORM}:
            return operators or nearest  # nobody else can mend it
        if trouble.cause is not Cause.PAUSED:
            return nearest
        changes = await self._room.store.audit.changes(trouble.workspace, limit=_CHANGES)
        who = next((c.person for c in changes if c.action == "pause" and c.subject == one.channel.id), "")
        others = (tuple(person for person in group if not who.endswith(f"({person.id})")) for group in nearest)
        return tuple(filter(None, others))

    async def _is_told_by_ledger(self, case: Case, known: Circumstances) -> bool:
        """Whether the channel is paused because it refused an edition: the notice of that edition says it all."""
        if case.trouble.cause not in _OWN_STATE or not known.subscriptions:
            return False
        one = known.subscriptions[int(case.trouble.subject)]
        ledger = self._room.store.ledger
        recent = await ledger.deliveries(subscription=one.id, limit=_RECENT)
        refused = {two.id for two in recent if two.state is DeliveryState.REFUSED and two.reason == one.reason}
        if not refused:
            return False
        if not refused & {two.id for two in await ledger.untold(known.now - LOOK_BACK)}:
            heard = tuple(person for two in sorted(refused) for person in self._notifier.who_heard_of(two))
            nearest = self._messenger.nearest_to(one)
            people = dict.fromkeys(heard or (nearest[0] if nearest else ()))
            self._settle([(case.trouble.key, False)], tuple(map(str, people)))
        return True
