"""The terminal as a platform: posts to a file a channel, one JSON line a message, and shows what it posts."""

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import RenderableType

from adapters.terminal import text
from bot.errors import CannotReadBack, Fate, PostFailed
from bot.model import Channel, Edition, Notice, Receipt, delivery_key
from bot.ports import Rendering

_NEVER = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR})
"""What goes wrong with a file until somebody mends it."""
_NOTHING_WRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What ``write`` answers before it has written a byte."""
_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a channel, as it reads now."""

    id: str
    key: str
    part: int
    text: str


class TerminalPlatform:
    """Implements ``bot.ports.Platform``.

    A message has been posted once its line is whole in the channel's file, which is synced before a post is
    confirmed. A line that a crash has torn is no message: whoever reads skips it, whoever appends begins a new one.
    """

    name = "terminal"
    paces_as_one = False

    def __init__(
        self, folder: Path, show: Callable[[RenderableType], None] | None = None, *, has_prompt: bool = False
    ) -> None:
        self._folder = folder
        self._show = show
        self._has_prompt = has_prompt

    def parts(self, edition: Edition) -> int:
        """Always one: a terminal scrolls."""
        return 1

    def render(self, edition: Edition) -> Rendering:
        """The payload is the line of the channel's file, without the message's id."""
        payload = _payload(edition, 0, delivery_key(edition.channel, edition.date, 0))
        return Rendering(text=str(payload["text"]), payloads=(payload,))

    async def turn(self, channel: Channel) -> timedelta:
        """A file takes everything at once."""
        return timedelta()

    def remembers(self, channel: Channel) -> timedelta:
        """Not at all: a file takes every line."""
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Append the message and show it. A screen that has gone away takes nothing back."""
        message = uuid.uuid4().hex
        await asyncio.to_thread(self._append, edition, message, part, key)
        self._display(text.edition(edition, has_prompt=self._has_prompt))
        return Receipt(part=part, messages=(message,))

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt] = ()
    ) -> Receipt | None:
        """The whole file is searched, whatever *since* says: a key is used once, and this costs little."""
        found = await self.messages(channel)
        ids = [message.id for message in found if (message.key, message.part) == (key, part)]
        return Receipt(part=part, messages=(ids[0],)) if ids else None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Append the message once more, with its id, and show the stories that have changed."""
        try:
            known = {message.id: message for message in await self.messages(edition.channel)}
        except CannotReadBack as blind:
            raise PostFailed(str(blind), fate=Fate.REFUSED) from blind
        for message in receipt.messages:
            if message not in known:
                raise PostFailed("the message is not in the channel's file any more", fate=Fate.REFUSED)
            await asyncio.to_thread(self._append, edition, message, part, known[message].key)
        self._display(text.amendments(edition))

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """Nobody can be told in private here; the log and ``daybrief deliveries`` have it all."""
        raise PostFailed("the terminal has no private messages", fate=Fate.REFUSED)

    def tokens(self) -> Mapping[str, str]:
        """There are none."""
        return {}

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """Whether the channel's file can be written, or be created."""
        return await asyncio.to_thread(self._troubles, channel)

    async def messages(self, channel: Channel) -> tuple[Message, ...]:
        """All messages of *channel*, oldest first, as they read now; none if nothing was ever posted to it.

        Raises:
            CannotReadBack: its file is there and cannot be read.
        """
        try:
            content = await asyncio.to_thread(self.path(channel).read_bytes)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CannotReadBack(f"{self.path(channel)} cannot be read: {_because(error)}") from error
        return messages_in(content)

    def path(self, channel: Channel) -> Path:
        """The file of *channel*."""
        return self._folder / f"{safe_name(channel.id)}.jsonl"

    def _append(self, edition: Edition, message: str, part: int, key: str) -> None:
        fields = {"id": message} | _payload(edition, part, key)
        line = json.dumps(fields, ensure_ascii=False).encode(errors="replace") + b"\n"
        path = self.path(edition.channel)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            fate = Fate.REFUSED if error.errno in _NEVER else Fate.NOT_SENT
            raise PostFailed(f"{path} cannot be opened: {_because(error)}", fate=fate) from error
        try:
            self._write(file, line)
        finally:
            os.close(file)

    def _write(self, file: int, line: bytes) -> None:
        """Write *line* at the end of *file* in one go, on a line of its own, and see it on the disk."""
        try:
            size = os.fstat(file).st_size
            whole = line if not size or os.pread(file, 1, size - 1) == b"\n" else b"\n" + line
            written = os.write(file, whole)
        except OSError as error:
            fate = Fate.NOT_SENT if error.errno in _NOTHING_WRITTEN else Fate.UNKNOWN
            raise PostFailed(f"the channel's file cannot be written: {_because(error)}", fate=fate) from error
        # All but the line break is a whole message; anything less is none.
        if written < len(whole) - 1:
            raise PostFailed("the channel's file took only a part: the disk is full", fate=Fate.NOT_SENT)
        try:
            os.fsync(file)
            if not size:
                _sync_folder(self._folder)
        except OSError as error:
            raise PostFailed(f"the channel's file cannot be synced: {_because(error)}", fate=Fate.UNKNOWN) from error

    def _display(self, shown: RenderableType) -> None:
        if self._show:
            # A rich console answers a closed pipe (``| head``) with SystemExit, which would end all other deliveries.
            with contextlib.suppress(OSError, SystemExit):
                self._show(shown)

    def _troubles(self, channel: Channel) -> tuple[str, ...]:
        path = self.path(channel)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return (f"The folder {self._folder} cannot be created: {_because(error)}. Set [bot] data_dir to another.",)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return (f"The folder {self._folder} is not writable. Give this user the right to write to it.",)
        if path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            return (f"The file {path} is not readable and writable. Give this user the right to, or move it away.",)
        return ()


def messages_in(content: bytes) -> tuple[Message, ...]:
    """The messages in a channel's file, oldest first. Pure.

    A line with the id of an earlier one takes its place. Whatever is no whole message is skipped.
    """
    found: dict[str, Message] = {}
    for line in content.split(b"\n"):
        try:
            fields = json.loads(line)
            message = Message(id=fields["id"], key=fields["key"], part=fields["part"], text=fields["text"])
            found[message.id] = message
        except (ValueError, TypeError, KeyError):
            continue
    return tuple(found.values())


def safe_name(channel: str) -> str:
    """A file name for the channel with the id *channel*: no two ids share one, not even where case does not count."""
    if _SAFE_NAME.fullmatch(channel):
        return channel
    readable = re.sub(r"[^a-z0-9]+", "-", channel.lower())[:40].strip("-")
    # The dot keeps these apart from ids that are safe as they are.
    return f"{readable}.{hashlib.sha256(channel.encode(errors='surrogatepass')).hexdigest()[:16]}"


def _payload(edition: Edition, part: int, key: str) -> dict[str, object]:
    return {
        "channel": edition.channel.id,
        "date": edition.date.isoformat(),
        "key": key,
        "part": part,
        "text": text.plain(edition),
    }


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a power cut, not only its bytes."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _because(error: OSError) -> str:
    return (error.strerror or "an unknown reason").lower()
