"""What a fleet has to deliver, on both platforms at once: channels, their configuration, and what the database says."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from adapters.slack.pace import PER_MINUTE
from tests.chaos import checker, orders
from tests.chaos.chat import Chat
from tests.chaos.checker import Count
from tests.chaos.orders import THREADS, Order
from tests.fleet.shape import Shape

DISCORD_PER_SECOND = 50
"""Requests that Discord takes from a bot: https://docs.discord.com/developers/topics/rate-limits. Slack names no exact
number, so there it is what we keep to."""


@dataclass(kw_only=True)
class Morning:
    """All channels so far; the next ones come as a wave."""

    folder: Path
    url: str
    chats: Sequence[Chat]
    shape: Shape
    hours: list[str] = field(default_factory=list)
    """Of each wave; each platform has its own, for no two channels have the same name."""
    orders: dict[str, list[Order]] = field(default_factory=dict)
    """By platform."""

    @property
    def ordered(self) -> int:
        """Messages, in all."""
        return sum(len(one.messages) for made in self.orders.values() for one in made)

    def accepted(self) -> int:
        """Messages that platforms have taken so far."""
        return sum(chat.accepted() for chat in self.chats)

    def add_wave(self, hour: datetime) -> None:
        """More channels are due at *hour*, UTC."""
        for chat in self.chats:
            made, wave = self.orders.setdefault(chat.name, []), len(self.hours)
            self.hours.append(f"{hour:%H:%M}")
            for number in itertools.islice(self._numbers(), self.shape.channels):
                made.append(Order(channel=chat.add_channel(wave, number), wave=wave, number=number))

    def _numbers(self) -> Iterator[int]:
        """Where all is due at once, every channel gets one message, so that requests can be counted beforehand."""
        every = itertools.count()
        return (one for one in every if one % THREADS != THREADS - 1) if self.shape.at_once else every

    def write(self) -> None:
        """The configuration of whoever rings, and that of the others, who need no channels."""
        shape = self.shape
        text = (
            f'[bot]\ndata_dir = "data"\ngather_every = "10m"\n[storage]\nurl = "{self.url}"\n'
            f'[delivery]\nrequest_timeout = "{shape.request_timeout:g}s"\nsettle = "{shape.settle:g}s"\n'
            '[defaults]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n'
        )
        text += "".join(chat.table() for chat in self.chats)
        self._put("others.toml", text)
        text += "".join(
            order.table(chat.name, self.hours[order.wave], chat.place(order.channel))
            for chat in self.chats
            for order in self.orders.get(chat.name, [])
        )
        self._put("config.toml", text)

    def _put(self, name: str, text: str) -> None:
        """Whoever reads the file meanwhile has the old one or the new."""
        written = self.folder / f"{name}.new"
        written.write_text(text, encoding="utf-8")
        written.replace(self.folder / name)

    def states(self) -> Mapping[str, str]:
        """The state of the delivery of each channel, by the channel's id, as the ledger has it."""
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                "SELECT subscription.channel, delivery.state FROM delivery"
                " JOIN subscription ON subscription.id = delivery.subscription"
            )
            return dict(found.fetchall())

    def is_over(self) -> bool:
        """Whether the ledger calls everything final, whatever really arrived."""
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT count(*) FROM delivery WHERE state NOT IN ('due', 'sending')").fetchone()
        return found is not None and found[0] >= sum(len(made) for made in self.orders.values())

    def counts(self) -> Iterator[tuple[str, Count]]:
        """By platform: what arrived, beside what was ordered."""
        for chat in self.chats:
            yield chat.name, checker.count(self.orders[chat.name], chat.shown())

    def bound(self, platform: str) -> float:
        """Seconds that *platform* needs for all its channels, with a message each, whoever posts them."""
        channels = len(self.orders[platform])
        if platform == "discord":
            return channels / DISCORD_PER_SECOND
        return -(-channels // self.shape.workspaces) * 60 / PER_MINUTE

    def stories(self) -> str:
        """What editions are made of, to be imported."""
        return orders.stories()
