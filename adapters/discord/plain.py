"""Cards as text to be read in a terminal: what people see of them, without the marks that make it so. Pure."""

import re
from collections.abc import Iterable, Iterator

from adapters.discord.components import Component

_MARKS = re.compile(
    r"""
    \\(?P<sign>.)                               # escaped: shown as it is
    | \[(?P<label>[^\[\]\\]*)\]\(<[^<>]*>\)     # a link; nothing in a label is escaped
    | ^(?:-\#|\#{1,3})\                         # small letters, headings
    | \*\*|~~|[*\u200b]
    """,
    re.VERBOSE | re.MULTILINE,
)


def plain_of(parts: Iterable[Component]) -> str:
    """What *parts* say, a line each, with the buttons below."""
    return "\n".join(_lines(parts))


def unmarked(text: str) -> str:
    """*text* as Discord shows it."""
    return _MARKS.sub(lambda found: found["sign"] or found["label"] or "", text)


def _lines(parts: Iterable[Component]) -> Iterator[str]:
    for part in parts:
        if "content" in part:
            yield from unmarked(part["content"]).splitlines()
        inner = part.get("components", ())
        labels = [f"[{one['label']}]" for one in inner if "label" in one]
        if labels:
            yield " ".join(labels)
        else:
            yield from _lines(inner)
        if "accessory" in part:
            yield f"[{part['accessory'].get('label', '')}]"
