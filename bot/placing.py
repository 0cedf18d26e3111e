"""Placing: where new articles belong, by their words, by their meaning, and by a model's word where it is close."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.errands import within
from bot.errors import DaybriefError
from bot.group import Cluster, Grouping, Judgement, gist, group
from bot.model import Article
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)

CLOSE_CALLS = 10
"""Pairs of articles that a model is asked about in one round of gathering."""
PATIENCE = timedelta(seconds=20)
"""How long a round waits for its answer: nobody composes an edition meanwhile."""


async def place(room: Newsroom, new: Sequence[Article], known: Sequence[Cluster]) -> Grouping:
    """Where *new* articles belong among the stories that are *known*; without meaning or a model, if they fail."""
    meaning = await _meaning(room, [*new, *(article for one in known for article in one.articles)])
    may_ask = room.writer is not None and await room.writer.may_write()
    doubts = CLOSE_CALLS if may_ask else 0
    grouping: Grouping = await room.workers.run(group, tuple(new), tuple(known), meaning, (), doubts)
    judgements = await _judgements(room, grouping.doubts)
    if judgements:
        grouping = await room.workers.run(group, tuple(new), tuple(known), meaning, judgements)
    return grouping


async def _meaning(room: Newsroom, articles: Sequence[Article]) -> Mapping[str, bytes]:
    """For the gist of each of *articles* what it means; nothing, if nobody knows."""
    if room.meaning is None:
        return {}
    gists = tuple(dict.fromkeys(gist(article) for article in articles))
    try:
        return dict(zip(gists, await room.meaning.of(gists), strict=True))
    except DaybriefError as trouble:
        log.warning("articles are compared by their words alone: %s", trouble)
        return {}


async def _judgements(room: Newsroom, doubts: Sequence[tuple[Article, Article]]) -> tuple[Judgement, ...]:
    """What the model says of *doubts*, as far as it says anything in time."""
    if not doubts or room.writer is None:
        return ()
    try:
        said = await within(room.clock, PATIENCE, room.modelled(room.writer.same_event(doubts)))
    except (DaybriefError, TimeoutError) as failure:
        reason = str(failure) or "it took too long"
        log.info("nobody said whether %d pairs of articles are the same event: %s", len(doubts), reason)
        return ()
    return tuple(
        Judgement(one=one.key, other=other.key, is_same=is_same)
        for (one, other), is_same in zip(doubts, said, strict=True)
        if is_same is not None
    )
