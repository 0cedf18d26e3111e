"""Slash commands typed in the terminal: reads lines, asks the desk for stories, shows answers."""

import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from adapters.terminal import answers, text, waiting
from adapters.terminal.pieces import ACCENT, gutter, outside, spaced
from bot import wording
from bot.asking import Find, LookUp, Question, Quit, Sources, Today, question
from bot.errors import DaybriefError
from bot.model import Answer, Asker, Edition, SectionName, Story
from bot.ports import Clock, Search


class Stories(Protocol):
    """As much of ``bot.desk.Stories`` as the prompt asks of it."""

    async def look_up(self, name: str, section: SectionName | None, asker: Asker) -> Answer:
        """The story called *name*, for one of its sections or whole, else the nearest ones."""

    async def written(self, answer: Answer, asker: Asker) -> Answer:
        """*answer*, once the section that it waits for is written, or with the reason why it is not."""

    async def latest_edition(self, asker: Asker) -> Edition | None:
        """The newest edition that was sent to the asker's channel, or to any."""

    async def search(self, wanted: Search) -> tuple[Story, ...]:
        """Stored stories, best first."""


# --------------------------------------------------------------------------------------------------- the answers


class Prompt:
    """Answers one line after the other. Of the newsroom it holds the stories; the clock tells how old things are."""

    def __init__(self, stories: Stories, asker: Asker, show: Callable[[RenderableType], None], clock: Clock) -> None:
        self._stories = stories
        self._asker = asker
        self._show = show
        self._clock = clock

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Answer each of *lines* until they end or one is ``/quit``; mistakes are answered with a sentence."""
        async for line in lines:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                asked = question(line)
                if isinstance(asked, Quit):
                    return
                shown = await self._answer(asked)
            except DaybriefError as error:
                shown = spaced(outside(str(error)))
            self._show(Padding(shown, (1, 0, 0, 0)))

    async def _answer(self, asked: Question) -> RenderableType:
        match asked:
            case LookUp(name, section):
                return answers.answer(await self._looked_up(name, section), now=self._clock.now())
            case Sources(name):
                return answers.sources(await self._stories.look_up(name, None, self._asker), now=self._clock.now())
            case Find(search):
                found = await self._stories.search(replace(search, workspace=self._asker.workspace))
                return answers.search_results(search.words, found, now=self._clock.now())
            case Today():
                edition = await self._stories.latest_edition(self._asker)
                return text.edition(edition, has_prompt=True) if edition else Text("No edition has been posted yet.")
            case _:
                return await self._help()

    async def _looked_up(self, name: str, section: SectionName | None) -> Answer:
        found = await self._stories.look_up(name, section, self._asker)
        async with waiting.for_answer(found):
            return await self._stories.written(found, self._asker)

    async def _help(self) -> RenderableType:
        edition = await self._stories.latest_edition(self._asker)
        example = edition.stories[0].ref if edition and edition.stories else "1"
        rows = (*wording.help_lines(example), ("/quit", "the end"))
        listed = gutter((Text(command, style=ACCENT), Text(gives)) for command, gives in rows)
        return spaced(listed, Text(wording.NAMING))


async def typed_lines(ask: str = "\n> ") -> AsyncIterator[str]:
    """Lines as somebody types them, until end of file or Ctrl-C, with editing and history where the system has them.

    The event loop stands still meanwhile, so this is for programs that do nothing else. A thread would not do: nothing
    could take it out of ``input`` again, and the program would hang at its end.
    """
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415  # changes what input() can do; must not slow down those who never ask
    while True:
        # asyncio's own handler only sets a flag, which input() would never see.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            line = input(ask)  # noqa: ASYNC250  # see above
        except (EOFError, KeyboardInterrupt):
            return
        finally:
            signal.signal(signal.SIGINT, before)
        yield line
