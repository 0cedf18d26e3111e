"""Full texts: what stands behind the extracts of feeds, read once for the stories that somebody is going to read."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.errors import PageFailed
from bot.model import Article, Story
from bot.newsroom import Newsroom
from bot.ports import Page

log = logging.getLogger(__name__)

PER_STORY = 4
"""Articles of a story whose full texts are read, each of another publisher."""
AGAIN_AFTER = timedelta(days=1)
"""How long a page that gave no text is left alone."""


async def texts_of(room: Newsroom, story: Story) -> Mapping[str, str]:
    """The full texts of *story*'s articles by key, as far as there are any; those never looked for are read first.

    None for a story that only some workspaces may see, nor in a replay: a page as it is today is of another time.
    """
    if room.pages is None or story.workspaces or room.replayed:
        return await kept_texts(room, story)
    chosen = list(_chosen(story))
    kept = await room.store.archive.pages([one.key for one in chosen])
    unread = [one for one in chosen if _is_to_be_read(kept.get(one.key), room.instant())]
    await asyncio.gather(*(_read_once(room, one) for one in unread))
    return await kept_texts(room, story)


async def kept_texts(room: Newsroom, story: Story) -> Mapping[str, str]:
    """Those that have been read before."""
    if story.workspaces or room.replayed:
        return {}
    kept = await room.store.archive.pages([one.key for one in story.articles])
    return {key: page.text for key, page in kept.items() if page.text}


async def _read_once(room: Newsroom, article: Article) -> None:
    await room.errands.run(("page", article.key), lambda: _read(room, article))


async def _read(room: Newsroom, article: Article) -> None:
    """Look for the full text of *article*, and keep what came of it."""
    text, reason = "", ""
    async with room.errands.pages:
        try:
            text = await room.pages.read(article) if room.pages else ""
        except PageFailed as failure:
            reason = str(failure)
        except Exception as bug:
            log.exception("reading a page of %s failed in a way that was not foreseen", article.source.name)
            reason = f"Daybrief failed on it ({type(bug).__name__})"
    page = Page(key=article.key, text=text, reason=reason, read_at=room.instant())
    await room.store.archive.keep_pages([page])


def _chosen(story: Story) -> Iterator[Article]:
    """The articles whose texts are worth reading: one of each independent publisher, the most trusted first."""
    publishers: set[str] = set()
    for article in sorted(story.articles, key=lambda one: -one.weight):
        publisher = article.source.domain or article.source.name
        if article.url and article.key not in story.copies and publisher not in publishers:
            publishers.add(publisher)
            yield article
        if len(publishers) == PER_STORY:
            return


def _is_to_be_read(page: Page | None, now: datetime) -> bool:
    return page is None or (not page.text and page.read_at + AGAIN_AFTER <= now)
