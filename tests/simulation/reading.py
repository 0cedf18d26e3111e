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
    """By ref what was begun last, which may be answered before an earlier one; without what nobody can know, because it
    was never answered or a restore took it back.
    """
    begun: dict[str, _Wanted] = {}
    answered: set[_Wanted] = set()
    for one in seen.history.journal.of("correcting", "withdrawing", "corrected", "withdrawn", "restored"):
        if one.what == "restored":
            begun.clear()
            continue
        ref, title = str(one.facts["ref"]), str(one.facts.get("title", ""))
        if one.what in {"correcting", "withdrawing"}:
            begun[ref] = _Wanted(one.at, {"correcting": "corrected", "withdrawing": "withdrawn"}[one.what], title)
        elif ref in begun and (begun[ref].status, begun[ref].title) == (one.what, title):
            answered.add(begun[ref])
    return {ref: wanted for ref, wanted in begun.items() if wanted in answered}
