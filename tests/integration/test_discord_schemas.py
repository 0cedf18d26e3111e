"""What we send to Discord against Discord's own words: its published schema, and the limits that its pages name."""

import importlib.util
import json
import os
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adapters.discord import answers, cards
from adapters.discord.components import Card
from adapters.discord.pace import Pace
from adapters.discord.rest import Rest
from adapters.discord.text import usable
from adapters.discord.wire import view_of
from bot.model import Answer, Edition, KeyPoint, Link, Notice, Passage, Receipt, Sections, Story
from tests.clock import VirtualClock
from tests.discord import ADMIN, CHANNEL, GUILD, NEWS, Bot, discord_bot, local_discord
from tests.discord_looks import DAY, FORMS, MESSAGES
from tests.discord_nasty import addresses_of, check, dangers
from tests.fake_discord import FakeDiscord
from tests.fake_discord.model import Call, Refused
from tests.morning import EDITION, NOW, STORY

pytestmark = pytest.mark.shared

ENOUGH = 2_000
"""Hostile texts in the gate; all of them with DAYBRIEF_SOAK=1."""
Problems = Callable[[str, str, object], list[str]]
TOGETHER = 24
"""Texts in one rendering: the schema takes its time."""


@pytest.fixture(scope="module")
def problems_of() -> Problems:
    """What the schema says of a request: method, path, body."""
    path = Path(__file__).resolve().parents[3] / "shared/schemas/discord/validate.py"
    if not path.is_file():
        pytest.skip("no ../shared/schemas/discord here")
    with warnings.catch_warnings():
        # It leaves closing its files to the interpreter.
        warnings.simplefilter("ignore", ResourceWarning)
        spec = loaded(path).Spec()
    return lambda method, path, body: list(spec.request(method, path, body))


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as fake:
        yield fake


@pytest.fixture
async def bot(fake: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bot]:
    async with discord_bot(fake, tmp_path) as bot:
        yield bot


_OF_MESSAGES_ONLY = "components v2 without flag 32768"
"""A modal may hold text displays and has no flags: https://docs.discord.com/developers/components/reference"""


def test_everything_that_people_see_passes_the_schema(problems_of: Problems) -> None:
    for name, messages in MESSAGES.items():
        for message in messages:
            assert problems_of("POST", f"/channels/{NEWS}/messages", message) == [], name
    for name, forms in FORMS.items():
        for form in forms:
            body = {"type": 9, "data": form}
            found = problems_of("POST", "/interactions/1/token/callback", body)
            assert [one for one in found if one != _OF_MESSAGES_ONLY] == [], name


async def test_all_that_a_day_with_nasty_people_sends_passes_the_schema(bot: Bot, problems_of: Problems) -> None:
    nasty = "@everyone <@1> **b** [a](https://b.example) `c` " * 4
    story = await bot.story(title=f"Norvik {nasty}", takeaway=nasty, sections=sections([nasty, nasty]))
    await bot.subscribe()
    message = await bot.posted(story)
    for command, options in (
        ("keypoints", {"story": story.ref}),
        ("keypoints", {"story": nasty * 20}),
        ("effects", {"story": story.ref}),
        ("brief story", {"story": story.ref}),
        ("brief sources", {"story": story.ref}),
        ("brief search", {"words": "norvik"}),
        ("brief search", {"words": nasty * 20}),
        ("brief today", {}),
        ("brief help", {}),
    ):
        await bot.ask(command, options)
    for command, options in (
        ("daybrief status", {}),
        ("daybrief test", {}),
        ("daybrief why", {"story": story.ref}),
        ("daybrief setup", {"time": nasty[:100], "topics": nasty * 4}),
        ("daybrief pause", {}),
        ("daybrief resume", {}),
    ):
        await bot.ask(command, options, user=ADMIN)
    await (await bot.press(message, "daybrief:read")).wait_answers(1)
    await bot.platform.tell(GUILD, ADMIN, Notice(channel=CHANNEL, sentence=nasty, resend=7))
    posted = hostile_edition([nasty])
    receipt = Receipt(part=0, messages=(NEWS, message.id))
    await bot.platform.amend(replace(posted, stories=()), 0, receipt, posted)
    # discord.py writes the person of a direct channel as a number, where the schema wants its digits.
    changing = [one for one in bot.discord.calls if one.method in {"POST", "PUT", "PATCH"} and one.body]
    sent = [one for one in changing if not one.path.endswith("/users/@me/channels")]

    assert len(sent) > 20
    assert [found for one in sent if (found := problems_of(one.method, one.path, one.body))] == []
    said = [body for one in sent if (body := message_of(one))]
    assert len(said) > 15
    assert [one.route for one in sent if one.method == "PATCH" and "messages" in one.path]
    assert all(one.get("allowed_mentions") == {"parse": []} for one in said)
    assert [
        found
        for one in said
        for text in texts_of(one)
        if (found := dangers(text, addresses_of(story, EDITION, posted)))
    ] == []


async def test_no_hostile_text_leaves_us_alive(fake: FakeDiscord, problems_of: Problems, shared: Path) -> None:
    found = list(hostile(shared))
    assert len(found) > ENOUGH
    rest = Rest(fake.token, Pace(VirtualClock(NOW)))
    there = (await rest.client()).get_partial_messageable(int(NEWS))
    broken: list[tuple[list[str], object]] = []
    for start in range(0, len(found), TOGETHER):
        some = found[start : start + TOGETHER]
        told, edition = hostile_story(some), hostile_edition(some)
        for card in renderings(edition, told):
            await there.send(view=view_of(card))
        sent = [one.body for one in fake.calls if one.route == "create_message"]
        fake.forget()
        assert sent
        for body in sent:
            try:
                check(shown(body), addresses_of(edition, told))
            except (AssertionError, Refused) as wrong:
                broken.append((some, wrong))
            if problems := problems_of("POST", f"/channels/{NEWS}/messages", body):
                broken.append((some, problems))
    await rest.close()

    assert broken == []


def test_no_hostile_address_breaks_out_of_its_link(shared: Path) -> None:
    folder = shared / "data/hostile"
    given = [json.loads(line)["url"] for line in (folder / "generated/ssrf_urls.jsonl").read_text("utf-8").splitlines()]
    tests = json.loads((folder / "wpt-url/urltestdata.json").read_text("utf-8"))
    given += [one["input"] for one in tests if isinstance(one, dict)]
    assert len(given) > ENOUGH
    for url in given:
        story = replace(DAY.stories[0], sources=(Link(name="A source", url=url),))
        for card in cards.messages(replace(DAY, stories=(story,))):
            check(card.payload(), {usable(url)}, may_list=False)
            assert not usable(url) or f"](<{url}>)" in "".join(texts_of(card.payload()))


# ----------------------------------------------------------------------------------------------------- material


def hostile(shared: Path) -> Iterator[str]:
    folder = shared / "data/hostile"
    lines = (folder / "generated/mention_markup.jsonl").read_text("utf-8").splitlines()
    # Those that were made for Discord first: of the others Discord reads less.
    texts = [one["text"] for one in sorted(map(json.loads, lines), key=lambda one: one["platform"] != "discord")]
    if not os.environ.get("DAYBRIEF_SOAK"):
        texts = texts[:: max(1, len(texts) // ENOUGH)]
    yield from texts
    yield from json.loads((folder / "blns/blns.json").read_text("utf-8"))


def hostile_edition(texts: list[str]) -> Edition:
    [shown] = DAY.stories[:1]
    stories = (
        replace(
            shown,
            number=n,
            ref=f"B{n}C2",
            title=text or "-",
            takeaway=text,
            sources=(Link(name=text, url="https://a.example"),),
        )
        for n, text in enumerate(texts, start=1)
    )
    return replace(DAY, stories=tuple(stories))


def hostile_story(texts: list[str]) -> Story:
    [article, *_] = STORY.articles
    return replace(
        STORY,
        title=texts[0] or "-",
        takeaway=texts[-1],
        sections=sections(texts),
        articles=(replace(article, title=texts[0] or "-", source=replace(article.source, name=texts[-1])),),
    )


def sections(texts: list[str]) -> Sections:
    return Sections(
        key_points=tuple(KeyPoint(text=text, sources=(STORY.articles[0].url,)) for text in texts),
        second_order_effects=Passage(text="\n\n".join(texts)),
    )


def renderings(edition: Edition, told: Story) -> Iterator[Card]:
    other = replace(told, ref="N5PX")
    asked = edition.stories[0].title
    yield from cards.messages(edition)
    yield from answers.today(edition)
    yield from answers.answer(Answer(asked=asked, story=told, others=(other,)), "key_points", NOW)
    yield answers.not_found(Answer(asked=asked, nearest=(told, other)), "story")
    yield answers.search_results(asked, [told, other], NOW)
    yield from answers.shared(told, "story", asked, NOW)


def message_of(call: Call) -> dict[str, Any]:
    """The message in a call that holds one."""
    body = call.body
    if call.route == "interaction_callback" or "/callback" in call.path:
        return dict(body.get("data") or {}) if body.get("type") == 4 else {}
    return dict(body) if isinstance(body, dict) and ("components" in body or "content" in body) else {}


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """A message that was on the wire, without what discord.py adds to the components."""

    def bare(part: Any) -> Any:  # noqa: ANN401
        if isinstance(part, list):
            return [bare(one) for one in part]
        if isinstance(part, dict):
            return {key: bare(value) for key, value in part.items() if key not in {"id", "disabled", "spoiler"}}
        return part

    return {**body, "components": bare(body["components"])}


def texts_of(body: dict[str, Any]) -> list[str]:
    """Every text in a message."""
    found: list[str] = [str(body["content"])] if body.get("content") else []
    stack = [body]
    while stack:
        one = stack.pop()
        found += [str(one["content"])] if one.get("type") == 10 else []
        stack += one.get("components") or []
        stack += [one["accessory"]] if one.get("accessory") else []
    return found
