"""Implements ``bot.ports.Meaning``: each text is worked out once, a few hundred at a time, in a worker."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from adapters.meaning.model import WEIGHTS_SHA256, meant, weights
from adapters.workers import Caps, ProcessWorkers
from bot.ports import Workers

AT_ONCE = 256
"""Texts for one job: two seconds on a slow machine, so nobody who needs a worker waits for long."""
KEPT = 20_000
"""Texts whose vectors are kept: 30 MB."""


class TextMeaning:
    """Knows which short texts mean alike."""

    def __init__(self, workers: Workers, *, model: Path | None = None, sha256: str = WEIGHTS_SHA256) -> None:
        """With the weights that the extra has installed, unless *model* names others, with their digest."""
        # The model stays with the worker: loading it takes seconds.
        self._workers = workers.within(Caps(leaves=None)) if isinstance(workers, ProcessWorkers) else workers
        self._model = model
        self._sha256 = sha256
        self._known: OrderedDict[str, bytes] = OrderedDict()

    async def of(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """As :meth:`bot.ports.Meaning.of`.

        Raises:
            DaybriefError: the model is not there or not the one that we know, or its worker failed.
        """
        found = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(new), AT_ONCE):
            batch = new[start : start + AT_ONCE]
            vectors = await self._workers.run(meant, tuple(batch), self._model or weights(), self._sha256)
            found |= dict(zip(batch, vectors, strict=True))
        for text, vector in found.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return tuple(found[text] for text in texts)
