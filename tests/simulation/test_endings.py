"""A delivery is judged by when it ended, and not by an ending that a restore took back."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.simulation.checker import check
from tests.simulation.history import History
from tests.simulation.journal import Fact, Journal
from tests.simulation.ledgers import InAFile
from tests.simulation.plan import plan

_TABLES = """
    CREATE TABLE subscription (id INTEGER, platform TEXT, workspace TEXT, channel TEXT);
    CREATE TABLE delivery (
        id INTEGER, subscription INTEGER, date TEXT, state TEXT, reason TEXT, due_at INTEGER, told_at INTEGER);
    CREATE TABLE edition (delivery INTEGER, refs TEXT);
    CREATE TABLE delivery_part (delivery INTEGER, part INTEGER, messages TEXT);
    INSERT INTO subscription VALUES (1, 'slack', 'T1', 'C1');
"""


def verdict(folder: Path, entries: Sequence[tuple[float, str, dict[str, Fact]]], state: str, reason: str) -> list[str]:
    """What is wrong with one delivery to C1 that is *state* in the end, for *reason*, after *entries*: (seconds, what,
    facts). Nothing goes wrong on the platforms.
    """
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.executescript(_TABLES)
        db.execute("INSERT INTO delivery VALUES (1, 1, '2026-05-01', ?, ?, 0, NULL)", (state, reason))
        db.commit()
    at = 0.0
    journal = Journal(lambda: at)
    for at, what, facts in entries:  # noqa: B007 - the journal's clock reads it
        journal.note(what, **facts)
    history = History(
        plan=replace(plan(1), places=(), spells=(), acts=(), faults=()),
        journal=journal,
        held={},
        ledger=InAFile(folder / "ledger.db"),
        hits=Counter(),
    )
    return [one.promise for one in check(history)]


def seen(at: float, state: str, reason: str) -> tuple[float, str, dict[str, Fact]]:
    """Somebody who looked into the ledger then saw the delivery to C1 so."""
    return at, "ledger", {"channel": "C1", "date": "2026-05-01", "state": state, "reason": reason}


def copied(at: float) -> tuple[float, str, dict[str, Fact]]:
    return at, "act", {"kind": "backup", "lasts": 0.0}


PAUSED_FOR_A_WHILE: list[tuple[float, str, dict[str, Fact]]] = [
    (3600.0, "pausing", {"channel": "C1"}),
    (7200.0, "resumed", {"channel": "C1"}),
]


def test_a_date_that_a_pause_took_before_a_restore_may_be_taken_by_the_restore(tmp_path: Path) -> None:
    entries = [copied(1000.0), *PAUSED_FOR_A_WHILE, seen(4000.0, "skipped", "paused")]
    entries += [(9000.0, "restored", {}), seen(9050.0, "skipped", "restored")]

    assert "skipped for a cause" not in verdict(tmp_path, entries, "skipped", "restored")


def test_a_date_that_was_skipped_for_a_restore_before_there_was_one_is_found_out(tmp_path: Path) -> None:
    entries = [seen(4000.0, "skipped", "restored"), copied(5000.0)]
    entries += [(9000.0, "restored", {}), seen(9050.0, "skipped", "restored")]

    assert "skipped for a cause" in verdict(tmp_path, entries, "skipped", "restored")


def test_a_pause_that_a_restore_took_back_is_no_cause_for_what_is_skipped_after_it(tmp_path: Path) -> None:
    entries = [copied(1000.0), *PAUSED_FOR_A_WHILE, seen(4000.0, "skipped", "paused")]
    entries += [(9000.0, "restored", {}), seen(9900.0, "skipped", "paused")]

    assert "skipped for a cause" in verdict(tmp_path, entries, "skipped", "paused")
