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
    addresses = [config.fetch.proxy, config.analyst.base_url, *given, *(feed.url for feed in config.feeds)]
    parts = [part for secret in given for part in _APART.split(secret)]
    return (*given, *filter(None, parts), *(part for address in addresses for part in secrets_in(address)))
