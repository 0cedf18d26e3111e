"""What all platforms say: true, complete, and readable as a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import reasons, wording
from bot.choice import DIVERSITY, Choice
from bot.model import Coverage, Origin, SectionName, Stage, StoryStatus, Verdict
from bot.rank import rank
from tests.morning import EDITION, NOW, STORY


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        (timedelta(hours=-1), "1 min"),
        (timedelta(seconds=5), "1 min"),
        (timedelta(minutes=35, seconds=59), "35 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=26), "26 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=9, hours=23), "9 days"),
    ],
)
def test_an_age_is_rounded_down_and_never_nothing(passed: timedelta, age: str) -> None:
    assert wording.age(NOW - passed, NOW) == age


def test_what_is_older_than_a_week_has_a_date() -> None:
    assert wording.when(NOW - timedelta(days=6), NOW) == "6 days ago"
    assert wording.when(NOW - timedelta(days=7), NOW) == "24 February 2026"


def test_numbers_agree_with_their_nouns() -> None:
    assert [wording.publishers(number) for number in (0, 1, 5)] == ["ready-written", "1 publisher", "5 publishers"]
    assert wording.counted(1204, "story", "stories") == "1,204 stories"


def test_an_edition_names_the_date_and_hour_of_its_readers() -> None:
    nuuk = replace(
        EDITION, date=date(2026, 3, 2), due_at=datetime(2026, 3, 3, 1, 59, tzinfo=UTC), timezone="America/Nuuk"
    )

    assert wording.date_line(nuuk) == "Monday 2 March 2026"
    assert wording.hour_line(nuuk) == "23:59 America/Nuuk"


@pytest.mark.parametrize(
    ("coverage", "line"),
    [
        (EDITION.coverage, "Read 29 feeds and 41 new articles; the newest is 35 min old."),
        (Coverage(sources=1, articles=1, newest_at=None), "Read 1 feed and 1 new article."),
        (Coverage(sources=0, articles=0, newest_at=None), "No feed has been read."),
        (Coverage(sources=0, articles=0, newest_at=None, failed=("A",)), "Read 0 feeds and 0 new articles."),
    ],
)
def test_coverage_is_told_as_it_was(coverage: Coverage, line: str) -> None:
    assert wording.coverage_line(replace(EDITION, coverage=coverage)) == line


@pytest.mark.parametrize(
    ("failed", "line"),
    [
        ((), ""),
        (("A",), "Could not read: A."),
        (("A", "B", "C"), "Could not read: A, B, C."),
        (("A", "B", "C", "D", "E"), "Could not read: A, B, C (and 2 more)."),
    ],
)
def test_failed_feeds_are_named_until_they_are_many(failed: tuple[str, ...], line: str) -> None:
    assert wording.failed_line(replace(EDITION, coverage=replace(EDITION.coverage, failed=failed))) == line


def test_readers_are_told_when_much_is_missing_and_only_then() -> None:
    half = replace(EDITION, coverage=replace(EDITION.coverage, sources=4))
    stale = replace(EDITION, coverage=replace(EDITION.coverage, sources=0, stale=True))

    assert wording.degraded_line(EDITION) == ""
    assert wording.degraded_line(half).startswith("4 feeds could not be read")
    assert wording.degraded_line(stale).startswith("No feed could be read since Monday, 08:00")


def test_a_bot_that_has_never_read_a_feed_does_not_speak_of_a_time_since_when() -> None:
    new = replace(EDITION, coverage=Coverage(sources=0, articles=0, newest_at=None, stale=True, unread=True))
    cut_off = replace(new, coverage=replace(new.coverage, failed=("Example Lab",)))

    assert wording.degraded_line(new) == "No feed has been read yet: news is missing from this edition."
    assert wording.degraded_line(cut_off) == "No feed could be read yet: news is missing from this edition."


def test_silence_is_called_quiet_only_if_we_have_looked() -> None:
    quiet = replace(EDITION, stories=())
    stale = replace(quiet, coverage=replace(EDITION.coverage, sources=0, stale=True))
    empty = replace(quiet, coverage=replace(EDITION.coverage, articles=0))

    assert wording.quiet_line(quiet) == "A quiet day: no story in 41 new articles since Monday."
    assert wording.quiet_line(empty) == "A quiet day: nothing new since Monday."
    assert "quiet" not in wording.quiet_line(stale).lower()


def test_a_late_edition_says_how_late() -> None:
    late = replace(EDITION, delayed=True, composed_at=NOW + timedelta(hours=2))
    next_day = replace(late, composed_at=NOW + timedelta(hours=20))

    assert wording.delayed_line(EDITION) == ""
    assert wording.delayed_line(late) == "Delayed: due at 08:00, written at 10:00."
    assert wording.delayed_line(next_day) == "Delayed: due at 08:00, written at Wednesday, 04:00."


def test_an_update_says_what_is_new() -> None:
    new, update, *_ = EDITION.stories

    assert wording.update_mark(new) == ""
    assert wording.update_mark(update) == "Update · now 3 publishers, 1 when posted"
    assert wording.update_mark(replace(update, news="")) == "Update"
    assert wording.update_mark(replace(update, status=StoryStatus.WITHDRAWN)) == ""


def test_a_correction_and_a_withdrawal_have_a_date_and_a_reason() -> None:
    at = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    corrected = replace(STORY, status=StoryStatus.CORRECTED, status_at=at)
    withdrawn = replace(STORY, status=StoryStatus.WITHDRAWN, status_at=at, status_reason="a hoax")

    assert wording.status_line(STORY) == ""
    assert wording.status_line(corrected) == "Corrected on 3 March 2026."
    assert wording.status_line(withdrawn, "Europe/Berlin") == "Withdrawn on 4 March 2026: a hoax."
    assert wording.status_line(replace(withdrawn, status_reason="Gone!")).endswith(": Gone!")


@pytest.mark.parametrize("section", list(SectionName))
def test_an_absent_section_is_named_with_the_story_and_the_line_that_enables_it(section: SectionName) -> None:
    sentence = wording.absent(STORY, section)

    assert wording.HEADINGS[section].lower() in sentence.lower()
    assert "K7Q4" in sentence
    takes_judgement = section is not SectionName.KEY_POINTS
    assert ('[analyst] model = "provider:model"' in sentence) == takes_judgement
    assert ("docs/models.md" in sentence) == takes_judgement


def test_without_key_points_there_is_the_takeaway_or_only_the_title() -> None:
    bare = replace(STORY, takeaway="")

    assert wording.absent(STORY, SectionName.KEY_POINTS).endswith(f"say no more than this. {STORY.takeaway}")
    assert "only its title" in wording.absent(bare, SectionName.KEY_POINTS)


def test_a_number_that_the_latest_edition_has_not_is_told_from_a_name() -> None:
    assert wording.no_such_number(None) == "no edition has been posted yet"
    assert wording.no_such_number(replace(EDITION, stories=())) == "the latest edition has no story"
    two = wording.no_such_number(replace(EDITION, stories=EDITION.stories[:2]))
    assert wording.not_found("3", (STORY,), two) == (
        "No stored story is called “3”: the latest edition has 2 stories. The nearest:"
    )


@pytest.mark.parametrize("section", list(SectionName))
def test_trouble_takes_the_place_of_advice(section: SectionName) -> None:
    sentence = wording.absent(STORY, section, "today's budget is spent")

    assert sentence == f"“{wording.HEADINGS[section]}” is not written for K7Q4. Today's budget is spent."


def test_a_reason_in_the_words_of_others_stays_on_one_line() -> None:
    assert wording.sentence_of("it said\u200b:\n- no\r\n- never") == "It said: - no - never."
    assert wording.not_found("x", (), "it said:\n# no").startswith("No stored story is called “x”: it said: # no. ")


def test_what_a_model_may_write_is_told_with_its_command_unless_it_is_written() -> None:
    writable = (SectionName.SECOND_ORDER_EFFECTS, SectionName.WHAT_CHANGED, SectionName.STRATEGIC_IMPLICATIONS)

    assert wording.on_request(STORY, writable) == "Written when you ask: /brief implications K7Q4, /effects K7Q4"
    assert wording.on_request(STORY, ()) == ""
    assert set(wording.COMMANDS.values()) <= {line.rpartition(" ")[0] for line, _ in wording.help_lines("K7Q4")}


def test_a_name_that_fits_nothing_is_repeated_with_the_way_to_name_a_story() -> None:
    assert "“norwick”" in wording.not_found("norwick", ())
    assert wording.NAMING in wording.not_found("norwick", ())
    assert wording.not_found("norwick", (STORY,)).endswith("The nearest:")
    assert wording.not_found("", ()).startswith("Say which story.")


def test_two_scores_that_differ_are_told_apart() -> None:
    assert wording.told_apart(4.1, 5.2) == ("4.10", "5.20")
    assert wording.told_apart(1.3861, 1.3864) == ("1.3861", "1.3864")
    assert wording.told_apart(1.5, 1.5) == ("1.50", "1.50")


def test_the_formula_that_people_see_gives_the_score() -> None:
    stories = [replace(STORY, ref=ref, title="OpenAI opens a shop", origin=Origin.FEEDS) for ref in ("A2BC", "B2BC")]
    choice = Choice(2, {})
    choice.choose(rank([replace(stories[0], significance=4), stories[1]], posted={}))
    left, right = wording.FORMULA.split(" = ")
    sum_ = right.replace("×", "*").replace("−", "-")

    assert left == "score"
    assert sum_ == "(coverage + salience) * weight * significance - diversity"
    for verdict in choice.verdicts():
        of = dict(verdict.numbers)
        score = (of["coverage"] + of["salience"]) * of["weight"] * of["significance"] - of["diversity"]
        assert verdict.score == pytest.approx(score)
    assert [dict(one.numbers)["diversity"] for one in choice.verdicts()] == [0, DIVERSITY]


def test_the_arithmetic_is_told_with_its_numbers() -> None:
    parts = {"coverage": 1.7918, "salience": 0.5, "weight": 1.0, "significance": 1.0, "diversity": 0.35}
    verdict = Verdict(ref="K7Q4", stage=Stage.POSTED, rank=2, score=1.9418, numbers=tuple(parts.items()))
    older = replace(verdict, numbers=(("coverage", 1.7918), ("recency", 0.5)))
    told = "coverage 1.79 + salience 0.5) × weight 1 × significance 1 − diversity 0.35"

    assert reasons.arithmetic(verdict) == f"score 1.94 = ({told}"
    assert reasons.arithmetic(older) == "score 1.94, coverage 1.79, recency 0.5"
    assert reasons.arithmetic(Verdict(ref="K7Q4", stage=Stage.OFF_TOPIC)) == ""


def test_a_story_is_as_old_as_its_newest_article() -> None:
    assert wording.newest_at(STORY) == NOW - timedelta(hours=3)
    assert wording.newest_at(replace(STORY, articles=(replace(STORY.articles[0], published=None),))) == NOW
    assert wording.newest_at(replace(STORY, articles=())) == STORY.first_seen
