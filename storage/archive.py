"""Stories and articles, for as long as they are kept: what is asked of them. ``storage.admission`` writes them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.identity import canonical_url
from bot.model import Change, Story
from bot.ports import Intake, Known, Page, Restated, Revision, Search
from bot.text import clean
from storage import admission, codec, finding, history, pages, restating, shelf
from storage.session import Database, Many, Result, Session, Statement, Work, row, rows
from storage.shelf import IS_GONE, IS_READ_OTHERWISE, VISIBLE


class KeptArchive:
    """Implements ``bot.ports.Archive``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._titles = finding.TitleMemory()

    # ------------------------------------------------------------------------------------------------- writing

    async def admit(self, intake: Intake) -> tuple[Story, ...]:
        """Keep all of it or nothing; the stories as kept, in the order given."""
        return await self._write(lambda db: admission.admit(db, intake))

    async def revise(self, story: Story, *, reason: str, at: datetime) -> Story:
        """Keep *story* as a new revision of itself, if anything changed."""
        return await self._write(lambda db: admission.revise(db, story, reason=reason, at=at))

    async def change(self, ref: str, make: Callable[[Story], Story], *, reason: str, at: datetime) -> Story | None:
        """Keep what *make* makes of the story called *ref* as it is now."""
        return await self._write(lambda db: admission.change(db, ref, make, reason=reason, at=at))

    async def restate(
        self,
        ref: str,
        make: Callable[[Story], Story],
        *,
        workspace: str = "",
        person: str = "",
        reason: str,
        at: datetime,
        entry: Callable[[Story, Story], Change] | None = None,
    ) -> Restated | None:
        """Keep what *make* makes of the story, for everybody or for *workspace*."""
        restated = await self._write(
            lambda db: restating.restate(
                db, ref, make, workspace=workspace, person=person, reason=reason, at=at, entry=entry
            )
        )
        if restated is None:
            return None
        return await self._database.write(lambda db: restating.look_again(db, restated, workspace=workspace))

    async def forget(self, before: datetime) -> int:
        """Drop what is older than *before*; how many stories went."""
        return await self._write(lambda db: admission.forget(db, before))

    async def keep_pages(self, read: Sequence[Page]) -> None:
        """Remember full texts, each in the place of the former one."""
        await self._database.write(lambda db: pages.keep(db, read))

    # ------------------------------------------------------------------------------------------------- reading

    async def known(self, names: Sequence[str]) -> Mapping[str, Known]:
        """The articles known under any of *names*, by name."""
        found = await self._database.read(Statement(shelf.NAMED, {"names": Many(names)}))
        return {one["name"]: codec.known_of(one) for one in found}

    async def by_ref(self, ref: str, *, workspace: str | None = None) -> Story | None:
        """The story called *ref*, followed through merges."""
        return await self._one(shelf.BY_REF, {"ref": clean(ref).upper()}, workspace)

    async def names(self, ref: str) -> tuple[str, ...]:
        """Every ref of the story called *ref*, its present one first."""
        found = await self._database.read(Statement(_NAMES, {"ref": clean(ref).upper()}))
        return tuple(str(one["ref"]) for one in found)

    async def restated(self, refs: Sequence[str], *, workspace: str = "") -> Mapping[str, Story]:
        """The corrected or withdrawn stories among *refs*."""
        asked = history.asked_for(refs, workspace)
        if not await self._database.read(Statement(history.RESTATED, asked)):
            return {}  # so it is of nearly all, and asked of each edition
        return await self._database.read(lambda db: history.restated(db, refs, workspace))

    async def by_url(
        self, url: str, *, workspace: str | None = None, audience: Sequence[str] | None = None
    ) -> Story | None:
        """The newest story with an article at *url*."""
        parameters = {"address": canonical_url(clean(url)), **_audience(audience)}
        return await self._one(_BY_ADDRESS, parameters, workspace) if parameters["address"] else None

    async def by_title(
        self, title: str, *, workspace: str | None = None, audience: Sequence[str] | None = None
    ) -> Story | None:
        """The newest story with exactly this title."""
        parameters = {"title": shelf.title_name(title), **_audience(audience)}
        return await self._one(_BY_TITLE, parameters, workspace)

    async def history(self, ref: str, *, workspace: str | None = None) -> tuple[Revision, ...]:
        """The revisions of a story, oldest first."""
        return await self._database.read(lambda db: history.of(db, ref, workspace))

    async def as_read(self, stories: Sequence[Story], *, workspace: str) -> tuple[Story, ...]:
        """*stories*, with the readings of *workspace* laid over them."""
        found = await self._database.read(Statement(_READ, {"workspace": workspace}))
        read = {one["ref"]: one["content"] for one in found}
        return tuple(one.told_as(codec.story_of(read[one.ref], ())) if one.ref in read else one for one in stories)

    async def window(self, since: datetime, until: datetime) -> tuple[Story, ...]:
        """Stories that became news after *since* and until *until*, oldest first."""
        parameters = {"since": codec.micros(since), "until": codec.micros(until)}
        return await self._database.read(
            lambda db: tuple(shelf.stories(db, [int(one["id"]) for one in rows(db, _WINDOW, parameters)]))
        )

    async def counts(self, since: datetime, until: datetime) -> tuple[int, datetime | None]:
        """How many public articles became news in that window, and the date of the newest until then."""
        parameters = {"since": codec.micros(since), "until": codec.micros(until)}
        [found] = await self._database.read(Statement(_COUNTS, parameters))
        return found["articles"], codec.moment_if(found["newest"])

    async def pages(self, keys: Sequence[str]) -> Mapping[str, Page]:
        """What came of looking for the full texts of the articles with *keys*, by key."""
        return await self._database.read(lambda db: pages.kept(db, keys))

    # ----------------------------------------------------------------------------------------------- searching

    async def search(self, search: Search) -> tuple[Story, ...]:
        """Stories that hold all words, best first; without words newest first."""

        def look(db: Session) -> tuple[Story, ...]:
            return tuple(shelf.stories(db, finding.find(db, search), search.workspace))

        return await self._database.read(look)

    async def nearest(
        self, words: str, *, workspace: str | None = None, limit: int = 3
    ) -> tuple[tuple[Story, float], ...]:
        """The stories whose titles are most like *words*, with a likeness of 0–100, best first."""

        def look(db: Session) -> tuple[tuple[Story, float], ...]:
            likely = self._titles.nearest(db, words, workspace=workspace, limit=limit)
            found = shelf.stories(db, [story for story, _ in likely], workspace)
            return tuple(zip(found, (score for _, score in likely), strict=True))

        return await self._database.read(look)

    async def complete(
        self, prefix: str, *, workspace: str | None = None, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """(ref, title) of stories whose title fits what has been typed so far."""

        def look(db: Session) -> tuple[tuple[str, str], ...]:
            return shelf.titles(db, self._titles.complete(db, prefix, workspace=workspace, limit=limit), workspace)

        return await self._database.read(look)

    async def _write(self, work: Work[Result]) -> Result:
        # Memories of titles ask for what is newer than the last revision that they saw.
        return await self._database.write(work, alone=True)

    async def _one(self, sql: str, parameters: dict[str, Any], workspace: str | None) -> Story | None:
        """The first story that *sql* finds, if it is visible to *workspace*."""

        def look(db: Session) -> Story | None:
            found = row(db, sql, {**parameters, "workspace": workspace})
            return next(shelf.stories(db, [found["id"]], workspace), None) if found else None

        return await self._database.read(look)


def _audience(workspaces: Sequence[str] | None) -> dict[str, Any]:
    """Whom a story is to exist for, as the tables say it."""
    audience = set() if workspaces is None else set(workspaces) or {""}
    return {"audience": Many(sorted(audience)), "count": None if workspaces is None else len(audience)}


_IS_SHOWN = f"(:workspace IS NULL OR NOT {IS_GONE})"
"""Withdrawn stories are found by their refs only; the operator, who may import one again, finds them."""

_EXISTS_FOR = """
    (:count IS NULL OR (
        :count = (SELECT count(*) FROM audience WHERE audience.story = story.id)
        AND :count = (SELECT count(*) FROM audience
            WHERE audience.story = story.id AND audience.workspace IN (SELECT value FROM json_each(:audience)))))
"""

_BY_ADDRESS = f"""
    SELECT story.id FROM article
    JOIN story_article ON story_article.article = article.id JOIN story ON story.id = story_article.story
    WHERE article.address = :address AND article.address <> '' AND {VISIBLE} AND {_IS_SHOWN} AND {_EXISTS_FOR}
    ORDER BY story.news_at DESC, story.id DESC LIMIT 1
"""  # noqa: S608 - no text from outside is in it

_BY_TITLE = f"""
    SELECT story.id FROM (
        SELECT id FROM story WHERE title_name = :title AND {_IS_SHOWN} AND NOT {IS_READ_OTHERWISE}
        UNION SELECT story FROM reading WHERE workspace = :workspace AND title_name = :title AND NOT is_withdrawn
    ) AS found JOIN story ON story.id = found.id
    WHERE {VISIBLE} AND {_EXISTS_FOR} ORDER BY story.news_at DESC, story.id DESC LIMIT 1
"""  # noqa: S608 - no text from outside is in it

_READ = """
    SELECT story.ref, revision.content FROM reading JOIN revision ON revision.id = reading.revision
        JOIN story ON story.id = reading.story
    WHERE reading.workspace = :workspace
"""

_NAMES = """
    WITH RECURSIVE
    way (ref, story, leads_to) AS (
        SELECT ref, story, leads_to FROM ref WHERE ref = :ref
        UNION SELECT ref.ref, ref.story, ref.leads_to FROM ref JOIN way ON ref.ref = way.leads_to),
    name (ref, steps) AS (
        SELECT ref, 0 FROM way WHERE story IS NOT NULL
        UNION SELECT ref.ref, steps + 1 FROM ref JOIN name ON ref.leads_to = name.ref)
    SELECT ref FROM name ORDER BY steps, ref
"""

_WINDOW = "SELECT id FROM story WHERE news_at > :since AND news_at <= :until ORDER BY news_at, ref"

_COUNTS = """
    SELECT
        (SELECT count(*) FROM article WHERE workspace = '' AND news_at > :since AND news_at <= :until) AS articles,
        (SELECT dated FROM article WHERE workspace = '' AND dated <= :until AND news_at <= :until
            ORDER BY dated DESC LIMIT 1) AS newest
"""
