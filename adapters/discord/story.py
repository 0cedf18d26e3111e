"""A stored story and its sections as Discord components. Pure."""

from collections.abc import Iterator
from datetime import datetime

from adapters.discord import limits
from adapters.discord.components import Component, gathered, said, separator
from adapters.discord.text import escaped, fitted, link, parts, struck
from bot import credit, wording
from bot.model import Article, Inference, KeyPoint, SectionName, Story, StoryStatus
from bot.text import clean, clean_prose, cut, pieces

_TITLE = 400
"""Characters of a title in one piece; a story's longer ones go on below it."""
_NAME = 60
_FACTS = 400


def whole(story: Story, now: datetime) -> Iterator[Component]:
    """Title, takeaway, every written section, the sources; a withdrawn story says only that it is."""
    yield from lead(story, now)
    if story.status is StoryStatus.WITHDRAWN:
        return
    for name in story.sections.written():
        yield separator()
        yield from passage_of(story, name)
    if story.articles:
        yield separator()
        yield said("### Sources")
        yield from articles(story, now)
    if by := credit.attribution(story):
        yield said(f"-# {escaped(by)}")


def lead(story: Story, now: datetime) -> Iterator[Component]:
    """The title and the takeaway, which a withdrawn story has no more, and what the sources tell differently."""
    yield from heading(story, now)
    if story.status is not StoryStatus.WITHDRAWN:
        yield from _paragraphs(clean_prose(story.takeaway))
    if differ := credit.differ_line(story):
        yield said(f"-# {fitted(differ, limits.PIECE // 2)}")


def heading(story: Story, now: datetime) -> Iterator[Component]:
    """The title and the facts about the whole story."""
    is_gone = story.status is StoryStatus.WITHDRAWN
    url = next((article.url for article in story.articles if article.url), "")
    first, *more = pieces(clean(story.title) or story.ref, _TITLE)
    rest = [said for one in more for said in parts(one, limits.PIECE // 2)]
    shown = struck(escaped(first)) if is_gone else link("" if more else url, first)
    facts = f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}"
    lines = [f"### {shown}", *(struck(one) if is_gone else f"**{one}**" for one in rest)]
    if status := wording.status_line(story):
        lines.append(f"*{fitted(status, limits.PIECE // 2)}*")
    yield from gathered([*lines, f"-# {story.ref} · {fitted(facts, 100)}"])


def passage_of(story: Story, name: SectionName) -> Iterator[Component]:
    """One written section under its heading, labelled where it is somebody's expectation."""
    label = credit.label(story, name)
    yield said(f"### {escaped(wording.HEADINGS[name])}" + (f" · *{label}*" if label else ""))
    passage = story.sections.passage(name)
    if passage:
        yield from _paragraphs(clean_prose(passage.text))
        yield from gathered(line for item in passage.items for line in _inference(item))
    else:
        yield from gathered(line for point in story.sections.key_points for line in _point(story, point))


def articles(story: Story, now: datetime) -> list[Component]:
    """The articles that report *story*, oldest first, as many a text as it takes."""
    return list(gathered(_article(article, now) for article in story.articles))


def _point(story: Story, point: KeyPoint) -> Iterator[str]:
    names = {article.url: article.source.name or article.source.domain for article in story.articles if article.url}
    first, *others = [link(url, cut(clean(names.get(url) or _host(url)), _NAME)) for url in point.sources] or [""]
    quote = fitted(credit.quoted(point), 2 * credit.MAX_QUOTE)
    # A quoted sentence is the first one's.
    also = ", ".join(filter(None, others))
    named = ("; also " if quote else ", ").join(filter(None, (first, also)))
    room = limits.PIECE - len(quote) - len("-#  — ")
    yield from _item(point.text, " ".join(filter(None, (quote, f"— {named}" if 0 < len(named) < room else ""))))


def _inference(item: Inference) -> Iterator[str]:
    facts = (item.horizon, item.confidence and f"confidence: {item.confidence}", item.basis and f"basis: {item.basis}")
    told = clean(" · ".join(filter(None, facts)))
    first, *rest = parts(told, _FACTS) if told else [""]
    yield from _item(item.text, first)
    yield from (f"-# {one}" for one in rest)


def _item(text: str, below: str) -> Iterator[str]:
    """One of a list, with what is known of it *below*, kept together where that is not too long."""
    first, *rest = parts(clean(text), limits.PIECE - 2) if clean(text) else [""]
    lines = [f"- {first}", *rest, *([f"-# {below}"] if below else [])]
    whole = "\n".join(lines)
    yield from [whole] if len(whole) <= limits.PIECE else lines


def _paragraphs(text: str) -> Iterator[Component]:
    yield from map(said, parts(text, limits.PIECE))


def _article(article: Article, now: datetime) -> str:
    when = wording.when(article.published or article.first_seen, now)
    facts = " · ".join(filter(None, (fitted(article.source.name, 100), when)))
    return f"- {link(article.url, cut(clean(article.title) or _host(article.url), _TITLE))}\n-# {facts}"


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") >= 2 else url  # noqa: PLR2004
