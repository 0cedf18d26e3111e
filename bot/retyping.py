"""What the fields of a filled form make of a story. Pure.

What a person has changed is taken, what has changed since the form was opened is kept, and where both are true of one
part, nothing is: whoever typed is told, and begins anew.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from bot.errors import DaybriefError
from bot.forms import DASH, PASSAGES, Opened, Part, Texts, item, lines, mark, shown
from bot.manuscript import Manuscript, fields
from bot.manuscript.lines import unbulleted
from bot.manuscript.values import MAX_ITEMS, MAX_KEY_POINTS
from bot.model import Inference, KeyPoint, Passage, SectionName, Sections, Story, StoryStatus
from bot.text import clean, cut

MAX_REASON = 300
"""Characters of the reason for a withdrawal: it stands in the midst of every post that carries the story."""
PERSON = "import"
"""How the analyst of what people wrote is called."""

_WITH_ITEMS = frozenset({Part.WHAT_HAPPENS_NEXT, Part.SECOND_ORDER_EFFECTS})
_FACTS = re.compile(r"(?P<text>\S.*?)\s+\((?P<facts>(?:horizon|confidence|basis): .*)\)")
_BETWEEN = re.compile(r";\s+(?=(?:horizon|confidence|basis): )")
_ADDRESS = re.compile(r"\s+(https?://\S+)$", re.IGNORECASE)
_BEGUN = 60
"""Characters of a text that are said back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retyped:
    """What came of a filled form."""

    manuscript: Manuscript | None = None
    """The whole story with what was typed; None: there are problems."""
    changed: tuple[Part, ...] = ()
    """The parts that read otherwise now."""
    problems: Mapping[Part, str] = field(default_factory=dict)
    """What is wrong, a sentence for each part that it is about."""


class Unfit(DaybriefError):
    """What a form asks for does not fit the story as it is now, so nothing of it was done."""

    def __init__(self, sentence: str = "", problems: Mapping[Part, str] = MappingProxyType({})) -> None:
        self.problems = problems
        """A sentence for each part that it is about; empty: it is about all of the story."""
        super().__init__(sentence or " ".join(problems.values()))


def retyped(story: Story, typed: Texts, before: Opened) -> Retyped:
    """What *typed*, at least one part, makes of *story* as it is now, where the form showed it as *before* says.

    A key point keeps its sources while its text is unchanged, a section keeps who wrote it; what is changed is a
    person's.
    """
    now, first = shown(story), next(iter(typed))
    if story.status is StoryStatus.WITHDRAWN and not before.was_withdrawn:
        return Retyped(problems={first: _withdrawn_meanwhile(story)})
    mine = {
        part: typed[part]
        for part in Part
        if part in typed and mark(typed[part]) not in {before.marks.get(part), mark(now[part])}
    }
    if not mine:
        return Retyped(problems={first: "Nothing reads otherwise yet. Change a text, or close the form."})
    problems = {part: _changed_meanwhile(now[part]) for part in mine if mark(now[part]) != before.marks.get(part)}
    made = story
    for part, text in mine.items():
        try:
            made = made if part in problems else _with(made, part, text)
        except ValueError as wrong:
            problems[part] = _sentence(wrong)
    return Retyped(problems=problems) if problems else Retyped(manuscript=_manuscript(made), changed=tuple(mine))


def reason(typed: str) -> str:
    """The reason for a withdrawal, cleaned. Raises ValueError with a sentence."""
    try:
        return fields.some_line(typed, limit=MAX_REASON)
    except ValueError as wrong:
        raise ValueError(_sentence(wrong)) from None


def other_than(before: Opened, story: Story) -> str:
    """Why *story* may not be withdrawn as a form showed it; empty: it reads as it did."""
    if story.status is StoryStatus.WITHDRAWN and not before.was_withdrawn:
        return _withdrawn_meanwhile(story)
    now = shown(story)
    is_same = all(mark(now[part]) == seen for part, seen in before.marks.items())
    return "" if is_same else f"{story.ref} reads otherwise since the form was opened. Look at it once more."


def _withdrawn_meanwhile(story: Story) -> str:
    because = f": {story.status_reason}" if story.status_reason else ""
    return f"{story.ref} was withdrawn while the form was open{because}. Nothing was changed; begin anew."


def _changed_meanwhile(now: str) -> str:
    reads = f"It now begins “{cut(clean(now), _BEGUN)}”" if now else "It is gone now"
    return f"This was changed while the form was open. {reads}. Look at it before you save yours; nothing was changed."


def _sentence(wrong: ValueError) -> str:
    said = str(wrong)
    return f"This {said}." if said.startswith(("is ", "has ")) else f"{said[:1].upper()}{said[1:]}."


def _with(story: Story, part: Part, text: str) -> Story:
    """*story* with *text* for *part*. Raises ValueError."""
    if part is Part.TITLE:
        return replace(story, title=fields.title(text))
    if part is Part.TAKEAWAY:
        return _by_a_person(replace(story, takeaway=fields.line(" ".join(lines(text)))))
    if part is Part.KEY_POINTS:
        points = _points(text, story.sections.key_points)
        return _by_a_person(replace(story, sections=replace(story.sections, key_points=points)))
    passage = _passage(text, story.sections.passage(PASSAGES[part]), with_items=part in _WITH_ITEMS)
    signed = passage and replace(passage, analyst="" if story.analyst == PERSON else PERSON)
    return replace(story, sections=_replaced(story.sections, {PASSAGES[part]: signed}))


def _by_a_person(story: Story) -> Story:
    """*story*, whose takeaway or key points are a person's now; its sections stay signed by whoever wrote them."""
    passages = {name: story.sections.passage(name) for name in PASSAGES.values()}
    by = {name: one.analyst or story.analyst for name, one in passages.items() if one}
    signed = {
        name: replace(one, analyst="" if by[name] == PERSON else by[name]) for name, one in passages.items() if one
    }
    return replace(story, analyst=PERSON, sections=_replaced(story.sections, signed))


def _replaced(sections: Sections, passages: Mapping[SectionName, Passage | None]) -> Sections:
    changes: dict[str, Any] = {name.value: passage for name, passage in passages.items()}
    return replace(sections, **changes)


def _points(text: str, known: Sequence[KeyPoint]) -> tuple[KeyPoint, ...]:
    typed = lines(text)
    if len(typed) > MAX_KEY_POINTS:
        raise ValueError(f"has {len(typed)} lines; at most {MAX_KEY_POINTS} key points are taken")
    left = list(known)
    return tuple(_point(number, line, left) for number, line in enumerate(typed, start=1))


def _point(number: int, line: str, left: list[KeyPoint]) -> KeyPoint:
    """The key point on *line*: the one of those *left* that reads like it, which is taken from them, or a new one."""
    said = unbulleted(line)
    for point in left:
        if clean(point.text) in {line, said}:
            left.remove(point)
            return point
    sources: list[str] = []
    while found := _ADDRESS.search(said):
        sources.insert(0, _checked(fields.address, number, found[1]))
        said = said[: found.start()]
    return KeyPoint(text=_checked(fields.some_line, number, said), sources=tuple(sources))


def _passage(text: str, known: Passage | None, *, with_items: bool) -> Passage | None:
    typed = list(enumerate(lines(text), start=1))
    items = [(number, line) for number, line in typed if with_items and line.startswith(DASH)]
    prose = "\n\n".join(line for number, line in typed if (number, line) not in items)
    if len(items) > MAX_ITEMS:
        raise ValueError(f"has {len(items)} lines that begin with -; at most {MAX_ITEMS} are taken")
    if not typed:
        return None
    held = {item(one): one for one in known.items} if known else {}
    return Passage(
        text=fields.prose(prose) if prose else "",
        items=tuple(_inference(number, line.removeprefix(DASH), held) for number, line in items),
    )


def _inference(number: int, line: str, held: Mapping[str, Inference]) -> Inference:
    """The expectation on *line*: the one that was *held*, or a new one with the facts in brackets at its end."""
    if line in held:
        return held[line]
    found = _FACTS.fullmatch(line)
    text, facts = (found["text"], dict(_facts(found["facts"]))) if found else (line, {})
    known = {name: _checked(fields.line, number, said) for name, said in facts.items()}
    return Inference(text=_checked(fields.some_line, number, text), **known)


def _facts(said: str) -> Iterator[tuple[str, str]]:
    for one in _BETWEEN.split(said):
        name, _, fact = one.partition(": ")
        yield name, fact


def _checked(check: Callable[[str], str], number: int, text: str) -> str:
    """*text*, checked; what is wrong with it names its line. Raises ValueError."""
    try:
        return check(text)
    except ValueError as wrong:
        colon = "" if str(wrong).startswith(("is ", "has ")) else ":"
        raise ValueError(f"line {number}{colon} {wrong}") from None


def _manuscript(story: Story) -> Manuscript:
    return Manuscript(
        title=story.title,
        takeaway=story.takeaway,
        sections=story.sections,
        topics=story.topics,
        ref=story.ref,
        analyst=story.analyst,
        workspaces=story.workspaces,
    )
