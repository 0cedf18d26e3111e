"""What stands in the body of a request from Slack. Pure."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.visit import typed

Body = dict[str, Any]


def line(body: Body) -> str:
    """A command with everything that was typed behind it."""
    return f"{body.get('command') or ''} {behind_command(body)}".strip()


def behind_command(body: Body) -> str:
    """What was typed behind a command."""
    return typed(str(body.get("text") or ""))


def behind(body: Body, name: str) -> str:
    """What follows *name* in the name of what was pressed or picked."""
    return str(_action(body).get("action_id") or "").removeprefix(name)


def value(body: Body) -> str:
    """What the pressed button says, or what was picked."""
    action = _action(body)
    return str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")


def number(body: Body) -> int:
    """The same as a number; 0 where it is none."""
    return as_number(value(body))


def as_number(text: str) -> int:
    """*text* as a number; 0 where it is none that a database takes."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004  # what a database takes


def values(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What stands in the fields of a submitted view, by the one name of block and field."""
    blocks = (view.get("state") or {}).get("values") or {}
    return {name: fields.get(name) or {} for name, fields in blocks.items()}


def _action(body: Body) -> Body:
    return (body.get("actions") or [{}])[0]  # type: ignore[no-any-return]
