"""Our components as discord.py's own objects, for it sends nothing else."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import discord
from discord import ui

from adapters.discord.components import Card, Component
from adapters.discord.embeds import Plain, plain_of

log = logging.getLogger(__name__)

_BAD_REQUEST = 400
_BAD_BODY = frozenset({50035, 50006})
"""What Discord says of a message that is built as it does not like, whatever it says."""

Sent = TypeVar("Sent")


def view_of(card: Card) -> ui.LayoutView:
    """*card* as discord.py sends it. It is stopped already: discord.py keeps every view that could still be pressed in
    memory for ever (8.5 KiB a message); ours are recognised by their custom ids instead.
    """
    view = ui.LayoutView(timeout=None)
    for component in card.components:
        view.add_item(_item(component))
    view.stop()
    return view


async def in_either_form(send: Callable[..., Awaitable[Sent]], card: Card) -> Sent:
    """What *send* gives for *card*; where Discord does not take the layout, for the older form with the same words.

    *send* takes a view, or embeds and a view, by name. Raises what it raises, but for the refusal of a layout.
    """
    try:
        return await send(view=view_of(card))
    except discord.HTTPException as error:
        if error.status != _BAD_REQUEST or error.code not in _BAD_BODY:
            raise
        log.warning("Discord did not take a layout (code %d); the message goes in the older form", error.code)
    plain = plain_of(card)
    return await send(embeds=embeds_of(plain), view=buttons_of(plain))


def embeds_of(plain: Plain) -> list[discord.Embed]:
    """The embeds of *plain*."""
    return [discord.Embed(description=one["description"], colour=one["color"]) for one in plain.embeds]


def buttons_of(plain: Plain) -> ui.View:
    """The buttons of *plain*, stopped for the same reason as the layouts are."""
    view = ui.View(timeout=None)
    for one in plain.buttons:
        view.add_item(_button(one))
    view.stop()
    return view


def _item(component: Component) -> ui.Item[Any]:
    made: ui.Item[Any]
    match component["type"]:
        case 1:
            made = ui.ActionRow(*(_button(one) for one in component["components"]))
        case 2:
            made = _button(component)
        case 9:
            texts = [one["content"] for one in component["components"]]
            made = ui.Section(*texts, accessory=_button(component["accessory"]))
        case 10:
            made = ui.TextDisplay(component["content"])
        case 14:
            made = ui.Separator(visible=component["divider"])
        case 17:
            children = [_item(one) for one in component["components"]]
            made = ui.Container(*children, accent_colour=component["accent_color"])
        case kind:
            raise ValueError(f"there is no component of type {kind} in our cards")
    return made


def _button(component: Mapping[str, Any]) -> ui.Button[Any]:
    return ui.Button(
        style=discord.ButtonStyle(component["style"]), label=component["label"], custom_id=component["custom_id"]
    )


def custom_ids_of(components: Iterable[object]) -> Iterable[str]:
    """The custom ids in the components of a message that discord.py has read."""
    for component in components:
        if name := getattr(component, "custom_id", None):
            yield name
        yield from custom_ids_of(getattr(component, "children", None) or getattr(component, "components", None) or ())
        if accessory := getattr(component, "accessory", None):
            yield from custom_ids_of([accessory])
