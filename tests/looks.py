"""Draws what Slack and Discord get as HTML and, where Chromium is installed, as pictures: for our own eyes.

python -m tests.looks FOLDER
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from adapters.discord import cards
from adapters.slack import post, views
from tests import discord_drawing, discord_looks
from tests.slack_looks import CHANNEL, DAY, EVERYTHING, ORDER, Look, of

DESKTOP, PHONE = 640, 375
"""Widths of a message, in pixels."""
THEMES = (discord_drawing.DARK, discord_drawing.LIGHT)
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_STYLE = """
body{font:15px/1.46 Lato,Arial,'DejaVu Sans',sans-serif;color:#1d1c1d;margin:0;padding:12px 16px;width:%dpx}
.message{display:grid;grid-template-columns:36px 1fr;gap:0 8px;padding:8px 0 10px}
.message>*{min-width:0;overflow-wrap:anywhere}
.face{width:36px;height:36px;border-radius:6px;background:#f2b705;color:#fff;font:700 20px/36px Arial;text-align:center}
.app{background:#e8e8e8;color:#616061;font-size:10px;border-radius:2px;padding:0 3px;margin:0 6px;vertical-align:1px}
.eye,.time{color:#616061;font-size:12px}.eye{grid-column:2;font-size:13px}
.view{border:1px solid #ddd;border-radius:8px;margin:4px 0 12px;overflow-wrap:anywhere}.view>div{padding:8px 20px}
.view .title{font-size:20px;font-weight:900;border-bottom:1px solid #ddd;padding:12px 20px}
.view .title i{float:right;color:#616061;font-style:normal}
.view .foot{text-align:right;border-top:1px solid #ddd;padding:12px 20px}
h2{font-size:18px;line-height:1.3;margin:8px 0 4px}
.context{color:#616061;font-size:13px;margin:4px 0;white-space:pre-wrap}.hint{margin-top:2px}
.text{margin:4px 0;white-space:pre-wrap}.right{float:right;margin-left:12px}.actions{margin:6px 0}
.button{display:inline-block;border:1px solid #bbb;border-radius:4px;padding:0 12px;font:700 13px/30px Arial;
margin:2px 8px 4px 0;max-width:300px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:top}
.primary{background:#007a5a;color:#fff;border-color:#007a5a}.danger{background:#e01e5a;color:#fff;border-color:#e01e5a}
hr{border:0;border-top:1px solid #ddd;margin:8px 0}a{color:#1264a3;text-decoration:none}
ul,ol{margin:2px 0 2px 24px;padding:0}.input{margin:0 0 18px}.input b{display:block;margin-bottom:4px}
.field{border:1px solid #868686;border-radius:4px;padding:5px 10px;display:inline-block;min-width:260px;max-width:90%%;
box-sizing:border-box}.field i{float:right;font-style:normal;margin-left:10px;font-size:11px;line-height:22px}
.empty{color:#868686}.typed{display:block;max-width:none;white-space:pre-wrap}.long{min-height:80px}.short{min-height:34px}
"""

Json = dict[str, Any]


def page(documents: list[Json], width: int = DESKTOP, *, is_private: bool = False) -> str:
    """*documents* as one page; messages that only one person sees are marked as Slack marks them."""
    return f'<!doctype html><meta charset="utf-8"><style>{_STYLE % width}</style>{body(documents, is_private)}'


def body(documents: list[Json], is_private: bool) -> str:
    return "".join(_message(one, is_private) if "text" in one else _view(one) for one in documents)


def _message(one: Json, is_private: bool) -> str:
    eye = '<div class="eye">Only visible to you</div>' if is_private else ""
    by = '<b>Daybrief</b><span class="app">APP</span><span class="time">08:00</span>'
    said = "".join(_block(block) for block in one["blocks"])
    return f'<div class="message">{eye}<div class="face">D</div><div>{by}{said}</div></div>'


def _view(one: Json) -> str:
    title = f'<div class="title">{escape(one["title"]["text"])}<i>✕</i></div>' if "title" in one else ""
    labels = [(one[key]["text"], style) for key, style in (("close", ""), ("submit", "primary")) if key in one]
    foot = "".join(f'<span class="button {style}">{escape(label)}</span>' for label, style in labels)
    said = "".join(_block(block) for block in one["blocks"])
    return f'<div class="view">{title}<div>{said}</div>{f"""<div class="foot">{foot}</div>""" if foot else ""}</div>'


def _block(block: Json) -> str:  # noqa: PLR0911  # one for each kind
    match block["type"]:
        case "header":
            return f"<h2>{escape(block['text']['text'])}</h2>"
        case "divider":
            return "<hr>"
        case "section":
            beside = f'<div class="right">{_element(block["accessory"])}</div>' if "accessory" in block else ""
            return f'{beside}<div class="text">{escape(block["text"]["text"])}</div>'
        case "context":
            return f'<div class="context">{" ".join(_mrkdwn(one["text"]) for one in block["elements"])}</div>'
        case "actions":
            return f'<div class="actions">{"".join(_element(one) for one in block["elements"])}</div>'
        case "input":
            hint = f'<div class="context hint">{escape(block["hint"]["text"])}</div>' if "hint" in block else ""
            label = escape(block["label"]["text"]) + (" (optional)" if block.get("optional") else "")
            return f'<div class="input"><b>{label}</b>{_element(block["element"])}{hint}</div>'
        case _:
            return f'<div class="text">{"".join(_rich(one) for one in block["elements"])}</div>'


def _rich(element: Json) -> str:
    if element["type"] != "rich_text_list":
        return "".join(_run(run) for run in element["elements"])
    tag = "ol" if element["style"] == "ordered" else "ul"
    first = f' start="{element.get("offset", 0) + 1}"' if tag == "ol" else ""
    items = ("".join(_run(run) for run in item["elements"]) for item in element["elements"])
    return f"<{tag}{first}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


def _run(run: Json) -> str:
    said = escape(run.get("text", ""))
    for style, tag in (("bold", "b"), ("italic", "i"), ("strike", "s"), ("code", "code")):
        if run.get("style", {}).get(style):
            said = f"<{tag}>{said}</{tag}>"
    return f'<a href="{escape(run["url"])}">{said}</a>' if run["type"] == "link" else said


def _mrkdwn(text: str) -> str:
    linked = re.sub(r"<(https?://[^|>]*)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", linked)


def _element(element: Json) -> str:
    if element["type"] == "plain_text_input":
        kind, held = "long" if element.get("multiline") else "short", escape(element.get("initial_value", ""))
        return f'<span class="field typed {kind}">{held}</span>'
    if element["type"] == "button":
        return f'<span class="button {element.get("style", "")}">{escape(element["text"]["text"])}</span>'
    chosen = [*element.get("initial_options", []), *([one] if (one := element.get("initial_option")) else [])]
    marks = {"checkboxes": ("☐ ", "☑ "), "radio_buttons": ("○ ", "● ")}.get(element["type"])
    if marks:
        return "<br>".join(marks[one in chosen] + escape(one["text"]["text"]) for one in element["options"])
    places = [f"# {CHANNEL.name}" if one == CHANNEL.id else one for one in element.get("initial_conversations", [])]
    named = ", ".join([*(one["text"]["text"] for one in chosen), *places])
    shown = named or element.get("initial_time")
    said = escape(shown) if shown else f'<span class="empty">{_placeholder(element)}</span>'
    return f'<span class="field">{said} <i>▼</i></span>'


def _placeholder(element: Json) -> str:
    return escape(element.get("placeholder", {}).get("text") or "Select an option")


# ---------------------------------------------------------------------------------------------------- with Chromium


def heights(bodies: Mapping[str, str], empty: str) -> dict[str, int]:
    """How high each of *bodies* is on the *empty* page, measured in one go; nothing without Chromium."""
    parts = "".join(f'<section id="{name}">{drawn}</section>' for name, drawn in bodies.items())
    measure = "for(const s of document.querySelectorAll('section'))s.title=Math.ceil(s.getBoundingClientRect().height)"
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "all.html"
        html.write_text(f"{empty}{parts}<script>{measure}</script>", encoding="utf-8")
        drawn = _chromium("--dump-dom", str(html))
    found = re.findall(r'<section id="([^"]+)" title="(\d+)"', drawn)
    # Below some height the window is higher than what is drawn into it.
    return {name: max(int(height) + 24, 190) for name, height in found}


def draw(looks: dict[str, Look], folder: Path, width: int, suffix: str = "") -> None:
    """*looks* as pages in *folder*, and as pictures beside them."""
    high = heights({name: body(look, is_private(name)) for name, look in looks.items()}, page([], width))
    for name, look in looks.items():
        _picture(folder / f"{name}{suffix}.html", page(look, width, is_private=is_private(name)), width, high.get(name))


def draw_discord(looks: Mapping[str, Look], folder: Path, width: int, themes: Sequence[str], suffix: str = "") -> None:
    """*looks* of Discord as pages in *folder*, one for each theme, and as pictures beside them."""
    high = heights({name: discord_drawing.body(look) for name, look in looks.items()}, discord_drawing.page([], width))
    for name, look in looks.items():
        for theme in themes:
            html = folder / f"{name}{suffix}-{theme}.html"
            _picture(html, discord_drawing.page(look, width, theme), width, high.get(name))


def _picture(html: Path, drawn: str, width: int, height: int | None) -> None:
    html.write_text(drawn, encoding="utf-8")
    if height:
        target = f"--screenshot={html.with_suffix('.png').absolute()}"
        _chromium(target, f"--window-size={width + 32},{height}", str(html.absolute()))


def is_private(name: str) -> bool:
    """Whether the look *name* is seen by one person only."""
    return name.startswith(("answer", "admin-", "slack-answer")) and name != "admin-greeting"


def _chromium(*arguments: str) -> str:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return ""
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium, *_FLAGS, f"--user-data-dir={profile}", *arguments]
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)
    return ran.stdout


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draw(EVERYTHING, folder, DESKTOP)
    draw(EVERYTHING, folder, PHONE, "-phone")
    beside = folder / "discord"
    beside.mkdir(exist_ok=True)
    draw_discord(discord_looks.EVERYTHING, beside, DESKTOP, THEMES)
    draw_discord(discord_looks.MESSAGES, beside, PHONE, THEMES[:1], "-phone")
    sys.stdout.write(f"{len(list(folder.rglob('*.html')))} pages in {folder}\n")


def pictures(folder: Path) -> None:
    """The pictures in the docs; without the story in Japanese, for which few machines have letters."""
    latin = tuple(replace(one, number=n) for n, one in enumerate((*DAY.stories[:2], *DAY.stories[3:]), start=1))
    on_discord = {
        "discord-post": discord_looks.of(*cards.messages(replace(discord_looks.DAY, stories=latin))),
        "discord-answer": discord_looks.EVERYTHING["answer-key_points"],
    }
    shown = {
        "slack-post": of(*post.messages(replace(DAY, stories=latin))),
        "slack-answer": EVERYTHING["answer-key_points"],
        "slack-setup": [views.setup(CHANNEL.id, ORDER, timezone="", topics=["agents", "chips", "labs"])],
    }
    with tempfile.TemporaryDirectory() as drawn:
        draw(shown, Path(drawn), DESKTOP)
        draw_discord(on_discord, Path(drawn), DESKTOP, THEMES)
        for picture in Path(drawn).glob("*.png"):
            shutil.copy(picture, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) > 1 else pictures(Path("docs/pictures"))
