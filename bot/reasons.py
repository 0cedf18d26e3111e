"""The arithmetic of a score, in words. Pure."""

import re

from bot.model import Verdict
from bot.wording import FORMULA, decimals

FORMULA_NAMES = frozenset(re.findall(r"[a-z]+", FORMULA)) - {"score"}
"""The numbers that it takes."""


def arithmetic(verdict: Verdict) -> str:
    """How the score of a verdict came about: ``score 2.29 = (coverage 1.79 + salience 0.5) × weight 1 …``; empty where
    the story was not ranked.
    """
    if verdict.score is None:
        return ""
    values = {"score": verdict.score, **dict(verdict.numbers)}
    said = {name: f"{name} {decimals(value)}" for name, value in values.items()}
    if not said.keys() >= FORMULA_NAMES:  # by another formula, of an older version
        return ", ".join(said.values())
    return re.sub(r"[a-z]+", lambda name: said[name[0]], FORMULA)
