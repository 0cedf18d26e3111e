"""Reads TOML, or says what is wrong with it as a sentence that repeats nothing but keys. Pure."""

import ast
import re
import tomllib
from collections.abc import Mapping

from bot.errors import Problem
from bot.problems import dotted

_PLACE = re.compile(r"(.+) \(at (.+)\)", re.DOTALL)
_KEY = re.compile(r"\('.*\)|\(\".*\)", re.DOTALL)
"""A key of several parts, as the repr of a tuple; of all that the file holds, tomllib's words repeat these alone, the
one key of "Duplicate inline table key", and one character of "Illegal" or "invalid character"."""
_INLINE_KEY = re.compile(r"(Duplicate inline table key )(.*)", re.DOTALL)
_TWICE = "keep one of the two; a list of tables has double brackets each time, as in [[channels]]"
_STEPS: Mapping[str, str] = {
    "Cannot declare": _TWICE,
    "Cannot overwrite": f"it is there twice; {_TWICE}",
    "Duplicate inline": "keep one of the two",
    "Invalid value": 'text stands in quotation marks, as in "Europe/Berlin"',
    "Unescaped": r"write \\ for each \, or put the text in single quotation marks",
    r"Illegal character '\n'": "a quotation mark is missing at the end of the text",
    "Unterminated": "a quotation mark is missing at the end of a text",
    "Unclosed array": "a ] is missing",
}
"""What to do, by how tomllib's words begin."""
_STEP = "mend it there"


def parsed(text: str) -> dict[str, object] | Problem:
    """The tables in *text*, or why there are none, with line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _told(str(error))
    except ValueError:
        return Problem("the file", "holds a number of too many digits")
    except RecursionError:
        return Problem("the file", "is nested too deeply")


def _told(words: str) -> Problem:
    """What tomllib says in *words*, with keys as they are written elsewhere, and the next step."""
    found = _PLACE.fullmatch(words)
    reason, place = found.groups() if found else (words, "the file")
    step = next((step for begin, step in _STEPS.items() if reason.startswith(begin)), _STEP)
    said = _INLINE_KEY.sub(lambda key: key[1] + _key(key[2]), _KEY.sub(lambda key: _key(key[0]), reason))
    return Problem(place, f"is not valid TOML: {said}; {step}")


def _key(literal: str) -> str:
    """The key that *literal* is the repr of, without what looks like a secret."""
    try:
        key = ast.literal_eval(literal)
    except (ValueError, SyntaxError):  # another version has other words
        return "…"
    return dotted("", [key] if isinstance(key, str) else key)
