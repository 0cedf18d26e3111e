"""Asides: articles that tell of nothing that has happened. Pure.

Instructions, lists of tips, notes on a minor version, episodes of podcasts. They may be worth reading, but not before
what happened; where several publishers report it, it did happen, whatever the title looks like.
"""

import re
from functools import lru_cache

_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
_ASIDE = re.compile(
    "|".join(
        (
            # Instructions and explanations.
            r"^how (?:to|we|i|you|teams|companies|developers)\b|\bhow to (?:build|use|get|make|write|choose|run|set)\b",
            r"^how [\w’' -]{2,60} (?:works?|builds?|built|uses?|used|runs?|ships?|shipped|thinks?)\b",
            r"^(?:what|who) (?:is|are) [^?]+\??$|^why (?:you|we|your|every)\b|^understanding\b|^inside the\b",
            r"\b(?:best practices|step[- ]by[- ]step|tutorial|cheat ?sheet|deep dive|beginner’?'?s|case study|webinar|"
            r"q ?& ?a|faqs?)\b|\b(?:explained|101)$|\bguide (?:to|for)\b|\b(?:a|the|complete|practical|quick) guide\b",
            rf"\b{_NUMBER} (?:[\w-]+ ){{0,2}}(?:tips?|ways|lessons|reasons|mistakes|tricks|steps|questions|myths)\b",
            r"^(?:lessons|tips|notes) (?:from|for|on)\b|^meet the (?:winners|team|speakers)\b|^getting started\b",
            # Minor versions, in the manner of change logs; a model is called 4.7 or 5.5, and has no third number.
            r"^(?:[\w.-]+ ){0,3}v?\d+\.\d+\.\d+\S*$|^v\d+\.\d+\S*$|^(?:change ?log|release notes)\b",
            # Series.
            r"\bpodcast\b|^(?:ep\.?|episode) ?#?\d+|\bepisode \d+\b|^(?:sponsored|advertisement|opinion)\b",
        )
    ),
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^\W*notice\W.*\bfeed\b|\bthis feed (?:is|has been|will be) (?:no longer|discontinued|moved)\b", re.IGNORECASE
)
_MANY = re.compile(r"^(?:[A-Z0-9][^\s,]*(?: [^\s,]+){2,}, ){2,}[A-Z0-9][^\s,]*(?: [^\s,]+){2,}$")
"""Three headlines or more in one: an issue of a newsletter that is called after what is in it."""


def is_aside(title: str) -> bool:
    """Whether the article called *title* seems to tell of nothing that has happened: *5 tips for agents*."""
    shown = " ".join(title.split())
    return _ASIDE.search(shown) is not None or _MANY.match(shown) is not None


@lru_cache(maxsize=8192)
def is_notice(title: str) -> bool:
    """Whether it is none at all, but a note of the feed on itself: *This feed is no longer maintained*.

    Kept, because on one morning thousands of channels choose from the same stories.
    """
    return _NOTICE.search(title) is not None
