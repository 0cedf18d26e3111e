"""What is done to a story before it is shown: it is quoted from full texts, weighed by the model, and written by it.

Each is done once, however many ask, and goes on when nobody waits any more. None of it raises: a story of which nothing
better comes stays as it is.
"""

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.drafting import briefed, is_quoted, quoted
from bot.errors import BudgetSpent, DaybriefError
from bot.fulltext import texts_of
from bot.model import Story
from bot.newsroom import Newsroom
from bot.wording import counted

log = logging.getLogger(__name__)

_WEIGHTS = frozenset(range(1, 6))
RESTS = timedelta(minutes=15)
"""How long a story that the model could do nothing with is not shown to it again."""


async def quote(room: Newsroom, story: Story) -> None:
    """Quote *story* from the full texts of its articles, as far as there are any, if it is a quoted one."""
    if is_quoted(story):
        errand = room.errands.run(("quote", story.ref, _keys(story)), lambda: _quote(room, story))
        await _unless_it_fails(room, errand, f"{story.ref} is quoted from its feeds alone")


async def weigh(room: Newsroom, stories: Sequence[Story]) -> None:
    """Ask the model how significant those of *stories* are that nobody has weighed."""
    new = [one for one in stories if one.significance is None and not _rests(room, ("weigh", one.ref))]
    if not new or room.writer is None:
        return
    for story in new:
        # Rounds may overlap; and a model that has no number for a story is not asked for it every minute.
        room.errands.remember(("weigh", story.ref), room.clock.elapsed())
    errand = room.errands.run(("weigh", new[0].ref), lambda: _weigh(room, new))
    await _unless_it_fails(room, errand, "the best stories stand in the order of their scores alone")


async def brief(room: Newsroom, story: Story) -> None:
    """Have the model write what the post shows of *story*, if that is only quoted so far."""
    name = ("brief", story.ref)
    if is_quoted(story) and not _rests(room, name):
        errand = room.errands.run(name, lambda: _brief(room, story))
        await _unless_it_fails(room, errand, f"{story.ref} stays as it is quoted")


async def _quote(room: Newsroom, story: Story) -> None:
    texts = await texts_of(room, story)
    name, basis = ("quoted", story.ref), (_keys(story), frozenset(texts))
    if not texts or room.errands.recall(name) == basis:
        return
    read = [replace(one, extract=texts.get(one.key, one.extract)) for one in story.articles]
    [draft] = await room.analyst.draft([read])
    await room.store.archive.change(
        story.ref,
        lambda now: quoted(now, draft) if is_quoted(now) and _keys(now) == _keys(story) else now,
        reason="quoted",
        at=room.instant(),
    )
    room.errands.remember(name, basis)


async def _weigh(room: Newsroom, stories: Sequence[Story]) -> None:
    if room.writer is None or not await room.writer.may_write():
        return
    weights = await room.modelled(room.writer.weigh(stories))
    for story in stories:
        # Anything else would make a story that no edition can read.
        if (weight := weights.get(story.ref)) in _WEIGHTS:
            await _give(room, story.ref, int(weight))


async def _give(room: Newsroom, ref: str, weight: int) -> None:
    archive = room.store.archive
    await archive.change(ref, lambda now: replace(now, significance=weight), reason="weighed", at=room.instant())


async def _brief(room: Newsroom, story: Story) -> None:
    writer = room.writer
    if writer is None or not await writer.may_write():
        return
    texts = await texts_of(room, story)
    try:
        async with room.errands.briefs:
            draft = await room.modelled(writer.brief(story, texts))
    except BudgetSpent:
        return  # tomorrow's budget finds the story elsewhere; nobody need be told of each one
    except DaybriefError:
        room.errands.remember(("brief", story.ref), room.clock.elapsed())
        raise
    if draft.dropped:
        log.info("%s: %s by %s did not pass the gate", story.ref, counted(draft.dropped, "point"), writer.name)
    await room.store.archive.change(
        story.ref,
        # What has grown meanwhile has been quoted anew, and is written once more before the next morning.
        lambda now: briefed(now, draft) if is_quoted(now) and _keys(now) == _keys(story) else now,
        reason="analysed",
        at=room.instant(),
    )


async def _unless_it_fails(room: Newsroom, step: Awaitable[None], otherwise: str) -> None:
    """Take *step*; what goes wrong with it costs no other story anything, and is told with what is so *otherwise*."""
    try:
        await step
    except DaybriefError as trouble:
        if not room.is_stopping:
            log.warning("%s: %s", otherwise, trouble)
    except Exception:
        log.exception("%s: something failed in a way that was not foreseen", otherwise)


def _rests(room: Newsroom, name: tuple[str, str]) -> bool:
    """Whether the model could lately do nothing with it."""
    since = room.errands.recall(name)
    return isinstance(since, timedelta) and room.clock.elapsed() - since < RESTS


def _keys(story: Story) -> frozenset[str]:
    return frozenset(article.key for article in story.articles)
