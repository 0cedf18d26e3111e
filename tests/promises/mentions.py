"""Mentions: every hostile text in every field that holds text, drawn for both platforms, and what they would act on.

A field that nothing draws is told, for its texts would be tried in vain. Some texts go all the way to a platform.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from bot import why
from bot.model import (
    Answer,
    Composition,
    Layout,
    SectionName,
    Stage,
)
from bot.outcome import Ruling
from tests.discord_nasty import addresses_of, dangers
from tests.morning import NOW
from tests.promises.mentions_sent import SENDERS, Said, Sender, sent
from tests.promises.mentions_values import Values, fields_of, filled, mark, marked, plain_values, unfilled
from tests.promises.table import Extent, Measured
from tests.slack_nasty import is_harmless, mrkdwn

HOSTILE = Path(__file__).resolve().parents[3] / "shared/data/hostile"
_EACH = 150
"""A small measurement takes every so-manieth text."""
_SENT = {Extent.SMALL: 3, Extent.FULL: 80}
"""How many texts go all the way."""
_NOT_SHOWN = {
    "Article.extract": "it is for whoever writes the sections, and quotes are shown as theirs",
    "Article.topics": "they choose, as a story's do",
    "Delivery.edition": "refs",
    "Story.copies": "keys of ours",
    "Story.topics": "they choose a story; what is shown of topics is what a channel takes",
    "Story.workspaces": "ids of platforms",
    "Verdict.numbers": "names of ours",
}
"""Fields that no message shows, or whose text is ours, and why."""
_PINGS = re.compile(r"@(?:everyone|here)\b")
"""Discord obeys these even behind a backslash."""

Draw = Callable[[Values], Iterator[Mapping[str, Any]]]
Live = Callable[[Mapping[str, Any], Values], Sequence[str]]


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
        *(one for found, topic in _found(values) for one in slack_answers.answer(found, topic, now)),
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
        slack_admin.why([values.said, _why(values)]),
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


def _found(values: Values) -> Iterator[tuple[Answer, str]]:
    """Key points that cite a source without a name; a section that could not be written. And what was asked for."""
    story, points = values.story, SectionName.KEY_POINTS
    nameless = tuple(replace(one, source=replace(one.source, name="")) for one in story.articles)
    cited = tuple(one.url for one in nameless)
    told = replace(story.sections, key_points=tuple(replace(one, sources=cited) for one in story.sections.key_points))
    yield replace(values.found, story=replace(story, articles=nameless, sections=told), section=points), "key_points"
    bare = replace(story, sections=replace(story.sections, strategic_implications=None))
    yield replace(values.found, story=bare, section=SectionName.STRATEGIC_IMPLICATIONS), "strategic_implications"


def _why(values: Values) -> str:
    """What is told of a story's verdict."""
    verdict = replace(values.verdict, stage=Stage.POSTED)
    return why.facts(Ruling(delivery=values.delivery, called="K7Q4", verdict=verdict))


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
        *(one for found, topic in _found(values) for one in discord_answers.answer(found, topic, now)),
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
        discord_admin.why([values.said, _why(values)]),
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


def undrawn(platforms: Mapping[str, tuple[Draw, Live]]) -> list[str]:
    """The fields of which nothing appears on any of *platforms*, and those of which something does unexpectedly."""
    plain = plain_values()
    values = marked(plain)
    drawn = "".join(json.dumps(one) for draw, _ in platforms.values() for one in draw(values))
    return sorted(name for name in fields_of(plain) | unfilled(plain) if (mark(name) in drawn) is (name in _NOT_SHOWN))


def hostile() -> list[str]:
    """Every text: mentions and markup made for either platform, and the list of naughty strings."""
    lines = (HOSTILE / "generated/mention_markup.jsonl").read_text("utf-8").splitlines()
    naughty: list[str] = json.loads((HOSTILE / "blns/blns.json").read_text("utf-8"))
    return [*(json.loads(line)["text"] for line in lines), *naughty]


def measure(
    extent: Extent,
    platforms: Mapping[str, tuple[Draw, Live]] = PLATFORMS,
    senders: Mapping[str, Sender] = SENDERS,
) -> Measured:
    """Every text (of the small one some) in every field at once, drawn for both platforms; some of these are sent."""
    plain = plain_values()
    fields = fields_of(plain)
    found = hostile() if extent is Extent.FULL else hostile()[::_EACH]
    drawn, live = 0, 0
    broken = [
        f"{name} is {'drawn after all' if name in _NOT_SHOWN else 'drawn nowhere'}" for name in undrawn(platforms)
    ]
    for text in found:
        values = filled(plain, text)
        for name, (draw, live_in) in platforms.items():
            for one in draw(values):
                drawn += 1
                if alive := live_in(one, values):
                    live += len(alive)
                    broken.append(f"{name}: {text[:80]!r} lives as {alive[0][:80]!r}")
    going = found[:: -(-len(found) // _SENT[extent])]
    requests, arrived_live = sent([_said(filled(plain, text), text) for text in going], senders)
    figures = (
        f"{len(found):,} texts × {len(fields)} text fields × {len(platforms)} platforms, {drawn:,} messages and views: "
        f"{live:,} live; {len(going):,} of them sent, {requests:,} requests received: {len(arrived_live):,} live"
    )
    return Measured(figures=figures, broken=(*broken, *arrived_live))


def _said(values: Values, text: str) -> Said:
    return Said(edition=values.edition, amended=values.amended, story=values.story, notice=values.notice, text=text)
