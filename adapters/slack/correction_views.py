"""The forms in which stories are corrected and withdrawn, and what was typed into them. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.slack import actions, blocks, bodies, limits
from adapters.slack.blocks import Block, divider, modal, plain, rich, section, text
from adapters.slack.views import View, said
from bot import wording
from bot.forms import CALLED, HINTS, Opened, Part, Texts, form, joined, opened
from bot.model import Story, StoryStatus
from bot.retold import CORRECT, WITHDRAW
from bot.retyping import MAX_REASON, other_than, reason, retyped
from bot.text import clean, clean_prose, pieces

ROOM = 2_400
"""Characters of a field when it is opened: Slack takes 3,000, and what is corrected may grow."""
REASON = "reason"
_LARGEST = 200_000
"""Bytes of a form in JSON; Slack refuses views from 250,000 on."""
_ALL = (
    "What you change here is changed in every post of this workspace that carries the story, and marked as corrected."
)
_GONE = "The story is not stored any more. Nothing was changed."
_ALL_GONE = "Every post of this workspace that carries the story will say that it is withdrawn, and why."


def correction(story: Story) -> View:
    """The form for correcting *story*, filled with its present text; a sentence where that is too long for a form."""
    texts, before = form(story, Part, ROOM)
    is_gone = story.status is StoryStatus.WITHDRAWN
    warning = "⚠ This story is withdrawn. What you save here brings it back." if is_gone else ""
    inputs = [one for part, fields in texts.items() for one in _inputs(part, fields)]
    view = _form(f"Correct {story.ref}", actions.CORRECTION_VIEW, "Save", before) | {
        "blocks": [section(" ".join(filter(None, (_ALL, warning)))), *inputs]
    }
    if len(json.dumps(view)) <= _LARGEST:
        return view
    way = f"whoever runs Daybrief corrects it with: daybrief correct {story.ref} FILE"
    return said(f"Correct {story.ref}", f"The text of {story.ref} is too long for a form; {way}")


def withdrawal(story: Story) -> View:
    """The form for withdrawing *story*: what it says, and the question for the reason."""
    _, before = form(story, (Part.TITLE, Part.TAKEAWAY), limits.INPUT)
    said_of_it = [*_told(story), divider(), section(_ALL_GONE)]
    if status := wording.status_line(story):
        said_of_it.append(section(f"⚠ {clean(status)}"))
    hint = "Readers see it. A few words will do: the laboratory does not exist"
    question = {"type": "plain_text_input", "multiline": True, "max_length": MAX_REASON}
    said_of_it.append(blocks.field(REASON, "Why?", question, hint=hint))
    return _form(f"Withdraw {story.ref}", actions.WITHDRAWAL_VIEW, "Withdraw", before) | {"blocks": said_of_it}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a submitted form asks for."""

    problems: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with it, by field; nothing is to be done then."""
    action: str = WITHDRAW
    """What the audit log calls it."""
    reason: str = ""
    """Why it is to be withdrawn."""


def before_in(view: Mapping[str, Any]) -> Opened | None:
    """What a submitted form showed when it was opened; None: it is none of ours."""
    return opened(str(view.get("private_metadata") or ""))


def asked(view: Mapping[str, Any], story: Story | None) -> Asked:
    """What a submitted form asks for of *story* as it is now; None: it is not stored any more."""
    is_withdrawal = view.get("callback_id") == actions.WITHDRAWAL_VIEW
    before = before_in(view)
    if story is None or before is None:
        return Asked(problems={REASON if is_withdrawal else Part.TITLE.value: _GONE})
    if not is_withdrawal:
        found = retyped(story, typed_in(view), before)
        problems = {part.value: sentence for part, sentence in found.problems.items()}
        return Asked(problems=problems, action=CORRECT)
    if other := other_than(before, story):
        return Asked(problems={REASON: other})
    try:
        return Asked(reason=reason(_typed(bodies.values(view), REASON)))
    except ValueError as wrong:
        return Asked(problems={REASON: str(wrong)})


def typed_in(view: Mapping[str, Any]) -> Texts:
    """The parts as they stand in a submitted form."""
    held, before = bodies.values(view), before_in(view)
    seams = {part: before.seams.get(part, "") for part in before.marks} if before else {}
    return {part: joined([_typed(held, name) for name in _names(part, seam)], seam) for part, seam in seams.items()}


def kept(view: Mapping[str, Any], sentences: Sequence[str]) -> View:
    """Why nothing was changed, and what was typed into the form, so that it can be copied."""
    title = str((view.get("title") or {}).get("text") or "Daybrief")
    if view.get("callback_id") == actions.WITHDRAWAL_VIEW:
        return said(title, *sentences)
    typed: list[Block] = []
    for part, written in typed_in(view).items():
        typed += [rich(text(CALLED[part], bold=True)), *_pieces(written)]
    room = limits.VIEW_BLOCKS - len(sentences) - 1
    return said(title, *sentences, "What you typed:", extra=typed[:room])


def listed(title: str, lines: Sequence[str]) -> View:
    """Many sentences, a line each, in as few blocks as they need."""
    gathered = [""]
    for line in lines:
        is_full = len(gathered[-1]) + 1 + len(line) > limits.PIECE
        gathered[-1:] = [gathered[-1], line] if is_full else [f"{gathered[-1]}\n{line}".strip()]
    return said(title, *gathered)


def _form(title: str, callback: str, submit: str, shown: Opened) -> View:
    return modal(title, ()) | {
        "callback_id": callback,
        "submit": plain(submit, limits.TITLE),
        "close": plain("Cancel", limits.TITLE),
        "private_metadata": shown.code(),
    }


def _inputs(part: Part, fields: Sequence[str]) -> Iterator[Block]:
    """The fields of one part; the hint stands below the last."""
    names = _names(part, " " * (len(fields) - 1))
    for number, (name, held) in enumerate(zip(names, fields, strict=True), start=1):
        label = CALLED[part] if len(fields) == 1 else f"{CALLED[part]} ({number} of {len(fields)})"
        element: Block = {"type": "plain_text_input", "multiline": part is not Part.TITLE}
        hint = HINTS.get(part, "") if number == len(fields) else ""
        # Slack takes no empty text, and would not let an empty field through that is not optional.
        element |= {"initial_value": held} if held else {}
        yield blocks.field(name, label, element, hint=hint, is_optional=part is not Part.TITLE)


def _names(part: Part, seams: str) -> list[str]:
    """What the fields of *part* are called, one more than there are seams; mistakes are told at the first."""
    return [part.value, *(f"{part.value}:{number}" for number in range(2, len(seams) + 2))]


def _typed(held: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str((held.get(name) or {}).get("value") or "")


def _told(story: Story) -> Iterator[Block]:
    for piece in pieces(clean(story.title), limits.PIECE) or [story.ref]:
        yield rich(text(piece, bold=True))
    yield from _pieces(story.takeaway)


def _pieces(written: str) -> Iterator[Block]:
    for piece in pieces(clean_prose(written), limits.PIECE):
        yield rich(text(piece))
