"""Lines of a written story: paragraphs, lists, and the marks that lists are decorated with. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

BULLET = re.compile(r"[-*+–]\s+|•\s*")
_NUMBER = re.compile(r"\d{1,2}[.)]\s+")
_QUOTES = "\"'(\u2018\u201c\u00ab"
_NO_PLACE = r"(?!\s|\d|[.,:]\d|%|st\b|nd\b|rd\b|th\b)"
"""What follows a number that means something."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    """From 1."""
    text: str
    """Cleaned."""


def paragraphs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """*lines* in groups, as empty lines divide them."""
    group: list[Line] = []
    for line in lines:
        if line.text:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def points(lines: Sequence[Line]) -> list[Line]:
    """The key points on *lines*, without what marks them as a list. A line without a mark continues the point."""
    starts: list[Line] = []
    is_list = any(unbulleted(line.text) != line.text or _glued(line.text, 1) for line in lines)
    for group in paragraphs(lines):
        for line in group:
            text = unbulleted(line.text)
            if is_list and line is not group[0] and text == line.text and not _glued(text, len(starts) + 1):
                starts[-1] = Line(starts[-1].number, f"{starts[-1].text} {text}")
            else:
                starts.append(Line(line.number, text))
    # ``3D printing`` as the third point is no ``D printing``, unless the first two have their numbers as well.
    numbered = all(re.match(rf"{place}{_NO_PLACE}\S", line.text) for place, line in enumerate(starts, 1))
    sure = numbered and len(starts) > 1
    return [Line(line.number, _undigited(line.text, place, sure=sure)) for place, line in enumerate(starts, 1)]


def _undigited(text: str, place: int, *, sure: bool) -> str:
    """*text* without the number of its *place* in the list; *sure*: every point has its own glued to it."""
    numbered = re.match(rf"{place}[.)](?!\d)\s*(?=\S)", text)
    glued = re.match(str(place), text) if sure or _glued(text, place) else None
    found = numbered or glued
    return text[found.end() :] if found else text


def _glued(text: str, place: int) -> bool:
    """The number *place* is glued to a word: ``1First``, but not ``1st``, ``3D`` or ``2nm``."""
    return bool(re.match(rf"{place}{_NO_PLACE}(?:[^\W\d_]{{3}}|[{_QUOTES}])", text))


def unbulleted(text: str) -> str:
    """*text* without the bullet or number of a list."""
    found = BULLET.match(text) or _NUMBER.match(text)
    return text[found.end() :] if found and found.end() < len(text) else text
