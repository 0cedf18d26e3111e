"""A writer over a fake model, and a story for it to write."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.analyst.endpoint import Endpoint
from adapters.analyst.writer import ModelWriter
from bot.model import Story
from bot.ports import UNWATCHED, Expense, Store, Watch
from storage import open_store
from tests.articles import article
from tests.articles import story as story_of
from tests.clock import VirtualClock
from tests.fake_model import FakeModel, Script, brief_of

KEY = "sk-norvik-0123456789abcdef"
WIRE = (
    "Norvik unveiled the Halden chip in Oslo on Tuesday. It runs models of 8 billion parameters without a network. "
    "Phones with the chip are due in June 2027, the company said. Norvik did not say what it costs."
)
DAILY = (
    "The Halden chip runs models of 8 billion parameters on a phone. Analysts at Orrery expect prices of 40 dollars. "
    "Its rival Tarnmoor has no such chip."
)
GOOD = brief_of(
    "Norvik unveiled the Halden chip in Oslo on Tuesday.",
    ("It runs models of 8 billion parameters without a network.", 3),
    ("Phones with the chip are due in June 2027.", 4),
    ("Analysts at Orrery expect prices of 40 dollars.", 8),
    cites=2,
)
"""A brief of :data:`STORY` of which everything is true. Its line 1 is a title, and so is line 6."""
STORY: Story = replace(
    story_of("K7Q4", title="Norvik unveils the Halden chip"),
    articles=(
        article("Norvik unveils the Halden chip", "wire.test", extract=WIRE),
        article("Halden chip runs large models on phones", "daily.test", extract=DAILY),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A writer, the model that it asks, and where its money is counted."""

    writer: ModelWriter
    model: FakeModel
    store: Store
    clock: VirtualClock

    async def expenses(self) -> tuple[Expense, ...]:
        """Of today."""
        return await self.store.spending.of_day(self.clock.now().date())


@contextlib.asynccontextmanager
async def writing(
    folder: Path,
    script: Script,
    *,
    modes: tuple[str, ...] = ("native", "tool", "prompted"),
    watch: Watch = UNWATCHED,
    **changes: Any,  # noqa: ANN401  # the fields of Endpoint
) -> AsyncIterator[Desk]:
    """A writer that asks a fake model with *script*; *changes* are fields of its endpoint."""
    async with FakeModel(script, modes=modes) as model, contextlib.AsyncExitStack() as stack:
        store = await open_store(folder / "daybrief.db")
        stack.push_async_callback(store.close)
        given: dict[str, Any] = {
            "name": "norvik-1",
            "base_url": model.url,
            "key": KEY,
            "timeout": timedelta(seconds=10),
            "price_per_million": (1.0, 5.0),
        }
        clock = VirtualClock()
        writer = ModelWriter(Endpoint(**(given | changes)), store.spending, clock, watch)
        stack.push_async_callback(writer.close)
        yield Desk(writer=writer, model=model, store=store, clock=clock)
