"""Answers to those who ask: a section, a whole story, its sources, what a search found. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from adapters.terminal.pieces import ACCENT, ALERT, GONE, QUIET, STRONG, gutter, lines, linked, outside, spaced
from bot import credit, wording
from bot.model import Answer, Article, Inference, KeyPoint, Passage, SectionName, Story, StoryStatus
from bot.text import clean

_INDENT = Text("  ")


def answer(answer: Answer, *, now: datetime) -> RenderableType:
    """The story or the section that was asked for, that nobody has written it, or the nearest stories."""
    story = answer.story
    if story is None:
        return not_found(answer)
    if answer.section is None or story.status is StoryStatus.WITHDRAWN:
        return whole_story(story, now=now, writable=answer.writable)
    notes = _Notes(story)
    part = (
        _section(story, answer.section, notes)
        if answer.is_written
        else outside(wording.absent(story, answer.section, answer.trouble))
    )
    by = credit.written_by(story, answer.section)
    return spaced(_head(story), part, outside(by, QUIET) if by else None, notes.listed(now))


def whole_story(story: Story, *, now: datetime, writable: Collection[SectionName] = ()) -> RenderableType:
    """Everything about *story*: its text, section by section, and its sources; not what was withdrawn.

    *writable* are sections that would be written if somebody asked for them.
    """
    notes = _Notes(story, cites_all=True)
    if story.status is StoryStatus.WITHDRAWN:
        return spaced(_head(story), notes.listed(now))
    written = story.sections.written()
    open_ = [name for name in SectionName if name in writable and name not in written]
    missing = [name for name in SectionName if name not in written and name not in open_]
    told = (outside(story.takeaway), outside(credit.differ_line(story), QUIET))
    facts = (
        wording.publishers(story.publishers),
        wording.when(wording.newest_at(story), now),
        *(f"#{topic}" for topic in story.topics),
    )
    return spaced(
        _head(story),
        lines(*told) if any(told) else None,
        lines(outside(" · ".join(facts), QUIET), outside(credit.attribution(story), QUIET)),
        *(_section(story, name, notes) for name in written),
        lines(
            Text(f"Written when you ask: {_named(open_)}.", style=QUIET) if open_ else None,
            Text(f"Nobody has written: {_named(missing)}.", style=QUIET) if missing else None,
        )
        if open_ or missing
        else None,
        notes.listed(now),
    )


def sources(answer: Answer, *, now: datetime) -> RenderableType:
    """The articles that report the story that was asked for."""
    story = answer.story
    if story is None:
        return not_found(answer)
    listed = _Notes(story, cites_all=True).listed(now)
    return spaced(_head(story), listed or Text("It was brought ready-written, without any source.", style=QUIET))


def not_found(answer: Answer) -> RenderableType:
    """That nothing is called that, and what comes nearest."""
    sentence = outside(wording.not_found(answer.asked, answer.nearest, answer.because))
    if not answer.nearest:
        return spaced(sentence)
    return spaced(lines(sentence, _listed(answer.nearest)))


def not_found_text(answer: Answer) -> str:
    """The same as one text, for a message of an error."""
    nearest = (f"\n  {story.ref}  {clean(story.title)}" for story in answer.nearest)
    return clean(wording.not_found(answer.asked, answer.nearest, answer.because)) + "".join(nearest)


def search_results(words: str, found: Sequence[Story], *, now: datetime) -> RenderableType:
    """What a search found, best first."""
    about = f" with “{clean(words)}”" if words.strip() else ""
    if not found:
        return spaced(Text(f"No stored story{about}. Fewer words, or other ones, may find more."))
    head = Text(f"{wording.counted(len(found), 'story', 'stories')}{about}", style=STRONG)
    rows = [
        (
            outside(story.ref, ACCENT),
            lines(
                outside(story.title),
                Text(
                    f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}",
                    style=QUIET,
                ),
            ),
        )
        for story in found
    ]
    return spaced(head, gutter(rows))


def _head(story: Story) -> RenderableType:
    is_gone = story.status is StoryStatus.WITHDRAWN
    title = lines(outside(story.title, GONE if is_gone else STRONG), outside(wording.status_line(story), ALERT))
    return gutter([(outside(story.ref, ACCENT), title)])


def _listed(stories: Iterable[Story]) -> RenderableType:
    return gutter([(_INDENT + outside(story.ref, ACCENT), outside(story.title)) for story in stories])


def _named(sections: Iterable[SectionName]) -> str:
    return ", ".join(wording.HEADINGS[name].lower() for name in sections)


def _section(story: Story, name: SectionName, notes: "_Notes") -> RenderableType:
    heading = Text(wording.HEADINGS[name], style=STRONG)
    if label := credit.label(story, name):
        heading.append(f" · {label}", style=f"not bold {ACCENT}")
    passage = story.sections.passage(name)
    body = _prose(passage) if passage else _points(story.sections.key_points, notes)
    return lines(heading, body)


def _points(points: Sequence[KeyPoint], notes: "_Notes") -> RenderableType:
    return gutter([(Text("  •", style=ACCENT), _point(point, notes)) for point in points])


def _point(point: KeyPoint, notes: "_Notes") -> RenderableType:
    text, quote = outside(point.text) + notes.marks(point.sources), credit.quoted(point)
    if not quote:
        return text
    return lines(text, outside(" — ".join(filter(None, (quote, notes.publisher(point.sources)))), QUIET))


def _prose(passage: Passage) -> RenderableType:
    paragraphs = [outside(paragraph) for paragraph in passage.text.split("\n\n") if paragraph.strip()]
    apart = [part for paragraph in paragraphs for part in (paragraph, Text())][:-1]
    items = [(Text("•", style=ACCENT), _inference(item)) for item in passage.items]
    return gutter([(Text(" "), Group(*apart, *([gutter(items)] if items else [])))])


def _inference(item: Inference) -> RenderableType:
    said = (
        item.horizon,
        item.confidence and f"confidence: {item.confidence}",
        item.basis and f"basis: {item.basis}",
    )
    return lines(outside(item.text), outside(" · ".join(filter(None, said)), QUIET))


class _Notes:
    """Numbers for the sources that an answer cites, and the list of them."""

    def __init__(self, story: Story, *, cites_all: bool = False) -> None:
        self._articles = {article.url: article for article in story.articles if article.url}
        self._unaddressed = [article for article in story.articles if not article.url] if cites_all else []
        self._numbers: dict[str, int] = {}
        if cites_all:
            self.marks(tuple(self._articles))

    def marks(self, urls: Sequence[str]) -> Text:
        """``[1][3]`` for *urls*, to follow a word without a blank; each new one gets the next number."""
        numbers = sorted(self._numbers.setdefault(url, len(self._numbers) + 1) for url in urls)
        return Text("".join(f"[{number}]" for number in numbers), style=QUIET)

    def publisher(self, urls: Sequence[str]) -> str:
        """Who published the first of *urls*, if it is one of the story's."""
        source = self._articles[urls[0]].source if urls and urls[0] in self._articles else None
        return (source.name or source.domain) if source else ""

    def listed(self, now: datetime) -> RenderableType | None:
        """The cited sources by number; None if nothing was cited."""
        rows = [(Text(f"{number:>3}", style=QUIET), self._source(url, now)) for url, number in self._numbers.items()]
        rows += [(Text("  •", style=QUIET), _article(article, now)) for article in self._unaddressed]
        return lines(Text("Sources", style=STRONG), gutter(rows)) if rows else None

    def _source(self, url: str, now: datetime) -> RenderableType:
        article = self._articles.get(url)
        return lines(_article(article, now) if article else None, linked(url, url, QUIET))


def _article(article: Article, now: datetime) -> RenderableType:
    facts = (article.source.name, wording.when(article.published or article.first_seen, now))
    return lines(outside(article.title), outside(" · ".join(filter(None, facts)), QUIET))
