"""Secrets: from the environment only, never from the configuration, and never shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ConfigProblems, Problem

NAMES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "DISCORD_TOKEN",
    "DAYBRIEF_DATABASE_URL",
    "DAYBRIEF_ENCRYPTION_KEYS",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
)
"""The environment variables that we read; each may also name a file, as ``NAME_FILE``."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that prints as ``***``, so that it can reach no log line and no error by accident."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"


def secrets(environ: Mapping[str, str]) -> dict[str, Secret]:
    """The secrets that *environ* holds, by name; empty ones are absent.

    ``NAME_FILE`` is the path of a file that holds the secret of NAME and nothing else but white space around it.

    Raises:
        ConfigProblems: a file cannot be read, or a name is given both ways.
    """
    found: dict[str, Secret] = {}
    problems = []
    for name in NAMES:
        value, path = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "")
        if value and path:
            problems.append(Problem(name, f"is set, and so is {name}_FILE; unset one of them"))
        elif path:
            try:
                value = Path(path).read_text("utf-8").strip()
            except (OSError, ValueError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
                problems.append(Problem(f"{name}_FILE", f"the file cannot be read: {reason}"))
        if value:
            found[name] = Secret(value)
    if problems:
        raise ConfigProblems("the environment", tuple(problems))
    return found
