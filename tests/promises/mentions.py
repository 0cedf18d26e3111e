"""Mentions: every hostile text in every field that holds text, drawn for both platforms, and what they would act on.

The fields are found by looking into the values themselves, so that one that is added tomorrow is filled as well.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from adapters.discord import admin_answers as discord_admin
from adapters.discord import answers as discord_answers
from adapters.discord import cards, correction_forms
from adapters.discord import history as discord_history
from adapters.discord.components import Card, texts
from adapters.slack import admin_answers as slack_admin
from adapters.slack import answers as slack_answers
from adapters.slack import correction_views, notices, post, views
from adapters.slack import history as slack_history
from adapters.slack.posting import SlackPlatform
from bot.model import (
    Answer,
    Change,
    Channel,
    Composition,
    Coverage,
    Delivery,
    Edition,
    Inference,
    Layout,
    Notice,
    Passage,
    SectionName,
    Stage,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
)
from bot.retold import Former
from tests.discord_nasty import addresses_of, dangers
from tests.morning import NOW, PRICE, QUOTED
from tests.promises.table import Extent, Measured
from tests.slack_looks import CHANGES, DAY, ORDER, PAUSED, UNCERTAIN
from tests.slack_nasty import is_harmless, mrkdwn

HOSTILE = Path(__file__).resolve().parents[3] / "shared/data/hostile"
_EACH = 150
"""A small measurement takes every so-manieth text."""
_OURS = frozenset(
    {
        "ref",
        "url",
        "id",
        "key",
        "platform",
        "workspace",
        "timezone",
        "feed",
        "owner",
        "action",
        "event",
        "subject",
        "cause",
    }
)
"""Fields whose text nobody outside writes, or whose form is checked before it is kept: addresses have a promise of
their own, and channels are known by the platform's ids."""
_PINGS = re.compile(r"@(?:everyone|here)\b")
"""Discord obeys these even behind a backslash."""

Value = TypeVar("Value")
Draw = Callable[["Values"], Iterator[Mapping[str, Any]]]
Live = Callable[[Mapping[str, Any], "Values"], Sequence[str]]


@dataclass(frozen=True)
class Values:
    """All that is ever shown, in one."""

    edition: Edition
    amended: Edition
    story: Story
    gone: Story
    found: Answer
    nothing: Answer
    order: Subscription
    paused: Subscription
    delivery: Delivery
    change: Change
    notice: Notice
    verdict: Verdict
    former: Former
    said: str = "said"


def _values() -> Values:
    """One of each with something in every field."""
    first = replace(
        DAY.stories[0],
        disputes=(PRICE,),
        is_update=True,
        news="now 3 publishers",
        sections=tuple(SectionName),
    )
    coverage = Coverage(sources=1, articles=9, newest_at=NOW, failed=("A feed", "Another"))
    edition = replace(DAY, stories=(first, replace(first, number=2, ref="B2CD")), coverage=coverage)
    changed = (replace(first, status=StoryStatus.CORRECTED, status_reason="it was wrong", status_at=NOW),)
    inferred = Inference(text="Two more open.", horizon="Q3 2027", confidence="medium", basis="earlier moves")
    passage = Passage(text="Others will look into it.", items=(inferred,), analyst="acme:large")
    story = replace(
        QUOTED,
        status=StoryStatus.CORRECTED,
        status_reason="it was wrong",
        status_at=NOW,
        sections=replace(QUOTED.sections, what_happens_next=passage, second_order_effects=passage),
    )
    channel = Channel(platform="slack", workspace="T1", id="C1", name="news")
    return Values(
        edition=edition,
        amended=replace(edition, stories=(*changed, *edition.stories[1:])),
        story=story,
        gone=replace(story, ref="N5PX", status=StoryStatus.WITHDRAWN),
        found=Answer(asked="norvik", story=story, others=(story,), trouble="it went wrong"),
        nothing=Answer(asked="norvik", nearest=(story,), because="the latest edition has 2 stories"),
        order=replace(ORDER, topics=("labs",)),
        paused=PAUSED,
        delivery=UNCERTAIN,
        change=replace(CHANGES[0], detail="08:00"),
        notice=Notice(channel=channel, sentence="It was refused.", lines=("A feed: it failed.",), resend=7),
        verdict=Verdict(ref="D2PD", stage=Stage.DROPPED, detail="close"),
        former=Former(until=NOW, cause="it was corrected", parts=(("Title", "Norvik opens a lab"),)),
    )


def filled(value: Value, text: str) -> Value:
    """*value* with *text* in each of its fields that holds some."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        changed = {name: filled(held, text) for name, held in fields.items() if name not in _OURS}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(filled(one, text) for one in value)  # type: ignore[return-value]  # the same kind of tuple
    if isinstance(value, str) and not isinstance(value, Enum):
        return (text or "-") if value else value  # type: ignore[return-value]  # a text for a text
    return value


def fields_of(value: object, name: str = "") -> set[str]:
    """The names of the fields of *value* that :func:`filled` fills."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        inner = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value) if one.name not in _OURS)
        return set().union(*(fields_of(held, f"{kind}.{called}") for called, held in inner))
    if isinstance(value, tuple):
        return set().union(*(fields_of(one, name) for one in value))
    return {name} if isinstance(value, str) and not isinstance(value, Enum) and value else set()


# ---------------------------------------------------------------------------------------------------------- drawing


def on_slack(values: Values) -> Iterator[Mapping[str, Any]]:
    """Every message and view."""
    edition, story, now = values.edition, values.story, NOW
    composition = Composition(edition=edition, verdicts=(values.verdict,))
    messages = [
        *post.messages(edition),
        *post.messages(replace(edition, layout=Layout.THREAD)),
        *post.messages(replace(edition, stories=())),
        post.amended(edition, values.amended, 0),
        *slack_answers.answer(values.found, "story", now),
        *slack_answers.answer(replace(values.found, section=SectionName.KEY_POINTS), "key_points", now),
        *slack_answers.answer(replace(values.found, story=values.gone), "sources", now),
        *slack_answers.shared(story, "story", values.said, now),
        slack_answers.not_found(values.nothing, "story"),
        slack_answers.which("story", edition),
        slack_answers.search_results(values.said, [story, values.gone], now),
        *slack_answers.today(edition),
        slack_answers.sentence(values.said),
        notices.notice(values.notice),
        slack_admin.status(values.order, now, [values.delivery], [values.said], [values.change]),
        slack_admin.status(values.paused, now, [values.delivery], [values.said], [values.change]),
        *slack_admin.preview(values.order, composition, {}, can_change=True),
        slack_admin.why([values.said, values.said]),
        *slack_history.messages(story, [values.former]),
    ]
    yield from ({"text": one.text, "blocks": list(one.blocks)} for one in messages)
    yield views.story(story, now, tuple(SectionName))
    yield views.said("Daybrief", values.said)
    yield slack_history.view(story, [values.former])
    for one_of_them in (story, values.gone):
        yield correction_views.correction(one_of_them)
        yield correction_views.withdrawal(one_of_them)
    yield correction_views.listed("Daybrief", [values.said])
    yield views.home([(values.order, now, (values.said,)), (values.paused, now, ())], can_change=True, now=now)
    yield views.setup("C1", values.order, timezone="UTC", topics=list(values.order.topics))
    platform = SlackPlatform.__new__(SlackPlatform)  # drawing needs none of its parts
    channel = replace(edition.channel, platform="slack", workspace="T1", id="C1")
    yield from platform.render(replace(edition, channel=channel)).payloads


def live_on_slack(drawn: Mapping[str, Any], values: Values) -> list[str]:
    """What Slack would act on in a message, a view or a call."""
    said = [*mrkdwn(drawn), *([str(drawn["text"])] if isinstance(drawn.get("text"), str) else [])]
    found = [one for one in said if not is_harmless(one)]
    found += [name for name in ("parse", "link_names") if drawn.get(name)]
    if "channel" in drawn and (drawn.get("unfurl_links"), drawn.get("unfurl_media")) != (False, False):
        found.append("links unfold")
    return found


def on_discord(values: Values) -> Iterator[Mapping[str, Any]]:
    """Every message, with what may stand in it as links."""
    edition, story, now = values.edition, values.story, NOW
    composition = Composition(edition=edition, verdicts=(values.verdict,))
    drawn: list[Card] = [
        *cards.messages(edition),
        *cards.messages(replace(edition, layout=Layout.THREAD)),
        *cards.messages(replace(edition, stories=())),
        cards.amended(edition, values.amended, 0),
        *discord_answers.answer(values.found, "story", now),
        *discord_answers.answer(replace(values.found, section=SectionName.KEY_POINTS), "key_points", now),
        *discord_answers.answer(replace(values.found, story=values.gone), "sources", now),
        *discord_answers.read_more(values.found, now),
        *discord_answers.shared(story, "story", values.said, now),
        discord_answers.not_found(values.nothing, "story"),
        discord_answers.search_results(values.said, [story, values.gone], now),
        *discord_answers.today(edition),
        discord_answers.sentence(values.said),
        discord_answers.notice(values.notice),
        discord_admin.set_up(values.order, now, [values.said], can_post_now=True),
        *discord_admin.status(values.order, now, [values.delivery], [values.said], [values.change]),
        *discord_admin.status(values.paused, now, [values.delivery], [values.said], [values.change]),
        *discord_admin.preview(values.order, composition, {}, can_change=True),
        discord_admin.why([values.said, values.said]),
        *discord_history.cards(story, [values.former]),
    ]
    yield from (one.payload() for one in drawn)
    forms = [correction_forms.withdrawal(story), correction_forms.withdrawal(values.gone)]
    forms += [made for choice in correction_forms.OFFERED if (made := correction_forms.correction(story, choice))]
    # A form is no message: nobody is notified of it.
    yield from ({"components": one.to_dict()["components"], "allowed_mentions": {"parse": []}} for one in forms)


def live_on_discord(drawn: Mapping[str, Any], values: Values) -> list[str]:
    """What Discord would act on in a message."""
    said = list(texts(drawn["components"]))
    addresses = addresses_of(values.edition, values.amended, values.story, values.gone)
    found = [danger for one in said for danger in dangers(one, addresses)]
    found += [one for one in said if _PINGS.search(one)]
    if drawn.get("allowed_mentions") != {"parse": []}:
        found.append("mentions are allowed")
    return found


PLATFORMS: Mapping[str, tuple[Draw, Live]] = {
    "Slack": (on_slack, live_on_slack),
    "Discord": (on_discord, live_on_discord),
}


def hostile() -> list[str]:
    """Every text: mentions and markup made for either platform, and the list of naughty strings."""
    lines = (HOSTILE / "generated/mention_markup.jsonl").read_text("utf-8").splitlines()
    naughty: list[str] = json.loads((HOSTILE / "blns/blns.json").read_text("utf-8"))
    return [*(json.loads(line)["text"] for line in lines), *naughty]


def measure(extent: Extent, platforms: Mapping[str, tuple[Draw, Live]] = PLATFORMS) -> Measured:
    """Every text (of the small one some) in every field at once, on both platforms."""
    plain = _values()
    fields = fields_of(plain)
    found = hostile() if extent is Extent.FULL else hostile()[::_EACH]
    drawn, live = 0, 0
    broken: list[str] = []
    for text in found:
        values = filled(plain, text)
        for name, (draw, live_in) in platforms.items():
            for one in draw(values):
                drawn += 1
                if alive := live_in(one, values):
                    live += len(alive)
                    broken.append(f"{name}: {text[:80]!r} lives as {alive[0][:80]!r}")
    figures = (
        f"{len(found):,} texts × {len(fields)} text fields × {len(platforms)} platforms, {drawn:,} messages and views: "
        f"{live:,} live"
    )
    return Measured(figures=figures, broken=tuple(broken))
