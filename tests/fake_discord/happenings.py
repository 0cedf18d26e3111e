"""What happens in a guild: the bot comes and goes, channels end or change, permissions are taken, Discord is down."""

from collections.abc import Iterable

from tests.fake_discord.acts import Acting
from tests.fake_discord.api_messages import remove
from tests.fake_discord.api_places import GUILDS
from tests.fake_discord.furniture import overwrite
from tests.fake_discord.model import Message
from tests.fake_discord.payloads import bot_member, channel_info, guild_create, role_info
from tests.fake_discord.permissions import bits


class Happening(Acting):
    """Each changes the world at once, and tells the gateway."""

    def kick(self, guild: str | int) -> None:
        """Somebody removes the bot from *guild*."""
        where = self.guilds[str(guild)]
        where.is_member = False
        self.dispatch("GUILD_DELETE", {"id": where.id}, where.id, GUILDS)

    def invite(self, guild: str | int) -> None:
        """The bot comes into *guild*, for the first time or again."""
        where = self.guilds[str(guild)]
        where.is_member, where.unavailable = True, False
        # Only a guild that was known before says that it is not unavailable.
        data = guild_create(self, where)
        del data["unavailable"]
        self.dispatch("GUILD_CREATE", data, where.id, GUILDS)

    def outage(self, guild: str | int) -> None:
        """*guild* is unavailable for a while: the bot is still in it."""
        where = self.guilds[str(guild)]
        where.unavailable = True
        self.dispatch("GUILD_DELETE", {"id": where.id, "unavailable": True}, where.id, GUILDS)

    def recover(self, guild: str | int) -> None:
        """*guild* is available again."""
        where = self.guilds[str(guild)]
        where.unavailable = False
        self.dispatch("GUILD_CREATE", guild_create(self, where), where.id, GUILDS)

    def delete_channel(self, channel: str | int) -> None:
        where = self.channels[str(channel)]
        data = channel_info(self, where)
        for gone in [where, *self.threads(where.id)]:
            del self.channels[gone.id]
        self.dispatch("THREAD_DELETE" if where.is_thread else "CHANNEL_DELETE", data, where.guild, GUILDS)

    def rename(self, channel: str | int, name: str) -> None:
        self.channels[str(channel)].name = name
        self._changed(str(channel))

    def revoke(self, channel: str | int, *permissions: str) -> None:
        """Take *permissions* in *channel* from the bot, ``send_messages`` unless given."""
        self._overwrite(str(channel), deny=permissions or ("send_messages",))

    def grant(self, channel: str | int, *permissions: str) -> None:
        """Give *permissions* in *channel* to the bot, ``send_messages`` unless given."""
        self._overwrite(str(channel), allow=permissions or ("send_messages",))

    def change_role(self, guild: str | int, role: str, permissions: Iterable[str]) -> None:
        """*role* has these permissions from now on; the guild's own id means everybody."""
        where = self.guilds[str(guild)]
        where.roles[role].permissions = bits(permissions)
        data = {"guild_id": where.id, "role": role_info(where.roles[role])}
        self.dispatch("GUILD_ROLE_UPDATE", data, where.id, GUILDS)

    def change_bot_roles(self, guild: str | int, roles: Iterable[str]) -> None:
        """The bot has these roles from now on. The event needs the intent for members, or is about the bot itself."""
        where = self.guilds[str(guild)]
        where.bot_roles = list(roles)
        data = bot_member(self, where) | {"guild_id": where.id}
        self.dispatch("GUILD_MEMBER_UPDATE", data, where.id, GUILDS)

    def archive(self, thread: str | int, *, locked: bool = False) -> None:
        """A thread is put away; *locked*: nobody may write there any more."""
        where = self.channels[str(thread)]
        where.archived, where.locked = True, locked
        self._changed(where.id)

    def delete_message(self, message: Message | str) -> None:
        """A moderator deletes *message*."""
        found = self.find(message) if isinstance(message, str) else message
        if found is None:
            raise ValueError(f"there is no message {message}")
        remove(self, found)

    async def revoke_token(self, code: int = 0, message: str = "401: Unauthorized") -> None:
        """The token is reset: every request is answered with 401, and the gateway closes with 4004.

        Discord answers with code 0, or with ``50014`` (``Invalid authentication token provided``).
        """
        self.token_error = (code, message)
        await self.gateway.close(4004)

    def restore_token(self) -> None:
        """The token is right again."""
        self.token_error = None

    # ----------------------------------------------------------------------------------------------------------

    def _overwrite(self, channel: str, allow: Iterable[str] = (), deny: Iterable[str] = ()) -> None:
        where = self.channels[channel]
        allowed, denied = bits(allow), bits(deny)
        for one in where.overwrites:
            if one["id"] == self.application:
                one["allow"] = str(int(one["allow"]) & ~denied | allowed)
                one["deny"] = str(int(one["deny"]) & ~allowed | denied)
                break
        else:
            where.overwrites.append(overwrite(self.application, allowed, denied))
        self._changed(channel)

    def _changed(self, channel: str) -> None:
        where = self.channels[channel]
        event = "THREAD_UPDATE" if where.is_thread else "CHANNEL_UPDATE"
        self.dispatch(event, channel_info(self, where), where.guild, GUILDS)
