"""Secrets in the wrong places of a configuration: what is said of it must not repeat them."""

from collections.abc import Mapping
from pathlib import Path

from bot.config import read
from bot.errors import ConfigProblems
from tests.promises.seen import Seen


def misconfigured(fake: Mapping[str, str], seen: Seen) -> int:
    """A secret in the place of every kind of value; how many configurations were refused."""
    refused = 0
    for secret in fake.values():
        for text in (
            f'[bot]\ntimezone = "{secret}"',
            f'[slack]\nmode = "{secret}"',
            f'[analyst]\nmodel = "{secret}"',
            f'[analyst]\nbase_url = "{secret}"',
            f'[[channels]]\nname = "a"\nplatform = "{secret}"',
            f'[[channels]]\nname = "a"\nplatform = "slack"\nchannel = "{secret}"',
            f'[[feeds]]\nurl = "ftp:{secret}"',
            f'"{secret}" = 1',
            f"[bot]\ngather_every = {secret}",
            f'[operations]\nlisten = "{secret}"',
        ):
            try:
                read(text, folder=Path("/srv"), environ={"DAYBRIEF_DATABASE_URL": fake["pg_dsn"]})
            except ConfigProblems as problems:
                refused += 1
                seen.add("a configuration", str(problems))
    return refused
