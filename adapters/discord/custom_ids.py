"""The names of everything that can be pressed or picked. Pure.

They stand in messages that stay for years, so a name never changes its meaning. In a post each carries the delivery's
key, by which the message is recognised when a channel is read back.
"""

import re
from dataclasses import dataclass

PATTERN = re.compile(r"daybrief:(?P<act>[a-z_]+):(?P<argument>[^:]*):(?P<key>[A-Z2-7]*)")

READ = "read"
"""A story with a button for each section; the argument is a ref. So it is for the three below."""
SHARE = "share"
"""The argument is ``ref/topic``."""
TOPIC = "topic"
"""The argument is ``ref/topic``: a section, the whole story or its sources."""
HELP = "help"
SETUP = "setup"
POST_NOW = "post_now"
"""The argument is a subscription's number."""
RESEND = "resend"
"""The argument is a delivery's number."""
WISH = "wish"
"""The argument is ``pin/ref/subscription/date``, ``drop/…`` or ``none/…``."""
FORM = "form"
"""The set-up form, and the button that opens it once more with what was typed."""

CORRECT = "correct"
"""The button that opens the form for correcting; the argument is ``ref/what is chosen``."""
CORRECTION = "correction"
"""That form; the argument is what it showed (``bot.forms.Opened``)."""
WITHDRAW = "withdraw"
"""The button that opens the form for withdrawing; the argument is a ref."""
WITHDRAWAL = "withdrawal"
"""That form; the argument is what it showed."""
HISTORY = "history"
"""The argument is a ref."""

WHOLE = "story"
SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a custom id says."""

    act: str
    argument: str
    key: str = ""


def custom_id(act: str, argument: str = "", key: str = "") -> str:
    """The custom id for *act* on *argument*, in the message that is known by *key*."""
    return f"daybrief:{act}:{argument}:{key}"


def pressed(custom_id: str) -> Pressed | None:
    """What *custom_id* says; None if it is none of ours."""
    found = PATTERN.fullmatch(custom_id)
    return Pressed(found["act"], found["argument"], found["key"]) if found else None
