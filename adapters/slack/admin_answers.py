"""What admins see: a channel's state, its next edition, what a set-up led to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapters.slack import actions, limits
from adapters.slack import post as posts
from adapters.slack.blocks import Block, Message, button, context, divider, message, paged, rich, section, text
from adapters.slack.blocks import actions as buttons
from adapters.slack.text import mrkdwn
from adapters.slack.views import View, channel_named, channel_rows, days_named, said
from bot import retold, wording
from bot.model import Change, Composition, Delivery, DeliveryState, Edition, Stage, Subscription, Wish
from bot.text import clean, cut

_RECENT = 5
_ACTED = {
    "setup": "set it up ({})",
    "pause": "paused it",
    "resume": "resumed it",
    "remove": "removed it",
    "pin": "pinned {}",
    "drop": "dropped {}",
    "unwish": "took back a wish for {}",
    "post": "posted today's edition at once",
    "resend": "sent an uncertain edition once more",
}
"""Actions of the audit log in words, for those that change a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of setting up one channel."""

    channel: str
    subscription: Subscription | None = None
    next_at: datetime | None = None
    troubles: tuple[str, ...] = ()
    can_post_now: bool = False


def not_set_up(can_set_up: bool = True) -> Message:
    """That nothing is posted here, and how to change that."""
    sentence = "Daybrief is not set up in this channel."
    lever = [buttons([button("Set up here", actions.SETUP, "here", style="primary")])] if can_set_up else []
    return message(sentence, [section(sentence), *lever])


def status(
    subscription: Subscription,
    next_at: datetime,
    recent: Sequence[Delivery],
    troubles: Sequence[str],
    changes: Sequence[Change],
) -> Message:
    """Last and next post, any trouble, who changed what."""
    zone = ZoneInfo(subscription.timezone)
    blocks = channel_rows(subscription, next_at, troubles)
    if recent:
        lines = [_delivery_line(one, zone) for one in recent[:_RECENT]]
        blocks += [rich(text("Latest posts", bold=True)), context(*(mrkdwn(line, 350) for line in lines))]
    for one in recent:
        if one.state is DeliveryState.UNCERTAIN:
            blocks.append(
                buttons([button(f"Send {_day(one.date)} once more", actions.RESEND, str(one.id), style="danger")])
            )
    told = [(one, did) for one in changes if (did := _did(one, subscription))][:_RECENT]
    if told:
        lines = [
            f"{_day(one.at.astimezone(zone))}, {one.at.astimezone(zone):%H:%M} · {one.person} {did}"
            for one, did in told
        ]
        blocks += [rich(text("Changes", bold=True)), context(*(mrkdwn(line, 350) for line in lines))]
    return message(f"Daybrief in {channel_named(subscription.channel)}", blocks)


def preview(
    subscription: Subscription, composition: Composition, wishes: Mapping[str, Wish], *, can_change: bool
) -> list[Message]:
    """The next edition with what is here by now; its buttons drop or pin stories instead of opening them."""
    edition = composition.edition
    zone = ZoneInfo(edition.timezone)
    due = wording.day_and_hour(edition.due_at.astimezone(zone))
    head = f"A preview: the edition for {due}, with what is here by now."
    number = f"{subscription.id}:{edition.date.isoformat()}"
    messages = posts.messages(edition)
    # A private answer can be replaced when something is wished only as long as it is one message.
    shown = list(messages[0].blocks) if len(messages) == 1 else _compact(edition)
    groups: list[Sequence[Block]] = [[section(head)]]
    groups += [[_levers(block, number, wishes) if block["type"] == "actions" else block] for block in shown]
    if not can_change:
        groups = [group for group in groups if group[0]["type"] != "actions"]
    dropped = [verdict for verdict in composition.verdicts if verdict.stage is Stage.DROPPED]
    if dropped and can_change:
        groups.append([divider(), section("Dropped from this edition:")])
        groups += [
            [buttons([button(f"Take {one.ref} back in", f"{actions.WISH}none:{one.ref}", number)])] for one in dropped
        ]
    return [message(head, _renamed(blocks)) for blocks in paged(groups)]


def set_up(results: Sequence[Result]) -> View:
    """What became of each channel, with *Post today's now* where that is possible."""
    blocks: list[Block] = []
    for one in results:
        if one.subscription is None or one.next_at is None:
            blocks += [section(f"{one.channel}: {trouble}") for trouble in one.troubles]
            continue
        order = one.subscription
        hour = f"{order.at:%H:%M} {order.timezone}, {days_named(order.days)}"
        said_of_it = (
            f"{channel_named(order.channel)} gets {wording.counted(order.stories, 'story', 'stories')} at {hour}, "
            f"{wording.layout_named(order.layout)}."
        )
        blocks.append(section(f"{said_of_it} The next one: {wording.day_and_hour(one.next_at)}."))
        blocks += [section(f"⚠ {trouble}") for trouble in one.troubles]
        if one.can_post_now and not one.troubles:
            blocks.append(buttons([button("Post today's now", actions.POST_NOW, str(order.id), style="primary")]))
    return said(
        "Daybrief is set up" if any(one.subscription for one in results) else "Nothing was changed", extra=blocks
    )


def greeting() -> Message:
    """What the bot says once when it is invited."""
    sentence = (
        "Hello! I post the morning's top stories in this channel, at an hour that you choose. "
        "Anyone can then ask for key points and second-order effects: /brief help."
    )
    return message(sentence, [section(sentence), buttons([button("Set up", actions.SETUP, "here", style="primary")])])


def why(sentences: Sequence[str]) -> Message:
    """Why a story was posted here or was not: the answer in a sentence, and smaller what it rests on, a line each."""
    answer, *lines = sentences
    shown = [section(answer), *(context(mrkdwn(clean(line), limits.CONTEXT)) for line in lines)]
    return message(answer, paged([[block] for block in shown[: limits.MESSAGE_BLOCKS]])[0])


def _did(change: Change, subscription: Subscription) -> str:
    """What somebody changed of a channel, or of a story for all channels; empty: it is about neither."""
    if change.subject != subscription.channel.id or change.action not in _ACTED:
        return retold.acted(change)
    return _ACTED[change.action].format(change.detail).removesuffix(" ()")


def _delivery_line(one: Delivery, zone: ZoneInfo) -> str:
    at = f" at {one.sent_at.astimezone(zone):%H:%M}" if one.sent_at else ""
    reason = f": {clean(one.reason)}" if one.reason and not one.sent_at else ""
    return f"{_day(one.date)} · {one.state.value}{at}{reason}"


def _day(day: date) -> str:
    """``Tue 3 March``."""
    return f"{day:%a} {day.day} {day:%B}"


def _compact(edition: Edition) -> list[Block]:
    """A long edition: its titles, each with what can be wished of it."""
    found: list[Block] = []
    for story in edition.stories:
        found.append(rich(text(f"{story.number}  ", bold=True), text(cut(clean(story.title), 200))))
        found.append(buttons([button(story.ref, actions.FULL, story.ref)], block_id=f"ask:{story.ref}"))
    return found


def _levers(block: Block, number: str, wishes: Mapping[str, Wish]) -> Block:
    """Buttons for wishing in the place of a story's own."""
    ref = str(block["elements"][0]["value"])
    if ref in wishes:
        levers = [button("Unpin", f"{actions.WISH}none:{ref}", number)]
    else:
        levers = [button("Pin to the top", f"{actions.WISH}pin:{ref}", number)]
    return buttons([*levers, button("Drop", f"{actions.WISH}drop:{ref}", number)], block_id=f"wish:{ref}")


def _renamed(blocks: Sequence[Block]) -> list[Block]:
    """Ids once only: several messages of an edition become one here."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        name = str(block.get("block_id", ""))
        kept.append({key: value for key, value in block.items() if key != "block_id"} if name in seen else block)
        seen.add(name)
    return kept
