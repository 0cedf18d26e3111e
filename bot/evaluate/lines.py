"""Labelled data as JSON Lines, every mistake named with its line; ``docs/evaluating.md`` has the forms."""

import json
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.errors import WrongUsage
from bot.identity import domain_of
from bot.text import clean, clean_prose, cut
from bot.wording import counted

SHOWN = 20
"""Problems of a file that are named before the rest are counted."""
MAX_TITLE = 500
"""Characters that are taken of a title, as of a feed's; also of names and addresses of publishers."""
MAX_TEXT = 20_000
"""Characters that are taken of a text, a deck, a claim and a cited sentence."""
MAX_LINE = 1_000_000
"""Bytes of a line; what is longer was written by mistake."""
_MAX_ADDRESS = 2000
_LATEST = 10_000_000_000
"""Seconds since 1970 from which a time is taken for milliseconds: the year 2286."""
_ENCODING_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """An article, and the story to which people say that it belongs."""

    title: str
    text: str
    publisher: str
    domain: str
    """Lower case, without ``www.``."""
    link: str
    at: datetime | None
    """None: nobody knows when."""
    story: str
    """The label; empty only where the article stands for itself (key points)."""
    reference: str = ""
    """What an editor wrote of it: for key points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledStory:
    """A story of a day, and whether people picked it."""

    day: str
    story: str
    titles: tuple[str, ...]
    domains: tuple[str, ...]
    """Lower case, without ``www.``."""
    at: datetime | None
    is_picked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClaim:
    """A claim, the sentences that it cites, and whether they say so."""

    claim: str
    cited: tuple[str, ...]
    article: str
    """The whole text that the sentences are from; may be empty."""
    is_true: bool
    kind: str
    """What was done to it, as a heading for the figures: ``number``, ``negation``; ``true`` or ``false`` if unsaid."""


Labelled = TypeVar("Labelled")


def read_articles(lines: Iterable[bytes], origin: str) -> tuple[LabelledArticle, ...]:
    """The articles of *lines*, each with its story. Raises as all of them: WrongUsage, for a file with mistakes."""
    return _read(lines, origin, lambda fields: _article(fields, needs_story=True))


def read_references(lines: Iterable[bytes], origin: str) -> tuple[LabelledArticle, ...]:
    """The articles of *lines*, of which each story has an editor's sentences with at least one; see above."""
    found = _read(lines, origin, lambda fields: _article(fields, needs_story=False))
    if not any(one.reference for one in found):
        raise WrongUsage(f'{origin}: no line has a "deck" or a "reference" that key points could be held against')
    return found


def read_stories(lines: Iterable[bytes], origin: str) -> tuple[LabelledStory, ...]:
    """The stories of *lines*, of which at least one was picked; see above."""
    found = _read(lines, origin, _story)
    if not any(one.is_picked for one in found):
        raise WrongUsage(f"{origin}: nothing was picked on any day, so no order can be right or wrong")
    return found


def read_claims(lines: Iterable[bytes], origin: str) -> tuple[LabelledClaim, ...]:
    """The claims of *lines*; see above."""
    return _read(lines, origin, _claim)


def shuffled(values: Sequence[Labelled], seed: int) -> list[Labelled]:
    """*values* in an order that *seed* decides and their order does not, so that no figure hangs on it."""
    mixed = sorted(values, key=repr)
    random.Random(seed).shuffle(mixed)  # noqa: S311  # an order, no secret
    return mixed


def _article(fields: "_Fields", *, needs_story: bool) -> LabelledArticle:
    link = fields.text("link", _MAX_ADDRESS)
    return LabelledArticle(
        title=fields.text("title", is_needed=True),
        text=fields.prose("text"),
        publisher=fields.text("publisher"),
        domain=_domain(fields.text("domain")) or domain_of(link),
        link=link,
        at=fields.time("ts"),
        story=fields.label("story", is_needed=needs_story),
        reference=fields.prose("deck") or fields.prose("reference"),
    )


def _story(fields: "_Fields") -> LabelledStory:
    return LabelledStory(
        day=fields.label("day"),
        story=fields.label("story"),
        titles=fields.texts("titles", MAX_TITLE, is_needed=True),
        domains=tuple(filter(None, map(_domain, fields.texts("domains", MAX_TITLE)))),
        at=fields.time("ts"),
        is_picked=fields.flag("picked"),
    )


def _claim(fields: "_Fields") -> LabelledClaim:
    is_true = fields.flag("ok")
    return LabelledClaim(
        claim=fields.text("claim", MAX_TEXT, is_needed=True),
        cited=fields.texts("cited", MAX_TEXT),
        article=fields.prose("article"),
        is_true=is_true,
        kind=fields.text("kind") or ("true" if is_true else "false"),
    )


def _domain(text: str) -> str:
    return text.casefold().removeprefix("www.")


# -------------------------------------------------------------------------------------------- lines, and mistakes


def _read(lines: Iterable[bytes], origin: str, build: Callable[["_Fields"], Labelled]) -> tuple[Labelled, ...]:
    found: list[Labelled] = []
    problems: list[str] = []
    count = 0
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(_ENCODING_MARK) if number == 1 else line
        if not text.strip():
            continue
        try:
            fields = _Fields(_parsed(text))
            one = build(fields)
            mistakes = fields.mistakes
        except _NoObjectError as error:
            mistakes = [str(error)]
        else:
            found.append(one)
        count += len(mistakes)
        problems += [f"  line {number}: {mistake}" for mistake in mistakes[: SHOWN - len(problems)]]
    if problems:
        more = [f"  and {count - len(problems):,} more"] if count > len(problems) else []
        raise WrongUsage("\n".join([f"{origin} has {counted(count, 'problem')}:", *problems, *more]))
    if not found:
        raise WrongUsage(f"{origin} is empty; docs/evaluating.md shows what a line looks like")
    return tuple(found)


class _NoObjectError(Exception):
    """A line that is no JSON object; ``str()`` says why."""


def _parsed(line: bytes) -> Mapping[str, object]:
    if len(line) > MAX_LINE:
        raise _NoObjectError(f"longer than {MAX_LINE:,} bytes")
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _NoObjectError(f"not UTF-8 text (byte {error.start + 1} of the line)") from error
    except json.JSONDecodeError as error:
        raise _NoObjectError(f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:  # a number of ten thousand digits, a list in a list in a list …
        raise _NoObjectError("not JSON that can be read: nested too deeply, or a number too long") from error
    if not isinstance(value, dict):
        raise _NoObjectError("expected one JSON object, such as {…}, on each line")
    return value


class _Fields:
    """The values of one line, taken out by name, and what is wrong with them. Texts are made harmless and cut, as those
    of feeds are.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.mistakes: list[str] = []

    def text(self, name: str, limit: int = MAX_TITLE, *, is_needed: bool = False) -> str:
        """On one line, at most *limit* characters."""
        return cut(clean(self._raw(name, is_needed=is_needed)), limit)

    def prose(self, name: str) -> str:
        """In paragraphs, at most :data:`MAX_TEXT` characters."""
        return cut(clean_prose(self._raw(name)), MAX_TEXT)

    def label(self, name: str, *, is_needed: bool = True) -> str:
        """A text or a number, as a text; what tells stories apart is its business alone."""
        value = self._values.get(name)
        label = clean(str(value)) if _is_number(value) or isinstance(value, str) else ""
        if not label and (is_needed or (value is not None and value != "")):
            self._wrong(name, "a text or a number that is not empty")
        return label

    def texts(self, name: str, limit: int, *, is_needed: bool = False) -> tuple[str, ...]:
        """Each on one line, at most *limit* characters."""
        value = self._values.get(name)
        if value is None and not is_needed:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or (is_needed and not value):
            self._wrong(name, "a list of texts, with one at least" if is_needed else "a list of texts")
            return ()
        return tuple(cut(clean(one), limit) for one in value)

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if not isinstance(value, bool | int | float) or value not in {0, 1}:
            self._wrong(name, "true or false, or 1 or 0")
        return bool(value)

    def time(self, name: str) -> datetime | None:
        """Seconds since 1970; None where nothing, or 0, is said."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            seconds = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            seconds = math.nan
        if not abs(seconds) < _LATEST:
            looks = "; this looks like milliseconds" if _LATEST <= seconds < _LATEST * 1000 else ""
            self._wrong(name, f"seconds since 1970, such as 1772438400, or null{looks}")
            return None
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def _raw(self, name: str, *, is_needed: bool = False) -> str:
        value = self._values.get(name)
        if isinstance(value, str):
            return value
        if value is not None or is_needed:
            self._wrong(name, "a text")
        return ""

    def _wrong(self, name: str, wanted: str) -> None:
        said = "is missing" if name not in self._values else f"is {_shown(self._values[name])}"
        self.mistakes.append(f'"{name}" {said}; expected {wanted}')


def _is_number(value: object) -> bool:
    """Not true or false, which are numbers to Python, nor NaN or Infinity, which are in no JSON but in Python's."""
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    kinds = {type(None): "null", list: "a list", dict: "an object", bool: str(value).lower()}
    if type(value) in kinds:
        return kinds[type(value)]
    text = clean(repr(value) if not isinstance(value, str) else f'"{value}"')
    return text if len(text) <= len('"2026-03-02T08:00:00+00:00"') else "something else"
