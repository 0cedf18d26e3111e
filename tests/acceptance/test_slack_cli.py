"""What an operator does to get Daybrief into Slack, with the real program."""

import contextlib
import json
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters.slack.manifest import manifest
from bot.ports import Store
from storage import open_store
from tests.acceptance.program import STORY, Program
from tests.contract.values import subscription
from tests.fake_slack import BOT_SCOPES, FakeSlack

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-T1", "SLACK_APP_TOKEN": "xapp-1"}


def declare(program: Program, slack: FakeSlack) -> None:
    program.write(
        "config.toml",
        f'[slack]\napi_url = "{slack.api}"\n\n[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\n',
    )


def test_the_manifest_is_json_with_every_command(program: Program) -> None:
    printed = program.run("slack-manifest").json()

    assert printed["settings"]["socket_mode_enabled"] is True
    assert {one["command"] for one in printed["features"]["slash_commands"]} == {
        "/brief",
        "/keypoints",
        "/effects",
        "/daybrief",
    }


def test_the_manifest_for_http_names_the_public_address_everywhere(program: Program) -> None:
    text = program.run("slack-manifest", "--http", "https://daybrief.example.org").out

    assert text.count("https://daybrief.example.org/slack/events") == 7
    assert json.loads(text)["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize(
    "url", ["http://x.example", "https://", "https://localhost", "https://x.example/?a=1", "https://x y.example", ""]
)
def test_the_manifest_is_made_for_no_address_that_slack_cannot_reach(program: Program, url: str) -> None:
    done = program.run("slack-manifest", "--http", url)

    assert (done.code, done.out) == (2, "")
    assert "--http https://daybrief.example.org" in done.err


def test_check_finds_a_good_installation_in_order(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    found = {one["about"]: one for one in program.run("check", "--json", **TOKENS).json()["findings"]}

    assert found["Slack"]["fine"], found["Slack"]
    assert found["channel ai-news"]["fine"], found["channel ai-news"]
    assert found["secrets"]["says"] == "SLACK_APP_TOKEN, SLACK_BOT_TOKEN"


def test_check_names_a_missing_permission(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)
    slack.reinstall("T1", token="xoxb-T1", scopes=set(BOT_SCOPES) - {"users:read"})

    done = program.run("check", "--json", **TOKENS)
    found = {one["about"]: one for one in done.json()["findings"]}

    assert done.code == 3
    assert "users:read is missing" in found["Slack"]["says"]


def test_check_names_a_wrong_token(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    found = program.run("check", "--json", **{**TOKENS, "SLACK_BOT_TOKEN": "xoxb-wrong"}).json()["findings"]

    [slack_finding] = [one for one in found if one["about"] == "Slack"]
    assert "The token is wrong" in slack_finding["says"]


@pytest.mark.parametrize(("mode", "name"), [("socket", "SLACK_APP_TOKEN"), ("http", "SLACK_SIGNING_SECRET")])
def test_check_and_run_name_the_secret_that_is_missing(
    program: Program, slack: FakeSlack, mode: str, name: str
) -> None:
    program.write("config.toml", f'[slack]\napi_url = "{slack.api}"\nmode = "{mode}"\n')

    found = program.run("check", "--json", SLACK_BOT_TOKEN="xoxb-T1").json()["findings"]
    ran = program.run("run", SLACK_BOT_TOKEN="xoxb-T1")

    assert name in next(one["says"] for one in found if one["about"] == "Slack")
    assert (ran.code, name in ran.err, "Traceback" in ran.err) == (2, True, False)


def test_run_without_a_token_for_its_channels_says_so(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    ran = program.run("run")

    assert ran.code == 2
    assert "SLACK_BOT_TOKEN is not set" in ran.err


def test_check_needs_no_channel_before_the_first_set_up_from_chat(program: Program, slack: FakeSlack) -> None:
    program.write("config.toml", f'[slack]\napi_url = "{slack.api}"\n\n[[feeds]]\nurl = "feed.xml"\n')

    done = program.run("check", "--json", **TOKENS)
    found = {one["about"]: one for one in done.json()["findings"]}

    assert done.code == 0, found
    assert "/daybrief setup" in found["channels"]["says"]


def test_check_names_an_app_token_that_opens_no_connection(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)

    done = program.run("check", "--json", **{**TOKENS, "SLACK_APP_TOKEN": "xoxb-T1"})
    says = {one["about"]: one["says"] for one in done.json()["findings"]}["Slack"]

    assert done.code == 3
    assert says.startswith("Slack does not take SLACK_APP_TOKEN")
    assert "xoxb-T1" not in done.out + done.err


class LateSlack(BaseHTTPRequestHandler):
    """Takes every token, and thinks that it is seven minutes earlier than it is."""

    def do_POST(self) -> None:  # the name that the library calls
        body = json.dumps(
            {"ok": True, "team": "acme", "team_id": "T1", "user_id": "U0", "url": "wss://x.test"}
        ).encode()
        self.send_response_only(200)
        self.send_header("Date", format_datetime(datetime.now(UTC) - timedelta(minutes=7), usegmt=True))
        self.send_header("X-OAuth-Scopes", ",".join(BOT_SCOPES))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


def test_check_names_a_clock_that_is_off_by_more_than_five_minutes(program: Program) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), LateSlack) as late:
        threading.Thread(target=late.serve_forever).start()
        program.write("config.toml", f'[slack]\napi_url = "http://127.0.0.1:{late.server_port}/api/"\n')
        done = program.run("check", "--json", **TOKENS)
        late.shutdown()
    says = {one["about"]: one["says"] for one in done.json()["findings"]}["Slack"]

    assert done.code == 3
    assert says == "This machine's clock is 7 minutes ahead of Slack's; set it, or let it be set by NTP."


def test_check_says_nothing_of_slack_where_nobody_uses_it(program: Program) -> None:
    found = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}

    assert "Slack" not in found
    assert found["secrets"]["says"] == "none, and none is needed"


def test_a_channel_that_is_set_up_by_command_is_shown_and_previewed_offline(program: Program) -> None:
    added = program.run(
        "channels add news --platform slack --channel C0NEWS --workspace T0ACME --time 06:45 --timezone Asia/Kathmandu"
    )
    [_, listed] = program.run("channels list --json").json()
    shown = program.run("channels show news --json").json()
    payloads = program.run("preview news --json").json()

    assert added.code == 0, added.err
    assert "06:45 Asia/Kathmandu" in added.out
    assert (listed["platform"], listed["workspace"], listed["channel"]) == ("slack", "T0ACME", "C0NEWS")
    assert {key: shown[key] for key in listed} == listed
    assert "SLACK_BOT_TOKEN" in shown["troubles"][0]
    assert {payload["channel"] for payload in payloads} == {"C0NEWS"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "expected Slack's id of the channel"),
        ("--channel #news", "not its #name"),
        ("--channel C1 --workspace acme", "expected Slack's id of the workspace"),
    ],
)
def test_a_channel_is_added_by_its_id_only(program: Program, options: str, words: str) -> None:
    done = program.run(f"channels add news --platform slack {options}")

    assert (done.code, words in done.err) == (2, True), done


def test_a_channel_added_without_its_workspace_is_the_one_that_was_there(program: Program, slack: FakeSlack) -> None:
    program.write("config.toml", f'[slack]\napi_url = "{slack.api}"\n')
    add = "channels add news --platform slack --channel C1"
    for command in (add, "post", "channels remove news", add, f"{add} --workspace T1"):
        assert program.run(command, **TOKENS).code == 0, command

    [one] = program.run("channels list --json").json()
    assert (one["workspace"], one["channel"], one["standing"]) == ("T1", "C1", "active")


async def test_changing_a_channel_by_command_leaves_it_to_whoever_set_it_up(program: Program) -> None:
    async with opened(program) as store:
        order = subscription("C1", workspace="T1")
        await store.subscriptions.subscribe(replace(order, owner="U1", declared=False))

    assert program.run("channels add news --platform slack --channel C1 --workspace T1 --stories 3").code == 0

    async with opened(program) as store:
        [one] = [one for one in await store.subscriptions.all() if one.channel.platform == "slack"]
        assert (one.owner, one.stories) == ("U1", 3)
        [change] = await store.audit.changes("slack:T1")
        assert (change.person, change.action, change.subject) == ("the operator, by command", "setup", "C1")
        assert "stories 3 instead of 5" in change.detail


@contextlib.asynccontextmanager
async def opened(program: Program) -> AsyncIterator[Store]:
    (program.folder / "data").mkdir(exist_ok=True)
    store = await open_store(program.folder / "data" / "daybrief.db")
    try:
        yield store
    finally:
        await store.close()


def test_what_preview_prints_is_what_slack_gets_with_the_manifests_permissions_alone(
    program: Program, slack: FakeSlack
) -> None:
    declare(program, slack)
    story = program.write("story.txt", STORY)
    scopes = manifest()["oauth_config"]["scopes"]
    slack.reinstall("T1", token="xoxb-T1", scopes=set(scopes["bot"]) - set(scopes["bot_optional"]))
    morning = ("--at", "2026-05-11T08:00")
    assert program.run("import", str(story), "--at", "2026-05-11T07:00").code == 0

    payloads = program.run("preview ai-news --json", *morning, **TOKENS).json()
    posted = program.run("post", *morning, **TOKENS)

    assert posted.code == 0, posted.err
    got = [call.arguments for call in slack.calls if call.method == "chat.postMessage"]
    assert [without_key(one) for one in got] == [without_key(one) for one in payloads]
    assert len(slack.messages("C1")) == len(payloads) == 1


def without_key(payload: Mapping[str, Any]) -> dict[str, Any]:
    """*payload* without the delivery's key, which a preview has none of."""
    return {key: value for key, value in payload.items() if key not in {"metadata", "token"}}


def test_a_slack_channel_is_previewed_without_a_token(program: Program, slack: FakeSlack) -> None:
    declare(program, slack)
    every_day = "days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']\n"
    program.write("config.toml", (program.folder / "config.toml").read_text(encoding="utf-8") + every_day)

    [payload] = program.run("preview", "ai-news", "--json").json()

    assert (payload["channel"], payload["unfurl_links"]) == ("C1", False)
    assert payload["metadata"]["event_payload"]["part"] == 0
    assert "A quiet day" in program.run("preview", "ai-news", "--as", "slack").out
