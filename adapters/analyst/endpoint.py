"""Which model writes, where it is, and what may be spent on it. Loads no SDK."""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

_ORDER = {"anthropic": ("tool", "native", "prompted")}
_ORDER_OF_OTHERS = ("native", "tool", "prompted")
"""Forms of answers (``bot.config.models.MODES``), in the order of trying them."""
_PORT = re.compile(r":\d+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A model that can be asked."""

    provider: str = ""
    """``anthropic``, ``google`` or ``openai``, asked in its own way; empty: an endpoint that answers as OpenAI does."""
    name: str
    """What readers are told, and what the endpoint is asked for: ``gpt-5-mini``, ``qwen3:8b``."""
    base_url: str = ""
    """Of such an endpoint; empty: the provider's own."""
    key: str = field(default="", repr=False)
    """The provider's secret; an endpoint of one's own may need none."""
    mode: str = "auto"
    """``native``, ``tool`` or ``prompted``; ``auto``: as suits the provider, else the next."""
    timeout: timedelta = timedelta(seconds=60)
    """For one answer."""
    daily_budget_usd: float = 1.0
    price_per_million: tuple[float, float] | None = None
    """Dollars for a million tokens that are sent, and for a million that come back; None: by the table of prices."""

    is_ollama: bool = False
    """It was named ``ollama:…``, which runs its models itself; behind another address may be anybody's."""

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways to ask for an answer, in the order of trying."""
        return _ORDER.get(self.provider, _ORDER_OF_OTHERS) if self.mode == "auto" else (self.mode,)

    @property
    def address(self) -> str:
        """Host and port of :attr:`base_url`, for people: without its path, and without a password written into it."""
        parts = urlsplit(self.base_url)
        host = parts.netloc.rpartition("@")[2]
        if not host or _PORT.search(host):
            return host
        return f"{host}:{443 if parts.scheme == 'https' else 80}"

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine or in a private network."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            # The name of a container or of a machine in an intranet.
            return bool(host) and "." not in host
        return address.is_private or address.is_loopback
