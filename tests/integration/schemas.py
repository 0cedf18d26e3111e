"""Tables of both engines as they are, for comparing: columns that may be empty or not, keys, references, indexes."""

import sqlite3
from typing import Any

import psycopg

_LEFT_OUT = ("story_text", "story_title", "sqlite", "_sqlite", "daybrief_migration")
"""Beginnings of the names of what each engine has by itself."""
Table = tuple[dict[str, bool], set[tuple[str, ...]], set[tuple[str, str, str]], set[str]]


def in_sqlite(file: sqlite3.Connection) -> dict[str, Table]:
    """By name."""
    names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: _table_in_sqlite(file, name) for name in names if not name.startswith(_LEFT_OUT)}


def in_postgres(server: "psycopg.Connection[Any]") -> dict[str, Table]:
    """By name."""
    found = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name: _table_in_postgres(server, name) for (name,) in found if not name.startswith(_LEFT_OUT)}


def _table_in_sqlite(file: sqlite3.Connection, table: str) -> Table:
    columns = list(file.execute(f"PRAGMA table_info({table})"))
    indexes = list(file.execute(f"PRAGMA index_list({table})"))
    primary = tuple(one[1] for one in sorted(columns, key=lambda one: int(one[5])) if one[5])
    unique = [file.execute(f"PRAGMA index_info({one[1]})").fetchall() for one in indexes if one[2]]
    return (
        {one[1]: bool(one[3] or one[5]) for one in columns},
        {primary, *(tuple(part[2] for part in parts) for parts in unique)},
        {(one[3], one[2], one[6]) for one in file.execute(f"PRAGMA foreign_key_list({table})")},
        {one[1] for one in indexes if not one[1].startswith("sqlite_")},
    )


def _table_in_postgres(server: "psycopg.Connection[Any]", table: str) -> Table:
    columns = server.execute(_COLUMNS, [table]).fetchall()
    indexes = server.execute(_INDEXES, [table]).fetchall()
    deletes = {"c": "CASCADE", "n": "SET NULL", "a": "NO ACTION"}
    return (
        dict(columns),
        {tuple(parts) for _, is_unique, parts, _ in indexes if is_unique},
        {(column, other, deletes[how]) for column, other, how in server.execute(_REFERENCES, [table])},
        {name for name, _, _, is_ours in indexes if is_ours},
    )


_COLUMNS = "SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"

_INDEXES = """
    SELECT relname, indisunique, ARRAY(
            SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS part (number, place)
            JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place), conname IS NULL
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
    WHERE indrelid = %s::regclass
"""

_REFERENCES = """
    SELECT attname, confrelid::regclass::text, confdeltype FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND conrelid = %s::regclass
"""
