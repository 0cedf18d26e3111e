"""What it takes to be added to workspaces, and to read the tokens of those that did. Pure."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config.secret import Secret
from bot.errors import ConfigProblems, Problem

if TYPE_CHECKING:
    from bot.config import Config

KEYS = "DAYBRIEF_ENCRYPTION_KEYS"
"""The environment variable with the keys of tokens at rest."""
_KEY_BYTES = 32
"""Of a Fernet key: https://github.com/fernet/spec/blob/master/Spec.md"""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A Slack app that workspaces can add to themselves."""

    client_id: str
    client_secret: Secret
    public_url: str
    """Where people reach us, without a slash at the end."""


def token_keys(config: "Config") -> tuple[str, ...]:
    """The keys of tokens at rest, the one that seals first; none: there are none.

    Raises:
        ConfigProblems: something in their place is no key.
    """
    secret = config.secrets.get(KEYS)
    keys = tuple(filter(None, re.split(r"[\s,]+", secret.reveal()))) if secret else ()
    if not all(map(_is_key, keys)):
        wrong = "holds something that is no key; `daybrief tokens new-key` prints one"
        raise ConfigProblems("the environment", (Problem(KEYS, wrong),))
    return keys


def app_of(config: "Config") -> App | None:
    """The app in *config*; None: none can be added.

    Raises:
        ConfigProblems: only a part of what it takes is there; all that is missing is named.
    """
    slack, env = config.slack, config.secrets
    named = env.get("SLACK_CLIENT_ID")
    client_id = slack.client_id or (named.reveal() if named else "")
    secret = env.get("SLACK_CLIENT_SECRET")
    if not client_id and not secret:
        return None
    missing = []
    if not client_id:
        missing.append(
            Problem("slack.client_id", "is not set, and SLACK_CLIENT_SECRET is; it is under Basic Information")
        )
    if not slack.public_url:
        missing.append(Problem("slack.public_url", "is not set; write the https address that leads to this machine"))
    if secret is None:
        missing.append(Problem("SLACK_CLIENT_SECRET", "is not set; it is under Basic Information on the app's page"))
    if not token_keys(config):
        missing.append(Problem(KEYS, "is not set; `daybrief tokens new-key` prints a key"))
    if missing or secret is None:
        raise ConfigProblems("what it takes to be added to workspaces", tuple(missing))
    return App(client_id=client_id, client_secret=secret, public_url=slack.public_url.rstrip("/"))


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False
