"""Numbers in sentences, as values: ``$20bn``, ``20 billion dollars`` and ``20,000 million`` are one. Pure."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from bot.gate.words import listed

SCALES = {
    "hundred": 1e2,
    "k": 1e3,
    "thousand": 1e3,
    "lakh": 1e5,
    "m": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "crore": 1e7,
    "b": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "billion": 1e9,
    "billions": 1e9,
    "t": 1e12,
    "tn": 1e12,
    "trn": 1e12,
    "trillion": 1e12,
    "trillions": 1e12,
}
_ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
WRITTEN: dict[str, float] = {
    **{word: float(number) for number, word in enumerate(_ONES)},
    **{word: 10.0 * number for number, word in enumerate(_TENS, 2)},
    "dozen": 12.0,
    "dozens": 12.0,
}
ORDINALS = {
    **{
        word: float(number)
        for number, word in enumerate(listed("first second third fourth fifth sixth seventh eighth ninth tenth"), 1)
    },
    "eleventh": 11.0,
    "twelfth": 12.0,
}
_MULTIPLES = {
    "double": 2.0,
    "doubled": 2.0,
    "doubles": 2.0,
    "doubling": 2.0,
    "twice": 2.0,
    "twofold": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "triples": 3.0,
    "tripling": 3.0,
    "threefold": 3.0,
    "quadruple": 4.0,
    "quadrupled": 4.0,
    "quadrupling": 4.0,
    "fourfold": 4.0,
    "fivefold": 5.0,
    "tenfold": 10.0,
    "halved": 0.5,
    "halves": 0.5,
    "halving": 0.5,
}
_PARTS = {"half": 50.0, "third": 100 / 3, "thirds": 200 / 3, "quarter": 25.0, "quarters": 75.0}
"""Parts of a whole, in percent."""

_MONEY = {"$": "$", "us$": "$", "dollar": "$", "usd": "$", "€": "€", "euro": "€", "eur": "€", "£": "£", "pound": "£"}
_MONEY |= {"gbp": "£", "¥": "¥", "yen": "¥", "yuan": "¥", "₹": "₹", "rupee": "₹", "₩": "₩"}
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_TENS_ONES = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?"
_SPELT = rf"{_TENS_ONES}|{'|'.join(sorted(_ONES, key=len, reverse=True))}|dozens?"
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*"
_NUMBER = re.compile(
    rf"(?<![^\W_])(?<![^\W_]\.)(?P<money>us\$|[$€£¥₹₩])?\s?"
    rf"(?:(?P<figure>{_FIGURE})|(?P<spelt>{_SPELT}))"
    rf"(?P<ordinal>(?:st|nd|rd|th)\b)?"
    rf"(?P<scales>(?:[\s-]?(?:{_SCALE})\b)*)"
    rf"(?P<times>[\s-]?(?:x\b|×|times\b|fold\b))?"
    rf"(?P<percent>\s?%|[\s-]?(?:percent|per\scent|pct|percentage\spoints?|pp)\b)?"
    rf"(?:[\s-](?P<coin>dollar|euro|pound|yen|yuan|rupee|usd|eur|gbp)s?\b)?"
    rf"(?P<glued>[^\W_]*)",
    re.IGNORECASE,
)
_ROUGH = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
"""``a million``, ``millions of``."""
_SPELT_ONLY = re.compile(
    rf"\b(?:{'|'.join([*ORDINALS, *_MULTIPLES, *_PARTS])}|(?:{'|'.join(_ROUGH)})s?)\b", re.IGNORECASE
)
_RANGE = re.compile(r"\s?(?:-|–|to|and|or)\s?\Z", re.IGNORECASE)
_NEAR = re.compile(
    r"\b(?:about|around|nearly|almost|roughly|some|approximately|over|under|more than|less than|at least|up to|"
    r"close to)\s(?:us)?[$€£¥₹₩]?\s?\Z",
    re.IGNORECASE,
)
_FOREIGN = re.compile(rf"(?:[^\x00-\x7f]|\bumpteen|\bscores?\sof)\s(?:{_SCALE})\b", re.IGNORECASE)
"""What stands before a scale as a figure, and is none that we read: of another script, or of no size."""
_FOUR_DIGITS = re.compile(r"\d{4}")
_NO_ORDINAL = re.compile(
    r"\bthird[- ]part(?:y|ies)\b|\b(?:first|second|third)[- ](?:hand|order|rate|guess\w*)\b|"
    r"\b(?:first of all|first and foremost|at first|in the first place)\b|(?:\A|[.;:]\s)(?:first|second|third),",
    re.IGNORECASE,
)
"""Ordinals that count nothing."""
_ITEM = re.compile(r"[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_LIST = re.compile(rf"{_ITEM.pattern}(?:, {_ITEM.pattern})*,? and (?:the )?{_ITEM.pattern}")
"""Names one after the other."""
ROUNDING = 0.006
"""How far a rounded number may be from the exact one, as a part of it."""
_LOOSE_ROUNDING = 0.05
"""Where the claim says that it is no exact number: ``about``, ``more than``."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a sentence."""

    said: str
    """As it stands there."""
    values: tuple[float, ...]
    """What it may mean: in ``10 to 15 billion`` the first one is 10 and 10 billion."""
    digits: int
    """Significant ones."""
    kind: str = ""
    """``percent``, ``times``, ``ordinal``, a currency's sign, or nothing."""
    is_near: bool = False
    """It is said not to be exact."""


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of *text*, which is plain, in order. A bare ``one`` is none: it is a pronoun more often."""
    found: list[tuple[int, Quantity]] = []
    matches = [match for match in _NUMBER.finditer(text) if _is_number(match)]
    for place, match in enumerate(matches):
        after = matches[place + 1] if place + 1 < len(matches) else None
        is_range = after is not None and bool(_RANGE.match(text[match.end() : after.start()]))
        found.append((match.start(), _quantity(text, match, after if is_range else None)))
    taken = {place for match in (*matches, *_NO_ORDINAL.finditer(text)) for place in range(*match.span())}
    found += [
        (match.start(), _spelt(match.group())) for match in _SPELT_ONLY.finditer(text) if match.start() not in taken
    ]
    return tuple(quantity for _, quantity in sorted(found, key=lambda one: one[0]))


def unsupported(claim: str, cited: tuple[str, ...]) -> list[str]:
    """The numbers of *claim*, as they stand there, that none of *cited* holds. All are plain."""
    known = list(dict.fromkeys(quantity for sentence in cited for quantity in quantities(sentence)))
    said = {quantity.said.casefold() for quantity in known if quantity.kind}
    return [
        one.said
        for one in dict.fromkeys(quantities(claim))
        if one.said.casefold() not in said
        and not any(_is_same(one, other) for other in known)
        and not (one.kind == "times" and _is_ratio(one.values[0], known))
        and not (not known and any(_lists(sentence, one) for sentence in cited))
    ] + [sign for sign in dict.fromkeys(_FOREIGN.findall(claim)) if not any(sign in sentence for sentence in cited)]


def _lists(sentence: str, count: Quantity) -> bool:
    """Whether *sentence* names so many together, which whoever counts them may say: ``Halden, Orrery and Norvik``."""
    if count.kind or count.said.casefold() not in WRITTEN:
        return False
    return any(len(_ITEM.findall(found.group())) == count.values[0] for found in _LIST.finditer(sentence))


def _is_number(match: re.Match[str]) -> bool:
    spelt = (match["spelt"] or "").casefold()
    # Letters right after the digits make it a name (3D, 4o), or part of a longer word.
    if match["glued"].casefold() not in {"", "s"}:
        return False
    return spelt != "one" or bool(match["scales"] or match["percent"])


def _quantity(text: str, match: re.Match[str], range_end: re.Match[str] | None) -> Quantity:
    figure = (match["figure"] or "").replace(",", "")
    scale = _scale(match["scales"])
    value = _figure(figure) if figure else _written(match["spelt"])
    values = [value * scale]
    kind = _kind(match)
    if range_end is not None and scale == 1:
        values.append(value * _scale(range_end["scales"]))
        kind = kind or _kind(range_end)
    digits = len(figure.replace(".", "").lstrip("0").rstrip("0" if "." not in figure else "")) or 1
    is_near = bool(_NEAR.search(text[max(0, match.start() - 16) : match.start()]))
    return Quantity(match.group().strip(), tuple(dict.fromkeys(values)), digits, kind, is_near)


def _kind(match: re.Match[str]) -> str:
    if match["percent"]:
        return "percent"
    if match["times"]:
        return "times"
    if match["ordinal"]:
        return "ordinal"
    return _MONEY.get((match["money"] or match["coin"] or "").casefold(), "")


def _scale(scales: str) -> float:
    return math.prod(SCALES[word] for word in re.findall(r"[a-z]+", scales.casefold()))


def _figure(figure: str) -> float:
    """Its value; of a version such as ``1.2.3`` one that no other figure has."""
    whole, *rest = figure.split(".")
    return float(f"{whole}.{'0'.join(rest)}") if rest else float(whole)


def _written(spelt: str) -> float:
    return sum(WRITTEN[word] for word in re.split(r"[- ]", spelt.casefold()))


def _spelt(word: str) -> Quantity:
    low = word.casefold()
    if (scale := _ROUGH.get(low.removesuffix("s"))) is not None:
        return Quantity(word, (scale,), 1, "rough")
    if low in _MULTIPLES:
        return Quantity(word, (_MULTIPLES[low],), 1, "times")
    if low in ORDINALS and low not in _PARTS:
        return Quantity(word, (ORDINALS[low],), 1, "ordinal")
    # A third is a place as well as a part.
    values = (*((ORDINALS[low],) if low in ORDINALS else ()), _PARTS[low])
    return Quantity(word, values, 2, "part")


def _is_same(claimed: Quantity, known: Quantity) -> bool:
    if claimed.kind == "rough":
        return any(1 <= value / claimed.values[0] < 1000 for value in known.values)  # noqa: PLR2004
    if not _are_alike(claimed.kind, known.kind):
        return False
    if "part" in {claimed.kind, known.kind}:
        # A third is 33 percent; only percentages may be off by one.
        pairs = [(one, other) for one in claimed.values for other in known.values]
        return any(one == other or (abs(one - other) <= 1 and min(one, other) > len(ORDINALS)) for one, other in pairs)
    return any(_is_rounded(claimed, one, known, other) for one in claimed.values for other in known.values)


def _are_alike(claimed: str, known: str) -> bool:
    """Whether the kinds can be the same thing: what the source leaves open, the claim may not make up, but for money
    and for how often.
    """
    if known in {claimed, "rough"}:
        return True
    if "percent" in {claimed, known}:
        return {claimed, known} == {"percent", "part"}
    if "part" in {claimed, known}:
        return bool({claimed, known} & {"ordinal", ""})
    if "ordinal" in {claimed, known}:
        return "" in {claimed, known}
    return not (claimed and known) or "times" in {claimed, known}


def _is_rounded(claimed: Quantity, value: float, known: Quantity, other: float) -> bool:
    if math.isclose(value, other, rel_tol=1e-9):
        return True
    # Rounding takes digits away: 171 is no rounded 170. Years and the numbers of models are never rounded.
    is_exact = not known.kind and bool(_FOUR_DIGITS.fullmatch(known.said))
    if claimed.digits >= known.digits or not other or is_exact:
        return False
    return abs(value - other) <= abs(other) * (_LOOSE_ROUNDING if claimed.is_near else ROUNDING)


def _is_ratio(times: float, known: list[Quantity]) -> bool:
    """Whether two of the *known* numbers are one *times* as much as the other, or one is the growth in percent: from
    10 to 20, or by 100 %, is doubled.
    """
    if any(one.kind == "percent" and math.isclose(1 + one.values[0] / 100, times) for one in known):
        return True
    values = [value for one in known for value in one.values if value]
    return any(abs(one / other - times) <= times / 10 for one in values for other in values if one != other)
