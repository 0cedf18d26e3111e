"""Text for Slack: cut first, escaped last. Pure."""

import regex

from bot.text import clean, cut

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""All that Slack decodes, and all that could ping somebody begins with ``<``:
https://docs.slack.dev/messaging/formatting-message-text"""


def mrkdwn(text: str, limit: int) -> str:
    """*text* from outside for a mrkdwn field of *limit* characters: cleaned, cut, escaped."""
    shown = clean(text)
    room = limit
    while len(escaped := cut(shown, room).translate(_ESCAPES)) > limit:
        # Each escape is up to five characters for one; cutting escaped text could split an entity.
        room -= max(1, (len(escaped) - limit) // 5)
    return escaped


def link(url: str, label: str, limit: int = 150) -> str:
    """*label*, cut to *limit*, that opens *url*; without a usable url the label alone."""
    shown = mrkdwn(label, limit)
    address = usable(url)
    # A bar would end the address, and Slack has no escape for it; a space would end the link.
    address = address.replace("|", "%7C").translate(_ESCAPES)
    return f"<{address}|{shown}>" if address and shown else shown


def usable(url: str) -> str:
    """*url* if it is an ``http(s)`` address that a link can carry, else nothing."""
    is_address = url.lower().startswith(("https://", "http://")) and regex.fullmatch(r"[^\s<>\p{C}]+", url)
    return url if is_address and len(url) <= _LONGEST_URL else ""


_LONGEST_URL = 2_000
