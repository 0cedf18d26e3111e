import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.errors import PostFailed
from bot.model import Edition, Receipt
from bot.ports import Platform
from bot.wiring.house import House
from tests.acceptance.program import Program
from tests.promises.echoed import Course, live
from tests.promises.leaks import by_heart, by_rule, rules
from tests.promises.parrot import Parrot
from tests.promises.secrets import HOSTILE, leaks, measure, secrets
from tests.promises.seen import Seen
from tests.promises.table import Extent


class Chatty:
    """A platform that passes the platform's own words on, in one attribute of what it raises."""

    def __init__(self, platform: Platform, attribute: str) -> None:
        self._platform, self._attribute = platform, attribute

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the platform has
        return getattr(self._platform, name)

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        try:
            return await self._platform.post(edition, part, key, earlier)
        except PostFailed as failure:
            setattr(failure, self._attribute, f"the platform said: {failure.__cause__}")
            raise


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
def test_no_secret_comes_out_whichever_way_it_went_in() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
def test_every_one_of_the_secrets_would_be_seen() -> None:
    for kind, secret in secrets().items():
        for spelled in (secret, repr(secret), secret.replace("/", "%2F").replace(":", "%3A")):
            assert by_heart("log", f"it is {spelled} here", {kind: secret}), (kind, spelled)


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
def test_a_secret_that_is_none_of_the_fake_ones_would_be_seen_by_its_shape() -> None:
    known = rules(HOSTILE / "gitleaks" / "gitleaks.toml")

    assert len(known) > 200
    for text in (
        'api_key = "4hG7kQ9zX2vB8nM1cL5w"',
        "xoxb-123456789012-123456789013-AbCdEfGhIjKlMnOpQrStUvWx",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    ):
        assert by_rule("log", text, known), text
    assert not by_rule("log", "the key: a token of our appreciation, and a secret garden", known)
    assert leaks({"1 a copy.db as SQL": 'token = "4hG7kQ9zX2vB8nM1cL5w"'}, {}, known)


def test_rules_are_those_of_gitleaks_in_python_s_own_form(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        "[allowlist]\nregexes = ['^never$']\n"
        "[[rules]]\nid = 'a'\nregex = '''key=((?i)[a-z]+[)(]|x)(Y)'''\nkeywords = ['KEY']\nentropy = 0.5\n"
    )
    [rule] = rules(file)

    assert list(rule.found("key=ABc)Y", "key=abc)y")) == ["ABc)"]
    assert list(rule.found("key=ABc)y", "key=abc)y")) == []
    assert list(rule.found("key=xY", "nothing of it")) == []


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("attribute", "places"),
    [("code", ("codes",)), ("reason", ("deliveries", "why", "what was sent to chats"))],
)
def test_a_product_that_keeps_the_platform_s_own_words_is_found_out(
    attribute: str, places: tuple[str, ...], tmp_path: Path
) -> None:
    every = secrets()
    fake = {kind: every[kind] for kind in ("slack_signing", "token_feed", "fernet", "bearer")}
    environment = {
        "SLACK_BOT_TOKEN": every["slack_bot"],
        "SLACK_SIGNING_SECRET": every["slack_signing"],
        "DISCORD_TOKEN": every["discord_bot"],
        "OPENAI_API_KEY": every["llm_key_b"],
    }

    def spoil(house: House) -> None:
        house.room.platforms = {name: Chatty(one, attribute) for name, one in house.room.platforms.items()}

    seen = Seen()
    course = Course(environment=environment, fake=fake, extent=Extent.SMALL, as_json=True, spoil=spoil)
    with Parrot(list(fake.values())) as server:
        live(course, Program(tmp_path), server, seen)

    found = {line.split(":")[0].partition(" ")[2] for line in leaks(seen.texts, fake, ())}
    assert found >= set(places), found


def test_what_is_compressed_in_a_database_is_looked_at_unpacked(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:
        db.execute("CREATE TABLE kept (said BLOB, more TEXT)")
        db.execute("INSERT INTO kept VALUES (?, ?)", (zlib.compress(b"it was hunter2hunter2"), "and"))
    seen = Seen()
    seen.add_data("data", tmp_path)

    assert leaks(seen.texts, {"password": "hunter2hunter2"}, ()) == [
        "2 data a.db by column: password at 17: 'kept.said it was '"
    ]
