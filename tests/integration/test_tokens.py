"""Tokens at rest: nobody reads them without a key, a key can be changed, and one that is missing is named."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.seal import Seal, new_key
from bot.config import Config, read
from bot.config.installing import app_of, token_keys
from bot.errors import ConfigProblems, WrongUsage
from bot.model import Installation
from bot.redact import HIDDEN, Redactor
from bot.wiring.tokens import check_keys, key_trouble, rotate
from storage import open_store

TOKEN = "xoxb-1234567890-halden"
OLD, NEW = new_key(), new_key()
HALDEN = Installation(
    platform="slack", team="T1", name="Halden", sealed="", installed_at=datetime(2026, 3, 2, tzinfo=UTC)
)
NAME = "DAYBRIEF_ENCRYPTION_KEYS"


def config(folder: Path, *keys: str, table: str = "", **environ: str) -> Config:
    given: Mapping[str, str] = {NAME: " ,".join(keys), **environ}
    return read(f"[slack]\n{table}", folder=folder, environ=given)


def sealed(*keys: str, token: str = TOKEN, owner: Installation = HALDEN) -> Installation:
    return replace(owner, sealed=Seal(keys).seal(token, owner))


def test_a_token_is_read_with_any_of_the_keys_and_by_nobody_without_one() -> None:
    installation = sealed(OLD)

    assert TOKEN not in installation.sealed
    assert Seal([NEW, OLD]).open(installation) == TOKEN
    for keys in ([], [NEW]):
        with pytest.raises(WrongUsage, match=NAME):
            Seal(keys).open(installation)


def test_a_token_that_was_moved_to_another_row_is_not_used() -> None:
    moved = replace(HALDEN, team="T2", name="Norvik", sealed=sealed(OLD).sealed)

    with pytest.raises(WrongUsage, match="somebody else's"):
        Seal([OLD]).open(moved)


def test_a_new_key_is_a_key_and_another_one_each_time(tmp_path: Path) -> None:
    assert token_keys(config(tmp_path, OLD, NEW)) == (OLD, NEW)
    assert len({OLD, NEW, new_key()}) == 3


@pytest.mark.parametrize("wrong", ["short", "A" * 40, "A" * 43, "B" * 48, "ключ"])
def test_what_is_no_key_is_named_and_not_repeated(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigProblems) as caught:
        token_keys(config(tmp_path, NEW, wrong))

    assert NAME in str(caught.value)
    assert wrong not in str(caught.value)


async def test_tokens_are_wrapped_anew_and_then_the_old_key_may_go(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "daybrief.db")
    lost = replace(HALDEN, team="T2", name="Norvik")
    await store.installations.save(sealed(OLD))
    await store.installations.save(sealed(new_key(), owner=lost))

    result = await rotate(store, config(tmp_path, NEW, OLD))

    held = {one.team: one for one in await store.installations.all()}
    assert result.done == 1
    assert Seal([NEW]).open(held["T1"]) == TOKEN
    assert len(result.trouble) == 1
    assert "Norvik" in result.trouble[0]
    await store.close()


async def test_a_key_that_is_missing_or_wrong_is_one_sentence(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "daybrief.db")
    assert await check_keys(store, config(tmp_path)) == 0
    await store.installations.save(sealed(OLD))

    assert await key_trouble(store, config(tmp_path, NEW, OLD)) == ""
    for keys in ((), (NEW,)):
        trouble = await key_trouble(store, config(tmp_path, *keys))
        assert NAME in trouble
        assert TOKEN not in trouble
    with pytest.raises(WrongUsage, match=NAME):
        await rotate(store, config(tmp_path))
    await store.close()


@pytest.mark.parametrize(
    ("table", "environ", "missing"),
    [
        ('client_id = "1.2"', {}, {"slack.public_url", "SLACK_CLIENT_SECRET", NAME}),
        ("", {"SLACK_CLIENT_SECRET": "s" * 32}, {"slack.client_id", "slack.public_url", NAME}),
        ('client_id = "1.2"\npublic_url = "https://d.example"', {"SLACK_CLIENT_SECRET": "s" * 32}, {NAME}),
    ],
)
def test_a_part_of_what_an_app_takes_is_no_app_and_the_rest_is_named(
    tmp_path: Path, table: str, environ: dict[str, str], missing: set[str]
) -> None:
    with pytest.raises(ConfigProblems) as caught:
        app_of(config(tmp_path, table=table, **environ))

    assert {one.path for one in caught.value.problems} == missing


def test_an_app_is_made_of_the_file_and_the_environment(tmp_path: Path) -> None:
    table = 'public_url = "https://daybrief.example/bot/"'
    app = app_of(config(tmp_path, OLD, table=table, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="s" * 32))

    assert app is not None
    assert (app.client_id, app.public_url) == ("1.2", "https://daybrief.example/bot")
    assert "sss" not in repr(app)
    assert app_of(config(tmp_path)) is None


@pytest.mark.parametrize(
    "url", ["http://daybrief.example", "https://daybrief.example?x=1", "daybrief.example", "https://"]
)
def test_an_address_that_slack_would_not_take_is_a_mistake(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigProblems, match=r"slack\.public_url"):
        config(tmp_path, table=f'public_url = "{url}"')


def test_thousands_of_tokens_are_hidden_without_being_learnt_by_heart() -> None:
    redactor = Redactor()
    redactor.know(f"xoxb-{number}-abcdef" for number in range(20_000))
    redactor.know(["another kind of token"])

    assert redactor.clean("with xoxb-17-abcdef and another kind of token") == f"with {HIDDEN} and {HIDDEN}"
