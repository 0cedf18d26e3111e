"""Ready-written stories: read from JSON, JSON Lines, Markdown or plain text, and written as JSON. Pure.

docs/importing.md describes the forms for people.
"""

from pathlib import PurePath

from bot.manuscript import as_json, as_prose
from bot.manuscript.dump import dump_story, stamp
from bot.manuscript.values import Manuscript, ManuscriptArticle, unreadable

__all__ = ["Manuscript", "ManuscriptArticle", "dump_story", "parse", "stamp"]

_JSON = frozenset({".json", ".jsonl", ".ndjson"})
_LINES = frozenset({".jsonl", ".ndjson"})
_MARKDOWN = frozenset({".md", ".markdown"})


def parse(text: str, *, name: str) -> tuple[Manuscript, ...]:
    """The stories in *text*, in order, at least one.

    Its content tells which form it has; the suffix of *name* only helps where that leaves a doubt.

    Args:
        text: what somebody wrote.
        name: of the file, for messages.

    Raises:
        Unreadable: it is no story; the sentence names the file, the line, what is wrong and what was expected.
    """
    text = text.removeprefix("\ufeff")
    start = text.lstrip()
    suffix = PurePath(name).suffix.lower()
    if not start:
        raise unreadable(name, None, "is empty; expected a story (docs/importing.md shows the forms)")
    if suffix in _JSON or start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in {"{", "]"}):
        if suffix in _LINES or as_json.is_lines(text):
            return as_json.read_lines(text, name=name)
        return as_json.read(text, name=name)
    return as_prose.read(text, name=name, markdown=suffix in _MARKDOWN)
