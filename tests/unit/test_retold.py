"""What people are told of corrections: what came of one, and how a story read before."""

from dataclasses import replace
from datetime import timedelta

from bot.forms import CALLED, Part
from bot.model import Change, StoryStatus
from bot.ports import Revision
from bot.retold import acted, former, outcome, until
from tests.morning import NOW, STORY
from tests.slack_looks import SENT, WITHDRAWN

_CORRECTED = replace(STORY, title="Norvik opens a laboratory in Bergen", status=StoryStatus.CORRECTED, status_at=NOW)
_HISTORY = tuple(
    Revision(number=number, at=NOW + timedelta(hours=number), reason=reason, story=story)
    for number, (reason, story) in enumerate(
        (
            ("imported", replace(STORY, takeaway="")),
            ("imported", STORY),
            ("grown", replace(STORY, articles=STORY.articles[:1])),
            ("corrected", _CORRECTED),
            ("withdrawn", replace(_CORRECTED, status=StoryStatus.WITHDRAWN)),
        ),
        start=1,
    )
)


def test_the_newest_former_text_comes_first_and_only_what_was_changed_is_told() -> None:
    gone, corrected, first = former(_HISTORY)

    assert until(corrected) == "Until 3 March 2026, 11:00 UTC, when it was corrected"
    assert corrected.parts == (("Title", STORY.title),)
    assert first.parts == (("Takeaway", ""),)
    assert until(first) == "Until 3 March 2026, 09:00 UTC, when it was taken in anew"
    assert gone.parts[0] == ("Title", "Norvik opens a laboratory in Bergen")


def test_of_what_was_withdrawn_everything_is_told() -> None:
    assert [heading for heading, _ in former(_HISTORY)[0].parts] == [
        CALLED[part] for part in (Part.TITLE, Part.TAKEAWAY, Part.KEY_POINTS, Part.WHAT_CHANGED, Part.WHAT_HAPPENS_NEXT)
    ]


def test_a_story_that_never_read_otherwise_has_no_former_text() -> None:
    assert former(()) == former(_HISTORY[:1]) == former(_HISTORY[1:3]) == ()


def test_every_post_that_was_not_changed_is_named_with_the_reason() -> None:
    assert outcome(_CORRECTED, [SENT, SENT], [(SENT, "the message is gone")], [(SENT, "Slack is busy")]) == (
        "K7Q4 is corrected. 2 posts say so now.",
        "The post of Friday 27 February 2026 in #ai-news could not be changed. The message is gone.",
        "The post of Friday 27 February 2026 in #ai-news is still to be changed; Daybrief keeps trying. Slack is busy.",
    )


def test_a_hundred_posts_are_named_and_the_rest_is_counted() -> None:
    said = outcome(_CORRECTED, [], [(SENT, "the message is gone")] * 70, [(SENT, "Slack is busy")] * 50)

    assert len(said) == 102
    assert said[-1] == "And 20 more."


def test_that_no_post_was_changed_is_not_said_as_if_there_were_none() -> None:
    assert outcome(WITHDRAWN, [SENT]) == ("K7Q4 is withdrawn. 1 post says so now.",)
    assert outcome(WITHDRAWN, []) == ("K7Q4 is withdrawn. No post of this workspace carries it.",)
    assert outcome(WITHDRAWN, [], [(SENT, "gone")])[0] == "K7Q4 is withdrawn. No post says so yet."


def test_answers_that_people_have_shared_are_counted_for_nothing_changes_them() -> None:
    assert outcome(WITHDRAWN, [SENT], shares=1)[1] == "1 answer that somebody shared in a channel stays as it is."
    assert outcome(WITHDRAWN, [SENT], shares=2)[1] == "2 answers that people shared in channels stay as they are."


def test_the_audit_log_tells_of_stories_in_words() -> None:
    change = Change(at=NOW, workspace="slack:T1", person="ada", action="correct", subject="K7Q4", event="e")

    assert acted(replace(change, detail="title, takeaway")) == "corrected K7Q4 (title, takeaway)"
    assert acted(replace(change, action="withdraw", detail="a hoax")) == "withdrew K7Q4: a hoax"
    assert acted(replace(change, action="pause")) == ""
