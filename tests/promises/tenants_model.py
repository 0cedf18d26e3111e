"""What each workspace has the right to read, said without any of the product's code: a plain model."""

from dataclasses import dataclass, field, replace

from bot.model import Change, StoryStatus

HOMES = ("slack:7", "slack:8", "slack:9", "discord:7", "discord:8")


@dataclass(frozen=True)
class Text:
    """What a reader sees of a story; the token is in it, and in no other."""

    title: str
    token: str
    mark: StoryStatus = StoryStatus.CURRENT
    reason: str = ""
    """The token of why it was withdrawn; empty: it was not."""

    @property
    def tokens(self) -> tuple[str, ...]:
        return (self.token, self.reason) if self.reason else (self.token,)


@dataclass
class Known:
    """A story, and who reads what of it."""

    ref: str
    text: Text
    audience: frozenset[str]
    is_draft: bool
    """From feeds, so that news may change its text."""
    url: str = ""
    readings: dict[str, tuple[int, Text]] = field(default_factory=dict)
    posted_in: set[str] = field(default_factory=set)
    had: set[tuple[str, str]] = field(default_factory=set)
    """(workspace, token) of all that was ever to be read."""

    reports: set[str] = field(default_factory=set)
    """Tokens of its articles, sources and topics, which everybody sees who may read it, whatever its text is there."""

    def note(self) -> None:
        """It has changed."""
        for home in HOMES:
            if text := self.read_by(home):
                self.had |= {(home, token) for token in (*text.tokens, *self.reports)}

    def is_hidden_from(self, audience: frozenset[str]) -> bool:
        """Whether some of *audience*, where empty is all, cannot read it."""
        return bool(self.audience) and (not audience or not audience <= self.audience)

    def read_by(self, home: str) -> Text | None:
        """None: it does not exist for *home*."""
        if self.audience and home not in self.audience:
            return None
        return self.readings[home][1] if home in self.readings else self.text

    def imported(self, text: Text, audience: frozenset[str]) -> None:
        """The operator has *text* for *audience* in its place."""
        is_withdrawn = self.text.mark is StoryStatus.WITHDRAWN
        is_shown = any(not audience or home in audience for home in self.posted_in)
        if is_shown and not is_withdrawn:
            # Whoever reads on in a message that it was otherwise there, is told so; and that it is so for everybody.
            self.readings.clear()
            self.text = replace(text, mark=StoryStatus.CORRECTED)
        else:
            self.text = replace(text, mark=self.text.mark, reason=self.text.reason)
        self.audience, self.is_draft = audience, False


class Model:
    """Stories by ref, also by the refs that lead to them; and what each workspace has of the rest."""

    def __init__(self) -> None:
        self.stories: dict[str, Known] = {}
        self.latest: dict[int, list[tuple[str, str]]] = {}
        """By subscription: the refs and titles of its newest edition, in order."""
        self.subscriptions: dict[tuple[str, str], tuple[int, bool]] = {}
        """By workspace and channel: the id, and whether it is served."""
        self.wishes: dict[int, set[str]] = {}
        self.changes: dict[str, list[Change]] = {home: [] for home in HOMES}
        """Newest last."""
        self.had: dict[str, set[str]] = {home: set() for home in HOMES}
        """By workspace: the marks of all texts that it ever had to read."""

    def each(self) -> list[Known]:
        return list({id(one): one for one in self.stories.values()}.values())

    def listed(self, home: str) -> dict[str, Text]:
        """By ref, all that *home* may find by anything but a ref."""
        read = {one.ref: one.read_by(home) for one in self.each()}
        return {ref: text for ref, text in read.items() if text and text.mark is not StoryStatus.WITHDRAWN}
