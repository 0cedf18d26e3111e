"""What a model is, what it costs, what it sees, and what of its text is never shown."""

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.analyst import prices
from adapters.analyst.endpoint import Endpoint
from adapters.analyst.packet import numbered, packet
from adapters.analyst.tidy import tidy, unfit
from tests.writing import KEY, STORY

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_a_key_is_not_shown_with_the_endpoint() -> None:
    assert KEY not in repr(Endpoint(provider="openai", name="gpt-5-mini", key=KEY))


@pytest.mark.parametrize(
    ("provider", "mode", "modes"),
    [
        ("anthropic", "auto", ("tool", "native", "prompted")),
        ("openai", "auto", ("native", "tool", "prompted")),
        ("", "auto", ("native", "tool", "prompted")),
        ("", "prompted", ("prompted",)),
    ],
)
def test_forms_of_answers_are_tried_as_suits_the_provider(provider: str, mode: str, modes: tuple[str, ...]) -> None:
    assert Endpoint(provider=provider, name="norvik-1", mode=mode).modes == modes


@pytest.mark.parametrize(
    ("base_url", "is_local"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost/v1", True),
        ("http://192.168.7.7:8000/v1", True),
        ("http://vllm:8000/v1", True),
        ("https://models.norvik.test/v1", False),
        ("https://203.0.113.7.nip.test/v1", False),
        ("", False),
    ],
)
def test_nobody_sends_a_bill_for_ones_own_machines(base_url: str, is_local: bool) -> None:
    endpoint = Endpoint(name="norvik-1", base_url=base_url)

    assert endpoint.is_local is is_local
    assert (prices.cost(endpoint, 1000, 1000, NOON) == 0) is is_local


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434"),
        ("https://models.norvik.test/a/b?c=d", "models.norvik.test:443"),
        ("http://ada:p@ss:7@vllm/v1", "vllm:80"),
        ("http://[::1]/v1", "[::1]:80"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("", ""),
    ],
)
def test_an_address_is_host_and_port_alone(base_url: str, address: str) -> None:
    assert Endpoint(name="norvik-1", base_url=base_url).address == address


def test_prices_come_from_the_table_from_the_operator_or_are_those_of_a_large_model() -> None:
    known = Endpoint(provider="openai", name="gpt-5-mini")
    told = Endpoint(name="norvik-1", base_url="https://models.norvik.test/v1", price_per_million=(2.0, 8.0))
    unknown = Endpoint(name="norvik-1", base_url="https://models.norvik.test/v1")

    assert prices.cost(known, 6_000, 1_200, NOON) == 3_900
    assert prices.cost(told, 6_000, 1_200, NOON) == 12_000 + 9_600
    assert prices.cost(unknown, 6_000, 1_200, NOON) == 30_000 + 30_000


def test_a_gateway_on_ones_own_machine_to_a_model_with_a_price_is_not_free() -> None:
    gateway = "http://litellm:4000/v1"

    assert prices.cost(Endpoint(name="gpt-5-mini", base_url=gateway), 6_000, 1_200, NOON) == 3_900
    assert prices.cost(Endpoint(name="gpt-5-mini", base_url=gateway, price_per_million=(0.0, 0.0)), 6_000, 1, NOON) == 0
    assert prices.cost(Endpoint(name="deepseek-r1:8b", base_url=gateway), 6_000, 1_200, NOON) > 0
    assert prices.cost(Endpoint(name="deepseek-r1:8b", base_url=gateway, is_ollama=True), 6_000, 1_200, NOON) == 0


def test_a_usage_is_believed_up_to_three_times_the_estimate() -> None:
    believed = [prices.is_believed(1_000, real) for real in (-1, 0, 1, 999, 3_000, 3_001)]

    assert believed == [False, False, True, True, True, False]


@given(st.lists(st.text(), max_size=5))
def test_no_text_leaves_its_line(texts: list[str]) -> None:
    lines = numbered(texts).splitlines() if texts else []

    assert [line.partition("| ")[0].rstrip("|") for line in lines] == [str(place) for place in range(1, len(texts) + 1)]


def test_a_sentence_that_stands_in_two_articles_is_seen_once() -> None:
    texts = {one.key: "This stands in both of the reports. And so does this." for one in STORY.articles}
    longer = {key: f"{text} {'One more of them. ' * 20}" for key, text in texts.items()}

    assert packet(STORY, longer).texts.count("This stands in both of the reports.") == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Norvik** unveiled `Halden` [3].", "Norvik unveiled Halden."),
        ("- Norvik unveiled _Halden_ (lines 2 and 3).", "Norvik unveiled Halden."),
        ("2. Norvik unveiled snake_case [1, 2].", "Norvik unveiled snake_case."),
        ("## Norvik\nunveiled\u202e\u200b Halden\x00", "Norvik unveiled Halden"),
        ("Norvik raised $3.5 billion (2026).", "Norvik raised $3.5 billion (2026)."),
    ],
)
def test_signs_that_models_add_are_taken_off(text: str, plain: str) -> None:
    assert tidy(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.test/x.",
        "See hxxp://evil.test.",
        "See HTTPS://EVIL.TEST.",
        "See www.evil.test now.",
        "See evil.test/login now.",
        "See evil.com now.",
        "Write to help@evil.com.",
        "Say mailto:x now.",
        "Say javascript:alert(1) now.",
        "See [this](x) now.",
        "<b>Norvik</b> won.",
        "Norvik <script>won",
        "Norvik <!channel> won.",
        "Norvik <@U0123456789> won.",
        "Norvik <#C0123456789> won.",
        "Norvik @everyone won.",
        "Norvik @here won.",
        "Norvik \uff20everyone won.",
        "Norvik &lt;b&gt; won.",
        "||Norvik|| won.",
        "See evil\u3002com for more.",
        "See evil\uff0ecom for more.",
        "See evil\u2024com for more.",
        "See \u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444 for more.",
        "See b\u00fccher.example for more.",
        "See 1.2.3.4/x for more.",
        "See localhost/x for more.",
        "See //evil/x for more.",
        "Take magnet:?xt=urn:btih:abc for more.",
        "Norvik \uff1c!channel\uff1e won.",
        "Norvik with \u043epenai won.",
        "\u8fd9\u6b3e\u82af\u7247\u53ef\u80fd",
        "",
        "x",
        "Norvik.",
        "x " * 151,
    ],
)
def test_addresses_markup_and_mentions_are_never_shown(text: str) -> None:
    assert unfit(tidy(text), ["Norvik won."], 300)


@pytest.mark.parametrize("sign", ["a.", "a-", "x@", "<a", "1.", "(a"])
def test_what_goes_on_and_on_is_refused_in_no_time(sign: str) -> None:
    began = time.thread_time()

    assert "it is longer than 300 characters" in unfit(sign * 50_000, ["Norvik won."], 300)
    assert time.thread_time() - began < 0.2


def test_another_script_is_shown_where_the_sources_write_it() -> None:
    assert unfit("Norvik calls it \u03b1-Halden now.", ["Norvik's \u03b1-Halden won."], 300) == ()


def test_a_company_may_be_called_like_its_domain_if_the_sources_call_it_so() -> None:
    assert unfit("Halden.ai won 5 < 6 prizes & 3.5 more.", ["Halden.ai won."], 300) == ()
    assert unfit("Halden.ai won.", ["Halden won."], 300)


@pytest.mark.parametrize(
    "command", ["import bot.wiring", "import adapters.analyst.writer", "from bot.cli import main; main(['--help'])"]
)
def test_no_sdk_is_loaded_before_a_model_is_asked(command: str) -> None:
    heavy = "{'pydantic_ai', 'openai', 'anthropic', 'google.genai', 'httpx2', 'genai_prices'}"
    program = (
        f"import sys\ntry:\n    {command}\nexcept SystemExit:\n    pass\nsys.exit(str({heavy} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stderr.strip() == "set()"
