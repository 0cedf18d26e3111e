"""discord.py's client as it comes, on the local Discord: what ``benchmarks.discord_idle`` weighs the bot against.

python -m benchmarks.discord_default API GATEWAY
"""

import sys

import discord

from adapters.discord.rest import point_to
from tests.fake_discord import TOKEN


def main() -> None:
    """Stay on the gateway until somebody ends this process."""
    _, api, gateway = sys.argv
    point_to(api, gateway)
    discord.Client(intents=discord.Intents.default()).run(TOKEN, log_handler=None)


if __name__ == "__main__":
    main()
