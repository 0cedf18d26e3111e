"""Which model writes, where it is, and what may be spent on it. Loads no SDK."""

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from bot.errors import WrongUsage

MODES = ("auto", "native", "tool", "prompted")
"""How a model is made to answer in our form: by the endpoint's own JSON schema, as arguments of a tool, or by what the
prompt says. ``auto`` tries them in the order that suits the provider.
"""
KEYS = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "openai": ("OPENAI_API_KEY",),
}
"""The providers, and the environment variables that may hold the key of each."""
_ORDER = {
    "anthropic": ("tool", "native", "prompted"),
    "google": ("native", "tool", "prompted"),
    "openai": ("native", "tool", "prompted"),
    "": ("native", "tool", "prompted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A model that can be asked."""

    model: str
    """``provider:name``; with a *base_url* the name may stand alone."""
    base_url: str = ""
    """Of an OpenAI-compatible endpoint; empty: the provider's own."""
    key: str = field(default="", repr=False)
    """The provider's secret; an endpoint of one's own may need none."""
    mode: str = "auto"
    """One of :data:`MODES`."""
    timeout: timedelta = timedelta(seconds=60)
    """For one answer."""
    daily_budget_usd: float = 1.0
    price_per_million: tuple[float, float] | None = None
    """Dollars for a million tokens that are sent, and for a million that come back; None: by the table of prices."""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise WrongUsage(f"analyst.output_mode: expected one of {', '.join(MODES)}")
        if not self.name or not (self.base_url or self.provider):
            known = ", ".join(f'"{provider}:…"' for provider in KEYS)
            raise WrongUsage(f"analyst.model: expected {known}, or the name of a model together with analyst.base_url")

    @property
    def provider(self) -> str:
        """``anthropic``, ``google``, ``openai``; empty for an endpoint of one's own."""
        provider = self.model.partition(":")[0]
        return provider if provider in KEYS and not self.base_url else ""

    @property
    def name(self) -> str:
        """What readers are told, and what the endpoint is asked for: ``gpt-5-mini``, ``qwen3:8b``."""
        provider, _, name = self.model.partition(":")
        return name if provider in KEYS else self.model

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways to ask for an answer, in the order of trying."""
        return _ORDER[self.provider] if self.mode == "auto" else (self.mode,)

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine or in a private network: nobody sends a bill for it."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            # The name of a container or of a machine in an intranet.
            return bool(host) and "." not in host
        return address.is_private or address.is_loopback
