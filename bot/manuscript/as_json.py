"""Stories as JSON: what ``--json`` prints is what ``import`` takes. Pure."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, NoReturn, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.manuscript import fields
from bot.manuscript.values import (
    MAX_ARTICLES,
    MAX_ITEMS,
    MAX_KEY_POINTS,
    MAX_TOPICS,
    Manuscript,
    ManuscriptArticle,
    unreadable,
)
from bot.model import Inference, KeyPoint, Passage, Sections
from bot.problems import kind, problems
from bot.text import clean

MAX_PROBLEMS = 20
"""How many mistakes one error names."""


def is_lines(text: str) -> bool:
    """Whether *text* is JSON Lines: several lines, and the first is a whole value."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004  # one line is the same in both forms
        return False
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return False
    return True


def read(text: str, *, name: str) -> tuple[Manuscript, ...]:
    """The stories in one JSON value: a story, or a list of stories.

    Raises:
        Unreadable: with every mistake and its path.
    """
    value = _value(text, name, 1)
    if not isinstance(value, list):
        return (_manuscript(value, name, None, "the story"),)
    if not value:
        raise unreadable(name, None, "the list holds no story")
    return tuple(_manuscript(one, name, None, f"story {number}") for number, one in enumerate(value, 1))


def read_lines(text: str, *, name: str) -> tuple[Manuscript, ...]:
    """The stories in JSON Lines, one a line; empty lines are skipped.

    Raises:
        Unreadable: with the line, every mistake in it and its path.
    """
    # Not splitlines(): a JSON text may hold the other line ends that Unicode knows.
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return tuple(_manuscript(_value(line, name, number), name, number, "the story") for number, line in lines)


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


def _text_alone(value: object) -> object:
    """A text where an object with a text is expected means that object."""
    return {"text": value} if isinstance(value, str) else value


def _absent(value: object) -> object:
    return "" if value is None else value


def _moment(value: object) -> object:
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected a time as text, found {kind(value)}")  # noqa: TRY004  # pydantic wants ValueErrors
    return fields.moment(value)


_Line = Annotated[str, AfterValidator(fields.line)]
_MaybeLine = Annotated[str, BeforeValidator(_absent), AfterValidator(fields.line)]
_SomeLine = Annotated[str, AfterValidator(fields.some_line)]
_Prose = Annotated[str, AfterValidator(fields.prose)]
_Address = Annotated[str, AfterValidator(fields.address)]
_MaybeAddress = Annotated[
    str, BeforeValidator(_absent), AfterValidator(lambda url: fields.address(url) if url else url)
]


class _Point(_Form):
    text: _SomeLine
    sources: Annotated[tuple[_Address, ...], Field(strict=False, max_length=MAX_ARTICLES)] = ()
    quote: _MaybeLine = ""


class _Item(_Form):
    text: _SomeLine
    horizon: _MaybeLine = ""
    confidence: _MaybeLine = ""
    basis: _MaybeLine = ""


class _Plain(_Form):
    text: _Prose
    analyst: object = None


class _Forward(_Form):
    text: Annotated[str, AfterValidator(lambda text: fields.prose(text) if text else text)] = ""
    items: Annotated[
        tuple[Annotated[_Item, BeforeValidator(_text_alone)], ...], Field(strict=False, max_length=MAX_ITEMS)
    ] = ()
    analyst: object = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.items:
            raise ValueError("is empty; expected a text, or null where the section was not written")
        return self


_MaybePlain = Annotated[_Plain | None, BeforeValidator(_text_alone)]
_MaybeForward = Annotated[_Forward | None, BeforeValidator(_text_alone)]


class _Sections(_Form):
    key_points: Annotated[
        tuple[Annotated[_Point, BeforeValidator(_text_alone)], ...], Field(strict=False, max_length=MAX_KEY_POINTS)
    ] = ()
    what_changed: _MaybePlain = None
    strategic_implications: _MaybePlain = None
    what_happens_next: _MaybeForward = None
    second_order_effects: _MaybeForward = None


class _Article(_Form):
    title: _MaybeLine = ""
    url: _MaybeAddress = ""
    source: _MaybeLine = ""
    published: Annotated[datetime | None, BeforeValidator(_moment)] = None

    @model_validator(mode="after")
    def _can_be_named(self) -> Self:
        if not self.title and not self.url:
            raise ValueError("is empty; expected a title, an address, or both")
        return self


class _Story(_Form):
    """A story as :func:`dump_story` makes it."""

    title: Annotated[str, AfterValidator(fields.title)]
    takeaway: _MaybeLine = ""
    sections: _Sections = Field(default_factory=_Sections)
    articles: Annotated[tuple[_Article, ...], Field(strict=False, max_length=MAX_ARTICLES)] = ()
    topics: Annotated[
        tuple[Annotated[str, AfterValidator(fields.topic)], ...], Field(strict=False, max_length=MAX_TOPICS)
    ] = ()
    ref: Annotated[str, BeforeValidator(_absent), AfterValidator(fields.ref)] = ""
    workspaces: Annotated[
        tuple[Annotated[str, AfterValidator(fields.workspace)], ...], Field(strict=False, max_length=MAX_TOPICS)
    ] = ()
    # What our own output also says, and an import decides anew.
    analyst: object = None
    first_seen: object = None
    status: object = None
    disputes: object = None
    new: object = None


def _value(text: str, name: str, first_line: int) -> object:
    """The JSON value that *text* is."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        wrong = f"column {error.colno} is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise unreadable(name, line, wrong) from None
    except RecursionError:
        raise unreadable(name, first_line, "not a story: the JSON is nested too deeply") from None
    except ValueError as error:
        wrong = str(error) if isinstance(error, _Refused) else "not a story: a number has too many digits"
        raise unreadable(name, first_line, wrong) from None


class _Refused(ValueError):
    """JSON that Python would take and we do not."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f'an object has the key "{clean(twice)[:40]}" twice; which one is meant?')
    return table


def _constant(word: str) -> NoReturn:
    raise _Refused(f"{word} is not valid JSON; expected a number, a text or null")


def _manuscript(value: object, name: str, line: int | None, which: str) -> Manuscript:
    if not isinstance(value, dict):
        raise unreadable(
            name, line, f"{which}: expected an object, found {kind(value)}; docs/importing.md has the form"
        )
    try:
        form = _Story.model_validate(value)
    except ValidationError as error:
        found = problems(error, _Story)
        told = "\n".join(f"  {one.path}: {one.sentence}" for one in found[:MAX_PROBLEMS])
        rest = f"\n  and {len(found) - MAX_PROBLEMS} more" if len(found) > MAX_PROBLEMS else ""
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise unreadable(name, line, f"{which} has {count}:\n{told}{rest}") from None
    return Manuscript(
        title=form.title,
        takeaway=form.takeaway,
        sections=_sections(form.sections),
        articles=tuple(_article(one) for one in form.articles),
        topics=_once(form.topics),
        ref=form.ref,
        workspaces=_once(form.workspaces),
    )


def _sections(form: _Sections) -> Sections:
    return Sections(
        key_points=tuple(
            KeyPoint(text=point.text, sources=point.sources, quote=point.quote) for point in form.key_points
        ),
        what_changed=_passage(form.what_changed),
        strategic_implications=_passage(form.strategic_implications),
        what_happens_next=_passage(form.what_happens_next),
        second_order_effects=_passage(form.second_order_effects),
    )


def _passage(form: _Plain | _Forward | None) -> Passage | None:
    if form is None:
        return None
    items = form.items if isinstance(form, _Forward) else ()
    return Passage(
        text=form.text,
        items=tuple(
            Inference(text=item.text, horizon=item.horizon, confidence=item.confidence, basis=item.basis)
            for item in items
        ),
    )


def _article(form: _Article) -> ManuscriptArticle:
    return fields.article(form.title, form.url, form.source, form.published)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
