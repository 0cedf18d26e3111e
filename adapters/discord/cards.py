"""An edition as Discord messages, in posting order. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from adapters.discord import custom_ids, limits
from adapters.discord.components import Card, Component, button, card, fits, paged, row, said, section, separator
from adapters.discord.custom_ids import custom_id
from adapters.discord.text import escaped, fitted, link, usable
from bot import wording
from bot.model import Edition, EditionStory, Layout, StoryStatus, delivery_key
from bot.text import clean, cut, pieces

_NAMED_SOURCES = 5
"""Sources that a story names; the others are a press away."""
_TITLE = 400
"""Characters of a title in one piece; longer ones go on below it."""


@lru_cache(maxsize=256)
def messages(edition: Edition) -> tuple[Card, ...]:
    """*edition* in posting order, at least one message. Nothing of it is cut.

    Kept for a while: posting asks how many there are, and then for each.
    """
    return tuple(card(_keyed(blocks, edition, part)) for part, blocks in enumerate(_pages(edition)))


def amended(posted: Edition, edition: Edition, part: int) -> Card:
    """Part *part* of *posted*, with its stories as they read in *edition*: every story stays in the message it is in.

    What has grown too long for its message is cut; the whole of it is behind *Read more*.
    """
    now_reads = {story.ref: story for story in edition.stories}
    key = delivery_key(posted.channel, posted.date, part)
    groups = _placed(posted)[part]
    kept: list[Component] = []
    for ref, group in groups:
        story = now_reads.get(ref)
        was = next((one for one in posted.stories if one.ref == ref), None)
        kept += group if story is None or story == was else _shortened(story, edition, key, kept, len(groups))
    return card(_keyed(kept, posted, part))


def name_of_thread(edition: Edition) -> str:
    """What the thread or the forum post of *edition* is called."""
    return cut(wording.date_line(edition), limits.THREAD_NAME)


def overview(edition: Edition) -> list[Component]:
    """The stories by number and title, for those who ask what there was."""
    if edition.quiet:
        return _quiet(edition)
    return [*_head(edition), *_listed(edition), *_foot(edition)]


def _pages(edition: Edition) -> list[list[Component]]:
    return [[one for _, group in page for one in group] for page in _placed(edition)]


def _placed(edition: Edition) -> list[list[tuple[str, list[Component]]]]:
    """The groups of components of each message, each with the ref of its story; empty for head and foot."""
    if edition.quiet:
        return [[("", _quiet(edition))]]
    stories = [(story.ref, part) for story in edition.stories for part in _story(story, edition)]
    if edition.layout is Layout.THREAD:
        lists = [("", [one]) for one in _listed(edition)]
        first = _filled([("", _head(edition)), *lists, ("", _foot(edition))])
        threads = [_filled([one for one in stories if one[0] == story.ref]) for story in edition.stories]
        return [*first, *(page for pages in threads for page in pages)]
    return _filled([("", _head(edition)), *stories, ("", _foot(edition))])


def _filled(groups: Sequence[tuple[str, list[Component]]]) -> list[list[tuple[str, list[Component]]]]:
    pages: list[list[tuple[str, list[Component]]]] = [[]]
    for ref, group in groups:
        so_far = [one for _, earlier in pages[-1] for one in earlier]
        refs = {earlier for earlier, _ in pages[-1] if earlier} | ({ref} if ref else set())
        # One place is kept for the row that every message has, so that it can be recognised.
        if pages[-1] and (not fits([*so_far, *group, _marks("")]) or len(refs) > limits.STORIES):
            pages.append([])
        pages[-1].append((ref, group))
    return pages


def _keyed(parts: Sequence[Component], edition: Edition, part: int) -> list[Component]:
    """*parts* with the delivery's key in whatever can be pressed; where nothing can, a button that always helps."""
    key = delivery_key(edition.channel, edition.date, part)
    keyed = [_with_key(one, key) for one in parts]
    return keyed if any("accessory" in one for one in keyed) else [*keyed, _marks(key)]


def _with_key(part: Component, key: str) -> Component:
    if "accessory" not in part:
        return part
    name = custom_ids.pressed(part["accessory"]["custom_id"])
    assert name is not None  # noqa: S101  # built a few lines below
    return {**part, "accessory": {**part["accessory"], "custom_id": custom_id(name.act, name.argument, key)}}


def _marks(key: str) -> Component:
    return row([button("What can I ask?", custom_id(custom_ids.HELP, "", key))])


# ----------------------------------------------------------------------------------------------- head and foot


def _head(edition: Edition) -> list[Component]:
    facts = f"{wording.hour_line(edition)} · {wording.counted(len(edition.stories), 'story', 'stories')}"
    lines = [f"## {escaped(wording.date_line(edition))}", f"-# {fitted(facts, 200)}", *_notices(edition)]
    return [said("\n".join(lines))]


def _notices(edition: Edition) -> list[str]:
    """What readers should know before they read."""
    degraded, delayed = wording.degraded_line(edition), wording.delayed_line(edition)
    return [
        *([f"**{fitted(degraded, 400)}**"] if degraded else []),
        *([f"-# {fitted(delayed, 400)}"] if delayed else []),
    ]


def _foot(edition: Edition) -> list[Component]:
    first = edition.stories[0]
    lines = (
        wording.coverage_line(edition),
        wording.failed_line(edition),
        f"In this channel: /keypoints {first.number}, /brief help",
    )
    return [separator(), said("\n".join(f"-# {fitted(line, 400)}" for line in lines if line))]


def _quiet(edition: Edition) -> list[Component]:
    line = f"**{escaped(wording.short_day(edition.date))}** · {fitted(wording.quiet_line(edition), 400)}"
    failed = wording.failed_line(edition)
    return [said("\n".join([line, *_notices(edition), *([f"-# {fitted(failed, 400)}"] if failed else [])]))]


def _listed(edition: Edition) -> list[Component]:
    """The overview of a thread: each title once, with what is known of it; a few stories a text."""
    lines = [
        f"**{story.number}** · {_title(story, 150)}\n-# {story.ref} · "
        f"{fitted(wording.byline(story, edition.composed_at), 100)}"
        for story in edition.stories
    ]
    return [said("\n".join(lines[start : start + 4])) for start in range(0, len(lines), 4)]


# -------------------------------------------------------------------------------------------------------- story


def _story(story: EditionStory, edition: Edition) -> list[list[Component]]:
    """Title and takeaway with the button *Read more*, and what of them does not fit beside it."""
    is_gone = story.status is StoryStatus.WITHDRAWN
    marks = [mark for mark in (wording.status_line(story, edition.timezone), wording.update_mark(story)) if mark]
    long_title = clean(story.title)[_TITLE:]
    takeaway = "" if is_gone else clean(story.takeaway)
    rest = [*pieces(long_title, limits.PIECE // 2), *pieces(takeaway, limits.PIECE // 2)]
    lead = [f"**{story.number}** · {_title(story, None)}", *(f"*{fitted(mark, 400)}*" for mark in marks)]
    byline = f"-# {story.ref} · {fitted(wording.byline(story, edition.composed_at), 100)}{_sources(story)}"
    beside = rest[:1] if len(rest) == 1 else []
    below = rest if not beside else []
    more = button("Read more", custom_id(custom_ids.READ, story.ref))
    text = "\n".join([*lead, *(escaped(one) for one in beside), *([] if below else [byline])])
    groups = [[separator(), section(text, more)], *([said(escaped(one))] for one in below)]
    return [*groups, [said(byline)]] if below else groups


def _title(story: EditionStory, limit: int | None) -> str:
    whole = clean(story.title)
    shown = whole[:_TITLE] if limit is None else cut(whole, limit)
    if story.status is StoryStatus.WITHDRAWN:
        return f"~~{escaped(shown)}~~"
    url = usable(next((source.url for source in story.sources if source.url), ""))
    return f"[{escaped(shown)}](<{url}>)" if url and shown else f"**{escaped(shown)}**"


def _sources(story: EditionStory) -> str:
    named = [link(source.url, source.name, 60) for source in story.sources[:_NAMED_SOURCES]]
    rest = story.publishers - len(named)
    line = " · " + ", ".join(filter(None, named)) + (f" and {rest} more" if rest > 0 else "") if named else ""
    # Addresses count as text here; a line of long ones would leave no room for the story.
    return line if len(line) <= limits.PIECE // 3 else f" · {', '.join(fitted(s.name, 40) for s in story.sources[:3])}"


def _shortened(
    story: EditionStory, edition: Edition, key: str, so_far: Sequence[Component], groups: int
) -> list[Component]:
    """*story* in what is left of its message, and of what the other stories in it need."""
    room = limits.TEXT // max(1, groups)
    for takeaway in (room, room // 2, 200, 60):
        shown = replace(story, takeaway=cut(clean(story.takeaway), takeaway), title=cut(clean(story.title), 200))
        parts = [one for group in _story(shown, edition) for one in group]
        if fits([*so_far, *parts, _marks(key)]):
            return parts
    return parts


def pages_of(groups: Sequence[Sequence[Component]]) -> list[Card]:
    """Answers of any length as messages."""
    return [card(blocks) for blocks in paged(groups)]
