"""What is said of a story is true of it: random mornings, and an oracle that knows nothing of how we compose.

The oracle reads the sentence, and holds each thing that it claims against the stories and the edition itself.
"""

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.compose import compose
from bot.model import (
    Composition,
    Coverage,
    Delivery,
    DeliveryState,
    Origin,
    Stage,
    Story,
    StoryStatus,
    Wish,
)
from bot.outcome import Ruling, outcome
from tests.articles import story
from tests.clock import TUESDAY
from tests.morning import EDITION
from tests.newsroom import order

HOUR = timedelta(hours=1)
SINCE = TUESDAY - 24 * HOUR
SENT = Delivery(
    id=1, subscription=1, channel=EDITION.channel, date=EDITION.date, due_at=TUESDAY, state=DeliveryState.SENT,
    sent_at=TUESDAY,
)  # fmt: skip
TOPICS = ("labs", "chips", "law")
SALIENCE = {"OpenAI": 0.5, "Mistral": 0.5, "Norvik": 0.0, "Halden": 0.0}
"""What a title that begins with it adds, and whom it is about, if that counts."""
DAY = "on Tuesday 3 March"


@dataclass(frozen=True)
class Morning:
    """Stories, and what else decides about them."""

    stories: Sequence[Story]
    posted: Mapping[str, tuple[datetime, int]]
    wishes: Mapping[str, Wish]
    topics: tuple[str, ...]
    places: int

    def composition(self) -> Composition:
        return compose(
            replace(order(), topics=self.topics, stories=self.places),
            day=TUESDAY.date(),
            due_at=TUESDAY,
            now=TUESDAY,
            window_start=SINCE,
            stories=self.stories,
            posted=self.posted,
            coverage=Coverage(sources=1, articles=1, newest_at=None),
            delayed=False,
            wishes=self.wishes,
        )


def morning(seed: int) -> Morning:
    """A morning with everything that can keep a story out, in some mixture."""
    chance = random.Random(seed)
    number = chance.choice((4, 12, 30, 30, 330))
    rate = chance.choice((0.0, 0.03, 0.15))
    stories = []
    for at in range(number):
        company = chance.choice(list(SALIENCE))
        publishers = [f"{chance.choice('abcdefghijkl')}{n}.test" for n in range(chance.choice((1, 1, 1, 2, 3, 5)))]
        is_old = chance.random() < rate
        made = story(
            f"{'BCDFGHJKLM'[at % 10]}{at:03}",
            *publishers,
            title="[NOTICE] This feed moves" if chance.random() < rate / 3 else f"{company} opens hall {200 + at}",
            at=TUESDAY - timedelta(minutes=chance.choice((30, 60, 60, 600)), hours=24 if is_old else 0),
            topics=tuple(chance.sample(TOPICS, chance.choice((0, 1, 1, 2)))),
            weight=chance.choice((1.0, 1.0, 1.0, 1.3)),
            origin=Origin.IMPORT if chance.random() < rate else Origin.FEEDS,
        )
        if chance.random() < rate / 3:
            made = replace(made, status=StoryStatus.WITHDRAWN)
        stories.append(made if chance.random() < 0.8 else replace(made, takeaway=""))
    if chance.random() < 0.3:
        stories = [replace(one, significance=chance.choice((None, 1, 3, 5))) for one in stories]
    refs = [one.ref for one in stories]
    return Morning(
        stories=stories,
        posted={ref: (TUESDAY - 24 * HOUR, 5) for ref in refs if chance.random() < rate},
        wishes={ref: chance.choice(list(Wish)) for ref in refs if chance.random() < rate},
        topics=chance.choice(((), (), ("labs", "law"))),
        places=chance.choice((1, 3, 5, 8)),
    )


def rulings(composition: Composition, stories: Sequence[Story]) -> dict[str, Ruling]:
    """What is on record of each story, as inquiring finds it."""
    edition, tally = composition.edition, composition.tally
    assert tally is not None
    judged = {one.ref: one for one in composition.verdicts}
    return {
        one.ref: Ruling(
            delivery=SENT,
            called=one.ref,
            edition=edition,
            verdict=judged.get(one.ref),
            rest=next((rest for rest in tally.rest if one.ref in rest.refs), None),
            tally=tally,
            candidates=len(composition.verdicts),
            stood=one,
        )
        for one in stories
    }


# ------------------------------------------------------------------------------------------------------- the oracle


class Oracle:
    """Knows the stories and the edition, and judges a sentence by them."""

    def __init__(self, morning: Morning, composition: Composition) -> None:
        self.morning = morning
        self.shown = [one.ref for one in composition.edition.stories]
        self.by_ref = {one.ref: one for one in morning.stories}
        self.weighed: frozenset[str] = frozenset()
        self.weighed = self._best_twenty()
        self.earned = [ref for ref in self.shown if not self._leads(ref)]
        self.scores = {ref: self._score(ref, self.shown[: self.shown.index(ref)]) for ref in self.earned}
        last = self.earned[-1:]
        self.cut = self.scores[last[0]] if last else None
        self.last = self.by_ref[last[0]] if last else None

    def objection(self, ref: str, said: str) -> str:
        """What is wrong about *said*; empty: it is true."""
        if posted := re.fullmatch(rf"posted here {DAY} at 08:00 as number (\d+).*", said):
            return "" if self.shown[int(posted[1]) - 1 :][:1] == [ref] else "it has another number"
        left_out = re.fullmatch(rf"left out here {DAY}: (.+)", said)
        if not left_out or ref in self.shown:
            return "it was posted" if ref in self.shown else "this is no answer"
        reason = left_out[1]
        for pattern, holds in self._claims().items():
            if found := re.fullmatch(pattern, reason):
                return "" if holds(self.by_ref[ref], found) else f"it is not so: {reason}"
        return "this is no reason"

    def _claims(self) -> dict:  # type: ignore[type-arg]  # patterns and what proves them
        is_full = len(self.shown) == self.morning.places
        tie = r"(?P<tie>(?: as well)?, of .+?)?"
        taken = r"(?:, and (?P<kinds>[a-z -]+) stories had (?P<taken>\d+) of the (?P<places>\d+) places)?"
        return {
            rf"score (?P<score>-?[\d.]+), the cut was (?P<cut>-?[\d.]+){tie}{taken}":
                lambda one, m: is_full and self._is_short(one, m) and self._is_taken(m),
            rf"score (?P<score>-?[\d.]+), for (?P<company>.+) has (?P<had>\d+) (?:story|stories) in it; without that "
            rf"it would count (?P<free>-?[\d.]+), and the cut was (?P<cut>-?[\d.]+){tie}{taken}":
                lambda one, m: is_full and self._is_short(one, m) and self._is_crowded(one, m) and self._is_taken(m),
            r"(?:score (?P<score>-?[\d.]+), )?(?P<kinds>[a-z -]+) stories took every place":
                lambda one, m: is_full and not self.earned and self._are_kinds(m)
                and (not m["score"] or self._says(m["score"], self._score(one.ref, self.shown))),
            r"pinned by an admin, but stories pinned before it took every place":
                lambda one, m: is_full and self._is_pinned(one.ref) and all(map(self._is_pinned, self.shown)),
            r"(?P<publisher>\S+) leads 2 stories of that edition already":
                lambda one, m: one.articles[0].source.domain == m["publisher"]
                and sum(self._lead(ref) == m["publisher"] for ref in self.shown) == 2,
            r"an earlier edition had it, and too little was new since(?:; .+)?":
                lambda one, m: one.ref in self.morning.posted,
            r"it is a feed's note on itself, and tells of nothing else":
                lambda one, m: one.title.startswith("[NOTICE]"),
            r"topic not subscribed, for it (?:is about (?P<its>.+)|has no topic), and the channel took (?P<ours>.+)":
                lambda one, m: re.findall(r"labs|chips|law", m["its"] or "") == list(one.topics)
                and m["ours"].split(", ") == list(self.morning.topics) and not {*one.topics} & {*self.morning.topics},
            r"topic not subscribed, for it is about none of the channel's topics":
                lambda one, m: self.morning.topics and not {*one.topics} & {*self.morning.topics},
            r"older than the window, for its news (?:is|was) of \w+ (?P<day>\d+) \w+, (?P<hour>[\d:]+), and the "
            r"edition takes what came after Monday 2 March, 08:00(?: \(UTC\))?":
                lambda one, m: one.news_at <= SINCE
                and f"{one.news_at.day} {one.news_at:%H:%M}" == f"{m['day']} {m['hour']}",
            r"it had been withdrawn": lambda one, m: one.status is StoryStatus.WITHDRAWN,
            r"an admin dropped it": lambda one, m: self.morning.wishes[one.ref] is Wish.DROP,
            r"score (?P<score>-?[\d.]+) at most, the cut was (?P<cut>-?[\d.]+); .*":
                lambda one, m: is_full and self._score(one.ref, ()) <= float(m["score"]) + 0.005
                and self._says(m["cut"], self.cut) and float(m["score"]) <= float(m["cut"]),
            r"it was one of \d+ whose scores are not kept, behind those that a model weighed":
                lambda one, m: is_full and one.ref not in self.weighed and self.last and self.last.ref in self.weighed,
        }  # fmt: skip

    def _is_short(self, one: Story, said: re.Match[str]) -> bool:
        """The score and the cut are those, and the score is lower, or it is said what decided."""
        score, cut, tie = self._score(one.ref, self.shown), self.cut, said["tie"]
        assert cut is not None
        assert self.last is not None
        if not self._says(said["score"], score) or not self._says(said["cut"], cut):
            return False
        if not tie:
            return float(said["score"]) < float(said["cut"]) and score < cut
        if "a model weighed" in tie:
            return score >= cut and self.last.ref in self.weighed and one.ref not in self.weighed
        return math.isclose(score, cut, abs_tol=1e-8) and self._decided(one, self.last, tie)

    def _decided(self, one: Story, last: Story, tie: str) -> bool:
        """What *tie* names put *last* before *one*, which scores as much."""
        if "diversity" in tie:
            return not math.isclose(self._score(one.ref, ()), self._score(last.ref, ()))
        if "newer" in tie:
            return last.news_at > one.news_at
        if "says more" in tie:
            return last.news_at == one.news_at and bool(last.takeaway) and not one.takeaway
        return f"of {last.ref}:" in tie and last.news_at == one.news_at and last.ref < one.ref

    def _is_crowded(self, one: Story, said: re.Match[str]) -> bool:
        had = sum(self._company(ref) == said["company"] for ref in self.shown)
        free = self._score(one.ref, ())
        outranks = (one.ref in self.weighed, free) > (self.last is not None and self.last.ref in self.weighed, self.cut)
        return (
            self._company(one.ref) == said["company"]
            and had == int(said["had"])
            and self._says(said["free"], free)
            and outranks
        )

    def _is_taken(self, said: re.Match[str]) -> bool:
        taken = len(self.shown) - len(self.earned)
        is_right = (
            int(said["taken"] or 0) == taken and int(said["places"] or self.morning.places) == self.morning.places
        )
        return is_right and (not taken or self._are_kinds(said))

    def _are_kinds(self, said: re.Match[str]) -> bool:
        """Pinned stories are named among those that lead if there are any, and so are others."""
        pinned = {self._is_pinned(ref) for ref in self.shown if self._leads(ref)}
        names = {True: "pinned", False: "ready-written"}
        return said["kinds"].split(" and ") == [names[one] for one in (True, False) if one in pinned]

    def _says(self, said: str, value: float | None) -> bool:
        return value is not None and abs(float(said) - value) <= 0.5 * 10 ** -len(said.partition(".")[2]) + 1e-9

    def _score(self, ref: str, before: Sequence[str]) -> float:
        """By the formula in docs/editions.md, with the stories *before* it in the edition."""
        one = self.by_ref[ref]
        publishers = len({article.source.domain for article in one.articles})
        free = (math.log(1 + publishers) + SALIENCE[self._first(ref)]) * max(article.weight for article in one.articles)
        if ref in self.weighed:
            free *= 1 + 0.15 * ((one.significance or 3) - 3)
        return free - 0.35 * sum(self._company(other) == self._company(ref) != "" for other in before)

    def _best_twenty(self) -> frozenset[str]:
        """The best twenty, if a model weighed any of them."""
        ranked = [
            one for one in self.morning.stories
            if self._fits(one) and one.ref not in self.morning.posted and one.origin is not Origin.IMPORT
        ]  # fmt: skip
        ranked.sort(key=lambda one: (-self._score(one.ref, ()), -one.news_at.timestamp(), not one.takeaway, one.ref))
        best = ranked[:20]
        return frozenset(one.ref for one in best) if any(one.significance is not None for one in best) else frozenset()

    def _fits(self, one: Story) -> bool:
        if one.status is StoryStatus.WITHDRAWN or self.morning.wishes.get(one.ref):
            return self.morning.wishes.get(one.ref) is Wish.PIN and one.status is not StoryStatus.WITHDRAWN
        is_wanted = not self.morning.topics or bool({*one.topics} & {*self.morning.topics})
        return one.news_at > SINCE and is_wanted and not one.title.startswith("[NOTICE]")

    def _leads(self, ref: str) -> bool:
        is_fresh = ref not in self.morning.posted
        return self._is_pinned(ref) or (self.by_ref[ref].origin is Origin.IMPORT and is_fresh)

    def _is_pinned(self, ref: str) -> bool:
        return self.morning.wishes.get(ref) is Wish.PIN

    def _lead(self, ref: str) -> str:
        return self.by_ref[ref].articles[0].source.domain

    def _first(self, ref: str) -> str:
        word = self.by_ref[ref].title.split()[0]
        return word if word in SALIENCE else "Norvik"

    def _company(self, ref: str) -> str:
        word = self._first(ref)
        return word if SALIENCE[word] else ""


@pytest.mark.parametrize("decade", range(6))
def test_the_sentence_is_true_of_every_candidate_of_a_random_morning(decade: int) -> None:
    for seed in range(10 * decade, 10 * decade + 10):
        made = morning(seed)
        composition = made.composition()
        oracle = Oracle(made, composition)
        kept = rulings(composition, made.stories)
        said = {ref: outcome(ruling, oracle.by_ref[ref], "here") for ref, ruling in kept.items()}

        wrong = {(seed, ref, one): objection for ref, one in said.items() if (objection := oracle.objection(ref, one))}
        assert wrong == {}


def test_the_random_mornings_hold_every_way_to_be_left_out() -> None:
    compositions = [morning(seed).composition() for seed in range(60)]
    stages = {verdict.stage for one in compositions for verdict in one.verdicts}
    rest = {rest.stage for one in compositions if one.tally for rest in one.tally.rest}

    assert stages == set(Stage)
    assert Stage.CUT in rest
    assert Stage.OFF_TOPIC in rest


def test_candidates_without_a_reason_that_no_model_weighed_come_after_those_that_one_did() -> None:
    weighed = [replace(story(f"B{n:03}", f"{n}.test", "z.test"), significance=1) for n in range(20)]
    plain = [story(f"C{n:03}", f"{n}.test", weight=1.2, at=TUESDAY - 9 * HOUR) for n in range(200)]
    made = Morning(stories=[*weighed, *plain], posted={}, wishes={}, topics=(), places=20)
    composition = made.composition()
    kept = rulings(composition, made.stories)
    rest = next(one for one in made.stories if kept[one.ref].rest)

    assert outcome(kept[rest.ref], rest, "here") == (
        f"left out here {DAY}: it was one of 20 whose scores are not kept, behind those that a model weighed"
    )


def test_the_oracle_objects_to_what_is_not_so() -> None:
    stories = story("B2DF", "a.test", "b.test", title="Norvik opens"), story("C2DF", "c.test", title="Halden opens")
    made = Morning(stories=stories, posted={}, wishes={}, topics=(), places=1)
    oracle = Oracle(made, made.composition())
    chosen, other = "B2DF", "C2DF"

    assert oracle.objection(chosen, f"posted here {DAY} at 08:00 as number 2")
    assert oracle.objection(chosen, f"left out here {DAY}: an admin dropped it")
    assert oracle.objection(other, f"left out here {DAY}: score 0.01, the cut was 9.00")
    assert oracle.objection(other, f"left out here {DAY}: it had been withdrawn")
    assert oracle.objection(other, f"left out here {DAY}: perhaps")
    assert oracle.objection(other, f"left out here {DAY}: score 0.69, the cut was 1.10") == ""
