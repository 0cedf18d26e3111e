"""What people do in the fake Discord: commands, buttons, menus and modals."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.fake_discord.filled import filled_modal, picked
from tests.fake_discord.gateway import Gateway
from tests.fake_discord.model import NO_ANSWER, Channel, ChannelType, Interaction, Json, Message, walk
from tests.fake_discord.payloads import bot_permissions, channel_info, member_info, message_info, permissions, user_info
from tests.fake_discord.permissions import ALL
from tests.fake_discord.typed import command_data, find_command
from tests.fake_discord.world import TOKEN, World

_TYPES = {"command": 2, "component": 3, "autocomplete": 4, "modal": 5}


class Acting(World):
    """Every act waits for the bot's callback, and returns the :class:`Interaction` that it was."""

    def __init__(
        self,
        store: Path | None = None,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        token: str = TOKEN,
        ack_timeout: float = 3.0,
    ) -> None:
        super().__init__(store, now=now, monotonic=monotonic, token=token)
        self.ack_timeout = ack_timeout
        """Seconds within which a callback counts."""
        self.gateway = Gateway(self)
        self.dispatch = self._dispatch
        self.runs: list[Interaction] = []
        """Every interaction, in order."""

    async def command(
        self, name: str, options: Mapping[str, object] | None = None, *, user: str, channel: str
    ) -> Interaction:
        """*user* types ``/name`` (``brief story`` for a subcommand) in *channel*, as the bot has registered it."""
        data = command_data(self, name, options or {}, self.users[user], self.channels[channel])
        return await self._act("command", data, user, channel)

    async def autocomplete(
        self,
        name: str,
        options: Mapping[str, object],
        *,
        user: str,
        channel: str,
        focused: str = "",
    ) -> list[Json]:
        """What is offered while *user* types the *focused* option: the last one unless given."""
        focused = focused or list(options)[-1]
        last = find_command(self, name, self.channels[channel].guild)[-1]
        if not any(one["name"] == focused and one.get("autocomplete") for one in last.get("options") or []):
            raise ValueError(f"/{name} {focused} has no autocompletion")
        data = command_data(self, name, options, self.users[user], self.channels[channel], focused)
        run = await self._act("autocomplete", data, user, channel)
        if not run.acknowledged:
            raise ValueError(f"no choices came: {run.error}")
        return run.choices

    async def press(self, message: Message | Interaction | str, custom_id: str, *, user: str = "") -> Interaction:
        """*user* presses a button of *message*; of an interaction it is the latest answer that has it."""
        found, part = self._part(message, custom_id, user)
        if part["type"] != 2 or part.get("disabled"):
            raise ValueError(f"{custom_id!r} cannot be pressed")
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._act("component", data, user or self._someone(found), found.channel, found)

    async def select(
        self, message: Message | Interaction | str, custom_id: str, values: Sequence[str], *, user: str = ""
    ) -> Interaction:
        """*user* chooses *values* (ids, or values of options) in a menu."""
        found, part = self._part(message, custom_id, user)
        user = user or self._someone(found)
        data = picked(self, part, list(values), self.users[user], self.channels[found.channel])
        return await self._act("component", data, user, found.channel, found)

    async def submit_modal(self, run: Interaction | str, values: Mapping[str, object] | None = None) -> Interaction:
        """The person fills in the modal that *run* has opened, by custom_id, and submits it."""
        opened = self.run(run) if isinstance(run, str) else run
        if opened.modal is None:
            raise ValueError("that interaction has opened no modal")
        where = self.channels[opened.channel]
        data = filled_modal(self, opened.modal, values or {}, self.users[opened.user], where)
        return await self._act("modal", data, opened.user, opened.channel, opened.message)

    async def replay(self, run: Interaction) -> Interaction:
        """Tell the bot of *run* once more, as it is: ``callbacks`` counts further answers."""
        self.gateway.dispatch("INTERACTION_CREATE", run.payload, run.guild)
        return run

    def run(self, interaction: str) -> Interaction:
        """The interaction with this id."""
        return next(one for one in self.runs if one.id == interaction)

    # ----------------------------------------------------------------------------------------------------------

    async def _act(self, kind: str, data: Json, user: str, channel: str, message: Message | None = None) -> Interaction:
        where = self.channels[channel]
        run = Interaction(
            id=self.next_id(),
            token=f"token-{secrets.token_hex(8)}",
            kind=kind,
            payload={},
            user=user,
            channel=channel,
            guild=where.guild,
            born=self.monotonic(),
            message=message,
        )
        run.payload = self._payload(run, data, where)
        self.interactions[run.token] = run
        self.runs.append(run)
        run.sent = time.monotonic()
        if not self.gateway.dispatch("INTERACTION_CREATE", run.payload, run.guild):
            run.over, run.error = True, NO_ANSWER
            return run
        try:
            async with asyncio.timeout(self.ack_timeout):
                while not run.acknowledged:
                    run.arrived.clear()
                    await run.arrived.wait()
        except TimeoutError:
            run.error = NO_ANSWER
        run.over = True
        return run

    def _payload(self, run: Interaction, data: Json, where: Channel) -> Json:
        who = self.users[run.user]
        payload: Json = {
            "id": run.id,
            "application_id": self.application,
            "type": _TYPES[run.kind],
            "data": data,
            "token": run.token,
            "version": 1,
            "channel_id": where.id,
            "channel": channel_info(self, where),
            "locale": who.locale,
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
        }
        if where.type is ChannelType.DM:
            payload |= {"user": user_info(who), "context": 1, "app_permissions": str(ALL)}
            payload["authorizing_integration_owners"] = {"0": "0"}
        else:
            guild = self.guilds[where.guild]
            may = str(permissions(self, where, who.id))
            payload |= {
                "guild_id": guild.id,
                "guild": {"id": guild.id, "locale": guild.locale, "features": ["NEWS"]},
                "guild_locale": guild.locale,
                "member": member_info(who, list(who.roles)) | {"permissions": may},
                "app_permissions": str(bot_permissions(self, where)),
                "context": 0,
                "authorizing_integration_owners": {"0": guild.id},
            }
            payload["channel"] |= {"permissions": may}
        if run.message:
            payload["message"] = message_info(self, run.message)
        return payload

    def _part(self, where: Message | Interaction | str, custom_id: str, user: str) -> tuple[Message, Json]:
        """The message that has the component, and the component."""
        if isinstance(where, Interaction):
            candidates = list(reversed(where.answers))
        elif isinstance(where, Message):
            candidates = [where]
        else:
            found = self.find(where)
            candidates = [found] if found else []
        if any(one.ephemeral and user not in {"", one.user} for one in candidates):
            raise ValueError(f"{user} does not see that message")
        for message in candidates:
            for part in walk(message.components):
                if part.get("custom_id") == custom_id:
                    return message, part
        offered = [name for one in candidates for name in one.custom_ids]
        raise ValueError(f"there is no {custom_id!r}; there are {offered}")

    def _someone(self, message: Message) -> str:
        """Who acts if nobody is named: who alone sees the message, or the first person of the guild."""
        if message.ephemeral and message.user:
            return message.user
        channel = self.channels[message.channel]
        return channel.recipient or next(iter(self.guilds[channel.guild].users))

    def _dispatch(self, event: str, data: Json, guild: str, intent: int) -> None:
        self.gateway.dispatch(event, data, guild, intent)
