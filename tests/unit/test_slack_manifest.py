"""What an operator pastes into Slack: it must ask for what the adapter uses, and for no more."""

import ast
import json
import re
from pathlib import Path

import pytest

import adapters.slack
from adapters.slack import door
from adapters.slack.manifest import manifest
from tests.fake_slack.methods import METHODS

FOLDER = Path(adapters.slack.__file__).parent
URL = "https://daybrief.example.org"
KINDS = ("channels", "groups")
"""Where editions go: public and private channels. Scopes of a method for other kinds are not wanted."""
# https://docs.slack.dev/reference/events names the scope of each event; those that are not here need none.
EVENTS = {
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
}
BEYOND = {"commands", "chat:write.public"}
"""Scopes that no method names: of slash commands, and of posting without an invitation."""


def sources() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.py")}


def methods_called() -> set[str]:
    """Every Web API method that the adapter calls, by Slack's name of it."""
    families = {method.partition(".")[0] for method in METHODS}
    called = set()
    for text in sources().values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and (family := node.attr.partition("_")[0]) in families:
                called.add(f"{family}.{node.attr.partition('_')[2]}")
    return called & set(METHODS)


def scopes_used() -> set[str]:
    wanted = {scope for method in methods_called() for scope in METHODS[method].scopes}
    wanted |= {scope for event in events() for scope in EVENTS.get(event, ())}
    return {scope for scope in wanted if not re.match(r"(im|mpim):", scope)} | BEYOND


def events() -> set[str]:
    return set(manifest()["settings"]["event_subscriptions"]["bot_events"])


def events_handled() -> set[str]:
    """The kinds of events that ``Events.happened`` has a case for."""
    tree = ast.parse(sources()["events.py"])
    [happened] = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name == "happened"]
    patterns = [node for node in ast.walk(happened) if isinstance(node, ast.MatchValue)]
    return {one.value.value for one in patterns if isinstance(one.value, ast.Constant)}  # type: ignore[misc]


def test_the_scopes_are_those_of_the_methods_and_events_in_use_and_no_others() -> None:
    assert "chat.postMessage" in methods_called()
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == scopes_used()


def test_only_reading_back_is_optional() -> None:
    scopes = manifest()["oauth_config"]["scopes"]

    assert scopes["bot_optional"] == ["channels:history", "groups:history"]
    assert set(scopes["bot_optional"]) < set(scopes["bot"])


def test_the_events_are_those_that_something_is_done_about() -> None:
    assert events() == events_handled()


def test_every_command_in_the_manifest_is_answered() -> None:
    commands = {one["command"] for one in manifest()["features"]["slash_commands"]}
    answered = set(re.findall(r'"(/[a-z]+)"', Path(door.__file__).read_text("utf-8")))

    assert commands == answered


def test_the_words_keep_to_slacks_limits() -> None:
    # The limits are the schema's; it lies beside the checkout, and these hold without it.
    display = manifest()["display_information"]

    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert 175 <= len(display["long_description"]) <= 4_000
    for command in manifest()["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2_000
        assert len(command["usage_hint"]) <= 1_000


def test_without_a_public_address_the_manifest_names_none() -> None:
    made = manifest()

    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)


def test_over_http_commands_events_and_pickers_go_to_one_address() -> None:
    made = manifest("http", f"{URL}/")
    settings, address = made["settings"], f"{URL}/slack/events"

    assert settings["socket_mode_enabled"] is False
    assert {one["url"] for one in made["features"]["slash_commands"]} == {address}
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_an_app_that_others_add_to_themselves_names_the_way_back_and_takes_organisations(mode: str) -> None:
    made, plain = manifest(mode, URL, f"{URL}/"), manifest(mode, URL)

    assert made["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert made["settings"]["org_deploy_enabled"] is True
    assert made["settings"]["token_rotation_enabled"] is False
    assert "redirect_urls" not in plain["oauth_config"]
    assert plain["settings"]["org_deploy_enabled"] is False


@pytest.mark.shared
@pytest.mark.parametrize("mode", ["socket", "http"])
def test_the_manifest_passes_slacks_schema_and_a_spoilt_one_does_not(shared: Path, mode: str) -> None:
    from jsonschema.validators import validator_for

    schema = json.loads((shared / "schemas/slack/manifest.schema.2.0.0.json").read_text("utf-8"))
    validator = validator_for(schema)(schema)
    made = manifest(mode, URL, URL)

    assert [error.message for error in validator.iter_errors(made)] == []
    made["display_information"]["long_description"] = "too short"
    assert not validator.is_valid(made)
