"""Chaos on Discord: many servers that share one pace, forums among the channels, and storms for the whole bot."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from adapters.discord.components import texts
from tests.chaos.chat import STORM
from tests.chaos.checker import Shown
from tests.chaos.people import GIVES_UP, Heard
from tests.fake_discord import TOKEN, FaultPlan, User, read_lines
from tests.fake_discord.model import Call
from tests.served_discord import ServedDiscord

FORUMS = 15
"""One in so many channels is a forum, which knows no nonce."""
_KINDS = {
    "create_message": "post",
    "start_thread": "post",
    "edit_message": "edit",
    "list_messages": "look",
    "callback": "answer",
    "follow_up": "answer",
    "edit_answer": "answer",
    "get_user": "tell",
    "open_dm": "tell",
}
_ADMIN = "200000000000001"
_COMMANDS = {
    "/keypoints lab": ("keypoints", {"story": "lab"}),
    "/brief search lab": ("brief search", {"words": "lab"}),
    "/effects 1": ("effects", {"story": "1"}),
    "/brief": ("brief today", {}),
    "/daybrief status": ("daybrief status", {}),
    "/daybrief pause": ("daybrief pause", {}),
    "/daybrief resume": ("daybrief resume", {}),
}


class DiscordChat(ServedDiscord):
    """Implements ``tests.chaos.chat.Chat``, with channels spread over *servers* servers."""

    name = "discord"
    admin = f"discord:{_ADMIN}"

    def __init__(self, folder: Path, plan: FaultPlan, servers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, plan, limits=True)
        self._store = folder / "discord.jsonl"
        self._servers = servers
        self.on_answer: Callable[[str], object] = lambda _: None
        self.on_arrival: Callable[[str], bool] = lambda _: False
        self.fake.on_answer = lambda call: self.on_answer(self._kind(call))
        self.fake.on_arrival = self._arrived

    def furnish(self) -> Sequence[tuple[str, str]]:
        places = []
        for number in range(self._servers):
            person, channel = f"2{number:05}", f"4{number:05}"
            people = [User(id=person, permissions=("manage_guild",)), *([] if number else [User(id=_ADMIN)])]
            self.fake.add_guild(f"1{number:05}", users=people)
            self.fake.add_channel(channel, guild=f"1{number:05}", name="questions")
            places.append((person, channel))
        return places

    def is_reached(self) -> bool:
        """Connected and let in, and what can be asked is known: the first bot has told Discord."""
        is_heard = any(connection.session for connection in self.fake.gateway.connections)
        return is_heard and bool(self.fake.commands)

    async def asks(self, user: str, channel: str, line: str) -> Heard:
        command, options = _COMMANDS[line]
        run = await self.fake.command(command, options, user=user, channel=channel)
        if not run.acknowledged:
            return Heard(ack_after=run.ack_after, error=run.error)
        try:
            answers = await run.wait_answers(1, timeout=GIVES_UP)
        except TimeoutError:
            return Heard(ack_after=run.ack_after, error="acknowledged, and not answered")
        told = "\n".join("\n".join([one.content, *texts(one.components)]) for one in answers)
        return Heard(ack_after=run.ack_after, answer=told)

    def add_channel(self, wave: int, number: int) -> str:
        channel = f"3{wave:03}{number:05}"
        kind = "forum" if number % FORUMS == FORUMS - 1 else "text"
        self.fake.add_channel(channel, guild=f"1{number % self._servers:05}", name="ai-news", kind=kind)
        return channel

    def table(self) -> str:
        return f'[discord]\napi_url = "{self.fake.api}"\ngateway_url = "{self.fake.gateway_url}"\n'

    def place(self, channel: str) -> Mapping[str, str]:
        return {"channel": channel, "workspace": self.fake.channels[channel].guild}

    def nowhere(self, number: int) -> Mapping[str, str]:
        return {"channel": f"9{number:08}", "workspace": "100000"}

    def secrets(self) -> Mapping[str, str]:
        return {"DISCORD_TOKEN": TOKEN}

    def storm(self, chance: random.Random) -> None:
        self.fake.storm(STORM)

    def hang(self, *, is_deaf: bool) -> None:
        self.do(self._hang(is_deaf=is_deaf))

    def accepted(self) -> int:
        return self.fake.posted

    def shown(self) -> Iterator[Shown]:
        lines = read_lines(self._store)
        above = {line["id"]: line["parent"] for line in lines if line["event"] == "channel"}
        latest = {line["id"]: line for line in lines if line["event"] != "channel" and not line["interaction"]}
        for line in latest.values():
            if line["event"] != "deleted":
                where = above.get(line["channel"]) or line["channel"]
                yield Shown(channel=where, text=f"{line['content']} {json.dumps(line['components'])}")

    def requests(self) -> Mapping[str, int]:
        posts: Counter[str] = Counter()
        for (route, how), number in self.fake.counts.items():
            if _KINDS.get(route) == "post":
                posts[how] += number
        return posts

    async def _hang(self, *, is_deaf: bool) -> None:
        (self.fake.fall_silent if is_deaf else self.fake.hear_again)()

    def _arrived(self, call: Call) -> None:
        if self.on_arrival(self._kind(call)):
            self.fake.fall_silent()

    def _kind(self, call: Call) -> str:
        """What the bot is about."""
        place = self.fake.channels.get(call.channel)
        return "tell" if place and place.recipient else _KINDS.get(call.route, "call")
