"""What everything on the terminal is made of: harmless text, links, a gutter, few styles. Pure."""

import io
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.text import clean

WIDEST = 92
"""Columns: longer lines are hard to read, however wide the window is."""

# One accent and the terminal's own foreground, so that dark and light backgrounds both work.
STRONG = "bold"
QUIET = "dim"
ACCENT = "magenta"
ALERT = "bold red"
GONE = "dim strike"

_IN_URLS = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a url besides letters, digits and ``-._~``: everything else is percent-encoded."""


def outside(text: str, style: str = "") -> Text:
    """Text from outside: never markup, never a control sequence."""
    return Text(clean(text), style=style)


def linked(name: str, url: str, style: str = "") -> Text:
    """*name*, which opens *url* where the terminal can do so."""
    text = outside(name or address(url), style)
    if url := address(url):
        text.stylize(f"link {url}")
    return text


def address(url: str) -> str:
    """*url* in printable ASCII without spaces, or nothing if it is no ``http(s)`` address.

    OSC 8, the escape sequence of links, allows the bytes 32 to 126 only; a space would end a style of rich.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return quote(url, safe=_IN_URLS) if parts.scheme in {"http", "https"} and parts.netloc else ""


def joined(pieces: Iterable[Text], between: str) -> Text:
    """*pieces* on one line, each in its own style."""
    return Text(between).join(pieces)


def gutter(rows: Iterable[tuple[RenderableType, ...]]) -> Table:
    """Narrow columns and, on the right, one that takes the rest and breaks its lines."""
    kept = list(rows)
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in kept[0][:-1] if kept else ():
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    for row in kept:
        grid.add_row(*row)
    return grid


def lines(*parts: RenderableType | None) -> Group:
    """*parts* below one another; what is None or empty takes no line."""
    return Group(*(part for part in parts if part))


def spaced(*parts: RenderableType | None) -> RenderableType:
    """*parts* with one empty line between them, no wider than is good to read."""
    kept = [part for part in parts if part]
    inner = [Padding(part, (0, 0, 1, 0)) for part in kept[:-1]]
    return Constrain(Group(*inner, *kept[-1:]), WIDEST)


def rule() -> Rule:
    """A line from side to side."""
    return Rule(style=QUIET)


def as_plain(shown: RenderableType, width: int) -> str:
    """*shown* as text without any escape codes, *width* columns wide at the most, ending with a line break."""
    paper = io.StringIO()
    console = Console(
        file=paper,
        width=width,
        force_terminal=False,
        force_jupyter=False,
        color_system=None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    console.print(shown)
    return "".join(f"{line.rstrip()}\n" for line in paper.getvalue().splitlines())
