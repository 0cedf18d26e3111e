"""How a story read, reads and would read, part by part. Pure."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.text import Text

from adapters.terminal.pieces import ACCENT, ALERT, GONE, QUIET, STRONG, gutter, lines, outside, spaced
from bot.forms import CALLED, Part, shown
from bot.model import Story, StoryStatus
from bot.ports import Revision
from bot.text import cut
from bot.wording import counted

_LONGEST = 300
"""Characters of a part that are shown where something would change."""


def changes(restated: Sequence[tuple[Story, Story, int]]) -> RenderableType:
    """Each story as it is and as it would be, with the number of posts that carry it: the parts that would change."""
    return spaced(*(_changed(old, new, posts) for old, new, posts in restated))


def history(revisions: Sequence[Revision]) -> RenderableType:
    """All texts that a story has had, oldest first: the first one whole, of the others what was new."""
    return spaced(*(_revision(one, former) for one, former in _after(revisions)))


def former_texts(story: Story) -> RenderableType | None:
    """Where the former texts of a corrected or withdrawn story are; None: it still stands as it was."""
    if story.status is StoryStatus.CURRENT:
        return None
    return spaced(Text(f"What it said before: daybrief story {story.ref} --history", style=QUIET))


def _after(revisions: Sequence[Revision]) -> Iterable[tuple[Revision, Story | None]]:
    """Each revision with the story as it read before: to the same workspace, if that has a reading of its own."""
    read: dict[str, Story] = {}
    for one in revisions:
        yield one, read.get(one.workspace) or read.get("")
        if not one.workspace and one.reason in {"corrected", "withdrawn"}:
            read.clear()  # what is written for everybody ends all readings
        read[one.workspace] = one.story


def _revision(one: Revision, former: Story | None) -> RenderableType:
    by = " · ".join(filter(None, (one.reason, f"{one.at:%Y-%m-%d %H:%M} UTC", one.person, one.workspace)))
    told = shown(one.story)
    before = shown(former) if former else {}
    dropped = [CALLED[part].lower() for part in Part if before.get(part) and not told[part]]
    texts = lines(
        outside(by, QUIET),
        outside(one.story.status_reason, ALERT),
        *(piece for part in Part for piece in _told(part, told[part], before.get(part, "")) if told[part]),
        Text(f"No longer: {', '.join(dropped)}.", style=QUIET) if dropped else None,
    )
    return gutter([(Text(f"{one.number:>2}", style=STRONG), texts)])


def _told(part: Part, text: str, before: str) -> Iterable[Text]:
    """A part that is new."""
    if text == before:
        return
    if part not in {Part.TITLE, Part.TAKEAWAY}:
        yield Text(CALLED[part], style=STRONG)
    for line in text.splitlines():
        yield outside(line, STRONG if part is Part.TITLE else "")


def _changed(old: Story, new: Story, posts: int) -> RenderableType:
    head = lines(
        outside(old.title, STRONG),
        Text(f"in {counted(posts, 'post')}", style=QUIET),
        *(piece for part in Part for piece in _part(part, old, new)),
    )
    return gutter([(outside(old.ref, ACCENT), head)])


def _part(part: Part, old: Story, new: Story) -> list[Text]:
    before, after = shown(old)[part], shown(new)[part]
    if before == after:
        return []
    gone = [outside(f"- {cut(before, _LONGEST)}", GONE)] if before else []
    come = [outside(f"+ {cut(after, _LONGEST)}")] if after else []
    return [Text(CALLED[part], style=STRONG), *gone, *come]
