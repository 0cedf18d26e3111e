"""What becomes of a story's text when an analyst, a model or new articles come to it: nobody undoes what another has
written. Pure.

Key points and takeaway are by whoever ``Story.analyst`` names. A passage says who wrote it where that is somebody else;
it is signed before the story's analyst changes, so that words are never told to be somebody else's.

An outlook may be by two, and is then signed by the model: what the sources say of dates to come stands before what the
model expects. A quoted item has its publisher for a basis, a model's has a sentence.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.coverage import copies
from bot.model import Inference, Origin, Passage, SectionName, Sections, Story, StoryStatus
from bot.ports import Draft

QUOTES = "extractive"
"""The analyst that takes everything word for word from the sources: its words give way to a model's."""

_PASSAGES = tuple(name for name in SectionName if name is not SectionName.KEY_POINTS)


def may_be_drafted(story: Story) -> bool:
    """Whether its text is a draft, which another draft may replace; what a person wrote or corrected stays."""
    return story.origin is Origin.FEEDS and story.status is StoryStatus.CURRENT


def is_quoted(story: Story) -> bool:
    """Whether the story is a draft that quotes: a model may write it anew."""
    return may_be_drafted(story) and story.analyst == QUOTES


def may_be_written(story: Story) -> bool:
    """Whether a model may write what *story* lacks: it sees nothing that is only for some workspaces, or withdrawn;
    without an article there is nothing that a sentence could rest on; and where a person corrected the story, its
    articles still say what was wrong.
    """
    return story.status is StoryStatus.CURRENT and bool(story.articles) and not story.workspaces


def missing(story: Story, sections: Collection[SectionName]) -> tuple[SectionName, ...]:
    """Those of *sections* that nobody has written, or only quoted, in the order of :class:`SectionName`."""
    return tuple(name for name in SectionName if name in sections and _is_open(story, name))


def quoted(story: Story, draft: Draft) -> Story:
    """*story* with *draft*, which quotes; sections that a model has written stay."""
    outlook = _with_quotes(story, draft.what_happens_next)
    return replace(
        story,
        title=draft.title,
        takeaway=draft.takeaway,
        analyst=draft.analyst,
        sections=replace(_signed(story), key_points=draft.key_points, what_happens_next=outlook),
        disputes=draft.disputes,
    )


def briefed(story: Story, draft: Draft) -> Story:
    """*story* with what a model has written of what the post shows; what the model left out stays as it was quoted.

    Whatever is between us and the model, no address gets in that is not one of the story's own articles'.
    """
    sections = _signed(story)
    known = {article.url for article in story.articles}
    points = tuple(
        replace(point, sources=tuple(url for url in point.sources if url in known)) for point in draft.key_points
    )
    return replace(
        story,
        title=draft.title or story.title,
        takeaway=draft.takeaway or story.takeaway,
        analyst=draft.analyst,
        sections=replace(sections, key_points=points or sections.key_points),
        disputes=draft.disputes or story.disputes,
    )


def analysed(story: Story, written: Sections, analyst: str) -> Story:
    """*story* with those of the *written* sections that it lacks, signed by *analyst*; what was quoted stays before."""
    added: dict[str, Any] = {}
    for name in missing(story, written.written()):
        passage = written.passage(name)
        if passage is None:
            added[name.value] = written.key_points
        elif added_to := _behind(story.sections.passage(name), replace(passage, analyst=analyst)):
            added[name.value] = added_to
    return replace(story, sections=replace(story.sections, **added))


def with_models_sections(story: Story, by_hand: Sections) -> Sections:
    """What a person wrote of *story*, *by_hand*, with the sections that they left out and a model had written."""
    passages = {name.value: story.sections.passage(name) for name in _PASSAGES if by_hand.passage(name) is None}
    kept: dict[str, Any] = {
        name: _without_quotes(story, passage)
        for name, passage in passages.items()
        if passage and passage.analyst not in {"", QUOTES}
    }
    return replace(by_hand, **kept)


def grown(held: Story, arrived: Story) -> Story:
    """What *held* becomes when *arrived*, made from it a while ago, brings articles.

    Nothing that *held* has is lost. Its text is replaced too, unless a person wrote or corrected it; what a model has
    written of it meanwhile stays.
    """
    once = {article.key: article for article in (*arrived.articles, *held.articles)}
    together = tuple(sorted(once.values(), key=lambda article: article.news_at))
    return replace(
        _with_sections_of(held, arrived) if may_be_drafted(held) else held,
        ref=held.ref,
        first_seen=held.first_seen,
        news_at=max(held.news_at, arrived.news_at),
        topics=tuple(dict.fromkeys((*arrived.topics, *held.topics))),
        articles=together,
        copies=copies(together),
        workspaces=held.workspaces,
    )


def _with_sections_of(held: Story, arrived: Story) -> Story:
    """*arrived* with what a model has written of *held*."""
    kept = _signed(held)
    written: dict[str, Any] = {name.value: kept.passage(name) for name in _PASSAGES if not _is_open(held, name)}
    written["what_happens_next"] = _with_quotes(held, _quotes(arrived))
    return replace(
        arrived,
        sections=replace(arrived.sections, **written),
        significance=arrived.significance if held.significance is None else held.significance,
    )


def _with_quotes(story: Story, quotes: Passage | None) -> Passage | None:
    """The outlook of *story* with *quotes* for those that it had; what a model expects stays behind them."""
    passage = _signed(story).what_happens_next
    if passage is None or passage.analyst == QUOTES:
        return quotes
    return _behind(quotes, _without_quotes(story, passage)) or quotes


def _behind(quotes: Passage | None, passage: Passage) -> Passage | None:
    """*passage* with the items of *quotes* before its own; None if it says nothing that these do not."""
    quoted_items = quotes.items if quotes else ()
    known = {item.text.casefold() for item in quoted_items}
    new = tuple(item for item in passage.items if item.text.casefold() not in known)
    return replace(passage, items=(*quoted_items, *new)) if new or passage.text else None


def _quotes(story: Story) -> Passage | None:
    """What the outlook of *story* quotes, alone."""
    passage = _signed(story).what_happens_next
    if passage is None or passage.analyst == QUOTES:
        return passage
    items = tuple(item for item in passage.items if _is_quote(story, item))
    return Passage(text="", items=items, analyst=QUOTES) if items else None


def _without_quotes(story: Story, passage: Passage) -> Passage:
    return replace(passage, items=tuple(item for item in passage.items if not _is_quote(story, item)))


def _is_quote(story: Story, item: Inference) -> bool:
    """Whether an item is a sentence of the sources: a model's rests on a sentence, and says how sure it is."""
    return not item.confidence and item.basis in {article.source.name for article in story.articles}


def _is_open(story: Story, name: SectionName) -> bool:
    """Whether nobody has written the section, or only quoted it."""
    passage = story.sections.passage(name)
    return _author(story, passage) == QUOTES if passage else name not in story.sections.written()


def _author(story: Story, passage: Passage) -> str:
    return passage.analyst or story.analyst


def _signed(story: Story) -> Sections:
    """Its sections, each passage with the name of whoever wrote it."""
    passages = {name.value: story.sections.passage(name) for name in _PASSAGES}
    signed: dict[str, Any] = {
        name: replace(passage, analyst=_author(story, passage)) for name, passage in passages.items() if passage
    }
    return replace(story.sections, **signed)
