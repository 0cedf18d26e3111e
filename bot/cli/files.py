"""Writing files that belong together."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import WrongUsage


def write_together(files: Mapping[Path, tuple[str, int]]) -> None:
    """Write each text to its path, with its mode; none takes its place before all of them are written.

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
                file.write(text)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {(error.strerror or 'unknown').lower()}") from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
