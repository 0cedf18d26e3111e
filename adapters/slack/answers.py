"""Answers to those who look something up: private ones with buttons, and the same to be shared. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapters.slack import actions, limits
from adapters.slack.blocks import Block, Message, button, context, message, paged, plain, rich, section, text
from adapters.slack.blocks import actions as buttons
from adapters.slack.post import overview
from adapters.slack.story import articles, heading, passage_of, whole
from adapters.slack.text import mrkdwn
from bot import credit, wording
from bot.model import Answer, Edition, Story, StoryStatus
from bot.text import clean, cut

MOST_MESSAGES = 4
"""An answer can use its response url five times; one is left to say that it is being written, or that it went wrong."""
_LISTED = 10
"""Stories with a button of their own in a list."""


def answer(found: Answer, topic: str, now: datetime) -> list[Message]:
    """What was asked for, that nobody has written it, or the nearest stories."""
    story = found.story
    if story is None:
        return [not_found(found, topic)]
    # That nobody has written something is nothing to be shared.
    share = [_share(story, topic)] if found.is_written else []
    asked = [*share, *_more(found, story, topic), *_former(story)]
    foot: list[Block] = [buttons(asked)] if asked else []
    if found.others:
        foot.append(context(mrkdwn("Other stories have these words as well:", limits.CONTEXT)))
        foot.append(buttons([picker(topic, "Another story …")]))
    return _answered(found, story, topic, now, foot)


def shared(story: Story, topic: str, who: str, now: datetime) -> list[Message]:
    """The same for everybody in the channel, who asked for it by name."""
    by = context(mrkdwn(f"Shared by {who} · /brief story {story.ref}", limits.CONTEXT))
    more = buttons([button("Full story", actions.FULL, story.ref), *_former(story)])
    return _answered(Answer(asked=story.ref, story=story), story, topic, now, [more, by])


def not_found(found: Answer, topic: str) -> Message:
    """That nothing is called that: the nearest stories, each to be pressed, and a picker."""
    sentence = wording.not_found(clean(found.asked), found.nearest, found.because)
    return message(sentence, [section(sentence), *_choices(found.nearest, topic), _pick(topic)])


def which(topic: str, edition: Edition | None) -> Message:
    """Asks for the story: those of the latest edition to be pressed, and a picker for all others."""
    sentence = "Which story?"
    shown = edition.stories[:_LISTED] if edition else ()
    rows = [buttons([button(f"{one.number}  {clean(one.title)}", f"{actions.PICK}{topic}", one.ref)]) for one in shown]
    return message(sentence, [section(sentence), *rows, _pick(topic), context(mrkdwn(wording.NAMING, limits.CONTEXT))])


def search_results(words: str, found: Sequence[Story], now: datetime) -> Message:
    """What a search found, best first."""
    about = f" with “{clean(words)}”" if words.strip() else ""
    if not found:
        sentence = f"No stored story{about}. Fewer words, or other ones, may find more."
        return message(sentence, [section(sentence)])
    head = f"{wording.counted(len(found), 'story', 'stories')}{about}"
    rows = [
        {
            **section(f"{cut(clean(one.title), 400)}\n{one.ref} · {_facts(one, now)}"),
            "accessory": button("Full story", actions.FULL, one.ref),
        }
        for one in found[:_LISTED]
    ]
    return message(head, [rich(text(cut(head, limits.PIECE), bold=True)), *rows])


def today(edition: Edition | None) -> list[Message]:
    """The latest edition of a channel, or how to get one."""
    if edition is None:
        sentence = "No edition has been posted in this channel yet."
        setup = buttons([button("Set up here", actions.SETUP, "here", style="primary")])
        return [message(sentence, [section(sentence), setup])]
    pages = paged([one] for one in overview(edition))
    return [message(wording.date_line(edition), blocks) for blocks in pages]


def helping(example: str) -> Message:
    """Every command with what it gives; *example* is a name of a story that exists."""
    rows = wording.help_lines(example)
    runs = [run for command, gives in rows for run in (text(command, code=True), text(f"  {gives}\n"))]
    notes = (wording.NAMING, "Commands do not work in threads; the buttons under each story do.")
    return message(
        "What you can ask Daybrief",
        [rich(text("What you can ask Daybrief", bold=True)), rich(*runs), context(*(mrkdwn(n, 900) for n in notes))],
    )


def sentence(said: str) -> Message:
    """One sentence, for a mistake or a trouble."""
    return message(said, [section(said)])


def picker(topic: str, placeholder: str = "Find a story …") -> Block:
    """A menu that asks us for stories as somebody types."""
    return {
        "type": "external_select",
        "action_id": f"{actions.PICK}{topic}",
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "min_query_length": 0,
    }


def options(stories: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the picker offers: refs and titles."""
    listed = stories[: limits.OPTIONS]
    return {
        "options": [
            {"text": plain(f"{ref}  {clean(title)}", limits.OPTION), "value": cut(ref, limits.OPTION_VALUE)}
            for ref, title in listed
        ]
    }


def choices(names: Sequence[str]) -> dict[str, Any]:
    """A picker's offer of plain names."""
    return {"options": [{"text": plain(one, limits.OPTION), "value": one} for one in names[: limits.OPTIONS]]}


# ------------------------------------------------------------------------------------------------------- pieces


def _answered(found: Answer, story: Story, topic: str, now: datetime, foot: list[Block]) -> list[Message]:
    groups = [*([block] for block in _told(found, story, topic, now)), foot]
    pages = paged(groups)
    if len(pages) > MOST_MESSAGES:
        note = context(mrkdwn(f"There is more: /brief story {story.ref}", limits.CONTEXT))
        pages = [*pages[: MOST_MESSAGES - 1], [note, *foot]]
    what = f"{story.ref}: {clean(story.title)}"
    return [message(what, blocks) for blocks in pages]


def _told(found: Answer, story: Story, topic: str, now: datetime) -> Iterator[Block]:
    if topic == actions.SOURCES:
        yield from heading(story, now)
        yield from articles(story, now) or [section("It was brought ready-written, without any source.")]
        return
    name = actions.section_of(topic)
    if name is None or story.status is StoryStatus.WITHDRAWN:
        yield from whole(story, now)
        return
    yield from heading(story, now)
    if name in story.sections.written():
        yield from passage_of(story, name)
        if by := credit.written_by(story, name):
            yield context(mrkdwn(by, limits.CONTEXT))
    else:
        yield section(wording.absent(story, name, found.trouble))


def _choices(stories: Sequence[Story], topic: str) -> list[Block]:
    return [buttons([button(f"{one.ref}  {clean(one.title)}", f"{actions.PICK}{topic}", one.ref)]) for one in stories]


def _pick(topic: str) -> Block:
    return buttons([picker(topic)])


def _share(story: Story, topic: str) -> Block:
    return button("Share", f"{actions.SHARE}{topic}", story.ref)


def _former(story: Story) -> list[Block]:
    """How a story read before somebody corrected or withdrew it."""
    is_changed = story.status is not StoryStatus.CURRENT
    return [button("History", actions.HISTORY, story.ref)] if is_changed else []


def _more(found: Answer, story: Story, topic: str) -> list[Block]:
    """What else can be asked about *story*: the sections not shown, written or to be written, and all of it."""
    if story.status is StoryStatus.WITHDRAWN or topic == actions.SOURCES:
        return []
    asked = actions.section_of(topic)
    is_whole = asked is None
    shown = story.sections.written() if is_whole else (asked,)
    others = [name for name in found.offered if name not in shown]
    return [
        *(button(wording.HEADINGS[name], f"{actions.SECTION}{name.value}", story.ref) for name in others),
        *([] if is_whole else [button("Full story", actions.FULL, story.ref)]),
    ]


def _facts(story: Story, now: datetime) -> str:
    return f"{wording.publishers(story.publishers)} · {wording.when(wording.newest_at(story), now)}"
