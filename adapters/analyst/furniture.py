"""What stands on pages and in feeds beside the article: said to visitors, or by a change log to nobody. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence


def _any(*patterns: str) -> str:
    return "|".join(patterns)


_SAID_TO_VISITORS = re.compile(
    # One boundary for all: the alternatives are tried where a word begins, and not at every letter.
    r"\b(?:"
    + _any(
        # where else to read
        r"read more\b|continue reading|learn more\b|comments url|points: \d|full changelog|release notes",
        r"(?:read|see|view|find|get) (?:the )?(?:full|whole|entire|rest of|original)\b|view (?:this|in (?:your|a)) ",
        r"(?:(?:first|originally) appeared|appeared first) (?:on|in)\b|(?:is|was) derived from",
        r"this (?:article|story|post|essay) (?:was|is|has been|or)\b|table of contents",
        r"related (?:articles|stories|posts)",
        r"for (?:more|further) (?:information|details),? (?:visit|see|contact|please|on|go|about)\b",
        # what to do next
        r"sign[- ]?up\b|subscribe (?:to|now|here|today|for)\b|(?:click|tap) (?:here|on|the|to)\b|join us\b",
        r"(?:register|apply) (?:now|here|today)\b|register for\b|contact us\b|follow (?:us|me|along)\b|tune in\b",
        r"share this (?:article|story|post|page)|stay tuned|get (?:started|funded|in touch)\b",
        r"check (?:it |them )?out\b",
        r"(?:book|request|schedule) a demo|try it (?:now|today|out|for free)\b|leave a (?:comment|reply)",
        r"watch (?:the|our|this) (?:video|full|webinar|recording|episode)|see you (?:there|soon|next)",
        r"thank(?:s| you) for (?:reading|listening|watching)|happy (?:new year|holidays|coding|reading)",
        # what is sold
        r"(?:our|this|free|daily|weekly|email) newsletters?\b|sponsored (?:by|post|content)|promo code|coupons?\b",
        r"affiliate (?:link|commission)|may earn a commission|early[- ]bird|limited[- ]time|webinar",
        r"tickets? (?:are|on sale|now)\b|we[’']?(?: a)?re hiring",
        # what the law wants
        r"cookies? (?:policy|settings|notice|banner|preferences)|us(?:es?|ing) (?:of )?cookies|privacy policy",
        r"(?:accept|our|these) cookies|all rights reserved|terms of (?:service|use)\b.{0,20}(?:and|apply)",
        # who made it, and when
        r"(?:image|photo|picture|illustration|video)s? (?:credits?|by|courtesy|via)\b|credits?:|getty images",
        r"pictured (?:above|below|left|right|here)|file photo\b|to enlarge\b|editor[’']s note|shutterstock",
        r"last (?:updated|modified)\b",
        # what the page can do
        r"listen to this\b|min(?:ute)? read\b|enable javascript|skip to (?:main )?content",
    )
    + r")|% off\b|# comments"
)
_BEGINNINGS = re.compile(
    r"advertisement|\W*(?:posted|written|edited|reported|published|updated|reporting|editing) (?:by|on|at)\b"
)


_SUMMARY, _PAGES = 2, 30
"""Sentences with which a page may sum itself up, and pages that are compared."""


def is_boilerplate(sentence: str) -> bool:
    """Whether *sentence* is said to visitors of a page rather than to readers of an article."""
    text = sentence.lower()
    return bool(_BEGINNINGS.match(text) or _SAID_TO_VISITORS.search(text))


ORDERS = re.compile(
    _any(
        r"(?:introducing|announcing|welcome|please|let[’']s|don[’']t|do not|imagine|remember)\b",
        r"(?:try|check|note|see|visit|discover|explore|learn|meet|use|start|join|download|read|watch|find out|click|"
        r"bring|stop) (?:the|an?|this|these|that|our|your|us|how|what|why|where|more|all|another|it|out|if|to|for|here|"
        r"now|with)\b",
        r"(?:fix|add|improve|update|remove|bump|resolve|refactor|deprecate|revert)(?:e?d|e?s)?\b(?!-)",
        r"(?:various|bug ?fix(?:es)?|patch fixes|what[’']s new|changelog|note:|(?:general )?improvements? (?:to|for)|"
        r"(?:general|features?(?: &)?) (?:improvements?|tools))\b",
    ),
    re.IGNORECASE,
)
"""How a sentence begins that wants something of its reader, or has no subject, as in change logs."""
NO_PROSE = re.compile(
    _any(
        r"https?:|\bwww\.|[\w.+-]{1,64}@[\w-]+\.\w|(?<!\w)[#@][A-Za-z]\w+",  # addresses
        r"[{}`<>|\\©®]|=>|->|::|\(\)|;\s*$|(?<!\w)--?[a-z]+[-=]",  # code
        r"^\W*[Bb][Yy] [A-Z][\w’'-]+ [A-Z]|^[\d\s.,:/-]+$|^\(",  # bylines, bare figures, asides
        r"[=_~*•·▪►→]{2,}|[•▪►✅👉]",  # bullets
        r"^(?:[A-Z\d][\w.+&-]*\s+){2,8}(?:Adds?|Added|Fix(?:ed)?|Improved?|Introducing)\s",  # a heading before a line
        r"[a-z]{3}(?:We|You|The|This|It|In|Support|Takes|Due|Added|Fixed|With|No)\s",  # a lost space
    )
)
"""Signs of what is no sentence of a report."""


def repeated(sentences: Sequence[str]) -> frozenset[str]:
    """The *sentences* of one page that it says twice or more, as below each of its paragraphs.

    Not one of its first two that is said once again: many pages begin with a summary out of their own words.
    """
    times = Counter(sentences)
    summary = {sentence for sentence in sentences[:_SUMMARY] if times[sentence] == len("ab")}
    return frozenset(sentence for sentence, count in times.items() if count > 1) - summary


def shared(pages: Iterable[Sequence[str]]) -> frozenset[str]:
    """The sentences that at least two of *pages* have, given by their sentences, all of one publisher.

    Pages that share half of what the shorter one says are versions of one text, and share no furniture.
    """
    found: set[str] = set()
    known: list[frozenset[str]] = []
    for page in list(pages)[:_PAGES]:
        own = frozenset(page)
        for other in known:
            both = own & other
            if len(both) * 2 < min(len(own), len(other)):
                found |= both
        known.append(own)
    return frozenset(found)
