"""A stored story and its sections as Discord components. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.discord import limits
from adapters.discord.components import Component, said, separator
from adapters.discord.text import escaped, fitted, link, usable
from bot import wording
from bot.model import Article, Inference, KeyPoint, Passage, SectionName, Story, StoryStatus
from bot.text import clean, clean_prose, pieces

_HALF = limits.PIECE // 2
"""Escaping can double a text."""


def whole(story: Story, now: datetime) -> Iterator[Component]:
    """Title, takeaway, every written section, the sources; a withdrawn story says only that it is."""
    yield from heading(story, now)
    if story.status is StoryStatus.WITHDRAWN:
        return
    yield from _paragraphs(clean_prose(story.takeaway))
    for name in story.sections.written():
        yield separator()
        yield from passage_of(story, name)
    if story.articles:
        yield separator()
        yield said("### Sources")
        yield from articles(story, now)
    yield said(f"-# {escaped(wording.attribution(story))}")


def heading(story: Story, now: datetime) -> Iterator[Component]:
    """The title and the facts about the whole story."""
    is_gone = story.status is StoryStatus.WITHDRAWN
    url = usable(next((article.url for article in story.articles if article.url), ""))
    first, *rest = pieces(clean(story.title), _HALF) or [story.ref]
    title = escaped(first)
    shown = f"~~{title}~~" if is_gone else f"[{title}](<{url}>)" if url else title
    facts = f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}"
    lines = [f"### {shown}", *(f"**{escaped(one)}**" for one in rest)]
    if status := wording.status_line(story):
        lines.append(f"*{fitted(status, _HALF)}*")
    yield said("\n".join([*lines, f"-# {story.ref} · {fitted(facts, 100)}"]))


def passage_of(story: Story, name: SectionName) -> Iterator[Component]:
    """One written section under its heading, labelled where it is somebody's expectation."""
    label = wording.analysis_label(name)
    yield said(f"### {escaped(wording.HEADINGS[name])}" + (f" · *{label}*" if label else ""))
    passage = story.sections.passage(name)
    yield from _prose(passage) if passage else _points(story, story.sections.key_points)


def articles(story: Story, now: datetime) -> list[Component]:
    """The articles that report *story*, oldest first, as many a text as it takes."""
    found: list[Component] = []
    lines: list[str] = []
    for article in story.articles:
        line = _article(article, now)
        if lines and sum(map(len, lines)) + len(line) > limits.PIECE:
            found.append(said("\n".join(lines)))
            lines = []
        lines.append(line)
    return [*found, said("\n".join(lines))] if lines else found


def _points(story: Story, points: Sequence[KeyPoint]) -> Iterator[Component]:
    names = {article.url: article.source.name or article.source.domain for article in story.articles if article.url}
    for point in points:
        first, *rest = pieces(clean(point.text), _HALF) or [""]
        cited = [link(url, names.get(url) or _host(url), 60) for url in point.sources]
        yield said(f"- {escaped(first)}")
        yield from (said(escaped(piece)) for piece in rest)
        line = "-# — " + ", ".join(one for one in cited if one)
        if cited and len(line) <= limits.PIECE:
            yield said(line)


def _prose(passage: Passage) -> Iterator[Component]:
    yield from _paragraphs(clean_prose(passage.text))
    for item in passage.items:
        yield from _inference(item)


def _paragraphs(text: str) -> Iterator[Component]:
    yield from (said(escaped(piece)) for piece in pieces(text, _HALF))


def _inference(item: Inference) -> Iterator[Component]:
    facts = (item.horizon, item.confidence and f"confidence: {item.confidence}", item.basis and f"basis: {item.basis}")
    first, *rest = pieces(clean(item.text), _HALF) or [""]
    yield said(f"- {escaped(first)}")
    yield from (said(escaped(piece)) for piece in rest)
    told = clean(" · ".join(filter(None, facts)))
    yield from (said(f"-# {escaped(piece)}") for piece in pieces(told, _HALF))


def _article(article: Article, now: datetime) -> str:
    when = wording.when(article.published or article.first_seen, now)
    facts = " · ".join(filter(None, (fitted(article.source.name, 100), when)))
    return f"- {link(article.url, article.title, 600)}\n-# {facts}"


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") >= 2 else url  # noqa: PLR2004
