"""What measuring on labelled data gave, as tables. Pure."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from adapters.terminal.pieces import ALERT, QUIET, STRONG, lines, outside, spaced
from bot.wording import counted

if TYPE_CHECKING:  # nobody else pays for what only this command needs
    from bot.evaluate import GateFigures, GroupingFigures, Judged, KeyPointFigures, RankingFigures
    from bot.evaluate.grouping import Grouped
    from bot.evaluate.ranking import Ordered


def grouping_figures(figures: "GroupingFigures", *, seconds: float, has_meaning: bool) -> RenderableType:
    """How groups agree with labels: ours first, then what needs no thought."""
    table = _table("", "Groups", "B³ P", "R", "F1", "Pairs P", "R", "F1")
    table.add_row(Text("Daybrief", style=STRONG), *_agreement(figures.ours))
    table.add_row(Text("equal titles", style=QUIET), *_agreement(figures.equal_titles))
    table.add_row(Text("each alone", style=QUIET), *_agreement(figures.alone))
    how = "with meaning" if has_meaning else "by words alone"
    return spaced(
        f"{counted(figures.articles, 'article')} of {counted(figures.stories, 'labelled story', 'labelled stories')}, "
        f"grouped {how} in {seconds:.1f} s",
        table,
    )


def ranking_figures(figures: "RankingFigures") -> RenderableType:
    """How an order agrees with picks, and how much better it is than what needs no thought."""
    table = _table("", "nDCG@10", "P@5", "AUC")
    table.add_row(Text("Daybrief", style=STRONG), *_order(figures.ours))
    table.add_row(Text("coverage alone", style=QUIET), *_order(figures.coverage))
    table.add_row(Text("chance", style=QUIET), *_order(figures.chance))
    left_out = f"; {counted(figures.left_out, 'day')} without a pick left out" if figures.left_out else ""
    return spaced(
        f"{counted(figures.days, 'day')}, {counted(figures.stories, 'story', 'stories')}, "
        f"{figures.picked:,} of them picked{left_out}",
        table,
        f"nDCG@10 is {_times(figures.ours.ndcg, figures.coverage.ndcg)} that of coverage alone, "
        f"{_times(figures.ours.ndcg, figures.chance.ndcg)} that of chance",
    )


def key_point_figures(figures: "KeyPointFigures") -> RenderableType:
    """How like an editor's sentences the quoted ones are."""
    table = _table("", "ROUGE-1", "ROUGE-2")
    for name, likeness in figures.ways.items():
        style = QUIET if name.startswith("lead") else STRONG
        table.add_row(Text(name, style=style), _share(likeness.rouge1), _share(likeness.rouge2))
    left_out = f"; {figures.left_out:,} without a deck left out" if figures.left_out else ""
    return spaced(f"{counted(figures.stories, 'story', 'stories')} with an editor's deck{left_out}", table)


def gate_figures(figures: "GateFigures") -> RenderableType:
    """How many claims were refused, by what was done to them."""
    table = _table("Claims", "Label", "Refused", "of", "Share")
    for kind in figures.kinds:
        meaning = Text("right", style="green") if kind.is_true else Text("wrong", style=ALERT)
        share = _share(kind.refused.share)
        table.add_row(outside(kind.name), meaning, f"{kind.refused.refused:,}", f"{kind.refused.claims:,}", share)
    return spaced(table, "; ".join(_summary(figures)))


def mistakes(judged: "Sequence[Judged]") -> RenderableType:
    """The claims that the gate judged otherwise than people did, each with its sentences and what was found."""
    if not judged:
        return Text("No claim was judged wrongly.")
    return spaced(*(_mistake(one) for one in judged))


def _mistake(one: "Judged") -> RenderableType:
    what = "false alarm" if one.claim.is_true else "passed"
    return lines(
        Text.assemble((f"{what}, ", ALERT), outside(one.claim.kind, ALERT)),
        outside(one.claim.claim),
        *(outside(f"cites: {sentence}", QUIET) for sentence in one.claim.cited),
        *(outside(f"fault: {fault}") for fault in one.faults),
    )


def _summary(figures: "GateFigures") -> Iterator[str]:
    """A sentence's parts, of what there is any of."""
    if figures.caught.share is not None:
        yield f"caught {figures.caught.share:.1%} of wrong claims"
    if figures.false_alarms.share is not None:
        yield f"false alarms on {figures.false_alarms.share:.1%} of right ones"
    if figures.precision is not None:
        yield f"{figures.precision:.1%} of what was refused is wrong"


def _agreement(grouped: "Grouped") -> tuple[str, ...]:
    both = (grouped.b_cubed, grouped.pairwise)
    return (f"{grouped.groups:,}", *(_share(value) for one in both for value in (one.precision, one.recall, one.f1)))


def _order(ordered: "Ordered") -> tuple[str, ...]:
    return _share(ordered.ndcg), _share(ordered.precision), _share(ordered.auc)


def _times(one: float, other: float) -> str:
    return f"{one / other:.2f} times" if other else "more than"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(*headings: str) -> Table:
    """Names to the left, figures to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=STRONG)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number and heading != "Label" else "left")
    return table
