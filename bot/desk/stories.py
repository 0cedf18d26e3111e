"""The stories: which one somebody means, and what it says."""

from bot import lookup, request
from bot.model import Answer, Asker, Change, Edition, SectionName, Story
from bot.newsroom import Newsroom
from bot.ports import Revision, Search


class Stories:
    """For people who look something up. They change no story; a section that is not there yet is written for them."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room

    async def look_up(self, name: str, section: SectionName | None, asker: Asker) -> Answer:
        """The story called *name*, for one of its sections or whole, else the nearest ones."""
        return await request.offered(self._room, await lookup.look_up(self._room, name, section, asker))

    async def written(self, answer: Answer, asker: Asker) -> Answer:
        """*answer*, once the section that it waits for is written, or with the reason why it is not; up to 90 s."""
        return await request.written(self._room, answer, asker)

    async def search(self, wanted: Search) -> tuple[Story, ...]:
        """Stored stories, best first."""
        return await lookup.search(self._room, wanted)

    async def complete(self, typed: str, asker: Asker, limit: int = 25) -> tuple[tuple[str, str], ...]:
        """(ref, title) of the stories that *typed* may become, those of the channel's latest edition first."""
        return await lookup.complete(self._room, typed, asker, limit)

    async def latest_edition(self, asker: Asker) -> Edition | None:
        """The newest edition that was sent to the asker's channel, or to any, as it reads now."""
        return await lookup.latest_edition(self._room, asker)

    async def history(self, ref: str, asker: Asker) -> tuple[Revision, ...]:
        """The texts of a story that the asker's workspace has read, oldest first; for the operator, all of them."""
        return await self._room.store.archive.history(ref, workspace=asker.workspace)

    async def share(self, what: str, *, person: str, home: str, channel: str, thread: str = "") -> bool:
        """Write down that *person* shows everybody in *channel* of *home* (``platform:workspace``) an answer: *what* is
        ``ref/topic``. False: it has been shown there today, and is not to be shown again.
        """
        now = self._room.clock.now()
        shared = Change(
            at=now,
            workspace=home,
            person=person,
            action="share",
            subject=channel,
            detail=what,
            event=f"share:{channel}:{thread}:{what}:{now:%Y-%m-%d}",
        )
        return await self._room.store.audit.record(shared)
