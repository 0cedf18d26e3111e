"""The state of the fake Discord, its durable store, and what a test looks up directly."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from tests.fake_discord.furniture import EPOCH, Furnished
from tests.fake_discord.model import Channel, ChannelType, Flag, Interaction, Json, Message, User

TOKEN = "bot-token"
NONCE_LIFE = 180.0
"""Seconds for which a nonce is remembered; Discord says "a few minutes"."""

Dispatch = Callable[[str, Json, str, int], None]
"""Tells the gateway: event, data, guild, and the intent that it needs (0: none)."""


class World(Furnished):
    """Guilds and what is in them. ``now`` dates everything, ``monotonic`` measures what expires."""

    def __init__(
        self,
        store: Path | None = None,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        token: str = TOKEN,
    ) -> None:
        super().__init__(now)
        self.store = store
        self.monotonic = monotonic
        self.token = token
        self.token_error: tuple[int, str] | None = None
        """The code and message of every 401, once the token is revoked."""
        self.url = ""
        self.nonce_life = NONCE_LIFE
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.commands: dict[str, list[Json]] = {}
        """The application commands, by guild; the global ones have the empty name."""
        self.commands_made: dict[str, int] = {}
        self.most_commands_a_day = 200
        self.posted = 0
        """How many messages the bot has posted since the start."""
        self.dispatch: Dispatch = lambda event, data, guild, intent: None
        self._messages: dict[str, dict[str, Message]] = {}
        self._ephemerals: dict[str, Message] = {}
        self._nonces: dict[tuple[str, str], tuple[float, str]] = {}
        for line in read_lines(store):
            self._restore(line)

    # ------------------------------------------------------------------------------------------------ looking

    def messages(self, channel: str | int) -> list[Message]:
        """What *channel* (or a thread) holds, in order."""
        return list(self._messages.get(str(channel), {}).values())

    def message(self, channel: str | int, message: str | int) -> Message | None:
        return self._messages.get(str(channel), {}).get(str(message))

    def threads(self, channel: str | int) -> list[Channel]:
        """The threads of *channel*, or the posts of a forum."""
        return [one for one in self.channels.values() if one.is_thread and one.parent == str(channel)]

    def direct_messages(self, user: str | int) -> list[Message]:
        """What the bot wrote to *user* in private."""
        return [m for c in list(self.channels.values()) if c.recipient == str(user) for m in self.messages(c.id)]

    def ephemerals(self, user: str = "", channel: str = "") -> list[Message]:
        """What only *user* sees in *channel* at the moment; everybody's and everywhere's unless given."""
        seen = self._ephemerals.values()
        return [one for one in seen if user in {"", one.user} and channel in {"", one.channel}]

    def find(self, message: str | int) -> Message | None:
        """The message with this id, wherever it is."""
        name = str(message)
        if name in self._ephemerals:
            return self._ephemerals[name]
        return next((found[name] for found in self._messages.values() if name in found), None)

    def person(self, user: str) -> User:
        """Whoever has this id, known or not."""
        return self.users.get(user) or User(id=user, name=f"user-{user}")

    def seen_nonce(self, channel: str, nonce: object) -> str:
        """The id of the message that was posted with *nonce* lately; empty if there is none."""
        at, message = self._nonces.get((channel, str(nonce)), (0.0, ""))
        return message if message and self.monotonic() - at <= self.nonce_life else ""

    # ----------------------------------------------------------------------------------------------- changing

    def say(self, channel: str | int, user: str | int, content: str) -> Message:
        """A person writes in *channel*. The store keeps only what the bot writes."""
        where = self.channels[str(channel)]
        made = Message(
            channel=where.id,
            guild=where.guild,
            id=self.next_id(),
            author=str(user),
            at=self.now(),
            content=content,
            bot=False,
        )
        self._keep(made)
        return made

    def accept(self, message: Message) -> Message:
        """The bot's *message* is there from now on, come what may."""
        self._keep(message)
        if message.nonce is not None:
            self._nonces[message.channel, str(message.nonce)] = (self.monotonic(), message.id)
        if not message.ephemeral:
            self.posted += 1
            self._write("posted", message)
        return message

    def edit(self, message: Message, changes: Json) -> None:
        """Change what *message* says; *changes* has attributes of it."""
        if not message.loading:
            before = {name: getattr(message, name) for name in ("content", "embeds", "components")}
            message.before.append(before)
            message.edited = self.now()
        for name, value in changes.items():
            setattr(message, name, value)
        if not message.ephemeral:
            self._write("edited", message)

    def crosspost(self, message: Message) -> None:
        message.flags |= Flag.CROSSPOSTED
        self._write("crossposted", message)

    def delete(self, message: Message) -> None:
        if message.ephemeral:
            self._ephemerals.pop(message.id, None)
            return
        self._messages[message.channel].pop(message.id, None)
        self._write("deleted", message)

    def add_thread(self, thread: Channel) -> Channel:
        """The bot has opened *thread*."""
        self.channels[thread.id] = thread
        self._write_channel(thread)
        return thread

    def open_dm(self, user: str) -> Channel:
        known = any(channel.recipient == user for channel in self.channels.values())
        made = super().open_dm(user)
        if not known:
            self._write_channel(made)
        return made

    # ----------------------------------------------------------------------------------------------- storing

    def _keep(self, message: Message) -> None:
        if message.ephemeral:
            self._ephemerals[message.id] = message
        else:
            self._messages.setdefault(message.channel, {})[message.id] = message

    def _append(self, line: Json) -> None:
        if self.store is None:
            return
        with self.store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _write(self, event: str, message: Message) -> None:
        if self.store is None or not message.bot:
            return
        names = ("channel", "guild", "id", "nonce", "custom_ids", "interaction", "author", "at", "flags")
        line: Json = {"event": event} | {name: getattr(message, name) for name in names}
        line |= {"content": message.content, "embeds": message.embeds, "components": message.components}
        self._append(line)

    def _write_channel(self, channel: Channel) -> None:
        names = ("id", "guild", "name", "type", "parent", "recipient", "applied_tags")
        self._append({"event": "channel"} | {name: getattr(channel, name) for name in names})

    def _restore(self, line: Json) -> None:
        event = line.pop("event")
        self._last_id = max(self._last_id, int(line["id"]))
        if event == "channel":
            line["type"] = ChannelType(line["type"])
            self.channels[line["id"]] = Channel(**line)
            return
        line.pop("custom_ids")
        known = self.message(line["channel"], line["id"])
        if event == "deleted":
            self._messages.get(line["channel"], {}).pop(line["id"], None)
        elif known is None:
            made = Message(**line)
            self._keep(made)
            if made.nonce is not None:
                self._nonces[made.channel, str(made.nonce)] = (self.monotonic(), made.id)
        elif event == "crossposted":
            known.flags = line["flags"]
        else:
            known.before.append({name: getattr(known, name) for name in ("content", "embeds", "components")})
            for name in ("content", "embeds", "components", "flags"):
                setattr(known, name, line[name])
            known.edited = known.at


def born(snowflake: str) -> float:
    """When this id was made, by the wall clock."""
    return ((int(snowflake) >> 22) + EPOCH) / 1000


def read_lines(store: Path | None) -> list[Json]:
    """Everything in *store*, in order: posts, edits, crossposts, deletions, and channels that the bot has opened."""
    if store is None or not store.exists():
        return []
    return [json.loads(line) for line in store.read_text(encoding="utf-8").splitlines()]


def read_store(store: Path) -> list[Json]:
    """Every message that was accepted into *store*, in order, as it was posted."""
    return [line for line in read_lines(store) if line["event"] == "posted"]
