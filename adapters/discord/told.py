"""One story of an edition, as its channel is told it. Pure."""

from dataclasses import replace

from adapters.discord import custom_ids, limits
from adapters.discord.components import Component, button, gathered, said, section
from adapters.discord.custom_ids import custom_id
from adapters.discord.text import escaped, fitted, link, parts, struck
from bot import credit, wording
from bot.model import Edition, EditionStory, StoryStatus
from bot.text import clean, cut, pieces

ROW_TITLE = 150
"""Characters of a title in an overview."""
FEW = 40
"""Where each text of a changed story is cut to so few characters, it names no source either."""
_TITLE = 400
"""Characters of a title in one piece; longer ones go on below it."""
_MARK = 400
_DIFFER = 600
"""Characters of what its sources tell differently."""
_NAMED_SOURCES = 5
"""Sources that a story names; the others are a press away. None is a link, for addresses count as text here: with
theirs a morning of five stories would not go into one message.
"""
_SOURCE = 40


def story(shown: EditionStory, edition: Edition) -> list[Component]:
    """Title, takeaway and sources with the button *Read more*; first of all that with the button."""
    is_gone = shown.status is StoryStatus.WITHDRAWN
    first, *more = pieces(clean(shown.title) or shown.ref, _TITLE)
    marks = [mark for mark in (wording.status_line(shown, edition.timezone), wording.update_mark(shown)) if mark]
    lead = [
        f"**{shown.number}** · {_title(first, shown, is_all=not more)}",
        *(struck(one) if is_gone else f"**{one}**" for piece in more for one in parts(piece, limits.PIECE // 2)),
        *(f"*{fitted(mark, _MARK)}*" for mark in marks),
    ]
    takeaway = "" if is_gone else clean(shown.takeaway)
    differ = credit.differ_line(shown)
    quiet = [f"-# {fitted(differ, _DIFFER)}"] if differ else []
    byline = f"-# {shown.ref} · {fitted(wording.byline(shown, edition.composed_at), 100)}{_sources(shown)}"
    whole = "\n".join([*lead, *([escaped(takeaway)] if takeaway else []), *quiet, byline])
    button_ = _read_more(shown)
    if len(whole) <= limits.PIECE:
        return [section(whole, button_)]
    beside, *below = gathered(lead)
    return [
        section(beside["content"], button_),
        *below,
        *map(said, parts(takeaway, limits.PIECE)),
        said("\n".join([*quiet, byline])),
    ]


def row(shown: EditionStory, edition: Edition, most: int = ROW_TITLE) -> Component:
    """A line of an overview: the title, cut to *most* characters, and what is known of the story."""
    return said(_row(shown, edition, most))


def listed(shown: EditionStory, edition: Edition) -> Component:
    """A line of an overview with a button for all of the story."""
    return section(_row(shown, edition, ROW_TITLE), _read_more(shown))


def shortened(shown: EditionStory, most: int) -> EditionStory:
    """*shown* with no text longer than *most* characters; with none, it is known by its ref."""
    title = cut(clean(shown.title), most) if most else ""
    if most <= FEW:
        return replace(shown, title=title, takeaway="", status_reason="", news="", sources=(), disputes=())
    takeaway, reason = cut(clean(shown.takeaway), most), cut(clean(shown.status_reason), most)
    return replace(shown, title=title, takeaway=takeaway, status_reason=reason)


def _row(shown: EditionStory, edition: Edition, most: int) -> str:
    status = wording.status_line(replace(shown, status_reason=""), edition.timezone)
    is_gone = shown.status is StoryStatus.WITHDRAWN
    facts = status if is_gone else " · ".join(filter(None, (wording.byline(shown, edition.composed_at), status)))
    title = _title(cut(clean(shown.title), most) if most and clean(shown.title) else shown.ref, shown)
    return f"**{shown.number}** · {title}\n-# {shown.ref} · {fitted(facts, 150)}"


def _title(title: str, shown: EditionStory, *, is_all: bool = True) -> str:
    """The cleaned *title* as a link to its first source; withdrawn, or only begun, it leads nowhere."""
    if shown.status is StoryStatus.WITHDRAWN:
        return struck(escaped(title))
    url = next((source.url for source in shown.sources if source.url), "") if is_all else ""
    return link(url, title, is_bold=True)


def _sources(shown: EditionStory) -> str:
    """Who reports it; once it is withdrawn, nobody should follow them."""
    if shown.status is StoryStatus.WITHDRAWN:
        return ""
    named = [one for source in shown.sources[:_NAMED_SOURCES] if (one := fitted(source.name, _SOURCE))]
    rest = shown.publishers - len(named)
    return f" · {', '.join(named)}{f' and {rest} more' if rest > 0 else ''}" if named else ""


def _read_more(shown: EditionStory) -> Component:
    return button("Read more", custom_id(custom_ids.READ, shown.ref))
