"""Everything that can go wrong, as sentences for people.

    DaybriefError                 1   did not work out
    ├── WrongUsage                2   the call or the configuration is wrong
    │   ├── ConfigProblems        2   every problem of a configuration, with dotted paths
    │   └── DoneBefore            2   this very click or command has acted already
    ├── NotFound                  1   nothing is called that; carries the nearest names
    ├── AlreadyRunning            1   another process delivers from this data directory
    ├── StoreTrouble              1   the database cannot be opened, read or written
    ├── Unreadable                1   a ready-written story or file that cannot be understood
    ├── FeedFailed                1   a feed that could not be read, with the reason
    ├── PageFailed                1   an article whose full text cannot be had, with the reason
    ├── AnalystFailed             1   a model that wrote nothing usable, with the reason
    │   └── BudgetSpent           1   the day's budget for models takes no further call
    ├── PostFailed                1   a post that failed, with its fate
    └── CannotReadBack            1   a channel that cannot be searched for our own message

The number is the exit code of a command that ends with the error. A message names the thing and the next step; no
message ever holds a token, a webhook address or the body of a post.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class DaybriefError(Exception):
    """Something did not work out; ``str()`` is a sentence for the person who asked."""

    exit_code = 1


class WrongUsage(DaybriefError):
    """The call asks for something that cannot be asked for like this."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration."""

    path: str
    """Dotted, with indexes: ``channels[1].timezone``."""
    sentence: str
    """What is wrong and what to write instead."""


class ConfigProblems(WrongUsage):
    """A configuration with mistakes: all of them, in the order of the file."""

    def __init__(self, origin: str, problems: tuple[Problem, ...]) -> None:
        self.origin = origin
        self.problems = problems
        lines = "\n".join(f"  {problem.path}: {problem.sentence}" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{origin} has {count}:\n{lines}")


class DoneBefore(WrongUsage):
    """A platform has delivered twice what a person did once."""

    def __init__(self) -> None:
        super().__init__("This has been done already.")


class NotFound(DaybriefError):
    """Nothing is called what was asked for."""


class AlreadyRunning(DaybriefError):
    """Another process holds the lock of this data directory."""

    def __init__(self, fact: str, advice: str = "stop it first, or leave the work to it") -> None:
        self.fact = fact
        """Who does what, without what to do about it."""
        super().__init__(f"{fact}; {advice}")


class StoreTrouble(DaybriefError):
    """The database cannot be opened, read or written."""

    def __init__(self, reason: str, *, kind: str = "other") -> None:
        self.kind = kind
        """What failed, in one word: ``full``, ``busy``, ``corrupt`` …; for those who count."""
        super().__init__(reason)


class Unreadable(DaybriefError):
    """A file or text that was to be imported cannot be understood."""


class FeedFailed(DaybriefError):
    """A feed could not be read; the message is the reason, without the address."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        self.reason = reason
        self.retry_after = retry_after
        """How long the server asked us to stay away, if it did."""
        super().__init__(reason)


class PageFailed(DaybriefError):
    """The full text of an article cannot be had; the message is the reason, without the address."""


class AnalystFailed(DaybriefError):
    """A model wrote nothing that can be used; the message is the reason, without anything that the model wrote."""


class BudgetSpent(AnalystFailed):
    """What models may cost in a day is spent."""


class Fate(StrEnum):
    """The three ways a post can fail."""

    REFUSED = "refused"
    """It will never work: pause the channel, keep its configuration, tell the admin."""
    NOT_SENT = "not_sent"
    """It surely did not arrive: try again with the same key."""
    UNKNOWN = "unknown"
    """It may have arrived: wait, read the channel back, and only then decide."""


class Reach(StrEnum):
    """How far a refusal reaches."""

    POST = "post"
    """This one message, which was our mistake: the channel takes others."""
    CHANNEL = "channel"
    """Every post to the channel, until a person has mended it and resumes it: nobody can see when that is."""
    VISIBLY = "visibly"
    """Every post, and the platform shows when that is over: it resumes by itself."""


class PostFailed(DaybriefError):
    """A platform did not confirm a post.

    Only the platform that raises it can know which fate it is, so ``fate`` has no default.
    """

    def __init__(
        self,
        reason: str,
        *,
        fate: Fate,
        retry_after: timedelta | None = None,
        reach: Reach = Reach.VISIBLY,
        code: str = "",
    ) -> None:
        self.reason = reason
        self.fate = fate
        self.reach = reach
        """Of a refusal."""
        self.retry_after = retry_after
        """How long the platform asked us to wait, if it did."""
        self.code = code
        """The platform's own short word or number for it: ``channel_not_found``, ``50013``; for the log."""
        super().__init__(reason)


class CannotReadBack(DaybriefError):
    """The channel cannot be searched for our message, so nobody can tell whether it arrived."""
