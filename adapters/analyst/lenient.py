"""Chat completions whose count of tokens cannot be read, which costs no answer. Importing this loads an SDK."""

from typing import TYPE_CHECKING

from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from pydantic_ai.models.openai import OpenAIChatModel

if TYPE_CHECKING:
    from pydantic_ai.models.openai._chat_completions import LenientChatCompletion


class LenientChatModel(OpenAIChatModel):
    """A model behind an endpoint that may count in words, in fractions, or not at all."""

    def _validate_completion(self, response: ChatCompletion) -> "LenientChatCompletion":
        # pydantic-ai names this method as the one to override.
        return super()._validate_completion(response.model_copy(update={"usage": _usage(response.usage)}))


def _usage(given: object) -> CompletionUsage | None:
    """Its two counts; None, and so the estimate, unless both are whole numbers from 0 on.

    Args:
        given: what the SDK made of the field without looking: an object of its class with anything in it, or anything.
    """
    sent, received = _count(given, "prompt_tokens"), _count(given, "completion_tokens")
    if sent is None or received is None:
        return None
    return CompletionUsage(prompt_tokens=sent, completion_tokens=received, total_tokens=sent + received)


def _count(given: object, name: str) -> int | None:
    value = getattr(given, name, None)
    return value if isinstance(value, int) and value >= 0 else None
