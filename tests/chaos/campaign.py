"""Many rounds of chaos, on both platforms side by side: what ``make chaos`` and the promises are made of."""

import dataclasses
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.chaos.bot import ROOT
from tests.chaos.chat import Chat
from tests.chaos.discord import DiscordChat
from tests.chaos.outcome import Outcome, Shape, read, together
from tests.chaos.rounds import Round
from tests.chaos.slack import SlackChat
from tests.fake_discord import Fault as DiscordFault
from tests.fake_discord import FaultPlan as DiscordFaultPlan
from tests.fake_slack import Fault as SlackFault
from tests.fake_slack import FaultPlan as SlackFaultPlan

PLATFORMS = ("slack", "discord")
WORKSPACES = 4
LIVES = 100
"""In a round: fewer than the sessions that the bot allows itself with Discord in a day, and than make a configuration
of so many waves that each start takes long.
"""
LANES = 2
"""So many rounds are played at the same time on each platform: most of a life is waiting."""
PER_FAULT = 0.02
"""Of all posts so many are accepted and then dropped, as many accepted late; and as many fail in all other ways."""
LATE_BY = 5.0
"""Seconds after which a post is accepted at the latest."""
LATENCY = 0.08
"""Seconds until an answer: so a few posts are always under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is played on each platform."""

    shape: Shape
    """Of all its rounds together."""
    seed: int
    late_by: float = LATE_BY
    keep: bool = False
    """Whether everything stays of rounds, too, that went well."""

    lane: int | None = None
    """Which of :data:`LANES` is played; None: all, one after the other."""

    def rounds(self) -> Mapping[int, Shape]:
        """Each with its share of the lives, by its number."""
        lives = self.shape.endings
        shares = (min(LIVES, lives - begun) for begun in range(0, max(lives, 1), LIVES))
        every = {number: dataclasses.replace(self.shape, endings=share) for number, share in enumerate(shares)}
        return {number: one for number, one in every.items() if self.lane in {None, number % LANES}}


def play(platform: str, campaign: Campaign, folder: Path, progress: Callable[[Outcome], object]) -> Outcome:
    """All rounds on one platform, one after the other; of those that went wrong, everything stays in *folder*."""
    total = Outcome()
    for number, shape in campaign.rounds().items():
        seed = campaign.seed * 1000 + number
        where = folder / f"{platform}-{seed}"
        chat = chat_of(platform, where, seed, campaign.late_by)
        done = total

        def tell(now: Outcome, done: Outcome = done) -> None:
            progress(together([done, now]))

        outcome = Round(folder=where, chat=chat, shape=shape, seed=seed, progress=tell).run()
        if outcome.broken:
            (where / "broken.txt").write_text("\n".join(outcome.broken) + "\n", encoding="utf-8")
        elif not campaign.keep:
            shutil.rmtree(where)
        outcome.place(where)
        total = together([total, outcome])
    return total


def side_by_side(campaign: Campaign, tell: Callable[[str], object] = lambda _: None) -> dict[str, Outcome]:
    """Play on all platforms at the same time, each lane in a process of its own; *tell* hears how far they are."""
    lanes = [dataclasses.replace(campaign, lane=lane) for lane in range(LANES)]
    parts = [(platform, one) for platform in PLATFORMS for one in lanes if one.rounds()]
    running = [(platform, _begin(platform, one)) for platform, one in parts]
    lines: dict[int, str] = {}
    watching = [
        threading.Thread(target=_watch, args=(number, process.stderr, lines, tell))
        for number, (_, process) in enumerate(running)
    ]
    for one in watching:
        one.start()
    outcomes: dict[str, list[Outcome]] = {platform: [] for platform in PLATFORMS}
    for platform, process in running:
        with process:
            said = process.stdout.read() if process.stdout else ""
            watching.pop(0).join()
        if process.returncode:
            raise RuntimeError(f"chaos on {platform} could not be played to its end (exit code {process.returncode})")
        outcomes[platform].append(read(said.splitlines()[-1]))
    return {platform: _beside(found) for platform, found in outcomes.items()}


def _beside(lanes: Sequence[Outcome]) -> Outcome:
    """All *lanes* as one, which took as long as the longest."""
    total = together(lanes)
    total.seconds = max(one.seconds for one in lanes)
    return total


def _begin(platform: str, campaign: Campaign) -> subprocess.Popen[str]:
    shape = campaign.shape
    command = [sys.executable, "-m", "tests.chaos", "--one", platform, "--seed", str(campaign.seed)]
    command += ["--kills", str(shape.endings), "--channels", str(shape.channels), "--means", shape.means.name]
    command += ["--settle", str(shape.settle), "--request-timeout", str(shape.request_timeout)]
    command += ["--late-by", str(campaign.late_by), *(["--keep"] if campaign.keep else [])]
    command += ["--silences", *shape.silences, "--program", shape.program, "--lane", str(campaign.lane)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _watch(number: int, stderr: IO[str] | None, lines: dict[int, str], tell: Callable[[str], object]) -> None:
    """Pass on the latest line of each process, and whatever else they complain of."""
    assert stderr
    for line in stderr:
        if line.startswith("\t"):
            lines[number] = line.strip()
            tell("   ".join(lines[one] for one in sorted(lines)))
        else:
            sys.stderr.write(line)


def chat_of(
    platform: str,
    folder: Path,
    seed: int,
    late_by: float = LATE_BY,
    *,
    per_fault: float = PER_FAULT,
    workspaces: int = WORKSPACES,
) -> Chat:
    """The local platform, failing as it should."""
    if platform == "slack":
        others = [
            one.value for one in SlackFault if one not in {SlackFault.NONE, SlackFault.DROP_AFTER, SlackFault.LATE}
        ]
        return SlackChat(folder, SlackFaultPlan(**_plan(seed, late_by, others, per_fault)), workspaces)
    # A word of Cloudflare's closes Discord for a minute: half of the lives would end before anything was posted.
    apart = {DiscordFault.CLOUDFLARE_403, DiscordFault.CLOUDFLARE_429}
    apart |= {DiscordFault.NONE, DiscordFault.DROP_AFTER, DiscordFault.LATE}
    others = [one.value for one in DiscordFault if one not in apart]
    methods = ("create_message", "start_thread")
    plan = DiscordFaultPlan(**_plan(seed, late_by, others, per_fault), methods=methods)
    return DiscordChat(folder, plan, workspaces)


def _plan(seed: int, late_by: float, others: Sequence[str], per_fault: float) -> dict[str, Any]:
    """A third of all faults are drops after acceptance, a third late acceptance, a third everything else."""
    faults = ("drop_after",) * len(others) + ("late",) * len(others) + tuple(others)
    return {
        "seed": seed,
        "chance": 3 * per_fault,
        "late_by": late_by,
        "hang": 30.0,
        "latency": LATENCY,
        "faults": faults,
    }


def new_folder() -> Path:
    """Where rounds leave what they have done."""
    return Path(tempfile.mkdtemp(prefix="daybrief-chaos-"))
