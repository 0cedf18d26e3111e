"""The day's budget: every call of a model is paid before it is made."""

import asyncio
import math
from dataclasses import dataclass
from datetime import UTC

from adapters.analyst import prices
from adapters.analyst.endpoint import Endpoint
from bot.errors import BudgetSpent
from bot.ports import UNWATCHED, Clock, Expense, Spending, Watch

_MILLION = 1_000_000
_SHOWN = 100
"""Microdollars to which an amount is rounded up where people read it: a hundredth of a cent."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens of one call."""

    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money that is set aside for one call."""

    number: int
    microdollars: int
    estimate: int
    """What the call costs at the most if tokens are counted as we count them."""


class Budget:
    """What may be spent on one model in a day, and what has been."""

    def __init__(self, endpoint: Endpoint, spending: Spending, clock: Clock, watch: Watch = UNWATCHED) -> None:
        self.watch = watch
        self._endpoint = endpoint
        self._spending = spending
        self._clock = clock
        self._cap = int(endpoint.daily_budget_usd * _MILLION)
        self._above = 1.0
        """How many times its estimate a call has cost at the most so far: the next ones are reserved by that."""

    async def takes(self, sent: int, received: int) -> bool:
        """Whether today still takes a call of so many tokens; of a budget of nothing, not one that costs nothing."""
        if not self._endpoint.daily_budget_usd:
            return False
        now = self._clock.now()
        spent = sum(one.microdollars for one in await self._spending.of_day(now.astimezone(UTC).date()))
        # The table of prices is loaded with the first price, which takes a moment.
        estimate = await asyncio.to_thread(prices.cost, self._endpoint, sent, received, now)
        return spent + self._reserved(estimate) <= self._cap

    async def reserve(self, ref: str, purpose: str, sent: int, received: int) -> Reservation:
        """Set aside what a call of so many tokens costs at the most.

        Raises:
            BudgetSpent: that would bring the day above its cap; or nothing may be spent at all, and so none is asked,
                not even a model that costs nothing.
        """
        if not self._endpoint.daily_budget_usd:
            raise BudgetSpent("daily_budget_usd is 0, so no model is asked")
        now = self._clock.now()
        estimate = prices.cost(self._endpoint, sent, received, now)
        amount = self._reserved(estimate)
        name = self._endpoint.name
        if amount > self._cap:
            raise BudgetSpent(
                f"one call of {name} may cost {_dollars(amount)}, and analyst.daily_budget_usd allows "
                f"{_dollars(self._cap)} in a whole day; raise it"
            )
        expense = Expense(at=now, ref=ref, purpose=purpose, model=name, microdollars=amount, is_settled=False)
        number = await self._spending.reserve(expense, day=now.astimezone(UTC).date(), cap=self._cap)
        if number is None:
            raise BudgetSpent(
                f"today's budget for models, {_dollars(self._cap)}, does not take another call; "
                "it begins anew at midnight UTC, and analyst.daily_budget_usd raises it"
            )
        return Reservation(number, amount, estimate)

    async def settle(self, reservation: Reservation, usage: Counted, least: Counted) -> None:
        """What the call cost, by the tokens that the provider counted; what nobody can believe counts as reserved.

        Args:
            reservation: of the call.
            usage: what the provider counted.
            least: what was surely sent and received.
        """
        amount = reservation.microdollars
        if usage.sent > 0 and usage.sent >= least.sent and usage.received >= max(0, least.received):
            real = prices.cost(self._endpoint, usage.sent, usage.received, self._clock.now())
            if prices.is_believed(reservation.estimate, real):
                amount = real
                self._above = max(self._above, real / reservation.estimate)
        await self._spending.settle(reservation.number, amount)
        self.watch.spent(usage.sent, usage.received, amount)

    def _reserved(self, estimate: int) -> int:
        return math.ceil(estimate * self._above)

    async def give_back(self, reservation: Reservation) -> None:
        """The call was surely not made, or not worked on."""
        await self._spending.settle(reservation.number, 0)


def _dollars(amount: int) -> str:
    """``$0.0083`` of millionths, ``$1.00``."""
    shown = f"{math.ceil(amount / _SHOWN) * _SHOWN / _MILLION:.4f}"
    return f"${shown.removesuffix('00') if shown.endswith('00') else shown.rstrip('0')}"
