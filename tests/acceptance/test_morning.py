"""A morning from the outside: stories come in, an edition goes out once, questions are answered."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.locks import Lock
from tests.acceptance.program import CONFIG, STORY, Program

MORNING = "2026-03-03"


@pytest.fixture
def stocked(program: Program) -> Program:
    story = program.write("story.txt", STORY)
    assert program.run("import", str(story), "--at", f"{MORNING}T07:30").code == 0
    return program


def test_an_imported_story_keeps_its_sections_without_the_decoration(stocked: Program) -> None:
    points = stocked.run("keypoints", "norvik", "--json").json()["sections"]["key_points"]
    effects = stocked.run("effects", "norvik")
    whole = stocked.run("story", "norvik", "--json").json()

    assert [point["text"] for point in points] == [
        "First laboratory outside the large labs.",
        "Three of five founders stay.",
        "It publishes everything.",
    ]
    assert "Data centres may be built elsewhere." in effects.out
    assert "no part of the story" not in str(whole)
    assert whole["sections"]["what_changed"]["text"] == "Norvik opened a laboratory.\n\nIt hires thirty people."


def test_a_story_survives_the_round_trip_through_json_to_the_letter(stocked: Program) -> None:
    exported = stocked.run("story", "norvik", "--json")
    again = stocked.run("import", "-", typed=exported.out)

    assert again.code == 0
    assert "updated" in again.out
    assert stocked.run("story", "norvik", "--json").out == exported.out
    assert len(stocked.run("search", "--json").json()) == 1


def test_what_is_due_is_posted_once_however_often_it_is_asked_for(stocked: Program) -> None:
    first = stocked.run("post", "--at", MORNING)
    second = stocked.run("post", "--at", MORNING)
    (row,) = stocked.run("deliveries", "--json").json()

    assert (first.code, second.code) == (0, 0)
    assert "Norvik opens a laboratory for self-improving agents" in first.out
    assert "Norvik" not in second.out
    assert (row["channel"], row["date"], row["state"], row["attempts"]) == ("ai-news", MORNING, "sent", 1)
    assert row["due"] == "2026-03-03T08:00:00Z"
    assert row["edition"] == [stocked.run("story", "norvik", "--json").json()["ref"]]
    assert row["receipt"]


def test_a_story_is_posted_on_one_day_only_and_the_quiet_day_says_so(stocked: Program) -> None:
    stocked.run("post", "--at", MORNING)
    quiet = stocked.run("post", "--at", "2026-03-04")
    rows = stocked.run("deliveries", "--json").json()

    assert quiet.code == 0
    assert "Norvik" not in quiet.out
    assert "uiet" in quiet.out
    assert (rows[0]["date"], rows[0]["state"], rows[0]["edition"]) == ("2026-03-04", "sent", [])


def test_a_preview_shows_what_the_post_will_be_and_sends_nothing(stocked: Program) -> None:
    preview = stocked.run("preview", "ai-news", "--at", MORNING)
    payloads = stocked.run("preview", "ai-news", "--at", MORNING, "--json").json()

    assert "Norvik opens a laboratory" in preview.out
    assert len(payloads) == 1
    assert stocked.run("deliveries", "--json").json() == []


def test_why_tells_the_stage_and_the_numbers(stocked: Program) -> None:
    stocked.run("post", "--at", MORNING)
    stocked.run("post", "--at", "2026-03-04")
    rulings = stocked.run("why", "ai-news", "norvik", "--json").json()
    told = stocked.run("why", "ai-news", "norvik")

    [answer, *others] = rulings
    assert set(answer) == {
        *("channel", "date", "ref", "stage", "rank", "score", "numbers", "detail", "sentence", "cut"),
    }
    assert (answer["date"], answer["stage"], answer["rank"]) == (MORNING, "posted", 1)
    assert answer["sentence"] == f"{answer['ref']} was posted in ai-news on Tuesday 3 March at 08:00 as number 1."
    assert [one["stage"] for one in others] in ([], ["outside_window"], ["known"])
    assert told.code == 0
    assert " ".join(told.out.split()).startswith(answer["sentence"])


def test_why_without_a_story_tells_what_the_channel_got(stocked: Program) -> None:
    stocked.run("post", "--at", MORNING)
    told = stocked.run("why", "ai-news")
    [answer] = stocked.run("why", "ai-news", "--json").json()

    assert told.code == 0
    assert "the latest edition was posted on Tuesday 3 March at 08:00 with 1 story" in " ".join(told.out.split())
    assert (answer["channel"], answer["stage"], answer["sentence"]) == ("ai-news", None, " ".join(told.out.split()))


def test_why_of_what_is_not_stored_fails_with_a_sentence(stocked: Program) -> None:
    told = stocked.run("why", "ai-news", "https://nowhere.example/story")

    assert told.code == 1
    assert "none of our feeds is of nowhere.example" in told.err


def test_a_correction_changes_the_stored_story_and_the_posted_message(stocked: Program) -> None:
    stocked.run("post", "--at", MORNING)
    corrected = stocked.write(
        "corrected.txt", STORY.replace("It is the first of its kind", "It is the second of its kind")
    )
    told = stocked.run("correct", "norvik", str(corrected), "--yes")
    story = stocked.run("story", "norvik", "--json").json()
    history = stocked.run("story", "norvik", "--history", "--json").json()

    assert told.code == 0
    assert "1 message says so" in told.out
    assert story["status"] == "corrected"
    assert story["takeaway"].startswith("It is the second")
    assert [one["reason"] for one in history] == ["imported", "corrected"]


def test_a_withdrawn_story_says_so_and_is_not_posted_any_more(stocked: Program) -> None:
    told = stocked.run("withdraw", "norvik", "--reason", "the laboratory does not exist", "--yes")
    posted = stocked.run("post", "--at", MORNING)
    ref = told.out.split()[0]

    assert told.code == 0
    assert "Norvik" not in posted.out
    assert stocked.run("story", ref, "--json").json()["status"] == "withdrawn"


def test_beside_a_running_bot_restore_changes_nothing_and_says_what_to_do(stocked: Program) -> None:
    data = stocked.folder / "data"
    with Lock(data / "daybrief.lock"):
        refused = stocked.run("restore", str(stocked.folder / "copy.db"))
        found = {one["about"]: one["says"] for one in stocked.run("check", "--json").json()["findings"]}

    fact = f"another daybrief (process {os.getpid()}) is delivering from {data}/"
    assert refused.err == f"daybrief: {fact}; stop it, then restore; nothing was changed\n"
    assert found["bot"] == fact


def test_a_restored_copy_never_posts_an_old_edition_again(stocked: Program) -> None:
    copy = stocked.folder / "copy.db"
    backed_up = stocked.run("backup", str(copy))
    stocked.run("post", "--at", MORNING)
    restored = stocked.run("restore", str(copy))
    again = stocked.run("post", "--at", MORNING)
    rows = stocked.run("deliveries", "--json").json()

    assert backed_up.code == restored.code == 0
    assert f"{copy} holds a sound copy" in backed_up.out
    assert "checksum" not in restored.out
    data = stocked.folder / "data"
    assert f"{data / 'daybrief.db'} was restored from {copy}." in restored.out
    assert f"What was there before is kept as {data / 'daybrief.db.before-restore'}." in restored.out
    assert "Norvik" not in again.out
    assert [(row["state"], row["reason"]) for row in rows] == [("skipped", "restored")]


def test_copies_in_a_folder_are_dated_kept_and_told_of(stocked: Program) -> None:
    folder = stocked.folder / "copies"
    for name, age in (("before-m002_chat", 15), ("before-m003_orders", 13), ("before-restore", 99)):
        former = stocked.write(f"data/daybrief.db.{name}", "former")
        os.utime(former, (time.time() - age * 86_400,) * 2)
    before = {one["about"]: one for one in stocked.run("check", "--json").json()["findings"]}["backup"]
    first = stocked.run("backup", f"{folder}/", "--keep", "1")
    second = stocked.run("backup", str(folder), "--keep", "1")
    wrong = stocked.run("backup", str(stocked.folder / "copy.db"), "--keep", "1")
    after = {one["about"]: one for one in stocked.run("check", "--json").json()["findings"]}["backup"]

    assert (first.code, second.code, wrong.code) == (0, 0, 2), (first, second, wrong)
    assert [one.suffix for one in sorted(folder.iterdir())] == [".db", ".sha256"]
    assert (before["fine"], before["says"]) == (True, "none yet; the running bot makes one each night")
    assert after["fine"]
    assert after["says"].endswith("0 hours ago")
    former = {one["about"]: one["says"] for one in stocked.run("check", "--json").json()["findings"]}[
        "former databases"
    ]
    assert former.endswith("(0.0 MB): daybrief.db.before-restore, daybrief.db.before-m002_chat")
    [copy] = folder.glob("*.db")
    assert stocked.run("restore", str(copy)).code == 0


def test_copies_that_are_gone_or_never_made_are_told_of(stocked: Program) -> None:
    def said() -> tuple[bool, str]:
        found = {one["about"]: one for one in stocked.run("check", "--json").json()["findings"]}["backup"]
        return found["fine"], found["says"]

    stocked.run("post")
    stocked.run("backup", f"{stocked.folder / 'elsewhere'}/")
    elsewhere = said()
    stocked.run("backup", f"{stocked.folder / 'data' / 'backups'}/")
    in_place = said()
    stocked.write("config.toml", CONFIG + '[storage]\nbackups = ""\n')
    off = said()

    assert not elsewhere[0]
    assert "there is none in" in elsewhere[1]
    assert in_place[0]
    assert off[0]
    assert "nobody makes any at night" in off[1]


def test_a_name_that_fits_nothing_ends_with_the_nearest_stories(stocked: Program) -> None:
    done = stocked.run("keypoints", "quantum bakery")

    assert done.code == 1
    assert done.out == ""
    assert "quantum bakery" in done.err
    assert "Traceback" not in done.err


def test_every_mistake_of_a_configuration_is_named_at_once(program: Program) -> None:
    program.write("config.toml", CONFIG + 'timezone = "Europe/Berln"\nstoreis = 3\n[bot2]\n')
    done = program.run("post")

    assert done.code == 2
    assert "channels[0].timezone" in done.err
    assert "Europe/Berlin" in done.err
    assert "channels[0].storeis" in done.err
    assert '"stories"' in done.err
    assert "bot2" in done.err


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        ("import", ["nowhere.txt"], 1),
        ("post", ["--at", "yesterday"], 2),
        ("post", ["nowhere"], 1),
        ("preview", ["nowhere"], 1),
        ("deliveries", ["--date", "3 March"], 2),
        ("feeds add", ["/etc/passwd"], 2),
        ("feeds add", ["https://wire.test/" + "a" * 2000], 2),
        ("restore", ["nowhere.db"], 1),
        ("channels remove", ["ai-news"], 2),
        ("gather", [], 1),
    ],
)
def test_what_cannot_be_done_ends_with_one_sentence(
    program: Program, command: str, arguments: list[str], code: int
) -> None:
    done = program.run(command, *arguments)

    assert done.code == code, done
    assert done.err.strip()
    assert "Traceback" not in done.err + done.out


def test_channels_are_added_paused_resumed_and_removed_by_command(stocked: Program) -> None:
    added = stocked.run(
        "channels add", "evening", "--time", "18:30", "--timezone", "Europe/Berlin", "--days", "mon,fri"
    )
    paused = stocked.run("channels pause", "evening", "--reason", "holidays")
    listed = {one["name"]: one for one in stocked.run("channels list", "--json").json()}
    resumed = stocked.run("channels resume", "evening")
    removed = stocked.run("channels remove", "evening")

    assert [one.code for one in (added, paused, resumed, removed)] == [0, 0, 0, 0], (added, paused, resumed, removed)
    assert listed["evening"]["time"] == "18:30"
    assert (listed["evening"]["standing"], listed["evening"]["reason"]) == ("paused", "holidays")
    assert [one["name"] for one in stocked.run("channels list", "--json").json()] == ["ai-news"]


def test_adding_a_channel_again_changes_what_is_named_alone_and_says_what(stocked: Program) -> None:
    stocked.run("channels add", "evening", "--time", "18:30", "--days", "mon,fri", "--stories", "3")

    again = stocked.run("channels add", "evening", "--stories", "4", "--layout", "thread")
    shown = stocked.run("channels show", "evening", "--json").json()

    assert "stories 4 instead of 3, layout thread instead of message" in again.out
    assert (shown["time"], shown["days"]) == ("18:30", ["mon", "fri"])


def test_post_names_the_next_edition_of_the_channel_that_was_asked_about(stocked: Program) -> None:
    stocked.run("channels add", "evening", "--time", "18:30", "--timezone", "Asia/Kathmandu")

    done = stocked.run("post", "evening")

    assert "evening" in done.out
    assert "18:30 Asia/Kathmandu" in " ".join(done.out.split())


def test_a_replay_of_a_time_to_come_says_that_it_has_used_up_real_editions(program: Program) -> None:
    now = datetime.now(UTC)
    west = now.hour - 12  # hours behind UTC where it is about noon, so that no midnight comes while this runs
    today, later = (now - timedelta(hours=west)).date(), (now - timedelta(hours=west)).date() + timedelta(days=3)
    program.write("config.toml", f'{CONFIG}time = "23:00"\ntimezone = "Etc/GMT{west:+d}"\n')

    evening = program.run("post", "--at", f"{today}T23:30{-west:+03d}:00")
    ahead = program.run("post", "--at", f"{later}T23:30{-west:+03d}:00")
    past = program.run("post", "--at", "2026-03-03T23:30")

    sentence = "its edition has been delivered now and will not be posted again."
    assert (evening.code, ahead.code, past.code) == (0, 0, 0)
    assert evening.err == f"{today.day} {today:%B} is not over: {sentence}\n"
    assert ahead.err == f"{later.day} {later:%B} has not come yet: {sentence}\n"
    assert sentence not in past.err


def test_check_without_a_configuration_names_the_next_step(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    says = {one["about"]: one["says"] for one in json.loads(done.stdout)["findings"]}
    assert says["configuration"] == "no file, so the defaults; `daybrief init` writes one"


def test_check_names_what_is_wrong_and_the_next_posts(program: Program) -> None:
    done = program.run("check", "--json")

    assert done.code == 3
    findings = {one["about"]: one for one in done.json()["findings"]}
    assert findings["configuration"]["fine"]
    assert not findings["feeds"]["fine"]
    assert len(done.json()["next"]) == 5


def test_init_writes_a_configuration_that_loads(program: Program) -> None:
    (program.folder / "config.toml").unlink()
    done = program.run("init", "--yes", "--name", "news", "--timezone", "Asia/Kathmandu")
    refused = program.run("init", "--yes")
    channel = program.run("channels show", "news", "--json").json()

    assert done.code == 0, done
    assert refused.code == 2
    assert (channel["timezone"], channel["time"]) == ("Asia/Kathmandu", "08:00")
    assert len(program.run("feeds list", "--json").json()) >= 25


def test_feeds_go_out_and_come_in_as_opml(program: Program) -> None:
    assert program.run("feeds add", "https://wire.test/feed", "--name", "Wire & Co", "--topic", "labs").code == 0
    opml = program.run("feeds export").out
    assert program.run("feeds remove", "https://wire.test/feed").code == 0
    come_back = program.run("feeds import", "-", typed=opml)
    (feed,) = program.run("feeds list", "--json").json()

    assert come_back.code == 0
    assert (feed["name"], feed["url"], feed["topics"]) == ("Wire & Co", "https://wire.test/feed", ["labs"])
    long = program.run("feeds import", "-", typed=opml.replace("wire.test/feed", "wire.test/" + "a" * 2000))
    assert (long.code, long.out) == (0, "added 0 feeds\n")
    assert long.err == "1 were left out: their addresses are longer than 2,000 bytes\n"


def test_keys_in_addresses_are_shown_to_those_alone_who_ask_for_them(program: Program) -> None:
    key = "https://wire.test/feed?token=k7Hq2mZp9"
    with (program.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[feeds]]\nurl = "{key}"\nname = "Wire"\n')

    listed = program.run("feeds list", "--json").json()
    whole = program.run("feeds list", "--json", "--secrets").json()
    exported = program.run("feeds export")

    assert [one["url"] for one in listed] == ["https://wire.test/feed?token=***"]
    assert [one["url"] for one in whole] == [key]
    assert key in exported.out
    assert "1 of the addresses hold a key" in exported.err
