"""What somebody who looks a story up gets to know."""

from dataclasses import dataclass

from bot.model.story import SectionName, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and where: decides which stories exist for them and what a bare number means."""

    workspace: str | None = None
    """``platform:workspace``; None: the operator, who sees everything."""
    subscription: int | None = None
    """The subscription of the channel they ask in; None: a number means the latest edition of any channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The story that was asked for, or the nearest ones."""

    asked: str
    """The name that was typed, cleaned."""
    section: SectionName | None = None
    """The section that was asked for; None: the whole story."""
    story: Story | None = None
    """None: nothing is called that."""
    nearest: tuple[Story, ...] = ()
    """Where nothing is called that: the most likely ones, at most three, best first."""

    others: tuple[Story, ...] = ()
    """Further stories that hold the words asked for: perhaps one of them was meant."""

    @property
    def is_written(self) -> bool:
        """The section exists; a whole story always does."""
        return self.story is not None and (self.section is None or self.section in self.story.sections.written())
