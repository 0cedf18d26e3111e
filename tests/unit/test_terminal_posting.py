"""The terminal's files: whole lines are posts, torn ones are not, and every trouble has the right fate."""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import RenderableType

from adapters.terminal.pieces import as_plain
from adapters.terminal.posting import Message, TerminalPlatform, messages_in, safe_name
from bot.errors import CannotReadBack, Fate, PostFailed
from bot.model import Receipt, delivery_key
from tests.morning import CHANNEL, EDITION, NOW

KEY = delivery_key(CHANNEL, EDITION.date, 0)
ROOT = Path(__file__).resolve().parents[2]


async def test_a_payload_is_what_the_file_will_hold(tmp_path: Path) -> None:
    platform = TerminalPlatform(tmp_path)
    (payload,) = platform.render(EDITION).payloads
    receipt = await platform.post(EDITION, 0, KEY, ())
    line = json.loads((tmp_path / "ai-news.jsonl").read_text("utf-8"))

    assert line == {"id": receipt.messages[0]} | dict(payload)


async def test_a_post_is_shown_and_an_amendment_shows_what_changed(tmp_path: Path) -> None:
    shown: list[RenderableType] = []
    platform = TerminalPlatform(tmp_path, shown.append)
    receipt = await platform.post(EDITION, 0, KEY, ())
    await platform.amend(EDITION, 0, receipt, EDITION)

    assert "Halden Semiconductor" in as_plain(shown[0], 80)
    assert "Changed in Tuesday 3 March 2026" in as_plain(shown[1], 80)


@pytest.mark.parametrize("gone", [BrokenPipeError(), SystemExit(1)])
async def test_a_screen_that_has_gone_away_fails_no_post(gone: BaseException, tmp_path: Path) -> None:
    def show(_: RenderableType) -> None:
        raise gone

    receipt = await TerminalPlatform(tmp_path, show).post(EDITION, 0, KEY, ())

    assert await TerminalPlatform(tmp_path).find(CHANNEL, 0, KEY, NOW, ()) == receipt


# ------------------------------------------------------------------------------------------------- torn lines


async def test_a_file_that_breaks_off_anywhere_holds_the_message_or_surely_not(tmp_path: Path) -> None:
    platform = TerminalPlatform(tmp_path)
    path = platform.path(CHANNEL)
    await platform.post(EDITION, 0, "first", ())
    length = path.stat().st_size
    await platform.post(EDITION, 0, "second", ())
    whole = path.read_bytes()

    for cut in range(length, len(whole), 7):
        path.write_bytes(whole[:cut])
        had = await platform.find(CHANNEL, 0, "second", NOW, ())
        await platform.post(EDITION, 0, "third", ())
        keys = [message.key for message in await platform.messages(CHANNEL)]

        assert keys == (["first", "second", "third"] if had else ["first", "third"])


def test_a_message_without_its_line_break_has_arrived() -> None:
    line = json.dumps({"id": "m", "key": "k", "part": 0, "text": "t"})

    assert messages_in(line.encode()) == (Message(id="m", key="k", part=0, text="t"),)
    assert messages_in(line[:-1].encode()) == ()


@settings(deadline=None)
@given(st.binary())
def test_whatever_is_in_a_file_it_can_be_read(content: bytes) -> None:
    strange = b'\n[]\n{"id": 1}\nnull\n{"id": {}, "key": 1, "part": 2, "text": 3}\n'

    assert isinstance(messages_in(content + strange + content), tuple)


def test_a_killed_process_leaves_a_file_that_can_be_read_and_continued(tmp_path: Path) -> None:
    code = (
        "import asyncio, itertools, pathlib, sys\n"
        "from adapters.terminal.posting import TerminalPlatform\n"
        "from tests.morning import EDITION\n"
        "async def main():\n"
        "    platform = TerminalPlatform(pathlib.Path(sys.argv[1]))\n"
        "    for number in itertools.count():\n"
        "        await platform.post(EDITION, 0, str(number), ())\n"
        "        print(number, flush=True)\n"
        "asyncio.run(main())\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert writer.stdout
    for line in writer.stdout:
        if line == "5\n":
            break
    writer.send_signal(signal.SIGKILL)
    confirmed = 5 + len(writer.stdout.readlines())
    writer.wait()
    writer.stdout.close()
    keys = [int(message.key) for message in messages_in((tmp_path / "ai-news.jsonl").read_bytes())]

    assert keys == list(range(len(keys)))
    assert len(keys) in {confirmed + 1, confirmed + 2}


# ------------------------------------------------------------------------------------------------------ fates


@pytest.fixture
def ordinary_user() -> None:
    """Rights mean nothing to root."""
    if os.geteuid() == 0:
        pytest.skip("run by root, whom no right stops")


async def failure(platform: TerminalPlatform) -> PostFailed:
    with pytest.raises(PostFailed) as failed:
        await platform.post(EDITION, 0, KEY, ())
    return failed.value


async def test_a_file_in_the_place_of_the_folder_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "terminal").write_text("", encoding="utf-8")
    platform = TerminalPlatform(tmp_path / "terminal" / "deeper")

    assert (await failure(platform)).fate is Fate.REFUSED
    assert "cannot be created" in (await platform.examine(CHANNEL))[0]


async def test_a_folder_in_the_place_of_the_file_is_refused_and_cannot_be_read_back(tmp_path: Path) -> None:
    platform = TerminalPlatform(tmp_path)
    platform.path(CHANNEL).mkdir()

    assert (await failure(platform)).fate is Fate.REFUSED
    assert await platform.examine(CHANNEL) != ()
    with pytest.raises(CannotReadBack, match="cannot be read: is a directory"):
        await platform.find(CHANNEL, 0, KEY, NOW, ())


@pytest.mark.usefixtures("ordinary_user")
async def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "terminal"
    os.mkdir(folder, 0o500)  # noqa: PTH102  # pathlib's would be a blocking call in an asynchronous function

    assert (await failure(TerminalPlatform(folder))).fate is Fate.REFUSED
    assert "not writable" in (await TerminalPlatform(folder).examine(CHANNEL))[0]


async def test_too_many_open_files_are_tried_again(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
        failed = await failure(TerminalPlatform(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert failed.fate is Fate.NOT_SENT
    assert "too many open files" in failed.reason


async def test_a_full_disk_is_tried_again_and_what_it_took_is_no_message(tmp_path: Path) -> None:
    platform = TerminalPlatform(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # A limit on the size of files behaves as a disk does that fills up in the middle of a write.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        in_part = await failure(platform)
        not_at_all = await failure(platform)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    assert (in_part.fate, not_at_all.fate) == (Fate.NOT_SENT, Fate.NOT_SENT)
    assert platform.path(CHANNEL).stat().st_size == 100
    assert await platform.find(CHANNEL, 0, KEY, NOW, ()) is None
    receipt = await platform.post(EDITION, 0, KEY, ())
    assert await platform.find(CHANNEL, 0, KEY, NOW, ()) == receipt


async def test_what_was_written_but_not_synced_may_have_arrived(tmp_path: Path) -> None:
    platform = TerminalPlatform(tmp_path)
    platform.path(CHANNEL).symlink_to(os.devnull)

    # A device takes every byte and cannot be synced.
    assert (await failure(platform)).fate is Fate.UNKNOWN
    assert "not readable and writable" in (await platform.examine(CHANNEL))[0]


async def test_a_message_that_is_gone_cannot_be_amended(tmp_path: Path) -> None:
    with pytest.raises(PostFailed, match="not in the channel's file any more") as failed:
        await TerminalPlatform(tmp_path).amend(EDITION, 0, Receipt(part=0, messages=("m",)), EDITION)

    assert failed.value.fate is Fate.REFUSED


# ------------------------------------------------------------------------------------------- names of files


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=80), unique=True, max_size=30))
def test_no_two_channels_share_a_file_even_where_case_does_not_count(ids: list[str]) -> None:
    awkward = {*ids, *(safe_name(channel) for channel in ids)}
    names = [safe_name(channel).lower() for channel in awkward]

    assert len(set(names)) == len(awkward)
    assert all(name == Path(name).name and len(name) < 100 and name.isascii() for name in names)


@pytest.mark.parametrize("channel", ["..", ".", "../../etc/passwd", "/", "A", "a\0b", "x" * 300, "ai news", "con.x"])
def test_an_awkward_id_stays_inside_the_folder(channel: str, tmp_path: Path) -> None:
    path = TerminalPlatform(tmp_path).path(replace(CHANNEL, id=channel))

    assert path.parent == tmp_path
    assert path.name not in {".jsonl", "..jsonl"}
