"""Roundups: articles that tell of many things at once. Pure.

A roundup is like everything that it mentions, so one of them would draw unrelated stories into one.
"""

import re

_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|a dozen)"
_PERIOD = r"(?:day|days|week|weeks|weekend|month|months|year)"
_KIND = (
    r"(?:ai|ml|tech|news|daily|weekly|monthly|weekend|morning|evening|research|papers?|funding|links?|startup|world)"
)
_ITSELF = r"(?:round-?up|recap|digest|brief|briefing|bulletin|newsletter|rundown|wrap(?:-up)?)"
_TO_KNOW = r"things (?:to know|you need to know|to watch|that happened|we learned)"
_ROUNDUP = re.compile(
    "|".join(
        (
            # A period and what it brought.
            rf"\b(?:this|last|the past|the) {_PERIOD} in (?:the world of )?{_KIND}\b",
            rf"\bwhat happened in {_KIND} (?:this|last|the past) {_PERIOD}\b",
            rf"\bthe {_PERIOD}['’]s (?:top|biggest|best)\b",
            rf"^(?:the )?(?:top|biggest|best) {_KIND} (?:news|stories|papers|links)\b",
            r"^(?:this|last) (?:week|month|weekend) (?:in|on|at)\b(?! (?:prison|jail|court|hospital))",
            rf"\b(?:this|last) {_PERIOD}['’]s (?:top|biggest|best|news|stories|links|releases|papers)\b",
            rf"\b(?:stories|news|papers|links|reads|releases|highlights|models|tools|launches) (?:of|from) "
            rf"(?:the|this|last) {_PERIOD}\b",
            rf"\b{_PERIOD} in review\b|\bweek ahead\b",
            # What it calls itself.
            rf"\b{_KIND} (?:news )?{_ITSELF}(?=\s*(?:[:#|,(–—-]|for\b|of\b|\d|$))",
            r"^(?:round-?up|recap|digest|newsletter)\s*[:#|–—-]",
            rf"^{_KIND} (?:weekly|daily)\s*[:#|–—-]",
            # A list of things, and more of them.
            r"^\S+ \S+ [^,]+, \S+ \S+ [^,]+, and more$",
            r"\b(?:link|links|reading list|open thread)\s*(?:[:#]|for (?:the|this) (?:day|week)|dump)",
            rf"\b{_TO_KNOW} (?:this|today|in (?:ai|tech))\b",
            rf"^(?:the )?(?:top )?{_NUMBER} (?:[\w-]+ ){{0,2}}(?:stories|headlines|papers|links|reads|announcements)\b",
            rf"^(?:the )?(?:top )?{_NUMBER} (?:[\w-]+ ){{0,2}}{_TO_KNOW}\b(?! about)",
            # Series that everybody in the trade reads.
            r"^\[?(?:import ai|last week in ai|the batch|data points|the sequence|ainews|ai news|tldr|the rundown|"
            r"the neuron|the download|exponential view)\]?(?=\s*(?:[:#|–—-]|ai\b|\d|$))|^\[ainews\]",
            # An issue of something that comes out again and again.
            r"\b(?:newsletter|digest|weekly|daily)\b.*(?:#|\bissue |\bvol\.? ?|\bno\.? ?)\s?\d+|\bissue ?#\s?\d+\b",
        )
    ),
    re.IGNORECASE,
)


def is_roundup(title: str) -> bool:
    """Whether the article called *title* seems to tell of many things at once: *This week in AI*, *Import AI 401*."""
    return _ROUNDUP.search(" ".join(title.split())) is not None
