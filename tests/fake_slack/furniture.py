"""What a test puts into the fake Slack before anything happens: workspaces, people, channels, tokens."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.fake_slack.model import BOT_SCOPES, Channel, Team, User


class Furnished:
    """Workspaces, their people and channels."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.teams: dict[str, Team] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, Team] = {}
        self.org_tokens: dict[str, str] = {}
        """Tokens of organisations, and whose."""

    def add_team(
        self,
        team: str = "T1",
        *,
        token: str = "",
        scopes: Iterable[str] = BOT_SCOPES,
        users: Iterable[User | Mapping[str, Any]] = (),
        domain: str = "",
        enterprise: str = "",
        is_installed: bool = True,
    ) -> Team:
        """A workspace where the bot is installed; the token is ``xoxb-<team>`` unless given."""
        made = Team(
            id=team,
            token=token or f"xoxb-{team}",
            scopes=set(scopes),
            domain=domain or team.lower(),
            bot_id=f"B{team}",
            bot_user=f"UBOT{enterprise or team}",
            enterprise=enterprise,
        )
        bot = User(id=made.bot_user, name="daybrief", team_id=team, is_bot=True)
        self.teams[team] = made
        if is_installed:
            self.tokens[made.token] = made
        for user in (bot, *users):
            self.add_user(team, user)
        return made

    def add_user(self, team: str, user: User | Mapping[str, Any]) -> User:
        made = user if isinstance(user, User) else User(**user)
        made.team_id = made.team_id or team
        made.name = made.name or made.id.lower()
        self.teams[team].users[made.id] = made
        return made

    def add_channel(
        self,
        channel: str,
        *,
        team: str = "",
        name: str = "",
        members: Iterable[str] = (),
        bot: bool = True,
        is_private: bool = False,
        is_archived: bool = False,
        is_ext_shared: bool = False,
        read_only: bool = False,
        posting_error: str = "",
    ) -> Channel:
        """A channel of *team* (the first one unless given), with the bot in it unless told otherwise."""
        home = self.teams[team or next(iter(self.teams))]
        self.channels[channel] = made = Channel(
            id=channel,
            team=home.id,
            name=name or channel.lower(),
            members={*members, *([home.bot_user] if bot else [])},
            is_private=is_private,
            is_archived=is_archived,
            is_ext_shared=is_ext_shared,
            read_only=read_only,
            created=int(self.now()),
            posting_error=posting_error,
        )
        return made

    def reinstall(self, team: str, *, token: str, scopes: Iterable[str] = BOT_SCOPES) -> Team:
        """The bot is installed again, with a token and scopes of its own; the old token is dead."""
        home = self.teams[team]
        self.tokens.pop(home.token, None)
        home.token, home.scopes, home.token_error = token, set(scopes), ""
        self.tokens[token] = home
        return home

    def revoke_token(self, team: str, error: str = "token_revoked") -> None:
        """Every call of *team*'s token is answered with *error* from now on."""
        self.teams[team].token_error = error

    def open_im(self, team: Team, user: str) -> Channel:
        """The direct conversation of the bot with *user*."""
        name = f"D{team.id}{user}"
        if name not in self.channels:
            self.add_channel(name, team=team.id, members=[user])
            self.channels[name].im_with = user
        return self.channels[name]
