"""Marks: every text that somebody writes carries one of its own, so that it is known again wherever it appears."""

import re

from bot.model import Inference, KeyPoint, Passage, Sections

_MARK = re.compile(r"z\d{6}")


def marks(answer: object) -> frozenset[str]:
    """All marks in *answer*, in whatever field of it, at whatever depth."""
    return frozenset(_MARK.findall(repr(answer)))


def marked(token: str) -> Sections:
    """Sections with *token* in every text of every one of them."""

    def passage(name: str) -> Passage:
        return Passage(
            text=f"{name} of {token}.",
            items=(Inference(text=f"One {token}", horizon=f"by {token}", basis=f"for {token}"),),
        )

    return Sections(
        key_points=(KeyPoint(text=f"Point of {token}.", quote=f"Quote of {token}."),),
        what_changed=passage("Change"),
        strategic_implications=passage("Implication"),
        what_happens_next=passage("Outlook"),
        second_order_effects=passage("Effect"),
    )
