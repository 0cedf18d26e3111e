"""SQL as the rooms of the store have it, in PostgreSQL's spelling. Pure.

The rooms write what SQLite understands. PostgreSQL understands it too, but for these few things.
"""

import re
from functools import lru_cache

_TOKEN = re.compile(
    r"""
    (?P<literal>'(?:[^']|'')*')     # nothing in it is ours
  | (?P<remark>--[^\n]*)
  | (?P<percent>%)
  | :(?P<name>[a-z]\w*)
  | (?P<mark>\?)
    """,
    re.VERBOSE,
)
_MARK = r"(%s|%\(\w+\)s)"
_LISTED = rf"\(SELECT value FROM json_each\({_MARK}\)\)"  # noqa: S608 - it is a pattern
_RULES = (
    # A list is one parameter: SQLite takes it as JSON, PostgreSQL as an array, of which it knows the size and the type.
    (re.compile(rf"\bNOT IN {_LISTED}"), r"<> ALL (\1)"),
    (re.compile(rf"\bIN {_LISTED}"), r"= ANY (\1)"),
    # Where it is read like a table, its strings compare like those of columns; WITH RECURSIVE takes no two orders.
    (re.compile(rf"\bjson_each\({_MARK}\)"), r'unnest(CAST(\1 AS text[]) COLLATE "C") AS listed (value)'),
    # What is left are lists inside of JSON.
    (re.compile(r"\bjson_each\("), "json_array_elements("),
    (re.compile(r"\bjson_group_array\("), "json_agg("),
    (re.compile(r"\bjson_group_object\("), "json_object_agg("),
    (re.compile(r"\binstr\("), "strpos("),
    # For SQLite it fixes the order of the loops; PostgreSQL has statistics, and takes no ON behind CROSS.
    (re.compile(r"\bCROSS JOIN\b"), "JOIN"),
)


@lru_cache(maxsize=512)  # there are some two hundred statements, each of them one constant
def spelled(sql: str) -> str:
    """*sql* for psycopg, which wants its marks as ``%(name)s`` and ``%s``, and every other ``%`` twice."""
    marked = _TOKEN.sub(_in_marks, sql)
    for pattern, replacement in _RULES:
        marked = pattern.sub(replacement, marked)
    return marked


def _in_marks(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "name":
            return f"%({found['name']})s"
        case "mark":
            return "%s"
        case "remark":
            return ""
        case _:
            return found[0].replace("%", "%%")
