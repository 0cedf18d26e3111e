"""An edition in the terminal: made to be read in two minutes, at any width, with or without colour. Pure."""

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
from bot import wording
from bot.model import Edition, EditionStory, StoryStatus

_NAMED_SOURCES = 5
"""Sources that a story names; the others are a look-up away."""


def edition(shown: Edition) -> RenderableType:
    """*shown* for a rich console."""
    if shown.quiet:
        return spaced(_quiet(shown))
    return spaced(
        lines(_head(shown), rule(), _notices(shown)),
        *(_story(story, shown) for story in shown.stories),
        lines(rule(), _foot(shown)),
    )


def plain(shown: Edition, width: int = 80) -> str:
    """The same without escape codes, for files, pipes and the record of what was posted."""
    return as_plain(edition(shown), width)


def amendments(edition: Edition) -> RenderableType:
    """Those of the stories that were corrected or withdrawn since *edition* was shown: a screen cannot be unprinted."""
    changed = [story for story in edition.stories if story.status is not StoryStatus.CURRENT]
    head = Text(f"Changed in {wording.date_line(edition)}, {edition.channel.name}", style=QUIET)
    return spaced(head, *(_story(story, edition) for story in changed))


def _head(edition: Edition) -> RenderableType:
    where = (
        edition.channel.name,
        wording.hour_line(edition),
        wording.counted(len(edition.stories), "story", "stories"),
    )
    return lines(
        Text(wording.date_line(edition), style=STRONG), joined((outside(part, QUIET) for part in where), " · ", QUIET)
    )


def _notices(edition: Edition) -> RenderableType | None:
    """What readers should know before they read."""
    delayed, degraded = wording.delayed_line(edition), wording.degraded_line(edition)
    if not delayed and not degraded:
        return None
    return lines(Text(degraded, style=ALERT), Text(delayed, style=QUIET))


def _story(story: EditionStory, edition: Edition) -> RenderableType:
    is_gone = story.status is StoryStatus.WITHDRAWN
    status = wording.status_line(story, edition.timezone)
    body = lines(
        outside(story.title, GONE if is_gone else STRONG),
        outside(status, ALERT),
        outside(wording.update_mark(story), ACCENT),
        # What does not stand any more is not said again.
        None if is_gone else outside(story.takeaway),
        _byline(story, edition),
    )
    longest = max(len(other.ref) for other in edition.stories)
    return gutter([(Text(f"{story.number:>2}", style=STRONG), Text(story.ref.ljust(longest), style=ACCENT), body)])


def _byline(story: EditionStory, edition: Edition) -> Text:
    line = Text(wording.byline(story, edition.composed_at), style=QUIET)
    named = story.sources[:_NAMED_SOURCES]
    if named:
        line.append(" · ").append(joined((linked(source.name, source.url) for source in named), ", "))
    rest = story.publishers - len(named)
    return line.append(f" and {rest} more") if named and rest > 0 else line


def _foot(edition: Edition) -> RenderableType:
    first = edition.stories[0]
    return lines(
        outside(wording.coverage_line(edition), QUIET),
        outside(wording.failed_line(edition), QUIET),
        Text(
            f"More about story {first.number}: daybrief keypoints {first.ref}, "
            f"or /keypoints {first.number} at the prompt.",
            style=QUIET,
        ),
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
