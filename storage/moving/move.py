"""Moving: copied in the order of keys, compared row for row, and only then is one place closed and the other opened.

Whenever it is broken off, at most one of the two is open to bots, and whoever calls again has the same in the end.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import StoreTrouble
from storage.codec import micros, moment
from storage.moving.source import Source, closed_at, held
from storage.moving.tables import Row, Table, batches, check_alike, in_order
from storage.moving.target import Target, arrived_at, taken
from storage.postgres.place import Place

BATCH = 2_000
"""Rows that are added or compared at once, where they are not so large that it is fewer."""
Told = Callable[[int, int], None]
"""Is told how many rows were copied and compared, and how many there are to be; what it raises breaks the work off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved."""

    file: Path
    target: str
    """What people call the database."""
    at: datetime
    rows: tuple[tuple[str, int], ...] = ()
    """How many of each table, all of them compared; empty: it had been moved before, and nothing was done."""


class _Stale(Exception):
    """The target holds what the source does not hold, or not any more."""


class _Count:
    """How far it is."""

    def __init__(self, told: Told, of: int) -> None:
        self._told = told
        self._of = of
        self._done = 0

    def more(self, rows: int) -> None:
        self._done += rows
        self._told(self._done, self._of)

    def anew(self) -> None:
        self._done = 0


def move(file: Path, url: str, *, at: datetime, within: timedelta, told: Told, batch: int = BATCH) -> Moved:
    """Move what is in *file* to the PostgreSQL database at *url*, and close the file *at* that time.

    Args:
        file: which no bot delivers from meanwhile. All that is changed in it is that it says it was moved.
        url: ``postgresql://…``.
        at: the present.
        within: how long to wait for whoever only looks whether somebody delivers.
        told: hears how far it is.
        batch: rows that are added or compared at once.

    Raises:
        AlreadyRunning: another Daybrief works with the database.
        StoreTrouble: one of them is not fit for it, or a row is not there as it was here; nothing is closed then.
    """
    if before := moved_before(file, url):
        return before
    name = Place(url).name
    with held(file) as source, taken(url, within=within) as target:
        target.check_fit(source.birth, source.moved_at)
        if source.moved_at is not None:  # the last call was broken off between closing the one and opening the other
            target.finish(source.moved_at)
            return Moved(file=file, target=name, at=moment(source.moved_at))
        source.check_sound()
        target.begin(source.birth)
        tables = in_order(target.tables())
        check_alike(source.tables(), [one for one in tables if not source.is_derived(one)])
        for table in tables:
            for columns in target.trees(table):
                source.check_short(table, columns)
        rows = tuple((one.name, source.count(one)) for one in tables)
        count = _Count(told, 2 * sum(number for _, number in rows))
        _copy_all(source, target, tables, count, batch)
        for table in tables:
            _compare(source, target, table, count, batch)
            target.advance(table, source.last_id(table))
        moved_at = micros(at)
        target.note(moved_at)
        source.close_for_good(moved_at)
        target.finish(moved_at)
        return Moved(file=file, target=name, at=moment(moved_at), rows=rows)


def moved_before(file: Path, url: str) -> Moved | None:
    """When *file* was moved to the database at *url*, if it was, whoever works there by now; None: it was not.

    Raises:
        StoreTrouble: one of them cannot be looked at.
    """
    closed = closed_at(file)
    if closed is None or arrived_at(url) != closed:
        return None
    return Moved(file=file, target=Place(url).name, at=moment(closed))


def _copy_all(source: Source, target: Target, tables: Sequence[Table], count: _Count, batch: int) -> None:
    """Let the target hold all rows, wherever a former attempt has left it."""
    try:
        for table in tables:
            _copy(source, target, table, count, batch)
    except _Stale:  # a bot has worked with the file since then
        target.clear(tables)
        count.anew()
        for table in tables:
            _copy(source, target, table, count, batch)


def _copy(source: Source, target: Target, table: Table, count: _Count, batch: int) -> None:
    """Go over what is there already, and add the rest. Raises _Stale if it is something else."""
    parts = _parts(source, target, table, batch)
    key: Row | None = None
    for there in parts:
        found = target.after(table, key, len(there))
        if found == there:
            count.more(len(there))
            key = table.key_of(there[-1])
            continue
        if found:
            raise _Stale
        _add(target, table, itertools.chain([there], parts), count)
        return
    if target.after(table, key, 1):
        raise _Stale


def _add(target: Target, table: Table, parts: Iterator[list[Row]], count: _Count) -> None:
    if table.refers_to_itself:  # PostgreSQL looks whether all are there at the end of each statement
        target.add(table, _counted(parts, count))
        return
    for some in parts:
        target.add(table, some)
        count.more(len(some))


def _counted(parts: Iterator[list[Row]], count: _Count) -> Iterator[Row]:
    for some in parts:
        yield from some
        count.more(len(some))


def _compare(source: Source, target: Target, table: Table, count: _Count, batch: int) -> None:
    """Make sure that the target holds the rows of the source and no others. Raises StoreTrouble, naming the first."""
    key: Row | None = None
    for there in _parts(source, target, table, batch):
        found = target.after(table, key, len(there))
        if found != there:
            raise _different(table, there, found)
        key = table.key_of(there[-1])
        count.more(len(there))
    if found := target.after(table, key, 1):
        raise _different(table, [], found)


def _different(table: Table, here: Sequence[Row], there: Sequence[Row]) -> StoreTrouble:
    """What is said of the first row in which the file, *here*, and the database, *there*, differ."""
    ours = {table.key_of(row): row for row in here}
    theirs = {table.key_of(row): row for row in there}
    key = min(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    if key not in theirs:
        what = "is missing"
    elif key not in ours:
        what = "is not in the file"
    else:
        apart = zip(table.kinds, ours[key], theirs[key], strict=True)
        what = f"is not as in the file: {', '.join(name for name, one, other in apart if one != other)}"
    return StoreTrouble(
        f"the row {', '.join(map(str, key))} of {table.name} in the database {what}. Nothing is lost: the file is as "
        "it was, and in use. Look who else writes to that database, and call `daybrief migrate` again",
        kind="different",
    )


def _parts(source: Source, target: Target, table: Table, batch: int) -> Iterator[list[Row]]:
    """The rows of the source as the target gives them back, some at a time."""
    for some in batches(source.rows(table), batch):
        if "tsvector" in table.kinds.values():  # each is a number and a text of words
            words = target.as_stored([words for _, words in some])
            yield list(zip((number for number, _ in some), words, strict=True))
        else:
            yield some
