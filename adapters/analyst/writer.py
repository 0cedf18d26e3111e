"""The writer: a model behind the gate and within the budget. Loads no SDK before it is first asked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from adapters.analyst import gated, prompts
from adapters.analyst.budget import Budget
from adapters.analyst.endpoint import Endpoint
from adapters.analyst.packet import MOST, Packet, packet
from adapters.analyst.prices import BYTES_PER_TOKEN
from adapters.analyst.question import Asked, Question
from adapters.analyst.reply import BriefReply, SameEventReply, SectionsReply, WeighReply
from bot.errors import AnalystFailed
from bot.model import Article, SectionName, Sections, Story
from bot.ports import UNWATCHED, Clock, Draft, Spending, Watch

if TYPE_CHECKING:
    from adapters.analyst.talk import Talk

MOST_TOKENS = {"brief": 1_500, "sections": 2_500, "weigh": 400, "same event": 400}
"""Tokens of an answer, by purpose: about twice what a good one has."""
AT_ONCE = 5
"""Stories that are weighed, or pairs that are compared, at one time."""
_TYPICAL = int(MOST / BYTES_PER_TOKEN) + 1_500
"""Tokens that are sent of a long story, with the instructions."""
_SIGNIFICANCES = range(1, 6)
_Subject = TypeVar("_Subject")


class ModelWriter:
    """Implements ``bot.ports.Writer``."""

    sections = frozenset(SectionName) - {SectionName.KEY_POINTS}

    def __init__(self, endpoint: Endpoint, spending: Spending, clock: Clock, watch: Watch = UNWATCHED) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._budget = Budget(endpoint, spending, clock, watch)
        self._talk: Talk | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Let go of the connections to the model."""
        if self._talk:
            await self._talk.close()

    async def may_write(self) -> bool:
        """Whether today's budget still takes a long story."""
        return await self._budget.takes(_TYPICAL, MOST_TOKENS["brief"])

    async def brief(self, story: Story, texts: Mapping[str, str]) -> Draft:
        """Takeaway and key points of *story*; the title stays as the sources have it.

        Raises:
            AnalystFailed: no takeaway or no key point passed the gate, or there was no answer.
        """
        seen = _packet(story, texts)
        question = Question(
            form=BriefReply,
            instructions=prompts.BRIEF,
            lines=prompts.of_story(seen),
            purpose="brief",
            ref=story.ref,
            most=MOST_TOKENS["brief"],
        )
        found = await (await self._open()).ask(question, lambda reply: gated.brief(reply, seen))
        if not found.worth:
            raise AnalystFailed(f"the model {self.name}: nothing that it wrote stands in the sentences that it cites")
        return Draft(
            title=story.title,
            takeaway=found.takeaway,
            key_points=found.key_points,
            analyst=self.name,
            dropped=len(found.problems),
        )

    async def write(self, story: Story, texts: Mapping[str, str]) -> Sections:
        """The sections of *story* that take judgement.

        Raises:
            AnalystFailed: none of them passed the gate, or there was no answer.
        """
        seen = _packet(story, texts)
        question = Question(
            form=SectionsReply,
            instructions=prompts.SECTIONS,
            lines=prompts.of_story(seen),
            purpose="sections",
            ref=story.ref,
            most=MOST_TOKENS["sections"],
        )
        found = await (await self._open()).ask(question, lambda reply: gated.sections(reply, seen))
        if not found.worth:
            raise AnalystFailed(f"the model {self.name}: nothing that it wrote of it passed the gate")
        return found.sections

    async def weigh(self, stories: Sequence[Story]) -> Mapping[str, int]:
        """The significance of each of *stories* that it gave one, by ref. Each is shown alone, so that none can say
        anything of another; one that failed has none.

        Raises:
            AnalystFailed: all of them failed.
        """
        found = await self._each(self._weigh, stories)
        return {
            story.ref: value for story, value in zip(stories, found, strict=True) if value and value in _SIGNIFICANCES
        }

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        """Whether each of *pairs* tells of the same event; each is shown alone, and None where it failed.

        Raises:
            AnalystFailed: all of them failed.
        """
        found = await self._each(self._same_event, pairs)
        return tuple(None if same is None else bool(same) for same in found)

    async def _each(
        self, ask: Callable[[_Subject], Awaitable[int | None]], subjects: Sequence[_Subject]
    ) -> list[int | None]:
        """What *ask* finds of each of *subjects*, a few at once; None where it failed."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(subject: _Subject) -> int | AnalystFailed | None:
            async with turns:
                try:
                    return await ask(subject)
                except AnalystFailed as failure:
                    return failure

        found = await asyncio.gather(*map(one, subjects))
        failures = [end for end in found if isinstance(end, AnalystFailed)]
        if failures and len(failures) == len(found):
            raise failures[0]
        return [None if isinstance(end, AnalystFailed) else end for end in found]

    async def _weigh(self, story: Story) -> int | None:
        question = Question(
            form=WeighReply,
            instructions=prompts.WEIGH,
            lines=prompts.of_stories([story]),
            purpose="weigh",
            ref=story.ref,
            most=MOST_TOKENS["weigh"],
        )
        return await self._number(question, lambda reply: ((one.number, one.significance) for one in reply.stories))

    async def _same_event(self, pair: tuple[Article, Article]) -> int | None:
        question = Question(
            form=SameEventReply,
            instructions=prompts.SAME_EVENT,
            lines=prompts.of_pairs([pair]),
            purpose="same event",
            most=MOST_TOKENS["same event"],
        )
        return await self._number(question, lambda reply: ((one.number, one.same) for one in reply.pairs))

    async def _number(
        self, question: Question[Asked], read: Callable[[Asked], Iterable[tuple[int, int]]]
    ) -> int | None:
        """What is answered of the one line that is shown; None: nothing, or two things."""
        found = await (await self._open()).ask(question, lambda reply: _Counted(_by_number(read(reply))))
        return found.of.get(1)

    async def _open(self) -> "Talk":
        async with self._opening:
            if self._talk is None:
                # Loading the SDKs takes seconds, during which the event loop answers people.
                self._talk = await asyncio.to_thread(_open_talk, self._endpoint, self._budget)
        return self._talk


@dataclass(frozen=True, slots=True)
class _Counted:
    """A reply of numbers, which need no gate."""

    of: Mapping[int, int]
    """By the number of the line."""
    problems: tuple[str, ...] = ()

    @property
    def worth(self) -> int:
        return len(self.of)


def _by_number(given: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What was said of each line; one of which two things were said has none."""
    pairs = list(dict.fromkeys(given))
    numbers = [number for number, _ in pairs]
    return {number: value for number, value in pairs if numbers.count(number) == 1}


def _packet(story: Story, texts: Mapping[str, str]) -> Packet:
    seen = packet(story, texts)
    if all(one.text == one.article.title for one in seen.sentences):
        raise AnalystFailed("there is nothing but headlines to write from")
    return seen


def _open_talk(endpoint: Endpoint, budget: Budget) -> "Talk":
    if endpoint.provider and not endpoint.key:
        raise AnalystFailed(f"the model {endpoint.name}: there is no key for it in the environment")
    try:
        from adapters.analyst.talk import open_talk  # noqa: PLC0415  # the SDKs are an extra, and take seconds to load
    except ImportError:
        raise AnalystFailed("models need more packages: make extras") from None
    return open_talk(endpoint, budget)
