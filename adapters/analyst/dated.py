"""What the sources themselves say of dates to come: announced, scheduled or expected, and always quoted. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from adapters.analyst.choosing import Sentence, words_of
from adapters.analyst.dates import When, dates_in
from adapters.analyst.sentences import is_hanging
from bot.model import Article, Inference, Passage

MOST = 3
"""Sentences that are quoted."""

_WILL = re.compile(
    r"\b(?:will(?! have (?:been|already))|won[’']t|shall|must(?! have\b)|deadline|(?:has|have) until|"
    r"(?:is|are) (?:required|obliged|ordered|told|given) (?:to|until)\b|(?:is|are) due\b|due (?:on|by|in)\b|"
    r"(?:is|are) (?:now )?(?:due|scheduled|slated|set|expected|planned|projected|forecast|on track|going)"
    r"(?: to| for| in| on| by| back)\b|"
    r"(?:plans?|expects?|aims?|intends?|hopes?|promises?|pledges?|committed|targets?|targeting|planning|expecting|aiming)"
    r" (?:to|for|in|on)\b|"
    r"(?:expects?|forecasts?|projects?|plans?) (?=[a-z$\d])|"
    r"(?:launching|coming|arriving|shipping|rolling out|starting|beginning|opening) (?:in|on|from|by|later|next|this))"
)
"""Says what is to come, or what somebody has to do."""
_PLANNED = re.compile(
    r"\b(?:takes? effect|(?:comes?|goes|enters?) into (?:force|effect)|applies|apply|begins?|starts?|opens?|closes?|"
    r"expires?|ends?|launches|ships?|rolls? out|arrives?|receives?|goes? (?:live|on sale)|(?:is|are) open until|"
    r"(?:runs?|lasts?) (?:until|from)|meets? (?:on|in)|becomes? (?:law|mandatory|available))\b"
)
"""Says it too, in the present, where a date stands with it."""
_REPORTED = re.compile(
    r"(?:(?<!\bbe )\b(?:said|told|announced|announcing|reported|wrote|added|says|unveiled|posted|confirmed|filed|"
    r"published|released|according to|since|dated|as of)|\b(?:in|at|from|during) (?:[\w’'-]+ ){0,3}(?:statement|"
    r"blog post|interview|filing|report|briefing|conference))(?:\s[\w’'-]+){0,4}\s?$",
    re.IGNORECASE,
)
"""Stands before the day on which something was said."""
_HAPPENED = re.compile(
    r"(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bbeen )\b(?!(?:scheduled|expected|planned|slated|projected|need|speed)\w*)"
    r"\w+ed\s(?:\w+\s)?$"
)
"""Stands before the day on which something was done."""
_ELSEWHERE = re.compile(
    r"[,;:()—–]|(?<!\bbe )\b(?!\w*eed\b)\w{2,}ed\b|\b(?:ha[sd]|have|was|were|said|says)\b|"
    r"(?<!\bbe )\b(?:bought|sold|made|gave|took|began|came|went|held|won|lost|left|built|sent|met|cut|ran|saw)\b"
)
"""Between a verb and a date: the date may belong to something else."""
_LEANING = re.compile(r"[\"“]?(?:it|its|they|their|he|his|she|her|that|this|these|those|both|such)\b", re.IGNORECASE)
"""How a sentence begins whose subject the one before it has to name."""
_NOT_PLANNED = re.compile(
    r"\bwould\b|\bcould have\b|\bdid not\b|\bdenied\b|\bused to\b|\bhad (?:planned|expected|hoped)\b|[?!]|"
    r"\b(?:register (?:now|here|today|for|at|online)|registration (?:is|now|opens?|closes?)|RSVP|"
    r"tickets?|livestream|webinar|meetup|hackathon|workshop|bootcamp|hiring|discount|"
    r"offer ends|apply by|save the date|agenda|speakers?|keynote|sponsors?|promo|free trial)\b",
    re.IGNORECASE,
)
"""Unreal, past, or an invitation."""
_NEAR = 160
"""Characters between the verb and its date."""


def outlook(sentences: Sequence[Sentence], articles: Sequence[Article]) -> Passage | None:
    """Up to three of *sentences*, the soonest dates first, that say what is to come after the newest of *articles*.

    None where none does.

    A sentence that begins with *it* or *they* is quoted where readers know from the titles of the story who that is:
    the sentence before it tells of the same, or there is none, and the title of its article stands before it.

    The words are those of the sources: the passage has no text of its own, and an item's basis is its publisher.
    """
    today = max((_day(article) for article in articles), default=None)
    named = frozenset(word for article in articles for word in words_of(article.title))
    before = {(one.article.key, one.place + 1): one.words for one in sentences}
    found = [
        (when, one)
        for one in sentences
        if today and (when := _planned(one, today)) and _says_who(one, before.get((one.article.key, one.place)), named)
    ]
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
    will, planned = ([verb.span() for verb in verbs.finditer(text)] for verbs in (_WILL, _PLANNED))
    if not (will or planned) or _NOT_PLANNED.search(text):
        return None
    for when in dates_in(text, said):
        verbs = [*will, *(planned if when.is_precise else ())]
        before = text[: when.at]
        is_past = _REPORTED.search(before) or _HAPPENED.search(before)
        if when.until > max(today, said) and not is_past and _is_planned_by(verbs, when, before):
            return when
    return None


def _is_planned_by(verbs: Sequence[tuple[int, int]], when: When, before: str) -> bool:
    """Whether one of *verbs*, given as spans, stands near the date; and just *before* it if its year was guessed."""
    if when.is_guessed:
        end = max((end for _, end in verbs if end <= when.at), default=None)
        return end is not None and not _ELSEWHERE.search(before[end:])
    return any(abs(when.at - start) <= _NEAR for start, _ in verbs)


def _says_who(sentence: Sentence, before: frozenset[str] | None, named: frozenset[str]) -> bool:
    """Whether readers of the titles, which have the words *named*, know whom *sentence* is about.

    *before* are the words of the sentence before it; None: it is the first.
    """
    return before is None or not _LEANING.match(sentence.text) or bool(before & named)


def _is_same(one: Sentence, when: When, other: Sentence, then: When) -> bool:
    """Whether both tell of the same plan: alike, or for the same day and about the same."""
    alike = fuzz.token_set_ratio(one.text, other.text)
    return alike >= 85 or (when.until == then.until and alike >= 60)  # noqa: PLR2004


def _day(article: Article) -> date:
    return (article.published or article.news_at).date()
