"""Whether messages read what their stories read now; a part of the checker."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.simulation.evidence import Evidence
from tests.simulation.violation import Violation, violation


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a story reads since it was last restated."""

    since: float
    """When somebody began to restate it."""
    status: str
    title: str
    """Empty: whatever it was."""


def corrections_are_read(seen: Evidence) -> Iterator[Violation]:
    """In the end every message shows what was said last, but where the platform refused that edit for good."""
    latest = _latest(seen)
    edits = {str(one.facts["message"]): one for one in seen.history.journal.of("amend")}
    known = {name for row in seen.rows for _, messages in row.receipts for name in messages}
    for message in seen.messages():
        # One that nobody ever learnt of, because its outcome stayed uncertain, cannot be edited.
        if message.deleted_at is not None or message.id not in known:
            continue
        last = edits.get(message.id)
        for ref, title, status in message.stories:
            wanted = latest.get(ref)
            if wanted is None or (status == wanted.status and wanted.title in {"", title}):
                continue
            if last is None or last.facts["came"] != "refused for good" or last.at < wanted.since:
                sentence = f"{message.id}: {ref} is {status}, \u201c{title}\u201d"
                yield violation("corrections", message.channel, message.date, sentence)


def _latest(seen: Evidence) -> dict[str, _Wanted]:
    """By ref; without what nobody can know, because it was never answered or a restore took it back."""
    latest: dict[str, _Wanted] = {}
    begun: dict[str, float] = {}
    for one in seen.history.journal.of("correcting", "withdrawing", "corrected", "withdrawn", "restored"):
        if one.what == "restored":
            latest.clear()
            continue
        ref = str(one.facts["ref"])
        if one.what in {"correcting", "withdrawing"}:
            latest.pop(ref, None)
            begun[ref] = one.at
        else:
            latest[ref] = _Wanted(begun[ref], one.what, str(one.facts.get("title", "")))
    return latest
