"""Stories written as JSON, in the form in which they are also read. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.model import Passage, Story

Json = dict[str, object]


def dump_story(story: Story) -> Json:
    """*story* as ``--json`` shows it, ready for ``json.dumps``."""
    sections = story.sections
    whole: Json = {
        "ref": story.ref,
        "title": story.title,
        "takeaway": story.takeaway,
        "analyst": story.analyst,
        "topics": list(story.topics),
        "sections": {
            "key_points": [
                {"text": point.text, "sources": list(point.sources)} | ({"quote": point.quote} if point.quote else {})
                for point in sections.key_points
            ],
            "what_changed": _plain(sections.what_changed),
            "strategic_implications": _plain(sections.strategic_implications),
            "what_happens_next": _forward(sections.what_happens_next, ("horizon", "confidence", "basis")),
            "second_order_effects": _forward(sections.second_order_effects, ("basis",)),
        },
        "articles": [
            {
                "title": article.title,
                "url": article.url,
                "source": article.source.name,
                "published": article.published and stamp(article.published),
            }
            for article in story.articles
        ],
        "first_seen": stamp(story.first_seen),
        "status": story.status.value,
    }
    # Only where there are some: most stories have none of these, and programs need not know the keys.
    if story.workspaces:
        whole["workspaces"] = list(story.workspaces)
    if story.disputes:
        whole["disputes"] = [
            [{"said": version.said, "sources": list(version.sources)} for version in dispute.versions]
            for dispute in story.disputes
        ]
    return whole


def stamp(at: datetime) -> str:
    """*at* as ``2026-11-22T06:00:00Z``, with microseconds only where it has some."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _plain(passage: Passage | None) -> Json | None:
    return {"text": passage.text} | _analyst(passage) if passage else None


def _forward(passage: Passage | None, always: Iterable[str]) -> Json | None:
    """A section that looks ahead: each item with the keys of *always*, and others where they say something."""
    if passage is None:
        return None
    items = []
    for item in passage.items:
        said = {"horizon": item.horizon, "confidence": item.confidence, "basis": item.basis}
        items.append({"text": item.text} | {key: text for key, text in said.items() if key in always or text})
    return {"text": passage.text, "items": items} | _analyst(passage)


def _analyst(passage: Passage) -> Json:
    """Who wrote it, where that is not the story's analyst."""
    return {"analyst": passage.analyst} if passage.analyst else {}
