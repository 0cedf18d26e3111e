"""What a test puts into the fake Discord directly: guilds, channels, roles, people."""

from collections.abc import Callable, Iterable

from tests.fake_discord.model import Channel, ChannelType, Guild, Json, Role, User
from tests.fake_discord.permissions import BOT, EVERYONE, bits

EPOCH = 1_420_070_400_000
APPLICATION = "9000"
KINDS = {
    "text": ChannelType.TEXT,
    "announcement": ChannelType.ANNOUNCEMENT,
    "forum": ChannelType.FORUM,
    "media": ChannelType.MEDIA,
    "voice": ChannelType.VOICE,
    "category": ChannelType.CATEGORY,
    "thread": ChannelType.PUBLIC_THREAD,
}


class Furnished:
    """Guilds and what is in them. All ids are strings of digits."""

    application = APPLICATION
    """The id of the application, and of its bot."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {
            self.application: User(id=self.application, name="daybrief", is_bot=True),
        }
        self._last_id = 0

    def next_id(self) -> str:
        """A snowflake that nothing has, later than every other."""
        self._last_id = max(int(self.now() * 1000) - EPOCH << 22, self._last_id + 1)
        return str(self._last_id)

    def add_guild(
        self,
        guild: str | int = "",
        *,
        name: str = "",
        users: Iterable[User | Json] = (),
        everyone: Iterable[str] | None = None,
        bot_permissions: Iterable[str] | None = None,
        owner: str = "",
    ) -> Guild:
        """A guild that the bot is in, with a role of its own; permissions by name (``tests.fake_discord.permissions``).

        Its system channel is the first text channel that is added.
        """
        made = Guild(id=str(guild or self.next_id()), name=name or f"guild-{guild}", owner=owner)
        allowed = EVERYONE if everyone is None else bits(everyone)
        made.roles[made.id] = Role(id=made.id, name="@everyone", permissions=allowed, position=0)
        own = Role(
            id=self.next_id(),
            name="daybrief",
            permissions=BOT if bot_permissions is None else bits(bot_permissions),
            managed=True,
        )
        made.roles[own.id] = own
        made.bot_roles = [own.id]
        self.guilds[made.id] = made
        for user in users:
            self.add_user(user if isinstance(user, User) else User(**user), guild=made.id)
        return made

    def add_user(self, user: User | Json, *, guild: str | int = "") -> User:
        """Somebody, in *guild* if given."""
        made = user if isinstance(user, User) else User(**user)
        made.name = made.name or f"user-{made.id}"
        self.users[made.id] = made
        if guild:
            self.guilds[str(guild)].users[made.id] = made
        return made

    def add_role(
        self,
        guild: str | int,
        role: str | int = "",
        *,
        name: str = "",
        permissions: Iterable[str] = (),
        mentionable: bool = False,
        for_bot: bool = False,
    ) -> Role:
        """A role; *for_bot* gives it to the bot."""
        where = self.guilds[str(guild)]
        made = Role(
            id=str(role or self.next_id()),
            name=name or f"role-{role}",
            permissions=bits(permissions),
            mentionable=mentionable,
            position=len(where.roles),
        )
        where.roles[made.id] = made
        if for_bot:
            where.bot_roles.append(made.id)
        return made

    def add_channel(
        self,
        channel: str | int = "",
        *,
        guild: str | int,
        name: str = "",
        kind: str = "text",
        parent: str | int = "",
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
        overwrites: Iterable[Json] = (),
        tags: Iterable[str] = (),
        tag_required: bool = False,
        archived: bool = False,
        locked: bool = False,
    ) -> Channel:
        """A channel of a *kind* in ``KINDS``; *allow* and *deny* name permissions of the bot there."""
        made = Channel(
            id=str(channel or self.next_id()),
            guild=str(guild),
            name=name or f"channel-{channel}",
            type=KINDS[kind],
            parent=str(parent),
            overwrites=[dict(one) for one in overwrites],
            tags=[{"id": self.next_id(), "name": one, "moderated": False} for one in tags],
            tag_required=tag_required,
            archived=archived,
            locked=locked,
        )
        allowed, denied = bits(allow), bits(deny)
        if allowed or denied:
            made.overwrites.append(overwrite(self.application, allowed, denied))
        self.channels[made.id] = made
        where = self.guilds[made.guild]
        if made.type is ChannelType.TEXT and where.system_channel is None:
            where.system_channel = made.id
        return made

    def open_dm(self, user: str) -> Channel:
        """The direct conversation of the bot with *user*."""
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        made = Channel(id=self.next_id(), type=ChannelType.DM, recipient=user)
        self.channels[made.id] = made
        return made


def overwrite(member: str, allow: int, deny: int) -> Json:
    """What one member may and may not in a channel, as Discord writes it."""
    return {"id": member, "type": 1, "allow": str(allow), "deny": str(deny)}
