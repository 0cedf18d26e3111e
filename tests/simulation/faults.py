"""Everything that can go wrong in the simulated world, and when each does."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One way in which the world is against us. To add one: name it here, place it in ``plan.py``, act it out."""

    # one request to a platform
    LATE_ACCEPT = "late accept"
    """The answer is lost, and the message appears within the settling time."""
    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    HANG_BEFORE = "hang before"
    HANG_AFTER = "hang after"
    TOO_MANY = "too many"
    ABSURD_RETRY = "absurd retry-after"
    NOT_SENT = "not sent"
    REFUSED_POST = "refused post"
    """This one message is refused, not the channel."""
    BUG_BEFORE = "bug before"
    BUG_AFTER = "bug after"

    # a platform, a workspace or a channel, for a while
    KICKED = "kicked"
    CLOSED = "closed"
    """Refused until a person resumes the channel."""
    TOKEN_LOST = "token lost"
    OUTAGE = "outage"
    STORM = "storm"
    HISTORY_FAILS = "history fails"
    HISTORY_FORBIDDEN = "history forbidden"
    TELL_FAILS = "tell fails"
    TELL_REFUSED = "tell refused"
    SLOW_TURN = "slow turn"
    LONG_TURN = "long turn"
    BUGGY_PARTS = "buggy parts"
    DELETES = "deletes"
    """Moderators delete messages of ours."""

    # the machine
    CRASH = "crash"
    STOP = "stop"
    SECOND_PROCESS = "second process"
    SUSPEND = "suspend"
    FREEZE = "freeze"
    """One of many processes stands still, while its machine goes on: SIGSTOP."""
    CLOCK_FORWARD = "clock forward"
    CLOCK_BACK = "clock back"
    CLOCK_LEAP = "clock leap"
    """Into another year, for a moment."""
    ZONE_RULES = "zone rules"
    RESTORE = "restore"
    DISK_FULL = "disk full"
    FAILING_WRITES = "failing writes"
    LOST_COMMIT = "lost commit"
    """A commit is on disk, and its caller hears that it failed."""
    DOWN = "down"
    """Nothing runs for hours."""

    # whoever brings and writes the news
    FEEDS_FAIL = "feeds fail"
    FEED_BUG = "feed bug"
    MODEL_HANGS = "model hangs"
    MODEL_FAILS = "model fails"


OF_A_REQUEST = (
    Fault.LATE_ACCEPT,
    Fault.DROP_BEFORE,
    Fault.DROP_AFTER,
    Fault.HANG_BEFORE,
    Fault.HANG_AFTER,
    Fault.TOO_MANY,
    Fault.ABSURD_RETRY,
    Fault.NOT_SENT,
    Fault.REFUSED_POST,
    Fault.BUG_BEFORE,
    Fault.BUG_AFTER,
)
OF_A_PLACE = (
    Fault.KICKED,
    Fault.CLOSED,
    Fault.TOKEN_LOST,
    Fault.OUTAGE,
    Fault.STORM,
    Fault.HISTORY_FAILS,
    Fault.HISTORY_FORBIDDEN,
    Fault.SLOW_TURN,
    Fault.LONG_TURN,
    Fault.BUGGY_PARTS,
)
"""Of those that last, the ones that keep editions from leaving."""
OF_THE_DISK = frozenset({Fault.DISK_FULL, Fault.FAILING_WRITES, Fault.LOST_COMMIT})
OF_THE_MODEL = frozenset({Fault.MODEL_FAILS, Fault.MODEL_HANGS})
OF_THE_MACHINE = frozenset(
    {
        Fault.CRASH,
        Fault.STOP,
        Fault.DOWN,
        Fault.SECOND_PROCESS,
        Fault.SUSPEND,
        Fault.FREEZE,
        Fault.CLOCK_FORWARD,
        Fault.CLOCK_BACK,
        Fault.CLOCK_LEAP,
        Fault.ZONE_RULES,
        Fault.RESTORE,
    }
)
"""What is an act of the plan, and no spell."""
OF_MANY = frozenset({Fault.FREEZE})
"""What there must be many processes for."""
OF_ONE = tuple(one for one in Fault if one not in OF_MANY)
"""What a world of one process draws its faults from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A fault for a while."""

    fault: Fault
    start: float
    """Seconds since the world began."""
    end: float
    platform: str = ""
    """Empty: everywhere; so for the next two."""
    workspace: str = ""
    channel: str = ""
    chance: float = 1.0
    """Of hitting what it could hit."""

    def hits(self, at: float, platform: str, workspace: str, channel: str) -> bool:
        """Whether it reaches a place at an instant."""
        return (
            self.start <= at < self.end
            and self.platform in {"", platform}
            and self.workspace in {"", workspace}
            and (not channel or self.channel in {"", channel})
        )


class Weather:
    """What is on at the present moment, and how often each fault has really hit something."""

    def __init__(self, spells: Iterable[Spell], now: Callable[[], float], draw: Callable[[], float]) -> None:
        self._spells: dict[Fault, list[Spell]] = {}
        for spell in spells:
            self._spells.setdefault(spell.fault, []).append(spell)
        self._now = now
        self._draw = draw
        self.hits: Counter[str] = Counter()

    def is_on(self, fault: Fault, platform: str = "", workspace: str = "", channel: str = "") -> bool:
        """Whether *fault* hits this place now; then it is counted."""
        for spell in self._spells.get(fault, ()):
            if spell.hits(self._now(), platform, workspace, channel) and (
                spell.chance >= 1 or self._draw() < spell.chance
            ):
                self.hits[fault] += 1
                return True
        return False

    def blows(self, fault: Fault, platform: str, workspace: str) -> bool:
        """Whether *fault* is on there, without being hit by it."""
        return any(one.hits(self._now(), platform, workspace, "") for one in self._spells.get(fault, ()))

    def of_request(self, platform: str, workspace: str, channel: str) -> Fault | None:
        """What happens to one request, if anything does."""
        return next((one for one in OF_A_REQUEST if self.is_on(one, platform, workspace, channel)), None)
