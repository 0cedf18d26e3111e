"""An edition as Slack messages: the first in the channel, what follows in its thread. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from adapters.slack import actions, limits
from adapters.slack.blocks import (
    Block,
    Message,
    bullets,
    button,
    context,
    divider,
    fits,
    header,
    linked,
    message,
    paged,
    rich,
    rich_of,
    section,
    size,
    text,
)
from adapters.slack.blocks import actions as buttons
from adapters.slack.text import link, mrkdwn
from bot import credit, wording
from bot.model import Edition, EditionStory, Layout, SectionName, StoryStatus
from bot.text import clean, cut, pieces

_NAMED_SOURCES = 5
"""Sources that a story names; the others are a look-up away."""
_OFFERED = (SectionName.KEY_POINTS, SectionName.SECOND_ORDER_EFFECTS)
"""Sections that have a button of their own under a story, where they are written."""
_ROWS = 5
"""Stories of an overview in one block, so that a message can end between them."""
_ROW = "rows"
"""Begins the ids of those blocks."""
_ROW_TITLE = 300
_MARK = 500
"""Characters of why a story was corrected or withdrawn."""
_DIFFER = 900
"""Characters of what its sources tell differently."""
_ROOM_TO_GROW = 1_500
"""Characters that a new message leaves free, so that a correction fits into the message that it corrects: the mark and
the buttons of every story that a message can hold, where no text of it grows.
"""
_SHORTENED = (limits.MESSAGE_TEXT, 1_000, 300, 100, 0)
"""To how many characters each text of a changed story is cut, until all of them fit."""
_FEW = 300


@lru_cache(maxsize=256)
def messages(edition: Edition) -> tuple[Message, ...]:
    """*edition* in posting order, at least one message. Nothing of it is cut.

    Kept for a while: posting asks how many there are, and then for each.
    """
    if edition.quiet:
        return (message(_headline(edition), _quiet(edition)),)
    return tuple(
        message(_headline(edition) if number == 0 else _continued(edition), blocks)
        for number, blocks in enumerate(_pages(edition))
    )


def amended(posted: Edition, edition: Edition, part: int) -> Message:
    """Part *part* of *posted*, with its stories as they read in *edition*: every story stays in the message it is in.

    What has grown too long for its message is cut, in all of them alike; the whole of it is behind *Full story*.
    """
    if posted.quiet:
        return messages(posted)[0]
    now_reads = {story.ref: story for story in edition.stories}
    pages = _pages(posted)
    for most in _SHORTENED:
        told = [_shortened(now_reads.get(story.ref, story), story, most) for story in posted.stories]
        blocks = _amended(pages, part, posted, replace(edition, stories=tuple(told)))
        if fits(blocks):
            break
    return message(_headline(edition) if part == 0 else _continued(edition), blocks)


def overview(edition: Edition) -> list[Block]:
    """The stories by number and title, each with a button for all of it, for those who ask what there was."""
    if edition.quiet:
        return _quiet(edition)
    rows = [
        section(f"{one.number}  {cut(clean(one.title), _ROW_TITLE)}\n{one.ref} · {_state(one, edition)}")
        | {"accessory": button("Full story", actions.FULL, one.ref)}
        for one in edition.stories
    ]
    return [*_head(edition), *rows, divider(), *_foot(edition)]


def _pages(edition: Edition) -> list[list[Block]]:
    room = limits.MESSAGE_TEXT - _ROOM_TO_GROW
    stories = [_story(story, edition) for story in edition.stories]
    if edition.layout is Layout.THREAD:
        listed = [*([block] for block in _head(edition)), *([one] for one in _listed(edition)), _foot(edition)]
        first = paged(listed, room=room)
        return [*first, *(page for blocks in stories for page in paged([blocks], room=room))]
    spaced: list[Sequence[Block]] = [[divider(), *blocks] for blocks in stories]
    return paged([_head(edition), *spaced, [divider(), *_foot(edition)]], room=room)


# ----------------------------------------------------------------------------------------------- head and foot


def _headline(edition: Edition) -> str:
    """What a phone shows of the message before it is opened."""
    if edition.quiet:
        return f"{wording.date_line(edition)}: {wording.quiet_line(edition)}"
    titles = " · ".join(clean(story.title) for story in edition.stories)
    return cut(f"{wording.date_line(edition)}: {titles}", 400)


def _continued(edition: Edition) -> str:
    return f"{wording.date_line(edition)}, continued"


def _head(edition: Edition) -> list[Block]:
    facts = f"{wording.hour_line(edition)} · {wording.counted(len(edition.stories), 'story', 'stories')}"
    return [header(wording.date_line(edition)), context(mrkdwn(facts, limits.CONTEXT)), *_notices(edition)]


def _notices(edition: Edition) -> list[Block]:
    """What readers should know before they read."""
    degraded, delayed = wording.degraded_line(edition), wording.delayed_line(edition)
    return ([rich(text(degraded, bold=True))] if degraded else []) + (
        [context(mrkdwn(delayed, limits.CONTEXT))] if delayed else []
    )


def _foot(edition: Edition) -> list[Block]:
    first = edition.stories[0]
    lines = (
        wording.coverage_line(edition),
        wording.failed_line(edition),
        f"In this channel: /keypoints {first.number}, /brief help",
    )
    return [context(*(mrkdwn(line, limits.CONTEXT // 3) for line in lines))]


def _quiet(edition: Edition) -> list[Block]:
    line = rich(text(wording.short_day(edition.date), bold=True), text(f" · {wording.quiet_line(edition)}"))
    failed = wording.failed_line(edition)
    return [line, *_notices(edition), *([context(mrkdwn(failed, limits.CONTEXT))] if failed else [])]


def _listed(edition: Edition) -> list[Block]:
    """The overview of a thread: each title once, with what is known of it."""
    rows = [
        [
            linked(cut(clean(story.title), _ROW_TITLE), _address(story), bold=True, strike=_is_gone(story)),
            text(f"\n{story.ref} · {_state(story, edition)}"),
        ]
        for story in edition.stories
    ]
    return [
        rich_of([{**bullets(rows[start : start + _ROWS], numbered=True), "offset": start}], block_id=f"{_ROW}{start}")
        for start in range(0, len(rows), _ROWS)
    ]


def _state(story: EditionStory, edition: Edition) -> str:
    """What a row of the overview says of *story*: who reports it, and whether that still holds."""
    status = wording.status_line(replace(story, status_reason=""), edition.timezone)
    if _is_gone(story):
        return status
    return " · ".join(filter(None, (wording.byline(story, edition.composed_at), status)))


# -------------------------------------------------------------------------------------------------------- story


def _story(story: EditionStory, edition: Edition) -> list[Block]:
    return list(_drawn(story, edition.composed_at, edition.timezone))


@lru_cache(maxsize=1024)
def _drawn(story: EditionStory, now: datetime, timezone: str) -> tuple[Block, ...]:
    """Title and takeaway, who reports it, and what can be asked about it. Kept, because on one morning thousands of
    channels show the same stories.
    """
    status = wording.status_line(story, timezone)
    lead = [
        text(f"{story.number}  ", bold=True),
        linked(clean(story.title), _address(story), bold=True, strike=_is_gone(story)),
    ]
    said = [] if _is_gone(story) else [clean(story.takeaway)]
    marks = [mark for mark in (status, wording.update_mark(story)) if mark]
    body = [
        *_runs(lead, block_id=f"story:{story.ref}"),
        *(
            rich(text(cut(clean(mark), _MARK), italic=True), block_id=f"mark{n}:{story.ref}")
            for n, mark in enumerate(marks)
        ),
        *(
            rich(text(piece), block_id=f"takeaway{number}:{story.ref}")
            for number, piece in enumerate(pieces("\n\n".join(filter(None, said)), limits.PIECE))
        ),
    ]
    return (*_joined(body, story), _byline(story, now), buttons(_asked(story), block_id=f"ask:{story.ref}"))


def _runs(runs: Sequence[Block], block_id: str) -> list[Block]:
    """The title in one block, or in several if it is very long."""
    said = str(runs[-1]["text"])
    if len(said) <= limits.PIECE:
        return [rich(*runs, block_id=block_id)]
    first, *rest = pieces(said, limits.PIECE)
    return [
        rich(*runs[:-1], {**runs[-1], "text": first}, block_id=block_id),
        *(rich(text(one, bold=True), block_id=f"title{n}:{block_id[6:]}") for n, one in enumerate(rest)),
    ]


def _joined(body: list[Block], story: EditionStory) -> list[Block]:
    """The parts of a story in one block, if that is not too long: less space between them."""
    if size(body) > limits.PIECE:
        return body
    runs = [run for block in body for run in (*block["elements"][0]["elements"], text("\n"))][:-1]
    return [rich(*runs, block_id=f"story:{story.ref}")]


def _byline(story: EditionStory, now: datetime) -> Block:
    """Small and grey: what the sources tell differently, and who they are."""
    named = [link(source.url, source.name) for source in story.sources[:_NAMED_SOURCES] if not _is_gone(story)]
    rest = story.publishers - len(named)
    sources = ", ".join(filter(None, named)) + (f" and {rest} more" if named and rest > 0 else "")
    facts = (f"*{story.ref}*", mrkdwn(wording.byline(story, now), limits.BUTTON))
    differ = mrkdwn(credit.differ_line(story), _DIFFER)
    line = _within(" · ".join(facts), sources, limits.CONTEXT - len(differ) - 1)
    return {**context(differ, line), "block_id": f"byline:{story.ref}"}


def _within(facts: str, sources: str, room: int) -> str:
    """*sources* behind *facts*, unless their addresses are too long to be shown: then they are a look-up away."""
    return f"{facts} · {sources}" if sources and len(facts) + len(sources) + 3 <= room else facts


def _asked(story: EditionStory) -> list[Block]:
    offered = [name for name in _OFFERED if name in story.sections and not _is_gone(story)]
    return [
        *(button(wording.HEADINGS[name], f"{actions.SECTION}{name.value}", story.ref) for name in offered),
        button("Full story", actions.FULL, story.ref),
    ]


def _is_gone(story: EditionStory) -> bool:
    return story.status is StoryStatus.WITHDRAWN


def _address(story: EditionStory) -> str:
    """Where its title leads; nowhere, once it was withdrawn."""
    return "" if _is_gone(story) else next((source.url for source in story.sources if source.url), "")


# ---------------------------------------------------------------------------------------------------- amending


def _belongs(block: Block, story: EditionStory) -> bool:
    return str(block.get("block_id", "")).endswith(f":{story.ref}")


def _amended(pages: Sequence[list[Block]], part: int, posted: Edition, edition: Edition) -> list[Block]:
    """The blocks of *part* of *pages* with the stories of *edition* in the places of those of *posted*."""
    rows = {block["block_id"]: block for block in _listed(edition)}
    blocks = [rows.get(str(block.get("block_id")), block) for block in pages[part]]
    for shown, story in zip(posted.stories, edition.stories, strict=True):
        first = next((place for place, block in enumerate(blocks) if _belongs(block, shown)), None)
        if story == shown or first is None:
            continue
        held = sum(1 for block in blocks if _belongs(block, shown))
        is_first_part = not any(_belongs(block, shown) for page in pages[:part] for block in page)
        blocks[first : first + held] = _story(story, edition) if is_first_part else [_moved(story)]
    return blocks


def _shortened(story: EditionStory, shown: EditionStory, most: int) -> EditionStory:
    """*story* in texts of at most *most* characters, or as many as it was *shown* with if those were few."""
    if story == shown:
        return story
    title, takeaway = (max(most, min(len(one), _FEW)) for one in (clean(shown.title), clean(shown.takeaway)))
    return replace(
        story,
        title=cut(clean(story.title), min(title, limits.PIECE)),
        takeaway=cut(clean(story.takeaway), takeaway),
        status_reason=cut(clean(story.status_reason), most) if most else "",
        disputes=story.disputes if most > _FEW else (),
    )


def _moved(story: EditionStory) -> Block:
    return {**section(f"{story.ref} was changed; it stands above."), "block_id": f"story:{story.ref}"}
