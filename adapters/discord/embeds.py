"""A card in the older form of messages, for the day on which Discord does not take the layout. Pure.

https://docs.discord.com/developers/resources/message#embed-object
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.discord import custom_ids, limits
from adapters.discord.components import Card, Component, texts

Embed = dict[str, Any]

_ROWS = 5
"""Of buttons, under a message in the older form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What one message shows in the older form."""

    embeds: tuple[Embed, ...]
    buttons: tuple[Component, ...]


def plain_of(card: Card) -> Plain:
    """*card* with the same words, in the same order, and the same buttons below them instead of beside.

    A card holds less text than one embed may, so nothing is lost.
    """
    (container,) = card.components
    # A line from side to side is an empty one here.
    told = "\n".join("" if "divider" in part else "\n".join(texts([part])) for part in _shown(container["components"]))
    embed = {"description": told, "color": container["accent_color"]}
    found = list(_named(_buttons(container["components"])))
    return Plain(embeds=(embed,), buttons=tuple(found[: _ROWS * limits.ROW]))


def _shown(parts: Sequence[Component]) -> Iterator[Component]:
    """What is to be read of *parts*."""
    return (part for part in parts if "divider" in part or any(True for _ in texts([part])))


def _buttons(parts: Sequence[Component]) -> Iterator[Component]:
    for part in parts:
        if accessory := part.get("accessory"):
            yield accessory
        elif "custom_id" in part:
            yield part
        else:
            yield from _buttons(part.get("components", ()))


def _named(buttons: Iterator[Component]) -> Iterator[Component]:
    """*buttons*; those that told by their place which story they mean say its ref."""
    for one in buttons:
        name = custom_ids.pressed(one["custom_id"])
        is_story = name is not None and name.act == custom_ids.READ
        yield {**one, "label": f"Read {name.argument}"} if name and is_story else one
