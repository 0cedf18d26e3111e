"""Looking for threads: those that are open in a guild, those that are archived in a channel."""

from tests.fake_discord.access import guild_of, may, need, visible
from tests.fake_discord.api_messages import Answer, Asked
from tests.fake_discord.payloads import channel_info
from tests.fake_discord.world import World


def active_threads(world: World, asked: Asked) -> Answer:
    guild = guild_of(world, asked.match["guild"])
    found = [one for one in world.channels.values() if one.guild == guild.id and one.is_thread and not one.archived]
    seen = [one for one in found if may(world, one, "view_channel")]
    return 200, {"threads": [channel_info(world, one) for one in seen], "members": []}


def archived_threads(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    need(world, channel, "read_message_history")
    found = sorted(
        (one for one in world.threads(channel.id) if one.archived),
        key=lambda one: (-(one.archived_at or world.now()), -int(one.id)),
    )
    return 200, {"threads": [channel_info(world, one) for one in found], "members": [], "has_more": False}
