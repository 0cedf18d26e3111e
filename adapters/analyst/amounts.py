"""Amounts in English sentences, and what they are amounts of. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_SCALES = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "mln": 1e6,
    "billion": 1e9, "b": 1e9, "bn": 1e9, "bln": 1e9, "trillion": 1e12, "t": 1e12, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {
    "$": "$", "us$": "$", "usd": "$", "dollars": "$", "dollar": "$", "€": "€", "eur": "€", "euros": "€", "euro": "€",
    "£": "£", "gbp": "£", "pounds": "£", "¥": "¥", "yen": "¥", "yuan": "yuan",
}  # fmt: skip
_SIGNS = "$€£¥"
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
_PRICE = re.compile(
    rf"(?<![\w.])(?P<currency>US\$|[$€£¥])\s?(?P<number>{_NUMBER})(?P<scale>)"
    rf"(?![\w%+]|[.,]\d|[ -]?(?:{_SCALE})\b|\s*(?:\.\.|…)|\s?[-–]\s?[$€£¥\d])",
    re.IGNORECASE,
)
"""Money without a word for millions: what one thing costs."""
_PER = re.compile(
    r"[ -]?(?:(?:/|an?\b|per\b|each\b|every\b)[ -]?)?(?P<each>month|year|annual|week|day|hour|user|seat|person|million|"
    r"thousand|share|token|watt|kilo)",
    re.IGNORECASE,
)
"""After a price: what it is for, if that is no piece."""
_COUNTED = (
    "people|employees|workers|staff|jobs|positions|users|customers|subscribers|accounts|chips|GPUs|robots|cars|vehicles|"
    "passengers|patients|dead|deaths|victims|injured|stores|factories|satellites|homes|households|schools|students|"
    "downloads|orders|servers|devices|boards|members|clients"
)
_UNITS = rf"{_COUNTED}|parameters|tokens|gigawatts|GW|megawatts|MW"
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
_OF_ALL = re.compile(
    r"\b(?:of (?:its|their|our|his|her|the(?: [\w’'-]+)?)|first|another|additional|extra|last|next)\s$"
)
"""Before a number that is a whole, a part or a rank."""
_FEW = 100
"""Below, what is counted is counted by whoever was there."""
_CLAUSE = re.compile(
    r"[;:,.–—]\s|\b(?:and|but|while|after|which|who|as|at an?|with|from|(?<!more )(?<!less )(?<!fewer )than|amid)\b|"
    r"\d[\w.,]*",
    re.IGNORECASE,
)
"""Where a clause ends, or another amount begins."""

_SAME, _NEARLY, _ROUGHLY = 0.02, 0.05, 0.15
"""How far two figures may be apart, as parts of the larger, and still be one; the second where one is plain, the third
where one is given roughly.
"""


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
    is_plain: bool = False
    """Whether it is the price of one thing, or a number of things of which nothing says more than what they are."""

    @property
    def is_price(self) -> bool:
        """Whether it is money for one thing."""
        return self.is_plain and self.unit[0] in _SIGNS

    def agrees_with(self, other: "Amount") -> bool:
        """Whether both figures may be of the same number."""
        small, large = sorted((self, other), key=lambda one: one.value)
        apart = (large.value - small.value) / (large.value or 1.0)
        if (
            apart <= (_NEARLY if self.is_plain or other.is_plain else _SAME)
            or large.value - small.value < max(self.step, other.step) / 2
        ):
            return True
        if apart <= _ROUGHLY and (self.is_rough or other.is_rough):
            return True
        return apart <= 2 * _ROUGHLY and (small.bound > 0 or large.bound < 0)


def amounts_in(text: str) -> Iterator[Amount]:
    """The amounts in *text* of which it says what they are amounts of, if only by a sign of money or a noun."""
    for found in (match for form in _MONEY for match in form.finditer(text)):
        if len(things := _things(text, found)) == 1:
            yield _amount(text, found, _CURRENCIES[found["currency"].lower()], *things)
    for found in _PRICE.finditer(text):
        things = {"price" if thing == "deal" else thing for thing in _things(text, found)} or {"price"}
        if len(things) == 1:
            per = _PER.match(text, found.end())
            unit = f"{_CURRENCIES[found['currency'].lower()]} {per['each'].lower() if per else 'piece'}"
            yield replace(_amount(text, found, unit, *things), is_plain=True)
    for found in _COUNT.finditer(text):
        things = _things(text, found)
        if len(things) == 1:
            yield _amount(text, found, found["unit"].lower(), *things)
        elif not things and _is_count(text, found):
            yield replace(_amount(text, found, found["unit"].lower(), ""), is_plain=True)


def _is_count(text: str, found: re.Match[str]) -> bool:
    """Whether a number before a noun counts all that it is about."""
    number = found["number"]
    is_year = not found["scale"] and re.fullmatch(r"(?:19|20)\d\d", number)
    is_few = not found["scale"] and float(number.replace(",", "")) < _FEW
    is_thing = re.fullmatch(_COUNTED, found["unit"], re.IGNORECASE)
    return bool(is_thing) and not (is_year or is_few or _OF_ALL.search(text[: found.start()]))


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


def _things(text: str, found: re.Match[str]) -> set[str]:
    """What the amount may be of, as its clause says."""
    before = _CLAUSE.split(text[max(0, found.start() - _BEFORE) : found.start()])[-1]
    after = _CLAUSE.split(text[found.end() : found.end() + _AFTER])[0]
    return {thing for thing, words in _THINGS if words.search(before) or words.search(found[0]) or words.search(after)}
