"""What platforms, feeds and a model say in refusing, with secrets in their words: the real house hears it, and tells.

Everything through which it tells anything is looked at: the log at DEBUG with what the libraries say, what is counted,
/status, the ledger and the rest of the database, what admins ask and are told, commands, a copy.
"""

import asyncio
import contextlib
import io
import logging
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.logs.opening import Log
from adapters.watching.metrics import Metrics
from adapters.watching.station import Station
from bot.config import Config, confidential, read
from bot.errors import DaybriefError
from bot.figures import Informer
from bot.manuscript import Manuscript
from bot.model import Asker, Story, Subscription, delivery_key
from bot.redact import Redactor
from bot.why import lines
from bot.wiring.house import House, gather, open_house
from tests.acceptance.program import Program
from tests.acceptance.test_slack_run import free_port
from tests.articles import article
from tests.promises.parrot import FORMS, TAKING, Parrot
from tests.promises.seen import Seen
from tests.promises.table import Extent

Spoil = Callable[[House], object]
_ADMINS = ("slack:U0000001", "discord:200100200100200100")
_DAYS = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
_POSTING = {Extent.SMALL: timedelta(seconds=4), Extent.FULL: timedelta(seconds=90)}
_COMMANDS = ("deliveries --json", "deliveries", "channels list --json", "feeds list --json", "feeds list", "check")


class Counted(Metrics):
    """Remembers the codes as they came."""

    def __init__(self) -> None:
        super().__init__("0")
        self.codes: list[str] = []

    def asked(self, platform: str, method: str, code: str) -> None:
        self.codes.append(f"{platform} {method} {code}")
        super().asked(platform, method, code)


class Codes(logging.Handler):
    """Remembers what stands beside lines of the log as a platform's code, before the log cleans it."""

    def __init__(self, counted: Counted) -> None:
        super().__init__()
        self._counted = counted

    def emit(self, record: logging.LogRecord) -> None:
        self._counted.codes.append(f"{record.name} {getattr(record, 'error_code', '')}")


@dataclass(frozen=True, kw_only=True)
class Course:
    """What one morning is to be like."""

    environment: Mapping[str, str]
    fake: Mapping[str, str]
    """The secrets, by kind."""
    extent: Extent
    as_json: bool = False
    """The log's form."""
    spoil: Spoil | None = None
    """Breaks a part of the house first; a broken one is only to post."""


def echoed(environment: Mapping[str, str], fake: Mapping[str, str], seen: Seen, extent: Extent) -> int:
    """Everything is refused in the words of secrets; how often something was asked for."""
    asked = 0
    for as_json in (True, False) if extent is Extent.FULL else (False,):
        course = Course(environment=environment, fake=fake, extent=extent, as_json=as_json)
        with tempfile.TemporaryDirectory() as folder, Parrot(list(fake.values())) as server:
            program = Program(Path(folder))
            config = live(course, program, server, seen)
            if extent is Extent.FULL:
                _commanded(course, program, config, seen)
            seen.add_data("refused", program.folder / "data")
            asked += len(server.paths)
            for platform in ("slack", "discord", "feed", "model"):
                forms = {form for name, form, _ in server.refused if name == platform}
                if len(forms) < FORMS:
                    raise AssertionError(f"{platform} refused in {sorted(forms)} alone of {FORMS} ways")
    return asked


def _commanded(course: Course, program: Program, config: Config, seen: Seen) -> None:
    """What commands say in a terminal of what the house has told already, each in a process of its own."""
    copy = str(program.folder / "data" / "copy.db")
    why = ("why", config.channels[0].channel.name, "norvik")
    for command, *arguments in (*((one,) for one in _COMMANDS), why, ("backup", copy)):
        done = program.run(command, *arguments, **course.environment)
        seen.add(f"{command}, after refusals", done.out + done.err)


def live(course: Course, program: Program, server: Parrot, seen: Seen) -> Config:
    """A morning in the folder of *program*, the answers all from *server*; what was told is added to *seen*."""
    text = _config(server.url, course.fake, course.extent)
    program.write("config.toml", text)
    config = read(text, folder=program.folder, environ=course.environment)
    redactor, stream, counted = Redactor(confidential(config)), io.StringIO(), Counted()
    codes = Codes(counted)
    with Log(redactor, stream=stream, level="debug", as_json=course.as_json, libraries=True, run_id="0"):
        logging.getLogger().addHandler(codes)
        try:
            asyncio.run(_lived(course, config, counted, seen))
        finally:
            logging.getLogger().removeHandler(codes)
    seen.add("the log of what was refused", stream.getvalue())
    seen.add("codes", "\n".join(counted.codes))
    seen.add("what was sent to chats", _without_keys("\n".join(server.bodies), config))
    return config


def _numbers(fake: Mapping[str, str], extent: Extent) -> list[int]:
    """Of channels: for every secret and every form, or for every secret one of the forms."""
    count = FORMS * len(fake)
    first = count * (1_000 // count + 1)
    every = range(first, first + count)
    return [one for one in every if extent is Extent.FULL or one % FORMS == one // FORMS % FORMS]


def _config(server: str, fake: Mapping[str, str], extent: Extent) -> str:
    token = fake["token_feed"].partition("token=")[2]
    hour = max(datetime.now(UTC) - timedelta(minutes=3), datetime.now(UTC).replace(hour=0, minute=0))
    numbers = _numbers(fake, extent)
    count = FORMS * len(fake)
    taking = count * (TAKING // count + 1)
    numbers += range(taking, taking + (FORMS if extent is Extent.FULL else 2))
    channels = "".join(
        f'[[channels]]\nname = "slack-{one}"\nplatform = "slack"\nchannel = "C{one}"\n'
        f'[[channels]]\nname = "discord-{one}"\nplatform = "discord"\nworkspace = "1001"\nchannel = "{one}"\n'
        for one in numbers
    )
    visited = range(count if extent is Extent.FULL else 2 * FORMS)
    signed = f"api_key={token}&signature={token}"
    feeds = "".join(f'[[feeds]]\nurl = "{server}/{one}?{signed}"\nname = "F{one}"\n' for one in visited)
    return (
        f'[bot]\nadmins = ["{_ADMINS[0]}", "{_ADMINS[1]}"]\n'
        f'[slack]\napi_url = "{server}/api/"\n[discord]\napi_url = "{server}/discord"\n'
        '[fetch]\nallow_hosts = ["127.0.0.1"]\nfull_text = false\n'
        '[delivery]\nrequest_timeout = "2s"\nsettle = "1s"\n'
        f'[analyst]\nmodel = "openai:some"\nbase_url = "{server}/v1"\nprice_per_million = [1.0, 1.0]\n'
        f'[defaults]\ntime = "{hour:%H:%M}"\ndays = {_DAYS}\n{channels}'
        f'[[feeds]]\nurl = "{server}/fine?token={token}"\nname = "Fine"\n{feeds}'
    )


async def _lived(course: Course, config: Config, counted: Counted, seen: Seen) -> None:
    """One morning, a correction, and everybody's questions."""
    station, port, clean = Station(counted), free_port(), Redactor(confidential(config)).clean
    async with open_house(config, watch=counted, delivers=True) as house:
        desk, address = house.desk, ("127.0.0.1", port)
        station.begin(Informer(house.room, house.store, {}), clean=clean, address=address, exposed=False)
        await station.open_window()
        try:
            station.ready()
            if course.spoil:
                course.spoil(house)
            else:
                await gather(house)
            [taken] = await desk.editing.admit([_manuscript("Norvik opens a laboratory", "extractive")])
            await desk.rounds.publish_for(_POSTING[course.extent])
            await desk.rounds.tell()
            await desk.editing.correct(taken.story, _manuscript("Norvik opens none", "import"))
            await desk.rounds.sweep()
            await _asked(house, taken.story, seen, await desk.channels.subscriptions())
            await desk.rounds.tell()
            for path in ("healthz", "readyz", "status", "metrics"):
                seen.add(f"{path}, after refusals", await asyncio.to_thread(_got, f"http://127.0.0.1:{port}/{path}"))
        finally:
            await station.close()


def _manuscript(title: str, analyst: str) -> Manuscript:
    return Manuscript(title=title, takeaway="It matters.", analyst=analyst)


async def _asked(house: House, story: Story, seen: Seen, channels: Sequence[Subscription]) -> None:
    """What admins and people are told."""
    desk = house.desk
    await asyncio.gather(*(_asked_of(house, one, story, seen) for one in channels))
    # Of its own, so that the model is asked whether or not the feeds have brought anything.
    report = article(
        "Norvik opens a laboratory", extract="Norvik opens a laboratory for forty people in Oslo in spring."
    )
    about = replace(story, articles=(report,))
    for _ in range(2 * FORMS if house.room.writer else 0):
        try:
            await house.room.modelled(house.room.writer.write(about, {}))  # type: ignore[union-attr]  # it is there
        except DaybriefError as trouble:
            seen.add("a model's trouble", str(trouble))
    seen.add("troubles", repr(await desk.channels.open_troubles()))
    seen.add("changes", repr([await desk.channels.changes(home) for home in {one.channel.home for one in channels}]))
    seen.add(
        "deliveries", "\n".join(f"{one.state} {one.reason}" for one in await desk.channels.deliveries(limit=10_000))
    )
    seen.add("feeds", "\n".join(state.reason for _, state in await desk.supply.feeds()))
    seen.add("tokens", repr([dict(one.tokens()) for one in house.room.platforms.values() if hasattr(one, "tokens")]))


def _without_keys(text: str, config: Config) -> str:
    """Messages carry the names of their deliveries, which look as if they were keys."""
    days = {(datetime.now(UTC) + timedelta(days=more)).date() for more in (-1, 0)}
    for one in config.channels:
        for day in days:
            place = replace(one.channel, workspace=one.channel.workspace or "T1")
            text = text.replace(delivery_key(place, day, 0), "key")
    return text


async def _asked_of(house: House, one: Subscription, story: Story, seen: Seen) -> None:
    desk, asker = house.desk, Asker(workspace=one.channel.home, subscription=one.id)
    for name in (story.ref, ""):
        why = await desk.channels.why(one, name, asker)
        seen.add("why", "\n".join((why.sentence, *lines(why))))
    seen.add("status of a channel", "\n".join(await desk.channels.troubles_of(one, _ADMINS[0].partition(":")[2])))


def _got(url: str) -> str:
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(url) as answer:  # noqa: S310  # our own
        return str(answer.read().decode())
    return ""
