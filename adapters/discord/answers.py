"""Answers to those who look something up: private ones with buttons, and the same to be shared. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from adapters.discord import custom_ids, limits
from adapters.discord.cards import overview
from adapters.discord.components import Card, Component, button, card, gathered, paged, row, rows, said, section
from adapters.discord.custom_ids import custom_id
from adapters.discord.story import articles, heading, lead, passage_of, whole
from adapters.discord.text import escaped, fitted, struck
from bot import credit, wording
from bot.model import Answer, Edition, Notice, SectionName, Story, StoryStatus
from bot.text import clean, cut

MOST_MESSAGES = 5
"""An answer of more would bury the channel; the rest is a command away."""
_LISTED = 10
_ROW_TITLE = 150
_THING = 110
"""Characters of one of several things that a notice is about: fifteen of them go into one text."""
_LINE = 500
"""Characters of one of many sentences."""
_ASKED = 200
"""Characters of what somebody typed that are said back."""


def answer(found: Answer, topic: str, now: datetime) -> list[Card]:
    """What was asked for, that nobody has written it, or the nearest stories."""
    story = found.story
    if story is None:
        return [not_found(found, topic)]
    # That nobody has written something is nothing to be shared.
    share = [_share(story, topic)] if found.is_written else []
    foot = [*rows(_sections(found, story, topic)), *rows([*_wholes(story, topic), *_former(story), *share])]
    if found.others:
        foot += [said("-# Other stories have these words as well:"), *_choices(found.others, topic)]
    return _answered(_told(found, story, topic, now), story, foot)


def read_more(found: Answer, now: datetime) -> list[Card]:
    """A story as its post shows it, with a button for each section that can be asked for."""
    story = found.story
    if story is None:
        return [not_found(found, "")]
    return _answered(
        lead(story, now), story, [*rows(_sections(found, story, "")), *rows([*_wholes(story, ""), *_former(story)])]
    )


def shared(story: Story, topic: str, who: str, now: datetime) -> list[Card]:
    """The same for everybody in the channel, with the name of whoever shared it."""
    by = said(f"-# Shared by {fitted(who, 80)} · /brief story {story.ref}")
    told = _told(Answer(asked=story.ref, story=story), story, topic, now)
    return _answered(told, story, [row([_read_more(story), *_former(story)]), by])


def not_found(found: Answer, topic: str, act: str = custom_ids.TOPIC) -> Card:
    """That nothing is called that, and the nearest stories to be pressed, for *act* on their *topic*."""
    sentence = wording.not_found(cut(clean(found.asked), _ASKED), found.nearest, found.because)
    return card([said(escaped(sentence)), *_choices(found.nearest[:_LISTED], topic, act)])


def search_results(words: str, found: Sequence[Story], now: datetime) -> Card:
    """What a search found, best first."""
    about = f" with “{fitted(words, 200)}”" if words.strip() else ""
    if not found:
        return card([said(f"No stored story{about}. Fewer words, or other ones, may find more.")])
    shown = found[:_LISTED]
    head = f"### {wording.counted(len(found), 'story', 'stories')}{about}"
    note = f"\n-# The best {len(shown)}; more words find fewer." if len(found) > len(shown) else ""
    return card([said(f"{head}{note}"), *(section(_row(one, now), _read_more(one)) for one in shown)])


def today(edition: Edition | None) -> list[Card]:
    """The latest edition of a channel, or how to get one."""
    if edition is None:
        setup = button("Set up here", custom_id(custom_ids.SETUP), style="primary")
        return [card([said("No edition has been posted in this channel yet."), row([setup])])]
    return [card(parts) for parts in paged([one] for one in overview(edition))]


def helping(example: str) -> Card:
    """Every command with what it gives; *example* is a name of a story that exists."""
    lines = [f"`{command}` {escaped(gives)}" for command, gives in wording.help_lines(example)]
    note = f"-# {escaped(wording.NAMING)} While you type, stories are offered."
    return card([said("### What you can ask Daybrief"), said("\n".join(lines)), said(note)])


def sentence(text: str, *buttons: Component) -> Card:
    """One sentence, for a mistake, a trouble or a confirmation; or a few, a line each."""
    lines = text.splitlines()[:_LISTED] or [text]
    return card([said("\n".join(fitted(one, limits.PIECE // len(lines)) for one in lines)), *rows(list(buttons))])


def sentences(lines: Sequence[str]) -> list[Card]:
    """Many sentences, a line each, in as many messages as they need."""
    return [card(page) for page in paged([one] for one in gathered(fitted(line, _LINE) for line in lines))]


def notice(told: Notice) -> Card:
    """What an admin is told in private: a few sentences, what they are about where that is several things, and, where
    there is something to decide, the button for it.
    """
    resend = [] if told.resend is None else [custom_id(custom_ids.RESEND, str(told.resend))]
    levers = [button("Send it once more", one, style="danger") for one in resend]
    lines = "\n".join(f"- {fitted(one, _THING)}" for one in told.lines)
    return card(
        [said(fitted(told.sentence, limits.TEXT - limits.PIECE)), *([said(lines)] if lines else []), *rows(levers)]
    )


# ------------------------------------------------------------------------------------------------------- pieces


def _answered(told: Iterable[Component], story: Story, foot: list[Component]) -> list[Card]:
    pages = paged([*([one] for one in told), foot])
    if len(pages) > MOST_MESSAGES:
        pages = [*pages[: MOST_MESSAGES - 1], [said(f"-# There is more: /brief story {story.ref}"), *foot]]
    return [card(blocks) for blocks in pages]


def _told(found: Answer, story: Story, topic: str, now: datetime) -> Iterator[Component]:
    if topic == custom_ids.SOURCES:
        yield from heading(story, now)
        yield from articles(story, now) or [said("It was brought ready-written, without any source.")]
        return
    name = section_of(topic)
    if name is None or story.status is StoryStatus.WITHDRAWN:
        yield from whole(story, now)
        return
    yield from heading(story, now)
    if name in story.sections.written():
        yield from passage_of(story, name)
        if by := credit.written_by(story, name):
            yield said(f"-# {escaped(by)}")
    else:
        yield said(escaped(wording.absent(story, name, found.trouble)))


def _choices(stories: Sequence[Story], topic: str, act: str = custom_ids.TOPIC) -> list[Component]:
    return [row([button(f"{one.ref}  {clean(one.title)}", custom_id(act, f"{one.ref}/{topic}"))]) for one in stories]


def _share(story: Story, topic: str) -> Component:
    return button("Share", custom_id(custom_ids.SHARE, f"{story.ref}/{topic or custom_ids.WHOLE}"))


def _sections(found: Answer, story: Story, topic: str) -> list[Component]:
    """The sections that can be asked for and are not shown, written or to be written."""
    if story.status is StoryStatus.WITHDRAWN or topic == custom_ids.SOURCES:
        return []
    shown = story.sections.written() if topic == custom_ids.WHOLE else (section_of(topic),)
    others = [name for name in found.offered if name not in shown]
    return [button(wording.HEADINGS[name], _topic(story, name.value)) for name in others]


def _wholes(story: Story, topic: str) -> list[Component]:
    """The whole story and its sources, where they are not shown yet."""
    if _tells_all(story, topic):
        return []
    sources = [button("Sources", _topic(story, custom_ids.SOURCES))] if story.articles else []
    return [button("Full story", _topic(story, custom_ids.WHOLE)), *sources]


def _former(story: Story) -> list[Component]:
    """How a story read before somebody corrected or withdrew it."""
    is_changed = story.status is not StoryStatus.CURRENT
    return [button("History", custom_id(custom_ids.HISTORY, story.ref))] if is_changed else []


def _tells_all(story: Story, topic: str) -> bool:
    return story.status is StoryStatus.WITHDRAWN or topic in {custom_ids.WHOLE, custom_ids.SOURCES}


def _row(story: Story, now: datetime) -> str:
    facts = f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}"
    title = fitted(story.title, _ROW_TITLE) or story.ref
    shown = struck(title) if story.status is StoryStatus.WITHDRAWN else f"**{title}**"
    return f"{shown}\n-# {story.ref} · {facts}"


def _read_more(story: Story) -> Component:
    return button("Read more", custom_id(custom_ids.READ, story.ref))


def _topic(story: Story, topic: str) -> str:
    return custom_id(custom_ids.TOPIC, f"{story.ref}/{topic}")


def section_of(topic: str) -> SectionName | None:
    """The section that *topic* names; None: the whole story or its sources."""
    return SectionName(topic) if topic in {name.value for name in SectionName} else None


def topic_of(section: SectionName | None) -> str:
    """How buttons name a question for *section*; None: the whole story."""
    return section.value if section else custom_ids.WHOLE
