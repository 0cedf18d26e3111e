"""The SDKs behind an endpoint. Importing this module loads pydantic-ai; an SDK is loaded when its provider is built."""

from collections.abc import AsyncIterator

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from adapters.analyst.endpoint import Endpoint

MOST_OF_BODY = 2_000_000
"""Bytes of an answer: a full one has some ten thousand."""


class _Short(httpx2.AsyncByteStream):
    """The body of a response, as far as it is not too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_OF_BODY
        async for chunk in self._body:
            left -= len(chunk)
            if left < 0:
                raise httpx2.ReadError("the body of the answer is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()


async def _shorten(response: httpx2.Response) -> None:
    """Before its body is read: what is asked for plainly and comes packed may hold any amount, and is not unpacked."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise httpx2.ReadError("the answer is packed, which nobody asked for")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Short(response.stream)


def client(endpoint: Endpoint) -> httpx2.AsyncClient:
    """The HTTP client of *endpoint*: nothing is followed elsewhere, because the request carries a key, and no body that
    is too long is read to its end.
    """
    # A proxy of the environment leads outside; a machine of one's own is not there.
    trusts = not endpoint.is_local
    return httpx2.AsyncClient(
        timeout=endpoint.timeout.total_seconds(),
        follow_redirects=False,
        trust_env=trusts,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_shorten]},
    )


def model(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model:
    """The model of *endpoint*, asked through *http*."""
    if endpoint.provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415  # each SDK takes a second to load
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

        return AnthropicModel(endpoint.name, provider=AnthropicProvider(api_key=endpoint.key, http_client=http))
    if endpoint.provider == "google":
        from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415
        from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415

        return GoogleModel(endpoint.name, provider=GoogleProvider(api_key=endpoint.key, http_client=http))
    return _chat(endpoint, http)


def _chat(endpoint: Endpoint, http: httpx2.AsyncClient) -> Model:
    """By the chat completions that OpenAI and everything compatible with it answer; few answer its newer API."""
    from pydantic_ai.profiles.openai import OpenAIModelProfile  # noqa: PLC0415
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider  # noqa: PLC0415

    from adapters.analyst.lenient import LenientChatModel  # noqa: PLC0415

    if endpoint.provider == "openai":
        return LenientChatModel(endpoint.name, provider=OpenAIProvider(api_key=endpoint.key, http_client=http))
    own = OpenAICompatibleProvider(
        "endpoint",
        base_url=endpoint.base_url,
        api_key=endpoint.key or None,
        http_client=http,
        # The older name of the limit: everybody but OpenAI knows it, and some refuse what they do not know.
        profile=OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False),
    )
    return LenientChatModel(endpoint.name, provider=own)


def settings(endpoint: Endpoint, most: int) -> ModelSettings:
    """For one request whose answer may have *most* tokens. Nothing is repeated behind our back: requests are paid."""
    seconds = endpoint.timeout.total_seconds()
    given = ModelSettings(max_tokens=most, timeout=seconds, request_timeout=seconds, max_retries=0)
    if endpoint.provider:
        # What thinks aloud spends the answer's tokens before it answers; the gate does not ask how it came about.
        given["thinking"] = False
    return given
