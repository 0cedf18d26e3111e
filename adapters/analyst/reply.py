"""The forms in which models answer: closed, and without lengths, at which those that decode by a schema cut words."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Horizon = Literal["days", "weeks", "months", "years"]
Confidence = Literal["low", "medium", "high"]


class Form(BaseModel):
    """An object with these keys and no other."""

    model_config = ConfigDict(extra="forbid")


class Claim(Form):
    """A text and the numbers of the sentences that it rests on."""

    text: str
    cites: list[int]


class Expectation(Claim):
    """Something that may happen."""

    horizon: Horizon
    confidence: Confidence


class BriefReply(Form):
    """What the post shows."""

    takeaway: Claim
    key_points: list[Claim]


class SectionsReply(Form):
    """What takes judgement."""

    what_changed: Claim
    strategic_implications: Claim
    what_happens_next: list[Expectation]
    second_order_effects: list[Claim]


class Weight(Form):
    """Of one story."""

    number: int
    significance: int


class WeighReply(Form):
    """Of each story."""

    stories: list[Weight]


class Verdict(Form):
    """On one pair."""

    number: int
    same: bool


class SameEventReply(Form):
    """On each pair."""

    pairs: list[Verdict]
