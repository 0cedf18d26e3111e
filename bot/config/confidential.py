"""What of a configuration must never be shown. Pure."""

import re
from typing import TYPE_CHECKING

from bot.redact import secrets_in

if TYPE_CHECKING:
    from bot.config import Config

_APART = re.compile(r"[\s,]+")
"""Several tokens or keys in one variable are set apart so."""


def confidential(config: "Config") -> tuple[str, ...]:
    """The secrets of the environment, each as it is and by its parts, and what is secret in addresses."""
    given = [secret.reveal() for secret in config.secrets.values()]
    parts = [part for secret in given for part in _APART.split(secret)]
    in_them = [part for address in given for part in secrets_in(address)]
    return (*given, *filter(None, parts), *in_them, *written(config))


def written(config: "Config") -> tuple[str, ...]:
    """What is secret in the file itself: passwords and keys in its addresses. Others are mistakes there."""
    addresses = (config.fetch.proxy, config.analyst.base_url, *(feed.url for feed in config.feeds))
    return tuple(part for address in addresses for part in secrets_in(address))
