"""No call of a model is made that the day's budget does not take, and each counts for what it cost."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.analyst.prices import BELIEVED
from bot.errors import AnalystFailed, BudgetSpent
from tests.articles import story as story_of
from tests.fake_model import Prompt, Reply, answering, brief_of, says
from tests.writing import GOOD, STORY, writing

HALF = brief_of(
    "Norvik unveiled the Halden chip in Oslo on Tuesday.",
    ("It runs on 9 phones.", 3),
    ("Phones with the chip are due in June 2027.", 4),
    cites=2,
)
WEIGHTS = {"stories": [{"number": 1, "significance": 3}]}


def used(sent: object, received: object) -> dict[str, object]:
    return {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": 0}


async def test_a_call_counts_for_the_tokens_that_the_provider_counted(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD, usage=used(1_000, 200)))) as desk:
        await desk.writer.brief(STORY, {})
        [expense] = await desk.expenses()

    assert expense.microdollars == 1_000 * 1 + 200 * 5
    assert (expense.ref, expense.purpose, expense.model) == ("K7Q4", "brief", "norvik-1")
    assert expense.is_settled
    assert expense.at == desk.clock.now()


async def test_what_is_asked_of_a_story_counts_for_it_and_what_is_asked_of_a_pair_for_none(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(WEIGHTS), says({"pairs": []}))) as desk:
        await desk.writer.weigh([STORY])
        await desk.writer.same_event([(STORY.articles[0], STORY.articles[1])])
        expenses = await desk.expenses()

    assert [(one.ref, one.purpose) for one in expenses] == [("K7Q4", "weigh"), ("", "same event")]


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        used(0, 0),
        used(-5, 100),
        used(100, -5),
        used(10**9, 100),
        used(1, 0),
        used(1, 100),
        used(900, 1),
        used(10, 10**12),
        used(None, None),
        used("many", "few"),
        used(900.5, 120.25),
        used(float("inf"), 120),
        used([900], {"all": 120}),
        "nine hundred",
        [900, 120],
        900,
    ],
)
async def test_a_usage_that_is_missing_or_wrong_costs_no_answer_and_counts_by_the_estimate(
    tmp_path: Path, usage: object
) -> None:
    async with writing(tmp_path, answering(says(GOOD, usage=usage))) as desk:
        draft = await desk.writer.brief(STORY, {})
        [expense] = await desk.expenses()

    assert draft.takeaway
    most = 1_500 * 5
    assert most + 500 < expense.microdollars < most + 3_000


async def test_a_usage_somewhat_above_the_estimate_is_believed(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD, usage=used(8_000, 1_500)))) as desk:
        await desk.writer.brief(STORY, {})
        [expense] = await desk.expenses()

    assert expense.microdollars == 8_000 + 1_500 * 5
    assert BELIEVED == 3


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        (Reply(status=401), False),
        (Reply(status=429), False),
        (Reply(status=500), True),
        (Reply(status=503), True),
        (says(GOOD, cut=50), True),
        (Reply(hangs=True), True),
        (Reply(body="<html>"), True),
    ],
)
async def test_a_call_counts_in_full_unless_it_was_surely_not_worked_on(
    tmp_path: Path, reply: Reply, counts: bool
) -> None:
    patience = timedelta(milliseconds=200) if reply.hangs else timedelta(seconds=10)
    async with writing(tmp_path, answering(reply), timeout=patience) as desk:
        with pytest.raises(AnalystFailed):
            await desk.writer.brief(STORY, {})
        [expense] = await desk.expenses()

    assert (expense.microdollars > 0, expense.is_settled) == (counts, not counts)


async def test_a_call_that_never_left_costs_nothing(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), base_url="http://127.0.0.1:9/v1") as desk:
        with pytest.raises(AnalystFailed):
            await desk.writer.brief(STORY, {})
        [expense] = await desk.expenses()

    assert (expense.microdollars, expense.is_settled) == (0, True)


async def test_whoever_stops_waiting_leaves_the_reservation_as_it_is(tmp_path: Path) -> None:
    is_asked = asyncio.Event()

    def script(_: Prompt) -> Reply:
        is_asked.set()
        return Reply(hangs=True)

    async with writing(tmp_path, script) as desk:
        asking = asyncio.create_task(desk.writer.brief(STORY, {}))
        await is_asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        [expense] = await desk.expenses()

    assert expense.microdollars > 0
    assert not expense.is_settled


async def test_over_the_cap_nobody_is_asked_and_a_sentence_says_so(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD, usage=None)), daily_budget_usd=0.015) as desk:
        await desk.writer.brief(STORY, {})
        assert not await desk.writer.may_write()
        with pytest.raises(BudgetSpent, match=r"^today's budget for models, \$0\.015, does not take another call; "):
            await desk.writer.brief(STORY, {})

    assert len(desk.model.prompts) == 1


async def test_where_one_call_may_cost_more_than_a_whole_day_nothing_is_called_spent(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), daily_budget_usd=0.005) as desk:
        assert not await desk.writer.may_write()
        with pytest.raises(
            BudgetSpent, match=r"^one call of norvik-1 may cost \$0\.008\d, and .+ \$0\.005 in a whole day"
        ):
            await desk.writer.brief(STORY, {})

        assert (desk.model.prompts, await desk.expenses()) == ([], ())


@pytest.mark.parametrize("price", [None, (0.0, 0.0), (1.0, 5.0)])
async def test_of_a_budget_of_nothing_not_even_a_free_model_is_asked(
    tmp_path: Path, price: tuple[float, float] | None
) -> None:
    async with writing(tmp_path, answering(says(GOOD)), price_per_million=price, daily_budget_usd=0.0) as desk:
        assert not await desk.writer.may_write()
        with pytest.raises(BudgetSpent, match=r"^daily_budget_usd is 0, so no model is asked$"):
            await desk.writer.brief(STORY, {})

        assert (desk.model.prompts, await desk.expenses()) == ([], ())


async def test_the_cap_holds_whatever_is_asked_at_once(tmp_path: Path) -> None:
    stories = [story_of(ref, "wire.test", title=f"Story {ref}") for ref in ("B2C3", "D4F5", "G6H7", "J8K9", "L2M3")]
    async with writing(tmp_path, answering(says(WEIGHTS, usage=None)), daily_budget_usd=0.01) as desk:
        asked = [desk.writer.weigh([one]) for one in stories]
        ends = await asyncio.gather(*asked, return_exceptions=True)
        spent = sum(one.microdollars for one in await desk.expenses())

    assert {type(end) for end in ends} == {dict, BudgetSpent}
    assert spent <= 10_000


async def test_each_correction_is_reserved_anew_and_what_passed_before_is_shown_if_there_is_no_money_for_it(
    tmp_path: Path,
) -> None:
    async with writing(tmp_path, answering(says(HALF, usage=None)), daily_budget_usd=0.012) as desk:
        draft = await desk.writer.brief(STORY, {})
        expenses = await desk.expenses()

    assert [point.text for point in draft.key_points] == ["Phones with the chip are due in June 2027."]
    assert len(desk.model.prompts) == len(expenses) == 1


async def test_a_provider_that_counts_more_than_we_do_is_reserved_as_much_more_for(tmp_path: Path) -> None:
    greedy = answering(says(GOOD, usage=used(6_000, 3_400)))
    async with writing(tmp_path, greedy, daily_budget_usd=0.1) as desk:
        await desk.writer.brief(STORY, {})
        ends = await asyncio.gather(*(desk.writer.brief(STORY, {}) for _ in range(20)), return_exceptions=True)
        expenses = await desk.expenses()

    assert {one.microdollars for one in expenses} == {6_000 + 3_400 * 5}
    assert sum(one.microdollars for one in expenses) <= 100_000
    assert sum(not isinstance(end, BudgetSpent) for end in ends) == len(expenses) - 1 == 3


async def test_tomorrow_begins_with_nothing_spent(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD, usage=None)), daily_budget_usd=0.017) as desk:
        assert await desk.writer.may_write()
        await desk.writer.brief(STORY, {})
        assert not await desk.writer.may_write()

        await desk.clock.wait(timedelta(hours=16))
        assert await desk.writer.may_write()


async def test_an_endpoint_on_this_machine_costs_nothing_whatever_it_counts(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), price_per_million=None, daily_budget_usd=0.000001) as desk:
        assert await desk.writer.may_write()
        await desk.writer.brief(STORY, {})

        assert [one.microdollars for one in await desk.expenses()] == [0]
