"""What the sources themselves say of dates to come: announced, scheduled or expected, and always quoted. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from adapters.analyst.choosing import Sentence
from adapters.analyst.dates import When, dates_in
from adapters.analyst.sentences import is_hanging
from bot.model import Article, Inference, Passage

MOST = 3
"""Sentences that are quoted."""

_WILL = re.compile(
    r"\b(?:will(?! have (?:been|already))|won[’']t|shall|deadline|"
    r"(?:is|are) (?:now )?(?:due|scheduled|slated|set|expected|planned|projected|forecast|on track|going)"
    r"(?: to| for| in| on| by| back)\b|"
    r"(?:plans?|expects?|aims?|intends?|hopes?|promises?|pledges?|committed|targets?|targeting|planning|expecting|aiming)"
    r" (?:to|for|in|on)\b|"
    r"(?:expects?|forecasts?|projects?|plans?) (?=[a-z$\d])|"
    r"(?:launching|coming|arriving|shipping|rolling out|starting|beginning|opening) (?:in|on|from|by|later|next|this))"
)
"""Says what is to come."""
_PLANNED = re.compile(
    r"\b(?:takes? effect|(?:comes?|goes|enters?) into (?:force|effect)|applies|apply|begins?|starts?|opens?|closes?|"
    r"expires?|ends?|launches|ships?|rolls? out|arrives?|receives?|goes live|(?:is|are) open until|runs? until)\b"
)
"""Says it too, in the present, where a date stands with it."""
_REPORTED = re.compile(
    r"(?:said|told|announced|announcing|reported|wrote|added|says|unveiled|posted|confirmed|filed|published|released|"
    r"according to|statement|blog post|interview|filing|(?<!to )report|briefing|conference)(?:\s[\w’'-]+){0,4}\s?$",
    re.IGNORECASE,
)
"""Stands before the day on which something was said."""
_HAPPENED = re.compile(
    r"(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bbeen )\b(?!(?:scheduled|expected|planned|slated|projected|need|speed)\w*)"
    r"\w+ed\s(?:\w+\s)?$"
)
"""Stands before the day on which something was done."""
_NOT_PLANNED = re.compile(
    r"\bwould\b|\bcould have\b|\bdid not\b|\bdenied\b|\bused to\b|\bhad (?:planned|expected|hoped)\b|[?!]|"
    r"\b(?:register|registration|RSVP|tickets?|livestream|webinar|meetup|hackathon|workshop|bootcamp|hiring|discount|"
    r"offer ends|apply by|save the date|agenda|speakers?|keynote|sponsors?|promo|free trial)\b",
    re.IGNORECASE,
)
"""Unreal, past, or an invitation."""
_NEAR = 160
"""Characters between the verb and its date."""


def outlook(sentences: Sequence[Sentence], articles: Sequence[Article]) -> Passage | None:
    """Up to three of *sentences*, the soonest dates first, that say what is to come after the newest of *articles*.

    None where none does.

    The words are those of the sources: the passage has no text of its own, and an item's basis is its publisher.
    """
    today = max((_day(article) for article in articles), default=None)
    found = [(when, one) for one in sentences if today and (when := _planned(one, today))]
    found.sort(key=lambda pair: (is_hanging(pair[1].text), pair[0].until, pair[1].place))
    chosen: list[tuple[When, Sentence]] = []
    for when, one in found:
        if len(chosen) < MOST and not any(_is_same(one, when, had, then) for then, had in chosen):
            chosen.append((when, one))
    chosen.sort(key=lambda pair: pair[0].until)
    items = tuple(Inference(text=one.text, horizon=when.words, basis=one.article.source.name) for when, one in chosen)
    return Passage(text="", items=items, analyst="extractive") if items else None


def _planned(sentence: Sentence, today: date) -> When | None:
    """The date to come that *sentence* says something is planned for."""
    text, said = sentence.text, _day(sentence.article)
    will, planned = ([verb.start() for verb in verbs.finditer(text)] for verbs in (_WILL, _PLANNED))
    if not (will or planned) or _NOT_PLANNED.search(text):
        return None
    for when in dates_in(text, said):
        verbs = [*will, *(planned if when.is_precise else ())]
        is_near = any(abs(when.at - verb) <= _NEAR for verb in verbs)
        before = text[: when.at]
        is_past = _REPORTED.search(before) or _HAPPENED.search(before)
        if is_near and when.until > max(today, said) and not is_past:
            return when
    return None


def _is_same(one: Sentence, when: When, other: Sentence, then: When) -> bool:
    """Whether both tell of the same plan: alike, or for the same day and about the same."""
    alike = fuzz.token_set_ratio(one.text, other.text)
    return alike >= 85 or (when.until == then.until and alike >= 60)  # noqa: PLR2004


def _day(article: Article) -> date:
    return (article.published or article.news_at).date()
