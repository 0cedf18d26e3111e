"""Markup as plain text. Pure."""

import html
import re

import nh3

from bot.text import clean

MAX_MARKUP = 30_000
"""Characters that are looked at. An extract needs far fewer, and nh3 takes 29 s for 100,000 nested elements."""

_UNREAD = {"script", "style", "template", "noscript"}
_BLOCKS = (
    "address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|"
    "header|hr|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
# Neither pattern looks past the next "<", so that a million unfinished tags take no longer than a million letters.
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})\b[^<>]*>", re.IGNORECASE)
_MARKUP = "|".join(
    (_BLOCKS, *sorted({*nh3.ALLOWED_TAGS, *_UNREAD, "embed", "font", "iframe", "link", "object", "svg"}))
)
_NO_TAG = re.compile(rf"<(?!/?(?:{_MARKUP})[\s/>]|!)", re.IGNORECASE)


def plain(markup: str, *, is_html: bool = True) -> str:
    """*markup* on one line, without tags and entities; what stood in blocks of its own does not run together.

    With *is_html* false it claims to be plain text. Feeds put markup there all the same, so known tags go; anything
    else in angle brackets, such as ``List<T>``, is meant to be read.
    """
    markup = markup[:MAX_MARKUP]
    if not is_html:
        markup = _NO_TAG.sub("&lt;", markup)
    if "<" in markup or "&" in markup:
        spaced = _BLOCK.sub(lambda tag: f" {tag[0]} ", markup)
        markup = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=_UNREAD))
    return clean(markup)
