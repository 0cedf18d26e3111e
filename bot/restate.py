"""An edition as it reads now: stories that were corrected or withdrawn since it was composed say so."""

from collections.abc import Collection
from dataclasses import replace

from bot.compose import MAX_TAKEAWAY, MAX_TITLE, offered
from bot.model import Edition, EditionStory, SectionName, Story
from bot.newsroom import Newsroom
from bot.text import cut


async def as_it_reads_now(room: Newsroom, edition: Edition) -> Edition:
    """*edition* with the present text and mark of those of its stories that were corrected or withdrawn."""
    changed = await room.store.archive.restated([shown.ref for shown in edition.stories])
    if not changed:
        return edition
    writable = room.writer.sections if room.writer else ()
    stories = (
        amended(shown, changed[shown.ref], writable) if shown.ref in changed else shown for shown in edition.stories
    )
    return replace(edition, stories=tuple(stories))


def amended(shown: EditionStory, story: Story, writable: Collection[SectionName] = ()) -> EditionStory:
    """*shown* with the text and the mark that *story* carries now, and what can be asked of it; *writable* is what a
    model may write. Pure.
    """
    return replace(
        shown,
        title=cut(story.title, MAX_TITLE),
        takeaway=cut(story.takeaway, MAX_TAKEAWAY),
        sections=offered(story, writable),
        disputes=story.disputes,
        status=story.status,
        status_reason=story.status_reason,
        status_at=story.status_at,
    )
