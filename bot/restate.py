"""An edition as it reads now: stories that were corrected or withdrawn since it was composed say so."""

from dataclasses import replace

from bot.compose import MAX_TAKEAWAY, MAX_TITLE
from bot.model import Edition, EditionStory, Story
from bot.newsroom import Newsroom
from bot.text import cut


async def as_it_reads_now(room: Newsroom, edition: Edition) -> Edition:
    """*edition* with the present text and mark of those of its stories that were corrected or withdrawn: for everybody,
    or by the workspace of its channel for itself. What has become a story of other workspaces reads as it did then.
    """
    home = await home_of(room, edition)
    changed = await room.store.archive.restated([shown.ref for shown in edition.stories], workspace=home)
    if not changed:
        return edition
    stories = (amended(shown, changed[shown.ref]) if shown.ref in changed else shown for shown in edition.stories)
    return replace(edition, stories=tuple(stories))


async def home_of(room: Newsroom, edition: Edition) -> str:
    """Whose channel *edition* is for; one that was composed before the platform told where we are at home says nothing
    of that.
    """
    if edition.channel.workspace:
        return edition.channel.home
    subscription = await room.store.subscriptions.by_id(edition.subscription)
    return (subscription or edition).channel.home


def amended(shown: EditionStory, story: Story) -> EditionStory:
    """*shown* with the text and the mark that *story* carries now. Pure.

    Only what is written can be asked for: no model reads the articles of a story that a person corrected or withdrew.
    What was new in it may be what was wrong, unless it was found after the story was marked.
    """
    was_marked = (shown.status, shown.status_at) == (story.status, story.status_at)
    return replace(
        shown,
        title=cut(story.title, MAX_TITLE),
        takeaway=cut(story.takeaway, MAX_TAKEAWAY),
        sections=story.sections.written(),
        disputes=story.disputes,
        news=shown.news if was_marked else "",
        status=story.status,
        status_reason=story.status_reason,
        status_at=story.status_at,
    )
