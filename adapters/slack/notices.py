"""What an admin is told in private. Pure."""

from adapters.slack import actions
from adapters.slack.blocks import Message, bullets, button, message, rich_of, section, text
from adapters.slack.blocks import actions as buttons
from bot.model import Notice
from bot.text import cut

_LINE = 200
"""Characters of one of several things that a notice is about."""


def notice(told: Notice) -> Message:
    """A few sentences, what they are about where that is several things, and, where there is something to decide, the
    one button that decides it.
    """
    blocks = [section(told.sentence)]
    if told.lines:
        blocks.append(rich_of([bullets([text(cut(one, _LINE))] for one in told.lines)]))
    if told.resend is not None:
        blocks.append(buttons([button("Send it once more", actions.RESEND, str(told.resend), style="danger")]))
    return message(told.sentence, blocks)
