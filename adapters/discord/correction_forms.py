"""The forms in which stories are corrected and withdrawn, and what was typed into them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.custom_ids import CORRECTION, WITHDRAWAL, custom_id
from adapters.discord.text import bold, fitted
from bot import wording
from bot.forms import CALLED, HINTS, Opened, Part, Texts, form, joined
from bot.model import Story, StoryStatus
from bot.retyping import MAX_REASON
from bot.text import cut

REASON = "reason"
OFFERED: Mapping[str, tuple[str, tuple[Part, ...]]] = {
    Part.TITLE.value: ("Title and takeaway", (Part.TITLE, Part.TAKEAWAY)),
    **{part.value: (CALLED[part], (part,)) for part in list(Part)[2:]},
}
"""What can be chosen to be corrected: how it is called, and the parts that its form asks for."""

_ROOM = 3_200
"""Characters of a field when it is opened: Discord takes 4,000, and what is corrected may grow."""
_ROWS = 5
"""Fields and texts of a form: https://docs.discord.com/developers/interactions/receiving-and-responding"""
_TITLE = 45
_SHOWN = 300
_ALL = "-# It changes in every post of this server that carries the story, and is marked as corrected."
_GONE = "⚠ This story is withdrawn. What you save here brings it back."
_SAID = "Every post of this server that carries it will say that it is withdrawn, and why."


def correction(story: Story, choice: str, typed: Texts | None = None) -> ui.Modal | None:
    """The form for what was chosen of *story*, filled with its present text, or with what was *typed* before; None: it
    is too long for a form.
    """
    called, parts = OFFERED[choice]
    texts, before = form(story, parts, limits.INPUT if typed else _ROOM, typed or {})
    made = ui.Modal(
        title=cut(f"Correct {story.ref}: {called}", _TITLE),
        custom_id=custom_id(CORRECTION, before.code()),
        timeout=None,
    )
    is_gone = story.status is StoryStatus.WITHDRAWN
    rows = [row for part, fields in texts.items() for row in _rows(part, fields)]
    if len(rows) + is_gone > _ROWS:
        return None
    if len(rows) < _ROWS:
        made.add_item(ui.TextDisplay(f"{_GONE}\n{_ALL}" if is_gone else _ALL))
    for row in rows:
        made.add_item(row)
    return made


def withdrawal(story: Story) -> ui.Modal:
    """The form for withdrawing *story*: what it says, and the question for the reason."""
    _, before = form(story, (Part.TITLE, Part.TAKEAWAY), limits.INPUT)
    made = ui.Modal(title=f"Withdraw {story.ref}", custom_id=custom_id(WITHDRAWAL, before.code()), timeout=None)
    told = (
        bold(fitted(story.title, _SHOWN)),
        fitted(story.takeaway, _SHOWN),
        fitted(wording.status_line(story), _SHOWN),
    )
    made.add_item(ui.TextDisplay("\n".join([*filter(None, told), f"-# {_SAID}"])))
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=REASON,
        style=discord.TextStyle.paragraph,
        placeholder="the laboratory does not exist",
        max_length=MAX_REASON,
    )
    made.add_item(ui.Label(text="Why?", description="Readers see it. A few words will do.", component=field))
    return made


def typed_in(values: Mapping[str, str], before: Opened) -> Texts:
    """The parts as they stand in a submitted form with these *values*, which showed what was there *before*."""
    seams = {part: before.seams.get(part, "") for part in before.marks}
    return {part: joined([values.get(name, "") for name in _names(part, seam)], seam) for part, seam in seams.items()}


def choice_of(before: Opened) -> str:
    """What had been chosen for a form that showed what was there *before*."""
    return next(iter(before.marks)).value


def _rows(part: Part, fields: Sequence[str]) -> Iterator[ui.Item[Any]]:
    names = _names(part, " " * (len(fields) - 1))
    for number, (name, held) in enumerate(zip(names, fields, strict=True), start=1):
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.short if part is Part.TITLE else discord.TextStyle.paragraph,
            default=held or None,
            max_length=limits.INPUT,
            required=False,
        )
        label = CALLED[part] if len(fields) == 1 else f"{CALLED[part]} ({number} of {len(fields)})"
        yield ui.Label(text=label, description=HINTS.get(part), component=field)


def _names(part: Part, seams: str) -> list[str]:
    """What the fields of *part* are called, one more than there are seams."""
    return [part.value, *(f"{part.value}:{number}" for number in range(2, len(seams) + 2))]
