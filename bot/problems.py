"""What pydantic finds wrong, and what was probably meant, as sentences for people. Pure.

A configuration may hold a secret by mistake, so no sentence repeats a value that could be one.
"""

import re
import typing
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from types import UnionType

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from bot.errors import Problem
from bot.redact import TOKENS
from bot.text import clean

MAX_SHOWN = 40
"""Characters of a wrong value that a sentence repeats; a longer one is not a typing error anyway."""
_NEAR = 65
"""Likeness, 0–100, from which a word is taken for a misspelling of another."""
_WHOLE = re.compile(
    r"""xox[a-z]- | xapp-                # the beginning of a token of Slack's
      | ^[\w-]{20,}\.[\w-]{5,8}\.[\w-]{20,}$  # a Discord bot's token
      | ^[0-9a-f]{32,}$                  # Slack's signing secret
      | \bBearer\s
      | hooks\.slack\.com/
    """,
    re.VERBOSE,
)
"""Texts that can hardly be anything but a secret where a value of a configuration is expected."""
_KINDS: tuple[tuple[type | UnionType, str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    (int | float, "a number"),
    (list | tuple, "a list"),
    (dict, "a table"),
    (datetime | date | time, "a date or time"),
    (type(None), "null"),
)
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
}


def looks_secret(text: str) -> bool:
    """Whether *text* holds something of the shape of a token, a key or a webhook address."""
    return bool(TOKENS.search(text) or _WHOLE.search(text))


def shown(value: str) -> str:
    """*value* in quotation marks, or ``this`` where it is long or could be a secret."""
    tidy = clean(value)
    return f'"{tidy}"' if len(tidy) <= MAX_SHOWN and not looks_secret(tidy) and "@" not in tidy else "this"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that names the nearest of *known*; empty where none is near."""
    by_simple_form = {name.casefold(): name for name in known}
    found = process.extractOne(word.casefold(), list(by_simple_form), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return f'; did you mean "{by_simple_form[found[0]]}"?' if found else ""


def choose(word: str, known: Iterable[str], what: str) -> str:
    """*word*, if it is one of *known*.

    Raises:
        ValueError: with a sentence that lists what is known, and the nearest.
    """
    names = tuple(known)
    if word in names:
        return word
    raise ValueError(f"no {what} is called {shown(word)}; known: {', '.join(names)}{did_you_mean(word, names)}")


def problems(error: ValidationError, model: type[BaseModel], path: str = "") -> tuple[Problem, ...]:
    """Everything that *error* found in a value of *model* that stands at *path*, in order."""
    return tuple(_problem(one, model, path) for one in error.errors(include_url=False))


def dotted(path: str, location: Iterable[str | int]) -> str:
    """*path* followed by *location*: ``channels[1].timezone``."""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            # A key is no secret, unless somebody pasted one in front of the equals sign.
            key = clean(part) if len(part) <= MAX_SHOWN and not looks_secret(part) else "…"
            path += f".{key}" if path else key
    return path


def kind(value: object) -> str:
    """What sort of thing *value* is, in words."""
    return next((words for types, words in _KINDS if isinstance(value, types)), "something else")


def _problem(found: typing.Any, model: type[BaseModel], path: str) -> Problem:  # noqa: ANN401  # pydantic's own TypedDict
    location: tuple[str | int, ...] = found["loc"]
    code: str = found["type"]
    if code == "missing":
        sentence = "is required"
    elif code == "extra_forbidden":
        word = str(location[-1])
        sentence = f"unknown key{did_you_mean(word, _keys_at(model, location[:-1]))}"
    elif code in _EXPECTED:
        sentence = f"expected {_EXPECTED[code]}, found {kind(found['input'])}"
    elif code == "value_error":
        sentence = str(found["ctx"]["error"])
    else:
        sentence = found["msg"].replace("Input should be", "must be")
    return Problem(dotted(path, location), sentence)


def _keys_at(model: type[BaseModel], location: Iterable[str | int]) -> tuple[str, ...]:
    """The keys of the table that lies at *location* inside *model*."""
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return tuple(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that *annotation* mentions: ``tuple[Point, ...] | None`` mentions ``Point``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)
