"""Modals and the App Home. Pure."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from adapters.slack import actions, bodies, limits
from adapters.slack.blocks import (
    Block,
    button,
    context,
    divider,
    field,
    header,
    modal,
    option,
    plain,
    rich,
    section,
    size,
    text,
)
from adapters.slack.blocks import actions as buttons
from adapters.slack.story import whole
from adapters.slack.text import mrkdwn
from bot import wording
from bot.config.tables import MAX_STORIES
from bot.model import Channel, Layout, SectionName, Standing, Story, StoryStatus, Subscription
from bot.text import clean, cut

View = dict[str, Any]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_CHANNELS = 50
"""Channels that one set-up is applied to: each is examined, and Slack answers about one a second."""
_FOOT = 4
"""Blocks that stand below the channels of the App Home."""
_NAME = 80
"""Characters that Slack allows a channel's name."""
VIEW_TEXT = 60_000
"""Characters of a modal. Undocumented; views fail with ``view_too_large`` from 250 kB of JSON on."""

# The blocks of the set-up form, each with one input of the same name.
HOUR, ZONE, WEEKDAYS, NUMBER, TOPICS, LAYOUT, CHANNELS = (
    "hour",
    "zone",
    "weekdays",
    "number",
    "topics",
    "layout",
    "channels",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a submitted set-up says. Nothing is checked yet."""

    at: time | None
    timezone: str
    days: tuple[int, ...]
    stories: int
    topics: tuple[str, ...]
    layout: Layout
    channels: tuple[str, ...]


def loading(title: str, sentence: str = "One moment …") -> View:
    """Opened at once, because the right to open a view lasts three seconds; filled afterwards."""
    return modal(title, [section(sentence)])


def said(title: str, *sentences: str, extra: Sequence[Block] = ()) -> View:
    """Sentences, and what can be done about them."""
    return modal(title, [*(section(one) for one in sentences if one), *extra])


def story(told: Story, now: datetime, writable: Collection[SectionName] = ()) -> View:
    """A whole story, and how to have the *writable* sections written. What a view cannot take is a command away."""
    open_ = "" if told.status is StoryStatus.WITHDRAWN else wording.on_request(told, writable)
    foot = [context(mrkdwn(open_, limits.CONTEXT))] if open_ else []
    if told.status is not StoryStatus.CURRENT:
        foot.append(buttons([button("History", actions.HISTORY, told.ref)]))
    blocks: list[Block] = []
    for block in whole(told, now):
        if len(blocks) >= limits.VIEW_BLOCKS - 1 - len(foot) or size([*blocks, block, *foot]) > VIEW_TEXT:
            blocks.append(context(mrkdwn(f"There is more: /brief story {told.ref}", limits.CONTEXT)))
            break
        blocks.append(block)
    return modal(f"Story {told.ref}", [*blocks, *foot])


def setup(
    channel: str, present: Subscription | None, *, timezone: str, topics: Sequence[str], stories: int = 5
) -> View:
    """The set-up form, filled with what holds for *channel* now.

    Args:
        channel: where it was asked for; may be empty.
        present: what is set up there.
        timezone: of whoever fills it in.
        topics: to choose from; none, no such field.
        stories: how many a new channel gets.
    """
    at = present.at if present else time(8)
    zone = present.timezone if present else timezone or "UTC"
    chosen_days = present.days if present else (1, 2, 3, 4, 5)
    chosen_topics = [one for one in (present.topics if present else ()) if len(one) <= limits.OPTION]
    # What holds now can be kept even if no feed has it any more; a longer topic than Slack can show stays as it is.
    topics = [one for one in dict.fromkeys((*chosen_topics, *topics)) if len(one) <= limits.OPTION]
    layout = present.layout if present else Layout.MESSAGE
    blocks = [
        field(HOUR, "Hour of the morning post", {"type": "timepicker", "initial_time": f"{at:%H:%M}"}),
        field(
            ZONE,
            "Time zone",
            {"type": "external_select", "initial_option": option(zone, zone), "min_query_length": 0},
            hint="Type a city",
        ),
        field(WEEKDAYS, "Days", _checkboxes([(DAYS[day - 1], str(day)) for day in range(1, 8)], map(str, chosen_days))),
        field(
            NUMBER,
            "Stories a day",
            _select(
                [(str(n), str(n)) for n in range(1, MAX_STORIES + 1)], str(present.stories if present else stories)
            ),
        ),
    ]
    if topics:
        blocks.append(
            field(
                TOPICS,
                "Topics",
                _multi([(one, one) for one in topics[: limits.OPTIONS]], chosen_topics),
                hint="None means all",
                is_optional=True,
            )
        )
    layouts = (
        ("All stories in one message", Layout.MESSAGE.value),
        ("An overview, each story in its thread", Layout.THREAD.value),
    )
    blocks += [
        field(LAYOUT, "Layout", _radio(layouts, layout.value)),
        field(CHANNELS, "Channels", _conversations(channel), hint="Each of them gets the same settings"),
    ]
    view = modal("Set up Daybrief", blocks)
    return view | {
        "callback_id": actions.SETUP_VIEW,
        "submit": plain("Save", limits.TITLE),
        "private_metadata": json.dumps({"channel": channel}),
    }


def form_of(view: Mapping[str, Any]) -> Form:
    """What a submitted set-up says."""
    fields = bodies.values(view)

    def held(name: str) -> Mapping[str, Any]:
        return fields.get(name) or {}

    def picked(name: str) -> list[str]:
        return [str(one["value"]) for one in held(name).get("selected_options") or ()]

    def one(name: str) -> str:
        return str((held(name).get("selected_option") or {}).get("value") or "")

    try:
        at = time.fromisoformat(held(HOUR).get("selected_time") or "")
    except ValueError:
        at = None
    return Form(
        at=at,
        timezone=one(ZONE),
        days=tuple(sorted({int(day) for day in picked(WEEKDAYS)})),
        stories=int(one(NUMBER) or 0),
        topics=tuple(picked(TOPICS)),
        layout=Layout(one(LAYOUT) or Layout.MESSAGE.value),
        channels=tuple(held(CHANNELS).get("selected_conversations") or ()),
    )


def asked_in(view: Mapping[str, Any]) -> str:
    """The channel in which a submitted set-up was asked for; empty for the App Home."""
    try:
        return str(json.loads(view.get("private_metadata") or "{}").get("channel") or "")
    except (ValueError, AttributeError):
        return ""


def home(channels: Sequence[tuple[Subscription, datetime, Sequence[str]]], *, can_change: bool, now: datetime) -> View:
    """The App Home: every channel with its next post and any trouble."""
    head = [header("Daybrief"), section("The morning's stories, at your hour, in the channels that you choose.")]
    rows: list[Block] = []
    for subscription, next_at, troubles in channels:
        row = [divider(), *channel_rows(subscription, next_at, troubles), *_levers(subscription, can_change=can_change)]
        if len(head) + len(rows) + len(row) > limits.VIEW_BLOCKS - _FOOT:
            rows.append(context(mrkdwn("There are more channels; /daybrief status shows each in its place.", 200)))
            break
        rows += row
    empty = [] if rows else [section("No channel is set up yet.")]
    foot = buttons([button("Set up a channel", actions.SETUP, "home", style="primary")])
    stamp = context(mrkdwn(f"As of {now:%Y-%m-%d %H:%M} UTC", limits.CONTEXT))
    return {"type": "home", "blocks": [*head, *rows, *empty, divider(), foot, stamp]}


def channel_rows(subscription: Subscription, next_at: datetime, troubles: Sequence[str]) -> list[Block]:
    """A channel's order, its next post, and what is wrong."""
    facts = [f"{subscription.at:%H:%M} {subscription.timezone}", days_named(subscription.days)]
    facts.append(wording.counted(subscription.stories, "story", "stories"))
    facts.append("topics: " + ", ".join(subscription.topics) if subscription.topics else "all topics")
    facts.append(wording.layout_named(subscription.layout))
    if subscription.standing is Standing.PAUSED:
        state = wording.paused_line(clean(subscription.reason))
    else:
        state = f"Next post: {wording.day_and_hour(next_at)}"
    name = cut(clean(subscription.channel.name) or subscription.channel.id, _NAME)
    return [
        rich(text(f"#{name}", bold=True), text(f"\n{cut(state, 1_000)}")),
        context(mrkdwn(" · ".join(facts), limits.CONTEXT)),
        *(section(cut(f"⚠ {one}", 1_000)) for one in troubles),
    ]


def days_named(days: Iterable[int]) -> str:
    """``Mon–Fri``, ``every day``, ``Tue, Sun``."""
    known = tuple(days)
    if known == (1, 2, 3, 4, 5, 6, 7):
        return "every day"
    if len(known) > 2 and known == tuple(range(known[0], known[-1] + 1)):  # noqa: PLR2004
        return f"{DAYS[known[0] - 1][:3]}–{DAYS[known[-1] - 1][:3]}"
    return ", ".join(DAYS[day - 1][:3] for day in known)


def channel_named(channel: Channel) -> str:
    """How a channel is called in a sentence."""
    return f"#{clean(channel.name) or channel.id}"


def _levers(subscription: Subscription, *, can_change: bool) -> list[Block]:
    if not can_change:
        return []
    number = str(subscription.id)
    is_paused = subscription.standing is Standing.PAUSED
    lever = button("Resume", actions.RESUME, number) if is_paused else button("Pause", actions.PAUSE, number)
    change = button("Change", actions.SETUP, subscription.channel.id)
    return [buttons([lever, change], block_id=f"channel:{number}")]


def _options(choices: Iterable[tuple[str, str]]) -> list[Block]:
    return [option(label, value) for label, value in choices]


def _checkboxes(choices: Iterable[tuple[str, str]], chosen: Iterable[str]) -> Block:
    listed, wanted = _options(choices), set(chosen)
    element: Block = {"type": "checkboxes", "options": listed}
    initial = [one for one in listed if one["value"] in wanted]
    return {**element, "initial_options": initial} if initial else element


def _select(choices: Iterable[tuple[str, str]], chosen: str) -> Block:
    listed = _options(choices)
    initial = next(one for one in listed if one["value"] == chosen)
    return {"type": "static_select", "options": listed, "initial_option": initial}


def _multi(choices: Iterable[tuple[str, str]], chosen: Iterable[str]) -> Block:
    listed, wanted = _options(choices), set(chosen)
    element: Block = {"type": "multi_static_select", "options": listed, "placeholder": plain("All topics", 150)}
    initial = [one for one in listed if one["value"] in wanted]
    return {**element, "initial_options": initial} if initial else element


def _radio(choices: Iterable[tuple[str, str]], chosen: str) -> Block:
    listed = _options(choices)
    initial = next(one for one in listed if one["value"] == chosen)
    return {"type": "radio_buttons", "options": listed, "initial_option": initial}


def _conversations(channel: str) -> Block:
    element: Block = {
        "type": "multi_conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        "max_selected_items": MOST_CHANNELS,
    }
    return (
        {**element, "initial_conversations": [channel]}
        if channel
        else {**element, "default_to_current_conversation": True}
    )
