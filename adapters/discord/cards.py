"""An edition as Discord messages, in posting order. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from adapters.discord import custom_ids, limits, told
from adapters.discord.components import Card, Component, button, card, fits, row, said, separator
from adapters.discord.custom_ids import custom_id
from adapters.discord.text import escaped, fitted
from bot import wording
from bot.model import Edition, EditionStory, Layout, delivery_key
from bot.text import cut

_TO_GROW = 50
"""Characters that a new message leaves free for each story, so that a correction fits where the story stands."""
_SHORTENED = (limits.TEXT, 1_000, 300, 100, told.FEW, 0)
"""To how many characters each text of a changed story is cut, until all of them fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What stays together in a message."""

    parts: tuple[Component, ...]
    ref: str = ""
    """Of the story that it belongs to; empty for head and foot."""
    is_row: bool = False
    """Of an overview."""
    begins: bool = False
    """A story or the foot: a line parts it from what stands above it."""


_Page = list[_Piece]


@lru_cache(maxsize=256)
def messages(edition: Edition) -> tuple[Card, ...]:
    """*edition* in posting order, at least one message. Nothing of it is cut.

    Kept for a while: posting asks how many there are, and then for each.
    """
    return tuple(card(_keyed(_laid_out(page), edition, part)) for part, page in enumerate(_pages(edition)))


def amended(posted: Edition, edition: Edition, part: int) -> Card:
    """Part *part* of *posted*, with its stories as they read in *edition*: every story stays in the message it is in.

    What has grown too long for its message is cut, in all of them alike; the whole of it is behind *Read more*.
    """
    page = _pages(posted)[part]
    changed = {one.ref: one for one in edition.stories if one not in posted.stories}
    for most in _SHORTENED:
        shown = _changed(page, changed, posted, most)
        if _fit(shown):
            break
    return card(_keyed(_laid_out(shown), posted, part))


def name_of_thread(edition: Edition) -> str:
    """What the thread or the forum post of *edition* is called."""
    return cut(wording.date_line(edition), limits.THREAD_NAME)


def overview(edition: Edition) -> list[Component]:
    """The stories by number and title, each with a button for all of it, for those who ask what there was."""
    if edition.quiet:
        return _quiet(edition)
    return [*_head(edition), *(told.listed(one, edition) for one in edition.stories), separator(), *_foot(edition)]


# ------------------------------------------------------------------------------------------------------- paging


def _pages(edition: Edition) -> list[_Page]:
    if edition.quiet:
        return [[_Piece(parts=tuple(_quiet(edition)))]]
    head, foot = _Piece(parts=tuple(_head(edition))), _Piece(parts=tuple(_foot(edition)), begins=True)
    stories = [_story(one, edition) for one in edition.stories]
    if edition.layout is Layout.THREAD:
        rows = [_row(one, edition) for one in edition.stories]
        return [*_filled([head, *rows, foot]), *(page for pieces in stories for page in _filled(pieces))]
    return _filled([head, *(piece for pieces in stories for piece in pieces), foot])


def _row(story: EditionStory, edition: Edition, most: int = told.ROW_TITLE) -> _Piece:
    return _Piece(parts=(told.row(story, edition, most),), ref=story.ref, is_row=True)


def _story(story: EditionStory, edition: Edition) -> _Page:
    """In one piece if a message can hold it."""
    parts = told.story(story, edition)
    whole = _Piece(parts=tuple(parts), ref=story.ref, begins=True)
    if _fit([whole], to_grow=_TO_GROW):
        return [whole]
    return [_Piece(parts=(one,), ref=story.ref, begins=number == 0) for number, one in enumerate(parts)]


def _filled(pieces: Iterable[_Piece]) -> list[_Page]:
    pages: list[_Page] = [[]]
    for piece in pieces:
        if pages[-1] and not _fit([*pages[-1], piece], to_grow=_TO_GROW):
            pages.append([])
        pages[-1].append(piece)
    return pages


def _fit(page: _Page, *, to_grow: int = 0) -> bool:
    """Whether one message takes *page*, with *to_grow* characters more for each of its stories, and a row of marks."""
    refs = {one.ref for one in page if one.ref}
    told_in_full = {one.ref for one in page if one.ref and not one.is_row}
    spare = to_grow * len(refs)
    return len(told_in_full) <= limits.STORIES and fits([*_laid_out(page), _marks("")], spare=spare)


def _laid_out(page: _Page) -> list[Component]:
    return [
        part
        for number, piece in enumerate(page)
        for part in ((separator(), *piece.parts) if number and piece.begins else piece.parts)
    ]


# ---------------------------------------------------------------------------------------------------- amending


def _changed(page: _Page, changed: dict[str, EditionStory], posted: Edition, most: int) -> _Page:
    """*page* with the stories in *changed*, their texts cut to *most* characters."""
    shown: _Page = []
    seen: set[str] = set()
    for piece in page:
        story = changed.get(piece.ref)
        if story is None:
            shown.append(piece)
        elif piece.is_row:
            shown.append(_row(story, posted, min(most, told.ROW_TITLE)))
        elif piece.begins:
            parts = told.story(told.shortened(story, most), posted)
            shown.append(replace(piece, parts=tuple(parts)))
        elif piece.ref not in seen:
            shown.append(replace(piece, parts=(said(f"-# {story.ref} was changed; it stands above."),)))
        seen.add(piece.ref)
    return shown


# -------------------------------------------------------------------------------------------------- recognising


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
    return [said("\n".join(f"-# {fitted(line, 400)}" for line in lines if line))]


def _quiet(edition: Edition) -> list[Component]:
    line = f"**{escaped(wording.short_day(edition.date))}** · {fitted(wording.quiet_line(edition), 400)}"
    failed = wording.failed_line(edition)
    return [said("\n".join([line, *_notices(edition), *([f"-# {fitted(failed, 400)}"] if failed else [])]))]
