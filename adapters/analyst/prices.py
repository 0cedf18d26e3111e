"""What a call of a model costs, in whole millionths of a dollar."""

import math
from datetime import datetime

from adapters.analyst.endpoint import Endpoint

BYTES_PER_TOKEN = 3.5
"""At least so many bytes of UTF-8 make a token, on average: English has four or more, Chinese about four."""
UNKNOWN = (5.0, 25.0)
"""Dollars for a million tokens sent and received by a model that no table knows: as much as a large one costs."""
BELIEVED = 3
"""A usage that would cost more than so many times the estimate is a mistake, not a price."""
CHARACTERS_PER_TOKEN = 12
"""No text has more characters to a token, on average: a usage that says so is a mistake, too."""
_MILLION = 1_000_000


def cost(endpoint: Endpoint, sent: int, received: int, at: datetime) -> int:
    """Millionths of a dollar for so many tokens, rounded up.

    The table is that of the ``genai-prices`` package. Tokens that a provider has cached are counted in full. A machine
    of one's own is free only where the table knows no model of that name: it may be a gateway to one that is paid.
    """
    if endpoint.price_per_million:
        return _at(endpoint.price_per_million, sent, received)
    if endpoint.is_local and endpoint.is_ollama:
        return 0
    unknown = (0.0, 0.0) if endpoint.is_local else UNKNOWN
    try:
        from genai_prices import Usage, calc_price  # noqa: PLC0415  # an extra: loaded where a model is used
    except ImportError:
        return _at(unknown, sent, received)
    usage = Usage(input_tokens=sent, output_tokens=received)
    try:
        price = calc_price(usage, endpoint.name, provider_id=endpoint.provider or None, genai_request_timestamp=at)
    except LookupError:
        return _at(unknown, sent, received)
    return math.ceil(price.total_price * _MILLION)


def _at(price: tuple[float, float], sent: int, received: int) -> int:
    return math.ceil(price[0] * sent + price[1] * received)


def tokens(text: bytes) -> int:
    """How many tokens *text* has at the most, by its length."""
    return math.ceil(len(text) / BYTES_PER_TOKEN)


def fewest(text: str) -> int:
    """How many tokens *text* has at the least, by its length."""
    return len(text) // CHARACTERS_PER_TOKEN


def is_believed(estimate: int, real: int) -> bool:
    """Whether a call that was to cost *estimate* at the most may have cost *real*, as the provider says."""
    return 0 < real <= BELIEVED * estimate
