"""What stands on pages and in feeds beside the article: said to visitors, or by a change log to nobody. Pure."""

import re


def _any(*patterns: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(patterns), flags)


BOILERPLATE = _any(
    # where else to read
    r"\bread more\b|\bcontinue reading|\blearn more\b|\bcomments url|\bpoints: \d|# comments",
    r"\b(?:read|see|view|find|get) (?:the )?(?:full|whole|entire|rest of|original)\b|\bview (?:this|in (?:your|a)) ",
    r"\b(?:(?:first|originally) appeared|appeared first) (?:on|in)\b|\b(?:is|was) derived from",
    r"\bthis (?:article|story|post|essay) (?:was|is|has been|or)\b|\bfull changelog|\brelease notes",
    r"\btable of contents|\brelated (?:articles|stories|posts)",
    r"\bfor (?:more|further) (?:information|details),? (?:visit|see|contact|please|on|go|about)\b",
    # what to do next
    r"\bsign[- ]?up\b|\bsubscribe (?:to|now|here|today|for)\b|\b(?:click|tap) (?:here|on|the|to)\b",
    r"\b(?:register|apply) (?:now|here|today)\b|\bregister for\b|\bjoin us\b|\bcontact us\b|\bfollow (?:us|me|along)\b",
    r"\bshare this (?:article|story|post|page)|\btune in\b|\bstay tuned|\bget (?:started|funded|in touch)\b",
    r"\b(?:book|request|schedule) a demo|\btry it (?:now|today|out|for free)\b|\bcheck (?:it |them )?out\b",
    r"\bwatch (?:the|our|this) (?:video|full|webinar|recording|episode)|\bleave a (?:comment|reply)",
    r"\bsee you (?:there|soon|next)|\bthank(?:s| you) for (?:reading|listening|watching)",
    r"\bhappy (?:new year|holidays|coding|reading)",
    # what is sold
    r"\b(?:our|this|free|daily|weekly|email) newsletters?\b|^advertisement|\bsponsored (?:by|post|content)",
    r"\bpromo code|\bcoupons?\b|\baffiliate (?:link|commission)|\bmay earn a commission|\bearly[- ]bird",
    r"\blimited[- ]time|% off\b|\bwebinar|\btickets? (?:are|on sale|now)\b|\bwe[’']?(?: a)?re hiring",
    # what the law wants
    r"\bcookies? (?:policy|settings|notice|banner|preferences)|\bus(?:es?|ing) (?:of )?cookies",
    r"\b(?:accept|our|these) cookies|\ball rights reserved|\bprivacy policy",
    r"\bterms of (?:service|use)\b.{0,20}(?:and|apply)",
    # who made it, and when
    r"\b(?:image|photo|picture|illustration|video)s? (?:credits?|by|courtesy|via)\b|\bcredits?:|\bgetty images",
    r"\bshutterstock|\bpictured (?:above|below|left|right|here)|\bfile photo\b|\bto enlarge\b|\beditor[’']s note",
    r"\blast (?:updated|modified)\b",
    r"^\W*(?:posted|written|edited|reported|published|updated|reporting|editing) (?:by|on|at)\b",
    # what the page can do
    r"\blisten to this\b|\bmin(?:ute)? read\b|\benable javascript|\bskip to (?:main )?content",
)
ORDERS = _any(
    r"(?:try|check|just|imagine|note|see|visit|discover|explore|learn|meet|use|start|join|download|read|watch|find out|"
    r"click|bring|stop|don[’']t|do not|please|remember|let[’']s|introducing|announcing|welcome)\b(?! (?:and|or)\b)",
    r"(?:fix|add|improve|update|remove|bump|resolve|refactor|deprecate|revert)(?:e?d|e?s)?\b",
    r"(?:various|bug ?fix(?:es)?|patch fixes|what[’']s new|changelog)\b",
)
"""How a sentence begins that wants something of its reader, or has no subject, as in change logs."""
NO_PROSE = _any(
    r"https?:|\bwww\.|[\w.+-]{1,64}@[\w-]+\.\w|(?<!\w)[#@][A-Za-z]\w+",  # addresses
    r"[{}`<>|\\©®]|=>|->|::|\(\)|;\s*$|(?<!\w)--?[a-z]+[-=]",  # code
    r"^\W*[Bb][Yy] [A-Z][\w’'-]+ [A-Z]|^[\d\s.,:/-]+$|^\(",  # bylines, bare figures, asides
    r"[=_~*•·▪►→]{2,}|[•▪►✅👉]",  # bullets
    r"^(?:[A-Z\d][\w.+&-]*\s+){2,8}(?:Adds?|Added|Fix(?:ed)?|Improved?|Introducing)\s",  # a heading before a line
    r"[a-z]{3}(?:We|You|The|This|It|In|Support|Takes|Due|Added|Fixed|With|No)\s",  # a lost space
    flags=0,
)
"""Signs of what is no sentence of a report."""
