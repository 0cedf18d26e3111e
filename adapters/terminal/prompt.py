"""Slash commands typed in the terminal: reads lines, asks the desk, shows answers."""

import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Protocol

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from adapters.terminal import answers, text
from adapters.terminal.pieces import ACCENT, gutter, outside, spaced
from bot import wording
from bot.errors import DaybriefError, WrongUsage
from bot.model import Answer, Asker, Edition, SectionName, Story
from bot.ports import Clock, Search
from bot.text import clean


class Desk(Protocol):
    """As much of ``bot.desk.Desk`` as the prompt asks of it."""

    async def look_up(self, name: str, section: SectionName | None, asker: Asker) -> Answer:
        """The story called *name*, for one of its sections or whole, else the nearest ones."""

    async def latest_edition(self, asker: Asker) -> Edition | None:
        """The newest edition that was sent to the asker's channel, or to any."""

    async def search(self, wanted: Search) -> tuple[Story, ...]:
        """Stored stories, best first."""


# ------------------------------------------------------------------------------------------- what a line asks for


@dataclass(frozen=True, slots=True)
class LookUp:
    """A story, or one of its sections."""

    name: str
    section: SectionName | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """The articles that report a story."""

    name: str


@dataclass(frozen=True, slots=True)
class Find:
    """Stored stories."""

    search: Search


@dataclass(frozen=True, slots=True)
class Today:
    """The latest edition."""


@dataclass(frozen=True, slots=True)
class Help:
    """What there is to ask."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The end."""


Question = LookUp | Sources | Find | Today | Help | Quit

_SECTIONS = {
    "keypoints": SectionName.KEY_POINTS,
    "changed": SectionName.WHAT_CHANGED,
    "implications": SectionName.STRATEGIC_IMPLICATIONS,
    "outlook": SectionName.WHAT_HAPPENS_NEXT,
    "effects": SectionName.SECOND_ORDER_EFFECTS,
    "story": None,
}
_BARE: dict[str, Question] = {"": Today(), "today": Today(), "help": Help(), "quit": Quit()}
_TYPED_LIKE = {
    "keypoints": "/keypoints",
    "effects": "/effects",
    "quit": "/quit",
    **{word: f"/brief {word}" for word in ("story", "changed", "implications", "outlook", "sources")},
    **{word: f"/brief {word}" for word in ("search", "today", "help")},
}


def question(line: str) -> Question:
    """What *line* asks for. Pure. The slash may be left out, and so may ``brief`` before its subcommands.

    Raises:
        WrongUsage: there is no such command, or it lacks what it is about.
    """
    words = clean(line).removeprefix("/").split(" ")
    if words[0].lower() == "brief":
        words = words[1:] or [""]
    command, rest = words[0].lower(), " ".join(words[1:])
    if command in _BARE:
        return _BARE[command]
    if command == "search":
        return Find(search_of(rest))
    if command not in _SECTIONS and command != "sources":
        near = get_close_matches(command, _TYPED_LIKE, n=1)
        raise WrongUsage(
            f"There is no command “{command}”. "
            + (f"Did you mean {_TYPED_LIKE[near[0]]}?" if near else "/brief help lists all.")
        )
    if not rest:
        raise WrongUsage(f"{_TYPED_LIKE[command]} needs a story. {wording.NAMING}")
    return Sources(rest) if command == "sources" else LookUp(rest, _SECTIONS[command])


def search_of(text: str) -> Search:
    """The search that *text* describes: words, and the options ``from:DATE``, ``to:DATE`` and ``topic:T``. Pure.

    Dates are UTC; the day of ``to:`` is included.

    Raises:
        WrongUsage: a date that is none, or nothing to search for.
    """
    search = Search()
    words = []
    for word in text.split():
        option, colon, value = word.partition(":")
        match option.lower() if colon and value else "":
            case "from":
                search = replace(search, since=_midnight(value))
            case "to":
                search = replace(search, until=_midnight(value) + timedelta(days=1))
            case "topic":
                search = replace(search, topic=value)
            case _:
                words.append(word)
    search = replace(search, words=" ".join(words))
    if search == Search():
        raise WrongUsage("Say what to search for: /brief search WORDS [from:DATE] [to:DATE] [topic:T]")
    return search


def _midnight(text: str) -> datetime:
    with contextlib.suppress(ValueError, OverflowError):
        day = date.fromisoformat(text)
        if day < date.max:
            return datetime.combine(day, time(), tzinfo=UTC)
    raise WrongUsage(f"“{text}” is not a date; write it like 2026-03-01.")


# --------------------------------------------------------------------------------------------------- the answers


class Prompt:
    """Answers one line after the other. Of the newsroom it holds a desk; the clock tells how old things are."""

    def __init__(self, desk: Desk, asker: Asker, show: Callable[[RenderableType], None], clock: Clock) -> None:
        self._desk = desk
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
                return answers.answer(await self._desk.look_up(name, section, self._asker), now=self._clock.now())
            case Sources(name):
                return answers.sources(await self._desk.look_up(name, None, self._asker), now=self._clock.now())
            case Find(search):
                found = await self._desk.search(replace(search, workspace=self._asker.workspace))
                return answers.search_results(search.words, found, now=self._clock.now())
            case Today():
                edition = await self._desk.latest_edition(self._asker)
                return text.edition(edition) if edition else Text("No edition has been posted yet.")
            case _:
                return await self._help()

    async def _help(self) -> RenderableType:
        edition = await self._desk.latest_edition(self._asker)
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
