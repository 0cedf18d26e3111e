"""What became of a story on one date of a channel, in a sentence, from what was recorded when it was composed. Pure.

Every sentence about a story goes on after ``K7Q4 was``. Nothing is escaped here.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.compose import MAX_WINDOW
from bot.ending import day_of, ended
from bot.model import Delivery, DeliveryState, Edition, EditionStory, Rest, Stage, Story, StoryStatus, Tally, Verdict
from bot.wording import day_and_hour, short_day, told_apart, who_lead

PINNED = "pinned by an admin"
"""How the detail begins of what an admin pinned."""
KEPT_BEFORE = 200
"""Reasons that versions kept which recorded nothing of the other candidates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What became of one story on one date of a channel."""

    delivery: Delivery
    called: str
    """The ref under which the edition knows the story; its present one, where it knows none."""
    edition: Edition | None = None
    """None: none was composed."""
    verdict: Verdict | None = None
    """None: no reason is kept for the story, nor for any that has become part of it."""
    rest: Rest | None = None
    """Without a reason: the candidates that it was one of."""
    tally: Tally | None = None
    candidates: int = 0
    """Whose reasons are kept."""
    stood: Story | None = None
    """Without a reason: the story as it stood when the edition was composed; None: there was no such story yet."""
    admin: str = ""
    """Who pinned or dropped it, where that is known."""
    earlier: tuple["Ruling", ...] = ()
    """Editions before this one that posted it, newest first."""

    @property
    def shown(self) -> EditionStory | None:
        """The story as the edition shows it; None: it is not in it."""
        stories = self.edition.stories if self.edition else ()
        return next((one for one in stories if one.ref == self.called), None)

    @property
    def posted(self) -> bool:
        """The story reached the channel's readers, as far as is known."""
        return self.shown is not None and self.delivery.state is DeliveryState.SENT

    @property
    def stage(self) -> Stage | None:
        """What is on record of the story, or of the candidates that it was one of; None: nothing is."""
        return self.verdict.stage if self.verdict else self.rest.stage if self.rest else None

    @property
    def is_past(self) -> bool:
        """The story's news was too old for the edition: an earlier one decided about it."""
        if self.stage or self.shown or self.stood is None:
            return self.stage is Stage.OUTSIDE_WINDOW
        since = self.edition.window_start if self.edition else self.delivery.due_at - MAX_WINDOW
        return self.stood.news_at <= since

    @property
    def bears(self) -> bool:
        """The edition had the story before it, or would have had it for the first time, had it been composed. After a
        post, only what is on record counts; and what was withdrawn since is told of that post.
        """
        is_there = bool(self.shown or self.stage or (self.stood and not self.earlier))
        is_over = self.is_past or bool(self.earlier and self.stage is Stage.WITHDRAWN)
        return is_there and not is_over


def outcome(ruling: Ruling, story: Story, where: str) -> str:
    """What became of *story* on the date of *ruling*, to go on after ``K7Q4 was``, without a full stop.

    *where* is ``here``, or ``in ai-news``.
    """
    if ruling.edition is None:
        old = "its news was too old for that date, and " if ruling.is_past else ""
        return f"not posted {where} on {day_of(ruling.delivery)}, for {old}{_without_edition(ruling.delivery)}"
    if ruling.shown:
        return _chosen(ruling, ruling.shown, story, where)
    left_out = f"left out {'' if _was_had(ruling) else f'{where} '}on {day_of(ruling.delivery)}: {_reason(ruling)}"
    if ruling.delivery.state is not DeliveryState.SENT:
        left_out += f" (the edition {ended(ruling.delivery)})"
    return f"{_posted_once(ruling.earlier[0], story, where)}, and {left_out}" if _was_had(ruling) else left_out


def forecast(ruling: Ruling, at: str) -> str:
    """What the next edition, at the local hour *at*, would do with the story of *ruling* if nothing changed before, to
    go on after a semicolon.
    """
    if ruling.shown:
        update = ", an Update" if ruling.shown.is_update else ""
        return f"as things stand, it would be number {ruling.shown.number} of the next edition, on {at}{update}"
    return f"as things stand, the next edition, on {at}, would leave it out: {_reason(ruling)}"


def _was_had(ruling: Ruling) -> bool:
    """There is a post that we can name, and the edition decided about the story once more."""
    return bool(ruling.earlier) and ruling.stage not in {None, Stage.OUTSIDE_WINDOW, Stage.WITHDRAWN}


# ------------------------------------------------------------------------------------------------------- chosen


def _chosen(ruling: Ruling, shown: EditionStory, story: Story, where: str) -> str:
    delivery, number = ruling.delivery, shown.number
    if ruling.posted:
        return _posted_once(ruling, story, where)
    is_pinned = f", pinned by {ruling.admin or 'an admin'}," if _is_pinned(ruling) else ""
    if not delivery.state.final:
        reason = f" ({delivery.reason})" if delivery.reason else ""
        return (
            f"chosen as number {number}{is_pinned} of the edition for {day_of(delivery)}, which is on its way{reason}"
        )
    return f"chosen as number {number}{is_pinned} {where} for {day_of(delivery)}, but the edition {ended(delivery)}"


def _posted_once(ruling: Ruling, story: Story, where: str) -> str:
    """``posted here on Tuesday 3 March at 08:00 as number 3``, and what has been done to the story since."""
    edition, shown, delivery = ruling.edition, ruling.shown, ruling.delivery
    if edition is None or shown is None:
        raise ValueError(f"the edition of {delivery.date} did not post {ruling.called}")
    sent = (delivery.sent_at or edition.composed_at).astimezone(ZoneInfo(edition.timezone))
    said = f"posted {where} on {sent:%A} {sent.day} {sent:%B} at {sent:%H:%M} as number {shown.number}"
    if sent.date() != delivery.date:
        said += f" of the edition for {day_of(delivery)}"
    if shown.is_update:
        said += f", as an Update{f' ({shown.news})' if shown.news else ''}"
    if _is_pinned(ruling):
        said += f", pinned by {ruling.admin or 'an admin'}"
    return f"{said}{_since(story, shown, edition)}"


def _is_pinned(ruling: Ruling) -> bool:
    return bool(ruling.verdict and ruling.verdict.detail.startswith(PINNED))


def _since(story: Story, shown: EditionStory, edition: Edition) -> str:
    """That the story was corrected or withdrawn after the *edition* was composed, which has it as *shown*."""
    at = story.status_at
    if story.status is StoryStatus.CURRENT or at is None or at == shown.status_at:
        return ""
    if at < edition.composed_at:  # it was done to another story, which has become the same
        return "" if shown.status is story.status else f", and is {story.status.value} by now"
    day = short_day(at.astimezone(ZoneInfo(edition.timezone)).date())
    return f", and {story.status.value} since, on {day}"


# ----------------------------------------------------------------------------------------------------- left out


def _reason(ruling: Ruling) -> str:
    if ruling.verdict:
        return _by_verdict(ruling.verdict, ruling.tally, ruling.admin)
    if ruling.rest:
        return _by_rest(ruling.rest, ruling.tally)
    if ruling.is_past and ruling.edition and ruling.stood:
        zone = ZoneInfo(ruling.edition.timezone)
        came, since = (day_and_hour(at.astimezone(zone)) for at in (ruling.stood.news_at, ruling.edition.window_start))
        return f"older than the window, for its news was of {came}, and the edition takes what came after {since}"
    if ruling.tally is None and ruling.candidates >= KEPT_BEFORE:
        return (
            f"the reasons of {ruling.candidates} stories were kept, and what was decided about the others, this one "
            "among them, is not on record"
        )
    return "it was not among the stories that the edition was composed from"


def _by_verdict(verdict: Verdict, tally: Tally | None, admin: str) -> str:
    """The stage in words, and what was recorded beside it."""
    plain, detail = _REASONS[verdict.stage], verdict.detail
    if not detail:
        return f"{admin} dropped it" if admin and verdict.stage is Stage.DROPPED else plain
    match verdict.stage:
        case Stage.CUT | Stage.DIVERSITY if verdict.score is not None:
            return _short_of(verdict, verdict.score, tally)
        case Stage.OFF_TOPIC if tally:
            return f"topic not subscribed, for {detail}, and the channel took {', '.join(tally.topics)}"
        case Stage.OUTSIDE_WINDOW if not detail.endswith("composed before"):
            return f"older than the window, for {detail}"
        case Stage.KNOWN:
            return f"{plain}; {detail}"
    return detail.replace("of this edition already", "of that edition already")


_REASONS = {
    Stage.POSTED: "it was chosen, and is no longer in the edition on record",
    Stage.CUT: "others ranked higher and took all the places",
    Stage.SOURCE_LIMIT: "its publisher had two stories in that edition already",
    Stage.DIVERSITY: "that edition had stories about the same company already",
    Stage.KNOWN: "an earlier edition had it, and too little was new since",
    Stage.NO_STORY: "it is a feed's note on itself, and tells of nothing else",
    Stage.OFF_TOPIC: "topic not subscribed, for it is about none of the channel's topics",
    Stage.OUTSIDE_WINDOW: "its news lies outside the time that the edition covers",
    Stage.WITHDRAWN: "it had been withdrawn",
    Stage.DROPPED: "an admin dropped it",
}


def _short_of(verdict: Verdict, score: float, tally: Tally | None) -> str:
    """``score 4.1, the cut was 5.2``, in as many decimals as it takes to tell the two apart."""
    if verdict.detail.startswith(PINNED):
        return verdict.detail
    cut = tally.cut if tally else None
    shown = f"{score:.2f}" if cut is None else told_apart(score, cut)[0]
    link = ", for " if verdict.stage is Stage.DIVERSITY else ", "
    return f"score {shown}{link}{verdict.detail}{_taken(tally)}"


def _taken(tally: Tally | None) -> str:
    """How many places were taken whatever the scores, where some were left."""
    if tally is None or tally.cut is None or not (tally.pinned or tally.ready):
        return ""
    taken = tally.pinned + tally.ready
    return f", and {who_lead(tally.pinned, tally.ready)} had {taken} of the {tally.places} places"


def _by_rest(rest: Rest, tally: Tally | None) -> str:
    if rest.stage is not Stage.CUT or rest.best is None:
        return _REASONS[rest.stage]
    others = (
        f"it was one of {len(rest.refs):,} whose scores are not kept" if len(rest.refs) > 1 else "its score is not kept"
    )
    if tally is None or tally.cut is None:
        return f"{who_lead(tally.pinned, tally.ready) if tally else 'others'} took every place"
    if rest.best > tally.cut:
        return f"{others}, behind those that a model weighed"
    best, cut = told_apart(rest.best, tally.cut)
    return f"score {best} at most, the cut was {cut}; {others}"


# ---------------------------------------------------------------------------------------------- without a post


def _without_edition(delivery: Delivery) -> str:
    if not delivery.state.final:
        reason = f" ({delivery.reason})" if delivery.reason else ""
        return f"that date's edition is on its way and not composed yet{reason}"
    return f"the edition {ended(delivery)}"
