"""Which models can be named in a configuration, where they are, and which secrets open them. Pure."""

from dataclasses import dataclass

from bot.problems import did_you_mean, shown

EXTRACTIVE = "extractive"
"""In place of a model: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Somebody who runs models."""

    keys: tuple[str, ...] = ()
    """The environment variables that may hold its key, the usual one first; none: it asks for none."""
    base_url: str = ""
    """Where it answers as OpenAI does; empty: it is asked in its own way."""


PROVIDERS = {
    "anthropic": Provider(keys=("ANTHROPIC_API_KEY",)),
    "google": Provider(keys=("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    "groq": Provider(keys=("GROQ_API_KEY",), base_url="https://api.groq.com/openai/v1"),
    "mistral": Provider(keys=("MISTRAL_API_KEY",), base_url="https://api.mistral.ai/v1"),
    "ollama": Provider(base_url="http://127.0.0.1:11434/v1"),
    "openai": Provider(keys=("OPENAI_API_KEY",)),
    "openrouter": Provider(keys=("OPENROUTER_API_KEY",), base_url="https://openrouter.ai/api/v1"),
}
"""By the prefix of a model's name."""
MODES = ("auto", "native", "tool", "prompted")
"""How a model is made to answer in our form: by the endpoint's own JSON schema, as arguments of a tool, or by being
told so in the prompt; ``auto``: as suits the provider, else the next.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The model that a configuration names."""

    provider: str = ""
    """``anthropic``, ``google`` or ``openai``, asked in its own way; empty: an endpoint that answers as OpenAI does."""
    name: str
    """As the endpoint knows it: ``gpt-5-mini``, ``qwen3:8b``."""
    base_url: str = ""
    """Of such an endpoint."""
    keys: tuple[str, ...] = ()
    """The environment variables that may hold its key."""
    needs_key: bool = False


def chosen(model: str, base_url: str) -> Chosen | None:
    """What ``[analyst] model`` and ``base_url`` mean; None: no model.

    Raises:
        ValueError: with a sentence that shows a right one.
    """
    if model == EXTRACTIVE:
        return None
    prefix, colon, name = model.partition(":")
    provider = PROVIDERS.get(prefix) if colon else None
    if base_url:
        # An endpoint of one's own that wants a key is given the one that is there for OpenAI.
        keys = provider.keys if provider else PROVIDERS["openai"].keys
        return Chosen(name=_named(name if provider else model), base_url=base_url, keys=keys)
    if provider is None:
        known = ", ".join(f'"{one}:…"' for one in PROVIDERS)
        wrong = (
            f"no provider is called {shown(prefix)}{did_you_mean(prefix, PROVIDERS)}" if colon else "names no provider"
        )
        raise ValueError(
            f'{wrong}; write "{EXTRACTIVE}", or one of {known} with the name of a model, '
            "or any name together with the base_url of an endpoint that answers as OpenAI does"
        )
    own = "" if provider.base_url else prefix
    return Chosen(
        provider=own, name=_named(name), base_url=provider.base_url, keys=provider.keys, needs_key=bool(provider.keys)
    )


def _named(name: str) -> str:
    if not name.strip():
        raise ValueError('names no model; write it as in "openai:gpt-5-mini"')
    return name.strip()
