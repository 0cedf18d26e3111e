"""Sentences: where a text has them, and which of them may be quoted to somebody who has not read the rest. Pure."""

import re

from adapters.analyst.furniture import NO_PROSE, ORDERS, is_boilerplate

SHORTEST, LONGEST = 25, 400
"""Characters of a sentence that may be quoted."""

_ENDS = ".!?…\u3002\uff01\uff1f\u0964\u06d4\u061f"
"""Full stops and the like; those of Chinese, Japanese, Hindi, Urdu and Arabic too."""
_QUESTIONS = ("?", "\uff1f", "\u061f")
_CLOSING = "\"'”’)]」』»"
_SENTENCE = re.compile(
    rf"[^{_ENDS}\n]*(?:(?:\n(?=[a-z])|[.!?…](?![\s{re.escape(_CLOSING)}]|$))[^{_ENDS}\n]*)*"
    rf"(?:[{_ENDS}]+[{re.escape(_CLOSING)}]*|\n|$)"
)
"""To the next stop, or to the end of the line, unless the next line goes on in small letters."""
_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|inc|ltd|co|corp|llc|plc|bros|univ|dept|vs|no|st|mt|jr|sr|gen|gov|sen|rep|lt|col|e\.g|i\.e|"
    r"etc|approx|est|fig|jan|feb|mar|apr|aug|sept?|oct|nov|dec)|\b[a-z]|(?:[a-z]\.)+[a-z])\.$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?:no|fig)\.$", re.IGNORECASE)
"""Abbreviations before a number, and words before anything else."""
_TITLED = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|mt|gen|gov|sen|rep|lt|col|vs|e\.g|i\.e)\.$", re.IGNORECASE)
"""Abbreviations with which no sentence ends."""
_STARTS = re.compile(
    r"\s+(?:The|A|An|It|Its|In|On|At|He|She|They|We|I|You|This|That|These|Those|But|And|As|If|For|When|While|After|"
    r"By|However|There|Some|Many|Most|Both|Two|Three|His|Her|Their|Our|Last|Next|With|To|From)\s"
)
"""How sentences begin, and hardly any name."""
_LONGEST_ABBREVIATION = 12
_GLUED = re.compile(r"(?<=[a-z)][a-z)][.!?])(?=[A-Z][a-z]*(?:\s|['’]))")
"""Where a feed has lost the space between two sentences: ``is true.The first``."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DASH = r"(?:[-–—]+|--)\s+(?=[\"“A-Z])"
_AGENCY = re.compile(r"[A-Z][\w .,'’/-]{2,60}\([A-Z][\w .]{1,30}\)\s*" + _DASH)
"""``TOKYO, May 12 (Example Wire) - ``."""
_PLACE = re.compile(rf"[A-Z]{{3}}[A-Z .,'’/-]{{0,40}}(?:{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?)?,?\s*{_DASH}")
"""``OSLO — ``, ``OSLO, March 3 – ``."""
_RELEASE = re.compile(rf"[A-Z][\w .'’,-]{{1,60}},\s{_MONTH}\s\d{{1,2}},\s\d{{4}}[^-–—\n]{{0,30}}{_DASH}")
"""``Oslo, Norway, March 3, 2026 (Example Newswire) – ``."""
_WRITTEN = re.compile(rf"(?:(?:,\s|,?\srev\.?\s|,\scorrected\s)?{_MONTH}\s\d{{4}})+\s*(?=[A-Z])")
"""``March 2026In the talk``."""
_LABEL = re.compile(
    r"(?:[A-Z&][\w&’'.-]*\s(?:-\s)?|(?:and|of|the|in)\s){0,5}(?:News|Insights|Newsletter|Update|Blog|Digest|Exclusive|"
    r"Breaking|Analysis|Opinion|Brief|Briefing|Weekly|Daily|Podcast)\s?:\s+(?=[\"“A-Z])"
)
"""``The Northern Digest: ``."""
_HEADING = re.compile(r"(?:[A-Z0-9][\w.+&-]*\s+){2,8}(?=(?:You|We|We[’']re|We[’']ve|This|These|Our)\s[a-z])")
"""A heading that a feed has put in front of its paragraph: ``Skarn Boards You can now order``."""
_BEFORE = (_AGENCY, _PLACE, _RELEASE, _WRITTEN, _LABEL, _HEADING)
_HEAD = 200
"""Characters in which these are looked for."""

_BEGINS = re.compile(r"[\"“\u2018«「『]?[$€£¥]?(?:[^\W_a-z]|[a-z]+[A-Z\d]|[a-z]{1,2}-)")
"""A capital, a figure, a letter of a script without capitals, or a name such as ``iPhone`` and ``o3-mini``."""
_NO_STOP = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese and Khmer are written without full stops."""
_CUT_OFF = re.compile(r"(?:\.\.\.|…)[\"'”’)\]]*$|\[(?:\.\.\.|…)\]|:[\"”]?$")
_WORDS = re.compile(r"(?<![\w’'])[a-z]{2}|[\u0370-\u1fff\u2e80-\uffff]")
"""A word in small letters, or in a script of its own: without one, it is names and signs."""
_HANGING = re.compile(
    r"[\"“]?(?:"
    r"it|its|it[’']s|they|their|he|his|she|her|that|that[’']s|these|those|here|here[’']s|there|such|both|another|"
    r"this(?! (?:guide|tutorial|paper|report|study|course|release|week|year|month)\b)|"
    r"the (?:latter|former|same|other)|others|"
    r"but|and|or|so|yet|also|then|thus|hence|however|still|instead|meanwhile|moreover|furthermore|additionally|"
    r"nevertheless|similarly|likewise|because|while this|again|"
    r"for (?:example|instance)|as a result|in addition|in other words|in fact|of course|on the other hand|even so|"
    r"in (?:this|that) (?:post|article|blog|guide|episode|issue|talk|case)|(?:to|for) (?:this|that) (?:end|reason)|"
    r"among (?:them|these)|at (?:that|this) (?:point|time)|after that|with that|at first|earlier|later)\b",
    re.IGNORECASE,
)
"""How a sentence begins that leans on the one before it."""
_NO_ORDER = (
    "about above across after again against all along alongside amid among and around as at because before behind "
    "below beneath beside between beyond both but by despite during except for from given half if in inside into is "
    "are was were like near never next no nor not now of off on once one only onto or out outside over past per "
    "plus since so such than that then though through throughout till to today tomorrow toward towards twice under "
    "unless unlike until up upon what when whenever where whereas wherever whether which while who whose why with "
    "within without yesterday yet do does did has have had can could may might will would shall should must how "
    "even just still perhaps maybe often sometimes soon here there although somehow instead almost became become "
    "came gave got made took held won lost left built sent met let rather quite"
).replace(" ", "|")
"""Words that stand before an article and are no verb that orders."""
_ORDER = re.compile(
    r"[\"“]?(?:(?:first|second|third|then|next|finally|instead|always|never|also|simply|just)\b,? )?(?:"
    rf"(?!(?:{_NO_ORDER}|[a-z]+(?:ing|ed|ly|(?<!s)s))\b)[a-z]+ "
    r"(?-i:the|an?(?! (?:year|month|week|day|decade|quarter)\b)|your|it|them|yourself|whether|sure)(?![\w’'])|"
    r"(?:ask|avoid|be|choose|compare|consider|create|decide|define|describe|ensure|explain|give|go|keep|make|pick|put|"
    r"select|specify|tell|turn|verify|write)\b(?! (?:is|was|has|up)\b) [a-z])",
    re.IGNORECASE,
)
"""How a sentence begins that orders: a verb in its bare form, and at once what it is done to."""
_BACKGROUND = re.compile(
    r"(?!.*\b(?:said|says|told|found|shows?|showed|announced|reported|revealed|admitted|confirmed|discovered|learned|"
    r"that|who|which|when|before|until|after|once|if)\b.*\bhad\b)"
    r"[^,;:]*\bhad (?:(?:already|also|earlier|long|never|not|previously|once|only|just|twice) )*"
    r"(?:been|\w+ed|begun|bought|built|chosen|come|done|drawn|fallen|found|given|gone|grown|held|kept|known|led|left|lost|"
    r"made|met|paid|put|risen|run|seen|sent|set|shown|sold|spent|spoken|sunk|taken|told|won|written)\b(?!.*\b(?:before|when|"
    r"until|by the time)\b)",
    re.IGNORECASE,
)
"""Its main verb tells what had been, before what the story tells."""
_PERSONAL = re.compile(r"(?:^|[\s(])(?:I|I[’'](?:m|ve|d|ll)|my|me|myself)(?=[\s,.;:!?)]|$)|^My\b")
_PAIRS = (("“", "”"), ("(", ")"), ("[", "]"), ("「", "」"), ("«", "»"))
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]?")


def split(text: str) -> list[str]:
    """The sentences of *text*, each exactly as it stands there; none goes on past the end of a paragraph."""
    sentences: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        end = match.end()
        if _goes_on(text, start, end):
            continue
        sentences += _GLUED.split(text[start:end])
        start = end
    return [sentence for piece in (*sentences, text[start:]) if (sentence := piece.strip())]


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the stop before *end* is that of an abbreviation, and the sentence from *start* does not end there."""
    # Only the end is looked at: a text of a thousand abbreviations would take a thousand looks at all of it.
    start = max(start, end - _LONGEST_ABBREVIATION)
    if end == len(text) or text[end - 1 : end] == "\n" or not _ABBREVIATED.search(text, start, end):
        return False
    if _NUMBERED.search(text, start, end):
        return text[end : end + 2].strip().isdigit()
    return bool(_TITLED.search(text, start, end)) or not _STARTS.match(text, end)


def bared(sentence: str) -> str:
    """What is left of *sentence* without what is no part of it: place and date of an agency's report, a heading."""
    for before in _BEFORE:
        if found := before.match(sentence[:_HEAD]):
            return sentence[found.end() :]
    return sentence


def is_quotable(sentence: str) -> bool:
    """Whether *sentence* is a whole one that says something, and no furniture of its page."""
    return (
        SHORTEST <= len(sentence) <= LONGEST
        and bool(_BEGINS.match(sentence))
        and _is_finished(sentence)
        and _is_balanced(sentence)
        and bool(_WORDS.search(sentence))
        and not ORDERS.match(sentence)
        and not NO_PROSE.search(sentence)
        and not is_boilerplate(sentence)
    )


def is_hanging(sentence: str) -> bool:
    """Whether *sentence* leans on the one before it, and is hard to understand alone."""
    return bool(_HANGING.match(sentence))


def is_order(sentence: str) -> bool:
    """Whether *sentence* tells its reader what to do, as those of instructions."""
    return bool(_ORDER.match(sentence))


def is_background(sentence: str) -> bool:
    """Whether *sentence* tells only what had been before, as in *A regulator had asked questions*."""
    return bool(_BACKGROUND.match(sentence))


def is_personal(sentence: str) -> bool:
    """Whether the author of *sentence* speaks of herself, outside quotation marks."""
    return bool(_PERSONAL.search(_QUOTED.sub(" ", sentence)))


def _is_finished(sentence: str) -> bool:
    """A question is not taken for a statement, nor what a feed has cut off for a sentence."""
    bare = sentence.rstrip(_CLOSING)
    if _CUT_OFF.search(sentence) or bare.endswith(_QUESTIONS):
        return False
    return bare.endswith(tuple(_ENDS)) or bool(_NO_STOP.search(sentence))


def _is_balanced(sentence: str) -> bool:
    """Whether every quotation and bracket that *sentence* opens is closed in it, and the other way round."""
    even = sentence.count('"') % 2 == 0
    return even and all(sentence.count(opening) == sentence.count(closing) for opening, closing in _PAIRS)
