"""The headings of a written story: which are known, and what only looks like one. Pure."""

import re

from rapidfuzz import fuzz

KEY_POINTS = "Key Points"
PASSAGES = {
    "What Changed": "what_changed",
    "Strategic Implications": "strategic_implications",
    "What Happens Next": "what_happens_next",
    "Second-Order Effects": "second_order_effects",
}
"""Headings of the sections in prose, with their names in :class:`Sections`."""
FIELDS = ("Sources", "Topics", "Ref", "Workspaces")
"""Headings whose value may also follow a colon on the same line; they may come again."""
HEADINGS = (KEY_POINTS, *PASSAGES, *FIELDS)
EXAMPLES = f"{KEY_POINTS} or {next(iter(PASSAGES))}"
"""For messages."""

MARKED = re.compile(r"(#{1,6})\s(.*)")
_NO_HEADING = re.compile(r"[.,;!?…]$|^[-•*+–\[]|\d")
_LONG = 40
"""Characters. No longer line is taken for a heading."""
_MISSPELLED = 80
"""Likeness, 0–100, to a heading from which a short line of its own is a misspelled one, and not text."""


def is_title(text: str) -> bool:
    """It is marked like the title of a story, and no section's heading."""
    marked = MARKED.fullmatch(text)
    heading = unmarked(text)
    return marked is not None and len(marked[1]) == 1 and not known(heading) and not is_misspelled(heading)


def is_misspelled(text: str) -> bool:
    """It is a heading with a typing error, rather than a short line of text."""
    if len(text) > _LONG or _NO_HEADING.search(text):
        return False
    words = simple(text)
    return any(fuzz.ratio(words, simple(heading)) >= _MISSPELLED for heading in HEADINGS)


def known(text: str) -> str:
    """The heading that *text* is, as we write it, or empty."""
    return _BY_SIMPLE_FORM.get(simple(text), "") if len(text) <= _LONG else ""


def simple(text: str) -> str:
    """*text* as it is compared: without regard to case, hyphens, bold type and a colon at its end."""
    return re.sub(r"[\s\u2010-\u2013-]+", " ", text).strip(" *_:").casefold()


def unmarked(text: str) -> str:
    """*text* without the number signs of a Markdown heading."""
    marked = MARKED.fullmatch(text)
    return marked[2].strip(" #") if marked else text


_BY_SIMPLE_FORM = {simple(heading): heading for heading in HEADINGS}
_BY_SIMPLE_FORM |= {words.removesuffix("s"): heading for words, heading in _BY_SIMPLE_FORM.items()}
