"""What is said of corrections and withdrawals: what came of one, and how a story read before. Pure; nothing is escaped
here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.forms import CALLED, Part, shown
from bot.model import Change, Delivery, DeliveryState, Story
from bot.ports import Revision
from bot.wording import IF_IT_IS_THERE, counted, long_day, sentence_of, short_day

PATIENCE = timedelta(seconds=45)
"""How long whoever corrects from chat waits for posts that the platform does not let us change at once."""
MOST_NAMED = 100
"""Posts that could not be changed and are named, one by one."""
CORRECT, WITHDRAW = "correct", "withdraw"
"""Actions of the audit log."""
_CAUSES = {
    "corrected": "it was corrected",
    "withdrawn": "it was withdrawn",
    "imported": "it was taken in anew",
    "grown": "more articles came",
    "analysed": "more of it was written",
}
"""Why a text was replaced, by the reason of the next revision; otherwise its articles were read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """How a story read once, where that differs from how it read afterwards."""

    until: datetime
    cause: str
    """Why it did not stay so, to go on after *when*."""
    parts: tuple[tuple[str, str], ...]
    """Heading and text of each part that was changed then; the text is empty where nobody had written any."""


def former(revisions: Sequence[Revision]) -> tuple[Former, ...]:
    """The former texts among *revisions*, oldest first; the newest first. Of what was withdrawn, all that there was."""
    found = (_former(older, newer) for older, newer in pairwise(revisions))
    return tuple(one for one in found if one.parts)[::-1]


def until(told: Former) -> str:
    """``Until 3 March 2026, 07:00 UTC, when it was corrected``."""
    at = told.until.astimezone(UTC)
    return f"Until {short_day(at.date())}, {at:%H:%M} UTC, when {told.cause}"


def no_history(ref: str) -> str:
    """That a story has never read otherwise, as far as anybody may see."""
    return f"There is no former text of {ref}."


def outcome(
    story: Story,
    changed: Sequence[Delivery],
    unchanged: Sequence[tuple[Delivery, str]] = (),
    waiting: Sequence[tuple[Delivery, str]] = (),
    shares: int = 0,
) -> tuple[str, ...]:
    """What came of the correction or withdrawal of *story*, which carries its mark, in sentences."""
    told = f"{counted(len(changed), 'post')} {'says' if len(changed) == 1 else 'say'} so now."
    if not changed:
        told = "No post says so yet." if unchanged or waiting else "No post of this workspace carries it."
    named = [f"{_place(one)} could not be changed. {sentence_of(reason)}" for one, reason in unchanged]
    named += [_waits(one, why) for one, why in waiting]
    rest = [f"And {len(named) - MOST_NAMED:,} more."] if len(named) > MOST_NAMED else []
    shared = [shared_line(shares)] if shares else []
    return (f"{story.ref} is {story.status.value}. {told}", *shared, *named[:MOST_NAMED], *rest)


def shared_line(shares: int) -> str:
    """That answers which people have shown to a channel stay as they are."""
    if shares == 1:
        return "1 answer that somebody shared in a channel stays as it is."
    return f"{shares:,} answers that people shared in channels stay as they are."


def parts_named(parts: Iterable[Part]) -> str:
    """``title, key points``: which parts were corrected, for the audit log."""
    return ", ".join(CALLED[part].lower() for part in parts)


def acted(change: Change) -> str:
    """What the audit log says of a change of a story, after the name of whoever made it; empty: it is none."""
    if change.action == CORRECT:
        return f"corrected {change.subject}" + (f" ({change.detail})" if change.detail else "")
    if change.action == WITHDRAW:
        return f"withdrew {change.subject}" + (f": {change.detail}" if change.detail else "")
    return ""


def _former(older: Revision, newer: Revision) -> Former:
    before, after = shown(older.story), shown(newer.story)
    is_gone = newer.reason == "withdrawn"
    parts = [part for part in Part if (before[part] if is_gone else before[part] != after[part])]
    return Former(
        until=newer.at,
        cause=_CAUSES.get(newer.reason, "its articles were read anew"),
        parts=tuple((CALLED[part], before[part]) for part in parts),
    )


def _waits(delivery: Delivery, why: str) -> str:
    if delivery.state is DeliveryState.UNCERTAIN:
        return f"{_place(delivery)} may show the former text. {sentence_of(why)} {IF_IT_IS_THERE}"
    return f"{_place(delivery)} is still to be changed; Daybrief keeps trying. {sentence_of(why)}"


def _place(delivery: Delivery) -> str:
    return f"The post of {long_day(delivery.date)} in #{delivery.channel.name}"
