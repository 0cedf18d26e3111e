"""All that is ever shown, with a text in every field that holds one: a hostile one, or a word to know the field again.

The fields are found by looking into the values themselves, so that one that is added tomorrow is filled as well.
"""

import dataclasses
import re
import zlib
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from bot.model import (
    Answer,
    Change,
    Channel,
    Coverage,
    Delivery,
    Edition,
    Inference,
    Notice,
    Passage,
    SectionName,
    Stage,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
)
from bot.retold import Former
from tests.morning import NOW, PRICE, QUOTED
from tests.slack_looks import CHANGES, DAY, ORDER, PAUSED, UNCERTAIN

_OURS = frozenset(
    {
        "ref",
        "url",
        "id",
        "key",
        "platform",
        "workspace",
        "timezone",
        "feed",
        "owner",
        "action",
        "event",
        "subject",
        "cause",
    }
)
"""Fields whose text nobody outside writes, or whose form is checked before it is kept: addresses have a promise of
their own, and channels are known by the platform's ids."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Values:
    """All that is ever shown, in one."""

    edition: Edition
    amended: Edition
    story: Story
    gone: Story
    found: Answer
    nothing: Answer
    order: Subscription
    paused: Subscription
    delivery: Delivery
    change: Change
    notice: Notice
    verdict: Verdict
    former: Former
    said: str = "said"


def plain_values() -> Values:
    """One of each with something in every field."""
    first = replace(
        DAY.stories[0],
        disputes=(PRICE,),
        is_update=True,
        news="now 3 publishers",
        sections=tuple(SectionName),
    )
    coverage = Coverage(sources=1, articles=9, newest_at=NOW, failed=("A feed", "Another"))
    edition = replace(DAY, stories=(first, replace(first, number=2, ref="B2CD")), coverage=coverage)
    changed = (replace(first, status=StoryStatus.CORRECTED, status_reason="it was wrong", status_at=NOW),)
    inferred = Inference(text="Two more open.", horizon="Q3 2027", confidence="medium", basis="earlier moves")
    passage = Passage(text="Others will look into it.", items=(inferred,), analyst="acme:large")
    story = replace(
        QUOTED,
        status=StoryStatus.CORRECTED,
        status_reason="it was wrong",
        status_at=NOW,
        articles=tuple(replace(one, extract="It says more.", topics=("labs",)) for one in QUOTED.articles),
        sections=replace(QUOTED.sections, what_happens_next=passage, second_order_effects=passage),
    )
    channel = Channel(platform="slack", workspace="T1", id="C1", name="news")
    return Values(
        edition=edition,
        amended=replace(edition, stories=(*changed, *edition.stories[1:])),
        story=story,
        gone=replace(story, ref="N5PX", status=StoryStatus.WITHDRAWN),
        found=Answer(asked="norvik", story=story, others=(story,), trouble="it went wrong"),
        nothing=Answer(asked="norvik", nearest=(story,), because="the latest edition has 2 stories"),
        order=replace(ORDER, topics=("labs",)),
        paused=PAUSED,
        delivery=UNCERTAIN,
        change=replace(CHANGES[0], detail="08:00"),
        notice=Notice(channel=channel, sentence="It was refused.", lines=("A feed: it failed.",), resend=7),
        verdict=Verdict(ref="D2PD", stage=Stage.DROPPED, detail="close"),
        former=Former(until=NOW, cause="it was corrected", parts=(("Title", "Norvik opens a lab"),)),
    )


def filled(value: Value, text: str) -> Value:
    """*value* with *text* in each of its fields that holds some."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        changed = {name: filled(held, text) for name, held in fields.items() if name not in _OURS}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(filled(one, text) for one in value)  # type: ignore[return-value]  # the same kind of tuple
    if isinstance(value, str) and not isinstance(value, Enum):
        return (text or "-") if value else value  # type: ignore[return-value]  # a text for a text
    return value


def marked(value: Value, name: str = "") -> Value:
    """*value* with a word in each field that :func:`filled` fills, by which :func:`mark` knows it again."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return replace(
            value, **{key: marked(held, f"{kind}.{key}") for key, held in fields.items() if key not in _OURS}
        )
    if isinstance(value, tuple):
        return tuple(marked(one, name) for one in value)  # type: ignore[return-value]  # the same kind of tuple
    if isinstance(value, str) and not isinstance(value, Enum):
        return mark(name) if value else value  # type: ignore[return-value]  # a text for a text
    return value


def mark(name: str) -> str:
    """The word for the field *name*."""
    return f"Q{zlib.crc32(name.encode()):010}Z"


def fields_of(value: object, name: str = "") -> set[str]:
    """The names of the fields of *value* that :func:`filled` fills."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        inner = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value) if one.name not in _OURS)
        return set().union(*(fields_of(held, f"{kind}.{called}") for called, held in inner))
    if isinstance(value, tuple):
        return set().union(*(fields_of(one, name) for one in value))
    return {name} if isinstance(value, str) and not isinstance(value, Enum) and value else set()


def unfilled(value: object) -> set[str]:
    """The names of the fields, of all kinds of values within *value*, that could hold a text and hold none anywhere."""
    could: set[str] = set()

    def look(one: object) -> None:
        if dataclasses.is_dataclass(one) and not isinstance(one, type):
            for field in dataclasses.fields(one):
                if field.name not in _OURS and re.search(r"\bstr\b", str(field.type)):
                    could.add(f"{type(one).__name__}.{field.name}")
                look(getattr(one, field.name))
        elif isinstance(one, tuple):
            for inner in one:
                look(inner)

    look(value)
    return could - fields_of(value)
