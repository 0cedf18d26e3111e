"""What a card says in a terminal: the words that people see, without the marks."""

from hypothesis import given

from adapters.discord import cards
from adapters.discord.components import button, card, row, said, section
from adapters.discord.plain import plain_of, unmarked
from adapters.discord.text import escaped, link
from tests.discord_nasty import TEXTS
from tests.morning import EDITION


def test_marks_are_gone_and_what_was_escaped_is_itself_again() -> None:
    assert unmarked("### \\#ai\\-news\n-# 3 h \\* ago\n**1** · ~~gone~~ *Corrected*") == (
        "#ai-news\n3 h * ago\n1 · gone Corrected"
    )
    assert unmarked(link("https://norvik.example/a", "Norvik opens a lab", is_bold=True)) == "Norvik opens a lab"
    assert unmarked(link("https://norvik.example/a", "C# *is* back")) == "C# *is* back · open"


@given(TEXTS)
def test_what_strangers_have_written_reads_as_they_wrote_it(text: str) -> None:
    assert unmarked(escaped(text)).replace("\u200b", "") == text.replace("\u200b", "")


def test_buttons_are_shown_where_they_are() -> None:
    shown = card([section("A story", button("Read more", "x")), said("-# Small"), row([button("Pin", "p")])])

    assert plain_of(shown.components).splitlines() == ["A story", "[Read more]", "Small", "[Pin]"]


def test_an_edition_reads_without_a_mark() -> None:
    text = "\n".join(plain_of(one.components) for one in cards.messages(EDITION))

    assert EDITION.stories[0].title in text
    assert not any(mark in text for mark in ("**", "\\", "-#", "](<"))
