"""Implements ``bot.ports.Meaning``: each title is worked out once, a few hundred at a time, in a worker."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from adapters.meaning.model import WEIGHTS_SHA256, meant, weights
from bot.ports import Workers

AT_ONCE = 256
"""Titles for one job: two seconds on a slow machine, so nobody who needs a worker waits for long."""
KEPT = 20_000
"""Titles whose vectors are kept: 30 MB."""


class TitleMeaning:
    """Knows which titles mean alike."""

    def __init__(self, workers: Workers, *, model: Path | None = None, sha256: str = WEIGHTS_SHA256) -> None:
        """With the weights that the extra has installed, unless *model* names others, with their digest."""
        self._workers = workers
        self._model = model
        self._sha256 = sha256
        self._known: OrderedDict[str, bytes] = OrderedDict()

    async def of(self, titles: Sequence[str]) -> tuple[bytes, ...]:
        """As :meth:`bot.ports.Meaning.of`.

        Raises:
            DaybriefError: the model is not there or not the one that we know, or its worker failed.
        """
        found = {title: self._known[title] for title in titles if title in self._known}
        new = [title for title in dict.fromkeys(titles) if title not in found]
        for start in range(0, len(new), AT_ONCE):
            batch = new[start : start + AT_ONCE]
            vectors = await self._workers.run(meant, tuple(batch), self._model or weights(), self._sha256)
            found |= dict(zip(batch, vectors, strict=True))
        for title, vector in found.items():
            self._known[title] = vector
            self._known.move_to_end(title)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return tuple(found[title] for title in titles)
