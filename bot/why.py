"""The answer to why a story was posted, or was not: one sentence, then the stages and the numbers. Pure."""

from dataclasses import dataclass

from bot.model import Answer, Stage, Story
from bot.outcome import Ruling, outcome
from bot.reasons import arithmetic
from bot.refs import looks_like_ref
from bot.wording import sentence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What somebody who asks why gets to know. Nothing is escaped here."""

    sentence: str
    """The answer; empty where no story is called what was asked for."""
    found: Answer | None = None
    """Which story was asked about; None: the channel alone was."""
    head: Ruling | None = None
    """The date that the sentence is about; None: no edition has had the story before it."""
    others: tuple[Ruling, ...] = ()
    """What became of the story on other dates, newest first."""
    where: str = "here"

    @property
    def story(self) -> Story | None:
        """The one that was asked about, if it was found."""
        return self.found.story if self.found else None


def named(asked: str, story: Story, called: str) -> str:
    """The subject of the sentence, up to *was*: the ref, or what was *asked* for and how that is the same story.

    *called* is the ref under which the edition knows the story.
    """
    if asked.lower().startswith(("http://", "https://")):
        return f"That article belongs to {story.ref}, which was"
    if called != story.ref:
        return f"{called}, by now the same event as {story.ref}, was"
    if looks_like_ref(asked) and asked.upper() != story.ref:
        return f"{asked.upper()} is the same event as {story.ref}, which was"
    return f"{story.ref} was"


def sentence(ruling: Ruling, story: Story, where: str) -> str:
    """What became of *story* on the date of *ruling*: ``K7Q4 was posted here on …``."""
    return f"{named(ruling.called, story, ruling.called)} {outcome(ruling, story, where)}."


def lines(why: Why) -> tuple[str, ...]:
    """What stands below the sentence: the stage and the numbers of its date, then the other dates, a line each."""
    story = why.story
    if story is None:
        return ()
    first = facts(why.head) if why.head else ""
    others = (" ".join((brief(one, story, why.where), facts(one))).strip() for one in why.others)
    return tuple(filter(None, (first, *others)))


def brief(ruling: Ruling, story: Story, where: str) -> str:
    """The same as :func:`sentence` for those who have read another: ``Left out here on …``."""
    called = "" if ruling.called == story.ref else f", as {ruling.called}"
    return sentence_of(f"{outcome(ruling, story, where)}{called}")


def facts(ruling: Ruling) -> str:
    """``Stage: cut · ranked 7 · score 1.19 = (coverage …``; empty where nothing is recorded."""
    numbers = arithmetic(ruling.verdict) if ruling.verdict else ""
    return " · ".join(filter(None, (stage(ruling), numbers)))


def stage(ruling: Ruling) -> str:
    """``Stage: cut · ranked 7``, and why it leads if it does; empty where nothing is recorded."""
    verdict = ruling.verdict
    if verdict is None:
        return ""
    rank = f"ranked {verdict.rank}" if verdict.rank else ""
    leads = verdict.detail if verdict.stage is Stage.POSTED and not (ruling.shown and ruling.shown.is_update) else ""
    return " · ".join(filter(None, (f"Stage: {verdict.stage.value.replace('_', ' ')}", rank, leads)))
