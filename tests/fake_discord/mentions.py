"""Whom a message notifies: what stands in its text, less what ``allowed_mentions`` forbids."""

import re
from collections.abc import Iterable

from tests.fake_discord.model import Guild, Json, Pings

_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", re.DOTALL)
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)")


def pings(texts: Iterable[str], allowed: Json | None, guild: Guild | None, *, mention_everyone: bool) -> Pings:
    """Who is notified. Without *allowed*, everybody who is mentioned; roles need to be mentionable."""
    text = "\n".join(_CODE.sub("", one) for one in texts)
    users = list(dict.fromkeys(_USER.findall(text)))
    roles = list(dict.fromkeys(_ROLE.findall(text)))
    everyone = bool(_EVERYONE.search(text)) and mention_everyone and guild is not None
    if guild:
        users = [one for one in users if one in guild.users]
        roles = [one for one in roles if one in guild.roles and (mention_everyone or guild.roles[one].mentionable)]
    else:
        roles = []
    if allowed is not None:
        parse = allowed.get("parse") or []
        if "users" not in parse:
            users = [one for one in users if one in _ids(allowed, "users")]
        if "roles" not in parse:
            roles = [one for one in roles if one in _ids(allowed, "roles")]
        everyone = everyone and "everyone" in parse
    return Pings(users=users, roles=roles, everyone=everyone)


def _ids(allowed: Json, name: str) -> set[str]:
    """discord.py writes them as numbers."""
    return {str(one) for one in allowed.get(name) or []}
