"""Everything that people see on Discord, once: for golden files, for checks against limits, and for being looked at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.discord import admin_answers, answers, cards, correction_forms, history
from adapters.discord.components import Card, button
from adapters.discord.custom_ids import CORRECT, FORM, SETUP, custom_id
from adapters.discord.embeds import plain_of
from adapters.discord.form import form
from adapters.discord.order import Wanted, as_typed
from bot.model import Channel, Edition, Layout, Notice, SectionName, Story, StoryStatus, Wish
from bot.retold import former
from tests import slack_looks as situations
from tests.morning import NOW, QUOTED, STORY
from tests.slack_looks import (
    ALL,
    BARE,
    CORRECTED,
    ENDED,
    MANY_FAIL,
    OUTCOME,
    REVISIONS,
    TROUBLE,
    WITHDRAWN,
    asked,
    changed,
    writable,
)

Look = list[dict[str, Any]]
"""Messages or forms, as Discord gets them."""

CHANNEL = Channel(platform="discord", workspace="1001", id="3001", name="ai-news")


def _here(edition: Edition) -> Edition:
    return replace(edition, channel=CHANNEL)


DAY, STALE, DEGRADED = map(_here, (situations.DAY, situations.STALE, situations.DEGRADED))
DIFFERING = _here(situations.DIFFERING)
LONG = _here(situations.LONG)
"""Ten stories, the later the longer: they take several messages."""
THREAD = replace(DAY, layout=Layout.THREAD)
_FIRST, _SECOND, _THIRD, *_REST = DAY.stories
CHANGED_BEFORE = replace(
    DAY,
    stories=(
        replace(_FIRST, status=StoryStatus.CORRECTED, status_at=NOW, status_reason="it is the second of its kind"),
        _SECOND,
        replace(_THIRD, status=StoryStatus.WITHDRAWN, status_at=NOW, status_reason="nobody has heard of the model"),
        *_REST,
    ),
)
"""With an *Update*, and with stories that were corrected and withdrawn before they were posted."""
ORDER = replace(situations.ORDER, channel=CHANNEL, owner="2001")
PAUSED = replace(situations.PAUSED, channel=CHANNEL)
UNCERTAIN, SENT = (replace(one, channel=CHANNEL) for one in (situations.UNCERTAIN, situations.SENT))
CHANGES = tuple(
    replace(situations.CHANGES[0], workspace="discord:1001", subject=CHANNEL.id, action=action, detail=detail)
    for action, detail in (("setup", "08:00 Europe/Berlin, Mon–Fri"), ("pin", "K7Q4"), ("pause", ""))
)
CHANGED_STORIES = tuple(replace(one, workspace="discord:1001") for one in situations.CHANGED_STORIES)
COMPOSITION = replace(situations.COMPOSITION, edition=DAY)
_OTHER = replace(STORY, ref="N5PX", title="Norvik lends its clusters to universities")
_TROUBLE = "Daybrief may not write in #ai-news."
_WITHDRAWN_AGAIN = replace(WITHDRAWN, title="Norvik " + "opens a laboratory " * 60)


def of(*cards_: Card) -> Look:
    return [card.payload() for card in cards_]


def private(*cards_: Card) -> Look:
    """As a follow-up that one person sees."""
    return [{**card.payload(), "flags": card.payload()["flags"] | 64} for card in cards_]


def plainly(card: Card) -> dict[str, Any]:
    """The older form of *card*, as it goes where Discord does not take the layout."""
    plain = plain_of(card)
    rows = [plain.buttons[start : start + 5] for start in range(0, len(plain.buttons), 5)]
    return {
        "embeds": list(plain.embeds),
        "components": [{"type": 1, "components": list(row)} for row in rows],
        "allowed_mentions": {"parse": []},
    }


def correcting(story: Story, choice: str) -> dict[str, Any]:
    made = correction_forms.correction(story, choice)
    assert made
    return dict(made.to_dict())


def filled(wanted: Wanted) -> dict[str, Any]:
    return dict(form(wanted).to_dict())


POSTS: Mapping[str, Look] = {
    "post-day": of(*cards.messages(DAY)),
    "post-one-story": of(*cards.messages(replace(DAY, stories=DAY.stories[:1]))),
    "post-ten-long": of(*cards.messages(LONG)),
    "post-ten-long-thread": of(*cards.messages(replace(LONG, layout=Layout.THREAD))),
    "post-thread": of(*cards.messages(THREAD)),
    "post-differing": of(*cards.messages(DIFFERING)),
    "post-quiet": of(*cards.messages(replace(DAY, stories=()))),
    "post-degraded": of(*cards.messages(DEGRADED)),
    "post-delayed": of(*cards.messages(replace(DAY, delayed=True, composed_at=NOW + timedelta(hours=2)))),
    "post-stale": of(*cards.messages(STALE)),
    "post-changed-before": of(*cards.messages(CHANGED_BEFORE)),
    "post-amended": of(cards.amended(DAY, changed(DAY), 0)),
    "post-thread-amended": of(*(cards.amended(THREAD, changed(THREAD), part) for part in range(3))),
    "post-older-form": [plainly(card) for card in cards.messages(DAY)],
}
ANSWERS: Mapping[str, Look] = {
    **{f"answer-{name.value}": private(*answers.answer(asked(name), name.value, NOW)) for name in SectionName},
    **{
        f"answer-{name.value}-absent": private(*answers.answer(asked(name, BARE), name.value, NOW))
        for name in SectionName
    },
    "answer-read-more-writable": private(*answers.read_more(writable(None), NOW)),
    "answer-story-writable": private(*answers.answer(writable(None), "story", NOW)),
    "answer-trouble": private(*answers.answer(writable(SectionName.WHAT_CHANGED, TROUBLE), "what_changed", NOW)),
    "answer-read-more": private(*answers.read_more(asked(None, ALL), NOW)),
    "answer-read-more-bare": private(*answers.read_more(asked(None, BARE), NOW)),
    "answer-read-more-withdrawn": private(*answers.read_more(asked(None, WITHDRAWN), NOW)),
    "answer-story": private(*answers.answer(asked(None), "story", NOW)),
    "answer-quoted": private(*answers.answer(asked(None, QUOTED), "story", NOW)),
    "answer-quoted-outlook": private(
        *answers.answer(asked(SectionName.WHAT_HAPPENS_NEXT, QUOTED), "what_happens_next", NOW)
    ),
    "answer-sources": private(*answers.answer(asked(None), "sources", NOW)),
    "answer-sources-none": private(*answers.answer(asked(None, replace(ALL, articles=())), "sources", NOW)),
    "answer-withdrawn": private(*answers.answer(asked(SectionName.KEY_POINTS, WITHDRAWN), "key_points", NOW)),
    "answer-withdrawn-long": private(*answers.answer(asked(None, _WITHDRAWN_AGAIN), "story", NOW)),
    "answer-corrected": private(*answers.answer(asked(SectionName.KEY_POINTS, CORRECTED), "key_points", NOW)),
    "answer-read-more-corrected": private(*answers.read_more(asked(None, CORRECTED), NOW)),
    "answer-history": private(*history.cards(CORRECTED, former(REVISIONS))),
    "answer-history-withdrawn": private(*history.cards(WITHDRAWN, former(ENDED))),
    "answer-history-none": private(*history.cards(ALL, ())),
    "answer-nearest-to-correct": private(answers.not_found(asked(None, None, _OTHER), "key_points", CORRECT)),
    "answer-others": private(
        *answers.answer(replace(asked(SectionName.KEY_POINTS), others=(_OTHER,)), "key_points", NOW)
    ),
    "answer-not-found": private(answers.not_found(asked(None, None, _OTHER, ALL), "key_points")),
    "answer-nothing-like-it": private(answers.not_found(asked(None, None), "key_points")),
    "answer-search": private(answers.search_results("norvik", [ALL, _OTHER], NOW)),
    "answer-search-nothing": private(answers.search_results("zebra", [], NOW)),
    "answer-today": private(*answers.today(DAY)),
    "answer-today-none": private(*answers.today(None)),
    "answer-today-quiet": private(*answers.today(replace(DAY, stories=()))),
    "answer-help": private(answers.helping("K7Q4")),
    "answer-mistake": private(answers.sentence("“yesterday” is not a date; write it like 2026-03-01.")),
    "shared": of(*answers.shared(ALL, "key_points", "ada", NOW)),
    "shared-corrected": of(*answers.shared(CORRECTED, "key_points", "ada", NOW)),
}
ADMINS: Mapping[str, Look] = {
    "admin-not-set-up": private(admin_answers.not_set_up()),
    "admin-greeting": of(admin_answers.greeting()),
    "admin-set-up": private(admin_answers.set_up(ORDER, NOW, (), can_post_now=True)),
    "admin-set-up-later": private(admin_answers.set_up(ORDER, NOW, (), can_post_now=False)),
    "admin-mistake": private(
        answers.sentence(
            "time: “25:00” is no hour; write it like 08:00\ntimezone: “Berln” is no time zone; Europe/Berlin?",
            button("Open the form again", custom_id(FORM), style="primary"),
        )
    ),
    "admin-cannot-post": private(answers.sentence(f"Nothing was changed.\n{_TROUBLE}")),
    "admin-status": private(
        *admin_answers.status(ORDER, NOW, [SENT], [], CHANGES),
        answers.sentence(
            "To change it, give what is to be different: /daybrief setup time:08:30",
            button("Change", custom_id(SETUP), style="primary"),
        ),
    ),
    "admin-status-stories": private(*admin_answers.status(ORDER, NOW, [SENT], [], CHANGED_STORIES)),
    "admin-corrected": private(*answers.sentences(OUTCOME)),
    "admin-corrected-long": private(*answers.sentences(OUTCOME * 50)),
    "admin-correction-mistake": private(
        answers.sentence(
            "Title: This is empty.\nWhat you typed is kept; the form opens with it, over what stands there now.",
            button("Open the form again", custom_id(CORRECT, "K7Q4/title"), style="primary"),
        )
    ),
    "admin-status-trouble": private(
        *admin_answers.status(PAUSED, NOW, [UNCERTAIN, SENT], [_TROUBLE], CHANGES),
    ),
    "admin-test": private(*admin_answers.preview(ORDER, COMPOSITION, {"K7Q4": Wish.PIN}, can_change=True)),
    "admin-test-reader": private(*admin_answers.preview(ORDER, COMPOSITION, {}, can_change=False)),
    "admin-why": private(
        admin_answers.why(
            [
                "K7Q4 was left out here on Tuesday 3 March: score 1.19, the cut was 1.39.",
                "Stage: cut · ranked 7 · score 1.19 = (coverage 0.69 + salience 0.5) × weight 1",
                "Posted here on Monday 2 March at 08:00 as number 3. Stage: posted · ranked 3",
            ]
        ),
    ),
    "notice": of(answers.notice(Notice(channel=CHANNEL, sentence="#ai-news is paused: it is archived."))),
    "notice-many": of(answers.notice(MANY_FAIL)),
    "notice-resend": of(answers.notice(Notice(channel=CHANNEL, sentence="It may have arrived.", resend=7))),
}
MESSAGES = {**POSTS, **ANSWERS, **ADMINS}
FORMS: Mapping[str, Look] = {
    "form-set-up": [filled(as_typed(None))],
    "form-set-up-again": [filled(as_typed(replace(ORDER, topics=("labs", "chips"))))],
    "form-blank": [filled(Wanted())],
    "form-correct-title": [correcting(ALL, "title")],
    "form-correct-key-points": [correcting(ALL, "key_points")],
    "form-correct-outlook": [correcting(ALL, "what_happens_next")],
    "form-correct-long": [correcting(situations.LONG_TEXT, "what_changed")],
    "form-correct-withdrawn": [correcting(WITHDRAWN, "what_changed")],
    "form-withdraw": [dict(correction_forms.withdrawal(ALL).to_dict())],
    "form-withdraw-again": [dict(correction_forms.withdrawal(WITHDRAWN).to_dict())],
}
EVERYTHING: Mapping[str, Look] = {**MESSAGES, **FORMS}
