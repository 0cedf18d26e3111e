"""The names of everything that can be pressed or picked, and what their values say. Pure.

They stand in messages that stay for years, so a name never changes its meaning.
"""

from bot.model import SectionName

SECTION = "section:"
"""Followed by a section's name; the value is a ref."""
FULL = "full"
"""The value is a ref."""
SHARE = "share:"
"""Followed by a section's name or ``story`` or ``sources``; the value is a ref."""
PICK = "pick:"
"""Followed as :data:`SHARE`; the picked value is a ref."""
SETUP = "setup"
"""The value is a channel's id, or nothing."""
POST_NOW = "post_now"
"""The value is a subscription's number; so it is for the two below."""
PAUSE = "pause"
RESUME = "resume"
TEST = "test"
RESEND = "resend"
"""The value is a delivery's number."""
WISH = "wish:"
"""Followed by ``pin``, ``drop`` or ``none`` and a ref; the value is a subscription's number and the edition's date."""
HISTORY = "history"
"""The value is a ref."""

WHOLE = "story"
SOURCES = "sources"
CORRECT = "correct"
"""What :data:`PICK` can be followed by as well; so it is for the one below."""
WITHDRAW = "withdraw"

SETUP_VIEW = "setup_view"
"""The callback of the set-up modal."""
CORRECTION_VIEW = "correction_view"
WITHDRAWAL_VIEW = "withdrawal_view"


def topic_of(what: SectionName | str | None) -> str:
    """How :data:`SHARE` and :data:`PICK` name what is asked for; None: the whole story."""
    return what.value if isinstance(what, SectionName) else what or WHOLE


def section_of(topic: str) -> SectionName | None:
    """The section that *topic* names; None: the whole story or its sources."""
    return SectionName(topic) if topic in {name.value for name in SectionName} else None
