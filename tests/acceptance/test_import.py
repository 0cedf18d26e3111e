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
    assert corrected["messages"] == {"changed": [f"ai-news {MORNING}"], "unchanged": [], "waiting": []}
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
