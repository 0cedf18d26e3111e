"""Mentions, as they arrive: hostile texts go through the real adapters to the local Slack and Discord, and what these
received is judged by the platforms' own rules.

Slack acts on what begins with ``<`` in mrkdwn, on elements of rich text that name people, and on ``parse`` and
``link_names``. Discord acts on all that a message names unless that very request says ``allowed_mentions``, in an edit
as well as in a post: https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.discord.components import texts as texts_of
from adapters.discord.pace import Pace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest
from adapters.slack import pace as slack_pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.model import Channel, Edition, Layout, Notice, Receipt, Story, StoryStatus, delivery_key
from bot.ports import Platform
from tests import discord as on_discord
from tests import slack as on_slack
from tests.clock import VirtualClock
from tests.discord_nasty import addresses_of, dangers
from tests.fake_discord import FakeDiscord, Interaction
from tests.fake_discord.mentions import pings
from tests.fake_slack import FakeSlack
from tests.morning import NOW
from tests.slack_nasty import is_harmless, mrkdwn

_NAMES_PEOPLE = frozenset({"user", "usergroup", "broadcast"})
"""Elements of rich text that notify somebody: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""
_SAYS = ("content", "embeds", "components")
"""What makes the body of a request to Discord a message."""
_MESSAGE, _UPDATE = 4, 7
"""Kinds of callbacks that are messages; a form notifies nobody."""
_TRIES = 5
_PATIENCE = 30.0
"""Seconds in which something is acknowledged: it is not speed that is measured, and machines are busy."""
TO_SLACK = frozenset(
    {"chat.postMessage", "chat.update", "chat.postEphemeral", "response_url", "views.open", "views.update"}
)
TO_DISCORD = frozenset({"create_message", "edit_message", "start_thread", "callback", "follow_up", "a form"})
"""What a platform must have been asked to do with every text, or the measurement has missed something."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What there is to say."""

    edition: Edition
    amended: Edition
    """The same, corrected."""
    story: Story
    notice: Notice
    text: str
    """What a person types, or an admin writes into a form."""


@dataclass(kw_only=True)
class Arrived:
    """What a platform received, and what of it was live."""

    requests: int = 0
    kinds: set[str] = field(default_factory=set)
    live: list[str] = field(default_factory=list)


Send = Callable[[Sequence[Said]], AsyncIterator[tuple[Said, Arrived]]]


# ------------------------------------------------------------------------------------------------------------ Slack


async def to_slack(
    all_of_it: Sequence[Said], platform: Callable[..., Platform] = SlackPlatform
) -> AsyncIterator[tuple[Said, Arrived]]:
    """Post, correct, withdraw, tell, answer and show in forms each of *all_of_it*; what Slack received of it."""
    clock = VirtualClock()
    with tempfile.TemporaryDirectory(prefix="daybrief-mentions-") as name:
        folder = Path(name)
        async with FakeSlack(folder / "slack", limits=False, ack_timeout=_PATIENCE) as fake:
            on_slack.furnish(fake)
            workspaces = Workspaces(("xoxb-T1",), fake.api, timedelta(seconds=5), clock)
            posting = platform(workspaces, slack_pace.Pace(clock, monotonic=lambda: clock.elapsed().total_seconds()))
            async with on_slack.slack_bot(fake, folder, mode="http") as bot:
                for said in all_of_it:
                    fake.forget()
                    channel = Channel(platform="slack", workspace="T1", id="C1", name=said.edition.channel.name)
                    await _posted(posting, said, channel, clock)
                    await posting.tell("T1", on_slack.ADMIN, said.notice)
                    await _asked_on_slack(fake, bot, said)
                    yield said, _received_by_slack(fake)
            await workspaces.close()


async def _asked_on_slack(fake: FakeSlack, bot: on_slack.Bot, said: Said) -> None:
    """People look the story up, share it, and search for the text; an admin corrects it to say the text."""
    kept = await bot.room.store.archive.revise(replace(said.story, ref=""), reason="imported", at=NOW)
    for command, line in (("/keypoints", kept.ref), ("/effects", kept.ref), ("/brief", f"search {said.text[:100]}")):
        asked = await fake.command(command, line, user=on_slack.MEMBER, channel="C1")
        assert asked.acknowledged, asked.error
        await asked.wait_answers(1, timeout=_PATIENCE)
    answer = next(
        one for one in fake.ephemerals(channel="C1") if {"share:key_points", kept.ref} <= set(_said_in(one.blocks))
    )
    shared = await fake.press(answer, "share:key_points", kept.ref, user=on_slack.MEMBER)
    await shared.wait_answers(1, timeout=_PATIENCE)
    in_thread = [one for one in fake.messages("C1") if one.is_reply][-1]
    await fake.press(in_thread, *_button(in_thread.blocks), user=on_slack.MEMBER)
    await fake.command("/daybrief", f"correct {kept.ref}", user=on_slack.ADMIN, channel="C1")
    await bot.door.settled()
    await fake.submit(fake.views(on_slack.ADMIN)[-1], {"takeaway": said.text or "-"})
    await bot.door.settled()


def _button(blocks: object) -> tuple[str, str]:
    """The action and the value of the first button."""
    return next((one["action_id"], one["value"]) for one in _elements(blocks) if one.get("type") == "button")


def _said_in(blocks: object) -> Iterator[str]:
    """The actions and values of all that can be pressed."""
    for one in _elements(blocks):
        yield from (str(one[name]) for name in ("action_id", "value") if name in one)


def _elements(value: object) -> Iterator[dict[str, Any]]:
    """Every object within JSON."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _elements(one)


def _received_by_slack(fake: FakeSlack) -> Arrived:
    arrived = Arrived()
    bodies = [(one.method, one.arguments) for one in fake.calls]
    bodies += [("an acknowledgement", one.ack) for one in fake.deliveries if isinstance(one.ack, dict)]
    for method, body in bodies:
        arrived.requests += 1
        arrived.kinds.add(method)
        arrived.live += [f"{method}: {one}" for one in live_on_slack(method, body)]
    return arrived


def live_on_slack(method: str, body: Mapping[str, Any]) -> list[str]:
    """What Slack acts on in the arguments of *method*."""
    text = [body["text"]] if isinstance(body.get("text"), str) else []
    found = [one for one in (*mrkdwn(body), *text) if not is_harmless(one)]
    found += [f"{one['type']} in rich text" for one in _elements(body) if one.get("type") in _NAMES_PEOPLE]
    found += [name for name in ("parse", "link_names") if body.get(name)]
    unfolds = (body.get("unfurl_links"), body.get("unfurl_media")) != (False, False)
    return [*found, "links unfold"] if method in {"chat.postMessage", "response_url"} and unfolds else found


# ---------------------------------------------------------------------------------------------------------- Discord


async def to_discord(
    all_of_it: Sequence[Said], platform: Callable[..., Platform] = DiscordPlatform
) -> AsyncIterator[tuple[Said, Arrived]]:
    """Post, correct, withdraw, tell, answer and show in forms each of *all_of_it*; what Discord received of it."""
    with tempfile.TemporaryDirectory(prefix="daybrief-mentions-") as name:
        folder = Path(name)
        async with (
            on_discord.local_discord(folder, ack_timeout=_PATIENCE) as fake,
            on_discord.discord_bot(fake, folder) as bot,
        ):
            clock = VirtualClock()
            pace = Pace(clock, monotonic=lambda: clock.elapsed().total_seconds())
            rest = Rest(fake.token, pace)
            posting = platform(rest, pace)
            for said in all_of_it:
                fake.forget()
                for place in (on_discord.NEWS, "3005"):
                    where = replace(on_discord.CHANNEL, id=place, name=said.edition.channel.name)
                    await _posted(posting, said, where, clock)
                await posting.tell("", on_discord.ADMIN, said.notice)
                kept = await _asked_on_discord(fake, bot, said)
                yield said, _received_by_discord(fake, addresses_of(said.edition, said.amended, said.story, kept))
            await rest.close()


async def _asked_on_discord(fake: FakeDiscord, bot: on_discord.Bot, said: Said) -> Story:
    """As on Slack."""
    kept = await bot.room.store.archive.revise(replace(said.story, ref=""), reason="imported", at=NOW)
    asked = None
    for command, options in (
        ("brief search", {"words": said.text[:100] or "-"}),
        ("effects", {"story": kept.ref}),
        ("keypoints", {"story": kept.ref}),
    ):
        asked = await fake.command(command, options, user=on_discord.MEMBER, channel=on_discord.NEWS)
        assert asked.acknowledged, asked.error
        await asked.wait_answers(1, timeout=_PATIENCE)
    assert asked
    shared = await bot.press(asked, "daybrief:share")
    await shared.wait_answers(1, timeout=_PATIENCE)
    form = await _form(fake, kept)
    done = await fake.submit_modal(form, {"title": said.text[:100] or "-"})
    await done.wait_answers(1, timeout=_PATIENCE)
    return kept


async def _form(fake: FakeDiscord, story: Story) -> Interaction:
    """What has opened the form for *story*; a busy machine may be too late for it, and the person asks again."""
    options = {"story": story.ref, "section": "title"}
    for _ in range(_TRIES):
        run = await fake.command("daybrief correct", options, user=on_discord.ADMIN, channel=on_discord.NEWS)
        if run.modal:
            return run
    raise TimeoutError("no form was opened")


def _received_by_discord(fake: FakeDiscord, addresses: Collection[str]) -> Arrived:
    arrived = Arrived()
    for call in fake.calls:
        arrived.requests += 1
        arrived.kinds.add(call.route)
        if isinstance(call.body, dict):
            is_form = "data" in call.body and call.body.get("type") not in {_MESSAGE, _UPDATE}
            arrived.kinds |= {"a form"} if is_form and (call.body["data"] or {}).get("components") else set()
            arrived.live += [f"{call.route}: {one}" for one in live_on_discord(call.body, addresses)]
    return arrived


def live_on_discord(body: Mapping[str, Any], addresses: Collection[str]) -> list[str]:
    """What Discord acts on in the *body* of a request, where nothing but *addresses* may be linked to."""
    inner = [body.get("message"), body.get("data") if body.get("type") in {_MESSAGE, _UPDATE} else None]
    found: list[str] = []
    for one in (body, *inner):
        if isinstance(one, dict) and any(one.get(name) for name in _SAYS):
            found += _live_in_message(one, addresses)
    return found


def _live_in_message(message: Mapping[str, Any], addresses: Collection[str]) -> list[str]:
    embeds = [str(one.get("description") or "") for one in message.get("embeds") or ()]
    said = [*texts_of(message.get("components") or ()), *embeds, str(message.get("content") or "")]
    found = [danger for one in said for danger in dangers(one, addresses)]
    allowed = message.get("allowed_mentions")
    told = pings(said, allowed, None, mention_everyone=True)
    found += [f"{one} is told" for one in (*told.users, *told.roles, *(["everybody"] if told.everyone else []))]
    return found if allowed == {"parse": []} else [*found, "mentions are allowed"]


# -------------------------------------------------------------------------------------------------------- both


async def _posted(platform: Platform, said: Said, channel: Channel, clock: VirtualClock) -> None:
    """An edition in both layouts, corrected and then withdrawn, a minute later each; and one that stays as it is."""
    for layout in Layout:
        edition = replace(said.edition, channel=channel, layout=layout)
        corrected = replace(said.amended, channel=channel, layout=layout)
        gone = replace(
            corrected, stories=tuple(replace(one, status=StoryStatus.WITHDRAWN) for one in corrected.stories)
        )
        for receipt in await _post(platform, edition):
            for later in (corrected, gone):
                clock.move_to(clock.now() + timedelta(minutes=1))
                await platform.amend(later, receipt.part, receipt, edition)

    await _post(platform, replace(said.edition, channel=channel, layout=Layout.THREAD))


async def _post(platform: Platform, edition: Edition) -> Sequence[Receipt]:
    receipts: list[Receipt] = []
    for part in range(platform.parts(edition)):
        key = delivery_key(edition.channel, edition.date, part)
        receipts.append(await platform.post(edition, part, key, receipts))
    return receipts


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A way to a platform."""

    send: Send
    must: frozenset[str]
    """What it must have been asked to do with every text."""


SENDERS: Mapping[str, Sender] = {
    "Slack": Sender(send=to_slack, must=TO_SLACK),
    "Discord": Sender(send=to_discord, must=TO_DISCORD),
}


def sent(all_of_it: Sequence[Said], senders: Mapping[str, Sender] = SENDERS) -> tuple[int, list[str]]:
    """How many requests the platforms received of *all_of_it*, and what of them was live, or missing; a line each."""
    return asyncio.run(_sent(all_of_it, senders))


async def _sent(all_of_it: Sequence[Said], senders: Mapping[str, Sender]) -> tuple[int, list[str]]:
    requests, broken = 0, []
    for name, sender in senders.items():
        async for said, arrived in sender.send(all_of_it):
            requests += arrived.requests
            broken += [f"{name} received {said.text[:80]!r}, live in {one[:120]}" for one in arrived.live]
            broken += [f"{name} was not asked for {one} with {said.text[:80]!r}" for one in sender.must - arrived.kinds]
    return requests, broken
