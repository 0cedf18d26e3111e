"""The state of the fake Slack, its durable store, and what a test puts in and looks up directly."""

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

from tests.fake_slack.furniture import Furnished
from tests.fake_slack.installing import Desk
from tests.fake_slack.model import Ephemeral, Hook, Json, Message, Refused, Team, Trigger, View

APP_TOKEN = "xapp-1"
SIGNING_SECRET = "signing-secret"
TRIGGER_LIFE = 3.0
HOOK_LIFE = 30 * 60.0
HOOK_USES = 5
MOST_VIEWS = 500


class World(Furnished):
    """Workspaces and what is in them. ``now`` dates messages, ``monotonic`` measures what expires."""

    app_id = "A1"
    verification_token = "not-used"
    expired_trigger = "expired_trigger_id"
    exchanged_trigger = "exchanged_trigger_id"
    """As the methods document it; other pages of Slack say ``trigger_expired`` and ``trigger_exchanged``."""

    def __init__(
        self,
        store: Path | None = None,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        app_token: str = APP_TOKEN,
        signing_secret: str = SIGNING_SECRET,
    ) -> None:
        super().__init__(now)
        self.store = store
        self.monotonic = monotonic
        self.app_token = app_token
        self.signing_secret = signing_secret
        self.url = ""
        self.oauth = Desk(self)
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.all_views: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}
        """Published homes, by workspace and user."""
        self.history_cap = 999
        """The most messages that one call of conversations.history gives; 15 for apps outside the Marketplace."""
        self.posted = 0
        """How many messages the bot has posted since the start."""
        self._messages: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}
        self._ephemerals: list[Ephemeral] = []
        self._last_ts = 0
        self._count = itertools.count(1)
        for line in read_lines(store):
            self._restore(line)

    def say(self, channel: str, user: str, text: str, thread_ts: str = "") -> Message:
        """A person writes in *channel*. The store keeps only what the bot writes."""
        made = Message(
            channel=channel,
            team=self.channels[channel].team,
            ts=self.next_ts(),
            user=user,
            text=text,
            thread_ts=thread_ts,
            bot=False,
        )
        self._keep(made)
        return made

    # ------------------------------------------------------------------------------------------------ looking

    def messages(self, channel: str) -> list[Message]:
        """What *channel* holds, in order, replies in threads included."""
        return list(self._messages.get(channel, {}).values())

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def replies(self, channel: str, ts: str) -> list[Message]:
        """What was written in the thread of *ts*, in order."""
        return [
            self._messages[channel][reply]
            for reply in self._replies.get((channel, ts), [])
            if reply in self._messages[channel]
        ]

    def direct_messages(self, user: str) -> list[Message]:
        """What the bot wrote to *user* in private, or *user* to the bot."""
        return [m for c in list(self.channels.values()) if c.im_with == user for m in self.messages(c.id)]

    def ephemerals(self, user: str = "", channel: str = "") -> list[Ephemeral]:
        """What only *user* sees in *channel* at the moment; everybody's and everywhere's unless given."""
        return [e for e in self._ephemerals if user in {"", e.user} and channel in {"", e.channel}]

    def views(self, user: str) -> list[View]:
        """The modals that *user* has open, the topmost last."""
        return [view for view in self.all_views.values() if view.user == user and view.open]

    def home(self, user: str, team: str = "") -> Json | None:
        """What *user*'s Home tab shows."""
        view = self.homes.get((team or self.team_of(user).id, user))
        return view.body if view else None

    def team_of(self, user: str) -> Team:
        """The workspace where *user* is known."""
        for team in self.teams.values():
            if user in team.users:
                return team
        raise ValueError(f"no workspace knows {user}")

    # ----------------------------------------------------------------------------------------------- changing

    def next_ts(self) -> str:
        """A timestamp that no message has, later than every other."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06}"

    def next_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._count)}"

    def accept(self, message: Message) -> Message:
        """The bot's *message* is there from now on, come what may."""
        self._keep(message)
        self.posted += 1
        self._write("posted", message)
        return message

    def edit(self, message: Message, text: str, blocks: list[Json], metadata: Json | None) -> None:
        message.before.append({"text": message.text, "blocks": message.blocks})
        message.text, message.blocks, message.metadata = text, blocks, metadata
        message.edited = self.next_ts()
        self._write("edited", message)

    def delete(self, message: Message) -> None:
        self._messages[message.channel].pop(message.ts, None)
        self._write("deleted", message)

    def show(self, ephemeral: Ephemeral) -> Ephemeral:
        self._ephemerals.append(ephemeral)
        return ephemeral

    def hide(self, ephemeral: Ephemeral) -> None:
        self._ephemerals = [e for e in self._ephemerals if e is not ephemeral]

    def add_trigger(self, team: str, user: str, *, channel: str = "", view: str = "") -> Trigger:
        number = next(self._count)
        made = Trigger(
            id=f"{number}.{number}.{number:08x}",
            team=team,
            user=user,
            born=self.monotonic(),
            channel=channel,
            view=view,
        )
        self.triggers[made.id] = made
        return made

    def add_view(self, view: View) -> None:
        """Remember *view*; closed ones are forgotten when there are many."""
        if len(self.all_views) > MOST_VIEWS:
            homes = {home.id for home in self.homes.values()}
            self.all_views = {name: old for name, old in self.all_views.items() if old.open or name in homes}
        self.all_views[view.id] = view

    def use_trigger(self, name: str, team: Team) -> Trigger:
        """Exchange a trigger id, which works once and within three seconds."""
        trigger = self.triggers.get(name)
        if trigger is None or trigger.team != team.id:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused(self.exchanged_trigger)
        if self.monotonic() - trigger.born > TRIGGER_LIFE:
            raise Refused(self.expired_trigger)
        trigger.used = True
        return trigger

    def add_hook(
        self, team: str, channel: str, user: str, original: Message | Ephemeral | None = None, *, of_command: bool
    ) -> Hook:
        number = next(self._count)
        made = Hook(
            path=f"/{'commands' if of_command else 'actions'}/{team}/{number}/{number:08x}",
            team=team,
            channel=channel,
            user=user,
            born=self.monotonic(),
            of_command=of_command,
            original=original,
        )
        self.hooks[made.path] = made
        return made

    def change_channel(self, old: str, new: str) -> None:
        """*old* becomes *new*, with everything in it."""
        channel = self.channels.pop(old)
        channel.id = new
        self.channels[new] = channel
        for message in (moved := self._messages.pop(old, {})).values():
            message.channel = new
        self._messages[new] = moved
        self._replies = {(new if c == old else c, ts): replies for (c, ts), replies in self._replies.items()}

    # ----------------------------------------------------------------------------------------------- storing

    def _keep(self, message: Message) -> None:
        self._messages.setdefault(message.channel, {})[message.ts] = message
        if message.is_reply:
            self._replies.setdefault((message.channel, message.thread_ts), []).append(message.ts)

    def _write(self, event: str, message: Message) -> None:
        if self.store is None:
            return
        line = {
            "event": event,
            "channel": message.channel,
            "team": message.team,
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "user": message.user,
            "metadata": message.metadata,
            "text": message.text,
            "blocks": message.blocks,
        }
        with self.store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _restore(self, line: Json) -> None:
        event = line.pop("event")
        seconds, micros = line["ts"].split(".")
        self._last_ts = max(self._last_ts, int(seconds) * 1_000_000 + int(micros))
        known = self.message(line["channel"], line["ts"])
        if event == "posted" or known is None:
            self._keep(Message(**line))
        elif event == "deleted":
            self._messages[line["channel"]].pop(line["ts"])
        else:
            known.before.append({"text": known.text, "blocks": known.blocks})
            known.text, known.blocks, known.metadata = line["text"], line["blocks"], line["metadata"]
            known.edited = known.ts


def read_lines(store: Path | None) -> list[Json]:
    """Everything in *store*: posts, edits and deletions, in order."""
    if store is None or not store.exists():
        return []
    return [json.loads(line) for line in store.read_text(encoding="utf-8").splitlines()]


def read_store(store: Path) -> list[Json]:
    """Every message that was accepted into *store*, in order, as it was posted."""
    return [line for line in read_lines(store) if line["event"] == "posted"]
