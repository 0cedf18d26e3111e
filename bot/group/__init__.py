"""Grouping: which articles tell of the same thing. Pure, and the same for the same articles in any order.

Average link over the likeness of titles and of how texts begin, less a little for each day between two articles. Time
is not optional: without it, headlines that come back every week look alike. ``docs/decisions/011-grouping.md`` has the
figures.
"""

from collections.abc import Mapping, Sequence

from bot.group.values import Cluster, Grouping, Judgement
from bot.group.vetoes import WINDOW
from bot.group.words import gist
from bot.model import Article

__all__ = ["WINDOW", "Cluster", "Grouping", "Judgement", "gist", "group"]


def group(
    new: Sequence[Article],
    existing: Sequence[Cluster],
    meaning: Mapping[str, bytes] | None = None,
    judgements: Sequence[Judgement] = (),
    doubts: int = 0,
) -> Grouping:
    """Where *new* articles belong: to *existing* stories, or to new ones. Existing stories are never split.

    Args:
        new: articles that belong to no story yet.
        existing: the stories that they may join.
        meaning: for the :func:`gist` of each article, what :meth:`bot.ports.Meaning.of` gives. If any has none, all are
            compared by their words alone.
        judgements: what is known of some pairs of articles; it goes before every likeness, not before a veto.
        doubts: how many doubtful pairs of articles to name at the most.
    """
    # The bot itself never groups, its workers do: it need not load numpy.
    from bot.group.linking import link  # noqa: PLC0415

    return link(new, existing, meaning or {}, judgements, doubts)
