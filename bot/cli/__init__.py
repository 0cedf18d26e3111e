"""The command line: parses, asks the desk, shows. See ``daybrief --help``."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.ports import Platform


def main(arguments: Sequence[str] | None = None, *, platforms: "Mapping[str, Platform] | None" = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: without the program's name; None: those of this process.
        platforms: instead of this version's own, by name; for tests.
    """
    from bot.cli.app import run_command

    return run_command(arguments, platforms or {})
