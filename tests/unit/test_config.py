"""A configuration is understood whole, or refused with every mistake in it."""

import json
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import TABLES, Config, Secret, channel_from, load, read, secrets
from bot.config.models import PROVIDERS, Chosen, chosen
from bot.config.tables import ChannelTable, FeedTable
from bot.errors import ConfigProblems, WrongUsage
from bot.model import Channel, Feed, Layout, Subscription
from bot.samples import example_config
from bot.wiring import named_target

FOLDER = Path("/srv/daybrief")


def config(text: str, **environ: str) -> Config:
    return read(text, folder=FOLDER, environ=environ)


def mistakes(text: str, **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigProblems) as caught:
        config(text, **environ)
    return {problem.path: problem.sentence for problem in caught.value.problems}


def channel(lines: str = "") -> str:
    return f'[[channels]]\nname = "ai-news"\nplatform = "terminal"\n{lines}\n'


# --------------------------------------------------------------------------------------------------- what is read


def test_without_a_file_everything_is_as_by_default() -> None:
    found = load(None, {})

    assert (found.feeds, found.channels, found.path) == ((), (), None)
    assert found.bot.data_dir == Path.cwd() / "data"
    assert found.bot.catch_up == timedelta(hours=6)
    assert found.delivery.request_timeout == timedelta(seconds=15)


def test_a_channel_says_all_that_a_subscription_needs() -> None:
    found = config(
        '[bot]\ntimezone = "Asia/Kathmandu"\n[defaults]\nstories = 3\nlayout = "thread"\ntopics = ["labs"]\n'
        + channel('days = ["fri", "Monday"]\ntime = "7:05"\nstories = 8')
    )

    assert found.channels == (
        Subscription(
            id=0,
            channel=Channel(platform="terminal", workspace="local", id="ai-news", name="ai-news"),
            at=time(7, 5),
            timezone="Asia/Kathmandu",
            days=(1, 5),
            stories=8,
            topics=("labs",),
            layout=Layout.THREAD,
            declared=True,
            since=None,
        ),
    )


def test_platform_and_zone_may_come_from_the_defaults() -> None:
    found = config('[defaults]\nplatform = "terminal"\ntimezone = "Europe/Berlin"\n[[channels]]\nname = "#here"\n')

    assert found.channels[0].channel == Channel(platform="terminal", workspace="local", id="here", name="here")
    assert found.channels[0].timezone == "Europe/Berlin"


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[bot]\ndata_dir = "../data"\n[[feeds]]\nurl = "feeds/a.xml"\n[[feeds]]\nurl = "/abs/b.xml"\n')

    found = load(path, {})

    assert found.bot.data_dir == tmp_path.parent / "data"
    assert [feed.url for feed in found.feeds] == [str(tmp_path / "feeds/a.xml"), "/abs/b.xml"]
    assert (found.folder, found.path) == (tmp_path, path)


def test_a_feed_without_a_name_is_called_by_its_host_or_file() -> None:
    found = config(
        '[[feeds]]\nurl = "https://www.example.org/feed.xml"\n[[feeds]]\nurl = "x/lab.xml"\nweight = 2\ntopics=["a"]'
    )

    assert found.feeds == (
        Feed(url="https://www.example.org/feed.xml", name="example.org"),
        Feed(url="/srv/daybrief/x/lab.xml", name="lab", weight=2.0, topics=("a",)),
    )


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
@settings(deadline=None)
def test_durations_add_up(days: int, hours: int, minutes: int, seconds: int) -> None:
    written = f"{days}d{hours}h{minutes}m{seconds}s"

    found = config(f'[delivery]\nsettle = "{written}"')

    assert found.delivery.settle == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("30m", timedelta(minutes=30)), ("1h30m", timedelta(hours=1.5)), ("400d", timedelta(days=400))],
)
def test_a_duration_needs_only_the_units_it_has(written: str, expected: timedelta) -> None:
    assert config(f'[bot]\ngather_every = "{written}"').bot.gather_every == expected


OURS = "https://models.example/v1"


@pytest.mark.parametrize(
    ("model", "base_url", "meant"),
    [
        ("extractive", "", None),
        ("extractive", OURS, None),
        (
            "openai:gpt-5-mini",
            "",
            Chosen(provider="openai", name="gpt-5-mini", keys=("OPENAI_API_KEY",), needs_key=True),
        ),
        (
            "google:gemini-2.5-flash",
            "",
            Chosen(
                provider="google", name="gemini-2.5-flash", keys=("GOOGLE_API_KEY", "GEMINI_API_KEY"), needs_key=True
            ),
        ),
        ("qwen3:8b", OURS, Chosen(name="qwen3:8b", base_url=OURS, keys=("OPENAI_API_KEY",))),
        ("openai:qwen3:8b", OURS, Chosen(name="qwen3:8b", base_url=OURS, keys=("OPENAI_API_KEY",))),
        ("mistral:large", OURS, Chosen(name="large", base_url=OURS, keys=("MISTRAL_API_KEY",))),
        ("ollama:qwen3:8b", "", Chosen(name="qwen3:8b", base_url="http://127.0.0.1:11434/v1")),
        (
            "openrouter:some/model",
            "",
            Chosen(
                name="some/model",
                base_url="https://openrouter.ai/api/v1",
                keys=("OPENROUTER_API_KEY",),
                needs_key=True,
            ),
        ),
    ],
)
def test_a_model_is_named_in_one_line_or_two(model: str, base_url: str, meant: Chosen | None) -> None:
    found = config(f'[analyst]\nmodel = "{model}"\nbase_url = "{base_url}"')

    assert chosen(found.analyst.model, found.analyst.base_url) == meant


def test_every_key_that_a_provider_may_want_is_read_from_the_environment() -> None:
    wanted = {key for provider in PROVIDERS.values() for key in provider.keys}

    assert set(secrets(dict.fromkeys(wanted, "k"))) == wanted


def test_prices_of_a_model_are_two_numbers() -> None:
    assert config("[analyst]\nprice_per_million = [1, 2.5]").analyst.price_per_million == (1.0, 2.5)


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ('[bot]\ntimzone = "UTC"', "bot.timzone", 'unknown key; did you mean "timezone"?'),
        ("[bots]\n", "bots", 'unknown table; did you mean "bot"?'),
        ("bot = 5", "bot", "expected a table, found a number"),
        ('[bot]\ntimezone = "Europe/Berln"', "bot.timezone", 'did you mean "Europe/Berlin"?'),
        ('[bot]\ntimezone = "berlin"', "bot.timezone", 'did you mean "Europe/Berlin"?'),
        ("[bot]\ntimezone = 5", "bot.timezone", "expected text, found a number"),
        ("[bot]\ngather_every = 30", "bot.gather_every", 'expected a duration such as "30m"'),
        ('[bot]\ngather_every = "0m"', "bot.gather_every", "longer than nothing"),
        ('[bot]\ncatch_up = ""', "bot.catch_up", "expected a duration"),
        ('[bot]\ncatch_up = "30m1h"', "bot.catch_up", "expected a duration"),
        ('[bot]\nquiet_about = ["silence"]', "bot.quiet_about[0]", 'did you mean "silent"'),
        ("[bot]\nquiet_about = [7]", "bot.quiet_about[0]", "no trouble is called"),
        ('[bot]\nadmins = ["bob"]', "bot.admins[0]", "slack:U0123456789"),
        ('[bot]\ndata_dir = ""', "bot.data_dir", "expected the path of a folder"),
        ('[storage]\nurl = "postgresql://u:p@h/d"', "storage.url", "put the address into DAYBRIEF_DATABASE_URL"),
        ('[storage]\nurl = "postgresql://u@h/d?password=p"', "storage.url", "holds a password"),
        ('[storage]\nurl = "postgresql://u@h"', "storage.url", "postgresql://user@host/database"),
        ('[storage]\nurl = "mysql"', "storage.url", 'expected "sqlite"'),
        ('[fetch]\nallow_hosts = ["http://intra/"]', "fetch.allow_hosts[0]", "bare name or IP address"),
        ('[fetch]\nproxy = "intra:3128"', "fetch.proxy", "https:// or http://"),
        ('[[feeds]]\nname = "x"', "feeds[0].url", "is required"),
        ('[[feeds]]\nurl = ""', "feeds[0].url", "is empty"),
        ('[[feeds]]\nurl = "file:///etc/x"', "feeds[0].url", "plain path"),
        ('[[feeds]]\nurl = "ftp://x/y"', "feeds[0].url", "https:// or http://"),
        ('[[feeds]]\nurl = "https://x.example"\nweight = 0', "feeds[0].weight", "greater than 0"),
        ('[[feeds]]\nurl = "https://x.example"\nweight = nan', "feeds[0].weight", "must be a finite number"),
        ('[[feeds]]\nurl = "https://x.example"\nweight = true', "feeds[0].weight", "found true or false"),
        ('[[feeds]]\nurl = "https://x.example"\ntopics = "labs"', "feeds[0].topics", "expected a list"),
        ('[feeds]\nurl = "https://x.example"', "feeds", "[[feeds]]"),
        ('[[channels]]\nplatform = "terminal"', "channels[0].name", "is required"),
        ('[[channels]]\nname = "x"', "channels[0].platform", "is required"),
        ('[[channels]]\nname = "x"\nplatform = "terminl"', "channels[0].platform", 'did you mean "terminal"?'),
        (
            '[[channels]]\nname = "x"\nplatform = "discord"\nworkspace = "1"\nchannel = "ai-news"',
            "channels[0].channel",
            "234567890123456789",
        ),
        (
            '[[channels]]\nname = "x"\nplatform = "discord"\nworkspace = "acme"\nchannel = "2"',
            "channels[0].workspace",
            "123456789012345678",
        ),
        ('[[channels]]\nname = "x"\nplatform = "discord"\nchannel = "2"', "channels[0].workspace", "id of the server"),
        ('[[channels]]\nname = "x"\nplatform = "slack"\nchannel = "general"', "channels[0].channel", "C0123456789"),
        ('[[channels]]\nname = "x"\nplatform = "slack"\nchannel = "C"', "channels[0].channel", "C0123456789"),
        ('[[channels]]\nname = "x"\nplatform = "slack"\nchannel = "c0123456789"', "channels[0].channel", "C0123456789"),
        ('[[channels]]\nname = "x"\nplatform = "slack"', "channels[0].channel", "is required"),
        (
            '[[channels]]\nname = "x"\nplatform = "slack"\nchannel = "C1"\nworkspace = "acme"',
            "channels[0].workspace",
            "T0123456789",
        ),
        ('[[channels]]\nname = "x"\nplatform = "discord"', "channels[0].channel", "is required"),
        (channel('channel = "#general"'), "channels[0].channel", "not its #name"),
        (channel('time = "25:00"'), "channels[0].time", 'such as "08:00"'),
        (channel("days = []"), "channels[0].days", "no day"),
        (channel('days = ["mon", "tusday"]'), "channels[0].days", "known: mon, tue"),
        (channel("stories = 0"), "channels[0].stories", "greater than or equal to 1"),
        (channel('stories = "5"'), "channels[0].stories", "expected a whole number, found text"),
        (channel('layout = "treads"'), "channels[0].layout", 'did you mean "thread"?'),
        (channel('timezone = "Mars/Base"'), "channels[0].timezone", "no time zone"),
        ('[defaults]\ntime = "late"\n' + channel(), "defaults.time", 'such as "08:00"'),
        ('[defaults]\nhour = "08:00"', "defaults.hour", "unknown key"),
        ('[slack]\nmode = "sockt"', "slack.mode", 'did you mean "socket"?'),
        ('[slack]\nlisten = "3000"', "slack.listen", "host:port"),
        ('[discord]\ngateway_url = "https://x"', "discord.gateway_url", "wss://"),
        ("[discord]\nper_second = 51", "discord.per_second", "less than or equal to 50"),
        ("[discord]\nshards = 2\nown_shards = [2]", "discord.own_shards", "there is no shard 2"),
        (
            '[analyst]\nmodel = "opnai:gpt-5-mini"',
            "analyst.model",
            'no provider is called "opnai"; did you mean "openai"?',
        ),
        ('[analyst]\nmodel = "gpt-5-mini"', "analyst.model", '"anthropic:…", "google:…"'),
        ('[analyst]\nmodel = "openai:"', "analyst.model", "names no model"),
        ('[analyst]\nmodel = ""', "analyst.model", "is empty"),
        ('[analyst]\nbase_url = "localhost:11434"', "analyst.base_url", "https:// or http://"),
        ('[analyst]\ndeadline = "0s"', "analyst.deadline", "longer than nothing"),
        ('[analyst]\noutput_mode = "json"', "analyst.output_mode", "known: auto, native, tool, prompted"),
        ("[analyst]\nprice_per_million = [1]", "analyst.price_per_million", "two prices in dollars"),
        ("[analyst]\nprice_per_million = [1, -2.0]", "analyst.price_per_million", "two prices in dollars"),
        ("[analyst]\nprice_per_million = [1, inf]", "analyst.price_per_million", "two prices in dollars"),
        ("[analyst]\nprice_per_million = [true, 1]", "analyst.price_per_million", "two prices in dollars"),
        ("[analyst]\nprice_per_million = 1", "analyst.price_per_million", "expected a list of two prices"),
        ("[analyst]\ndaily_budget_usd = -1", "analyst.daily_budget_usd", "greater than or equal to 0"),
        ("[bot\n", "line 1, column 5", "not valid TOML"),
        ("a = 1\na = 2\n", "line 2, column 6", "not valid TOML"),
        ("[bot]\n[bot]\n", "line 2, column 5", "Cannot declare bot twice; keep one of the two"),
        ("[channels]\n[[channels]]\n", "line 2, column 11", "double brackets each time, as in [[channels]]"),
        ('[a."b.c"]\n[a."b.c"]\n', "line 2, column 9", "Cannot declare a.b.c twice; "),
        ("a = {b = 1, b = 2}\n", "line 1, column 18", "Duplicate inline table key b; keep one of the two"),
        ("a = b\n", "line 1, column 5", 'Invalid value; text stands in quotation marks, as in "Europe/Berlin"'),
        ('a = "C:\\data"\n', "line 1, column 10", "Unescaped '\\' in a string; write \\\\ for each \\"),
        ('a = "b\n', "line 1, column 7", "Illegal character '\\n'; a quotation mark is missing"),
        ("a = [1\n", "end of document", "Unclosed array; a ] is missing"),
        ("a = " + "[" * 100_000, "the file", "nested too deeply"),
        ("a = " + "1" * 5_000, "the file", "too many digits"),
    ],
)
def test_a_mistake_is_named_with_its_path_and_the_way_out(text: str, path: str, words: str) -> None:
    found = mistakes(text)

    assert words in found[path]


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file() -> None:
    text = (
        '[[channels]]\nname = "a"\nplatform = "discord"\ntime = "x"\n[slack]\nmode = "x"\n[bot]\nzone = 1\n'
        '[[channels]]\nname = "a"\nplatform = "terminal"\ndays = 5\n'
    )

    with pytest.raises(ConfigProblems) as caught:
        config(text, DISCORD_TOKEN="x", DISCORD_TOKEN_FILE="y")

    assert [problem.path for problem in caught.value.problems] == [
        "DISCORD_TOKEN",
        "channels[0].channel",
        "channels[0].workspace",
        "channels[0].time",
        "channels[1].name",
        "channels[1].days",
        "slack.mode",
        "bot.zone",
    ]
    assert "8 problems" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_mistake_in_the_defaults_is_named_once() -> None:
    assert list(mistakes('[defaults]\ndays = "mon"\n' + channel() * 1)) == ["defaults.days"]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            '[[feeds]]\nurl = "https://example.org/feed/"\n[[feeds]]\nurl = "http://www.example.org/feed?utm_source=x"',
            "feeds[1].url",
            "the same address as feeds[0].url",
        ),
        ('[[feeds]]\nurl = "a/../b.xml"\n[[feeds]]\nurl = "b.xml"', "feeds[1].url", "the same address as feeds[0].url"),
        (channel('channel = "x"') + channel('channel = "y"'), "channels[1].name", "the same name as channels[0].name"),
        (
            channel('channel = "x"') + '[[channels]]\nname = "b"\nplatform = "terminal"\nchannel = "x"',
            "channels[1].channel",
            "the same channel as channels[0].channel",
        ),
    ],
)
def test_nothing_is_declared_twice(text: str, path: str, words: str) -> None:
    assert words in mistakes(text)[path]


def test_a_named_file_that_is_not_there_leads_to_init(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="daybrief init"):
        load(tmp_path / "config.toml", {})
    with pytest.raises(WrongUsage, match="cannot be read"):
        load(tmp_path, {})


@given(st.text(max_size=80))
@settings(deadline=None)
def test_any_text_is_a_configuration_or_refused(text: str) -> None:
    try:
        config(text)
    except ConfigProblems as problems:
        assert problems.problems  # noqa: PT017  # either outcome is right


def test_a_channel_by_command_is_completed_by_the_defaults() -> None:
    found = config('[bot]\ntimezone = "Asia/Tokyo"\n[defaults]\ntime = "09:30"')

    order = channel_from({"name": "news", "platform": "terminal", "days": ["sun"]}, found)

    assert (order.channel.id, order.at, order.timezone, order.days) == ("news", time(9, 30), "Asia/Tokyo", (7,))
    assert not order.declared


def test_mistakes_in_a_channel_by_command_are_named_by_key() -> None:
    with pytest.raises(ConfigProblems) as caught:
        channel_from({"name": "news", "platform": "irc", "time": "late"}, Config())

    assert [problem.path for problem in caught.value.problems] == ["platform", "time"]


# ------------------------------------------------------------------------------------------------------- secrets

SAMPLE_SECRETS = [
    "xoxb-000000000000-000000000000-notarealtoken",
    "xapp-1-A0000000000-0000000000000-notarealtoken",
    "sk-notarealkeynotarealkey",
    "https://hooks.slack.com/services/T00000000/B00000000/notarealhook",
    "https://discord.com/api/webhooks/000000000000000000/notarealhook",
    "0123456789abcdef0123456789abcdef",
]


@pytest.mark.parametrize("secret", SAMPLE_SECRETS)
@pytest.mark.parametrize(
    "place",
    ['[slack]\ntoken = "{}"', '[bot]\ntimezone = "{}"', '[[channels]]\nname = "{}"', '[fetch]\nallow_hosts = ["{}"]'],
)
def test_a_secret_in_the_file_is_a_mistake_that_nobody_repeats(secret: str, place: str) -> None:
    with pytest.raises(ConfigProblems) as caught:
        config(place.format(secret))

    assert "looks like a secret" in str(caught.value)
    assert secret not in str(caught.value)


def test_a_secret_is_one_mistake_whatever_else_is_wrong_with_it() -> None:
    with pytest.raises(ConfigProblems) as caught:
        config(f'[bot]\ntimezone = "{SAMPLE_SECRETS[0]}"')

    assert [problem.path for problem in caught.value.problems] == ["bot.timezone"]


@pytest.mark.parametrize("text", ['[slack]\n{0} = "x"', '{0} = "x"', "[{0}]\n[{0}]", "[slack.{0}]\na = 1"])
def test_a_secret_in_place_of_a_key_is_not_repeated_either(text: str) -> None:
    with pytest.raises(ConfigProblems) as caught:
        config(text.format(SAMPLE_SECRETS[0]))

    assert SAMPLE_SECRETS[0] not in str(caught.value)


@pytest.mark.shared
def test_no_message_repeats_a_secret_of_any_kind(shared: Path) -> None:
    rows = (shared / "data/hostile/generated/fake_secrets.jsonl").read_text("utf-8").splitlines()
    keys = [
        f'[{table}]\n{key} = "{{}}"'
        for table, model in TABLES.items()
        if table not in {"feeds", "channels"}
        for key in model.model_fields
    ]
    places = [*keys, '[[feeds]]\nurl = 5\nname = "{}"', '[[channels]]\nname = "{}"', 'x = "{}', '{} = "x"']

    for row in rows:
        secret = json.loads(row)["value"]
        for place in places:
            try:
                config(place.format(secret))
            except ConfigProblems as problems:
                assert secret not in str(problems)  # noqa: PT017  # some are valid values of some keys


def test_secrets_come_from_the_environment_or_a_file_and_print_as_stars(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("  hidden\n")

    found = secrets({"SLACK_BOT_TOKEN": "open", "DISCORD_TOKEN_FILE": str(file), "OPENAI_API_KEY": " ", "HOME": "/"})

    assert found == {"SLACK_BOT_TOKEN": Secret("open"), "DISCORD_TOKEN": Secret("hidden")}
    assert found["DISCORD_TOKEN"].reveal() == "hidden"
    shown = f"{found} {found['DISCORD_TOKEN']} {found['DISCORD_TOKEN']!r} {load(None, {'DISCORD_TOKEN': 'hidden'})}"
    assert "***" in shown
    assert "hidden" not in shown


def test_a_secret_file_that_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes("", SLACK_APP_TOKEN_FILE=str(tmp_path / "nothing"))

    assert found == {"SLACK_APP_TOKEN_FILE": "the file cannot be read: No such file or directory"}


def test_postgres_is_named_in_the_file_or_with_its_password_in_the_environment(tmp_path: Path) -> None:
    def named(text: str, **environ: str) -> str | None:
        config = read(text, folder=tmp_path, environ=environ)
        assert (config.storage.backups is None) == (config.postgres is not None), "it makes its own copies"
        return config.postgres.reveal() if config.postgres else None

    assert named("") is None
    assert named('[storage]\nurl = "postgresql://u@h/d"') == "postgresql://u@h/d"
    assert named("", DAYBRIEF_DATABASE_URL="postgresql://u:p@h/d") == "postgresql://u:p@h/d"


def test_two_databases_or_none_are_a_mistake_that_shows_no_password() -> None:
    twice = mistakes('[storage]\nurl = "sqlite"', DAYBRIEF_DATABASE_URL="postgresql://u:hidden@h/d")
    strange = mistakes("", DAYBRIEF_DATABASE_URL="mysql://u:hidden@h/d")

    assert "names another database" in twice["storage.url"]
    assert "is no address of a database" in strange["DAYBRIEF_DATABASE_URL"]
    assert "hidden" not in f"{twice} {strange}"


@pytest.mark.parametrize("password", ["hid@den", "hid/den", "hid#den", "hid?den", "12/hid@den", "h@i/d#den"])
def test_an_address_whose_password_is_not_encoded_is_refused_and_nothing_of_it_shown(password: str) -> None:
    from_outside = mistakes("", DAYBRIEF_DATABASE_URL=f"postgresql://u:{password}@h/d")
    written = mistakes(f'[storage]\nurl = "postgresql://u:{password}@h/d"')

    for sentence in (from_outside["DAYBRIEF_DATABASE_URL"], written["storage.url"]):
        assert "encode @ as %40" in sentence
        assert "hid" not in sentence
        assert "den" not in sentence
    with pytest.raises(WrongUsage, match="encode @ as %40"):
        named_target(read("", folder=Path(), environ={}), f"postgresql://u:{password}@h/d")


# ------------------------------------------------------------------------------------------------------- example


def test_the_example_loads_as_it_is() -> None:
    found = load(example_config(), {})

    assert [one.channel.name for one in found.channels] == ["ai-news"]
    assert 28 <= len(found.feeds) <= 40
    assert all(feed.name and feed.topics and feed.url.startswith("https://") for feed in found.feeds)


def test_the_example_shows_every_key_and_its_default() -> None:
    text = example_config().read_text("utf-8")
    raw = tomllib.loads(text)

    for name, model in TABLES.items():
        if name in {"feeds", "channels", "defaults"}:
            continue
        assert set(raw[name]) == set(model.model_fields), name
        assert model.model_validate(raw[name]) == model(), name
    assert ChannelTable.model_validate(raw["defaults"]) == ChannelTable()
    for key in ChannelTable.model_fields:
        assert re.search(rf"^#? ?{key} = ", text, re.MULTILINE), key
    assert set(FeedTable.model_fields) == set(raw["feeds"][0])
    assert raw["feeds"][0]["weight"] == FeedTable.model_fields["weight"].default


def test_the_channels_that_are_commented_out_are_well_formed() -> None:
    text = example_config().read_text("utf-8")
    blocks = re.findall(r"^# \[\[channels\]\]\n(?:# .*\n)+", text, re.MULTILINE)

    found = [tomllib.loads(re.sub(r"^# ", "", block, flags=re.MULTILINE))["channels"][0] for block in blocks]

    assert [one["platform"] for one in found] == ["slack", "discord"]
    for one in found:
        assert channel_from(one, Config()).channel.platform == one["platform"]


def test_every_key_of_the_example_has_a_sentence() -> None:
    text = example_config().read_text("utf-8").partition("# The starter list")[0]

    for line in text.splitlines():
        if re.match(r"[a-z_]+ = ", line):
            assert re.search(r"  # [A-Z].*\.$", line), line


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "127.3.2.1:1", "[::1]:9464", "localhost:9464", ""])
def test_monitors_may_ask_on_this_machine(address: str) -> None:
    assert config(f'[operations]\nlisten = "{address}"').operations.listen == address


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "[::]:9464", "192.168.0.7:9464", "bot.example:9464"])
def test_other_machines_may_ask_only_if_that_is_said_twice(address: str) -> None:
    with pytest.raises(ConfigProblems, match="add expose = true"):
        config(f'[operations]\nlisten = "{address}"')

    assert config(f'[operations]\nlisten = "{address}"\nexpose = true').operations.listen == address


@pytest.mark.parametrize("wrong", ['format = "xml"', 'level = "loud"', "libraries = 1"])
def test_a_log_is_written_in_a_way_that_there_is(wrong: str) -> None:
    with pytest.raises(ConfigProblems, match=r"log\."):
        config(f"[log]\n{wrong}")


def test_an_address_with_a_password_before_its_host_is_no_feed() -> None:
    with pytest.raises(ConfigProblems) as found:
        config('[[feeds]]\nurl = "https://anna:bj0ddlz2uhfk@feeds.example/rss"')

    assert "feeds[0].url: has a user name or password" in str(found.value)
    assert "bj0ddlz2uhfk" not in str(found.value)
