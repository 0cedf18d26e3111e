"""The components that everything on Discord is made of. Pure: JSON-ready values, as the API takes them.

https://docs.discord.com/developers/components/reference
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.discord import limits
from bot.text import cut

Component = dict[str, Any]

V2 = 1 << 15
"""The flag of a message that is made of components alone."""
EPHEMERAL = 1 << 6
ACCENT = 0x7C3AED
NO_MENTIONS: Mapping[str, Sequence[str]] = {"parse": []}
"""Discord pings everybody that a text names, unless each message says otherwise."""

_WIDEST = 4
"""Bytes of a character in UTF-8."""
_ROW, _BUTTON, _SELECT, _SECTION, _TEXT, _SEPARATOR, _CONTAINER = 1, 2, 3, 9, 10, 14, 17
_STYLES = {"": 2, "primary": 1, "danger": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one message shows."""

    components: tuple[Component, ...]

    def payload(self) -> Component:
        """The fields of a message that carries it."""
        return {"flags": V2, "components": list(self.components), "allowed_mentions": dict(NO_MENTIONS)}


def card(parts: Iterable[Component], *, accent: int = ACCENT) -> Card:
    """A message: one container with everything in it."""
    return Card(components=({"type": _CONTAINER, "accent_color": accent, "components": list(parts)},))


def said(text: str) -> Component:
    """Markdown of ours, with what comes from outside already escaped."""
    return {"type": _TEXT, "content": text}


def gathered(lines: Iterable[str]) -> Iterator[Component]:
    """*lines* in as few texts of a bearable length as they fit in."""
    so_far = ""
    for line in lines:
        if so_far and len(so_far) + 1 + len(line) > limits.PIECE:
            yield said(so_far)
            so_far = line
        else:
            so_far = f"{so_far}\n{line}" if so_far else line
    if so_far:
        yield said(so_far)


def section(text: str, accessory: Component) -> Component:
    """Text with a button beside it."""
    return {"type": _SECTION, "components": [said(text)], "accessory": accessory}


def separator() -> Component:
    """A line from side to side."""
    return {"type": _SEPARATOR, "divider": True, "spacing": 1}


def button(label: str, custom_id: str, *, style: str = "") -> Component:
    """A button; *style* is ``primary`` or ``danger``."""
    return {"type": _BUTTON, "style": _STYLES[style], "label": cut(label, limits.LABEL), "custom_id": custom_id}


def row(buttons: Sequence[Component]) -> Component:
    """Buttons side by side."""
    return {"type": _ROW, "components": list(buttons[: limits.ROW])}


def rows(buttons: Sequence[Component]) -> list[Component]:
    """All *buttons*, in as many rows as they need."""
    return [row(buttons[start : start + limits.ROW]) for start in range(0, len(buttons), limits.ROW)]


# -------------------------------------------------------------------------------------------------------- sizes


def texts(parts: Iterable[Component]) -> Iterator[str]:
    """Every text that counts against Discord's limit."""
    for part in parts:
        if part["type"] == _TEXT:
            yield part["content"]
        yield from texts(part.get("components", ()))


def count(parts: Iterable[Component]) -> int:
    """How many components *parts* are, nested ones counted."""
    return sum(1 + count(part.get("components", ())) + ("accessory" in part) for part in parts)


def fits(parts: Sequence[Component], *, spare: int = 0) -> bool:
    """Whether one message takes *parts* in a container, with *spare* characters more."""
    spoken = list(texts(parts))
    return (
        count(parts) < limits.COMPONENTS
        and sum(map(len, spoken)) <= limits.TEXT - spare
        and sum(len(one.encode(errors="replace")) for one in spoken) <= limits.BYTES - spare * _WIDEST
    )


def paged(groups: Iterable[Sequence[Component]]) -> list[list[Component]]:
    """*groups* in as few messages as they fit in, in order. A group is parted only if it fits in none."""
    pages: list[list[Component]] = [[]]
    for group in groups:
        for part in [group] if fits(group) else [[one] for one in group]:
            if pages[-1] and not fits([*pages[-1], *part]):
                pages.append([])
            pages[-1] += part
    return pages


def custom_ids(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The custom ids of everything in *parts* that can be pressed."""
    for part in parts:
        if "custom_id" in part:
            yield part["custom_id"]
        yield from custom_ids(part.get("components") or ())
        if accessory := part.get("accessory"):
            yield from custom_ids([accessory])
