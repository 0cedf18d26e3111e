"""How workspaces add the app to themselves: consent, the code, and what an organisation's token reaches."""

import base64
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.fake_slack.model import Json, Refused, Team

if TYPE_CHECKING:
    from tests.fake_slack.world import World

CLIENT_ID, CLIENT_SECRET = "111.222", "client-secret"
CODE_LIFE = 600.0
"""Seconds: https://docs.slack.dev/authentication/installing-with-oauth"""


@dataclass(slots=True, kw_only=True)
class Code:
    """What Slack gives the browser, for the app to exchange."""

    team: str
    user: str
    redirect_uri: str
    scopes: tuple[str, ...]
    born: float
    is_org: bool = False
    is_used: bool = False


@dataclass(slots=True, kw_only=True)
class Consent:
    """Who is asked next whether the app may be added, and what they say."""

    team: str = "T1"
    user: str = "U1"
    says_yes: bool = True
    for_the_organisation: bool = False


@dataclass(slots=True)
class Desk:
    """Slack's side of OAuth."""

    world: "World"
    consent: Consent = field(default_factory=Consent)
    codes: dict[str, Code] = field(default_factory=dict)
    redirect_urls: set[str] = field(default_factory=set)
    """The beginnings of addresses that the app's settings allow; none: all."""
    rotates: bool = False
    """Token rotation is on: tokens end after twelve hours."""
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes from the consent page. Raises Refused where Slack shows an error of its own."""
        if query.get("client_id") != CLIENT_ID:
            raise Refused("invalid_client_id")
        uri, state = query.get("redirect_uri", ""), query.get("state", "")
        if self.redirect_urls and not any(uri.startswith(one) for one in self.redirect_urls):
            raise Refused("bad_redirect_uri")
        if not self.consent.says_yes:
            return f"{uri}?{urlencode({'error': 'access_denied', 'state': state})}"
        number = next(self._count)
        name = f"{number}111111111.{number}222222222.{number:064x}"
        self.codes[name] = Code(
            team=self.consent.team,
            user=self.consent.user,
            redirect_uri=uri,
            scopes=tuple(filter(None, query.get("scope", "").split(","))),
            born=self.world.now(),
            is_org=self.consent.for_the_organisation,
        )
        return f"{uri}?{urlencode({'code': name, 'state': state})}"

    def access(self, arguments: Json, authorization: str) -> Json:
        """``oauth.v2.access``: https://docs.slack.dev/reference/methods/oauth.v2.access"""
        self.check_client(arguments, authorization)
        code = self.codes.get(str(arguments.get("code", "")))
        if code is None:
            raise Refused("invalid_code")
        if code.is_used:
            raise Refused("code_already_used")
        if self.world.now() - code.born > CODE_LIFE:
            raise Refused("invalid_code")
        if arguments.get("redirect_uri", "") != code.redirect_uri:
            raise Refused("bad_redirect_uri")
        code.is_used = True
        return self._installed(code)

    def check_client(self, arguments: Json, authorization: str) -> None:
        """The app itself asks, by its secret: as arguments, or better in a header."""
        client, secret = str(arguments.get("client_id", "")), str(arguments.get("client_secret", ""))
        if authorization.startswith("Basic "):
            client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if client != CLIENT_ID:
            raise Refused("invalid_client_id")
        if secret != CLIENT_SECRET:
            raise Refused("bad_client_secret")

    def _installed(self, code: Code) -> Json:
        world, number = self.world, next(self._count)
        token = f"xoxb-{number}-{code.team}-fresh"
        team = world.teams[code.team]
        enterprise = {"id": team.enterprise, "name": f"Organisation {team.enterprise}"} if team.enterprise else None
        reached = [one for one in world.teams.values() if one.enterprise == team.enterprise] if code.is_org else [team]
        for one in reached:
            world.tokens = {name: owner for name, owner in world.tokens.items() if owner is not one}
            one.token, one.token_error, one.scopes = token, "", set(code.scopes)
            one.is_org_install = code.is_org
        if code.is_org:
            world.org_tokens[token] = team.enterprise
        world.tokens[token] = team
        answer: Json = {
            "ok": True,
            "app_id": world.app_id,
            "authed_user": {"id": code.user},
            "scope": ",".join(code.scopes),
            "token_type": "bot",
            "access_token": token,
            "bot_user_id": team.bot_user,
            "team": None if code.is_org else {"id": team.id, "name": team.domain},
            "enterprise": enterprise,
            "is_enterprise_install": code.is_org,
        }
        if self.rotates:
            answer |= {"expires_in": 43_200, "refresh_token": "xoxe-1-refresh"}
        return answer


def addressed(world: "World", enterprise: str, arguments: Json) -> Team:
    """The workspace of *enterprise* that a call with its token is about; one of them where it does not say."""
    channel = world.channels.get(str(arguments.get("channel", "")))
    trigger = world.triggers.get(str(arguments.get("trigger_id", "")))
    view = world.all_views.get(str(arguments.get("view_id", "")))
    user = str(arguments.get("user", "") or arguments.get("user_id", "") or arguments.get("channel", ""))
    ours = [one for one in world.teams.values() if one.enterprise == enterprise]
    named = str(arguments.get("team_id", "")) or next(
        (one.team for one in (channel, trigger, view) if one is not None), ""
    )
    of_user = next((one.id for one in ours if user in one.users), "")
    wanted = named or of_user or ours[0].id
    found = next((one for one in ours if one.id == wanted), None)
    if found is None:
        raise Refused("team_access_not_granted")
    return found
