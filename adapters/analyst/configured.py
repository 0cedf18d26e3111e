"""The endpoint that a configuration names, or what keeps us from asking it. Loads no SDK."""

from importlib.util import find_spec

from adapters.analyst.endpoint import Endpoint
from bot.config import Config
from bot.config.models import Chosen, chosen
from bot.errors import ConfigProblems, Problem

_SDKS = {"anthropic": "anthropic", "google": "google.genai", "openai": "openai", "": "openai"}
"""By provider: what is imported to ask it."""


def endpoint_of(config: Config) -> Endpoint | None:
    """The endpoint of the model in *config*; None: there is no model.

    Raises:
        ConfigProblems: its key is not there, or the extra ``models`` is not installed.
    """
    analyst = config.analyst
    model = chosen(analyst.model, analyst.base_url)
    if model is None:
        return None
    key = key_named(config)
    if trouble := _trouble(analyst.model, model, has_key=bool(key)):
        raise ConfigProblems(str(config.path or "the configuration"), (Problem("analyst.model", trouble),))
    return Endpoint(
        provider=model.provider,
        name=model.name,
        base_url=model.base_url,
        key=config.secrets[key].reveal() if key else "",
        mode=analyst.output_mode,
        daily_budget_usd=analyst.daily_budget_usd,
        price_per_million=analyst.price_per_million,
        is_ollama=analyst.model.startswith("ollama:"),
    )


def key_named(config: Config) -> str:
    """The environment variable that holds the key of the model in *config*; empty: none of those that may is set."""
    model = chosen(config.analyst.model, config.analyst.base_url)
    return next((name for name in (model.keys if model else ()) if name in config.secrets), "")


def _trouble(named: str, model: Chosen, *, has_key: bool) -> str:
    if model.needs_key and not has_key:
        return f'"{named}" needs {" or ".join(model.keys)}, which is not set; set it, or write model = "extractive"'
    if not _is_installed("pydantic_ai") or not _is_installed(_SDKS[model.provider]):
        return f'"{named}" needs the extra "models": make extras'
    return ""


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # the package above it is not there either
        return False
