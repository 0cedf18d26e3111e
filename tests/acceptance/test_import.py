"""Importing again what has been posted: nothing changes in a channel that nobody has agreed to."""

import json

import pytest

from tests.acceptance.person import converse
from tests.acceptance.program import STORY, Program

MORNING = "2026-03-03"
CHANGED = STORY.replace("It is the first of its kind", "It is the second of its kind")
OTHER = "# Halden closes a fab\n\nIt is the last one.\n"


@pytest.fixture
def posted(program: Program) -> Program:
    """One story, posted; and files with the same story told otherwise, and with another one."""
    story = program.write("story.txt", STORY)
    assert program.run("import", str(story), "--at", f"{MORNING}T07:30").code == 0
    assert program.run("post", "--at", MORNING).code == 0
    program.write("changed.txt", CHANGED)
    program.write("other.md", OTHER)
    return program


def messages(program: Program) -> list[str]:
    """What the channel's file says, as it was written line by line."""
    lines = (program.folder / "data" / "terminal" / "ai-news.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_without_a_terminal_nothing_is_imported_that_would_change_a_post_unless_that_is_said(posted: Program) -> None:
    files = [str(posted.folder / "changed.txt"), str(posted.folder / "other.md")]

    refused = posted.run("import", *files)

    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "nothing was imported: it would change" in refused.err
    assert "in 1 post" in refused.err
    assert "--yes" in refused.err
    assert [one["takeaway"][:16] for one in posted.run("search", "--json").json()] == ["It is the first "]

    done = posted.run("import", *files, "--yes", "--json")

    assert done.code == 0
    corrected, new = done.json()
    assert (corrected["status"], corrected["new"], new["new"]) == ("corrected", False, True)
    assert corrected["messages"] == {"changed": [f"ai-news {MORNING}"], "shares": 0, "unchanged": [], "waiting": []}
    assert "messages" not in new
    _, amended = messages(posted)
    assert "Corrected" in amended
    assert "second of its kind" in amended


def test_at_a_terminal_the_changes_are_shown_and_asked_about(posted: Program) -> None:
    files = ["changed.txt", "other.md"]

    refused = converse(posted.folder, ["import", *files], [("marked as corrected?", "n")])
    done = converse(posted.folder, ["import", *files], [("marked as corrected?", "y")])

    assert (refused.code, done.code) == (1, 0)
    assert "- It is the first of its kind" in refused.out
    assert "+ It is the second of its kind" in refused.out
    assert "in 1 post" in refused.out
    assert "Three of five founders" not in refused.out, "what stays is not shown"
    assert "nothing was imported" in refused.out
    assert "corrected" in done.out
    assert "(1 post changed)" in done.out
    assert len(messages(posted)) == 2


def test_a_withdrawn_story_that_is_imported_again_stays_so_and_says_what_brings_it_back(posted: Program) -> None:
    [story] = posted.run("search", "--json").json()
    ref = story["ref"]
    assert posted.run("withdraw", ref, "--reason", "a hoax").code == 0

    done = posted.run("import", str(posted.folder / "changed.txt"))

    assert done.code == 0
    assert done.err == f"{ref} stays withdrawn; `daybrief correct {ref} FILE` brings it back.\n"
    assert posted.run("story", ref, "--json").json()["status"] == "withdrawn"


@pytest.mark.parametrize(("reason", "wrong"), [("  ", "This is empty."), ("why " * 100, "300")])
def test_a_reason_that_readers_would_not_get_whole_is_refused(posted: Program, reason: str, wrong: str) -> None:
    [story] = posted.run("search", "--json").json()

    refused = posted.run("withdraw", story["ref"], "--reason", reason)

    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert "why is it withdrawn?" in refused.err
    assert wrong in refused.err
    assert posted.run("story", story["ref"], "--json").json()["status"] == "current"
