"""What an admin is told in private. Pure."""

from adapters.slack import actions
from adapters.slack.blocks import Message, button, message, section
from adapters.slack.blocks import actions as buttons
from bot.model import Notice


def notice(told: Notice) -> Message:
    """One sentence and, where there is something to decide, the one button that decides it."""
    blocks = [section(told.sentence)]
    if told.resend is not None:
        blocks.append(buttons([button("Send it once more", actions.RESEND, str(told.resend), style="danger")]))
    return message(told.sentence, blocks)
