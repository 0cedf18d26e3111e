from pathlib import Path

import pytest

from tests.promises.leaks import by_heart, by_rule, rules
from tests.promises.secrets import HOSTILE, leaks, measure, secrets
from tests.promises.table import Extent


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
