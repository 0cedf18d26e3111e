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
    writable: tuple[SectionName, ...] = ()
    """Sections of the story that nobody has written, or only quoted, and that a model may write on request, within its
    budget."""
    trouble: str = ""
    """Why a section that was to be written is not, as a sentence; empty: nothing went wrong."""
    because: str = ""
    """Why nothing is called that, where a number was asked for, to go on after a colon."""
    others: tuple[Story, ...] = ()
    """Further stories that hold the words asked for: perhaps one of them was meant."""

    @property
    def is_written(self) -> bool:
        """The section exists; a whole story always does."""
        return self.story is not None and (self.section is None or self.section in self.story.sections.written())

    @property
    def is_awaited(self) -> bool:
        """The section does not exist, or only as a quotation, but would be written if somebody waited for it."""
        return self.section is not None and self.section in self.writable

    @property
    def offered(self) -> tuple[SectionName, ...]:
        """The sections that can be asked for, in the order of :class:`SectionName`."""
        if self.story is None:
            return ()
        written = self.story.sections.written()
        return tuple(name for name in SectionName if name in written or name in self.writable)
