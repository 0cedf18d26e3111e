"""What admins do from chat, and what they are told."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.edition import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change made from chat."""

    at: datetime
    workspace: str
    """``platform:workspace``."""
    person: str
    """Who did it: a name, which may change, and the platform's own id."""
    action: str
    """``setup``, ``pause``, ``resume``, ``pin``, ``drop``, ``post``, ``resend``, ``share``, ``greet``, ``move``,
    ``correct``, ``withdraw``.
    """
    subject: str
    """What it was done to: the id of a channel, the ref of a story."""
    detail: str = ""
    """What people would ask about it: the new hour, the reason."""
    event: str
    """The platform's own id of the click or command; the same one acts once, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an admin must know, in the words of ``bot.wording``."""

    channel: Channel | None = None
    """Of which channel; None: of several, or of the installation."""
    sentence: str
    lines: tuple[str, ...] = ()
    """What the sentence is about, one each, where that is more than one thing."""
    resend: int | None = None
    """The uncertain delivery that the admin may send once more; None: there is nothing to decide."""
