"""Draws what Slack gets as HTML and, where Chromium is installed, as pictures: for being looked at, by us alone.

python -m tests.looks FOLDER
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from adapters.slack import post
from tests.slack_looks import DAY, EVERYTHING, of

DESKTOP, PHONE = 640, 375
"""Widths of a message, in pixels."""
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
body{font:15px/1.46 Arial,'DejaVu Sans',sans-serif;color:#1d1c1d;margin:16px;width:%dpx}
.message{border:1px solid #ddd;border-radius:8px;padding:10px 16px;margin:0 0 14px}
h2{font-size:18px;margin:6px 0}h3{font-size:17px;margin:0;border-bottom:1px solid #ddd;padding-bottom:6px}
.context{color:#616061;font-size:13px;margin:2px 0 6px;white-space:pre-wrap}
.text{margin:6px 0;white-space:pre-wrap}.right{float:right;margin-left:12px}
.button{display:inline-block;border:1px solid #bbb;border-radius:4px;padding:3px 10px;font-weight:600;font-size:13px;
margin:2px 6px 2px 0}.primary{background:#007a5a;color:#fff}.danger{background:#e01e5a;color:#fff}
hr{border:0;border-top:1px solid #ddd}a{color:#1264a3}ul,ol{margin:2px 0 2px 22px;padding:0}
.field{border:1px solid #bbb;border-radius:4px;padding:4px 8px;display:inline-block;min-width:200px}
"""

Json = dict[str, Any]


def page(documents: list[Json], width: int = DESKTOP) -> str:
    """*documents* as one page."""
    body = "".join(f'<div class="message">{_document(one)}</div>' for one in documents)
    return f'<!doctype html><meta charset="utf-8"><style>{_STYLE % width}</style>{body}'


def _document(one: Json) -> str:
    title = f"<h3>{escape(one['title']['text'])}</h3>" if "title" in one else ""
    submit = f'<p><span class="button primary">{escape(one["submit"]["text"])}</span></p>' if "submit" in one else ""
    return title + "".join(_block(block) for block in one["blocks"]) + submit


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
            return "".join(_element(one) for one in block["elements"])
        case "input":
            hint = f'<div class="context">{escape(block.get("hint", {}).get("text", ""))}</div>'
            return f"<p><b>{escape(block['label']['text'])}</b><br>{_element(block['element'])}{hint}</p>"
        case _:
            return f'<div class="text">{"".join(_rich(one) for one in block["elements"])}</div>'


def _rich(element: Json) -> str:
    if element["type"] != "rich_text_list":
        return "".join(_run(run) for run in element["elements"])
    tag = "ol" if element["style"] == "ordered" else "ul"
    items = ("".join(_run(run) for run in item["elements"]) for item in element["elements"])
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


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
    if element["type"] == "button":
        return f'<span class="button {element.get("style", "")}">{escape(element["text"]["text"])}</span>'
    chosen = [*element.get("initial_options", []), *([one] if (one := element.get("initial_option")) else [])]
    if element["type"] in {"checkboxes", "radio_buttons"}:
        return "<br>".join(
            ("☑ " if one in chosen else "☐ ") + escape(one["text"]["text"]) for one in element["options"]
        )
    named = ", ".join(one["text"]["text"] for one in chosen) or ", ".join(element.get("initial_conversations", []))
    shown = named or element.get("initial_time") or element.get("placeholder", {}).get("text", "")
    return f'<span class="field">{escape(shown)} ▾</span>'


def picture(html: Path, width: int, height: int) -> None:
    """Take a picture of *html* beside it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        target = f"--screenshot={html.with_suffix('.png').absolute()}"
        size = f"--window-size={width + 40},{height}"
        command = [chromium, *_FLAGS, f"--user-data-dir={profile}", target, size, str(html.absolute())]
        subprocess.run(command, capture_output=True, timeout=60, check=False)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, documents in EVERYTHING.items():
        for suffix, width in (("", DESKTOP), *((("-phone", PHONE),) if name.startswith("post") else ())):
            html = folder / f"{name}{suffix}.html"
            html.write_text(page(documents, width), encoding="utf-8")
            # A guess that leaves little white below: a block takes about so much, on a phone more.
            blocks = sum(len(one["blocks"]) for one in documents)
            picture(html, width, 90 + blocks * (42 if width == DESKTOP else 56) + 40 * len(documents))
    sys.stdout.write(f"{len(list(folder.glob('*.html')))} pages in {folder}\n")


def pictures(folder: Path) -> None:
    """The pictures of docs/slack.md; without the story in Chinese, for which few machines have letters."""
    latin = tuple(replace(one, number=n) for n, one in enumerate((*DAY.stories[:2], *DAY.stories[3:]), start=1))
    shown = {
        "slack-post": (of(*post.messages(replace(DAY, stories=latin))), 740),
        "slack-answer": (EVERYTHING["answer-key_points"], 230),
        "slack-setup": (EVERYTHING["view-set-up-again"], 850),
    }
    with tempfile.TemporaryDirectory() as drawn:
        for name, (documents, height) in shown.items():
            html = Path(drawn) / f"{name}.html"
            html.write_text(page(documents), encoding="utf-8")
            picture(html, DESKTOP, height)
            shutil.copy(html.with_suffix(".png"), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) > 1 else pictures(Path("docs/pictures"))
