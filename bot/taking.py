"""Taking in stories that have been posted: what they would change, and changing it in the messages that carry them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.admit import Admitted, admit_one, corrected, known, with_manuscript
from bot.amend import Amended, Amending, amend_messages, tells, withdrawn
from bot.errata import Progress
from bot.errors import WrongUsage
from bot.manuscript import Manuscript
from bot.model import Delivery, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Restated


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """A story that has been posted and that a manuscript tells otherwise."""

    old: Story
    new: Story
    """As it would read."""
    carriers: tuple[Delivery, ...]
    """The deliveries whose messages show the old text, newest first; of an import at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One manuscript, taken in."""

    story: Story
    is_new: bool
    amended: Amended | None = None
    """What came of changing its messages; None: no message had to be changed."""


async def foresee(room: Newsroom, manuscripts: Sequence[Manuscript]) -> tuple[Restatement, ...]:
    """Which posted stories *manuscripts* would change, in order; nothing is kept."""
    now = room.instant()
    found = [await _restatement(room, manuscript, now) for manuscript in manuscripts]
    return tuple(one for one in found if one)


async def foresee_correction(room: Newsroom, story: Story, manuscript: Manuscript) -> Restatement | None:
    """What it would be to correct *story* for everybody; None: nothing would read otherwise."""
    new = corrected(story, manuscript, room.instant())
    # The mark alone corrects nothing; that of a withdrawn story is taken away.
    marked = replace(new, status=story.status, status_at=story.status_at)
    return await _amendment(room, story, new, is_same=marked == story and story.status is not StoryStatus.WITHDRAWN)


async def foresee_withdrawal(room: Newsroom, story: Story, reason: str) -> Restatement | None:
    """What it would be to withdraw *story* for everybody; None: it is withdrawn, and for that reason."""
    new = withdrawn(story, reason, room.instant())
    return await _amendment(room, story, new, is_same=replace(new, status_at=story.status_at) == story)


async def _amendment(room: Newsroom, old: Story, new: Story, *, is_same: bool) -> Restatement | None:
    if is_same and not await _has_readings(room, old.ref):
        return None
    carriers = tuple(one for one in await room.store.ledger.carriers(old.ref) if tells(one, new))
    return Restatement(old=old, new=new, carriers=carriers)


async def _has_readings(room: Newsroom, ref: str) -> bool:
    """Whether a workspace reads the story otherwise than all: what was written for everybody ended those before it."""
    revisions = await room.store.archive.history(ref)
    amended = [one for one in revisions if one.reason in {"corrected", "withdrawn"}]
    return bool(amended and amended[-1].workspace)


async def take_in(
    room: Newsroom,
    manuscripts: Sequence[Manuscript],
    *,
    confirmed: Collection[str] | None = None,
    patience: timedelta = timedelta(),
    progress: Progress | None = None,
) -> tuple[Taken, ...]:
    """Keep *manuscripts*, in order; what has been posted and reads otherwise now is marked as corrected, and so are its
    messages.

    Args:
        room: where they are taken in.
        manuscripts: what to keep; the story that one means has its ref, else one of its urls, else its title.
        confirmed: the refs of posted stories that may be changed; None: all of them.
        patience: for how long messages are tried again that could not be changed at once.
        progress: told of the messages of all stories together.

    Raises:
        WrongUsage: a posted story that is not *confirmed* would change, or one that was withdrawn would be shown to
            more workspaces; nothing was kept.
    """
    async with room.keeping:
        await _check_audiences(room, manuscripts)
        if confirmed is not None:
            unasked = [one.old.ref for one in await foresee(room, manuscripts) if one.old.ref not in confirmed]
            if unasked:
                raise WrongUsage(f"{', '.join(unasked)} has been posted meanwhile; nothing was imported, do it again")
        kept = [await _take(room, manuscript) for manuscript in manuscripts]
    restated = [one for one in kept if isinstance(one, Restated)]
    amended = iter(await amend_messages(room, restated, Amending(patience=patience, progress=progress)))
    return tuple(
        Taken(story=one.story, is_new=False, amended=next(amended))
        if isinstance(one, Restated)
        else Taken(story=one.story, is_new=one.is_new)
        for one in kept
    )


async def _check_audiences(room: Newsroom, manuscripts: Sequence[Manuscript]) -> None:
    """Raise WrongUsage where a withdrawn story would be shown to workspaces that never had it: they would read it as
    withdrawn, and for a reason that was not meant for them.
    """
    for manuscript in manuscripts:
        old = await known(room, manuscript)
        if old and old.status is StoryStatus.WITHDRAWN and is_wider(manuscript.workspaces, than=old.workspaces):
            raise WrongUsage(
                f"{old.ref} was withdrawn, and others than {', '.join(old.workspaces)} never had it; nothing was "
                "imported: for them, leave its ref out and give it another title"
            )


def is_wider(audience: Sequence[str], *, than: Sequence[str]) -> bool:
    """Whether workspaces in *audience* are not in *than*; empty means all. Pure."""
    return bool(than) and (not audience or not set(audience) <= set(than))


async def _take(room: Newsroom, manuscript: Manuscript) -> Admitted | Restated:
    """The story as kept; restated, if its messages are to be changed."""
    now = room.instant()
    restated = await _restatement(room, manuscript, now)
    if restated is None:
        return await admit_one(room, manuscript, now)
    kept = await room.store.archive.restate(
        restated.old.ref, lambda held: taken_in_again(held, manuscript, now), reason="corrected", at=now
    )
    return kept or Restated(story=restated.new, owing=())


async def _restatement(room: Newsroom, manuscript: Manuscript, now: datetime) -> Restatement | None:
    old = await known(room, manuscript)
    if old is None or not reads_otherwise(old, with_manuscript(old, manuscript, now)):
        return None
    new = taken_in_again(old, manuscript, now)
    carriers = tuple(one for one in await room.store.ledger.carriers(old.ref) if tells(one, new))
    return Restatement(old=old, new=new, carriers=carriers) if carriers else None


def reads_otherwise(old: Story, new: Story) -> bool:
    """Whether *new* tells something else than *old*, which is not withdrawn: what is, stays so when it is imported, and
    its messages need no other text. Pure.
    """
    if old.status is StoryStatus.WITHDRAWN:
        return False
    return (old.title, old.takeaway, old.sections) != (new.title, new.takeaway, new.sections)


def taken_in_again(old: Story, manuscript: Manuscript, now: datetime) -> Story:
    """What *manuscript* makes of *old*, which has been posted: it is corrected, and news only if it has more articles.
    Pure.
    """
    story = corrected(old, manuscript, now)
    is_news = len(story.articles) > len(old.articles)
    return replace(story, workspaces=manuscript.workspaces, news_at=now if is_news else old.news_at)
