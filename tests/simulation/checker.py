"""Whether a world kept the promise: judged by the platforms' own stores, the journal and the ledger, not by the bot.

Nothing of ``bot`` or ``storage`` is imported here, nor by what is imported here (``test_checker.py`` sees to that).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from tests.simulation.endings import endings
from tests.simulation.evidence import Evidence, Row, within
from tests.simulation.faults import Fault, Spell
from tests.simulation.history import History
from tests.simulation.journal import Entry
from tests.simulation.reading import corrections_are_read
from tests.simulation.store import Message, parts_of
from tests.simulation.telling import bad_news_is_told
from tests.simulation.violation import Violation, violation

FINAL = frozenset({"sent", "refused", "missed", "uncertain", "skipped"})
_REFUSALS = frozenset({Fault.KICKED, Fault.CLOSED, Fault.TOKEN_LOST, Fault.REFUSED_POST})
CLEAN = 720.0
"""Seconds without anything in the way within which an edition surely leaves: the longest wait between two tries is five
minutes, and an outcome in doubt takes one and a quarter."""
AT_ONCE = 90.0
"""Seconds after its hour within which an edition leaves where nothing is wrong."""
_BEGUN = 10.0
"""Seconds for which a post that was begun may still be on its way out of the bot."""
_SEEN_LATE = 150.0
"""Seconds between an ending and the next look at it: an answer on its way, a commit that fails, and a minute."""


def check(history: History) -> list[Violation]:
    """Everything that is wrong in *history*."""
    evidence = Evidence(history)
    return [one for judge in _JUDGES for one in judge(evidence)]


def _every_date_has_one_terminal_record(seen: Evidence) -> Iterator[Violation]:
    rows = {(row.channel, row.date): row for row in seen.rows}
    for place in seen.plan.places:
        hours = seen.hours(place.id)
        recorded = {row.date for row in seen.rows if row.channel == place.id}
        for day, at in sorted(hours.items()):
            if at > seen.ends - 600 or seen.unsure.get(place.id, seen.ends) <= at + 86_400:
                continue
            if seen.restores and seen.copied_at - 60 <= at <= seen.restores[-1] + 60 and not recorded:
                continue
            if not place.owner and not any(known < day for known in recorded) and within(at, seen.nobody_up):
                continue  # nobody can tell a declared channel that has no record yet from one that is new
            if (place.id, day) not in rows:
                yield violation("a record", place.id, day, "its hour came, and the ledger knows nothing of it")
    for row in seen.rows:
        if row.state not in FINAL and seen.hours(row.channel).get(row.date, 0.0) < seen.ends - 600:
            yield violation("a record", row.channel, row.date, f"it is {row.state} in the end")


def _what_is_sent_is_there(seen: Evidence) -> Iterator[Violation]:
    by_id = {message.id: message for message in seen.messages()}
    for row in seen.rows:
        for part, messages in row.receipts:
            for name in messages:
                message = by_id.get(name)
                if message is None or (message.channel, message.date, message.part) != (row.channel, row.date, part):
                    yield violation("not lost", row.channel, row.date, f"part {part} is said to be {name}, and is not")
        if row.state != "sent":
            continue
        count = parts_of(row.channel, len(row.refs))
        if [part for part, _ in row.receipts] != list(range(count)):
            yield violation(
                "not lost", row.channel, row.date, f"sent, with receipts for {row.receipts} of {count} parts"
            )
        for part, messages in row.receipts:
            for name in messages:
                shown = tuple(ref for ref, *_ in by_id[name].stories) if name in by_id else ()
                if name in by_id and shown != row.refs[part::count]:
                    yield violation(
                        "right stories", row.channel, row.date, f"part {part} shows {shown}, not {row.refs}"
                    )


def _nothing_is_doubled(seen: Evidence) -> Iterator[Violation]:
    resent = [(one.facts["channel"], one.facts["date"]) for one in seen.entries if one.what == "resend"]
    groups: dict[tuple[str, str, str, int], list[Message]] = defaultdict(list)
    for message in seen.messages():
        groups[message.workspace, message.channel, message.date, message.part].append(message)
    for (_, channel, day, part), messages in groups.items():
        visible = [
            one
            for one, following in zip(messages, [*messages[1:], None], strict=True)
            if following is None or one.deleted_at is None or one.deleted_at > following.arrived_at
        ]
        if len(visible) - 1 > resent.count((channel, day)):
            names = ", ".join(f"{one.id} by {one.by}" for one in visible)
            yield violation("not doubled", channel, day, f"part {part} is there {len(visible)} times: {names}")


def _nothing_has_no_record(seen: Evidence) -> Iterator[Violation]:
    known = {(row.channel, row.date) for row in seen.rows}
    for message in seen.messages():
        if not seen.restores and (message.channel, message.date) not in known:
            yield violation("a record", message.channel, message.date, f"{message.id} is there without any record")


def _missed_only_for_a_cause(seen: Evidence) -> Iterator[Violation]:
    for row in seen.rows:
        if row.state != "missed":
            continue
        begins = _window_begins(seen, row)
        hindered = seen.hindered(row.platform, row.workspace, row.channel)
        if seen.has_clean(hindered, begins, begins + seen.plan.catch_up, CLEAN):
            yield violation("missed for a cause", row.channel, row.date, f"nothing stood in the way: {row.reason}")


def _window_begins(seen: Evidence, row: Row) -> float:
    """From when the catch-up window of *row* counts: its hour, or an admin's wish before it, or the last one to send it
    once more; where the hour had passed before the channel was set up, the wish alone.
    """
    resends, wishes = (
        [at for at in wished(row.channel, row.date) if not seen.orders.is_taken_back(at)]
        for wished in (seen.resends, seen.wishes)
    )
    if resends:
        return max(resends)
    hour = seen.hours(row.channel).get(row.date)
    return min([*wishes, *([] if hour is None else [hour])], default=seen.earliest(row.channel, row.date))


def _uncertain_only_unread(seen: Evidence) -> Iterator[Violation]:
    blind = {str(one.facts["channel"]) for one in seen.history.journal.of("read back") if one.facts["came"] == "failed"}
    # Where our own code fails on a channel each time, it comes to no reading back.
    blind |= {one.channel for one in seen.plan.spells if one.fault is Fault.BUGGY_PARTS}
    for row in seen.rows:
        if row.state == "uncertain" and row.channel not in blind:
            yield violation("uncertain for a cause", row.channel, row.date, f"nobody failed to read back: {row.reason}")


def _refused_or_skipped_only_for_a_cause(seen: Evidence) -> Iterator[Violation]:
    ended = {(channel, day): at for channel, day, _, at in endings(seen)}
    for row in seen.rows:
        at = ended.get((row.channel, row.date), seen.ends)
        if row.state == "refused" and not any(
            one.fault in _REFUSALS and _is_at(one, row) and one.start <= at and at - _SEEN_LATE <= one.end
            for one in seen.plan.spells
        ):
            yield violation("refused for a cause", row.channel, row.date, row.reason)
        if row.state == "skipped" and not _is_to_be_skipped(seen, row, at):
            yield violation("skipped for a cause", row.channel, row.date, row.reason)


def _is_at(spell: Spell, row: Row) -> bool:
    """Whether *spell* was where the delivery of *row* was to go."""
    return (
        spell.platform in {"", row.platform}
        and spell.workspace in {"", row.workspace}
        and spell.channel in {"", row.channel}
    )


def _is_to_be_skipped(seen: Evidence, row: Row, at: float) -> bool:
    """Whether there was a cause to leave *row*, which was first seen as it is at *at*."""
    if row.reason == "paused":
        return any(start <= at and at - _SEEN_LATE <= end for start, end in seen.out_of_service(row.channel))
    # Nobody can tell whether what an order makes due before the restore has left in the lost time.
    due = seen.earliest(row.channel, row.date)
    # What was posted ahead of its hour may have arrived after the copy was made.
    begun = min([due, *(one.at for one in seen.history.journal.of("ledger") if _is_of(one, row))])
    return row.reason == "restored" and any(begun <= one + 60 and one <= at for one in seen.restores)


def _is_of(entry: Entry, row: Row) -> bool:
    return (entry.facts["channel"], entry.facts["date"]) == (row.channel, row.date)


def _nothing_old_after_a_restore(seen: Evidence) -> Iterator[Violation]:
    """Old is what was due before the restore by the orders that the restored file knows: one that was moved to earlier
    in the lost time is looked for in the channel when its hour comes, and sent if it is not there.
    """
    for restore in seen.restores:
        for message in seen.messages():
            place = message.channel, message.date
            due = seen.hours(message.channel, as_restored=True).get(message.date)
            if message.begun_at <= restore or due is None or any(seen.wishes(*place)) or any(seen.resends(*place)):
                continue
            # Where nobody knows which order was in force, nobody knows the hour.
            if due < min(restore - 1, seen.unsure.get(message.channel, seen.ends)):
                yield violation("nothing old", *place, f"{message.id} left after the restore")


def _nothing_to_the_paused(seen: Evidence) -> Iterator[Violation]:
    paused: dict[str, float] = {}
    stretches: list[tuple[str, float, float]] = []
    for one in seen.history.journal.of("paused", "resuming", "ordering", "restored"):
        channels = list(paused) if one.what == "restored" else [str(one.facts["channel"])]
        for channel in channels:
            if channel in paused:
                stretches.append((channel, paused.pop(channel), one.at))
            if one.what == "paused":
                paused[channel] = one.at
    stretches += [(channel, since, seen.ends) for channel, since in paused.items()]
    for channel, since, until in stretches:
        for post in seen.history.journal.of("post"):
            if post.facts["channel"] == channel and since + _BEGUN < post.at < until:
                yield violation("not while paused", channel, str(post.facts["date"]), f"posted at {post.at:.0f}")


def _nothing_before_its_hour(seen: Evidence) -> Iterator[Violation]:
    changes = [(0.0, 0.0), *((one.at, float(one.facts["ahead"] or 0)) for one in seen.history.journal.of("clock"))]
    for message in seen.messages():
        # What was due by a clock that was ahead may leave after the clock was set right.
        ahead = max(0.0, *(ahead for at, ahead in changes if at <= message.begun_at))
        if message.channel in seen.unsure or any(seen.wishes(message.channel, message.date)):
            continue
        if message.begun_at + ahead < seen.earliest(message.channel, message.date) - 1:
            yield violation("at its hour", message.channel, message.date, f"{message.id} left before its hour")


def _in_time_where_nothing_is_wrong(seen: Evidence) -> Iterator[Violation]:
    if seen.plan.faults:
        return
    first = {(message.channel, message.date): message.arrived_at for message in seen.messages() if message.part == 0}
    for place in seen.plan.places:
        for day, at in seen.hours(place.id).items():
            left = first.get((place.id, day))
            if at > seen.ends - 600 or within(at, seen.out_of_service(place.id)):
                continue
            if left is None or left - at > AT_ONCE:
                yield violation("in time", place.id, day, "it came late" if left else "it never came")


def _what_is_final_stays(seen: Evidence) -> Iterator[Violation]:
    ended: dict[tuple[str, str], str] = {}
    for one in seen.history.journal.of("ledger", "restored", "resend"):
        if one.what == "restored":
            ended.clear()
            continue
        key = (str(one.facts["channel"]), str(one.facts["date"]))
        if one.what == "resend":
            ended.pop(key, None)
            continue
        state = str(one.facts["state"]).removesuffix(" (told)")
        if key in ended and state != ended[key]:
            yield violation("final is final", *key, f"it was {ended[key]}, and then {state}")
        if state in FINAL:
            ended[key] = state


def _nothing_unforeseen(seen: Evidence) -> Iterator[Violation]:
    for one in seen.history.journal.of("log"):
        if one.facts["error"] not in {None, "SimulatedBug", "StoreTrouble"}:
            yield violation("no bug", "", "", f"{one.facts['says']}")
    for one in seen.history.journal.of("process ends"):
        if str(one.facts["why"]).startswith("failed"):
            yield violation("no bug", "", "", f"process {one.facts['life']} {one.facts['why']}")


_JUDGES: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    _every_date_has_one_terminal_record,
    _what_is_sent_is_there,
    _nothing_is_doubled,
    _nothing_has_no_record,
    bad_news_is_told,
    _missed_only_for_a_cause,
    _uncertain_only_unread,
    _refused_or_skipped_only_for_a_cause,
    _nothing_old_after_a_restore,
    _nothing_to_the_paused,
    _nothing_before_its_hour,
    _in_time_where_nothing_is_wrong,
    corrections_are_read,
    _what_is_final_stays,
    _nothing_unforeseen,
)


def states(history: History) -> dict[str, int]:
    """How many deliveries ended in which state."""
    found: dict[str, int] = defaultdict(int)
    for row in Evidence(history).rows:
        found[row.state] += 1
    return dict(found)
