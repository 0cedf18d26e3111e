"""A question to a model, and what it may cost."""

import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.analyst.reply import Form

Asked = TypeVar("Asked", bound=Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[Asked]):
    """What a model is asked, and how it is to answer."""

    form: type[Asked]
    instructions: str
    lines: str
    """The material, a line each."""
    purpose: str
    """``brief``, ``sections``, ``weigh``, ``same event``."""
    ref: str = ""
    """The story that it is for; empty: for several."""
    most: int
    """Tokens of the answer."""

    @property
    def schema(self) -> bytes:
        """The form of the answer, as it is sent along."""
        return json.dumps(self.form.model_json_schema()).encode()
