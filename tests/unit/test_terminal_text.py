"""What the terminal shows: at every width, with and without colour, whatever the outside world has written."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from adapters.terminal import looks, text
from adapters.terminal.pieces import address, as_plain
from bot.model import (
    Answer,
    Article,
    Delivery,
    DeliveryState,
    Dispute,
    Edition,
    Feed,
    FeedOutcome,
    FeedState,
    GatherReport,
    Link,
    SectionName,
    Stage,
    Standing,
    Story,
    StoryStatus,
    Subscription,
    Tally,
    Verdict,
    Version,
)
from bot.outcome import Ruling
from bot.ports import Revision
from bot.why import Why
from tests.golden import matches_golden
from tests.morning import CHANNEL, EDITION, NOW, PRICE, QUOTED, STORY

ESC = "\x1b"
HOSTILE = f"[bold]x[/bold] [link=https://evil.example]y[/link] {ESC}[31mred{ESC}]8;;https://evil.example\x07z\u202e"
"""Markup, a colour, a link and a right-to-left override."""

QUIET = replace(EDITION, stories=())
STALE = replace(EDITION, coverage=replace(EDITION.coverage, sources=0, stale=True))
LATE = replace(
    EDITION, delayed=True, composed_at=NOW + timedelta(hours=2), coverage=replace(EDITION.coverage, sources=3)
)
DIFFERING = replace(EDITION, stories=(replace(EDITION.stories[0], disputes=(PRICE,)),))
AMENDED = replace(
    EDITION,
    stories=(
        replace(
            EDITION.stories[0],
            status=StoryStatus.WITHDRAWN,
            status_reason="the laboratory does not exist",
            status_at=NOW + timedelta(hours=17),
        ),
        replace(EDITION.stories[1], status=StoryStatus.CORRECTED, status_at=NOW),
    ),
)
WITHDRAWN = replace(STORY, status=StoryStatus.WITHDRAWN, status_reason="it is a hoax", status_at=NOW)

SUBSCRIPTION = Subscription(id=1, channel=CHANNEL, at=time(8), timezone="Europe/Berlin", days=(1, 2, 3, 4, 5))
SENT = Delivery(
    id=1,
    subscription=1,
    channel=CHANNEL,
    date=date(2026, 3, 3),
    due_at=NOW,
    state=DeliveryState.SENT,
    attempts=1,
    sent_at=NOW,
    edition=("K7Q4", "B3ZX"),
)
NUMBERS = (
    *(("coverage", 1.7918), ("salience", 0.5), ("weight", 1.5), ("significance", 1.0), ("diversity", 0.35)),
    ("publishers", 5.0),
)
LEFT_OUT = Ruling(
    delivery=SENT,
    called="K7Q4",
    edition=replace(EDITION, stories=EDITION.stories[1:]),
    verdict=Verdict(ref="K7Q4", stage=Stage.CUT, rank=9, score=3.0877, numbers=NUMBERS, detail="the cut was 5.20"),
    tally=Tally(places=5, cut=5.2),
)
REFUSED = replace(SENT, state=DeliveryState.REFUSED, sent_at=None, reason="the folder is not writable", attempts=3)
FEED = Feed(url="https://fjord.example/feed.xml", name="Fjord News")
FINE = FeedState(url=FEED.url, read_at=NOW - timedelta(minutes=4), fine_at=NOW, articles=1204)
FAILING = FeedState(url=FEED.url, read_at=NOW, failures=4, reason="the server answered 404")


def asked(section: SectionName | None = None, story: Story | None = STORY) -> Answer:
    return Answer(asked="norvik", section=section, story=story)


def coloured(shown: RenderableType, width: int = 80, *, no_color: bool = False) -> str:
    paper = io.StringIO()
    console = Console(file=paper, width=width, force_terminal=True, color_system="truecolor", no_color=no_color)
    console.print(shown)
    return paper.getvalue()


# ------------------------------------------------------------------------------------------------- the edition


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_edition_looks_as_it_was_accepted(width: int) -> None:
    assert matches_golden(f"terminal/edition-{width}.txt", text.plain(EDITION, width))


@pytest.mark.parametrize("edition", [EDITION, QUIET, STALE, LATE, AMENDED])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_plain_text_is_what_the_console_shows(edition: Edition, width: int) -> None:
    assert text.plain(edition, width) == as_plain(text.edition(edition), width)


@pytest.mark.parametrize(
    ("name", "edition"),
    [("quiet", QUIET), ("stale", STALE), ("late", LATE), ("amended", AMENDED), ("differing", DIFFERING)],
)
def test_an_unusual_morning_looks_as_it_was_accepted(name: str, edition: Edition) -> None:
    assert matches_golden(f"terminal/{name}.txt", text.plain(edition))


@settings(deadline=None)
@given(st.integers(min_value=40, max_value=200))
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(width: int) -> None:
    lines = text.plain(EDITION, width).splitlines()

    assert max(cell_len(line) for line in lines) <= width
    assert [line for line in lines if line != line.rstrip()] == []


def test_wide_characters_do_not_push_a_column_aside() -> None:
    lines = text.plain(EDITION, 80).splitlines()
    starts = {
        cell_len(line[: line.index(word)]) for line in lines for word in ("東京", "It runs", "Draft") if word in line
    }

    assert len(starts) == 1


def test_a_quiet_day_is_one_line() -> None:
    fine = replace(QUIET, coverage=replace(QUIET.coverage, failed=()))

    assert len(text.plain(fine, 80).splitlines()) == 1


def test_what_was_withdrawn_is_named_but_not_said_again() -> None:
    seen = text.plain(AMENDED)

    assert "Withdrawn on 4 March 2026: the laboratory does not exist." in seen
    assert AMENDED.stories[0].title[:30] in seen
    assert AMENDED.stories[0].takeaway[:30] not in seen
    assert AMENDED.stories[1].takeaway[:30] in seen


def test_only_what_has_changed_is_shown_again_after_a_correction() -> None:
    mixed = replace(AMENDED, stories=(*AMENDED.stories, EDITION.stories[2]))
    seen = as_plain(text.amendments(mixed), 80)

    assert "K7Q4" in seen
    assert "B3ZX" in seen
    assert "R8WT" not in seen


# ------------------------------------------------------------------------------------- colours, links, hostility


def test_plain_text_has_no_escape_codes_even_where_colours_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")

    assert ESC not in text.plain(EDITION)


def test_without_colour_no_colour_is_sent() -> None:
    seen = coloured(text.edition(EDITION), no_color=True)

    assert f"{ESC}[35m" in coloured(text.edition(EDITION))
    assert f"{ESC}[3" not in seen.replace(f"{ESC}[3m", "")


def test_sources_open_in_the_browser_where_the_terminal_can() -> None:
    seen = coloured(text.edition(EDITION))

    assert f";https://tech-ledger.example/2026/03/03/story{ESC}\\" in seen


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x?y=1&z=%20#top", "https://a.example/x?y=1&z=%20#top"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        (f"https://a.example/{ESC}]8;;x\x07", "https://a.example/%1B]8;;x%07"),
        ("https://a.example/日本", "https://a.example/%E6%97%A5%E6%9C%AC"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_a_link_is_an_http_address_in_printable_ascii_or_none(url: str, link: str) -> None:
    assert address(url) == link


HOSTILE_DISPUTES = (Dispute(versions=(Version(said=HOSTILE, sources=(HOSTILE,)),) * 2),)


def hostile_edition() -> Edition:
    story = replace(
        EDITION.stories[0],
        title=HOSTILE,
        takeaway=HOSTILE,
        is_update=True,
        news=HOSTILE,
        status=StoryStatus.CORRECTED,
        status_reason=HOSTILE,
        sources=(Link(name=HOSTILE, url=f"https://a.example/{HOSTILE}"), Link(name=HOSTILE, url="javascript:x")),
        disputes=HOSTILE_DISPUTES,
    )
    channel = replace(CHANNEL, name=HOSTILE)
    return replace(EDITION, channel=channel, stories=(story,), coverage=replace(EDITION.coverage, failed=(HOSTILE,)))


def hostile_story() -> Story:
    article = Article(
        key="0" * 24,
        title=HOSTILE,
        url=f"https://a.example/{HOSTILE}",
        source=replace(STORY.articles[0].source, name=HOSTILE),
        published=None,
        first_seen=NOW,
        news_at=NOW,
    )
    points = (replace(STORY.sections.key_points[0], text=HOSTILE, sources=(article.url,), quote=f"{HOSTILE}!"),)
    passage = STORY.sections.what_happens_next
    assert passage
    item = replace(passage.items[0], text=HOSTILE, horizon=HOSTILE, basis=HOSTILE, confidence=HOSTILE)
    sections = replace(
        STORY.sections, key_points=points, what_happens_next=replace(passage, text=HOSTILE, items=(item,))
    )
    return replace(
        STORY,
        title=HOSTILE,
        takeaway=HOSTILE,
        topics=(HOSTILE,),
        disputes=HOSTILE_DISPUTES,
        sections=sections,
        articles=(article,),
        analyst=HOSTILE,
    )


@pytest.mark.parametrize(
    "shown",
    [
        lambda: text.edition(hostile_edition()),
        lambda: text.edition(replace(hostile_edition(), stories=())),
        lambda: looks.answer(asked(story=hostile_story()), now=NOW),
        lambda: looks.answer(asked(SectionName.KEY_POINTS, hostile_story()), now=NOW),
        lambda: looks.sources(asked(story=hostile_story()), now=NOW),
        lambda: looks.not_found(Answer(asked=HOSTILE, nearest=(hostile_story(),))),
        lambda: looks.search_results(HOSTILE, (hostile_story(),), now=NOW),
        lambda: looks.history([Revision(number=1, at=NOW, reason="gathered", story=hostile_story())]),
        lambda: looks.feeds(
            [(Feed(url=HOSTILE, name=HOSTILE), FeedState(url="", failures=1, reason=HOSTILE))], now=NOW
        ),
        lambda: looks.why(
            Why(
                sentence=f"It is {HOSTILE}.",
                found=asked(story=hostile_story()),
                head=LEFT_OUT,
                others=(LEFT_OUT,),
                where=HOSTILE,
            )
        ),
        lambda: looks.channels([replace(SUBSCRIPTION, channel=replace(CHANNEL, name=HOSTILE), topics=(HOSTILE,))], {}),
        lambda: looks.deliveries([replace(REFUSED, channel=replace(CHANNEL, name=HOSTILE), reason=HOSTILE)], {}),
    ],
)
def test_text_from_outside_is_shown_and_never_obeyed(shown: Callable[[], RenderableType]) -> None:
    allowed = coloured(shown())
    # What is left after the codes of our own styles and links must hold no control and no direction.
    visible = as_plain(shown(), 80)

    assert "[bold]x" in visible
    assert f"{ESC}[31mred" not in allowed
    assert f";https://evil.example{ESC}" not in allowed
    assert not {ESC, "\x07", "\u202e"} & set(visible)
    assert not {"\x07", "\u202e"} & set(allowed)


# ------------------------------------------------------------------------------------------------ the answers


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("key-points", looks.answer(asked(SectionName.KEY_POINTS), now=NOW)),
        ("outlook", looks.answer(asked(SectionName.WHAT_HAPPENS_NEXT), now=NOW)),
        ("absent", looks.answer(asked(SectionName.SECOND_ORDER_EFFECTS), now=NOW)),
        ("story", looks.answer(asked(), now=NOW)),
        ("story-writable", looks.answer(replace(asked(), writable=tuple(SectionName)), now=NOW)),
        ("quoted", looks.answer(asked(story=QUOTED), now=NOW)),
        ("quoted-outlook", looks.answer(asked(SectionName.WHAT_HAPPENS_NEXT, QUOTED), now=NOW)),
        ("sources", looks.sources(asked(), now=NOW)),
        ("search", looks.search_results("norvik", (STORY, replace(STORY, ref="R8WT2", articles=())), now=NOW)),
        ("nothing-found", looks.search_results("norvik", (), now=NOW)),
        ("nearest", looks.not_found(Answer(asked="norwick", nearest=(STORY,)))),
        ("unknown", looks.not_found(Answer(asked="norwick"))),
    ],
)
def test_an_answer_looks_as_it_was_accepted(name: str, shown: RenderableType) -> None:
    assert matches_golden(f"terminal/answer-{name}.txt", as_plain(shown, 80))


def test_the_sources_of_key_points_are_numbered_as_they_are_cited() -> None:
    seen = as_plain(looks.answer(asked(SectionName.KEY_POINTS), now=NOW), 80)

    assert "thirty people.[1][2]" in seen
    assert seen.index("1  Norvik bets") < seen.index("2  Norvik hires")


@pytest.mark.parametrize("section", [None, SectionName.KEY_POINTS, SectionName.WHAT_CHANGED])
def test_a_withdrawn_story_answers_with_the_reason_and_its_sources_only(section: SectionName | None) -> None:
    seen = as_plain(looks.answer(asked(section, WITHDRAWN), now=NOW), 80)

    assert "Withdrawn on 3 March 2026: it is a hoax." in seen
    assert "Tech Ledger" in seen
    assert "thirty people." not in seen
    assert "publishes everything" not in seen


def test_a_name_that_fits_nothing_answers_with_the_nearest_as_an_error_too() -> None:
    seen = looks.not_found_text(Answer(asked="norwick", nearest=(STORY,)))

    assert seen == f"No stored story is called “norwick”. The nearest:\n  K7Q4  {STORY.title}"
    assert ESC not in looks.not_found_text(Answer(asked=HOSTILE, nearest=(hostile_story(),)))


# ------------------------------------------------------------------------------------------------- the tables


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "deliveries",
            looks.deliveries(
                [SENT, REFUSED, replace(SENT, edition=()), replace(SENT, state=DeliveryState.DUE, edition=None)],
                {1: "Europe/Berlin"},
            ),
        ),
        ("feeds", looks.feeds([(FEED, FINE), (FEED, FAILING), (FEED, FeedState(url=FEED.url))], now=NOW)),
        (
            "channels",
            looks.channels(
                [
                    SUBSCRIPTION,
                    replace(SUBSCRIPTION, id=2, days=(1, 2, 3, 4, 5, 6, 7)),
                    replace(SUBSCRIPTION, days=(1, 4), standing=Standing.PAUSED, reason="by hand"),
                ],
                {1: datetime(2026, 3, 4, 8, tzinfo=UTC)},
            ),
        ),
        (
            "gather",
            looks.gather_report(
                GatherReport(
                    at=NOW,
                    outcomes=(
                        FeedOutcome(
                            feed=FEED, state=FINE, articles=30, new=3, note="not well-formed, 30 articles saved"
                        ),
                        FeedOutcome(feed=FEED, state=FAILING),
                    ),
                    new_stories=1,
                    grown_stories=2,
                    skipped=(FEED,),
                )
            ),
        ),
        (
            "findings",
            looks.findings(
                [("disk", True, "20.1 GB free"), ("feeds", False, "4 of 5 feeds fail; see daybrief feeds")],
                [(NOW, SUBSCRIPTION)],
            ),
        ),
        (
            "why",
            looks.why(
                Why(
                    sentence="K7Q4 was left out in ai-news on Tuesday 3 March: score 3.09, the cut was 5.20.",
                    found=asked(),
                    head=LEFT_OUT,
                    others=(
                        replace(LEFT_OUT, verdict=Verdict(ref="K7Q4", stage=Stage.KNOWN), tally=None),
                        replace(LEFT_OUT, verdict=None, delivery=REFUSED),
                    ),
                    where="in ai-news",
                )
            ),
        ),
        (
            "history",
            looks.history(
                [
                    Revision(number=1, at=NOW, reason="imported", story=STORY),
                    Revision(
                        number=2,
                        at=NOW,
                        reason="corrected",
                        story=replace(
                            STORY,
                            title="Norvik opens no laboratory",
                            takeaway="It was a plan.",
                            sections=replace(STORY.sections, what_changed=None),
                        ),
                        workspace="slack:T1",
                        person="Ada (U1)",
                    ),
                    Revision(number=3, at=NOW, reason="withdrawn", story=WITHDRAWN),
                ]
            ),
        ),
        ("changes", looks.changes([(STORY, replace(STORY, title="Norvik opens no laboratory", takeaway=""), 12)])),
        ("former-texts", looks.former_texts(WITHDRAWN) or ""),
    ],
)
def test_a_table_looks_as_it_was_accepted(name: str, shown: RenderableType) -> None:
    assert matches_golden(f"terminal/table-{name}.txt", as_plain(shown, 80))


@pytest.mark.parametrize(
    ("shown", "hint"),
    [
        (looks.deliveries([], {}), "Nothing has been due yet."),
        (looks.feeds([], now=NOW), "daybrief feeds add"),
        (looks.channels([], {}), "daybrief channels add"),
        (looks.gather_report(GatherReport(at=NOW)), "0 of 0 feeds read"),
        (looks.findings([], []), "No channel is due."),
        (looks.why(Why(sentence="There was no post.")), "There was no post."),
        (looks.history([]), ""),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(shown: RenderableType, hint: str) -> None:
    assert hint in as_plain(shown, 80)
