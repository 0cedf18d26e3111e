"""What a process does for Daybrief: all of it, or where many machines share a database, a part."""

from enum import StrEnum


class Role(StrEnum):
    """What ``daybrief run`` is told to be."""

    ALL = "all"
    ALARM = "alarm"
    """Rings: gathers, prepares, enters what is due, tells, sweeps. One of them does; the others stand by."""
    WORKER = "worker"
    """Carries the deliveries that it hears of."""
    SLACK = "slack"
    """Answers people there, as the next one does on Discord."""
    DISCORD = "discord"

    @property
    def is_alone(self) -> bool:
        """No other process has a part in this."""
        return self is Role.ALL

    @property
    def reaches_channels(self) -> bool:
        """It posts to channels, or amends what was posted."""
        return self in {Role.ALL, Role.ALARM, Role.WORKER}

    def answers(self, platform: str) -> bool:
        """Whether people on *platform* are answered."""
        return self is Role.ALL or self.value == platform
