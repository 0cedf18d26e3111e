"""``daybrief evaluate``: how well the parts of a morning agree with people who labelled the same things."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli.app import Session, command, json_option
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.evaluate import GateFigures, GroupingFigures, Judged, KeyPointFigures, RankingFigures
    from bot.evaluate.gate import Share
    from bot.evaluate.grouping import Grouped
    from bot.evaluate.ranking import Ordered
    from bot.model import Story

SEED = 1
_BATCH = 100
"""Stories or claims between two steps of the progress bar."""

_Labelled = TypeVar("_Labelled")

_file_argument = click.argument("file", required=False, metavar="[FILE.jsonl | -]")
_shuffle_option = click.option(
    "--shuffle",
    "seed",
    type=int,
    default=SEED,
    show_default=True,
    metavar="SEED",
    help="Another order of what is given; the file's own order never matters.",
)
_no_time_option = click.option("--no-time", "timeless", is_flag=True, help="As if all were published at one instant.")


@click.group()
def evaluate() -> None:
    """Measure grouping, ranking, key points and the gate on labelled lines: FILE's, or without one our own samples.

    docs/evaluating.md shows what a line looks like, and what the figures mean.
    """


@evaluate.command()
@_file_argument
@_shuffle_option
@_no_time_option
@click.option("--titles-only", is_flag=True, help="Leave the texts out.")
@click.option("--plain", is_flag=True, help="Go by words alone, even where the extra [semantic] is installed.")
@json_option
@command
async def grouping(
    session: Session, file: str | None, seed: int, timeless: bool, titles_only: bool, plain: bool
) -> None:
    """Whether articles about one thing become one story.

    Prints B-cubed and pairwise precision, recall and F1, beside what needs no thought.
    """
    from bot.evaluate import articles_of, evaluate_grouping, read_articles, shuffled
    from bot.group import gist, group
    from bot.wiring import looks, meaning_of

    labelled = shuffled(_read(session, file, "grouping", read_articles), seed)
    articles = articles_of(labelled, timeless=timeless, titles_only=titles_only)
    with _working(session, f"grouping {len(articles):,} articles"):
        began = time.perf_counter()
        meaning = {} if plain else await meaning_of(tuple(dict.fromkeys(gist(article) for article in articles)))
        groups = group(articles, (), meaning).founded
        seconds = time.perf_counter() - began
    figures = evaluate_grouping(labelled, groups)
    if session.as_json:
        session.values(_grouping_values(figures, seconds, has_meaning=bool(meaning)))
    else:
        session.show(looks.grouping_figures(figures, seconds=seconds, has_meaning=bool(meaning)))


@evaluate.command()
@_file_argument
@_shuffle_option
@_no_time_option
@json_option
@command
async def ranking(session: Session, file: str | None, seed: int, timeless: bool) -> None:
    """Whether what people picked of a day stands first.

    Prints nDCG@10, precision at 5 and the area under the curve, beside coverage alone and chance.
    """
    from bot.evaluate import evaluate_ranking, read_stories, shuffled
    from bot.rank import rank
    from bot.wiring import looks

    def order(stories: "Sequence[Story]") -> "list[Story]":
        return [one.story for one in rank(stories, posted={})]

    labelled = shuffled(_read(session, file, "ranking", read_stories), seed)
    with _working(session, f"ranking {len(labelled):,} stories"):
        figures = evaluate_ranking(labelled, order, timeless=timeless)
    if session.as_json:
        session.values(_ranking_values(figures))
    else:
        session.show(looks.ranking_figures(figures))


@evaluate.command()
@_file_argument
@_shuffle_option
@json_option
@command
async def keypoints(session: Session, file: str | None, seed: int) -> None:
    """Whether quoted sentences say what an editor would.

    Prints ROUGE-1 and ROUGE-2 of takeaway and key points, beside the first sentences.
    """
    from bot.evaluate import evaluate_key_points, read_references, shuffled, stories_of
    from bot.wiring import draft_all, looks, split

    stories = stories_of(shuffled(_read(session, file, "keypoints", read_references), seed))
    drafts = _each(session, "quoting", [one.articles for one in stories], draft_all)
    figures = evaluate_key_points(stories, drafts, split)
    if session.as_json:
        session.values(_key_point_values(figures))
    else:
        session.show(looks.key_point_figures(figures))


@evaluate.command()
@_file_argument
@click.option("--show", is_flag=True, help="Print every claim that was judged otherwise than by people.")
@json_option
@command
async def gate(session: Session, file: str | None, show: bool) -> None:
    """Whether wrong claims are refused, and right ones not.

    Prints the share that is refused, by what was done to the claims.
    """
    from bot.evaluate import Judged, evaluate_gate, read_claims
    from bot.gate import faults
    from bot.wiring import looks

    labelled = _read(session, file, "gate", read_claims)
    judged = _each(
        session,
        "judging",
        labelled,
        lambda some: [Judged(claim=one, faults=faults(one.claim, one.cited, article=one.article)) for one in some],
    )
    figures = evaluate_gate(judged)
    mistakes = [one for one in judged if one.is_mistake] if show else []
    if session.as_json:
        session.values(_gate_values(figures) | ({"mistakes": list(map(_mistake_values, mistakes))} if show else {}))
    else:
        session.show(*([looks.mistakes(mistakes), ""] if show else []), looks.gate_figures(figures))


# ------------------------------------------------------------------------------------------- files, and patience


_Result = TypeVar("_Result")


def _read(session: Session, file: str | None, kind: str, read: "Callable[[Iterator[bytes], str], _Result]") -> _Result:
    """What *read* makes of the lines of *file*, or of our own sample of *kind*."""
    from bot.samples import labelled

    if file == "-":
        return read(iter(sys.stdin.buffer), "standard input")
    path = Path(file) if file else labelled(kind)
    try:
        with path.open("rb") as lines, _working(session, f"reading {path.name}"):
            return read(lines, str(path))
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {(error.strerror or 'unknown').lower()}") from error


@contextlib.contextmanager
def _working(session: Session, doing: str) -> Iterator[None]:
    """A sign of life on standard error while *doing*, for people only."""
    from rich.console import Console

    console = Console(stderr=True)
    if session.as_json or not console.is_terminal:
        yield
        return
    with console.status(doing):
        yield


def _each(
    session: Session,
    doing: str,
    all_of_them: Sequence[_Labelled],
    do: Callable[[Sequence[_Labelled]], Sequence[_Result]],
) -> list[_Result]:
    """What *do* makes of *all_of_them*, some at a time, with a progress bar for people."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    found: list[_Result] = []
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=session.as_json or not console.is_terminal) as bar:
        task = bar.add_task("", total=len(all_of_them))
        for start in range(0, len(all_of_them), _BATCH):
            some = all_of_them[start : start + _BATCH]
            found += do(some)
            bar.update(task, advance=len(some))
    return found


# ---------------------------------------------------------------------------------------------------- for programs


def _grouping_values(figures: "GroupingFigures", seconds: float, *, has_meaning: bool) -> dict[str, object]:
    return {
        "articles": figures.articles,
        "stories": figures.stories,
        "meaning": has_meaning,
        "seconds": round(seconds, 3),
        **_grouped_values(figures.ours),
        "baselines": {
            "equal titles": _grouped_values(figures.equal_titles),
            "each alone": _grouped_values(figures.alone),
        },
    }


def _grouped_values(grouped: "Grouped") -> dict[str, object]:
    agreements = {"b_cubed": grouped.b_cubed, "pairwise": grouped.pairwise}
    return {
        "groups": grouped.groups,
        **{name: {"precision": one.precision, "recall": one.recall, "f1": one.f1} for name, one in agreements.items()},
    }


def _ranking_values(figures: "RankingFigures") -> dict[str, object]:
    return {
        "days": figures.days,
        "days_without_picks": figures.left_out,
        "stories": figures.stories,
        "picked": figures.picked,
        **_ordered_values(figures.ours),
        "baselines": {
            "coverage alone": _ordered_values(figures.coverage),
            "chance": _ordered_values(figures.chance),
        },
    }


def _ordered_values(ordered: "Ordered") -> dict[str, object]:
    return {"ndcg@10": ordered.ndcg, "p@5": ordered.precision, "auc": ordered.auc}


def _key_point_values(figures: "KeyPointFigures") -> dict[str, object]:
    ways = {name: {"rouge1": one.rouge1, "rouge2": one.rouge2} for name, one in figures.ways.items()}
    return {"stories": figures.stories, "stories_without_deck": figures.left_out, **ways}


def _gate_values(figures: "GateFigures") -> dict[str, object]:
    return {
        "claims": figures.caught.claims + figures.false_alarms.claims,
        "caught": _share_values(figures.caught),
        "false_alarms": _share_values(figures.false_alarms),
        "precision": figures.precision,
        "kinds": [{"kind": one.name, "ok": one.is_true, **_share_values(one.refused)} for one in figures.kinds],
    }


def _share_values(share: "Share") -> dict[str, object]:
    return {"refused": share.refused, "claims": share.claims, "share": share.share}


def _mistake_values(one: "Judged") -> dict[str, object]:
    claim = one.claim
    return {
        "claim": claim.claim,
        "cited": list(claim.cited),
        "ok": claim.is_true,
        "kind": claim.kind,
        "faults": list(one.faults),
    }
