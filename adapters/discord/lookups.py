"""People who look something up on Discord: commands, buttons, autocomplete."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.discord import answers
from adapters.discord.components import Card
from adapters.discord.limits import CHOICE
from adapters.discord.visit import NO_SUBSCRIPTION, Visit
from bot.asking import search_of
from bot.desk import Channels, Stories
from bot.model import Asker
from bot.ports import Clock
from bot.text import clean, cut


class LookUps:
    """What is asked of the newsroom, and how the answers look."""

    def __init__(self, channels: Channels, stories: Stories, clock: Clock) -> None:
        self._channels = channels
        self._stories = stories
        self._clock = clock

    async def topic(self, visit: Visit, name: str, topic: str) -> list[Card]:
        """A section, the whole story or its sources. Whoever asks sees that we are thinking while one is written."""
        asker = await asker_of(self._channels, visit)
        found = await self._stories.written(await self._stories.look_up(name, answers.section_of(topic), asker), asker)
        return answers.answer(found, topic, self._now())

    async def read_more(self, visit: Visit, ref: str) -> list[Card]:
        """A story with a button for each section."""
        found = await self._stories.look_up(ref, None, await asker_of(self._channels, visit))
        return answers.read_more(found, self._now())

    async def share(self, visit: Visit, ref: str, topic: str) -> tuple[list[Card], bool]:
        """What was answered in private, and whether everybody shall see it.

        By those who may write there, and once a day: an answer that can be shared stays pressable for ever.
        """
        found = await self._stories.look_up(ref, answers.section_of(topic), await asker_of(self._channels, visit))
        if found.story is None:
            return [answers.not_found(found, topic)], False
        what = f"{found.story.ref}/{topic}"
        if refusal := await self._why_not_shared(visit, what, is_written=found.is_written):
            return [answers.sentence(refusal)], False
        return answers.shared(found.story, topic, visit.user_name, self._now()), True

    async def today(self, visit: Visit) -> list[Card]:
        """This channel's latest edition."""
        return answers.today(await self._stories.latest_edition(await asker_of(self._channels, visit)))

    async def search(self, visit: Visit, words: str) -> list[Card]:
        """Stored stories; *words* may hold ``from:``, ``to:`` and ``topic:``. Raises WrongUsage."""
        asker = await asker_of(self._channels, visit)
        wanted = search_of(clean(words))
        found = await self._stories.search(replace(wanted, workspace=asker.workspace))
        return [answers.search_results(wanted.words, found, self._now())]

    async def helping(self, visit: Visit) -> list[Card]:
        """Every command, with an example of this channel."""
        edition = await self._stories.latest_edition(await asker_of(self._channels, visit))
        example = edition.stories[0].ref if edition and edition.stories else "1"
        return [answers.helping(example)]

    async def offer(self, visit: Visit, typed: str, limit: int) -> Sequence[tuple[str, str]]:
        """(what is shown, ref) of the stories that *typed* may become; this channel's latest edition first."""
        found = await self._stories.complete(typed, await asker_of(self._channels, visit), limit=limit)
        return [(cut(f"{ref}  {clean(title)}", CHOICE), ref) for ref, title in found]

    async def _why_not_shared(self, visit: Visit, what: str, *, is_written: bool) -> str:
        """What keeps *what* from being shown to everybody; empty: nothing, and now it counts as shared."""
        if not is_written:
            return "There is nothing to share: nobody has written this."
        if not visit.may_speak:
            return "You may not write in this channel, so nothing is shared here."
        home = f"discord:{visit.guild}"
        if not await self._stories.share(what, person=visit.person, home=home, channel=visit.channel):
            return "This has been shared here today; it can be shared again tomorrow."
        return ""

    def _now(self) -> datetime:
        return self._clock.now()


async def asker_of(channels: Channels, visit: Visit) -> Asker:
    """As whom the person looks things up where they are."""
    here = await channels.in_channel("discord", visit.guild, visit.channel) if visit.guild else None
    return visit.asker(here.id if here else NO_SUBSCRIPTION)
