"""Talking to a model: within the budget, in the form that its endpoint takes, with one chance to correct itself.

Importing this module loads pydantic-ai, which takes a second or two: do so in a thread, when a model is first used.
"""

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from pydantic_ai import Agent, ModelRetry, NativeOutput, PromptedOutput, ToolOutput, UsageLimits
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from adapters.analyst import failures, prices, prompts, providers
from adapters.analyst.budget import Budget, Counted
from adapters.analyst.endpoint import Endpoint
from adapters.analyst.question import Question
from adapters.analyst.reply import Form
from bot.errors import BudgetSpent, DaybriefError

log = logging.getLogger(__name__)

REQUESTS = 2
"""An answer, and a corrected one."""


class Checked(Protocol):
    """A reply that has been through the gate."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What did not pass, for the model."""

    @property
    def worth(self) -> int:
        """How much of it can be shown."""


Asked = TypeVar("Asked", bound=Form)
Found = TypeVar("Found", bound=Checked)


class Talk:
    """Asks one model."""

    def __init__(self, endpoint: Endpoint, budget: Budget) -> None:
        self._endpoint = endpoint
        self._budget = budget
        self._http = providers.client(endpoint)
        self._model = providers.model(endpoint, self._http)
        self._modes = endpoint.modes

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def ask(self, question: Question[Asked], check: Callable[[Asked], Found]) -> Found:
        """The reply to *question*, as *check* lets it pass.

        Raises:
            AnalystFailed: there is none.
        """
        modes = self._modes
        for place, mode in enumerate(modes):
            try:
                found = await self._ask(question, check, mode)
            except DaybriefError:
                raise
            except Exception as error:  # noqa: BLE001  # five SDKs; not one of their errors may come through
                if failures.refuses_form(error) and place + 1 < len(modes):
                    log.info("%s: does not answer in form “%s”", self._endpoint.name, mode)
                    continue
                # Its text may hold anything, the key too: the cause is cut off, or a traceback would show it.
                raise failures.told(error, self._endpoint) from None
            # By what this call began with: others may have found out meanwhile.
            self._modes = modes[place:]
            return found
        raise AssertionError("there is at least one mode")

    async def _ask(self, question: Question[Asked], check: Callable[[Asked], Found], mode: str) -> Found:
        found: list[Found] = []
        model = Metered(self._model, self._budget, question)
        agent = Agent(model, output_type=_FORMS[mode](question.form), instructions=question.instructions, retries=1)

        @agent.output_validator
        def gate(output: Asked) -> Asked:
            found.append(check(output))
            if found[-1].problems and model.requests < REQUESTS:
                raise ModelRetry(prompts.again(found[-1].problems))
            return output

        try:
            await agent.run(
                question.lines,
                model_settings=providers.settings(self._endpoint, question.most),
                usage_limits=UsageLimits(request_limit=REQUESTS),
            )
        except Exception:
            # What passed of the first answer is not lost because the second one failed.
            if not any(one.worth for one in found):
                raise
        return max(reversed(found), key=lambda one: one.worth)


def open_talk(endpoint: Endpoint, budget: Budget) -> Talk:
    """A talk with the model of *endpoint*. Takes a second or two.

    Raises:
        AnalystFailed: it cannot even be addressed.
    """
    try:
        return Talk(endpoint, budget)
    except Exception as error:  # noqa: BLE001  # as above
        raise failures.told(error, endpoint) from None


class Metered(WrapperModel):
    """A model whose every request is reserved before it is made, and settled after it."""

    def __init__(self, wrapped: Model, budget: Budget, question: Question[Asked]) -> None:
        super().__init__(wrapped)
        self.requests = 0
        self._budget = budget
        self._question = question

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask the wrapped model, if the budget takes it."""
        asked = self._question
        self.requests += 1
        sent = prices.tokens(ModelMessagesTypeAdapter.dump_json(messages)) + prices.tokens(asked.schema)
        watch = self._budget.watch
        try:
            reservation = await self._budget.reserve(asked.ref, asked.purpose, sent, asked.most)
        except BudgetSpent:
            watch.wrote("refused")
            raise
        try:
            response = await super().request(messages, model_settings, model_request_parameters)
        except Exception as error:
            watch.wrote("failed")
            if failures.was_not_worked_on(error):
                await self._budget.give_back(reservation)
            else:
                watch.spent(0, 0, reservation.microdollars)  # nobody knows what it cost, so it counts as reserved
            raise
        watch.wrote("answered")
        usage = Counted(response.usage.input_tokens, response.usage.output_tokens)
        least = Counted(prices.fewest(asked.instructions + asked.lines), prices.fewest(_said(response)))
        await self._budget.settle(reservation, usage, least)
        return response


def _said(response: ModelResponse) -> str:
    """All that came back, its thoughts aside: not every provider counts them."""
    calls = (part.args_as_json_str() for part in response.parts if isinstance(part, ToolCallPart))
    return "".join([*(part.content for part in response.parts if isinstance(part, TextPart)), *calls])


_FORMS = {"native": NativeOutput, "tool": ToolOutput, "prompted": PromptedOutput}
