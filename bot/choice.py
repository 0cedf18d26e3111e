"""Choosing: takes ranked stories, the best for this edition first, until it is full, and says why of each. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from bot.coverage import publisher_of
from bot.model import Rest, Stage, Story, Tally, Verdict
from bot.names import companies
from bot.rank import Ranked
from bot.wording import counted, told_apart, who_lead

PER_SOURCE = 2
"""Stories of one edition that the same publisher may lead."""
DIVERSITY = 0.35
"""What a story loses for each one about the same company that the edition has already. Half of what a single publisher
gives: the second about a company comes after another one that is nearly as big, the fourth has to be reported by five
publishers where others have one, and a much bigger story wins all the same.
"""
MAX_VERDICTS = 200
"""Reasons that are kept with an edition, the best stories' first."""


_Merit = tuple[bool, float]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate, its place among all of them, and what became of it."""

    place: int
    ranked: Ranked
    stage: Stage = Stage.CUT
    cost: float = 0.0
    """What diversity takes from its score."""
    company: str = ""
    """For which company."""

    @property
    def free_merit(self) -> _Merit:
        """What it would count if nothing else were in the edition; more is better."""
        return self.ranked.is_weighed, self.ranked.score

    @property
    def merit(self) -> _Merit:
        """What it counts in this edition: those that a model weighed come first, then the score decides."""
        return self.ranked.is_weighed, self.ranked.score - self.cost


@dataclass
class Choice:
    """The stories of one edition of at most *size*, and the reasons for them."""

    size: int
    pins: Mapping[str, int]
    """By ref the places of the stories that an admin pinned, which lead in that order."""
    chosen: list[Ranked] = field(default_factory=list)
    _judged: list[_Judged] = field(default_factory=list)
    _leads: Counter[str] = field(default_factory=Counter)
    _told: Counter[str] = field(default_factory=Counter)

    def choose(self, ranked: Sequence[Ranked]) -> None:
        """Choose from *ranked*, best first."""
        # Sorting is stable: what nobody pinned stays in the order of its score.
        ordered = sorted(ranked, key=lambda one: self.pins.get(one.story.ref, len(self.pins)))
        waiting: list[_Judged] = []
        for place, one in enumerate(ordered, start=1):
            judged = _Judged(place, one)
            if one.is_known and not self._is_pinned(one):
                self._judged.append(replace(judged, stage=Stage.KNOWN))
            elif one.leads or self._is_pinned(one):
                self._settle(judged)
            else:
                waiting.append(judged)
        while waiting and len(self.chosen) < self.size:
            number, best = self._best(waiting)
            del waiting[number]
            self._settle(best)
        self._judged += waiting

    def verdicts(self, outside: Iterable[Verdict] = ()) -> tuple[Verdict, ...]:
        """The reasons for all, the best ones first; behind them *outside*, those of what was not ranked."""
        last = self._last()
        reasons, _ = self._kept(outside)
        return tuple(one if isinstance(one, Verdict) else self._verdict(one, last) for one in reasons)

    def tally(self, outside: Iterable[Verdict] = (), topics: tuple[str, ...] = ()) -> Tally:
        """What holds for all candidates of a subscription to *topics*, and what became of those without a reason."""
        last = self._last()
        cut = last.merit if last else None
        _, rest = self._kept(outside)
        stages: dict[Stage, list[_Judged | Verdict]] = {}
        for one in rest:
            stages.setdefault(one.stage if isinstance(one, Verdict) else _stage_of(one, cut), []).append(one)
        pinned, ready = self._leading()
        return Tally(
            places=self.size,
            pinned=pinned,
            ready=ready,
            cut=cut[1] if cut else None,
            topics=topics,
            # There may be thousands outside the window, and the time of their news says so itself.
            rest=tuple(
                _rest(stage, stages[stage]) for stage in Stage if stage in stages.keys() - {Stage.OUTSIDE_WINDOW}
            ),
        )

    # ------------------------------------------------------------------------------------------------- choosing

    def _best(self, waiting: Sequence[_Judged]) -> tuple[int, _Judged]:
        """Which of *waiting*, best first, scores highest in this edition as it is so far, and how."""
        found, best = 0, self._costed(waiting[0])
        for number, one in enumerate(waiting):
            # Diversity only takes: what scores less without it cannot score more with it.
            if one.free_merit <= best.merit:
                break
            tried = self._costed(one)
            if tried.merit > best.merit:
                found, best = number, tried
        return found, best

    def _costed(self, one: _Judged) -> _Judged:
        """*one* with what diversity takes from it now, for the company of which there is so much already."""
        company, had = max(
            ((name, self._told[name]) for name in _about(one.ranked.story)), key=itemgetter(1, 0), default=("", 0)
        )
        return _Judged(one.place, one.ranked, one.stage, DIVERSITY * had, company) if had else one

    def _settle(self, judged: _Judged) -> None:
        stage = self._stage(judged.ranked)
        self._judged.append(replace(judged, stage=stage))
        if stage is Stage.POSTED:
            self.chosen.append(judged.ranked)
            self._leads[_lead(judged.ranked.story)] += 1
            self._told.update(_about(judged.ranked.story))

    def _stage(self, one: Ranked) -> Stage:
        if len(self.chosen) >= self.size:
            return Stage.CUT
        if self._is_pinned(one):
            return Stage.POSTED
        lead = _lead(one.story)
        return Stage.SOURCE_LIMIT if lead and self._leads[lead] >= PER_SOURCE else Stage.POSTED

    def _is_pinned(self, one: Ranked) -> bool:
        return one.story.ref in self.pins

    def _takes_its_place(self, one: Ranked) -> bool:
        """It stands where it does whatever its score."""
        return one.leads or self._is_pinned(one)

    # -------------------------------------------------------------------------------------------------- reasons

    def _last(self) -> _Judged | None:
        """The story that was chosen last for its score; each was chosen for no more than those before it."""
        earned = [one for one in self._judged if one.stage is Stage.POSTED and not self._takes_its_place(one.ranked)]
        return earned[-1] if earned else None

    def _leading(self) -> tuple[int, int]:
        """How many of the chosen are pinned, and how many others are ready-written and lead."""
        pinned = sum(self._is_pinned(one) for one in self.chosen)
        return pinned, sum(one.leads and not self._is_pinned(one) for one in self.chosen)

    def _kept(self, outside: Iterable[Verdict]) -> tuple[list[_Judged | Verdict], list[_Judged | Verdict]]:
        """Those whose reasons are kept, and the others, the best ones first."""
        judged: list[_Judged | Verdict] = [*sorted(self._judged, key=lambda one: one.place), *outside]
        if len(judged) <= MAX_VERDICTS:
            return judged, []
        # What was posted keeps its reason, even if hundreds of known or limited stories stand before it.
        places = sorted(range(len(judged)), key=lambda place: judged[place].stage is not Stage.POSTED)
        kept, rest = sorted(places[:MAX_VERDICTS]), sorted(places[MAX_VERDICTS:])
        return [judged[place] for place in kept], [judged[place] for place in rest]

    def _verdict(self, one: _Judged, last: _Judged | None) -> Verdict:
        stage = _stage_of(one, last.merit if last else None)
        if one.stage is Stage.CUT:
            one = self._costed(one)
        *parts, publishers = one.ranked.numbers
        return Verdict(
            ref=one.ranked.story.ref,
            stage=stage,
            rank=one.place,
            score=one.merit[1],
            numbers=(*parts, ("diversity", one.cost), publishers),
            detail=self._detail(one, stage, last),
        )

    def _detail(self, one: _Judged, stage: Stage, last: _Judged | None) -> str:
        is_posted = stage is Stage.POSTED
        if self._is_pinned(one.ranked):
            before = "" if is_posted else ", but stories pinned before it took every place"
            return f"pinned by an admin{before}"
        if is_posted:
            return one.ranked.news or ("ready-written stories lead" if one.ranked.leads else "")
        if stage is Stage.SOURCE_LIMIT:
            return f"{_lead(one.ranked.story)} leads {PER_SOURCE} stories of this edition already"
        if stage is Stage.KNOWN:
            return one.ranked.withheld
        return self._short_of(one, stage, last) if stage in {Stage.CUT, Stage.DIVERSITY} else ""

    def _short_of(self, one: _Judged, stage: Stage, last: _Judged | None) -> str:
        if last is None:
            return f"{who_lead(*self._leading())} took every place"
        _, limit = told_apart(one.merit[1], last.merit[1])
        cut = f"the cut was {limit}{_despite(one, last)}"
        if stage is Stage.CUT:
            return cut
        had = counted(self._told[one.company], "story", "stories")
        return f"{one.company} has {had} in it; without that it would count {one.ranked.score:.2f}, and {cut}"


def _stage_of(one: _Judged, cut: _Merit | None) -> Stage:
    """What became of *one*, where the last that was chosen counted *cut*; None: none was chosen for its score."""
    is_crowded_out = one.stage is Stage.CUT and cut is not None and one.free_merit > cut
    return Stage.DIVERSITY if is_crowded_out else one.stage


def _despite(one: _Judged, last: _Judged) -> str:
    """Why *last* was chosen before *one* although its score is not higher; empty: it is."""
    if one.merit[1] < last.merit[1]:
        return ""
    if last.merit > one.merit:
        return ", of a story that a model weighed, and those come first"
    ours, theirs = one.ranked.story, last.ranked.story
    if last.free_merit != one.free_merit:
        return " as well, of a story that diversity took more from"
    if theirs.news_at != ours.news_at:
        return " as well, of a newer story"
    if bool(theirs.takeaway) != bool(ours.takeaway):
        return " as well, of a story that says more than its title"
    return f" as well, of {theirs.ref}: they are alike in all that counts, and the alphabet decides"


def _rest(stage: Stage, candidates: Sequence[_Judged | Verdict]) -> Rest:
    scores = [one.free_merit[1] for one in candidates if isinstance(one, _Judged)]
    refs = (one.ref if isinstance(one, Verdict) else one.ranked.story.ref for one in candidates)
    return Rest(stage=stage, refs=tuple(sorted(refs)), best=max(scores, default=None))


def _lead(story: Story) -> str:
    """The publisher whose story it is: the first to report it; empty for an import without articles."""
    return publisher_of(story.articles[0]) if story.articles else ""


def _about(story: Story) -> frozenset[str]:
    """The companies that *story* is about: those of its title, else the one whose own news it is."""
    return companies(story.title) or companies(story.articles[0].source.name if story.articles else "")
