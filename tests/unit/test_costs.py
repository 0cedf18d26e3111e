"""What a day cost is told to the hundredth of a cent, and nothing that may have been spent is left out."""

from bot.costs import Cost, by_story, line, total
from bot.ports import Expense
from tests.clock import TUESDAY


def expense(ref: str, microdollars: int, *, is_settled: bool = True) -> Expense:
    return Expense(
        at=TUESDAY, ref=ref, purpose="brief", model="norvik-1", microdollars=microdollars, is_settled=is_settled
    )


DAY = (expense("K7Q4", 2_500), expense("B3ZX", 900), expense("", 400), expense("K7Q4", 1_500, is_settled=False))


def test_a_day_is_the_sum_of_its_calls_and_each_story_of_its_own() -> None:
    assert total(DAY) == Cost(microdollars=5_300, calls=4)
    assert [(one.ref, one.microdollars, one.calls) for one in by_story(DAY)] == [
        ("K7Q4", 4_000, 2),
        ("B3ZX", 900, 1),
        ("", 400, 1),
    ]


def test_the_line_names_the_dearest_stories_and_what_nobody_knows_the_end_of() -> None:
    assert line(DAY, 1.0) == (
        "today: $0.0053 of $1.00, 4 calls (1 call of unknown outcome, at what it may cost); "
        "K7Q4 $0.0040, B3ZX $0.0009, several at once $0.0004"
    )
    assert line((), 0.5) == "today: $0.0000 of $0.50, 0 calls"
    many = [expense(f"B{number}C2", 1_000 - number) for number in range(9)]
    assert line(many, 1).endswith("B4C2 $0.0010 and 4 more")


def test_what_cost_nothing_is_not_named_and_a_free_model_is_called_free() -> None:
    given_back, several = expense("K7Q4", 0), expense("", 400)

    assert line((given_back, several), 1.0) == "today: $0.0004 of $1.00, 2 calls; several at once $0.0004"
    assert line((given_back,), 1.0) == "today: $0.0000 of $1.00, 1 call"
    assert line((given_back,), 1.0, is_free=True) == "today: free, 1 call"
    # Another model may have been asked before, on the same day.
    assert line((several,), 1.0, is_free=True) == "today: $0.0004 of $1.00, 1 call; several at once $0.0004"
