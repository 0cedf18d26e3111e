"""What admins see on Discord. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapters.discord import cards, custom_ids
from adapters.discord.components import Card, Component, button, card, paged, row, rows, said, separator
from adapters.discord.custom_ids import custom_id
from adapters.discord.order import days_named
from adapters.discord.text import fitted
from bot import retold, wording
from bot.model import Change, Composition, Delivery, DeliveryState, Stage, Standing, Subscription, Wish
from bot.text import cut

_RECENT = 5
_WARNINGS = 3
_ACTED = {
    "setup": "set it up:",
    "pause": "paused it",
    "resume": "resumed it",
    "remove": "removed it",
    "pin": "pinned",
    "drop": "dropped",
    "unwish": "took back a wish for",
    "post": "posted today's edition at once",
    "resend": "sent an uncertain edition once more",
}


def not_set_up() -> Card:
    """That nothing is posted here, and how to change that."""
    lever = button("Set up here", custom_id(custom_ids.SETUP), style="primary")
    return card([said("Daybrief is not set up in this channel."), row([lever])])


def greeting() -> Card:
    """What the bot says once where it is invited."""
    text = (
        "Hello! I post the morning's top stories in a channel, at an hour that you choose. "
        "Anyone can then ask for key points and second-order effects: /brief help."
    )
    return card([said(text), row([button("Set up here", custom_id(custom_ids.SETUP), style="primary")])])


def set_up(order: Subscription, next_at: datetime, troubles: Sequence[str], *, can_post_now: bool) -> Card:
    """What a set-up led to."""
    lines = [f"**{fitted(f'#{order.channel.name}', 100)}** gets {_facts(order)}."]
    lines.append(f"The next edition: {wording.day_and_hour(next_at)}.")
    levers = [button("Post today's now", custom_id(custom_ids.POST_NOW, str(order.id)), style="primary")]
    parts = [said("\n".join([*lines, *_warnings(troubles)]))]
    return card([*parts, *([row(levers)] if can_post_now and not troubles else [])])


def status(
    order: Subscription,
    next_at: datetime,
    recent: Sequence[Delivery],
    troubles: Sequence[str],
    changes: Sequence[Change],
) -> list[Card]:
    """Last and next post, any trouble, who changed what; in letters of four bytes each, more than one message takes."""
    zone = ZoneInfo(order.timezone)
    is_paused = order.standing is Standing.PAUSED
    state = (
        fitted(wording.paused_line(order.reason), 300) if is_paused else f"Next post: {wording.day_and_hour(next_at)}"
    )
    head = [f"### {fitted(f'#{order.channel.name}', 100)}", state, f"-# {_facts(order)}", *_warnings(troubles)]
    groups: list[list[Component]] = [[said("\n".join(head))]]
    if recent:
        lines = "\n".join(f"-# {fitted(_line(one, zone), 140)}" for one in recent[:_RECENT])
        groups.append([separator(), said(f"**Latest posts**\n{lines}")])
    resends = [
        button(f"Send {one.date} once more", custom_id(custom_ids.RESEND, str(one.id)), style="danger")
        for one in recent[:_RECENT]
        if one.state is DeliveryState.UNCERTAIN
    ]
    told = [one for one in changes if _did(one, order)][:_RECENT]
    if told:
        lines = "\n".join(f"-# {fitted(_changed(one, order, zone), 180)}" for one in told)
        groups.append([separator(), said(f"**Changes**\n{lines}")])
    return [card(page) for page in paged([*groups, rows(resends)])]


def preview(
    order: Subscription, composition: Composition, wishes: Mapping[str, Wish], *, can_change: bool
) -> list[Card]:
    """The next edition with what is here by now, and levers to pin and drop its stories."""
    edition = composition.edition
    zone = ZoneInfo(edition.timezone)
    due = wording.day_and_hour(edition.due_at.astimezone(zone))
    head = f"Only you see this: the edition for {due}, with what is here by now."
    shown = [card([said(head)]), *cards.messages(edition)]
    if not can_change:
        return shown
    groups: list[list[Component]] = []
    day = edition.date
    for story in edition.stories:
        pin = ("none", "Unpin {}") if story.ref in wishes else ("pin", "Pin {} to the top")
        levers = [
            button(pin[1].format(story.ref), _wish(pin[0], story.ref, order, day)),
            button(f"Drop {story.ref}", _wish("drop", story.ref, order, day)),
        ]
        groups.append([row(levers)])
    dropped = [one for one in composition.verdicts if one.stage is Stage.DROPPED]
    groups += [[row([button(f"Take {one.ref} back in", _wish("none", one.ref, order, day))])] for one in dropped]
    if not groups:
        return shown
    return [*shown, *(card(page) for page in paged([[said("-# What shall be in it:")], *groups]))]


def why(sentences: Sequence[str]) -> Card:
    """Why a story was posted here or was not: the answer in a sentence, and smaller what it rests on, a line each."""
    answer, *lines = sentences
    return card([said("\n".join([fitted(answer, 700), *(f"-# {fitted(line, 450)}" for line in lines[:_RECENT])]))])


def _wish(wish: str, ref: str, order: Subscription, day: date) -> str:
    return custom_id(custom_ids.WISH, f"{wish}/{ref}/{order.id}/{day}")


def _facts(order: Subscription) -> str:
    topics = f"topics: {', '.join(order.topics)}" if order.topics else "all topics"
    facts = (
        wording.counted(order.stories, "story", "stories"),
        f"at {order.at:%H:%M} {order.timezone}",
        days_named(order.days),
        topics,
        wording.layout_named(order.layout),
    )
    return fitted(" · ".join(facts), 300)


def _changed(one: Change, order: Subscription, zone: ZoneInfo) -> str:
    at = one.at.astimezone(zone)
    return f"{at.day} {at:%b} {at:%H:%M} · {cut(one.person, 60)} {_did(one, order)}"


def _did(one: Change, order: Subscription) -> str:
    """What somebody changed of a channel, or of a story for all channels; empty: it is about neither."""
    if one.subject != order.channel.id or one.action not in _ACTED:
        return retold.acted(one)
    return f"{_ACTED[one.action]} {one.detail}".strip()


def _warnings(troubles: Sequence[str]) -> list[str]:
    rest = len(troubles) - _WARNINGS
    return [*(f"⚠ {fitted(one, 240)}" for one in troubles[:_WARNINGS]), *([f"⚠ and {rest} more"] if rest > 0 else [])]


def _line(one: Delivery, zone: ZoneInfo) -> str:
    at = f" at {one.sent_at.astimezone(zone):%H:%M}" if one.sent_at else ""
    reason = f": {one.reason}" if one.reason and not one.sent_at else ""
    return f"{one.date:%a} {one.date.day} {one.date:%b} · {one.state.value}{at}{reason}"
