"""A local Slack or Discord with people and channels in it, for whoever runs the bot by hand; Ctrl-C ends it.

``python -m tests.by_hand slack`` prints the configuration and the tokens with which the bot gets there.
"""

import argparse
import asyncio
import signal

from tests import discord as people_of_discord
from tests import slack as people_of_slack
from tests.fake_discord import FakeDiscord
from tests.fake_discord.world import TOKEN
from tests.fake_slack import FakeSlack
from tests.fake_slack.world import APP_TOKEN

_DAILY = """time = "00:00"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""
"""So that an edition is due whenever somebody tries."""


def of_slack(fake: FakeSlack) -> str:
    """Furnish it; what goes into the configuration and the environment."""
    people_of_slack.furnish(fake)
    return (
        f'[slack]\napi_url = "{fake.api}"\n\n'
        f'[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\n{_DAILY}\n'
        f"# export SLACK_BOT_TOKEN=xoxb-T1 SLACK_APP_TOKEN={APP_TOKEN}\n"
        f"""# curl -d '{{"channel": "C1"}}' {fake.url}/control/messages   # what is posted there"""
    )


def of_discord(fake: FakeDiscord) -> str:
    """Furnish it; what goes into the configuration and the environment."""
    people_of_discord.furnish(fake)
    guild, channel = people_of_discord.GUILD, people_of_discord.NEWS
    return (
        f'[discord]\napi_url = "{fake.api}"\ngateway_url = "{fake.gateway_url}"\n\n'
        f'[[channels]]\nname = "ai-news"\nplatform = "discord"\nworkspace = "{guild}"\nchannel = "{channel}"\n'
        f"{_DAILY}\n"
        f"# export DISCORD_TOKEN={TOKEN}\n"
        f"""# curl -d '{{"channel": "{channel}"}}' {fake.url}/control/messages   # what is posted there"""
    )


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.by_hand", description=__doc__)
    parser.add_argument("platform", choices=("slack", "discord"))
    parser.add_argument(
        "--port", type=int, default=0, help="where it listens on this machine [default: any that is free]"
    )
    arguments = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    fake = FakeSlack() if arguments.platform == "slack" else FakeDiscord()
    await fake.start(arguments.port)
    try:
        said = of_slack(fake) if isinstance(fake, FakeSlack) else of_discord(fake)
        print(said, flush=True)  # noqa: T201
        await stop.wait()
    finally:
        await fake.stop()


if __name__ == "__main__":
    asyncio.run(main())
