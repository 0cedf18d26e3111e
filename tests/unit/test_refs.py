"""A ref is typable, looks like a ref and like nothing else, and is the same again in a replay."""

import re
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.refs import candidates, looks_like_ref


@given(st.text(st.characters()))
def test_every_candidate_looks_like_a_ref_and_not_like_a_model(seed: str) -> None:
    for ref in islice(candidates(seed), 40):
        assert looks_like_ref(ref)
        assert looks_like_ref(ref.lower())
        assert re.fullmatch(r"[B-DF-HJ-NP-TV-Z2-9]{4,5}", ref)
        assert not re.fullmatch(r"[A-Z]+\d+", ref), "GPT4, H100"
        assert re.search(r"\d", ref)
        assert ref[0].isalpha()


@given(st.text())
def test_a_seed_always_leads_to_the_same_refs(seed: str) -> None:
    assert list(islice(candidates(seed), 30)) == list(islice(candidates(seed), 30))


def test_short_refs_come_first_and_long_ones_never_end() -> None:
    lengths = [len(ref) for ref in islice(candidates("a story"), 200)]

    assert lengths == sorted(lengths)
    assert lengths[0] == 4
    assert lengths[-1] == 5
    assert len(set(islice(candidates("a story"), 200))) > 150


def test_refs_of_many_stories_rarely_collide() -> None:
    first = [next(candidates(f"story {number}")) for number in range(5_000)]

    assert len(set(first)) > 4_800


@pytest.mark.parametrize(
    "text",
    [
        "GPT4",
        "H100",
        "B200",
        "M4",
        "K7Q",
        "K7Q4KX",
        "7KQ4",
        "KQRT",
        "KA7Q",
        "K7QA",
        "K0Q4",
        "K1QT",
        "",
        "K7 Q4",
        "K-7Q4",
        "K7Q\u017f",
    ],
)
def test_other_things_do_not_look_like_refs(text: str) -> None:
    assert not looks_like_ref(text)


@pytest.mark.parametrize("text", ["K7Q4", "k7q4", " K7Q4 ", "R2D2X"])
def test_refs_are_known_in_any_case(text: str) -> None:
    assert looks_like_ref(text)
