"""``daybrief evaluate``, as a person or a script would call it."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from tests.acceptance.program import Program

ARTICLES = [
    {"id": 1, "title": "Halden delays its Skarn chip to October", "ts": 1772438400, "story": "a", "domain": "one.test"},
    {"id": 2, "title": "Halden delays Skarn chip until October", "ts": 1772438500, "story": "a", "domain": "two.test"},
    {"id": 2, "title": "Harsund votes for a data centre", "ts": "1772438500", "story": 7, "domain": "www.three.test"},
]


def jsonl(*values: object) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


def test_labelled_lines_can_come_through_a_pipe(program: Program) -> None:
    done = program.run("evaluate grouping - --json --titles-only --no-time --plain", typed=jsonl(*ARTICLES))

    assert (done.code, done.err) == (0, "")
    values = done.json()
    assert (values["articles"], values["stories"], values["groups"]) == (3, 2, 2)
    assert (values["b_cubed"]["f1"], values["pairwise"]["f1"]) == (1, 1)
    assert values["baselines"]["each alone"]["pairwise"] == {"precision": 1, "recall": 0, "f1": 0}


def test_mistakes_are_named_and_nothing_is_measured(program: Program) -> None:
    done = program.run("evaluate grouping", str(program.write("mine.jsonl", jsonl(ARTICLES[0], {"title": "T"}) + "{")))

    assert (done.code, done.out) == (2, "")
    assert "mine.jsonl has 2 problems:\n  line 2: " in done.err
    assert "\n  line 3: not JSON: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("kind", ["grouping", "ranking", "keypoints", "gate"])
def test_lines_with_anything_in_them_are_measured_or_named_and_never_a_traceback(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.jsonl"
    odd = "Halden \ud800 ships \u202e\x00 " + "x" * 60_000
    line = {"title": odd, "text": odd, "deck": odd, "domain": odd, "link": "http://[::1", "story": "a", "day": 1}
    line |= {"titles": [odd], "domains": [odd], "picked": 1, "claim": odd, "cited": [odd], "article": odd, "ok": 1}
    file.write_text(jsonl(line, line))
    assert main(["evaluate", kind, str(file), "--json"]) == 0
    json.loads(capsys.readouterr().out)

    wrong: dict[str, object] = {"story": [], "ok": float("nan")}
    file.write_text(jsonl(line | wrong))
    assert main(["evaluate", kind, str(file)]) == 2
    assert 'line 1: "' in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["grouping", "ranking", "keypoints", "gate"])
def test_an_empty_or_missing_file_is_a_sentence(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.jsonl").write_text("")

    assert main(["evaluate", kind, str(tmp_path / "empty.jsonl")]) == 2
    assert "is empty" in capsys.readouterr().err
    assert main(["evaluate", kind, str(tmp_path / "absent.jsonl")]) == 2
    assert "absent.jsonl cannot be read: no such file or directory" in capsys.readouterr().err
    assert main(["evaluate", kind, str(tmp_path)]) == 2
    assert "cannot be read: is a directory" in capsys.readouterr().err


def test_days_of_which_nobody_picked_anything_are_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text(jsonl({"day": 1, "story": 1, "titles": ["A"], "domains": ["a.test"], "ts": 1, "picked": 0}))

    assert main(["evaluate", "ranking", str(file)]) == 2
    assert "none.jsonl: nothing was picked on any day, so no order can be right or wrong" in capsys.readouterr().err


def test_people_see_tables(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shown = {}
    for kind in ("grouping", "ranking", "keypoints", "gate"):
        assert main(["evaluate", kind, *(["--plain"] if kind == "grouping" else [])]) == 0
        shown[kind] = capsys.readouterr().out

    assert "120 articles of 44 labelled stories, grouped by words alone" in shown["grouping"]
    assert "each alone" in shown["grouping"]
    assert "6 days, 150 stories, 38 of them picked" in shown["ranking"]
    assert "times that of coverage alone" in shown["ranking"]
    assert "15 stories with an editor's deck" in shown["keypoints"]
    assert "lead-2" in shown["keypoints"]
    assert "of wrong claims; false alarms on" in shown["gate"]


def test_the_mistakes_of_the_gate_can_be_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.jsonl"
    claim = {"claim": "Norvik has sold 40 chips.", "cited": ["Norvik has sold 14 chips."], "article": "", "ok": True}
    file.write_text(jsonl(claim, claim | {"ok": False}, claim | {"claim": "Norvik has sold 14 chips.", "ok": False}))

    assert main(["evaluate", "gate", str(file), "--show"]) == 0
    out = capsys.readouterr().out
    assert main(["evaluate", "gate", str(file), "--show", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)

    assert "false alarm, true\nNorvik has sold 40 chips." in "\n".join(line.rstrip() for line in out.splitlines())
    assert out.count("passed, false") == 1
    assert [(one["claim"], one["ok"], bool(one["faults"])) for one in values["mistakes"]] == [
        ("Norvik has sold 40 chips.", True, True),
        ("Norvik has sold 14 chips.", False, False),
    ]
    assert (values["caught"]["share"], values["false_alarms"]["share"], values["precision"]) == (0.5, 1, 0.5)


def test_what_a_label_says_is_never_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(jsonl({"claim": "[red]x\x1b[31m", "cited": [], "ok": True, "kind": "[bold]\x1b]8;;\x07kind"}))

    assert main(["evaluate", "gate", str(file), "--show"]) == 0
    out = capsys.readouterr().out

    assert "[red]x" in out
    assert "[bold]" in out
    assert "\x1b" not in out
