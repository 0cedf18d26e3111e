"""How a story read before it was corrected or withdrawn. Pure."""

from collections.abc import Iterator, Sequence

from adapters.slack import limits
from adapters.slack.answers import MOST_MESSAGES
from adapters.slack.blocks import Block, Message, context, divider, message, modal, paged, rich, section, size, text
from adapters.slack.text import mrkdwn
from adapters.slack.views import VIEW_TEXT, View
from bot.model import Story
from bot.retold import Former, no_history, until
from bot.text import clean, pieces

_MORE = "Older texts are left out."


def messages(story: Story, told: Sequence[Former]) -> list[Message]:
    """The former texts of *story*, newest first, in as many messages as an answer may have."""
    pages = paged(_groups(story, told))
    if len(pages) > MOST_MESSAGES:
        pages = [*pages[: MOST_MESSAGES - 1], [*pages[MOST_MESSAGES - 1][: limits.MESSAGE_BLOCKS - 1]]]
        pages[-1].append(context(mrkdwn(_MORE, limits.CONTEXT)))
    return [message(_head(story), blocks) for blocks in pages]


def view(story: Story, told: Sequence[Former]) -> View:
    """The same, over the story that was looked at in a view."""
    blocks: list[Block] = []
    for group in _groups(story, told):
        if len(blocks) + len(group) >= limits.VIEW_BLOCKS or size([*blocks, *group]) > VIEW_TEXT:
            blocks.append(context(mrkdwn(_MORE, limits.CONTEXT)))
            break
        blocks += group
    return modal(f"History of {story.ref}", blocks)


def _groups(story: Story, told: Sequence[Former]) -> Iterator[list[Block]]:
    """What belongs together, each no longer than a message."""
    if not told:
        yield [section(no_history(story.ref))]
        return
    yield [rich(text(_head(story), bold=True))]
    for one in told:
        yield [divider(), context(mrkdwn(until(one), limits.CONTEXT))]
        for heading, written in one.parts:
            yield [rich(text(heading, bold=True)), *_text(written)]


def _text(written: str) -> Iterator[Block]:
    found = pieces(written, limits.PIECE)
    if not found:
        yield rich(text("Nobody had written any.", italic=True))
    for piece in found:
        yield rich(text(piece))


def _head(story: Story) -> str:
    return f"How {story.ref} read before: {clean(story.title)}"[: limits.PIECE]
