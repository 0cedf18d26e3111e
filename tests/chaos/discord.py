"""Chaos on Discord: many servers that share one pace, forums among the channels, and storms for the whole bot."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.discord.components import texts
from tests.chaos.chat import STORM
from tests.chaos.people import PATIENCE, Heard
from tests.fake_discord import TOKEN, FaultPlan, User, read_lines
from tests.served_discord import ServedDiscord

FORUMS = 15
"""One in so many channels is a forum, which knows no nonce."""
_COMMANDS = {
    "/keypoints lab": ("keypoints", {"story": "lab"}),
    "/brief search lab": ("brief search", {"words": "lab"}),
    "/effects 1": ("effects", {"story": "1"}),
    "/brief": ("brief today", {}),
    "/daybrief status": ("daybrief status", {}),
}


class DiscordChat(ServedDiscord):
    """Implements ``tests.chaos.chat.Chat``, with channels spread over *servers* servers."""

    name = "discord"

    def __init__(self, folder: Path, plan: FaultPlan, servers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, plan, limits=True)
        self._store = folder / "discord.jsonl"
        self._servers = servers

    def furnish(self) -> Sequence[tuple[str, str]]:
        places = []
        for number in range(self._servers):
            person, channel = f"2{number:05}", f"4{number:05}"
            self.fake.add_guild(f"1{number:05}", users=[User(id=person, permissions=("manage_guild",))])
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
            answers = await run.wait_answers(1, timeout=PATIENCE)
        except TimeoutError:
            return Heard(ack_after=run.ack_after, error="acknowledged, and not answered")
        told = "\n".join("\n".join([one.content, *texts(one.components)]) for one in answers)
        return Heard(ack_after=run.ack_after, answer=told)

    def add_channel(self, wave: int, number: int) -> None:
        kind = "forum" if number % FORUMS == FORUMS - 1 else "text"
        guild = f"1{number % self._servers:05}"
        self.fake.add_channel(_id(wave, number), guild=guild, name="ai-news", kind=kind)

    def table(self) -> str:
        return f'[discord]\napi_url = "{self.fake.api}"\ngateway_url = "{self.fake.gateway_url}"\n'

    def place(self, wave: int, number: int) -> Mapping[str, str]:
        return {"channel": _id(wave, number), "workspace": f"1{number % self._servers:05}"}

    def secrets(self) -> Mapping[str, str]:
        return {"DISCORD_TOKEN": TOKEN}

    def storm(self, chance: random.Random) -> None:
        self.fake.storm(STORM)

    def posted(self) -> Iterator[tuple[str, str]]:
        """A part is known by what can be pressed in it: its buttons carry the key. Threads count as their channel."""
        lines = read_lines(self._store)
        above = {line["id"]: line["parent"] for line in lines if line["event"] == "channel"}
        for line in lines:
            if line["event"] == "posted" and not line["interaction"]:
                key = {name.rpartition(":")[2] for name in line["custom_ids"]}
                yield above.get(line["channel"]) or line["channel"], ",".join(sorted(key))

    def requests(self) -> Mapping[str, int]:
        return {how: n for (route, how), n in self.fake.counts.items() if route in {"create_message", "start_thread"}}


def _id(wave: int, number: int) -> str:
    return f"3{wave:03}{number:05}"
