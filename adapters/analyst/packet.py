"""What a model sees of a story: its sources' sentences, numbered, and nothing else. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.analyst.furniture import is_boilerplate
from adapters.analyst.sentences import split
from bot.model import Article, Story
from bot.text import clean

SHORTEST, LONGEST = 25, 600
"""Characters of a sentence that can support anything."""
MOST = 18_000
"""Characters of all sentences of a story: about 5,000 tokens, and more than five ordinary reports."""
MOST_OF_ONE = 7_000
"""Characters of one article's sentences: the first ones hold the news."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a source, as it stands there."""

    text: str
    article: Article


@dataclass(frozen=True, slots=True)
class Packet:
    """A story's sentences; each is known by its place, from 1."""

    sentences: tuple[Sentence, ...]

    def cited(self, numbers: Iterable[int]) -> tuple[Sentence, ...]:
        """The sentences with these numbers, in this order, each once; numbers that there are not are left out."""
        places = dict.fromkeys(number for number in numbers if 1 <= number <= len(self.sentences))
        return tuple(self.sentences[number - 1] for number in places)

    @property
    def texts(self) -> tuple[str, ...]:
        """All sentences."""
        return tuple(one.text for one in self.sentences)

    @property
    def article(self) -> str:
        """All that the sources say, for telling names from other words."""
        return " ".join(self.texts)


def packet(story: Story, texts: Mapping[str, str]) -> Packet:
    """The sentences of *story*, from the full texts of its articles where there are any, an article after the other.

    Every publisher is heard: where there is too much, each article is cut, and copies are left out.
    """
    heard = [article for article in story.articles if article.key not in story.copies] or story.articles[:1]
    room = min(MOST_OF_ONE, MOST // max(1, len(heard)))
    seen: set[str] = set()
    found: list[Sentence] = []
    for article in heard:
        found += _within(room, (one for one in _sentences(article, texts.get(article.key, "")) if one.text not in seen))
        seen.update(one.text for one in found)
    return Packet(tuple(found))


def numbered(sentences: Sequence[str]) -> str:
    """*sentences* a line each, as ``12| text``: no text can leave its line, so none can pose as something else."""
    return "\n".join(f"{number}| {clean(text)}" for number, text in enumerate(sentences, 1))


def _sentences(article: Article, text: str) -> Iterator[Sentence]:
    # A feed's extract is often the beginning of the page, and sometimes says more than the page that could be read.
    text = text if len(text) > len(article.extract) else article.extract
    yield Sentence(clean(article.title), article)
    for one in map(clean, split(text)):
        if SHORTEST <= len(one) <= LONGEST and not is_boilerplate(one):
            yield Sentence(one, article)


def _within(room: int, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    for one in sentences:
        room -= len(one.text)
        if room < 0:
            return
        yield one
