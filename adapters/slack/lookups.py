"""People who look something up: commands, buttons, pickers."""

import asyncio
from dataclasses import replace

from adapters.slack import actions, answers, views
from adapters.slack.rights import Rights
from adapters.slack.talk import Talk
from adapters.slack.visit import NO_SUBSCRIPTION, Visit
from bot import wording
from bot.asking import Find, Help, LookUp, Quit, Sources, Today, question
from bot.desk import Channels, Stories
from bot.errors import WrongUsage
from bot.model import Asker, Edition, SectionName
from bot.ports import Clock

_PATIENCE = 1.5
"""Seconds that a look-up may take before a view is opened without it: the right to open one lasts three."""
_NEEDS_A_STORY = {
    "keypoints": SectionName.KEY_POINTS.value,
    "effects": SectionName.SECOND_ORDER_EFFECTS.value,
    "brief story": actions.WHOLE,
    "brief changed": SectionName.WHAT_CHANGED.value,
    "brief implications": SectionName.STRATEGIC_IMPLICATIONS.value,
    "brief outlook": SectionName.WHAT_HAPPENS_NEXT.value,
    "brief sources": actions.SOURCES,
}


class LookUps:
    """Answers in private, with *Share*."""

    def __init__(self, channels: Channels, stories: Stories, rights: Rights, talk: Talk, clock: Clock) -> None:
        self._channels = channels
        self._stories = stories
        self._rights = rights
        self._talk = talk
        self._clock = clock

    async def command(self, visit: Visit, line: str) -> None:
        """Answer ``/keypoints``, ``/effects`` or ``/brief`` with everything behind it."""
        asker = await asker_of(self._channels, visit)
        bare = " ".join(line.casefold().split()).removeprefix("/")
        if bare in _NEEDS_A_STORY:
            await self._talk.say(visit, answers.which(_NEEDS_A_STORY[bare], await self._stories.latest_edition(asker)))
            return
        try:
            await self._answer(visit, line, asker)
        except WrongUsage as mistake:
            await self._talk.say(visit, answers.sentence(str(mistake)))

    async def topic(self, visit: Visit, topic: str, ref: str, *, replaces: bool = False) -> None:
        """Answer a press or a pick: *topic* is a section, the whole story or its sources."""
        await self._tell(visit, ref, topic, await asker_of(self._channels, visit), replaces=replaces)

    async def full(self, visit: Visit, ref: str) -> None:
        """Open the whole story in a view."""
        asked = asyncio.ensure_future(self._stories.look_up(ref, None, await asker_of(self._channels, visit)))
        done, _ = await asyncio.wait({asked}, timeout=_PATIENCE)
        opened = "" if done else await self._talk.open(visit, views.loading("Story"))
        found = await asked
        if found.story:
            view = views.story(found.story, self._clock.now(), found.writable)
        else:
            view = views.said("Story", wording.not_found(found.asked, (), found.because))
        if opened:
            await self._talk.fill(visit, opened, view)
        elif not await self._talk.open(visit, view):
            # Too late for a view, or too large for one: the answer comes as a message.
            await self.topic(visit, actions.WHOLE, ref)

    async def share(self, visit: Visit, topic: str, ref: str) -> None:
        """Show everybody in the channel what was answered in private."""
        found = await self._stories.look_up(ref, actions.section_of(topic), await asker_of(self._channels, visit))
        if found.story is None:
            await self._talk.say(visit, answers.not_found(found, topic))
            return
        if not await self._rights.may_share(visit) or not await self._is_first(visit, f"{found.story.ref}/{topic}"):
            said = f"Somebody has shared this here lately, or only members of this workspace may. {found.story.ref}"
            await self._talk.say(visit, answers.sentence(said))
            return
        who = visit.user_name or "somebody"
        await self._talk.share(visit, answers.shared(found.story, topic, who, self._clock.now()))

    async def _is_first(self, visit: Visit, what: str) -> bool:
        """Whether nobody has shared *what* there today; now it counts as shared."""
        home, thread = f"slack:{visit.workspace}", visit.thread
        return await self._stories.share(what, person=visit.person, home=home, channel=visit.channel, thread=thread)

    async def offer(self, visit: Visit, typed: str) -> list[tuple[str, str]]:
        """(ref, title) of the stories that *typed* may become, for the picker."""
        return list(await self._stories.complete(typed, await asker_of(self._channels, visit), limit=50))

    async def _answer(self, visit: Visit, line: str, asker: Asker) -> None:
        match question(line):
            case LookUp(name, section):
                await self._tell(visit, name, actions.topic_of(section), asker)
            case Sources(name):
                await self._tell(visit, name, actions.SOURCES, asker)
            case Find(search):
                found = await self._stories.search(replace(search, workspace=asker.workspace))
                await self._talk.say(visit, answers.search_results(search.words, found, self._clock.now()))
            case Today():
                await self._talk.say(visit, *answers.today(await self._stories.latest_edition(asker)))
            case Help() | Quit():
                await self._talk.say(visit, answers.helping(_example(await self._stories.latest_edition(asker))))

    async def _tell(self, visit: Visit, name: str, topic: str, asker: Asker, *, replaces: bool = False) -> None:
        """Answer with *topic* of the story called *name*; what has to be written first is announced at once."""
        found = await self._stories.look_up(name, actions.section_of(topic), asker)
        if found.is_awaited and found.story and found.section:
            soon = wording.being_written(found.story, found.section)
            await self._talk.say(visit, answers.sentence(soon), replaces=replaces)
            found, replaces = await self._stories.written(found, asker), False
        await self._talk.say(visit, *answers.answer(found, topic, self._clock.now()), replaces=replaces)


async def asker_of(channels: Channels, visit: Visit) -> Asker:
    """As whom the person looks things up where they are."""
    here = await channels.in_channel("slack", visit.workspace, visit.channel) if visit.channel else None
    return visit.asker(here.id if here else NO_SUBSCRIPTION)


def _example(edition: Edition | None) -> str:
    return edition.stories[0].ref if edition and edition.stories else "1"
