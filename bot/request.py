"""Writing on request: a section that nobody has written is written when somebody asks for it, and kept for all."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.drafting import analysed, may_be_written, missing
from bot.errands import within
from bot.errors import AnalystFailed, BudgetSpent
from bot.fulltext import kept_texts, texts_of
from bot.model import Answer, Asker, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Writer

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=90)
"""How long somebody waits for a section."""
READING = timedelta(seconds=20)
"""How much of that goes to full texts; then the model works with what is there."""
RESTS = timedelta(minutes=5)
"""How long the model is not asked again for a story that it failed at, however many people ask."""
RESTS_WRITTEN = timedelta(hours=6)
"""The same where it wrote something, but not all: of the same articles it would hardly make more."""

_SPENT = "today's budget for models is spent; it begins anew at midnight UTC"
_NO_BUDGET = "models may cost nothing here (analyst.daily_budget_usd is 0), so none is asked"
_LATE = "writing it takes longer than it should; ask again in a minute"
_REFUSED = "the model wrote nothing about it that stands up to the sources"


async def offered(room: Newsroom, answer: Answer) -> Answer:
    """*answer* with the sections that the model would write if somebody asked for them now; where it would not, and one
    of them was asked for, with the reason.
    """
    story, writer = answer.story, room.writer
    if story is None or writer is None or not (names := missing(story, writer.sections)):
        return answer
    trouble = _why_not_shown(story) or _lately(room, story) or await _hindrance(room, writer)
    if trouble:
        return replace(answer, trouble=trouble if answer.section in names else "")
    return replace(answer, writable=names if may_be_written(story) else ())


async def written(room: Newsroom, answer: Answer, asker: Asker) -> Answer:
    """*answer* with the section that it waits for, once that is written; or with the reason why it is not.

    All that a story lacks is written together, and once, however many ask; whoever stops waiting disturbs nobody else.
    """
    story, section = answer.story, answer.section
    if story is None or section is None or not answer.is_awaited:
        return answer
    trouble = await _ask(room, story)
    # Meanwhile it may have been merged, withdrawn, or taken in ready-written for others only.
    present = await room.store.archive.by_ref(story.ref, workspace=asker.workspace)
    if present is None:
        return replace(answer, story=None, writable=())
    if not trouble and section in missing(present, {section}):
        trouble = _why_not_shown(present) or _REFUSED
    return replace(answer, story=present, writable=(), trouble=trouble)


def _why_not_shown(story: Story) -> str:
    """Why no model may see the story; empty: one may, or the story itself says why not."""
    if story.workspaces:
        return "a story that only some workspaces may see is shown to no model"
    if story.status is StoryStatus.CORRECTED:
        return "it was corrected by a person, and a model would only read the articles that were wrong"
    return "" if story.articles else "it names no article that a model could read"


async def _hindrance(room: Newsroom, writer: Writer) -> str:
    """Why the model would not write just now, whatever the story; empty: it would."""
    try:
        return "" if await room.modelled(writer.may_write(), is_work=False) else _spent(room)
    except AnalystFailed as failure:
        return str(failure)


def _spent(room: Newsroom) -> str:
    return _SPENT if room.config.analyst.daily_budget_usd else _NO_BUDGET


async def _ask(room: Newsroom, story: Story) -> str:
    """Have written what *story* lacks; why that did not work, or nothing."""
    if lately := _lately(room, story):
        return lately
    ref = story.ref
    try:
        await within(room.clock, PATIENCE, room.errands.run(("sections", ref), lambda: _write(room, ref)))
    except TimeoutError:
        return _LATE
    except BudgetSpent:
        return _spent(room)
    except AnalystFailed as failure:
        return str(failure)
    return ""


async def _write(room: Newsroom, ref: str) -> None:
    story, writer = await room.store.archive.by_ref(ref), room.writer
    if story is None or writer is None or not may_be_written(story):
        return
    if not missing(story, writer.sections):
        return  # whoever asks has read it just before it was kept
    texts = await _texts(room, story)
    try:
        sections = await room.modelled(writer.write(story, texts))
    except BudgetSpent:
        raise
    except AnalystFailed as failure:
        log.warning("%s: the model did not write its sections: %s", ref, failure)
        _remember(room, story, str(failure), RESTS)
        raise
    # Whatever people wrote meanwhile stays; what they withdrew, or keep to themselves, gets nothing.
    kept = await room.store.archive.change(
        ref,
        lambda now: analysed(now, sections, writer.name) if may_be_written(now) else now,
        reason="analysed",
        at=room.instant(),
    )
    if kept and missing(kept, writer.sections):
        _remember(room, story, _REFUSED, RESTS_WRITTEN)


async def _texts(room: Newsroom, story: Story) -> Mapping[str, str]:
    try:
        return await within(room.clock, READING, texts_of(room, story))
    except TimeoutError:
        return await kept_texts(room, story)


def _remember(room: Newsroom, story: Story, trouble: str, rest: timedelta) -> None:
    room.errands.remember(_name(story), (room.clock.elapsed() + rest, trouble))


def _lately(room: Newsroom, story: Story) -> str:
    """Why the model could not write the story a while ago; empty: it could, was not asked, or may be asked again."""
    match room.errands.recall(_name(story)):
        case (timedelta() as until, str(trouble)) if room.clock.elapsed() < until:
            return trouble
    return ""


def _name(story: Story) -> tuple[str, str, frozenset[str]]:
    """What the model has been asked of: with one more article, it is another question."""
    return "sections", story.ref, frozenset(article.key for article in story.articles)
