"""Chaos on Slack: workspaces that have limits of their own, and a storm in one of them at a time."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from adapters.slack.plain import plain_of
from tests.chaos.chat import STORM
from tests.chaos.checker import Shown
from tests.chaos.people import GIVES_UP, Heard
from tests.fake_slack import FaultPlan, User
from tests.fake_slack.model import Call
from tests.fake_slack.world import read_lines
from tests.served_slack import ServedSlack

_KINDS = {
    "chat.postMessage": "post",
    "chat.update": "edit",
    "conversations.history": "look",
    "conversations.replies": "look",
    "chat.postEphemeral": "answer",
    "response_url": "answer",
}
_ADMIN = "U0ADMIN"


class SlackChat(ServedSlack):
    """Implements ``tests.chaos.chat.Chat``, with channels spread over *workspaces* workspaces."""

    name = "slack"
    admin = f"slack:{_ADMIN}"

    def __init__(self, folder: Path, plan: FaultPlan, workspaces: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, plan, limits=True)
        self._store = folder / "slack.jsonl"
        self._workspaces = workspaces
        self.on_answer: Callable[[str], object] = lambda _: None
        self.on_arrival: Callable[[str], bool] = lambda _: False
        self.fake.on_answer = lambda call: self.on_answer(_kind(call))
        self.fake.on_arrival = self._arrived

    def furnish(self) -> Sequence[tuple[str, str]]:
        for number in range(self._workspaces):
            admin = [] if number else [User(id=_ADMIN, is_admin=True)]
            self.fake.add_team(f"T{number}", users=[User(id=f"U{number}", is_admin=True), *admin])
            self.fake.add_channel(f"D{number}", team=f"T{number}", members=[f"U{number}"])
        return [(f"U{number}", f"D{number}") for number in range(self._workspaces)]

    def is_reached(self) -> bool:
        return bool(self.fake.sockets.connections)

    async def asks(self, user: str, channel: str, line: str) -> Heard:
        command, _, text = line.partition(" ")
        delivery = await self.fake.command(command, text, user=user, channel=channel)
        if not delivery.acknowledged:
            return Heard(ack_after=delivery.ack_after, error=delivery.error)
        try:
            answers = await delivery.wait_answers(1, timeout=GIVES_UP)
        except TimeoutError:
            return Heard(ack_after=delivery.ack_after, error="acknowledged, and not answered")
        told = "\n".join(plain_of(one["blocks"]) if "blocks" in one else one["text"] for one in answers)
        return Heard(ack_after=delivery.ack_after, answer=told)

    def add_channel(self, wave: int, number: int) -> str:
        channel, team = f"C{wave}X{number}", number % self._workspaces
        self.fake.add_channel(channel, team=f"T{team}", members=[f"U{team}"])
        return channel

    def table(self) -> str:
        return f'[slack]\napi_url = "{self.fake.api}"\n'

    def place(self, channel: str) -> Mapping[str, str]:
        return {"channel": channel, "workspace": self.fake.channels[channel].team}

    def nowhere(self, number: int) -> Mapping[str, str]:
        return {"channel": f"C{number}GONE", "workspace": "T0"}

    def secrets(self) -> Mapping[str, str]:
        tokens = ",".join(f"xoxb-T{number}" for number in range(self._workspaces))
        return {"SLACK_BOT_TOKEN": tokens, "SLACK_APP_TOKEN": "xapp-1"}

    def storm(self, chance: random.Random) -> None:
        self.fake.storm(f"T{chance.randrange(self._workspaces)}", STORM)

    def hang(self, *, is_deaf: bool) -> None:
        self.do(self._hang(is_deaf=is_deaf))

    def accepted(self) -> int:
        return self.fake.posted

    def shown(self) -> Iterator[Shown]:
        latest = {(line["channel"], line["ts"]): line for line in read_lines(self._store)}
        for line in latest.values():
            if line["event"] != "deleted":
                yield Shown(channel=line["channel"], text=f"{line['text']} {json.dumps(line['blocks'])}")

    def requests(self) -> Mapping[str, int]:
        return {how: n for (method, how), n in self.fake.counts.items() if method == "chat.postMessage"}

    async def _hang(self, *, is_deaf: bool) -> None:
        (self.fake.fall_silent if is_deaf else self.fake.hear_again)()

    def _arrived(self, call: Call) -> None:
        if self.on_arrival(_kind(call)):
            self.fake.fall_silent()


def _kind(call: Call) -> str:
    """What the bot is about."""
    return "tell" if call.channel == _ADMIN else _KINDS.get(call.method, "call")
