"""What all platforms must say alike, in full sentences and plain words. Pure; nothing is escaped here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.model import Edition, EditionStory, Layout, SectionName, Story, StoryStatus
from bot.text import clean

HEADINGS: Mapping[SectionName, str] = MappingProxyType(
    {
        SectionName.KEY_POINTS: "Key points",
        SectionName.WHAT_CHANGED: "What changed",
        SectionName.STRATEGIC_IMPLICATIONS: "Strategic implications",
        SectionName.WHAT_HAPPENS_NEXT: "What happens next",
        SectionName.SECOND_ORDER_EFFECTS: "Second-order effects",
    }
)
"""What readers call the sections."""

COMMANDS: Mapping[SectionName, str] = MappingProxyType(
    {
        SectionName.KEY_POINTS: "/keypoints",
        SectionName.WHAT_CHANGED: "/brief changed",
        SectionName.STRATEGIC_IMPLICATIONS: "/brief implications",
        SectionName.WHAT_HAPPENS_NEXT: "/brief outlook",
        SectionName.SECOND_ORDER_EFFECTS: "/effects",
    }
)
"""How they are asked for, before the name of a story."""
IF_IT_IS_THERE = (
    "Look at the channel. If it is there, delete it, then resend it with the button that /daybrief status shows: it "
    "leaves as it reads now. Daybrief goes on looking for three days."
)
"""What to do about an uncertain post of a story that was restated."""
MOST_LINES = 15
"""Things that one message to an admin names before it only counts them."""
_NAMED_FAILURES = 3
"""Feeds that a post names before it only counts them."""

FORMULA = "score = (coverage + salience) × weight × significance − diversity"
"""How the numbers of a verdict make its score."""
NAMING = (
    "A story can be named by its ref (K7Q4), its number in the latest edition, words of its title, "
    "or the address of one of its articles."
)

# ------------------------------------------------------------------------------------------- numbers and times


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 story``, ``1,204 articles``; *plural* where an *s* does not do."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def first_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The first :data:`MOST_LINES` of *lines*, and how many more there are."""
    rest = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], *([f"and {rest:,} more"] if rest > 0 else []))


def publishers(number: int) -> str:
    """``5 publishers``; a story without articles was brought ready-written."""
    return counted(number, "publisher") if number else "ready-written"


def age(then: datetime, now: datetime) -> str:
    """``35 min``, ``3 h``, ``2 days``: rounded down, at least a minute."""
    minutes = max(1, int((now - then).total_seconds()) // 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours = minutes // 60
    # "1 day" would hide whether it is 25 hours or 47, and the freshness of news lies there.
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004


def when(then: datetime, now: datetime) -> str:
    """``3 h ago`` for a week, a date afterwards."""
    return f"{age(then, now)} ago" if now - then < timedelta(days=7) else short_day(then.date())


def short_day(day: date) -> str:
    """``3 March 2026``."""
    return f"{day.day} {day:%B} {day.year}"


def long_day(day: date) -> str:
    """``Tuesday 3 March 2026``."""
    return f"{day:%A} {short_day(day)}"


def removed(platform: str, day: date) -> str:
    """Why nothing is posted in a workspace that put us out on *day*."""
    what = {"discord": "server"}.get(platform, "workspace")
    return f"Daybrief was removed from this {what} on {day.day} {day:%B %Y}"


def paused_line(reason: str) -> str:
    """That a channel is paused, and why: ``Paused by ada.`` or ``Paused: the channel is archived.`` are examples."""
    if reason.casefold().startswith("paused"):
        return sentence_of(reason)
    return _sentence(f"Paused: {reason}" if reason else "Paused by an admin")


def layout_named(layout: Layout) -> str:
    """How an edition is spread: ``in one message``."""
    return "in one message" if layout is Layout.MESSAGE else "as an overview with a thread"


def day_and_hour(local: datetime) -> str:
    """``Tuesday 3 March, 08:00`` of a local time."""
    return f"{local:%A} {local.day} {local:%B, %H:%M}"


def decimals(value: float) -> str:
    """``1.79``, ``0.5``, ``1``: as many as it takes, two at the most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Both with two decimals, or with as many as it takes to see that they differ."""
    places = next((places for places in range(2, 17) if f"{one:.{places}f}" != f"{other:.{places}f}"), 2)
    return f"{one:.{places}f}", f"{other:.{places}f}"


def who_lead(pinned: int, ready: int) -> str:
    """``pinned and ready-written stories``, by how many there are of each; at least one of either."""
    kinds = [name for name, number in (("pinned", pinned), ("ready-written", ready)) if number]
    return f"{' and '.join(kinds)} stories"


# --------------------------------------------------------------------------------------------------- an edition


def date_line(edition: Edition) -> str:
    """The local date that the edition is for: ``Tuesday 3 March 2026``."""
    return long_day(edition.date)


def hour_line(edition: Edition) -> str:
    """When it was due, where its readers are: ``08:00 Europe/Berlin``."""
    return f"{_local(edition, edition.due_at):%H:%M} {edition.timezone}"


def coverage_line(edition: Edition) -> str:
    """What the edition was chosen from, and how fresh that is."""
    coverage = edition.coverage
    if not coverage.sources and not coverage.failed and not coverage.stale:
        return "No feed has been read."
    line = f"Read {counted(coverage.sources, 'feed')} and {counted(coverage.articles, 'new article')}"
    if coverage.newest_at is None:
        return f"{line}."
    return f"{line}; the newest is {age(coverage.newest_at, edition.composed_at)} old."


def failed_line(edition: Edition) -> str:
    """Which feeds could not be read; empty if all could."""
    failed = edition.coverage.failed
    if not failed:
        return ""
    rest = len(failed) - _NAMED_FAILURES
    return f"Could not read: {', '.join(failed[:_NAMED_FAILURES])}{f' (and {rest} more)' if rest > 0 else ''}."


def degraded_line(edition: Edition) -> str:
    """Said plainly when much of the news did not reach us; empty otherwise."""
    coverage = edition.coverage
    if coverage.unread:
        return f"No feed {'could be' if coverage.failed else 'has been'} read yet: news is missing from this edition."
    if coverage.stale:
        since = _local(edition, edition.window_start)
        return f"No feed could be read since {since:%A}, {since:%H:%M}: news is missing from this edition."
    if coverage.degraded:
        return f"{counted(len(coverage.failed), 'feed')} could not be read: news may be missing from this edition."
    return ""


def delayed_line(edition: Edition) -> str:
    """Said when the edition comes well after its hour; empty otherwise."""
    if not edition.delayed:
        return ""
    due, composed = _local(edition, edition.due_at), _local(edition, edition.composed_at)
    day = "" if composed.date() == due.date() else f"{composed:%A}, "
    return f"Delayed: due at {due:%H:%M}, written at {day}{composed:%H:%M}."


def quiet_line(edition: Edition) -> str:
    """The whole message of a day without a story."""
    coverage = edition.coverage
    if coverage.stale or (coverage.unread and not coverage.articles):
        return "Nothing to tell."
    start = _local(edition, edition.window_start)
    since = f"since {start:%A}"
    if not coverage.articles:
        return f"A quiet day: nothing new {since}."
    return f"A quiet day: no story in {counted(coverage.articles, 'new article')} {since}."


def byline(story: EditionStory, now: datetime) -> str:
    """How many report it and how old it is: ``5 publishers · 3 h ago``; the platform adds the sources."""
    return f"{publishers(story.publishers)} · {when(story.newest_at, now)}"


def update_mark(story: EditionStory) -> str:
    """``Update · new: $17 billion · now 5 publishers, 2 when posted`` for a story that the channel has had; empty for a
    new one, and for what was withdrawn.
    """
    if not story.is_update or story.status is StoryStatus.WITHDRAWN:
        return ""
    return f"Update · {story.news}" if story.news else "Update"


def status_line(story: EditionStory | Story, timezone: str = "UTC") -> str:
    """That, when and why a story was corrected or withdrawn; empty while it stands as it was."""
    if story.status is StoryStatus.CURRENT:
        return ""
    mark = "Corrected" if story.status is StoryStatus.CORRECTED else "Withdrawn"
    day = f" on {short_day(story.status_at.astimezone(ZoneInfo(timezone)).date())}" if story.status_at else ""
    return f"{mark}{day}: {_sentence(story.status_reason)}" if story.status_reason else f"{mark}{day}."


# --------------------------------------------------------------------------------------------------- a question


def newest_at(story: Story) -> datetime:
    """When its newest article was published, or first seen where it does not say; as editions tell its age."""
    return max((one.published or one.first_seen for one in story.articles), default=story.first_seen)


def absent(story: Story, section: SectionName, trouble: str = "") -> str:
    """That nobody has written a section, and how to get it; or the *trouble* that kept a model from writing it."""
    if trouble:
        return f"“{HEADINGS[section]}” is not written for {story.ref}. {sentence_of(trouble)}"
    if section is SectionName.KEY_POINTS and story.takeaway:
        return f"{story.ref} has no key points: its sources say no more than this. {_sentence(story.takeaway)}"
    if section is SectionName.KEY_POINTS:
        return f"The sources of {story.ref} give no key points, only its title; the articles themselves tell more."
    return (
        f"“{HEADINGS[section]}” is not written for {story.ref}: it takes judgement, and without a model nothing is "
        'made up. One line of config.toml enables it, [analyst] model = "provider:model"; docs/models.md says more.'
    )


def being_written(story: Story, section: SectionName) -> str:
    """What somebody is told at once who asks for a section that a model begins to write."""
    return f"“{HEADINGS[section]}” is being written for {story.ref}; this takes up to a minute."


def on_request(story: Story, writable: Collection[SectionName]) -> str:
    """With which commands the *writable* sections of *story* that are not there yet can be had; empty: none can."""
    written = story.sections.written()
    asked = [f"{COMMANDS[name]} {story.ref}" for name in SectionName if name in writable and name not in written]
    return f"Written when you ask: {', '.join(asked)}" if asked else ""


def no_such_number(edition: Edition | None) -> str:
    """Why no story has a number in the latest *edition*; None: there has been none."""
    if edition is None:
        return "no edition has been posted yet"
    stories = counted(len(edition.stories), "story", "stories") if edition.stories else "no story"
    return f"the latest edition has {stories}"


def not_found(asked: str, nearest: Sequence[Story], because: str = "") -> str:
    """That nothing is called *asked*, and *because* of what; the platform lists *nearest* below."""
    if not asked:
        return f"Say which story. {NAMING}"
    known = "The nearest:" if nearest else NAMING
    return f"No stored story is called “{asked}”{f': {clean(because)}' if because else ''}. {known}"


def help_lines(example: str = "1") -> tuple[tuple[str, str], ...]:
    """Each command for those who ask, with what it gives; *example* is a name of a story that exists."""
    return (
        (f"/keypoints {example}", "the key points of a story, each with its source"),
        (f"/effects {example}", "its second-order effects"),
        (f"/brief story {example}", "the whole story"),
        (f"/brief changed {example}", "what changed"),
        (f"/brief implications {example}", "the strategic implications"),
        (f"/brief outlook {example}", "what happens next"),
        (f"/brief sources {example}", "the articles that report it"),
        ("/brief today", "the latest edition"),
        ("/brief search chips from:2026-03-01 to:2026-03-31 topic:labs", "stored stories"),
        ("/brief help", "this"),
    )


def _local(edition: Edition, instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(edition.timezone))


def sentence_of(reason: str) -> str:
    """A *reason* in anybody's words, which goes on after a colon, as a sentence of its own on one line."""
    said = clean(reason)
    return _sentence(said[:1].upper() + said[1:])


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
