"""Everything that people see on Slack, once: for golden files, for checks against limits, and for being looked at."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from adapters.slack import admin_answers, answers, correction_views, history, notices, post, views
from adapters.slack.admin_answers import Result
from adapters.slack.blocks import Message
from bot.model import (
    Answer,
    Change,
    Channel,
    Composition,
    Coverage,
    Delivery,
    DeliveryState,
    Edition,
    Layout,
    Link,
    Notice,
    Passage,
    SectionName,
    Sections,
    Stage,
    Standing,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
    Wish,
)
from bot.ports import Revision
from bot.retold import former, outcome
from tests.morning import EDITION, NOW, PRICE, QUOTED, STORY

Look = list[dict[str, Any]]
"""Messages or views, as Slack gets them."""

CHANNEL = Channel(platform="slack", workspace="T1", id="C0123456789", name="ai-news")
OFFERED = (SectionName.KEY_POINTS, SectionName.SECOND_ORDER_EFFECTS)
_FIVE = (*EDITION.stories, replace(EDITION.stories[0], ref="N5PX", title="Fjord Bank lends against compute"))
DAY = replace(
    EDITION,
    channel=CHANNEL,
    stories=tuple(replace(story, number=n, sections=OFFERED) for n, story in enumerate(_FIVE, start=1)),
)
LONG = replace(
    DAY,
    stories=tuple(
        replace(
            DAY.stories[0],
            number=number,
            ref=f"L{number}NG",
            takeaway="One thing follows from another, and the next from that. " * (4 * number),
            sources=tuple(Link(name=f"Publisher {n}", url=f"https://p{n}.example/{number}") for n in range(8)),
            publishers=12,
        )
        for number in range(1, 11)
    ),
)
DIFFERING = replace(DAY, stories=(replace(DAY.stories[0], disputes=(PRICE,)), *DAY.stories[1:]))
"""Of the first story the sources tell something differently."""
THREAD = replace(DAY, layout=Layout.THREAD)
STALE = replace(
    DAY, stories=(), coverage=Coverage(sources=0, articles=0, newest_at=None, failed=("Example Lab",), stale=True)
)
DEGRADED = replace(
    DAY,
    delayed=True,
    composed_at=NOW + timedelta(hours=2),
    coverage=Coverage(sources=3, articles=9, newest_at=NOW, failed=("Example Lab", "Polar Press", "Third Shore")),
)
ALL = replace(
    STORY,
    sections=replace(
        STORY.sections,
        strategic_implications=Passage(text="Smaller firms may follow."),
        second_order_effects=Passage(text="Data centres may be built elsewhere."),
    ),
)
BARE = replace(STORY, takeaway="", sections=Sections(), analyst="extractive")
MANY_FAIL = Notice(
    sentence="17 channels have been paused since Tuesday 3 March, 09:00 (Europe/Berlin): as listed below. Nothing is "
    "posted there, and the settings are kept.",
    lines=(*(f"#ai-news-{number}: the channel is archived" for number in range(1, 16)), "and 2 more"),
)
TROUBLE = "Today's budget for models is spent; it begins anew at midnight UTC."
WITHDRAWN = replace(STORY, status=StoryStatus.WITHDRAWN, status_reason="the laboratory does not exist", status_at=NOW)
ORDER = Subscription(
    id=1, channel=CHANNEL, at=time(8), timezone="Europe/Berlin", days=(1, 2, 3, 4, 5), declared=False, owner="U1"
)
PAUSED = replace(ORDER, id=2, standing=Standing.PAUSED, reason="the channel is archived", paused_by_platform=True)
UNCERTAIN = Delivery(
    id=7,
    subscription=1,
    channel=CHANNEL,
    date=date(2026, 3, 2),
    due_at=NOW - timedelta(days=1),
    state=DeliveryState.UNCERTAIN,
    reason="the channel cannot be read back",
)
SENT = replace(UNCERTAIN, id=6, date=date(2026, 2, 27), state=DeliveryState.SENT, sent_at=NOW, reason="")
CHANGES = (
    Change(at=NOW, workspace="slack:T1", person="ada", action="setup", subject=CHANNEL.id, detail="08:00", event="e"),
)
CORRECTED = replace(
    ALL, takeaway="It may ease the dependence on hardware.", status=StoryStatus.CORRECTED, status_at=NOW
)
REVISIONS = tuple(
    Revision(number=number, at=NOW + timedelta(hours=number), reason=reason, story=told)
    for number, (reason, told) in enumerate(
        (("imported", replace(ALL, takeaway="")), ("corrected", ALL), ("corrected", CORRECTED)), start=1
    )
)
ENDED = (*REVISIONS, Revision(number=4, at=NOW + timedelta(days=1), reason="withdrawn", story=WITHDRAWN))
CHANGED_STORIES = tuple(
    replace(CHANGES[0], action=action, subject="K7Q4", detail=detail)
    for action, detail in (("withdraw", "the laboratory does not exist"), ("correct", "takeaway, what changed"))
)
OUTCOME = outcome(CORRECTED, [SENT, SENT], [(replace(SENT, date=date(2026, 2, 26)), "the message is gone")])
LONG_TEXT = replace(ALL, sections=replace(ALL.sections, what_changed=Passage(text="So it goes on and on. " * 300)))
COMPOSITION = Composition(edition=DAY, verdicts=(Verdict(ref="D2PD", stage=Stage.DROPPED),))


def asked(section: SectionName | None, story: Story | None = ALL, *nearest: Story) -> Answer:
    return Answer(asked="norvik", section=section, story=story, nearest=nearest)


def writable(section: SectionName | None, trouble: str = "") -> Answer:
    """Of a story that was quoted only, where a model may write what takes judgement."""
    judged = tuple(name for name in SectionName if name is not SectionName.KEY_POINTS)
    return replace(asked(section, BARE), writable=judged, trouble=trouble)


def changed(edition: Edition) -> Edition:
    first, second, *rest = edition.stories
    gone = replace(first, status=StoryStatus.WITHDRAWN, status_reason="it was a hoax", status_at=NOW)
    mended = replace(second, status=StoryStatus.CORRECTED, status_at=NOW, takeaway="The H2 costs 5,900 dollars.")
    return replace(edition, stories=(gone, mended, *rest))


def of(*messages: Message) -> Look:
    return [{"text": one.text, "blocks": list(one.blocks)} for one in messages]


def filled(view: dict[str, Any]) -> dict[str, Any]:
    """A form as it comes back when nobody has changed anything in it."""
    inputs = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    typed = {one["action_id"]: {one["action_id"]: {"value": one.get("initial_value")}} for one in inputs}
    return {**view, "state": {"values": typed}}


MESSAGES: dict[str, Look] = {
    "post-day": of(*post.messages(DAY)),
    "post-one-story": of(*post.messages(replace(DAY, stories=DAY.stories[:1]))),
    "post-ten-long": of(*post.messages(LONG)),
    "post-ten-long-thread": of(*post.messages(replace(LONG, layout=Layout.THREAD))),
    "post-thread": of(*post.messages(THREAD)),
    "post-differing": of(*post.messages(DIFFERING)),
    "post-quiet": of(*post.messages(replace(DAY, stories=()))),
    "post-degraded": of(*post.messages(DEGRADED)),
    "post-stale": of(*post.messages(STALE)),
    "post-amended": of(post.amended(DAY, changed(DAY), 0)),
    "post-thread-amended": of(*(post.amended(THREAD, changed(THREAD), part) for part in range(3))),
    **{f"answer-{name.value}": of(*answers.answer(asked(name), name.value, NOW)) for name in SectionName},
    **{f"answer-{name.value}-absent": of(*answers.answer(asked(name, BARE), name.value, NOW)) for name in SectionName},
    "answer-story": of(*answers.answer(asked(None), "story", NOW)),
    "answer-story-writable": of(*answers.answer(writable(None), "story", NOW)),
    "answer-trouble": of(*answers.answer(writable(SectionName.WHAT_CHANGED, TROUBLE), "what_changed", NOW)),
    "answer-quoted": of(*answers.answer(asked(None, QUOTED), "story", NOW)),
    "answer-quoted-outlook": of(
        *answers.answer(asked(SectionName.WHAT_HAPPENS_NEXT, QUOTED), "what_happens_next", NOW)
    ),
    "answer-sources": of(*answers.answer(asked(None), "sources", NOW)),
    "answer-withdrawn": of(*answers.answer(asked(SectionName.KEY_POINTS, WITHDRAWN), "key_points", NOW)),
    "answer-corrected": of(*answers.answer(asked(SectionName.KEY_POINTS, CORRECTED), "key_points", NOW)),
    "answer-history": of(*history.messages(CORRECTED, former(REVISIONS))),
    "answer-history-withdrawn": of(*history.messages(WITHDRAWN, former(ENDED))),
    "answer-history-none": of(*history.messages(ALL, ())),
    "answer-which-to-correct": of(answers.which("correct", DAY)),
    "answer-others": of(*answers.answer(replace(asked(SectionName.KEY_POINTS), others=(STORY,)), "key_points", NOW)),
    "answer-not-found": of(answers.not_found(asked(None, None, STORY, ALL), "key_points")),
    "answer-which": of(answers.which("key_points", DAY)),
    "answer-search": of(answers.search_results("norvik", [ALL, STORY], NOW)),
    "answer-search-nothing": of(answers.search_results("zebra", [], NOW)),
    "answer-today": of(*answers.today(DAY)),
    "answer-today-none": of(*answers.today(None)),
    "answer-help": of(answers.helping("K7Q4")),
    "answer-mistake": of(answers.sentence("“yesterday” is not a date; write it like 2026-03-01.")),
    "shared": of(*answers.shared(ALL, "key_points", "ada", NOW)),
    "shared-corrected": of(*answers.shared(CORRECTED, "key_points", "ada", NOW)),
    "admin-not-set-up": of(admin_answers.not_set_up()),
    "admin-greeting": of(admin_answers.greeting()),
    "admin-status": of(admin_answers.status(PAUSED, NOW, [UNCERTAIN, SENT], ["Daybrief is not in #ai-news."], CHANGES)),
    "admin-status-stories": of(admin_answers.status(ORDER, NOW, [SENT], [], CHANGED_STORIES)),
    "admin-test": of(*admin_answers.preview(ORDER, COMPOSITION, {"K7Q4": Wish.PIN}, can_change=True)),
    "admin-test-reader": of(*admin_answers.preview(ORDER, COMPOSITION, {}, can_change=False)),
    "admin-why": of(
        admin_answers.why(
            [
                "K7Q4 was left out here on Tuesday 3 March: score 1.19, the cut was 1.39.",
                "Stage: cut · ranked 7 · score 1.19 = (coverage 0.69 + salience 0.5) × weight 1",
                "Posted here on Monday 2 March at 08:00 as number 3. Stage: posted · ranked 3",
            ]
        )
    ),
    "notice": of(notices.notice(Notice(channel=CHANNEL, sentence="#ai-news is paused: it is archived."))),
    "notice-many": of(notices.notice(MANY_FAIL)),
    "notice-resend": of(notices.notice(Notice(channel=CHANNEL, sentence="It may have arrived.", resend=7))),
}
MODALS: dict[str, Look] = {
    "view-loading": [views.loading("Set up Daybrief")],
    "view-set-up": [views.setup("C0123456789", None, timezone="Asia/Tokyo", topics=["chips", "labs"])],
    "view-set-up-again": [
        views.setup("", replace(ORDER, topics=("labs",)), timezone="Asia/Tokyo", topics=["chips", "labs"])
    ],
    "view-set-up-done": [
        admin_answers.set_up(
            [
                Result(channel="#ai-news", subscription=ORDER, next_at=NOW, can_post_now=True),
                Result(channel="#b", subscription=ORDER, next_at=NOW, troubles=("Daybrief is not in #b.",)),
                Result(channel="#c", troubles=("Only admins may.",)),
            ]
        )
    ],
    "view-story": [views.story(ALL, NOW)],
    "view-story-writable": [views.story(BARE, NOW, writable(None).writable)],
    "view-story-withdrawn": [views.story(WITHDRAWN, NOW)],
    "view-story-corrected": [views.story(CORRECTED, NOW)],
    "view-history": [history.view(CORRECTED, former(REVISIONS))],
    "view-correct": [correction_views.correction(ALL)],
    "view-correct-long": [correction_views.correction(LONG_TEXT)],
    "view-correct-withdrawn": [correction_views.correction(WITHDRAWN)],
    "view-correct-done": [correction_views.listed("Correct K7Q4", OUTCOME)],
    "view-correct-done-long": [correction_views.listed("Correct K7Q4", OUTCOME * 50)],
    "view-correct-kept": [
        correction_views.kept(filled(correction_views.correction(ALL)), ["This was changed while the form was open."])
    ],
    "view-withdraw": [correction_views.withdrawal(ALL)],
    "view-withdraw-again": [correction_views.withdrawal(WITHDRAWN)],
    "view-said": [views.said("Daybrief", "Today's edition is on its way to #ai-news.")],
}
HOMES: dict[str, Look] = {
    "home-empty": [views.home([], can_change=True, now=NOW)],
    "home": [views.home([(ORDER, NOW, ("It was missed.",)), (PAUSED, NOW, ())], can_change=True, now=NOW)],
    "home-many": [views.home([(replace(ORDER, id=n), NOW, ()) for n in range(60)], can_change=True, now=NOW)],
}
EVERYTHING = {**MESSAGES, **MODALS, **HOMES}
