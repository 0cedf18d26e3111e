"""What goes wrong with a model, as sentences for people. Importing this module loads pydantic-ai.

No sentence holds what a provider or a model has written: it may quote the key, the request, or whatever it likes.
"""

import re

from pydantic_ai import exceptions as errors

from adapters.analyst.endpoint import Endpoint
from bot.errors import AnalystFailed

_UNFIT_FORM = re.compile(r"response_format|json_schema|structured output|tool|function", re.IGNORECASE)
_BAD_REQUEST = frozenset({400, 404, 415, 422, 501})
_SERVER = 500
_REFUSED = range(400, 500)
_MISPLACED = frozenset({*range(300, 400), 405})
"""What servers answer at an address where no model is; 404 is a case of its own."""
_NO_COMPLETION = re.compile(r"\AInvalid response from .* chat completions endpoint")
"""pydantic-ai on what came back: no JSON, such as a web page, or JSON of another kind."""
_ADDRESS = "analyst.base_url, which usually ends in /v1"
_LATE = 408
"""HTTP: the server gave up waiting for a request that it may have had in full."""


def told(error: Exception, endpoint: Endpoint) -> AnalystFailed:
    """*error* as the reason why there is nothing to be had."""
    if isinstance(error, AnalystFailed):
        return error
    return AnalystFailed(f"the model {endpoint.name}: {_reason(error, endpoint)}")


def refuses_form(error: Exception) -> bool:
    """Whether the endpoint, or its SDK, may only refuse the form in which we asked for an answer."""
    if isinstance(error, errors.UserError):
        return True
    if isinstance(error, (errors.ModelAuthenticationError, errors.ModelContextWindowExceededError)):
        return False
    if not isinstance(error, errors.ModelHTTPError):
        return False
    if error.status_code == _SERVER:
        # llama-cpp-python answers so: response_format must be 'text' or 'json_object'.
        return bool(_UNFIT_FORM.search(str(error.body)))
    is_unknown_model = isinstance(error, errors.ModelNotFoundError)
    return error.status_code in _BAD_REQUEST and not (is_unknown_model and not _UNFIT_FORM.search(str(error.body)))


def was_not_worked_on(error: Exception) -> bool:
    """Whether the request surely cost nothing: it never left, or was refused as it came."""
    if isinstance(error, errors.ModelConnectionError):
        return error.phase in {"pool", "connect"}
    return isinstance(error, errors.ModelHTTPError) and error.status_code in _REFUSED and error.status_code != _LATE


def _reason(error: Exception, endpoint: Endpoint) -> str:  # noqa: C901, PLR0911, PLR0912  # a table, read from above
    wait = getattr(error, "retry_after", None)
    match error:
        case errors.ModelAuthenticationError():
            return "the provider does not accept the key, or not for this model"
        case errors.ModelQuotaExceededError():
            return "the provider says that the account's credit is used up"
        case errors.ModelRateLimitError():
            return "the provider asks us to wait" + (f" {wait:.0f} seconds" if wait else "") + ", it is asked too often"
        case errors.ModelNotFoundError():
            return f"the {_who(endpoint)} knows no model of that name" + _or_address(endpoint)
        case errors.ModelContextWindowExceededError():
            return "the story is too long for the model"
        case errors.ModelRequestTimeout() | errors.ModelTimeoutError():
            return f"no answer within {endpoint.timeout.total_seconds():g} seconds"
        case errors.ModelConnectionError(phase="pool" | "connect"):
            return f"the {_who(endpoint)} cannot be reached" + (f" at {at}" if (at := endpoint.address) else "")
        case errors.ModelConnectionError():
            return "the connection broke before the answer was there"
        case errors.ModelAPIError() if endpoint.base_url and (status := _status(error)) in _MISPLACED:
            return f"HTTP {status} is not what a model answers with; see {_ADDRESS}"
        case errors.ModelHTTPError():
            return f"the endpoint answered with HTTP {error.status_code}"
        case errors.ModelAPIError():
            return "the endpoint answered with an error"
        case errors.ContentFilterError():
            return "the model, or its provider's filter, refuses to write about it"
        case errors.OutputTokenLimitExceeded():
            return "the answer was cut off at its greatest length"
        case errors.UnexpectedModelBehavior() if endpoint.base_url and _NO_COMPLETION.match(str(error)):
            return f"what answers there is no model; see {_ADDRESS}"
        case errors.UnexpectedModelBehavior() | errors.UsageLimitExceeded():
            return "the model does not answer in the form that it was asked for"
        case errors.UserError():
            return "the model cannot be asked like this; see analyst.output_mode"
    return f"asking it failed in a way that was not foreseen ({type(error).__name__})"


def _status(error: errors.ModelAPIError) -> int:
    """The status of HTTP; 0: none. A redirection is no ModelHTTPError, but the SDK's own error has it."""
    return int(getattr(error, "status_code", 0) or getattr(error.__cause__, "status_code", 0))


def _who(endpoint: Endpoint) -> str:
    return "endpoint" if endpoint.base_url else "provider"


def _or_address(endpoint: Endpoint) -> str:
    return f", or is elsewhere: check analyst.model, and {_ADDRESS}" if endpoint.base_url else ""
