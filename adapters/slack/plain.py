"""Blocks as text to be read in a terminal. Pure."""

from collections.abc import Iterable, Iterator

from adapters.slack.blocks import Block

_UNESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def plain_of(blocks: Iterable[Block]) -> str:
    """What *blocks* say, a line each."""
    return "\n".join(line.rstrip() for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield block["text"]["text"]
            yield "=" * len(block["text"]["text"])
        case "divider":
            yield "-" * 40
        case "section":
            yield block["text"]["text"]
        case "context":
            yield from (_unescaped(one["text"]) for one in block["elements"])
        case "actions":
            yield " ".join(f"[{one['text']['text']}]" for one in block["elements"] if "text" in one)
            yield ""
        case "rich_text":
            for number, element in enumerate(block["elements"]):
                yield from _rich(element, number)


def _rich(element: Block, _number: int) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for place, item in enumerate(element["elements"], start=1):
            mark = f"{place}." if element["style"] == "ordered" else "•"
            yield f"{mark} {_runs(item)}"
    else:
        yield _runs(element)


def _runs(paragraph: Block) -> str:
    return "".join(run.get("text", "") for run in paragraph["elements"])


def _unescaped(text: str) -> str:
    for escaped, meant in _UNESCAPES:
        text = text.replace(escaped, meant)
    return text
