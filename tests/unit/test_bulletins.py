"""What admins are told of every trouble, as they read it."""

from dataclasses import replace

import pytest

from bot import bulletins
from bot.model import Case, Cause, Notice, Trouble
from tests.clock import TUESDAY
from tests.golden import matches_golden

REASONS = {
    Cause.CLOSED: "the channel is archived",
    Cause.PAUSED: "paused by Ada",
    Cause.SILENT: "the first was that of 1 March 2026",
    Cause.STALE: "that of 3 March 2026, because 12 feeds could not be read and 8 could",
    Cause.ONE_SOURCE: "Norvik Times, on 3 March 2026",
    Cause.ZONE: "Europe/Atlantis",
    Cause.PLATFORM: "matrix",
    Cause.TOKEN: "the token was revoked",
    Cause.UNREACHABLE: "there is no connection",
    Cause.WORKERS: "editions wait, and no worker that can post there is running",
    Cause.FEED: "HTTP 503",
    Cause.BUDGET: "$1",
    Cause.MODEL: "the model norvik-1: the provider does not accept the key",
    Cause.STORE: "the database data/daybrief.db: the disk is full; free some space, and Daybrief goes on by itself",
    Cause.SPACE: "312 MB",
    Cause.CLOCK: "this machine's clock says 2026-03-01 08:00 UTC, but Daybrief has already run at 2026-03-03 08:00 "
    "UTC; set the clock",
    Cause.CONFIGURATION: 'config.toml has 1 problem: bot.timezon: unknown key; did you mean "timezone"?',
    Cause.BACKUP: "the folder /copies cannot be written",
    Cause.MONITORS: "the port that [operations] listen names, 127.0.0.1:9464, cannot be opened (address already in "
    'use); end what holds it, or choose another, or "" for none',
    Cause.FAULT: "KeyError",
}
NAMES = {
    Cause.TOKEN: ("Slack T1", "Slack T2"),
    Cause.UNREACHABLE: ("Slack", "Discord"),
    Cause.WORKERS: ("Slack", "Discord"),
    Cause.FEED: ("Orrery Lab", "Halden Post"),
    Cause.FAULT: ("gathering", "preparing"),
}


def cases(cause: Cause) -> tuple[Case, Case]:
    """Two cases of it."""
    one, two = NAMES.get(cause, ("#ai-news", "#labs"))
    case = Case(
        trouble=Trouble(cause=cause, subject="1", name=one, detail=REASONS[cause]), begun_at=TUESDAY, told_at=TUESDAY
    )
    return case, replace(case, trouble=replace(case.trouble, subject="2", name=two))


def told(notice: Notice) -> str:
    return "\n".join((notice.sentence, *(f"  - {line}" for line in notice.lines)))


def test_what_is_told_of_every_trouble_reads_as_accepted() -> None:
    seen = []
    for cause in Cause:
        one, two = cases(cause)
        several = [[one], [one, two]] if bulletins.WORDS[cause].many else [[one]]
        for some in several:
            seen += [told(bulletins.begun(some, "Europe/Berlin")), told(bulletins.over(some, "Europe/Berlin"))]

    assert matches_golden("troubles.txt", "\n\n".join(seen) + "\n")


@pytest.mark.parametrize("cause", list(Cause))
def test_no_sentence_has_a_gap_or_ends_twice(cause: Cause) -> None:
    for make in (bulletins.begun, bulletins.over):
        sentence = make([cases(cause)[0]], "UTC").sentence

        assert "{" not in sentence
        assert not any(odd in sentence for odd in ("..", "?.", "  ", " ,", ": ."))


def test_reasons_that_differ_are_listed_and_too_many_are_counted() -> None:
    one, _ = cases(Cause.FEED)
    many = [
        replace(one, trouble=replace(one.trouble, subject=str(n), name=f"Feed {n:02}", detail=f"HTTP 5{n:02}"))
        for n in range(20)
    ]

    notice = bulletins.begun(many, "UTC")

    assert "(UTC): as listed below." in notice.sentence
    assert notice.lines[0] == "Feed 00: HTTP 500"
    assert notice.lines[-1] == "and 5 more"


def test_what_strangers_have_written_is_cleaned_and_cut() -> None:
    one, _ = cases(Cause.FEED)
    nasty = replace(one.trouble, name="a\u202eb\n" * 90, detail="<!channel>\n" * 90)

    sentence = bulletins.begun([replace(one, trouble=nasty)], "UTC").sentence

    assert "\n" not in sentence
    assert "\u202e" not in sentence
    assert len(sentence) < 900
