"""A model and pages in memory that do as a test says; no network, no waiting."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.errors import AnalystFailed, PageFailed
from bot.model import Article, KeyPoint, Passage, SectionName, Sections, Story
from bot.ports import Draft

WRITTEN = Sections(
    what_changed=Passage(text="There is a chip where there was none."),
    strategic_implications=Passage(text="Phones need no data centre any more."),
    what_happens_next=Passage(text="Two more vendors ship one."),
    second_order_effects=Passage(text="Fewer power stations are built."),
)


class ScriptedWriter:
    """Implements ``bot.ports.Writer``."""

    def __init__(self, name: str = "gpt-test") -> None:
        self.name = name
        self.sections = frozenset(SectionName) - {SectionName.KEY_POINTS}
        self.calls: list[tuple[str, str]] = []
        """What was asked for of which story, in order."""
        self.texts: dict[str, Mapping[str, str]] = {}
        """The full texts that came with a story, by ref."""
        self.is_solvent = True
        self.fails: Exception | None = None
        """What every call ends with."""
        self.gives = WRITTEN
        self.weights: dict[str, int] = {}
        """By title."""
        self.may_go_on = asyncio.Event()
        """Until it is set, none of :attr:`holds` is answered."""
        self.may_go_on.set()
        self.holds = frozenset({"brief", "write", "weigh"})
        self.most_at_once = 0
        self._at_once = 0

    async def may_write(self) -> bool:
        return self.is_solvent

    async def brief(self, story: Story, texts: Mapping[str, str]) -> Draft:
        await self._asked("brief", story.ref)
        self.texts[story.ref] = texts
        point = KeyPoint(text="A model's point.", sources=(story.articles[0].url,))
        return Draft(title=f"Briefly: {story.title}", takeaway="By a model.", key_points=(point,), analyst=self.name)

    async def write(self, story: Story, texts: Mapping[str, str]) -> Sections:
        await self._asked("write", story.ref)
        self.texts[story.ref] = texts
        return self.gives

    async def weigh(self, stories: Sequence[Story]) -> Mapping[str, int]:
        await self._asked("weigh", " ".join(sorted(one.ref for one in stories)))
        return {one.ref: self.weights[one.title] for one in stories if one.title in self.weights}

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        return (None,) * len(pairs)

    def asked(self, what: str) -> list[str]:
        """For which stories *what* was asked, in order."""
        return [ref for call, ref in self.calls if call == what]

    async def _asked(self, what: str, ref: str) -> None:
        self.calls.append((what, ref))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if what in self.holds:
                await self.may_go_on.wait()
        finally:
            self._at_once -= 1
        if self.fails:
            raise self.fails


class GivenPages:
    """Implements ``bot.ports.PageReader`` with what a test lays out, by address; anything else has no text."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts = dict(texts or {})
        self.visits: list[str] = []
        self.fails: Exception | None = None
        self.hangs: set[str] = set()
        """Addresses that do not answer until :attr:`may_go_on` is set."""
        self.may_go_on = asyncio.Event()

    async def read(self, article: Article) -> str:
        self.visits.append(article.url)
        if article.url in self.hangs:
            await self.may_go_on.wait()
        if self.fails:
            raise self.fails
        if article.url not in self.texts:
            raise PageFailed("it needs a subscription")
        return self.texts[article.url]


def without(sections: Sections, name: SectionName) -> Sections:
    """*sections* as they are where one did not pass the gate."""
    return replace(sections, **{name.value: None})  # type: ignore[arg-type]


def broken() -> AnalystFailed:
    """What a model that answers nonsense comes to."""
    return AnalystFailed("the model answered twice in a form that cannot be read")
