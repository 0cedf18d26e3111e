"""The demo's morning is whole: every sample is readable, and enough of it belongs together."""

import calendar
import io
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from bot.config import Config, load
from bot.group import group
from bot.identity import tell_apart
from bot.manuscript import Manuscript, parse
from bot.model import Article, Entry, Feed, SectionName
from bot.samples import DEMO_NOW, example_config, files

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "Fjord Robotics"


@pytest.fixture(name="config")
def demo_config() -> Config:
    return load(files().config, {})


def entries_of(feed: Feed) -> tuple[Entry, ...]:
    parsed = feedparser.parse(io.BytesIO(Path(feed.url).read_bytes()))
    assert not parsed.bozo
    return tuple(
        Entry(
            title=item.title,
            url=item.link,
            guid=item.id,
            published=datetime.fromtimestamp(calendar.timegm(item.published_parsed), UTC),
            extract=item.summary,
        )
        for item in parsed.entries
    )


def articles_of(config: Config) -> list[Article]:
    return [
        article
        for feed in config.feeds
        if feed.name != BROKEN
        for article in tell_apart(entries_of(feed), feed, {}, now=DEMO_NOW, first_visit=True).new
    ]


def stories() -> list[Manuscript]:
    return [story for path in files().stories for story in parse(path.read_text("utf-8"), name=path.name)]


def test_the_demo_takes_place_at_its_channels_hour_on_a_working_day(config: Config) -> None:
    (order,) = config.channels

    assert (order.channel.name, order.channel.platform, order.timezone) == ("ai-news", "terminal", "UTC")
    assert DEMO_NOW.time() == order.at
    assert DEMO_NOW.isoweekday() in order.days


def test_every_feed_has_articles_of_the_four_days_before_and_extracts_to_read(config: Config) -> None:
    for feed in config.feeds:
        if feed.name == BROKEN:
            continue
        entries = entries_of(feed)
        assert 6 <= len(entries) <= 10
        for entry in entries:
            assert entry.published
            assert timedelta(0) < DEMO_NOW - entry.published <= timedelta(days=5)
            assert 2 <= len(re.findall(r"[.!?](?: |$)", entry.extract)) <= 4, entry.title


def test_one_feed_is_a_web_page_on_purpose(config: Config) -> None:
    (broken,) = (feed for feed in config.feeds if feed.name == BROKEN)

    assert Path(broken.url).read_text("utf-8").startswith("<!doctype html>")


def test_at_least_two_stories_are_told_by_three_publishers_in_different_words(config: Config) -> None:
    founded = group(articles_of(config), ()).founded

    shared = [story for story in founded if len({article.source.domain for article in story}) >= 3]
    assert len(shared) >= 2
    assert len([story for story in founded if story[-1].news_at > DEMO_NOW - timedelta(days=1)]) >= 5
    for story in shared:
        assert len({article.title for article in story}) == len(story)


def test_what_is_told_together_is_about_one_thing(config: Config) -> None:
    names = ("Sextant-2", "Skarn", "Baltic", "Ledgerbench")

    for story in group(articles_of(config), ()).founded:
        about = {name for article in story for name in names if name in article.title + article.extract}
        assert len(about) <= 1


def test_the_ready_written_stories_have_every_section_in_three_forms() -> None:
    found = stories()

    assert sorted(path.suffix for path in files().stories) == [".json", ".md", ".txt"]
    assert len(found) == 3
    for story in found:
        assert story.sections.written() == tuple(SectionName)
        assert 3 <= len(story.sections.key_points) <= 5
        assert story.takeaway
        assert story.articles
        assert story.topics


def test_the_scripts_search_finds_something_and_the_script_ends() -> None:
    commands = files().script.read_text("utf-8").splitlines()

    (words,) = (command.removeprefix("/brief search ") for command in commands if command.startswith("/brief search"))
    assert any(words in f"{story.title} {story.takeaway}" for story in stories())
    assert commands[-1] == "/quit"


def test_every_address_in_the_samples_is_invented() -> None:
    for path in files().config.parent.rglob("*"):
        if path.is_file() and path.suffix in {".xml", ".md", ".txt", ".json"}:
            hosts = re.findall(r"https?://([^/\s\"<>)]+)", path.read_text("utf-8"))
            assert all(host.endswith(".example") or host == "www.w3.org" for host in hosts), path.name


def test_the_example_lies_at_the_root_of_the_project() -> None:
    assert example_config() == ROOT / "config.example.toml"


def test_a_built_package_carries_samples_and_example(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr.decode()

    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())

    samples = files().config.parent
    shipped = [path for path in samples.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {f"bot/samples/{path.relative_to(samples).as_posix()}" for path in shipped} <= inside
    assert "bot/samples/config.example.toml" in inside
