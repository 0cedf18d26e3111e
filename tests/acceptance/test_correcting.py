"""Correcting and withdrawing by command: nobody changes a story that they did not mean, nor the same thing twice."""

import pytest

from tests.acceptance.person import converse
from tests.acceptance.program import STORY, Done, Program

CHANGED = STORY.replace("It is the first of its kind", "It is the second of its kind")
TITLE = "Norvik opens a laboratory for self-improving agents"
WITHDRAW = ["withdraw", "1", "--reason", "a hoax"]
CORRECT = ["correct", "1", "changed.txt"]


@pytest.fixture
def posted(program: Program) -> Program:
    """One story, posted as the first of its edition; and files with the same text and with another one."""
    program.write("changed.txt", CHANGED)
    story = program.write("story.txt", STORY)
    assert program.run("import", str(story), "--at", "2026-03-03T07:30").code == 0
    assert program.run("post", "--at", "2026-03-03").code == 0
    return program


def ref_of(program: Program) -> str:
    [story] = program.run("search", "--json").json()
    return str(story["ref"])


def texts(program: Program, ref: str) -> list[str]:
    """Why each text of the story was written, and how many lines the channel's file has."""
    file = program.folder / "data" / "terminal" / "ai-news.jsonl"
    lines = len(file.read_text(encoding="utf-8").splitlines())
    return [*(one["reason"] for one in program.run("story", ref, "--history", "--json").json()), f"{lines} lines"]


def correct(program: Program, name: str, *arguments: str, file: str = "changed.txt") -> Done:
    return program.run("correct", name, str(program.folder / file), *arguments)


@pytest.mark.parametrize("name", ["1", "norvik laboratory", TITLE])
def test_without_a_terminal_no_story_is_changed_that_is_not_named_by_its_ref(posted: Program, name: str) -> None:
    corrected = correct(posted, name)
    withdrawn = posted.run("withdraw", name, "--reason", "a hoax")

    for refused, what in ((corrected, "corrected"), (withdrawn, "withdrawn")):
        assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
        assert f"nothing was {what}: it would change {ref_of(posted)} ({TITLE}) in 1 post." in refused.err
        assert "--yes" in refused.err
    assert texts(posted, ref_of(posted)) == ["imported", "1 lines"]


def test_a_story_named_by_its_ref_or_with_yes_is_changed_without_asking(posted: Program) -> None:
    ref = ref_of(posted)

    assert correct(posted, ref.lower()).code == 0
    assert posted.run("withdraw", "1", "--reason", "a hoax", "--yes").code == 0
    assert texts(posted, ref) == ["imported", "corrected", "withdrawn", "3 lines"]


@pytest.mark.parametrize(("arguments", "mark"), [(CORRECT, "corrected"), (WITHDRAW, "withdrawn")])
def test_at_a_terminal_the_story_is_shown_and_asked_about_and_then_what_the_post_says(
    posted: Program, arguments: list[str], mark: str
) -> None:
    ref = ref_of(posted)

    refused = converse(posted.folder, arguments, [(f"marked as {mark}?", "n")])

    assert refused.code == 1
    assert f"nothing was {mark}" in refused.out
    assert TITLE in refused.out
    assert "in 1 post" in refused.out
    assert texts(posted, ref) == ["imported", "1 lines"]

    done = converse(posted.folder, arguments, [(f"marked as {mark}?", "y")])

    assert done.code == 0
    after = done.out.partition(f"marked as {mark}?")[2]
    assert ("second of its kind" if mark == "corrected" else "a hoax") in after
    assert texts(posted, ref) == ["imported", mark, "2 lines"]


def test_the_same_again_changes_nothing_and_says_so(posted: Program) -> None:
    ref = ref_of(posted)

    unchanged = correct(posted, ref, file="story.txt")
    assert texts(posted, ref) == ["imported", "1 lines"]
    done = [correct(posted, ref), correct(posted, ref), correct(posted, ref, "--json")]
    assert texts(posted, ref) == ["imported", "corrected", "2 lines"]
    done += [posted.run("withdraw", ref, "--reason", "a hoax") for _ in range(2)]
    assert texts(posted, ref) == ["imported", "corrected", "withdrawn", "3 lines"]

    assert {one.code for one in (unchanged, *done)} == {0}
    assert unchanged.out == done[1].out == f"{ref} reads like that already; nothing was changed.\n"
    assert done[2].json() == {"ref": ref, "status": "corrected", "changed": [], "shares": 0} | {
        "unchanged": [],
        "waiting": [],
    }
    assert done[4].out == f"{ref} is withdrawn for that reason; nothing was changed.\n"
    assert "1 message says so" in correct(posted, ref).out, "it is brought back"
    assert "1 message says so" in posted.run("withdraw", ref, "--reason", "another reason").out
