from contextlib import closing
from pathlib import Path

from storage.sqlite import schema
from storage.sqlite.connection import connect
from storage.sqlite.copies import set_aside
from storage.sqlite.upgrade import prepare
from tests.promises.migrations import measure
from tests.promises.table import Extent


def careless(path: Path) -> None:
    """Migrates one step at a time, each in a transaction of its own."""
    with closing(connect(path)) as db:
        schema.migrations.apply(db)


def forgetful(path: Path) -> None:
    prepare(path)
    with closing(connect(path)) as db:
        db.execute("DELETE FROM article WHERE id = 1")


def rash(path: Path) -> None:
    prepare(path)
    for copy in set_aside(path):
        copy.unlink()


def test_an_upgrade_that_is_killed_leaves_the_old_database_or_the_new_one_and_every_row() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured
    assert " 0 kills" not in measured.figures


def test_an_upgrade_step_by_step_would_be_seen_to_stop_half_way() -> None:
    assert any("neither old nor new" in one for one in measure(Extent.SMALL, careless).broken)


def test_a_lost_row_would_be_seen() -> None:
    assert any("rows of article are lost" in one for one in measure(Extent.SMALL, forgetful).broken)


def test_an_upgrade_without_a_copy_of_what_was_before_would_be_seen() -> None:
    assert any("there is no copy" in one for one in measure(Extent.SMALL, rash).broken)
