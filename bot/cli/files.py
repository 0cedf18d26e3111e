"""Writing files that belong together."""

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from bot.errors import WrongUsage

PRIVATE = 0o600
"""Its owner alone may read it, and write it."""


def mode_of(path: Path, *, new: int) -> int:
    """The mode of the file at *path*, whoever chose it; *new* where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # if it cannot be looked at, it cannot be written either, and that is told then
        return new


def write_together(files: Mapping[Path, tuple[str, int]]) -> None:
    """Write each text to its path, with its mode; none takes its place before all of them are written.

    The umask takes from the mode of a file that is new; one that is there gets exactly the mode that is named.

    Raises:
        WrongUsage: one cannot be written; then everything is as it was.
    """
    drafts = {path: path.with_name(f"{path.name}.new") for path in files}
    path = Path()
    try:
        for path, (text, mode) in files.items():
            drafts[path].unlink(missing_ok=True)
            # Made with its mode, so that there is no moment in which others could read a secret.
            number = os.open(drafts[path], os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with open(number, "w", encoding="utf-8") as file:  # noqa: PTH123
                if path.exists():
                    os.fchmod(number, mode)
                file.write(text)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {(error.strerror or 'unknown').lower()}") from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
