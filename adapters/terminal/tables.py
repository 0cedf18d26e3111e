"""What operators look at: the ledger, the reasons, feeds, channels, a round of gathering, a check-up. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from adapters.terminal.pieces import ACCENT, ALERT, QUIET, STRONG, gutter, lines, outside, spaced
from bot import reasons, wording
from bot.model import (
    Delivery,
    DeliveryState,
    Feed,
    FeedHealth,
    FeedOutcome,
    FeedState,
    GatherReport,
    Standing,
    Subscription,
)
from bot.outcome import Ruling
from bot.redact import kept_as
from bot.why import Why, brief, stage

_STATES = {
    DeliveryState.SENT: "green",
    DeliveryState.REFUSED: ALERT,
    DeliveryState.MISSED: ALERT,
    DeliveryState.UNCERTAIN: ALERT,
    DeliveryState.SKIPPED: QUIET,
}
_HEALTHS = {FeedHealth.FINE: "green", FeedHealth.FAILING: ALERT, FeedHealth.NEW: QUIET}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = len(_DAYS)


def deliveries(found: Sequence[Delivery], zones: Mapping[int, str]) -> RenderableType:
    """The ledger; times are local to each channel, by the zone that *zones* gives for its subscription."""
    if not found:
        return Text("Nothing has been due yet.")
    table = _table("Date", "Channel", "Due", "State", "Tries", "Stories, or the reason")
    for one in found:
        zone = ZoneInfo(zones.get(one.subscription, "UTC"))
        table.add_row(
            one.date.isoformat(),
            outside(one.channel.name),
            f"{one.due_at.astimezone(zone):%H:%M}",
            Text(
                f"{one.state.value} {one.sent_at.astimezone(zone):%H:%M}" if one.sent_at else one.state.value,
                style=_STATES.get(one.state, ""),
            ),
            str(one.attempts),
            _carried(one),
        )
    return table


def why(told: Why) -> RenderableType:
    """The answer in a sentence, then the numbers of its edition, then what became of the story on other dates."""
    answer = outside(told.sentence, STRONG)
    story = told.story
    if story is None:
        return spaced(answer)
    head = gutter([(outside(story.ref, ACCENT), outside(story.title))])
    others = (lines(outside(brief(one, story, told.where)), _numbers(one)) for one in told.others)
    return spaced(answer, lines(head, _numbers(told.head) if told.head else None), *others)


def feeds(known: Sequence[tuple[Feed, FeedState]], *, now: datetime) -> RenderableType:
    """Every feed with its state and, where it fails, the reason."""
    if not known:
        return Text("There are no feeds yet. Add one: daybrief feeds add URL")
    table = _table("Feed", "State", "Articles", "Read", "Address, or the reason")
    table.columns[2].justify = "right"
    for feed, state in known:
        table.add_row(
            outside(feed.name),
            Text(state.health.value, style=_HEALTHS[state.health]),
            f"{state.articles:,}",
            wording.when(state.read_at, now) if state.read_at else "never",
            lines(outside(kept_as(feed.url), QUIET), outside(_failure(state), ALERT)),
        )
    return table


def channels(known: Sequence[Subscription], upcoming: Mapping[int, datetime]) -> RenderableType:
    """The standing orders, each with its next local hour, by the subscription's id."""
    if not known:
        return Text("There are no channels yet. Add one: daybrief channels add NAME")
    table = _table("Channel", "Hour", "Days", "Stories", "Topics", "Next")
    for one in known:
        table.add_row(
            lines(outside(one.channel.name), outside(one.channel.platform, QUIET)),
            lines(Text(f"{one.at:%H:%M}"), Text(one.timezone, style=QUIET)),
            _days(one.days),
            str(one.stories),
            outside(", ".join(one.topics) or "all"),
            _next(one, upcoming.get(one.id)),
        )
    return table


def gather_report(report: GatherReport) -> RenderableType:
    """What one round of gathering gave, feed by feed."""
    table = _table("Feed", "State", "Articles", "New", "Note, or the reason")
    for column in table.columns[2:4]:
        column.justify = "right"
    for one in report.outcomes:
        table.add_row(
            outside(one.feed.name),
            Text(one.state.health.value, style=_HEALTHS[one.state.health]),
            f"{one.articles:,}",
            f"{one.new:,}",
            _note(one),
        )
    return spaced(table if report.outcomes else None, Text(_summary(report), style=STRONG))


def findings(
    found: Sequence[tuple[str, bool, str]], upcoming: Sequence[tuple[datetime, Subscription]]
) -> RenderableType:
    """What a check-up looked at (about, is it fine, a sentence), and the next times at which a channel is due."""
    rows = [
        (
            Text("fine", style="green") if is_fine else Text("wrong", style=ALERT),
            outside(about, STRONG),
            outside(sentence),
        )
        for about, is_fine, sentence in found
    ]
    times = [
        (
            Text(f"{when.astimezone(ZoneInfo(one.timezone)):%a %d %b %H:%M}"),
            outside(f"{one.channel.name}, {one.timezone}"),
        )
        for when, one in upcoming
    ]
    return spaced(
        gutter(rows), lines(Text("Next editions", style=STRONG), gutter(times)) if times else Text("No channel is due.")
    )


def _table(*headings: str) -> Table:
    """The last column takes what is left and breaks its lines."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=STRONG)
    for heading in headings[:-1]:
        table.add_column(heading, overflow="fold")
    table.add_column(headings[-1], overflow="fold", ratio=1)
    return table


def _carried(delivery: Delivery) -> Text:
    if delivery.reason and delivery.state is not DeliveryState.SENT:
        return outside(delivery.reason)
    if delivery.edition is None:
        return Text("not composed yet", style=QUIET)
    return Text(" ".join(delivery.edition), style=ACCENT) if delivery.edition else Text("a quiet day", style=QUIET)


def _numbers(ruling: Ruling) -> RenderableType | None:
    """The stage, the place and the arithmetic of a score, and the formula that it follows."""
    verdict = ruling.verdict
    if verdict is None:
        return None
    rows = [(Text(f"  {name}"), Text(_number(value), justify="right")) for name, value in verdict.numbers]
    if verdict.score is not None:
        rows.append((Text("  score", style=STRONG), Text(_number(verdict.score), style=STRONG, justify="right")))
    numbers = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        numbers.add_row(*row)
    is_ours = dict(verdict.numbers).keys() >= reasons.FORMULA_NAMES
    return lines(
        outside(f"  {stage(ruling)}", QUIET),
        numbers if rows else None,
        Text(f"  {wording.FORMULA}", style=QUIET) if is_ours else None,
    )


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _failure(state: FeedState) -> str:
    if not state.failures:
        return ""
    times = "" if state.failures == 1 else f" ({state.failures} times in a row)"
    return f"{state.reason}{times}"


def _days(days: Sequence[int]) -> str:
    """``Mon–Fri`` for a run of days, else each of them."""
    if len(days) == _WEEK:
        return "daily"
    is_run = len(days) > 2 and days[-1] - days[0] == len(days) - 1  # noqa: PLR2004  # two days need no dash
    return f"{_DAYS[days[0] - 1]}–{_DAYS[days[-1] - 1]}" if is_run else " ".join(_DAYS[day - 1] for day in days)


def _next(subscription: Subscription, due: datetime | None) -> Text:
    if subscription.standing is not Standing.ACTIVE:
        reason = f": {subscription.reason}" if subscription.reason else ""
        return outside(f"{subscription.standing.value}{reason}", ALERT)
    return Text(f"{due:%a %d %b %H:%M}" if due else "")


def _note(outcome: FeedOutcome) -> Text:
    if outcome.state.failures:
        return outside(outcome.state.reason, ALERT)
    return outside(outcome.note, QUIET)


def _summary(report: GatherReport) -> str:
    fine = sum(not outcome.state.failures for outcome in report.outcomes)
    waiting = f", {len(report.skipped)} not due yet" if report.skipped else ""
    grown = f", {wording.counted(report.grown_stories, 'story', 'stories')} grown" if report.grown_stories else ""
    return (
        f"{report.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {fine} of {wording.counted(len(report.outcomes), 'feed')} "
        f"read{waiting}; {wording.counted(report.new_articles, 'new article')}, "
        f"{wording.counted(report.new_stories, 'new story', 'new stories')}{grown}."
    )
