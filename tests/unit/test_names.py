"""A title names the companies that it is about, and no others."""

import pytest

from bot.names import COMPANIES, PRODUCTS, companies, made, named


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("OpenAI opens an office in Oslo", {"OpenAI"}),
        ("ChatGPT gets advertisements", {"OpenAI"}),
        ("GPT-5.3 is out", {"OpenAI"}),
        ("DeepMind's new Gemini reads maps", {"Google"}),
        ("Claude comes to Microsoft's Copilot", {"Anthropic", "Microsoft"}),
        ("Nvidia’s H200 may be sold to Alibaba, maker of Qwen3", {"Nvidia", "Alibaba"}),
        ("NVIDIA AND AMD FALL", {"Nvidia", "AMD"}),
        ("Meta's Llama 4 arrives on AWS", {"Meta", "Amazon"}),
        ("xAI raises money for Grok", {"xAI"}),
        ("Norvik unveils the Halden chip", set()),
    ],
)
def test_a_company_is_known_by_its_names_and_by_its_products(title: str, expected: set[str]) -> None:
    assert companies(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "An apple a day, and other meta-analyses",
        "Meta-analysis: what helps against fatigue",
        "Fires in the Amazon rainforest",
        "The oracle problem in smart contracts",
        "A cursor that follows the eye",
        "He broke his arm on the runway",
        "llama.cpp runs on a phone",
        "New intel on the strike",
        "Apple pie, the old way",
    ],
)
def test_ordinary_words_name_nobody(title: str) -> None:
    assert companies(title) == frozenset()


def test_names_and_products_are_told_apart() -> None:
    title = "Anthropic says that ChatGPT users try Claude"

    assert named(title) == {"Anthropic"}
    assert made(title) == {"OpenAI", "Anthropic"}


def test_every_product_belongs_to_a_known_company() -> None:
    assert PRODUCTS.keys() <= COMPANIES.keys()
