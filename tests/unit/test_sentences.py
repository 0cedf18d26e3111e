"""What is quoted is a whole sentence of a report, and no furniture of the page or the feed around it."""

import time

import pytest

from adapters.analyst.sentences import (
    LONGEST,
    bared,
    is_background,
    is_hanging,
    is_order,
    is_personal,
    is_quotable,
    split,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The U.S. firm raised $3.5 billion. It grows.", ["The U.S. firm raised $3.5 billion.", "It grows."]),
        ("Norvik Inc. of Oslo won. Dr. Berg agreed.", ["Norvik Inc. of Oslo won.", "Dr. Berg agreed."]),
        ('She said: "We are open." He left.', ['She said: "We are open."', "He left."]),
        ("Wait... what? Yes!", ["Wait...", "what?", "Yes!"]),
        ("Version 1.2.3 is out, e.g. for phones. Good.", ["Version 1.2.3 is out, e.g. for phones.", "Good."]),
        ("The answer was no. Kelsund waited.", ["The answer was no.", "Kelsund waited."]),
        ("Oslo is no. 1, and No. 7 is Kelsund. Good.", ["Oslo is no. 1, and No. 7 is Kelsund.", "Good."]),
        ("He joined Norvik Inc. The firm grew.", ["He joined Norvik Inc.", "The firm grew."]),
        ("St. The Elder met Dr. A. Berg in the U.S. Senate.", ["St. The Elder met Dr. A. Berg in the U.S. Senate."]),
        ("A line that\ngoes on here. Good.", ["A line that\ngoes on here.", "Good."]),
        ("Halden.AI and Node.js met. Good.", ["Halden.AI and Node.js met.", "Good."]),
        ("It was true.The first was not.I said so.", ["It was true.", "The first was not.", "I said so."]),
        ("日本の企業。次です。", ["日本の企業。", "次です。"]),
        ("「日本の企業。」次です。", ["「日本の企業。」", "次です。"]),
        ("यह चिप नई है। वह सस्ती है।", ["यह चिप नई है।", "वह सस्ती है।"]),
        (
            "A heading\n\nThe chip is out. It is cheap.\n- One",
            ["A heading", "The chip is out.", "It is cheap.", "- One"],
        ),
        ("no full stop at all", ["no full stop at all"]),
        ("", []),
    ],
)
def test_text_is_split_where_a_reader_would_split_it(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Norvik unveiled the Halden chip on Tuesday in Oslo.",
        "iPhone makers will get the chip from Norvik first.",
        "o3-mini answers faster than the model before it.",
        "$20 billion is what the deal is worth, two people said.",
        "“We have never built anything faster,” said its chief engineer.",
        'The chip "runs what others cannot" on a phone, she said.',
        "In an interview in London, he said that the chip was late.",
        "The company appeared in court over its use of private data.",
        "Use of the chip in hospitals rose by 30 percent in a year.",
        "Start-ups in the north raised 3 billion dollars last year.",
        "Fixed-rate loans for data centres are hard to get in Oslo.",
        "Spread the full cost over ten years, and the chip is cheap.",
        "Browsers will no longer send cookies to other sites from June.",
        "ノルウェーの企業ノルビックは火曜日に、新しいチップ「ハルデン」をオスロで発表しました。",
        "บริษัทนอร์วิกเปิดตัวชิปฮัลเดนในออสโลเมื่อวันอังคารที่ผ่านมา",
    ],
)
def test_a_sentence_of_a_report_may_be_quoted(sentence: str) -> None:
    assert is_quotable(sentence)


@pytest.mark.parametrize(
    "text",
    [
        "Too short to tell.",
        "The Northern Wire - AI News & Insights.",
        "It is derived from a talk in the town hall of Oslo.)",
        "Improvements to the speed of the boards and windows.",
        "A heading without a full stop, as pages have them",
        "the middle of a sentence that a feed began to quote here.",
        "The rest of this sentence was cut off by the feed that...",
        "The rest of this sentence was cut off by the feed that […]",
        "Will this be the year in which phones run large models?",
        'He said that it was done in a garage in the north."',
        "Read more about the chip on the site of the company.",
        "By Ingrid Berg and two others in Oslo.",
        "Photo by Ingrid Berg shows the chip on a table in Oslo.",
        "The chip on a table in Oslo (Image credit: Norvik).",
        "Sign up for the letter that we send you every morning.",
        "This site uses cookies to give you what you came for.",
        "Subscribe to our channel to see the chip in a phone.",
        "This article was first published by the Northern Wire.",
        "Fixed a crash that came up when two windows were open.",
        "Fixes a crash that came up when two windows were open.",
        "- Fixed a crash that came up when two windows were open.",
        "Added support for the models of three more companies.",
        "• The chip runs models of eight billion parameters.",
        "Skarn Boards Added support for three more companies.",
        "Write to press@norvik.test if you want to know more.",
        "Everything about it stands on https://norvik.test today.",
        "Everybody wants to own one of these #chips this year.",
        "Run `norvik install` and wait until it has finished.",
        "The call norvik.start() returns when all is loaded.",
        "Learn how the chip was built in our long report on it.",
        "Try the chip in one of our stores in Oslo this week.",
        "(This text is derived from a talk that was given in Oslo.)",
        "© 2026 Norvik. The name is a mark of the company.",
        f"The chip {'is very ' * LONGEST}fast.",
    ],
)
def test_what_is_no_sentence_of_a_report_is_not_quoted(text: str) -> None:
    assert not is_quotable(text)


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("OSLO, March 3 (Northern Wire) - Norvik won.", "Norvik won."),
        ("OSLO — “Norvik won,” he said.", "“Norvik won,” he said."),
        ("Oslo, Norway, March 3, 2026 (Fjordwire) – Norvik today won.", "Norvik today won."),
        ("March 2026In the end Norvik won.", "In the end Norvik won."),
        ("The Northern Digest: Norvik won.", "Norvik won."),
        ("Skarn Boards You can now order boards.", "You can now order boards."),
        ("Ingrid Berg: Norvik won.", "Ingrid Berg: Norvik won."),
        ("Norvik - a maker of chips - won.", "Norvik - a maker of chips - won."),
    ],
)
def test_a_sentence_loses_what_stands_before_it_and_nothing_of_its_own(sentence: str, left: str) -> None:
    assert bared(sentence) == left


def test_a_sentence_that_leans_on_another_is_told_from_one_that_stands_alone() -> None:
    hanging = ("It is cheap.", "But nobody bought it.", "In this post, we look at it.", "However, it failed.")
    alone = ("Itera is cheap.", "Butter sells well.", "This week Norvik won.", "Soon it fails.")

    assert all(map(is_hanging, hanging))
    assert not any(map(is_hanging, alone))


def test_who_speaks_of_herself_is_told_from_who_is_quoted() -> None:
    assert is_personal("A friend and I built it, and it took me a year.")
    assert not is_personal("“I built it, and it took me a year,” she said of Phase II.")


HOSTILE = {
    "abbreviations": "e.g. " * 20_000,
    "one word": "x" * 100_000,
    "stops": "." * 100_000,
    "quotation marks": "“a " * 33_000,
    "short lines": "a\n" * 50_000,
    "capitals": "Aa " * 33_000,
    "glued": "aaa.Aa " * 14_000,
    "brackets": "A(" * 50_000,
    "names and signs": ("Norvik-Halden & AI. " * 19 + "é ") * 260,
    "at signs": "a@" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long_to_be_taken_apart(name: str) -> None:
    began = time.process_time()

    for sentence in split(HOSTILE[name]):
        is_quotable(bared(sentence))

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "sentence",
    [
        "Name the form of the answer.",
        "Pick a board that fits your phone.",
        "First, connect the board to a screen.",
        "Then write a letter to the agency.",
        "Ask for prices in writing.",
        "Keep prompts short and plain.",
        "Tell your model what it is for.",
    ],
)
def test_a_sentence_that_orders_is_told_by_its_verb(sentence: str) -> None:
    assert is_order(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Norvik shows the Halden chip in Oslo.",
        "Orrery a year ago sold boards to nobody.",
        "With the chip, phones run large models.",
        "Nearly the whole town came to see it.",
        "Making a chip takes three years in Kelsund.",
        "Built a year ago, the plant stands empty.",
        "Command A of Norvik reads images and text.",
        "Somehow it’s as if nobody wanted the boards.",
        "The agency asked for prices in writing.",
        "Researchers name the form of the answer.",
    ],
)
def test_a_sentence_that_tells_is_no_order(sentence: str) -> None:
    assert not is_order(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A regulator had asked questions.",
        "The firm had already lost two of its plants.",
        "Two rivals had been in talks with Halden for months.",
    ],
)
def test_what_had_been_before_is_told_from_what_happened(sentence: str) -> None:
    assert is_background(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A regulator has asked questions.",
        "Norvik said it had sold four million boards.",
        "The firm that had lost two plants closes a third.",
        "The firm had a loss of two million euros.",
        "Norvik had sold two boards when the rule came.",
        "After months in which it had waited, Norvik sued.",
    ],
)
def test_what_happened_or_was_said_is_no_background(sentence: str) -> None:
    assert not is_background(sentence)
