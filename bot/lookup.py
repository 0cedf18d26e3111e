"""Looking up: which stored story somebody means, and which of its sections they want."""

import re
from dataclasses import replace

from bot.model import Answer, Asker, Edition, SectionName, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Search
from bot.refs import looks_like_ref
from bot.restate import as_it_reads_now, home_of
from bot.text import clean
from bot.wording import no_such_number

SURE = 86
"""Likeness, 0 to 100, from which a title with typing errors is taken to be meant."""
LEAD = 6
"""By how much it must be more alike than the next one, or the newest of them all would be a guess."""
MAX_NAME = 300
"""Characters of a name that are looked at."""

_NUMBER = re.compile(r"#?(\d{1,2})")


async def look_up(room: Newsroom, name: str, section: SectionName | None, asker: Asker) -> Answer:
    """The story called *name*, else the three nearest.

    A name is, in this order: a ref, a number in the latest edition of the asker's channel, the url of an article, or
    words of a title, the last perhaps incomplete and with typing errors. Stories of other workspaces do not exist.
    """
    asked = clean(name)[:MAX_NAME]
    story, others = await _find(room, asked, asker) if asked else (None, ())
    if story or not asked:
        return Answer(asked=asked, section=section, story=story, others=others)
    nearest = tuple(story for story, _ in await room.store.archive.nearest(asked, workspace=asker.workspace))
    return Answer(asked=asked, section=section, nearest=nearest, because=await _why_no_number(room, asked, asker))


async def search(room: Newsroom, wanted: Search) -> tuple[Story, ...]:
    """Stored stories, best first; if no story holds the words as typed, those whose titles are most like them."""
    found = await room.store.archive.search(wanted)
    if found or not wanted.words:
        return found
    is_plain = wanted == replace(Search(words=wanted.words), workspace=wanted.workspace, limit=wanted.limit)
    if not is_plain:
        return ()
    near = await room.store.archive.nearest(wanted.words, workspace=wanted.workspace, limit=wanted.limit)
    return tuple(story for story, likeness in near if likeness >= SURE)


async def complete(room: Newsroom, typed: str, asker: Asker, limit: int) -> tuple[tuple[str, str], ...]:
    """(ref, title) of the stories that *typed* may become, those of the latest edition of the asker's channel first;
    without anything typed they alone. What was withdrawn is not found by its title, and so not offered.
    """
    edition = await latest_edition(room, asker)
    shown = (one for one in (edition.stories if edition else ()) if one.status is not StoryStatus.WITHDRAWN)
    here = {one.ref: one.title for one in shown}
    wanted = clean(typed)[:MAX_NAME].casefold()
    if not wanted:
        return tuple(here.items())[:limit]
    found = await room.store.archive.complete(wanted, workspace=asker.workspace, limit=limit)
    fitting = {ref: title for ref, title in here.items() if wanted in f"{ref} {title}".casefold()}
    first = fitting | {ref: title for ref, title in found if ref in here}
    return tuple((first | dict(found)).items())[:limit]


async def latest_edition(room: Newsroom, asker: Asker) -> Edition | None:
    """The newest edition that was sent to the asker's channel, else to any of the asker's workspace; as it reads now.
    A guest from another workspace reads what stands in the channel.
    """
    edition = await room.store.ledger.latest_edition(subscription=asker.subscription, workspace=asker.workspace)
    if edition is None or (asker.workspace and await home_of(room, edition) != asker.workspace):
        return None
    return await as_it_reads_now(room, edition)


async def _find(room: Newsroom, asked: str, asker: Asker) -> tuple[Story | None, tuple[Story, ...]]:
    """The story that is meant, and others that may have been."""
    archive, workspace = room.store.archive, asker.workspace
    if looks_like_ref(asked) and (story := await archive.by_ref(asked, workspace=workspace)):
        return story, ()
    if number := _NUMBER.fullmatch(asked):
        return await _by_number(room, int(number[1]), asker), ()
    if asked.lower().startswith(("http://", "https://")):
        return await archive.by_url(asked, workspace=workspace), ()
    if titled := await archive.by_title(asked, workspace=workspace):
        return titled, ()
    return await _by_words(room, asked, workspace)


async def _by_number(room: Newsroom, number: int, asker: Asker) -> Story | None:
    edition = await latest_edition(room, asker)
    for shown in edition.stories if edition else ():
        if shown.number == number:
            return await room.store.archive.by_ref(shown.ref, workspace=asker.workspace)
    return None


async def _why_no_number(room: Newsroom, asked: str, asker: Asker) -> str:
    """Why *asked* is no number in the latest edition; empty: it is none at all, or its story is gone."""
    if not (number := _NUMBER.fullmatch(asked)):
        return ""
    edition = await latest_edition(room, asker)
    is_there = edition is not None and any(shown.number == int(number[1]) for shown in edition.stories)
    return "" if is_there else no_such_number(edition)


async def _by_words(room: Newsroom, asked: str, workspace: str | None) -> tuple[Story | None, tuple[Story, ...]]:
    """The story that the words mean: the best match of all words, else a title that is surely the one."""
    matches = await room.store.archive.search(Search(words=asked, workspace=workspace, limit=3))
    if matches:
        return matches[0], matches[1:]
    near = await room.store.archive.nearest(asked, workspace=workspace, limit=2)
    if not near or near[0][1] < SURE:
        return None, ()
    is_the_only_one = len(near) == 1 or near[0][1] - near[1][1] >= LEAD
    return (near[0][0] if is_the_only_one else None), ()
