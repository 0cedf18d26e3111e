"""Five real mornings of 29 feeds, one after the other: each article once, no story twice."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.program import CONFIG, Program

pytestmark = pytest.mark.shared

DAYS = ("2026-05-11", "2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15")


def with_feeds(program: Program, shared: Path) -> Path:
    """Point the configuration at a folder whose content will change; that folder."""
    today = program.folder / "today"
    names = sorted(path.name for path in (shared / "data" / "feeds" / DAYS[0]).glob("*.xml"))
    listed = "".join(f'[[feeds]]\nurl = "today/{name}"\nname = "{name[5:-4]}"\n' for name in names)
    program.write("config.toml", CONFIG + listed)
    return today


def test_five_real_mornings_bring_each_article_once_and_no_story_twice(program: Program, shared: Path) -> None:
    today = with_feeds(program, shared)
    gathered: list[dict[str, Any]] = []
    editions: list[list[str]] = []
    for day in DAYS:
        today.unlink(missing_ok=True)
        today.symlink_to((shared / "data" / "feeds" / day).resolve())
        done = program.run("gather", "--json", "--at", day)
        assert done.code == 0, done.err
        gathered.append(done.json())
        posted = program.run("post", "--at", day)
        assert posted.code == 0, posted.err
        (row,) = program.run("deliveries", "--json", "--date", day).json()
        assert row["state"] == "sent"
        editions.append(row["edition"])

    new = [one["new_articles"] for one in gathered]
    assert 2450 <= new[0] <= 2476
    assert new[1:] == [5, 5, 5, 10]
    assert {feed["state"] for one in gathered for feed in one["feeds"]} == {"fine"}
    shown = [ref for edition in editions for ref in edition]
    assert len(shown) == len(set(shown))
    assert sum(1 for edition in editions if edition) >= 4

    again = program.run("gather", "--json", "--at", "2026-05-15T09:00").json()
    assert again["new_articles"] == 0
