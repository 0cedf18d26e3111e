"""Expressions of time in English sentences, and the last day that each of them means. Pure."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.|Feb\.|Mar\.|Apr\.|Jun\.|Jul\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_YEAR = r"(?P<year>20\d\d)\b(?![,.]?\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?![,.:]\d|\s?(?:%|percent|per cent|million|billion))"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_COUNTS = {
    "a": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "twelve": 12,
    "coming": 1,
    "few": 3,
}
_UNITS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_UNIT = r"(?P<unit>day|week|month|quarter|year)s?\b(?!['’])"
_OF_YEAR = rf"(?:\s(?:of\s)?(?:fiscal\s)?{_YEAR})"
_AROUND_MONTH = "in|by|until|from|before|early|late|mid-?|end of|starting|beginning|for|this|next"
_AROUND_YEAR = (
    "in|by|until|before|early|late|mid-?|during|through|from|summer|spring|fall|autumn|winter|end of|start of|middle of"
)
_SEASONS = {"spring": 5, "summer": 8, "fall": 11, "autumn": 11, "winter": 2}
"""The last month of each."""
_JUST_NOW, _HALF_A_YEAR, _A_YEAR = timedelta(days=31), timedelta(days=183), timedelta(days=365)
_PERIOD = r"(?P<period>week|month|quarter|year|spring|summer|fall|autumn|winter)\b(?!['’])"

_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_MONTH}\s{_DAY}(?:,?\s{_YEAR})?",
        rf"\b(?:the\s)?{_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?",
        rf"\b(?:(?:early|late|mid-?)\s?)?{_MONTH}(?:\sof)?,?\s{_YEAR}",
        rf"\b(?i:{_AROUND_MONTH})\s{_MONTH}(?!\s\d|\w)",
        rf"\b(?:Q(?P<q>[1-4])|(?:the\s)?(?P<quarter>first|second|third|fourth)[- ]quarter){_OF_YEAR}?",
        rf"\b(?:H(?P<h>[12])|(?:the\s)?(?P<half>first|second) half){_OF_YEAR}",
        rf"\b(?i:{_AROUND_YEAR})\s?(?:the (?:end|start|middle|beginning) of\s)?{_YEAR}(?![-–]\d|['’]s|s\b)",
        rf"\b(?P<later>[Ll]ater)\s(?:this|in the)\s{_PERIOD}",
        rf"\b(?P<next>[Nn]ext)\s(?:{_WEEKDAY}|{_PERIOD})",
        rf"\b(?i:by|at|before|until)\sthe\s(?P<end>end)\sof\s(?:the|this)\s{_PERIOD}",
        r"\b(?i:by|at|before)\s(?P<yearend>year[’']?s?[- ]end)\b",
        r"\b[Tt]his\s(?P<season>spring|summer|fall|autumn|winter)\b",
        r"\b(?P<tomorrow>[Tt]omorrow)\b",
        rf"\b(?i:in|within|over|during)\s(?:the\s)?(?:next|coming)\s(?:(?P<count>\w+)\s)?{_UNIT}",
        rf"\b[Ww]ithin\s(?P<count>\w+)\s{_UNIT}",
        rf"\b(?i:on|by|until|before)\s{_WEEKDAY}",
    )
)


@dataclass(frozen=True, slots=True)
class When:
    """A date in a sentence."""

    words: str
    at: int
    """Where it begins in the sentence."""
    until: date
    """The last day that it can mean."""
    is_precise: bool
    """Whether it names a month, a day or a quarter, so that a verb in the present can be a plan."""
    is_guessed: bool = False
    """Whether no year was named, and the last such day is nearer than the next one, which is meant here."""


def dates_in(sentence: str, said: date) -> Iterator[When]:
    """The dates in *sentence*, which was published on the day *said*, in the order of their forms; they may overlap."""
    for form in _FORMS:
        for found in form.finditer(sentence):
            parts = {name: text for name, text in found.groupdict().items() if text}
            if until := _until(parts, found[0], said):
                precise = not parts.keys() & {"later", "next", "unit", "end", "yearend"}
                guessed = "day" in parts and "year" not in parts and until - said > _HALF_A_YEAR
                yield When(found[0].strip(), found.start(), until, precise and parts.keys() != {"year"}, guessed)


def _until(parts: dict[str, str], words: str, said: date) -> date | None:
    """The last day of a date with these *parts*; None where it makes no sense."""
    year = int(parts["year"]) if "year" in parts else None
    if "month" in parts:
        month = _MONTHS.index(parts["month"][:3].lower()) + 1
        return _on_day(month, int(parts["day"]), year, said) if "day" in parts else _in_month(month, year, said)
    if quarter := parts.get("q") or parts.get("quarter"):
        return _in_quarter(_QUARTERS[quarter], year, said)
    if year and (half := parts.get("h") or parts.get("half")):
        return _in_quarter(_QUARTERS[half] * 2, year, said)
    if year:
        return _of_year(year, words, said)
    return _after(parts, said) if "unit" in parts else _relative(parts, said)


def _on_day(month: int, day: int, year: int | None, said: date) -> date | None:
    """Without a *year*, the next such day, unless the last one is no more than a month back."""
    if not 1 <= day <= _last_of(year or said.year, month):
        return None
    this = date(year or said.year, month, day)
    if year or this > said - _JUST_NOW:
        return this if year or this - said < _A_YEAR - _JUST_NOW else date(this.year - 1, month, day)
    return date(this.year + 1, month, min(day, _last_of(this.year + 1, month)))


def _in_month(month: int, year: int | None, said: date) -> date:
    """Without a *year*, the next such month, or the last one: what lies half a year back is meant to come."""
    if year is None:
        year = said.year + (month + 6 <= said.month) - (month > said.month + 6)
    return date(year, month, _last_of(year, month))


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _in_quarter(quarter: int, year: int | None, said: date) -> date:
    month = quarter * 3
    year = year or said.year + (month + 6 <= said.month)
    return date(year, month, _last_of(year, month))


def _of_year(year: int, words: str, said: date) -> date | None:
    """The year in which something was *said* is no date to come, unless its end is named."""
    if year == said.year and not re.match(r"(?:late|by|before|end of|until)\b|.*\bend of\b", words):
        return None
    return date(year, 6, 30) if re.match(r"(?:early|mid)", words) else date(year, 12, 31)


def _after(parts: dict[str, str], said: date) -> date | None:
    count = parts.get("count", "a")
    number = int(count) if re.fullmatch(r"\d{1,3}", count, re.ASCII) else _COUNTS.get(count.lower())
    return said + timedelta(days=number * _UNITS[parts["unit"]]) if number else None


def _relative(parts: dict[str, str], said: date) -> date:
    """``on Friday``, ``later this year``, ``next month``, ``this summer``, ``by year-end``, ``tomorrow``."""
    if "weekday" in parts:
        return said + timedelta(days=(_WEEKDAYS.index(parts["weekday"].lower()) - said.weekday() - 1) % 7 + 1)
    if "tomorrow" in parts:
        return said + timedelta(days=1)
    period = parts.get("period") or parts.get("season") or "year"
    is_next = "next" in parts
    if period in _SEASONS:
        return date(said.year + (is_next or _SEASONS[period] < said.month), _SEASONS[period], 28)
    if period == "week":
        return said + timedelta(days=6 - said.weekday() + 7 * is_next)
    if period == "year":
        return date(said.year + is_next, 12, 31)
    month = said.month if period == "month" else (said.month + 2) // 3 * 3
    end = date(said.year, month, _last_of(said.year, month))
    return end + timedelta(days=28 if period == "month" else 92) * is_next
