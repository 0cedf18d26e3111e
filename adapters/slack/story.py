"""A stored story and its sections as blocks. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from adapters.slack import limits
from adapters.slack.blocks import Block, bullets, context, divider, linked, rich, rich_of, size, text
from adapters.slack.text import mrkdwn
from bot import credit, wording
from bot.model import Article, Inference, KeyPoint, Passage, SectionName, Story, StoryStatus
from bot.text import clean, clean_prose, cut, pieces

_CITED = 800
"""Characters of the sources of one point, addresses and all."""
_NAME = 60


def whole(story: Story, now: datetime) -> Iterator[Block]:
    """Title, takeaway, every written section, the sources; a withdrawn story says only that it is."""
    yield from heading(story, now)
    if story.status is StoryStatus.WITHDRAWN:
        return
    for piece in pieces(clean_prose(story.takeaway), limits.PIECE):
        yield rich(text(piece))
    if differ := credit.differ_line(story):
        yield context(mrkdwn(differ, limits.CONTEXT))
    for name in story.sections.written():
        yield divider()
        yield from passage_of(story, name)
    if story.articles:
        yield divider()
        yield rich(text("Sources", bold=True))
        yield from articles(story, now)
    if by := credit.attribution(story):
        yield context(mrkdwn(by, limits.CONTEXT))


def heading(story: Story, now: datetime) -> Iterator[Block]:
    """The title and the facts about the whole story."""
    is_gone = story.status is StoryStatus.WITHDRAWN
    url = "" if is_gone else next((article.url for article in story.articles if article.url), "")
    for piece in pieces(clean(story.title), limits.PIECE) or [story.ref]:
        yield rich(linked(piece, url, bold=True, strike=is_gone))
    if status := wording.status_line(story):
        yield rich(*(text(piece, italic=True) for piece in pieces(clean(status), limits.PIECE)))
    facts = f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}"
    yield context(f"*{story.ref}* · {mrkdwn(facts, limits.BUTTON)}")


def passage_of(story: Story, name: SectionName) -> Iterator[Block]:
    """One written section under its heading, labelled where it is somebody's expectation."""
    label = credit.label(story, name)
    yield rich(text(wording.HEADINGS[name], bold=True), text(f"  {label}" if label else "", italic=True))
    passage = story.sections.passage(name)
    yield from _prose(passage) if passage else _points(story, story.sections.key_points)


def articles(story: Story, now: datetime) -> list[Block]:
    """The articles that report *story*, oldest first."""
    return [rich_of([bullets(_article(article, now) for article in chunk)]) for chunk in _chunks(story.articles)]


def _points(story: Story, points: Sequence[KeyPoint]) -> Iterator[Block]:
    """Each point as a bullet, below it the sentence that it rests on, and its sources; many long ones in several
    blocks.
    """
    names = {article.url: article.source.name or article.source.domain for article in story.articles if article.url}
    items: list[list[Block]] = []
    for point in points:
        first, *rest = pieces(clean(point.text), limits.PIECE - _CITED - credit.MAX_QUOTE) or [""]
        cited = [*_quoted(point), *_cited(point, names)]
        if items and size([*_runs(items), text(first), *cited]) > limits.PIECE:
            yield rich_of([bullets(items)])
            items = []
        items.append([text(first), *([] if rest else cited)])
        if rest:
            yield rich_of([bullets(items)])
            items = []
            yield from (rich(text(piece)) for piece in rest[:-1])
            yield rich(text(rest[-1]), *cited)
    if items:
        yield rich_of([bullets(items)])


def _quoted(point: KeyPoint) -> list[Block]:
    """The sentence that a point rests on, below it."""
    said = credit.quoted(point)
    return [text(f"\n{said}", italic=True)] if said else []


def _cited(point: KeyPoint, names: Mapping[str, str]) -> list[Block]:
    """The sources of a point, as links; those whose addresses would crowd out the point are left to its story. A quoted
    sentence is the first one's.
    """
    runs: list[Block] = []
    for number, url in enumerate(point.sources):
        name = cut(clean(names.get(url) or _host(url)), _NAME)
        between = "; also " if credit.quoted(point) and number == 1 else ", "
        more = [text(between if runs else "  — ", italic=True), linked(name, url, italic=True)]
        if name and size([*runs, *more]) <= _CITED:
            runs += more
    return runs


def _runs(items: Iterable[Sequence[Block]]) -> list[Block]:
    return [run for item in items for run in item]


def _prose(passage: Passage) -> Iterator[Block]:
    for piece in pieces(clean_prose(passage.text), limits.PIECE):
        yield rich(text(piece))
    for item in passage.items:
        yield from _inference(item)


def _inference(item: Inference) -> Iterator[Block]:
    facts = (item.horizon, item.confidence and f"confidence: {item.confidence}", item.basis and f"basis: {item.basis}")
    said = clean(" · ".join(filter(None, facts)))
    whole = clean(item.text)
    if len(whole) + len(said) <= limits.PIECE:
        yield rich_of([bullets([[text(whole), text(f"\n{said}" if said else "", italic=True)]])])
        return
    first, *rest = pieces(whole, limits.PIECE) or [""]
    yield rich_of([bullets([[text(first)]])])
    yield from (rich(text(piece)) for piece in rest)
    yield from (rich(text(piece, italic=True)) for piece in pieces(said, limits.PIECE))


def _article(article: Article, now: datetime) -> list[Block]:
    title = cut(clean(article.title), limits.PIECE // 2)
    facts = (cut(clean(article.source.name), _NAME), wording.when(article.published or article.first_seen, now))
    return [linked(title or article.url, article.url), text("  " + " · ".join(filter(None, facts)))]


def _chunks(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Few enough that a message can take them: one with long titles alone."""
    chunk: list[Article] = []
    taken = 0
    for article in articles:
        length = len(article.title) + len(article.url) + len(article.source.name) + 40
        if chunk and taken + length > limits.PIECE:
            yield chunk
            chunk, taken = [], 0
        chunk.append(article)
        taken += length
    if chunk:
        yield chunk


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") >= 2 else url  # noqa: PLR2004
