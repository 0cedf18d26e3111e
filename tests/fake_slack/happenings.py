"""What happens in a workspace: the bot comes and goes, channels end or change, the app is removed."""

from tests.fake_slack.acts import Acting
from tests.fake_slack.model import Delivery


class Happening(Acting):
    """Each changes the world at once, then sends the event, and returns its delivery (None: not subscribed)."""

    async def invite(self, channel: str, inviter: str = "") -> Delivery | None:
        """Somebody takes the bot into *channel*."""
        where = self.channels[channel]
        bot = self.teams[where.team].bot_user
        where.members.add(bot)
        return await self.event(
            where.team,
            {
                "type": "member_joined_channel",
                "user": bot,
                "channel": channel,
                "channel_type": "G" if where.is_private else "C",
                "team": where.team,
                "inviter": inviter,
            },
        )

    async def kick(self, channel: str) -> Delivery | None:
        """Somebody removes the bot from *channel*."""
        where = self.channels[channel]
        where.members.discard(self.teams[where.team].bot_user)
        return await self._of_channel("left", channel)

    async def archive(self, channel: str) -> Delivery | None:
        self.channels[channel].is_archived = True
        return await self._of_channel("archive", channel)

    async def unarchive(self, channel: str) -> Delivery | None:
        self.channels[channel].is_archived = False
        return await self._of_channel("unarchive", channel)

    async def delete_channel(self, channel: str) -> Delivery | None:
        where = self.channels.pop(channel)
        kind = "group_deleted" if where.is_private else "channel_deleted"
        return await self.event(where.team, {"type": kind, "channel": channel})

    async def change_channel_id(self, old: str, new: str) -> Delivery | None:
        """A channel gets another id, as when it is shared with another workspace."""
        self.change_channel(old, new)
        content = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new}
        return await self.event(self.channels[new].team, content)

    async def open_home(self, user: str, tab: str = "home") -> Delivery | None:
        """*user* looks at the app's Home tab."""
        team = self.team_of(user)
        content = {"type": "app_home_opened", "user": user, "tab": tab, "channel": self.open_im(team, user).id}
        return await self.event(team.id, content)

    async def mention(self, channel: str, user: str, text: str, thread_ts: str = "") -> Delivery | None:
        """*user* writes to the bot in *channel*."""
        where = self.channels[channel]
        said = self.say(channel, user, f"<@{self.teams[where.team].bot_user}> {text}", thread_ts)
        content = {"type": "app_mention", "user": user, "text": said.text, "ts": said.ts, "channel": channel}
        if thread_ts:
            content["thread_ts"] = thread_ts
        return await self.event(where.team, content)

    async def revoke_tokens(self, team: str) -> Delivery | None:
        """The bot's token is revoked."""
        self.revoke_token(team, "token_revoked")
        content = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.teams[team].bot_user]}}
        return await self.event(team, content)

    async def uninstall(self, team: str) -> Delivery | None:
        """The app is removed from the workspace: both events come, and the token is dead."""
        home = self.teams[team]
        for one in self.teams.values():
            if one is home or (home.is_org_install and one.enterprise == home.enterprise):
                self.revoke_token(one.id, "account_inactive")
        content = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.teams[team].bot_user]}}
        await self.event(team, content)
        return await self.event(team, {"type": "app_uninstalled"})

    async def _of_channel(self, what: str, channel: str) -> Delivery | None:
        where = self.channels[channel]
        kind = f"{'group' if where.is_private else 'channel'}_{what}"
        return await self.event(where.team, {"type": kind, "channel": channel})
