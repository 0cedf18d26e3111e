"""What the fake model is asked, and what it answers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

USAGE = {"prompt_tokens": 900, "completion_tokens": 120, "total_tokens": 1020}
_LINE = re.compile(r"^(\d+)\| (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request as the endpoint got it."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def mode(self) -> str:
        """How it wants the answer: ``native``, ``tool``, ``prompted``."""
        if self.body.get("response_format", {}).get("type") == "json_schema":
            return "native"
        return "tool" if self.body.get("tools") else "prompted"

    @property
    def text(self) -> str:
        """All that the model reads."""
        return "\n".join(str(message.get("content") or "") for message in self.body["messages"])

    @property
    def lines(self) -> dict[int, str]:
        """The numbered sentences."""
        return {int(number): text for number, text in _LINE.findall(self.text)}

    @property
    def asks_for(self) -> set[str]:
        """The keys of the form that it asks for."""
        return set(re.findall(r"`(\w+)`", self.body["messages"][0]["content"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the endpoint does."""

    content: str | None = None
    refusal: str | None = None
    finish: str | None = None
    """None: ``stop``, or ``tool_calls``."""
    usage: object = field(default_factory=lambda: dict(USAGE))
    """None: it says nothing of its usage."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    """Instead of a completion."""
    packed: bytes = b""
    """Instead of a completion: gzip, whether or not that was asked for."""
    cut: int | None = None
    """The connection breaks after so many bytes of the body."""
    hangs: bool = False
    """It never answers."""
    calls: str = ""
    """The name of a tool that it calls although nobody offered it."""
    is_prose: bool = False
    """It answers in text although it was to call a tool."""


Script = Callable[[Prompt], Reply]


def says(value: object, **changes: Any) -> Reply:  # noqa: ANN401  # the fields of Reply
    """A reply with *value*: text, or something that becomes JSON."""
    return Reply(content=value if isinstance(value, str) else json.dumps(value), **changes)


def answering(*replies: Reply) -> Script:
    """One reply after the other, the last one again and again."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def brief_of(takeaway: str, *points: tuple[str, int], cites: int = 1) -> dict[str, object]:
    """What a model that answers in our form answers."""
    return {
        "takeaway": {"text": takeaway, "cites": [cites]},
        "key_points": [{"text": text, "cites": [number]} for text, number in points],
    }
