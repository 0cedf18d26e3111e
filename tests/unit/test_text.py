"""Text from outside is harmless, and cut where a reader would cut it."""

import json
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.text import clean, clean_prose, cut

ANY = st.text(st.characters())
"""Lone surrogates too."""
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1ef\U0001f1f5"
ZALGO = "e\u0301\u0302\u0303"


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("  a \t b \n c  ", "a b c"),
        ("a\u202eb\u2066c", "abc"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("a\ud800b", "ab"),
        ("e\u0301", "\u00e9"),
        ("a\u2028b\x85c", "a b c"),
        ("a\u00a0b\u3000c", "a b c"),
        ("", ""),
    ],
)
def test_nothing_invisible_and_no_runs_of_white_space_stay(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@given(ANY)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_prose(clean_prose(text)) == clean_prose(text)


@given(ANY)
def test_clean_text_is_one_line_of_visible_characters(text: str) -> None:
    found = clean(text)

    assert not {unicodedata.category(character) for character in found} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert unicodedata.is_normalized("NFC", found)
    assert found == " ".join(found.split())


@given(ANY)
def test_prose_says_what_its_one_line_says(text: str) -> None:
    assert clean_prose(text).split() == clean(text).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc", "a b\n\nc"),
        ("a\r\n\r\n\r\nb", "a\n\nb"),
        ("a\n \t\u200b\nb", "a\n\nb"),
        ("\n\na\u2029\u2029b\n\n", "a\n\nb"),
        ("a\n\n\u200b\n\nb", "a\n\nb"),
    ],
)
def test_paragraphs_are_divided_by_one_empty_line(text: str, expected: str) -> None:
    assert clean_prose(text) == expected


@given(ANY, st.integers(1, 50))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    found = cut(text, limit)

    assert len(found) <= limit
    assert found == text if len(text) <= limit else found.endswith("…")


@given(st.lists(st.sampled_from(["a", " ", FAMILY, FLAG, ZALGO, "ö", "\U0001f44d\U0001f3fd"])), st.integers(1, 30))
def test_no_grapheme_is_split(graphemes: list[str], limit: int) -> None:
    text = "".join(graphemes)

    found = cut(text, limit).removesuffix("…")

    whole = regex.findall(r"\X", text)
    assert found.rstrip() == found or found == text
    assert found in {"".join(whole[:count]).rstrip(" ") for count in range(len(whole) + 1)} | {text}


def test_a_cut_falls_at_a_word_where_one_is_near() -> None:
    assert cut("The quick brown fox jumps", 20) == "The quick brown fox…"
    assert cut("A, but not much more", 4) == "A…"
    assert cut("Donaudampfschifffahrtsgesellschaft", 10) == "Donaudamp…"


@pytest.mark.shared
def test_naughty_strings_come_out_clean(shared: Path) -> None:
    for naughty in json.loads((shared / "data/hostile/blns/blns.json").read_text("utf-8")):
        assert clean(clean(naughty)) == clean(naughty)
        assert len(cut(clean(naughty), 20)) <= 20
