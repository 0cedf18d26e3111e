"""The fake Discord in a process of its own: ``python -m tests.fake_discord STORE PORT_FILE PLAN_JSON``.

It lives on when the bot is killed, and is furnished and asked over /control/.
"""

import argparse
import asyncio
from pathlib import Path

from tests.fake_discord.faults import from_argument
from tests.fake_discord.server import FakeDiscord


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("port_file", type=Path)
    parser.add_argument("plan", type=from_argument)
    arguments = parser.parse_args()
    port = await FakeDiscord(arguments.store, arguments.plan).start()
    temporary = arguments.port_file.with_suffix(".new")
    temporary.write_text(str(port))
    temporary.rename(arguments.port_file)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
