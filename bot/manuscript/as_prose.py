"""Stories as people paste and write them: plain text and Markdown. Pure.

Both are one grammar: a title, a takeaway, then headings with what belongs to them. Markdown marks its headings with
``#``, plain text does not. Stories are separated by a line ``---``, by the footer that pasted stories end with, or in
Markdown by the next ``# Title``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.errors import Unreadable
from bot.manuscript import fields
from bot.manuscript.headings import (
    EXAMPLES,
    FIELDS,
    HEADINGS,
    KEY_POINTS,
    MARKED,
    PASSAGES,
    is_misspelled,
    is_title,
    known,
    simple,
    unmarked,
)
from bot.manuscript.lines import BULLET, Line, paragraphs, points, unbulleted
from bot.manuscript.values import MAX_ARTICLES, MAX_KEY_POINTS, MAX_TOPICS, Manuscript, ManuscriptArticle, unreadable
from bot.model import KeyPoint, Passage, Sections
from bot.problems import did_you_mean, shown
from bot.text import clean

FOOTER = "free daily briefing"
"""The heading of what follows a pasted story and is no part of it."""
TAGLINE = "Top AI intelligence stories delivered each morning."
"""What stands below that heading; where files were joined, the next title may be glued to it."""
WRAPPED = 120
"""Characters. Plain text with a longer line was not wrapped by hand, so each of its lines is a paragraph."""

_RULE = re.compile(r"-{3,}")
_FIELD = re.compile(r"[*_]*(sources?|topics?|ref|workspaces?)[*_]*:[*_]*\s*([^\s*_].*)", re.IGNORECASE)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(https?://(?:[^\s()<>]|\([^\s()]*\))+)>?\s*\)")
_URL = re.compile(r"https?://\S+")
_DATE = re.compile(r",\s*(\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)$")
_BOLD = re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*|\b__(?=\S)([^_]+)(?<=\S)__\b")

Checked = TypeVar("Checked")


@dataclass(slots=True)
class _Draft:
    """The lines of one story by the heading above them, in the order of the file."""

    title: Line
    takeaway: list[Line] = field(default_factory=list)
    parts: dict[str, list[Line]] = field(default_factory=dict)


def read(text: str, *, name: str, markdown: bool) -> tuple[Manuscript, ...]:
    """The stories in *text*. *markdown*: it surely is; else its headings tell.

    Raises:
        Unreadable: with the line and what was expected there.
    """
    lines = [Line(number, clean(line)) for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1)]
    markdown = markdown or any(MARKED.fullmatch(line.text) for line in lines)
    reader = _Reader(name, markdown=markdown)
    stories = tuple(reader.story(chunk) for chunk in _stories(lines, markdown=markdown))
    if not stories:
        raise unreadable(name, None, "holds no story; expected a title on its first line")
    return stories


class _Reader:
    """Turns the lines of a story into a manuscript; holds what every error message needs."""

    def __init__(self, name: str, *, markdown: bool) -> None:
        self._name = name
        self._markdown = markdown

    def story(self, lines: Sequence[Line]) -> Manuscript:
        """The story that *lines* are; the first is its title."""
        draft = self._sorted(lines)
        parts = draft.parts
        # A title with some text is a story only where the title is marked as one; anything could look like that.
        if not parts and not (self._markdown and any(line.text for line in draft.takeaway)):
            raise self._wrong(draft.title, f"expected a story: a title, and below it headings such as {EXAMPLES}")
        passages = {
            PASSAGES[heading]: self._passage(heading, parts[heading]) for heading in PASSAGES if heading in parts
        }
        return Manuscript(
            title=self._checked(fields.title, draft.title, "the title", self._inline(unmarked(draft.title.text))),
            takeaway=self._takeaway(draft.takeaway),
            sections=Sections(key_points=self._key_points(parts.get(KEY_POINTS, [])), **passages),
            articles=tuple(self._article(line) for line in self._few_of("Sources", parts, MAX_ARTICLES)),
            topics=self._words("Topics", parts, fields.topic, MAX_TOPICS),
            ref="".join(self._words("Ref", parts, fields.ref, 1)),
            workspaces=self._words("Workspaces", parts, fields.workspace, MAX_TOPICS),
        )

    def _sorted(self, lines: Sequence[Line]) -> _Draft:
        draft = _Draft(lines[0])
        under, at = draft.takeaway, {}
        for line in lines[1:]:
            heading, value = self._heading(line)
            if not heading:
                under.append(line)
                continue
            if heading in draft.parts and heading not in FIELDS:
                raise self._wrong(line, f'the heading "{heading}" comes a second time in this story')
            at[heading] = line
            under = draft.parts.setdefault(heading, [])
            under.append(Line(line.number, value))
        for heading, line in at.items():
            if not any(below.text for below in draft.parts[heading]):
                raise self._wrong(line, f'nothing stands below the heading "{heading}"')
        return draft

    def _heading(self, line: Line) -> tuple[str, str]:
        """The heading that *line* is, and the value on the same line; both empty where it is none.

        Raises:
            Unreadable: it is a heading, but none that we know.
        """
        if found := _FIELD.fullmatch(line.text):
            return known(found[1]), found[2]
        text = unmarked(line.text)
        if heading := known(text):
            return heading, ""
        if MARKED.fullmatch(line.text) or is_misspelled(text):
            hint = did_you_mean(text.strip(":"), HEADINGS)
            raise self._wrong(line, f"the heading {shown(text)} is unknown; known: {', '.join(HEADINGS)}{hint}")
        return "", ""

    def _takeaway(self, lines: Sequence[Line]) -> str:
        blocks = list(paragraphs(lines))
        if not blocks:
            return ""
        if len(blocks) > 1:
            second = blocks[1][0]
            raise self._wrong(second, f"a second paragraph below the title; expected a heading such as {EXAMPLES}")
        text = " ".join(line.text for line in blocks[0])
        return self._checked(fields.line, blocks[0][0], "the takeaway", self._inline(text))

    def _passage(self, heading: str, lines: Sequence[Line]) -> Passage:
        """Prose: paragraphs as they stand, and each bulleted line as one."""
        by_line = not self._markdown and any(len(line.text) > WRAPPED for line in lines)
        written: list[str] = []
        for block in paragraphs(lines):
            for line in block:
                text = BULLET.sub("", line.text, count=1) if BULLET.match(line.text) else line.text
                if line is block[0] or by_line or text != line.text:
                    written.append(text)
                else:
                    written[-1] += f" {text}"
        first = next(line for line in lines if line.text)
        text = "\n\n".join(self._inline(paragraph) for paragraph in written)
        return Passage(text=self._checked(fields.prose, first, heading, text))

    def _key_points(self, lines: Sequence[Line]) -> tuple[KeyPoint, ...]:
        found = points(lines)
        if len(found) > MAX_KEY_POINTS:
            raise self._wrong(found[MAX_KEY_POINTS], f"one key point too many; at most {MAX_KEY_POINTS} are taken")
        return tuple(self._key_point(point) for point in found)

    def _key_point(self, line: Line) -> KeyPoint:
        """A key point; in Markdown the links at its end are its sources."""
        text = line.text
        sources: list[str] = []
        while self._markdown and text.endswith(")") and (links := list(_LINK.finditer(text))):
            if links[-1].end() < len(text) or not links[-1].start():
                break
            sources.insert(0, self._checked(fields.address, line, "a source", links[-1][2]))
            text = text[: links[-1].start()].rstrip()
        return KeyPoint(
            text=self._checked(fields.some_line, line, "a key point", self._inline(text)), sources=tuple(sources)
        )

    def _article(self, line: Line) -> ManuscriptArticle:
        """``[title](url), publisher, date`` or ``title: url, publisher, date``; all but the url may be left out."""
        text, published = unbulleted(line.text), None
        if found := _DATE.search(text):
            published = self._checked(fields.moment, line, "the date of a source", found[1])
            text = text[: found.start()]
        link = _LINK.match(text)
        bare = _URL.search(text)
        if link:
            title, url, rest = link[1], link[2], text[link.end() :]
        elif bare:
            url = bare[0].rstrip(",;>")
            title, rest = text[: bare.start()].rstrip(" :<"), text[bare.start() + len(url) :]
        else:
            raise self._wrong(line, f"{shown(text)} has no address; expected https://… or [title](https://…)")
        return fields.article(
            self._checked(fields.line, line, "the title of a source", self._inline(title)),
            self._checked(fields.address, line, "the address of a source", url),
            self._checked(fields.line, line, "the publisher of a source", rest.strip(" ,;>")),
            published,
        )

    def _words(
        self, heading: str, parts: dict[str, list[Line]], check: Callable[[str], str], limit: int
    ) -> tuple[str, ...]:
        """The words below *heading*, separated by commas or one a line, each once."""
        words = [
            Line(line.number, word)
            for line in parts.get(heading, [])
            for word in unbulleted(line.text).split(",")
            if word.strip()
        ]
        few = self._few_of(heading, {heading: words}, limit)
        return tuple(dict.fromkeys(self._checked(check, word, heading, word.text) for word in few))

    def _few_of(self, heading: str, parts: dict[str, list[Line]], limit: int) -> list[Line]:
        """The lines with text below *heading*, which are no more than *limit*."""
        written = [line for line in parts.get(heading, []) if line.text]
        if len(written) > limit:
            raise self._wrong(written[limit], f"too much below {heading}; at most {limit} are taken")
        return written

    def _inline(self, text: str) -> str:
        """*text* without the marks that Markdown has inside a line for links and bold type."""
        return _BOLD.sub(r"\1\2", _LINK.sub(r"\1", text)) if self._markdown else text

    def _checked(self, check: Callable[[str], Checked], line: Line, what: str, text: str) -> Checked:
        try:
            return check(text)
        except ValueError as error:
            raise self._wrong(line, f"{what}: {error}") from None

    def _wrong(self, line: Line, what: str) -> Unreadable:
        return unreadable(self._name, line.number, what)


def _stories(lines: Iterable[Line], *, markdown: bool) -> Iterator[list[Line]]:
    """The lines of each story, beginning with its title."""
    story: list[Line] = []
    for line in _without_footers(lines):
        if _RULE.fullmatch(line.text) or (markdown and story and is_title(line.text)):
            if story:
                yield story
            story = [] if _RULE.fullmatch(line.text) else [line]
        elif story or line.text:
            story.append(line)
    if story:
        yield story


def _without_footers(lines: Iterable[Line]) -> Iterator[Line]:
    """*lines* with a rule in place of each footer, and nothing after the last one unless it is a story."""
    rest = list(lines)
    while rest:
        at = next((place for place, line in enumerate(rest) if _is_footer(line)), len(rest))
        yield from rest[:at]
        if at < len(rest):
            yield Line(rest[at].number, "---")
        rest = _after_footer(rest[at + 1 :])


def _is_footer(line: Line) -> bool:
    return len(line.text) <= 2 * len(FOOTER) and simple(unmarked(line.text)) == FOOTER


def _after_footer(lines: list[Line]) -> list[Line]:
    """What is left of *lines* below the heading of a footer when its own text is taken away."""
    first = next((place for place, line in enumerate(lines) if line.text), len(lines))
    below = lines[first:]
    if below and below[0].text.startswith(TAGLINE):
        below[0] = Line(below[0].number, below[0].text.removeprefix(TAGLINE).strip())
    elif first == 0:
        below = below[1:]
    is_story = any(_RULE.fullmatch(line.text) or known(unmarked(line.text)) for line in below)
    return below if is_story else []
