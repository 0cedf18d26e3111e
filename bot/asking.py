"""What a typed command asks for. Pure."""

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches

from bot import wording
from bot.errors import WrongUsage
from bot.model import SectionName
from bot.ports import Search
from bot.text import clean


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
