"""An edition in the terminal: made to be read in two minutes, at any width, with or without colour. Pure."""

import functools
from datetime import datetime

from rich.console import RenderableType
from rich.text import Text

from adapters.terminal.pieces import (
    ACCENT,
    ALERT,
    GONE,
    QUIET,
    STRONG,
    as_plain,
    gutter,
    joined,
    lines,
    linked,
    outside,
    rule,
    spaced,
)
from bot import credit, wording
from bot.model import Edition, EditionStory, StoryStatus

_NAMED_SOURCES = 5
"""Sources that a story names; the others are a look-up away."""


def edition(shown: Edition, *, has_prompt: bool = False) -> RenderableType:
    """*shown* for a rich console; with *has_prompt*, its reader can type commands below it."""
    if shown.quiet:
        return spaced(_quiet(shown))
    return spaced(_head(shown), *(_story(story, *_setting(shown)) for story in shown.stories), _foot(shown, has_prompt))


def plain(shown: Edition, width: int = 80) -> str:
    """The same without escape codes, for files, pipes and the record of what was posted."""
    if shown.quiet:
        return as_plain(spaced(_quiet(shown)), width)
    stories = (_plain_story(story, width, *_setting(shown)) for story in shown.stories)
    return "\n".join((as_plain(spaced(_head(shown)), width), *stories, as_plain(spaced(_foot(shown)), width)))


def amendments(edition: Edition) -> RenderableType:
    """Those of the stories that were corrected or withdrawn since *edition* was shown: a screen cannot be unprinted."""
    changed = [story for story in edition.stories if story.status is not StoryStatus.CURRENT]
    head = Text(f"Changed in {wording.date_line(edition)}, ", style=QUIET) + outside(edition.channel.name, QUIET)
    return spaced(head, *(_story(story, *_setting(edition)) for story in changed))


def _head(edition: Edition) -> RenderableType:
    where = (
        edition.channel.name,
        wording.hour_line(edition),
        wording.counted(len(edition.stories), "story", "stories"),
    )
    return lines(
        Text(wording.date_line(edition), style=STRONG),
        outside(" · ".join(where), QUIET),
        rule(),
        _notices(edition),
    )


def _notices(edition: Edition) -> RenderableType | None:
    """What readers should know before they read."""
    delayed, degraded = wording.delayed_line(edition), wording.degraded_line(edition)
    if not delayed and not degraded:
        return None
    return lines(Text(degraded, style=ALERT), Text(delayed, style=QUIET))


def _setting(edition: Edition) -> tuple[int, datetime, str]:
    """What the look of a story depends on besides itself: columns for refs, the time it is told at, and the zone."""
    return max(len(story.ref) for story in edition.stories), edition.composed_at, edition.timezone


def _story(story: EditionStory, ref_columns: int, now: datetime, timezone: str) -> RenderableType:
    is_gone = story.status is StoryStatus.WITHDRAWN
    body = lines(
        outside(story.title, GONE if is_gone else STRONG),
        outside(wording.status_line(story, timezone), ALERT),
        outside(wording.update_mark(story), ACCENT),
        # What does not stand any more is not said again.
        None if is_gone else outside(story.takeaway),
        outside(credit.differ_line(story), QUIET),
        _byline(story, now),
    )
    return gutter([(Text(f"{story.number:>2}", style=STRONG), Text(story.ref.ljust(ref_columns), style=ACCENT), body)])


@functools.lru_cache(maxsize=512)
def _plain_story(story: EditionStory, width: int, ref_columns: int, now: datetime, timezone: str) -> str:
    """Kept, because on one morning thousands of channels show the same stories and laying text out takes its time."""
    return as_plain(spaced(_story(story, ref_columns, now, timezone)), width)


def _byline(story: EditionStory, now: datetime) -> Text:
    line = Text(wording.byline(story, now), style=QUIET)
    named = story.sources[:_NAMED_SOURCES]
    if named:
        line.append(" · ").append(joined((linked(source.name, source.url) for source in named), ", "))
    rest = story.publishers - len(named)
    return line.append(f" and {rest} more") if named and rest > 0 else line


def _foot(edition: Edition, has_prompt: bool = False) -> RenderableType:
    first = edition.stories[0]
    command = f"/keypoints {first.number}" if has_prompt else f"daybrief keypoints {first.ref}"
    return lines(
        rule(),
        outside(wording.coverage_line(edition), QUIET),
        outside(wording.failed_line(edition), QUIET),
        Text(f"More about story {first.number}: {command}", style=QUIET),
    )


def _quiet(edition: Edition) -> RenderableType:
    """One line; more only if the silence is our fault."""
    line = joined(
        (
            Text(wording.short_day(edition.date), style=STRONG),
            outside(edition.channel.name, QUIET),
            Text(wording.quiet_line(edition)),
        ),
        " · ",
    )
    return lines(line, _notices(edition), outside(wording.failed_line(edition), QUIET))
