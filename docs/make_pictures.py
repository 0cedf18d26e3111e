"""Draws ``docs/pictures/``: what the demo's morning looks like in a terminal. ``make picture`` runs it."""

import asyncio
import io
import re
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.terminal_theme import TerminalTheme

from bot import samples, wiring
from bot.cli.demo import stocked_house
from bot.model import Asker, SectionName

PICTURES = Path(__file__).resolve().parent / "pictures"
COLUMNS = 96

# Each theme: background, foreground, the eight colours; black, red, green, yellow, blue, magenta, cyan, white.
DARK = TerminalTheme(
    (27, 29, 35),
    (222, 222, 218),
    [
        *((60, 62, 70), (235, 110, 105), (140, 195, 120), (225, 190, 110)),
        *((110, 165, 235), (205, 140, 230), (110, 195, 200), (222, 222, 218)),
    ],
)
LIGHT = TerminalTheme(
    (253, 252, 249),
    (38, 40, 46),
    [
        *((38, 40, 46), (185, 45, 45), (55, 125, 50), (150, 105, 10)),
        *((35, 95, 180), (130, 60, 160), (20, 120, 130), (120, 120, 118)),
    ],
)


def picture(*shown: RenderableType, title: str, theme: TerminalTheme) -> str:
    """*shown*, below one another, as the SVG of a terminal window. The same for the same input."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    for one in shown:
        console.print(Padding(one, (0, 2, 1, 2)))
    drawn = console.export_svg(title=title, theme=theme, unique_id="daybrief")
    # A picture fetches nothing: the reader's own fixed-width font does.
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL).replace("Fira Code", "ui-monospace, Menlo")


async def morning() -> tuple[RenderableType, RenderableType]:
    """The edition of the demo's morning, and the answer to ``/keypoints 1``."""
    async with stocked_house() as (house, _):
        (subscription,) = await house.desk.channels.subscriptions()
        # A preview is composed for the hour itself, so that the picture is the same on every machine.
        composition, _ = await house.desk.channels.preview(subscription)
        answer = await house.desk.stories.look_up(composition.edition.stories[0].ref, SectionName.KEY_POINTS, Asker())
    return (
        wiring.looks.edition(composition.edition),
        wiring.looks.answer(answer, now=samples.DEMO_NOW),
    )


def main() -> None:
    """Draw all pictures."""
    edition, answer = asyncio.run(morning())
    PICTURES.mkdir(exist_ok=True)
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        drawn = picture(edition, title="daybrief post", theme=theme)
        (PICTURES / f"edition-{name}.svg").write_text(drawn, encoding="utf-8")
        drawn = picture(answer, title="/keypoints 1", theme=theme)
        (PICTURES / f"keypoints-{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
