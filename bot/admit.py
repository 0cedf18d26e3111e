"""Taking in ready-written stories: the same one again updates what we have, and never doubles it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.coverage import copies
from bot.drafting import with_models_sections
from bot.identity import canonical_url, domain_of
from bot.manuscript import Manuscript, ManuscriptArticle
from bot.model import Article, Origin, Source, Story, StoryStatus
from bot.newsroom import Newsroom


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """One manuscript, taken in."""

    story: Story
    is_new: bool


async def admit(room: Newsroom, manuscripts: Sequence[Manuscript]) -> tuple[Admitted, ...]:
    """Keep *manuscripts*, in order. The story one means is that of :func:`known`."""
    async with room.keeping:
        now = room.instant()
        return tuple([await admit_one(room, manuscript, now) for manuscript in manuscripts])


async def admit_one(room: Newsroom, manuscript: Manuscript, now: datetime) -> Admitted:
    """Keep *manuscript*. Whoever calls holds ``room.keeping``."""
    old = await known(room, manuscript)
    story = with_manuscript(old, manuscript, now)
    kept = await room.store.archive.revise(story, reason="imported", at=now)
    return Admitted(story=kept, is_new=old is None)


async def known(room: Newsroom, manuscript: Manuscript) -> Story | None:
    """The stored story that *manuscript* means: by its ref, else by one of its urls, else by its title; these two only
    among the stories for the same workspaces, of which nobody else may lose theirs or come to see it.
    """
    archive = room.store.archive
    if manuscript.ref and (story := await archive.by_ref(manuscript.ref)):
        return story
    for article in manuscript.articles:
        if article.url and (story := await archive.by_url(article.url, audience=manuscript.workspaces)):
            return story
    return await archive.by_title(manuscript.title, audience=manuscript.workspaces)


def with_manuscript(old: Story | None, manuscript: Manuscript, now: datetime) -> Story:
    """The story that *manuscript* makes of *old*, or a new one without a ref. Pure.

    Its text replaces the old one; articles that we already have stay, and so does a correction or withdrawal mark, and
    what somebody had a model write that the manuscript leaves out.
    """
    articles = tuple(_article(article, manuscript, now) for article in manuscript.articles)
    written = {
        "title": manuscript.title,
        "takeaway": manuscript.takeaway,
        "analyst": manuscript.analyst,
        "sections": manuscript.sections,
        "workspaces": manuscript.workspaces,
    }
    if old is None:
        return Story(
            ref=manuscript.ref,
            first_seen=now,
            news_at=now,
            topics=manuscript.topics,
            articles=articles,
            copies=copies(articles),
            origin=Origin.IMPORT,
            **written,  # type: ignore[arg-type]  # a table of fields that both branches share
        )
    held = {canonical_url(article.url) or article.title for article in old.articles}
    fresh = tuple(article for article in articles if (canonical_url(article.url) or article.title) not in held)
    everything = (*old.articles, *fresh)
    changed = replace(
        old,
        topics=manuscript.topics or old.topics,
        articles=everything,
        copies=copies(everything) if fresh else old.copies,
        origin=Origin.IMPORT,
        **written | {"sections": with_models_sections(old, manuscript.sections)},  # type: ignore[arg-type]
    )
    # Importing the same again changes nothing, neither whose words they are nor when they became news.
    return old if replace(changed, origin=old.origin) == old else replace(changed, news_at=now)


def _article(article: ManuscriptArticle, manuscript: Manuscript, now: datetime) -> Article:
    name = canonical_url(article.url) or f"{manuscript.title}\x1f{article.title}"
    return Article(
        key=hashlib.sha256(f"import\x1f{name}".encode()).hexdigest()[:24],
        title=article.title,
        url=article.url,
        source=Source(name=article.source or domain_of(article.url), domain=domain_of(article.url)),
        published=article.published,
        first_seen=now,
        news_at=now,
        topics=manuscript.topics,
    )


def corrected(old: Story, manuscript: Manuscript, now: datetime) -> Story:
    """*old* with the text of *manuscript*, marked as corrected. Pure.

    What a model had written goes: it may rest on what was wrong. A text that names no workspaces stays with those that
    had it: nothing becomes public by being corrected.
    """
    return replace(
        with_manuscript(old, manuscript, now),
        sections=manuscript.sections,
        news_at=old.news_at,
        origin=old.origin,
        workspaces=manuscript.workspaces or old.workspaces,
        status=StoryStatus.CORRECTED,
        status_reason="",
        status_at=now,
    )
