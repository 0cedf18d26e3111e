"""Introduces adapters and storage to the newsroom: the one place that knows all of them."""

from adapters import extras
from adapters.analyst.configured import key_named
from adapters.analyst.extractive import draft_all
from adapters.analyst.sentences import split
from adapters.clock import SystemClock
from adapters.feeds import opml
from adapters.slack.manifest import manifest as slack_manifest
from adapters.terminal import looks
from adapters.terminal.prompt import typed_lines
from bot.wiring.alone import delivering, delivery_lock
from bot.wiring.copies import back_up, former_databases, restore_from, trouble_with_backups
from bot.wiring.duties import trouble_with_queue
from bot.wiring.house import House, Show, gather, open_house, prompt
from bot.wiring.moving import move_to, named_target
from bot.wiring.parts import is_free, meaning_of, writer_trouble
from bot.wiring.running import Operations, operated, run
from bot.wiring.standing import discord_says, discord_standing, slack_says, slack_troubles
from bot.wiring.stores import database
from bot.wiring.watching import trouble_with_monitors
from storage import newest_copy

__all__ = [
    "House",
    "Operations",
    "Show",
    "SystemClock",
    "back_up",
    "database",
    "delivering",
    "delivery_lock",
    "discord_says",
    "discord_standing",
    "draft_all",
    "extras",
    "former_databases",
    "gather",
    "is_free",
    "key_named",
    "looks",
    "meaning_of",
    "move_to",
    "named_target",
    "newest_copy",
    "open_house",
    "operated",
    "opml",
    "prompt",
    "restore_from",
    "run",
    "slack_manifest",
    "slack_says",
    "slack_troubles",
    "split",
    "trouble_with_backups",
    "trouble_with_monitors",
    "trouble_with_queue",
    "typed_lines",
    "writer_trouble",
]
