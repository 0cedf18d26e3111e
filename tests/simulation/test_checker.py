"""The checker is code of its own, which shares nothing with what it judges; small histories show what it asks for."""

import ast
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.checker import check
from tests.simulation.faults import Fault, Spell
from tests.simulation.history import History
from tests.simulation.journal import Fact, Journal
from tests.simulation.ledgers import InAFile
from tests.simulation.orders import Orders
from tests.simulation.plan import EVERY_DAY, HOUR, Place, Plan
from tests.simulation.store import Held, Message
from tests.simulation.zones import Rules

HERE = Path(__file__).resolve().parent
TUESDAY, WEDNESDAY = "2026-03-03", "2026-03-04"
"""The world begins on Tuesday at midnight in UTC, and lasts until Wednesday morning at six."""
NOON = 12 * HOUR
UTC_ALL_YEAR = Rules(0)

Happened = tuple[float, str, dict[str, Fact]]
"""When, what, and what is known of it."""


def imports(module: str) -> set[str]:
    """Everything that a module of this folder imports, and what that imports."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    ours = {name.rpartition(".")[2] for name in found if name.startswith("tests.simulation.")}
    return found.union(*(imports(name) for name in ours))


def test_the_checker_knows_nothing_of_the_product() -> None:
    known = {name.partition(".")[0] for name in imports("checker")}

    assert "tests" in known
    assert not known & {"bot", "storage", "adapters", "zoneinfo", "sqlite_utils"}


def history(
    folder: Path,
    *happened: Happened,
    zone: Rules = UTC_ALL_YEAR,
    later: Rules | None = None,
    spells: Sequence[Spell] = (),
    missed: str = "",
    sent: Sequence[tuple[str, float]] = (),
) -> History:
    """A declared channel, c0, in a world of its own, and a process that runs all the time.

    Args:
        folder: where its ledger is put.
        happened: what the journal tells besides, in order.
        zone: the rules of the channel's zone.
        later: those that come with ``zone rules``.
        spells: what stood in the way, and when.
        missed: the date that is missed in the end; empty: none.
        sent: (date, when) of each message that has left.
    """
    place = Place(
        platform="slack", workspace="T1", id="c0", at="12:00", timezone="Here", days=EVERY_DAY, stories=1, owner=""
    )
    plan = Plan(
        seed=0,
        begins=datetime(2026, 3, 3, tzinfo=UTC),
        places=(place,),
        zones={"Here": zone},
        later_zones={"Here": later or zone},
        spells=tuple(spells),
        acts=(),
        faults=(Fault.STOP,),
        catch_up=2 * HOUR,
        has_model=False,
        calm_from=28 * HOUR,
        ends=30 * HOUR,
    )
    now = [0.0]
    journal = Journal(lambda: now[0])
    begins: tuple[Happened, ...] = ((0.0, "process begins", {"life": 1}), ordered(0, "12:00"))
    for at, what, facts in (*begins, *happened):
        now[0] = at
        journal.note(what, **facts)
    messages = [
        Message(
            number=number + 1,
            platform="slack",
            workspace="T1",
            channel="c0",
            key=day,
            date=day,
            part=0,
            stories=(),
            begun_at=at,
            arrived_at=at + 1,
        )
        for number, (day, at) in enumerate(sent)
    ]
    return History(
        plan=plan,
        journal=journal,
        held={"slack": Held(messages=messages)},
        ledger=InAFile(_ledger(folder / "ledger.db", [(missed, "missed"), *((day, "sent") for day, _ in sent)])),
        hits=Counter(),
    )


def ordered(at: float, hour: str) -> Happened:
    return at, "order", {"channel": "c0", "at": hour, "timezone": "Here", "days": "1234567"}


def _ledger(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """As much of one as the checker reads."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(
            """
            CREATE TABLE subscription (id INTEGER PRIMARY KEY, platform, workspace, channel);
            CREATE TABLE delivery (id INTEGER PRIMARY KEY, subscription, date, state, reason, told_at);
            CREATE TABLE edition (delivery, refs);
            CREATE TABLE delivery_part (delivery, part, messages);
            INSERT INTO subscription VALUES (1, 'slack', 'T1', 'c0');
            """
        )
        for number, (day, state) in enumerate(rows):
            if day:
                db.execute("INSERT INTO delivery VALUES (?, 1, ?, ?, 'a reason', 0)", (number, day, state))
                db.execute("INSERT INTO edition VALUES (?, '[]')", (number,))
            if state == "sent":
                db.execute("INSERT INTO delivery_part VALUES (?, 0, ?)", (number, json.dumps([f"slack-{number}"])))
    return path


def broken(history: History, promise: str) -> list[str]:
    """The dates for which *promise* is not kept."""
    return [one.date for one in check(history) if one.promise == promise]


# ------------------------------------------------------------------------------------------------- when it was due


def test_rules_make_no_hour_for_an_order_that_ended_before_they_came(tmp_path: Path) -> None:
    changed: Happened = (14 * HOUR, "zone rules", {})
    world = history(tmp_path, ordered(11.5 * HOUR, "12:00"), changed, later=Rules(3600))

    assert Orders(world).hours("c0") == {TUESDAY: NOON}


def test_rules_that_come_move_the_hour_of_the_order_in_force(tmp_path: Path) -> None:
    changed: Happened = (10 * HOUR, "zone rules", {})
    world = history(tmp_path, changed, later=Rules(3600))

    assert Orders(world).hours("c0") == {TUESDAY: NOON - HOUR}


def test_the_date_of_a_wish_is_the_local_one_by_the_rules_in_force_and_the_clock(tmp_path: Path) -> None:
    changed: Happened = (10 * HOUR, "zone rules", {})
    ahead: Happened = (20 * HOUR, "clock", {"ahead": 2 * HOUR})
    orders = Orders(history(tmp_path, changed, ahead, zone=Rules(-3600), later=Rules(3600)))

    assert orders.today("c0", 0.5 * HOUR) == "2026-03-02"
    assert orders.today("c0", 19.5 * HOUR) == TUESDAY
    assert orders.today("c0", 21.5 * HOUR) == WEDNESDAY


# -------------------------------------------------------------------------------------------------- after a restore


def restored(folder: Path, *, copied: float, moved: Sequence[Happened]) -> History:
    """Restored an hour before noon; half an hour later an edition leaves."""
    folder.mkdir()
    copy: Happened = (copied, "act", {"kind": "backup", "lasts": 0.0})
    back: Happened = (11 * HOUR, "restored", {})
    told = sorted([copy, *moved, back], key=lambda one: one[0])
    return history(folder, *told, sent=[(TUESDAY, 11.5 * HOUR)])


def test_what_was_due_before_a_restore_and_leaves_after_it_is_old(tmp_path: Path) -> None:
    at_nine = ordered(8 * HOUR, "09:00")

    assert broken(restored(tmp_path / "known", copied=10 * HOUR, moved=[at_nine]), "nothing old") == [TUESDAY]
    # The restored file has it that noon is still to come, and the channel was looked into.
    assert broken(restored(tmp_path / "lost", copied=6 * HOUR, moved=[at_nine]), "nothing old") == []


def test_an_hour_that_nobody_knows_is_not_held_against_a_restore(tmp_path: Path) -> None:
    at_nine = ordered(8 * HOUR, "09:00")
    before: Happened = (8.5 * HOUR, "ordering", {"channel": "c0"})  # and no answer
    after: Happened = (9.5 * HOUR, "ordering", {"channel": "c0"})

    assert broken(restored(tmp_path / "a", copied=10 * HOUR, moved=[at_nine, before]), "nothing old") == []
    assert broken(restored(tmp_path / "b", copied=10 * HOUR, moved=[at_nine, after]), "nothing old") == [TUESDAY]


def test_a_wish_for_one_date_excuses_no_other_after_a_restore(tmp_path: Path) -> None:
    at_nine = ordered(8 * HOUR, "09:00")
    today: Happened = (11.2 * HOUR, "posting now", {"channel": "c0"})
    tomorrow: Happened = (25 * HOUR, "posting now", {"channel": "c0"})

    assert broken(restored(tmp_path / "a", copied=10 * HOUR, moved=[at_nine, today]), "nothing old") == []
    assert broken(restored(tmp_path / "b", copied=10 * HOUR, moved=[at_nine, tomorrow]), "nothing old") == [TUESDAY]


# ---------------------------------------------------------------------------------------------- missed, and for what

DOWN = Spell(fault=Fault.OUTAGE, start=NOON - HOUR, end=NOON + 2 * HOUR)


def test_an_edition_is_missed_for_what_stood_in_the_way_after_its_hour(tmp_path: Path) -> None:
    (tmp_path / "clear").mkdir()

    assert broken(history(tmp_path, spells=[DOWN], missed=TUESDAY), "missed for a cause") == []
    assert broken(history(tmp_path / "clear", missed=TUESDAY), "missed for a cause") == [TUESDAY]


def test_the_window_of_an_edition_begins_with_a_wish_for_it_and_for_no_other(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    wish: Happened = (3 * HOUR, "posting now", {"channel": "c0"})
    world = history(tmp_path, wish, spells=[DOWN], missed=TUESDAY)
    night = Rules(-4 * 3600)  # three in the morning is still Monday there, and noon comes at four in the afternoon
    down = Spell(fault=Fault.OUTAGE, start=15 * HOUR, end=19 * HOUR)
    other = history(tmp_path / "other", wish, zone=night, spells=[down], missed=TUESDAY)

    assert broken(world, "missed for a cause") == [TUESDAY]
    assert broken(other, "missed for a cause") == []


def test_the_window_of_what_was_due_before_the_channel_was_set_up_begins_with_the_wish(tmp_path: Path) -> None:
    (tmp_path / "clear").mkdir()
    wish: Happened = (HOUR, "posting now", {"channel": "c0"})
    evening = Rules(-4 * 3600)  # the world begins on Monday at eight in the evening there
    down = Spell(fault=Fault.OUTAGE, start=HOUR - 60, end=6 * HOUR)

    world = history(tmp_path, wish, zone=evening, spells=[down], missed="2026-03-02")
    clear = history(tmp_path / "clear", wish, zone=evening, missed="2026-03-02")

    assert broken(world, "missed for a cause") == []
    assert broken(clear, "missed for a cause") == ["2026-03-02"]


def test_the_window_of_what_is_sent_once_more_begins_with_that_wish(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    again: Happened = (18 * HOUR, "resend", {"channel": "c0", "date": TUESDAY})
    other: Happened = (18 * HOUR, "resend", {"channel": "c0", "date": WEDNESDAY})
    evening = Spell(fault=Fault.OUTAGE, start=17 * HOUR, end=21 * HOUR)

    assert broken(history(tmp_path, again, spells=[evening], missed=TUESDAY), "missed for a cause") == []
    assert broken(history(tmp_path / "other", other, spells=[evening], missed=TUESDAY), "missed for a cause") == [
        TUESDAY
    ]
