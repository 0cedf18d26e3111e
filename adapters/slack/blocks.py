"""The blocks that everything on Slack is made of. Pure: JSON-ready values within Slack's limits.

Text from outside goes into rich text or ``plain_text``, which carry it as it is; only context lines are mrkdwn, and
escaped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack import limits
from adapters.slack.text import mrkdwn, usable
from bot.text import cut

Block = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one message says."""

    text: str
    """For notifications and screen readers; mrkdwn, escaped."""
    blocks: tuple[Block, ...]


def message(text: str, blocks: Iterable[Block]) -> Message:
    """A message whose notification says *text*, from outside."""
    return Message(text=mrkdwn(text, limits.NOTIFICATION), blocks=tuple(blocks))


# ------------------------------------------------------------------------------------------------------- blocks


def header(text: str) -> Block:
    """A large line."""
    return {"type": "header", "text": plain(text, limits.HEADER)}


def divider() -> Block:
    """A line from side to side."""
    return {"type": "divider"}


def context(*lines: str) -> Block:
    """Small grey lines, one below the other; mrkdwn, already escaped. Empty ones are left out."""
    kept = [line for line in lines if line]
    texts = kept if len(kept) <= limits.CONTEXT_ELEMENTS else ["\n".join(kept)]
    # Elements of one context block run on in one line, so lines are one element.
    # Verbatim, or Slack would make links of bare addresses and of #names in what strangers have written.
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "\n".join(texts), "verbatim": True}]}


def section(text: str) -> Block:
    """A sentence of ours or from outside, as plain text."""
    return {"type": "section", "text": plain(text, limits.SECTION)}


def actions(elements: Sequence[Block], block_id: str = "") -> Block:
    """Buttons and menus side by side."""
    block: Block = {"type": "actions", "elements": list(elements[: limits.ACTIONS])}
    return {**block, "block_id": block_id} if block_id else block


def plain(text: str, limit: int) -> Block:
    """A plain text object; without emoji codes, which a title may hold by accident."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def button(label: str, action: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    """A button that sends *value*; *style* is ``primary`` or ``danger``."""
    made: Block = {"type": "button", "text": plain(label, limits.BUTTON), "action_id": action, "value": value}
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def option(label: str, value: str, description: str = "") -> Block:
    """One choice of a menu."""
    made: Block = {"text": plain(label, limits.OPTION), "value": value}
    return {**made, "description": plain(description, limits.OPTION)} if description else made


def field(name: str, label: str, element: Block, *, hint: str = "", is_optional: bool = False) -> Block:
    """One question of a modal; the block and what is in it are both called *name*."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, limits.PLACEHOLDER),
        "element": {**element, "action_id": name},
        "optional": is_optional,
    }
    return {**made, "hint": plain(hint, limits.PLACEHOLDER)} if hint else made


def modal(title: str, blocks: Iterable[Block]) -> Block:
    """A view that lies over everything else until it is closed."""
    return {
        "type": "modal",
        "title": plain(title, limits.TITLE),
        "close": plain("Close", limits.TITLE),
        "blocks": list(blocks),
    }


# ---------------------------------------------------------------------------------------------------- rich text


def text(said: str, **style: bool) -> Block:
    """A run of rich text: ``bold``, ``italic``, ``strike``."""
    made: Block = {"type": "text", "text": said}
    return {**made, "style": {name: True for name, is_on in style.items() if is_on}} if any(style.values()) else made


def linked(said: str, url: str, **style: bool) -> Block:
    """Rich text that opens *url*; without a usable one plain text."""
    address = usable(url)
    if not address:
        return text(said, **style)
    made = text(said, **style)
    return {"type": "link", "url": address, **{key: value for key, value in made.items() if key != "type"}}


def rich(*runs: Block, block_id: str = "") -> Block:
    """A paragraph of *runs*; empty ones are left out."""
    return rich_of([paragraph(*runs)], block_id=block_id)


def rich_of(elements: Iterable[Block], block_id: str = "") -> Block:
    """Paragraphs and lists in one block."""
    block: Block = {"type": "rich_text", "elements": list(elements)}
    return {**block, "block_id": block_id} if block_id else block


def paragraph(*runs: Block) -> Block:
    """The runs of one paragraph."""
    return {"type": "rich_text_section", "elements": [run for run in runs if run.get("text")]}


def bullets(items: Iterable[Sequence[Block]], *, numbered: bool = False) -> Block:
    """A list, one item a line."""
    return {
        "type": "rich_text_list",
        "style": "ordered" if numbered else "bullet",
        "elements": [paragraph(*item) for item in items],
    }


# -------------------------------------------------------------------------------------------------------- sizes


def size(blocks: Iterable[Block]) -> int:
    """How many characters Slack may count in *blocks*: every text and every address."""
    return sum(len(said) for said in _said(list(blocks)))


def _said(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in {"text", "url", "value", "alt_text"}:
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _said(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _said(inner, key)


def paged(groups: Iterable[Sequence[Block]], *, room: int = limits.MESSAGE_TEXT) -> list[list[Block]]:
    """*groups* of blocks in as few messages as they fit in, in order. A group is parted only if it fits in none, and
    then it begins where at least half a message is left for it.
    """
    pages: list[list[Block]] = [[]]
    taken = 0
    for group in groups:
        # Each block is counted once: for thousands of channels this is done on the loop that people wait for.
        length = size(group)
        is_whole = len(group) <= limits.MESSAGE_BLOCKS and length <= room
        if not is_whole and (2 * len(pages[-1]) > limits.MESSAGE_BLOCKS or 2 * taken > room):
            pages.append([])
            taken = 0
        for part in [group] if is_whole else [[block] for block in group]:
            more = length if is_whole else size(part)
            if pages[-1] and (len(pages[-1]) + len(part) > limits.MESSAGE_BLOCKS or taken + more > room):
                pages.append([])
                taken = 0
            pages[-1] += part
            taken += more
    return pages


def fits(blocks: Sequence[Block], room: int = limits.MESSAGE_TEXT) -> bool:
    """Whether *blocks* go into one message with room for *room* characters."""
    return len(blocks) <= limits.MESSAGE_BLOCKS and size(blocks) <= room
