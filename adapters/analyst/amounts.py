"""Amounts in English sentences, and what they are amounts of. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SCALES = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "mln": 1e6,
    "billion": 1e9, "b": 1e9, "bn": 1e9, "bln": 1e9, "trillion": 1e12, "t": 1e12, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {
    "$": "$", "us$": "$", "usd": "$", "dollars": "$", "dollar": "$", "€": "€", "eur": "€", "euros": "€", "euro": "€",
    "£": "£", "gbp": "£", "pounds": "£", "¥": "¥", "yen": "¥", "yuan": "yuan",
}  # fmt: skip
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"thousand|million|billion|trillion|mln|bln|mn|bn|tn|[kmbt]"
_MONEY = (
    re.compile(
        rf"(?<![\w.])(?P<currency>US\$|[$€£¥])\s?(?P<number>{_NUMBER})[ -]?(?P<scale>{_SCALE})(?![\w%]|[.,]\d)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w$€£¥.])(?P<number>{_NUMBER})[ -](?P<scale>{_SCALE}) (?P<currency>dollars?|euros?|pounds|yen|yuan)\b",
        re.IGNORECASE,
    ),
)
_UNITS = (
    "people|employees|workers|staff|jobs|positions|users|customers|subscribers|accounts|parameters|tokens|gigawatts|GW|"
    "megawatts|MW|chips|GPUs|robots|cars|vehicles|passengers|patients|dead|deaths|victims|injured|stores|factories|satellites"
)
_COUNT = re.compile(
    rf"(?<![\w$€£¥.])(?<!top )(?<!first )(?P<number>{_NUMBER})(?:[ -]?(?P<scale>{_SCALE}))?"
    rf"[ -](?:[a-z]+ )?(?P<unit>{_UNITS})\b",
    re.IGNORECASE,
)
_THINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (thing, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for thing, words in (
        ("valuation", r"valu(?:ation|es|ed|ing)|worth|market (?:cap(?:itali[sz]ation)?|value)"),
        ("round", r"rais(?:e|es|ed|ing)|funding|round|series [a-h]|financing"),
        ("offering", r"ipo|offering|listing|goes public|debut"),
        ("tax", r"tax(?:es)?|dut(?:y|ies)|tariffs?|lev(?:y|ies)"),
        ("revenue", r"revenues?|turnover"),
        ("sales", r"sales"),
        ("profit", r"profits?|earnings|net income"),
        ("loss", r"loss(?:es)?|loses|lost|write-?down|charge"),
        ("fine", r"fine[sd]?|penalt(?:y|ies)|settle(?:s|d|ment)?|damages|compensation"),
        ("debt", r"debt|loans?|bonds?|notes|credit"),
        ("stake", r"stake|shares?"),
        (
            "deal",
            r"buy(?:s|ing|out)?|bought|acqui(?:re|res|red|ring|sition)|takeover|purchas(?:e|es|ed)|merger|deal|licen[cs]\w+|sells?|sold",
        ),
        ("spending", r"invest(?:s|ed|ing|ment|ments)?|spend(?:s|ing)?|capex|budget|commits?|pledges?"),
        (
            "price",
            r"prices?|priced|costs?|pays?|salary|monthly|per (?:month|year|user|share)|a (?:month|year|share|barrel)",
        ),
        (
            "cut",
            r"cuts?|cutting|lay(?:s|ing)? ?offs?|laid off|slash(?:es|ed|ing)?|eliminat(?:e|es|ed|ing)|axe[sd]?",
        ),
        ("hiring", r"hir(?:e|es|ed|ing)|recruit(?:s|ed|ing)?|creat(?:e|es|ed|ing)|adds?"),
        ("toll", r"dead|deaths?|die[sd]?|kill(?:s|ed|ing)?|victims|injured|hurt|wounded|toll"),
    )
)
"""Different kinds of money and counts: a valuation is no round, and neither is revenue."""
_ABOVE = re.compile(r"(?:more than|over|at least|above|exceeding|upwards of|north of|beyond|tops?)\s+$", re.IGNORECASE)
_BELOW = re.compile(
    r"(?:nearly|almost|up to|under|less than|below|close to|as much as|fewer than|just shy of)\s+$", re.IGNORECASE
)
_ABOUT = re.compile(r"(?:about|around|roughly|some|approximately|an estimated|circa|~)\s*$", re.IGNORECASE)
_BEFORE, _AFTER = 60, 45
"""Characters around an amount in which it says what it is of."""
_CLAUSE = re.compile(
    r"[;:,.–—]\s|\b(?:and|but|while|after|which|who|as|at an?|with|from|(?<!more )(?<!less )(?<!fewer )than|amid)\b|"
    r"\d[\w.,]*",
    re.IGNORECASE,
)
"""Where a clause ends, or another amount begins."""

_SAME, _ROUGHLY = 0.02, 0.15
"""How far two figures may be apart, as parts of the larger, and still be one; the second where one is given roughly."""


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount."""

    said: str
    value: float
    unit: str
    """``$``, ``people``, …"""
    thing: str
    """``valuation``, ``round``, …"""
    bound: int
    """1: the figure is a lower bound, -1: an upper one, 0: neither."""
    is_rough: bool
    step: float
    """What its last digit counts: whoever writes $2 million may have seen $2.1 million."""

    def agrees_with(self, other: "Amount") -> bool:
        """Whether both figures may be of the same number."""
        small, large = sorted((self, other), key=lambda one: one.value)
        apart = (large.value - small.value) / (large.value or 1.0)
        if apart <= _SAME or large.value - small.value < max(self.step, other.step) / 2:
            return True
        if apart <= _ROUGHLY and (self.is_rough or other.is_rough):
            return True
        return apart <= 2 * _ROUGHLY and (small.bound > 0 or large.bound < 0)


def amounts_in(text: str) -> Iterator[Amount]:
    """The amounts in *text* of which it says what they are amounts of."""
    for found in (match for form in _MONEY for match in form.finditer(text)):
        if thing := _thing(text, found):
            yield _amount(text, found, _CURRENCIES[found["currency"].lower()], thing)
    for found in _COUNT.finditer(text):
        if thing := _thing(text, found):
            yield _amount(text, found, found["unit"].lower(), thing)


def _amount(text: str, found: re.Match[str], unit: str, thing: str) -> Amount:
    before = text[max(0, found.start() - 20) : found.start()]
    bound = 1 if _ABOVE.search(before) else -1 if _BELOW.search(before) else 0
    whole, _, decimals = found["number"].replace(",", "").partition(".")
    factor = _SCALES.get((found["scale"] or "").lower(), 1.0)
    # Without a scale, most of the noughts at the end are rounded: 12,000 people.
    noughts = len(whole) - len(whole.rstrip("0"))
    step = factor / 10 ** len(decimals) if found["scale"] or decimals else 10.0 ** max(0, noughts - 1)
    value = float(f"{whole}.{decimals or 0}") * factor
    return Amount(found[0].strip(), value, unit, thing, bound, bool(bound or _ABOUT.search(before)), step)


def _thing(text: str, found: re.Match[str]) -> str:
    """What the amount is of; empty where nothing in its clause says so, or several things could be meant."""
    before = _CLAUSE.split(text[max(0, found.start() - _BEFORE) : found.start()])[-1]
    after = _CLAUSE.split(text[found.end() : found.end() + _AFTER])[0]
    things = {
        thing for thing, words in _THINGS if words.search(before) or words.search(found[0]) or words.search(after)
    }
    return things.pop() if len(things) == 1 else ""
