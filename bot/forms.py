"""A story as the fields of a form: what it shows, and what is remembered of that. Pure.

A form may stay open for an hour. What it showed goes out with it as a short code (:class:`Opened`), so that afterwards
what a person has changed can be told from what has changed meanwhile.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.model import Inference, Passage, SectionName, Story, StoryStatus
from bot.text import clean, pieces
from bot.wording import HEADINGS


class Part(StrEnum):
    """What of a story can be typed anew, in the order in which forms ask for it."""

    TITLE = "title"
    TAKEAWAY = "takeaway"
    KEY_POINTS = SectionName.KEY_POINTS.value
    WHAT_CHANGED = SectionName.WHAT_CHANGED.value
    STRATEGIC_IMPLICATIONS = SectionName.STRATEGIC_IMPLICATIONS.value
    WHAT_HAPPENS_NEXT = SectionName.WHAT_HAPPENS_NEXT.value
    SECOND_ORDER_EFFECTS = SectionName.SECOND_ORDER_EFFECTS.value


PASSAGES: Mapping[Part, SectionName] = {
    Part(name.value): name for name in SectionName if name is not SectionName.KEY_POINTS
}
"""The parts in prose, and the sections that they are."""
CALLED: Mapping[Part, str] = {
    Part.TITLE: "Title",
    Part.TAKEAWAY: "Takeaway",
    **{Part(name.value): heading for name, heading in HEADINGS.items()},
}
"""What people call the parts."""
HINTS: Mapping[Part, str] = {
    Part.KEY_POINTS: "One a line. An address at the end of a line is its source.",
    Part.WHAT_HAPPENS_NEXT: "A line that begins with - is one expectation.",
    Part.SECOND_ORDER_EFFECTS: "A line that begins with - is one effect.",
}
"""What people must know before they type."""
DASH = "- "
"""What begins the line of an expectation."""

_MARK = 8
"""Hexadecimal digits that tell one text of a part from another: by accident, one in four billion is taken for it."""
_WORD, _LINE = "w", "l"
"""Where a text was parted: within a line, or between two."""
_FIELDS = 3
"""What the code says of a part: its name, its mark, its seams."""

Texts = Mapping[Part, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a form showed of a story when it was opened."""

    ref: str
    marks: Mapping[Part, str]
    """For each part that it showed, what tells its text from others."""
    seams: Mapping[Part, str] = field(default_factory=dict)
    """For those shown in several fields, a letter for each place where two meet."""
    was_withdrawn: bool = False

    def code(self) -> str:
        """All of it in a few letters, without a colon; in less than eighty for two parts."""
        marks = (f"{part.value}.{mark}.{self.seams.get(part, '')}" for part, mark in self.marks.items())
        return "/".join((self.ref, "withdrawn" if self.was_withdrawn else "", *marks))


def opened(code: str) -> Opened | None:
    """What :meth:`Opened.code` says; None where *code* is none of ours."""
    ref, _, rest = code.partition("/")
    withdrawn, *marked = rest.split("/")
    parted = [one.split(".") for one in marked]
    if not ref or not parted or any(len(one) != _FIELDS or one[0] not in set(Part) for one in parted):
        return None
    return Opened(
        ref=ref,
        marks={Part(name): mark for name, mark, _ in parted},
        seams={Part(name): seams for name, _, seams in parted if seams},
        was_withdrawn=bool(withdrawn),
    )


def shown(story: Story) -> Texts:
    """Each part as somebody would type it; empty where the story has none."""
    passages = {part: story.sections.passage(name) for part, name in PASSAGES.items()}
    return {
        Part.TITLE: clean(story.title),
        Part.TAKEAWAY: " ".join(lines(story.takeaway)),
        Part.KEY_POINTS: "\n".join(clean(point.text) for point in story.sections.key_points),
        **{part: _typed(passage) if passage else "" for part, passage in passages.items()},
    }


def form(
    story: Story, parts: Iterable[Part], room: int, typed: Texts = MappingProxyType({})
) -> tuple[Mapping[Part, tuple[str, ...]], Opened]:
    """The texts of *parts* in fields of at most *room* characters, and what is to be remembered of them; what was
    *typed* before stands in the place of the present text, and is compared with that afterwards.
    """
    texts = shown(story)
    split = {part: _split(typed.get(part, texts[part]), room) for part in parts}
    return {part: fields for part, (fields, _) in split.items()}, Opened(
        ref=story.ref,
        marks={part: mark(texts[part]) for part in split},
        seams={part: seams for part, (_, seams) in split.items() if seams},
        was_withdrawn=story.status is StoryStatus.WITHDRAWN,
    )


def joined(texts: Sequence[str], seams: str) -> str:
    """What was typed into the fields of one part, as one text."""
    whole, *rest = texts or [""]
    for number, text in enumerate(rest):
        whole += (" " if seams[number : number + 1] == _WORD else "\n") + text
    return whole


def mark(text: str) -> str:
    """What tells *text* from others, however its lines are spaced."""
    return hashlib.sha256("\n".join(lines(text)).encode()).hexdigest()[:_MARK]


def lines(text: str) -> list[str]:
    """The lines of *text*, cleaned; those that say nothing are left out."""
    return [said for line in re.split(r"\r\n|\n|\r", text) if (said := clean(line))]


def item(told: Inference) -> str:
    """An expectation on one line, with what is known of it in brackets behind."""
    facts = (("horizon", told.horizon), ("confidence", told.confidence), ("basis", told.basis))
    known = "; ".join(f"{name}: {clean(said)}" for name, said in facts if said)
    return f"{clean(told.text)} ({known})" if known else clean(told.text)


def _typed(passage: Passage) -> str:
    items = "\n".join(f"{DASH}{item(one)}" for one in passage.items)
    return "\n\n".join(filter(None, (*lines(passage.text), items)))


def _split(text: str, room: int) -> tuple[tuple[str, ...], str]:
    """*text* in fields of at most *room* characters, whole lines in each where they fit, and its seams."""
    first, *rest = text.split("\n")
    found = pieces(first, room) or [""]
    seams = _WORD * (len(found) - 1)
    for line in rest:
        if len(found[-1]) + 1 + len(line) <= room:
            found[-1] += f"\n{line}"
        elif line:
            parted = pieces(line, room)
            found += parted
            seams += _LINE + _WORD * (len(parted) - 1)
    return tuple(one.strip() for one in found), seams
