"""What Discord gets, as HTML that looks like Discord: markdown, layouts, embeds, forms; dark and light."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Json = dict[str, Any]

DARK, LIGHT = "dark", "light"
_NAMES = ("page", "box", "line", "text", "faint", "link", "grey", "code", "field")
_COLOURS = {
    DARK: ("#1a1a1e", "#242429", "#3b3b42", "#dfe0e2", "#9b9ca3", "#7c9df7", "#38383f", "#2b2b31", "#1a1a1e"),
    LIGHT: ("#fbfbfb", "#ffffff", "#dcdce0", "#313338", "#6a6b73", "#2f5fd6", "#e3e3e7", "#ececef", "#ffffff"),
}
_STYLE = """
body{font:16px/1.375 'gg sans','Noto Sans','Helvetica Neue',Arial,'DejaVu Sans',sans-serif;color:var(--text);
background:var(--page);margin:0;padding:8px 16px 12px;width:%dpx;overflow-wrap:anywhere}
.message{display:grid;grid-template-columns:40px 1fr;gap:0 16px;padding:8px 0}.message>*{min-width:0}
.face{width:40px;height:40px;border-radius:50%%;background:#7c3aed;color:#fff;text-align:center;
font:700 20px/40px Arial}
.app{background:#5865f2;color:#fff;font-size:10px;font-weight:600;border-radius:4px;padding:1px 5px;margin:0 6px}
.time,.eye,.sub{color:var(--faint)}.time{font-size:12px}.eye{font-size:12px;margin-top:4px}.sub{font-size:13px}
.container{border:1px solid var(--line);border-left:4px solid;border-radius:8px;background:var(--box);padding:12px 16px;
margin-top:4px;max-width:600px;box-sizing:border-box;display:flex;flex-direction:column;gap:8px}
.section{display:flex;gap:12px;justify-content:space-between;align-items:flex-start}.section>:first-child{min-width:0}
.row{display:flex;flex-wrap:wrap;gap:8px}hr{border:0;border-top:1px solid var(--line);margin:4px 0;width:100%%}
.button{border-radius:8px;background:var(--grey);color:var(--text);font:500 14px/32px 'Noto Sans',Arial,sans-serif;
padding:0 12px;white-space:nowrap;max-width:100%%;overflow:hidden;text-overflow:ellipsis;flex:none;
box-sizing:border-box}
.b1{background:#5865f2;color:#fff}.b4{background:#d83c3e;color:#fff}
.gap{height:12px}h1,h2,h3{margin:2px 0;line-height:1.3}h1{font-size:24px}h2{font-size:20px}h3{font-size:16px}
ul,ol{margin:2px 0;padding-left:22px}a{color:var(--link);text-decoration:none}
code{background:var(--code);border-radius:4px;padding:1px 4px;font:14px 'DejaVu Sans Mono',monospace}
blockquote{border-left:4px solid var(--line);margin:0;padding-left:12px}.spoiler{background:#888;color:#888}
.mention{background:#5865f255;border-radius:3px;outline:2px solid red}
.view{border:1px solid var(--line);border-radius:8px;background:var(--box);padding:16px;max-width:440px}
.view b{display:block;margin:12px 0 6px}.view .title{font-size:20px}.foot{display:flex;justify-content:flex-end;gap:8px}
.field{border:1px solid var(--line);border-radius:8px;background:var(--field);padding:8px 12px;margin-bottom:12px;
white-space:pre-wrap}
.empty{color:var(--faint)}
"""
_INLINE = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|(?P<code>`+)(?P<coded>.+?)(?P=code)"
    r"|\[(?P<label>(?:\\.|[^\[\]\\])+)\]\((?:<(?P<url>[^>\s]*)>|(?P<bare>[^)\s]*))\)"
    r"|<(?P<shown>https?://[^>\s]*)>|(?P<auto>https?://[^\s<>]+)"
    r"|(?P<mention><(?:@[!&]?\d+|#\d+|id:\w+|/[^>]+:\d+|a?:\w+:\d+|t:-?\d+(?::\w)?)>|@everyone|@here)"
    r"|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)|__(?P<under>(?:\\.|[^\\])+?)__|~~(?P<gone>.+?)~~"
    r"|\|\|(?P<spoiler>.+?)\|\|"
    r"|\*(?P<slanted>(?:\\.|[^*\\])+?)\*|\b_(?P<slanted2>(?:\\.|[^_\\])+?)_\b",
    re.DOTALL,
)
_TAGS = {"bold": "b", "under": "u", "gone": "s", "slanted": "i", "slanted2": "i"}
_HEADING, _ITEM = re.compile(r"(#{1,3})\s+(.+)"), re.compile(r"\s*([-*]|\d+\.)\s+(.+)")


def page(documents: list[Json], width: int, theme: str = DARK) -> str:
    """*documents* as one page."""
    colours = ";".join(f"--{name}:{value}" for name, value in zip(_NAMES, _COLOURS[theme], strict=True))
    style = f":root{{{colours}}}{_STYLE % width}"
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body(documents)}'


def body(documents: list[Json]) -> str:
    """What stands on a page: messages or forms."""
    return "".join(_form(one) if "title" in one else _message(one) for one in documents)


def markdown(text: str) -> str:
    """*text* as Discord shows it. What pings is outlined, so that nobody overlooks it."""
    return "".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    items: list[str] = []
    for line in lines:
        item = _ITEM.fullmatch(line)
        if items and not item:
            yield f"<ul>{''.join(items)}</ul>"
            items = []
        if item:
            items.append(f"<li>{_inline(item[2])}</li>")
        elif heading := _HEADING.fullmatch(line):
            yield f"<h{len(heading[1])}>{_inline(heading[2])}</h{len(heading[1])}>"
        elif line.startswith("-# "):
            yield f'<div class="sub">{_inline(line[3:])}</div>'
        elif line.startswith(("> ", ">>> ")):
            yield f"<blockquote>{_inline(line.partition(' ')[2])}</blockquote>"
        elif line:
            yield f"<div>{_inline(line)}</div>"
        else:
            yield '<div class="gap"></div>'
    if items:
        yield f"<ul>{''.join(items)}</ul>"


def _inline(text: str) -> str:
    made, at = [], 0
    for found in _INLINE.finditer(text):
        made += [escape(text[at : found.start()]), _run(found)]
        at = found.end()
    return "".join([*made, escape(text[at:])])


def _run(found: re.Match[str]) -> str:  # noqa: PLR0911  # one for each kind
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    match said:
        case {"escaped": plain}:
            return escape(plain)
        case {"coded": plain}:
            return f"<code>{escape(plain)}</code>"
        case {"label": label}:
            # Here backslashes escape nothing: https://github.com/discord/discord-api-docs/issues/6185
            to = escape(said.get("url") or said.get("bare") or "")
            return f'<a href="{to}">{_inline(label.replace(chr(92), chr(92) * 2))}</a>'
        case {"shown": url} | {"auto": url}:
            return f'<a href="{escape(url)}">{escape(url)}</a>'
        case {"mention": mention}:
            return f'<span class="mention">{escape(mention)}</span>'
        case {"spoiler": hidden}:
            return f'<span class="spoiler">{_inline(hidden)}</span>'
        case _:
            [(name, inner)] = said.items()
            return f"<{_TAGS[name]}>{_inline(inner)}</{_TAGS[name]}>"


# -------------------------------------------------------------------------------------------------------- messages


def _message(one: Json) -> str:
    is_private = one.get("flags", 0) & 64
    eye = '<div class="eye">Only you can see this · <a>Dismiss message</a></div>' if is_private else ""
    by = '<b>Daybrief</b><span class="app">APP</span><span class="time">08:00</span>'
    content = markdown(one["content"]) if one.get("content") else ""
    said = content + "".join(_embed(embed) for embed in one.get("embeds", ()))
    parts = "".join(_component(part) for part in one.get("components", ()))
    return f'<div class="message"><div class="face">D</div><div>{by}{said}{parts}{eye}</div></div>'


def _component(part: Mapping[str, Any]) -> str:
    match part["type"]:
        case 1:
            return f'<div class="row">{_all(part)}</div>'
        case 2:
            return f'<span class="button b{part["style"]}">{escape(part["label"])}</span>'
        case 9:
            return f'<div class="section"><div>{_all(part)}</div>{_component(part["accessory"])}</div>'
        case 10:
            return f"<div>{markdown(part['content'])}</div>"
        case 14:
            return "<hr>"
        case _:
            colour = f"border-left-color:#{part['accent_color']:06x}"
            return f'<div class="container" style="{colour}">{_all(part)}</div>'


def _all(part: Mapping[str, Any]) -> str:
    return "".join(_component(one) for one in part["components"])


def _embed(embed: Mapping[str, Any]) -> str:
    colour = f"border-left-color:#{embed['color']:06x}"
    return f'<div class="container" style="{colour}"><div>{markdown(embed["description"])}</div></div>'


def _form(one: Mapping[str, Any]) -> str:
    fields = "".join(_field(part) for part in one["components"])
    foot = '<div class="foot"><span class="button">Cancel</span><span class="button b1">Submit</span></div>'
    return f'<div class="view"><div class="title">{escape(one["title"])}</div>{fields}{foot}</div>'


def _field(part: Mapping[str, Any]) -> str:
    if "component" not in part:
        return f"<div>{markdown(part['content'])}</div>"
    field = part["component"]
    must = "" if field.get("required", True) is False else " *"
    told = f'<div class="sub">{escape(part["description"])}</div>' if part.get("description") else ""
    hint = f'<span class="empty">{escape(field.get("placeholder") or "")}</span>'
    said = escape(field["value"]) if field.get("value") else hint
    return f'<b>{escape(part["label"])}{must}</b>{told}<div class="field">{said or "&nbsp;"}</div>'
