"""Rows that are moved, some at a time: bounded by their number, and by what they hold."""

from storage.moving.tables import batches


def test_batches_hold_all_rows_in_order_and_no_more_than_fits_at_once() -> None:
    rows = [(number, "x" * number, b"y", None) for number in range(1, 8)]

    assert list(batches(rows, 3)) == [rows[:3], rows[3:6], rows[6:]]
    assert list(batches(rows, 3, 9)) == [rows[:3], rows[3:4], rows[4:5], rows[5:6], rows[6:]]
    assert list(batches([], 3)) == []


def test_a_row_that_holds_more_than_fits_is_alone() -> None:
    assert list(batches([(1,), (2, "x" * 20), (3,)], 3, 9)) == [[(1,)], [(2, "x" * 20)], [(3,)]]
