"""Which of the sentences that a text cites readers are shown with it. Pure."""

from adapters.analyst.packet import Sentence
from bot.gate import faults
from bot.gate.words import content, plain, words


def best(text: str, cited: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Those of *cited* that have to do with *text*, the one that says most of it first; where none has, the first one.

    One that alone holds all that *text* says goes before those that hold a part of it. Among equals the model's order
    stays.
    """
    said = _said(text)
    shared = {one: len(said & _said(one.text)) for one in cited}
    related = [one for one in cited if shared[one]]
    related.sort(key=lambda one: (bool(faults(text, [one.text], article=one.text)), -shared[one]))
    return tuple(related) or cited[:1]


def _said(text: str) -> frozenset[str]:
    """The stems that carry content, and the figures."""
    figures = (word.low for word in words(plain(text)) if any(sign.isdigit() for sign in word.low))
    return content(plain(text)).union(figures)
