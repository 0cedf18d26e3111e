"""The set-up form. Discord keeps it open for as long as the person likes; nothing is kept here but what was typed."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

import discord
from discord import ui

from adapters.discord.custom_ids import FORM, custom_id
from adapters.discord.order import Wanted

_LABELS = {
    "at": ("Hour of the morning post", "08:00", 5),
    "timezone": ("Time zone, or a city that has one", "Europe/Berlin", 60),
    "days": ("Days", "weekdays, every day, or mon, wed", 60),
    "stories": ("Stories a day", "5", 2),
    "topics": ("Topics, separated by commas, or all", "all", 1_000),
}
"""The five fields that a form may have: what is asked, an example, and the characters that it takes."""
_REMEMBERED = 500

Typed = TypeVar("Typed")


def form(shown: Wanted) -> ui.Modal:
    """The form, filled with *shown*. A field that is left blank changes nothing."""
    made = ui.Modal(title="Set up Daybrief", custom_id=custom_id(FORM), timeout=None)
    for name, (label, example, most) in _LABELS.items():
        value = getattr(shown, name) or ""
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            placeholder=example,
            # What does not fit stays as it is.
            default=value if len(value) <= most else None,
            max_length=most,
            required=False,
        )
        made.add_item(ui.Label(text=label, component=field))
    return made


def typed_in(interaction: discord.Interaction[Any]) -> Wanted:
    """What a submitted form says. It is read from what Discord sent, for the form may be older than this process."""
    known = {field.name for field in fields(Wanted)} & _LABELS.keys()
    return replace(Wanted(), **{name: value for name, value in values(interaction).items() if name in known})


def values(interaction: discord.Interaction[Any]) -> Mapping[str, str]:
    """What stands in the fields of a submitted form, by their names."""
    data: Mapping[str, Any] = interaction.data or {}
    return dict(_values(data.get("components") or ()))


def _values(parts: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for part in parts:
        if "custom_id" in part:
            yield str(part["custom_id"]), str(part.get("value") or "")
        yield from _values(part.get("components") or ())
        if below := part.get("component"):
            yield from _values([below])


class Drafts(Generic[Typed]):
    """What was typed into forms that had something wrong with them, for the next try. Lost with the process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Typed] = OrderedDict()

    def keep(self, about: str, person: str, typed: Typed) -> None:
        """Remember what *person* *typed* about a channel or a story."""
        self._kept[about, person] = typed
        self._kept.move_to_end((about, person))
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)

    def take(self, about: str, person: str) -> Typed | None:
        """What *person* typed about it last, once."""
        return self._kept.pop((about, person), None)
