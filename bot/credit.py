"""Whose words readers see: who wrote what, on which sentence it rests, where the sources differ. Pure; nothing is
escaped here.
"""

from bot.model import EditionStory, KeyPoint, SectionName, Story, StoryStatus, Version
from bot.text import clean, cut
from bot.wording import HEADINGS

_FORWARD_LOOKING = frozenset(
    {SectionName.STRATEGIC_IMPLICATIONS, SectionName.WHAT_HAPPENS_NEXT, SectionName.SECOND_ORDER_EFFECTS}
)
_EXTRACTIVE = "extractive"
"""The analyst that quotes."""
_IMPORT = "import"
"""People."""
MAX_QUOTE = 300
"""Characters of the sentence below a key point."""
_DISPUTES, _VERSIONS, _NAMED_VERSIONS = 2, 3, 2
"""Of what sources tell differently: how many disputes, sides of each, and publishers of a side are shown."""
_SAID, _NAME = 50, 30
"""Characters of one side, and of a publisher's name in it."""


def label(story: Story, section: SectionName) -> str:
    """What readers must know of a section before they read it: ``Analysis`` where it says what a model or a person
    expects, ``Quoted from the sources`` where it is their own words; empty for what was reported, and for a section
    that nobody has written.
    """
    passage = story.sections.passage(section)
    if passage is None:
        return ""
    if (passage.analyst or story.analyst) == _EXTRACTIVE:
        return "Quoted from the sources"
    return "Analysis" if section in _FORWARD_LOOKING else ""


def attribution(story: Story) -> str:
    """Who wrote what: takeaway and key points, if there are any, then the sections that somebody else wrote; empty
    where nobody has written anything.
    """
    match story.analyst:
        case "extractive":
            first = "Taken word for word from the sources."
        case "import" if story.status is StoryStatus.CORRECTED:
            first = "Written or corrected by people."
        case "import":
            first = "Written by people and taken in as it was."
        case _:
            first = f"Written by {clean(story.analyst)}."
    if not story.takeaway and not story.sections.key_points:
        first = ""
    others: dict[str, list[str]] = {}
    for section in story.sections.written():
        passage = story.sections.passage(section)
        if passage and passage.analyst and passage.analyst != story.analyst:
            others.setdefault(passage.analyst, []).append(HEADINGS[section])
    theirs = (f"{', '.join(sections)}: {_by(whom)}" for whom, sections in others.items())
    return " ".join(filter(None, (first, *theirs)))


def written_by(story: Story, section: SectionName) -> str:
    """Which model wrote a section, for whoever sees it alone: ``Written by acme:large.``; empty where none did."""
    passage = story.sections.passage(section)
    analyst = (passage.analyst if passage else "") or story.analyst
    is_there = section in story.sections.written()
    return f"Written by {clean(analyst)}." if is_there and analyst not in {_EXTRACTIVE, _IMPORT} else ""


def _by(analyst: str) -> str:
    return {_EXTRACTIVE: "taken from the sources.", _IMPORT: "written by people."}.get(
        analyst, f"written by {clean(analyst)}."
    )


def quoted(point: KeyPoint) -> str:
    """The sentence that a key point rests on, in quotation marks; empty where it says no more than the point."""
    quote = clean(point.quote)
    return f"“{cut(quote, MAX_QUOTE)}”" if quote and quote != clean(point.text) else ""


def differ_line(story: EditionStory | Story) -> str:
    """What the sources tell differently, in one line; empty if they agree, and for what was withdrawn:
    ``Sources differ: “$20 billion” (Example Wire) or “$17 billion” (Daily Chip).`` is an example.
    """
    disputes = [one for one in story.disputes if len(one.versions) > 1][:_DISPUTES]
    if not disputes or story.status is StoryStatus.WITHDRAWN:
        return ""
    told = (" or ".join(_version(one) for one in dispute.versions[:_VERSIONS]) for dispute in disputes)
    return f"Sources differ: {'; '.join(told)}."


def _version(version: Version) -> str:
    named = [cut(clean(name), _NAME) for name in version.sources[:_NAMED_VERSIONS]]
    rest = len(version.sources) - len(named)
    names = ", ".join(filter(None, named)) + (f" and {rest} more" if rest > 0 else "")
    return f"“{cut(clean(version.said), _SAID)}”" + (f" ({names})" if names else "")
