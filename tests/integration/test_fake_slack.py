"""The local Slack, as the real SDK and the real framework see it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.web.async_client import AsyncWebClient

from tests.fake_slack import BOT_SCOPES, FakeSlack, Fault, FaultPlan, Forgery, User, as_argument, read_store
from tests.fake_slack.validate import problems_of_blocks, problems_of_view

Json = dict[str, Any]
KEY = {"event_type": "daybrief", "event_payload": {"key": "day/1"}}


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def slack(hand: Hand, tmp_path: Path) -> AsyncIterator[FakeSlack]:
    plan = FaultPlan(late_by=0.01)
    async with FakeSlack(tmp_path / "store", plan, monotonic=hand, limits=False) as fake:
        furnish(fake)
        yield fake


def furnish(fake: FakeSlack) -> None:
    users = [
        User(id="U1", name="ada", is_admin=True, tz="Europe/Berlin", tz_offset=3600),
        User(id="U2"),
        User(id="U9", team_id="T9"),
    ]
    fake.add_team("T1", users=users)
    fake.add_channel("C1", name="news", members=["U1", "U2"])


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token="xoxb-T1", base_url=slack.api, session=session, retry_handlers=[])


async def post(slack: FakeSlack, method: str, **body: object) -> Json:
    """A call of *method* as JSON, without the SDK's help."""
    headers = {"Authorization": "Bearer xoxb-T1"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(slack.api + method, json=body) as answer,
    ):
        content: Json = await answer.json()
        return content


async def until(happened: Callable[[], bool]) -> None:
    """Wait for what nothing announces."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def refusal(slack: FakeSlack, method: str, **body: object) -> str:
    answer = await post(slack, method, **body)
    assert not answer["ok"]
    return str(answer["error"])


def text(content: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": content}


def section(content: str = "Hello", **more: object) -> Json:
    return {"type": "section", "text": text(content, "mrkdwn"), **more}


def button(action: str = "more", value: str = "K7Q4") -> Json:
    return {"type": "button", "action_id": action, "text": text("More"), "value": value}


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str) -> Json:
    return {"text": text(value.title()), "value": value}


def select(action: str = "pick", *values: str) -> Json:
    return {"type": "static_select", "action_id": action, "options": [option(v) for v in values or ("a", "b")]}


def asks(element: Json, block_id: str, **more: object) -> Json:
    return {"type": "input", "block_id": block_id, "label": text("Label"), "element": element, **more}


def modal(*blocks: Json, **more: object) -> Json:
    return {"type": "modal", "title": text("Settings"), "submit": text("Save"), "blocks": list(blocks), **more}


# -------------------------------------------------------------------------------------------------------- the Web API


async def test_a_posted_message_is_kept_as_it_was_sent(slack: FakeSlack, client: AsyncWebClient) -> None:
    blocks = [section("*Hello* &amp; more"), actions(button())]
    answer = await client.chat_postMessage(channel="C1", text="Hello &lt;", blocks=blocks, metadata=KEY)

    (message,) = slack.messages("C1")
    assert (message.ts, message.text, message.blocks, message.metadata) == (answer["ts"], "Hello &lt;", blocks, KEY)
    assert answer["message"]["blocks"][0]["block_id"]
    assert answer.headers["x-oauth-scopes"] == ",".join(sorted(BOT_SCOPES))


async def test_a_form_says_the_same_as_json(slack: FakeSlack, client: AsyncWebClient) -> None:
    form = {"channel": "C1", "blocks": '[{"type": "divider"}]', "unfurl_links": "0", "text": "x"}
    answer = await client.api_call("chat.postMessage", data=form)

    assert answer["ok"]
    assert slack.messages("C1")[0].blocks == [{"type": "divider"}]


async def test_timestamps_ascend_even_when_the_clock_stands_still(tmp_path: Path) -> None:
    async with FakeSlack(now=lambda: 1_800_000_000.0, limits=False) as slack:
        furnish(slack)
        first, second = [(await post(slack, "chat.postMessage", channel="C1", text="x"))["ts"] for _ in range(2)]

    assert (first, second) == ("1800000000.000000", "1800000000.000001")


async def test_every_accepted_message_is_one_line_of_the_store(slack: FakeSlack, client: AsyncWebClient) -> None:
    first = await client.chat_postMessage(channel="C1", text="One", metadata=KEY)
    await client.chat_postMessage(channel="C1", text="Two", thread_ts=first["ts"])
    await client.chat_update(channel="C1", ts=first["ts"], text="One, better")

    assert slack.store
    lines = read_store(slack.store)
    assert [(line["text"], line["thread_ts"], line["metadata"]) for line in lines] == [
        ("One", "", KEY),
        ("Two", first["ts"], None),
    ]
    again = FakeSlack(slack.store)
    assert [m.text for m in again.messages("C1")] == ["One, better", "Two"]


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-nobody", "invalid_auth"), ("xapp-1", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(slack: FakeSlack, token: str, error: str) -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with session.post(slack.api + "auth.test", headers=headers) as answer:
            assert (await answer.json())["error"] == error


async def test_a_revoked_token_works_no_more_until_the_bot_is_reinstalled(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    slack.revoke_token("T1")
    assert await refusal(slack, "auth.test") == "token_revoked"
    slack.revoke_token("T1", "account_inactive")
    assert await refusal(slack, "auth.test") == "account_inactive"

    slack.reinstall("T1", token="xoxb-new")
    client.token = "xoxb-new"
    assert (await client.auth_test())["team_id"] == "T1"


async def test_a_missing_scope_is_named(slack: FakeSlack) -> None:
    slack.teams["T1"].scopes = {"commands"}

    answer = await post(slack, "chat.postMessage", channel="C1", text="x")

    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "commands")


async def test_unknown_and_missing_arguments_are_refused(slack: FakeSlack) -> None:
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x", unfurl_link=False) == "invalid_arg_name"
    assert await refusal(slack, "chat.postMessage", text="x") == "invalid_arguments"
    assert await refusal(slack, "chat.postMessage", channel="C1") == "no_text"
    assert await refusal(slack, "chat.nothing") == "unknown_method"


async def test_channels_that_take_no_message_say_why(slack: FakeSlack) -> None:
    slack.add_channel("C2", is_archived=True)
    slack.add_channel("C3", read_only=True)
    slack.add_channel("C4", bot=False, is_private=True)
    slack.add_channel("C5", bot=False)
    slack.add_channel("C6", posting_error="restricted_action_thread_only_channel")

    async def error(channel: str) -> str:
        return await refusal(slack, "chat.postMessage", channel=channel, text="x")

    assert await error("C2") == "is_archived"
    assert await error("C3") == "restricted_action_read_only_channel"
    assert await error("C4") == await error("C99") == "channel_not_found"
    assert await error("C6") == "restricted_action_thread_only_channel"
    assert (await post(slack, "chat.postMessage", channel="C5", text="x"))["ok"], "chat:write.public is enough"
    slack.teams["T1"].scopes.discard("chat:write.public")
    assert await error("C5") == "not_in_channel"


async def test_a_thread_must_exist_and_a_reply_cannot_be_replied_to(slack: FakeSlack, client: AsyncWebClient) -> None:
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x", thread_ts="1.000001") == "thread_not_found"
    parent = (await client.chat_postMessage(channel="C1", text="Parent"))["ts"]
    reply = (await client.chat_postMessage(channel="C1", text="Reply", thread_ts=parent))["ts"]
    assert (
        await refusal(slack, "chat.postMessage", channel="C1", text="x", thread_ts=reply) == "cannot_reply_to_message"
    )


async def test_metadata_must_have_its_two_parts(slack: FakeSlack) -> None:
    for wrong in (
        {"event_type": "x"},
        {"event_type": "", "event_payload": {}},
        {"event_type": "x", "event_payload": 1},
    ):
        error = await refusal(slack, "chat.postMessage", channel="C1", text="x", metadata=wrong)
        assert error == "invalid_metadata_schema"
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x", metadata="{") == "invalid_metadata_format"


async def test_an_edit_is_seen_with_what_stood_there_before(slack: FakeSlack, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="Old", blocks=[section("Old")], metadata=KEY))["ts"]
    await client.chat_update(channel="C1", ts=ts, text="New")

    message = slack.message("C1", ts)
    assert message
    assert (message.text, message.blocks, message.metadata) == ("New", [], KEY)
    assert message.before == [{"text": "Old", "blocks": [section("Old")]}]
    assert await refusal(slack, "chat.update", channel="C1", ts="1.000001", text="x") == "message_not_found"
    theirs = slack.say("C1", "U1", "Mine").ts
    assert await refusal(slack, "chat.update", channel="C1", ts=theirs, text="x") == "cant_update_message"


async def test_an_ephemeral_message_is_seen_by_one_member_only(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="C1", user="U1", text="Psst")

    assert [e.text for e in slack.ephemerals("U1", "C1")] == ["Psst"]
    assert slack.ephemerals("U2") == []
    assert slack.messages("C1") == []
    assert await refusal(slack, "chat.postEphemeral", channel="C1", user="U9", text="x") == "user_not_in_channel"


async def test_history_shows_the_newest_first_without_replies(slack: FakeSlack, client: AsyncWebClient) -> None:
    parent = (await client.chat_postMessage(channel="C1", text="1", metadata=KEY))["ts"]
    await client.chat_postMessage(channel="C1", text="1.1", thread_ts=parent)
    newest = (await client.chat_postMessage(channel="C1", text="2"))["ts"]

    page = await client.conversations_history(channel="C1", limit=1)
    rest = await client.conversations_history(
        channel="C1", limit=1, cursor=page["response_metadata"]["next_cursor"], include_all_metadata=True
    )
    assert [m["text"] for m in (*page["messages"], *rest["messages"])] == ["2", "1"]
    assert (page["has_more"], rest["has_more"]) == (True, False)
    assert rest["messages"][0]["metadata"] == KEY
    plain = await client.conversations_history(channel="C1", latest=newest)
    assert [m["metadata"] for m in plain["messages"]] == [{"event_type": "daybrief"}]
    since = await client.conversations_history(channel="C1", oldest=newest, inclusive=True)
    assert [m["text"] for m in since["messages"]] == ["2"]
    thread = await client.conversations_replies(channel="C1", ts=parent)
    assert [m["text"] for m in thread["messages"]] == ["1", "1.1"]


async def test_history_of_a_channel_without_the_bot_is_closed(slack: FakeSlack) -> None:
    slack.add_channel("C2", bot=False)
    assert await refusal(slack, "conversations.history", channel="C2") == "not_in_channel"
    slack.add_channel("C3", is_private=True)
    slack.teams["T1"].scopes.discard("groups:history")
    assert await refusal(slack, "conversations.history", channel="C3") == "missing_scope"
    slack.history_cap = 15
    for _ in range(20):
        slack.say("C1", "U1", "x")
    assert len((await post(slack, "conversations.history", channel="C1", limit=100))["messages"]) == 15


async def test_conversations_are_listed_joined_and_described(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_channel("C2", bot=False, is_ext_shared=True)
    slack.add_channel("C3", is_private=True)
    slack.add_channel("C4", is_private=True, bot=False)
    slack.add_channel("C5", is_archived=True)
    types = "public_channel,private_channel"

    everywhere = await client.conversations_list(types=types, exclude_archived=True, limit=2)
    more = await client.conversations_list(
        types=types, exclude_archived=True, cursor=everywhere["response_metadata"]["next_cursor"]
    )
    assert [c["id"] for c in (*everywhere["channels"], *more["channels"])] == ["C1", "C2", "C3"]
    mine = await client.users_conversations(types=types)
    assert [c["id"] for c in mine["channels"]] == ["C1", "C3", "C5"]
    info = (await client.conversations_info(channel="C2"))["channel"]
    assert (info["is_ext_shared"], info["is_member"], info["is_archived"]) == (True, False, False)
    await client.conversations_join(channel="C2")
    assert (await client.conversations_info(channel="C2"))["channel"]["is_member"]
    assert await refusal(slack, "conversations.join", channel="C3") == "method_not_supported_for_channel_type"
    assert await refusal(slack, "conversations.info", channel="C4") == "channel_not_found"


async def test_a_private_word_to_a_user_arrives(slack: FakeSlack, client: AsyncWebClient) -> None:
    im = (await client.conversations_open(users="U1"))["channel"]["id"]
    await client.chat_postMessage(channel=im, text="Hi")
    await client.chat_postMessage(channel="U1", text="Again")

    assert [m.text for m in slack.direct_messages("U1")] == ["Hi", "Again"]


async def test_a_stranger_has_no_flags(slack: FakeSlack, client: AsyncWebClient) -> None:
    ada = (await client.users_info(user="U1"))["user"]
    assert (ada["is_admin"], ada["tz"], ada["tz_offset"], ada["team_id"]) == (True, "Europe/Berlin", 3600, "T1")
    guest = (await client.users_info(user="U9"))["user"]
    assert guest["is_stranger"]
    assert "is_admin" not in guest
    assert await refusal(slack, "users.info", user="U99") == "user_not_found"


# ------------------------------------------------------------------------------------------------------------ Block Kit

OVERLONG = "x" * 3001
WRONG: list[tuple[Json, str]] = [
    ({"type": "header", "text": text("x" * 151)}, "/blocks/0/text/text"),
    ({"type": "header", "text": text("x", "mrkdwn")}, "/blocks/0/text/type"),
    (section(OVERLONG), "/blocks/0/text/text"),
    (section(""), "/blocks/0/text/text"),
    ({"type": "section"}, "/blocks/0"),
    ({"type": "section", "fields": [text("x")] * 11}, "/blocks/0/fields"),
    ({"type": "section", "fields": [text("x" * 2001)]}, "/blocks/0/fields/0/text"),
    ({"type": "context", "elements": [text("x")] * 11}, "/blocks/0/elements"),
    ({"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type"),
    (actions(), "/blocks/0/elements"),
    (actions(*[button(f"a{n}") for n in range(26)]), "/blocks/0/elements"),
    (actions(button(), button()), "/blocks/0/elements/1/action_id"),
    (actions(button() | {"text": text("x" * 76)}), "/blocks/0/elements/0/text/text"),
    (actions(button() | {"value": "x" * 2001}), "/blocks/0/elements/0/value"),
    (actions(button() | {"style": "loud"}), "/blocks/0/elements/0/style"),
    (actions(button("x" * 256)), "/blocks/0/elements/0/action_id"),
    (actions(select() | {"initial_option": option("z")}), "/blocks/0/elements/0"),
    (actions({"type": "overflow", "options": [option("x")] * 6}), "/blocks/0/elements/0/options"),
    (actions({"type": "static_select", "options": [option("x" * 76)]}), "/blocks/0/elements/0/options/0/text/text"),
    (actions({"type": "timepicker", "initial_time": "25:00"}), "/blocks/0/elements/0/initial_time"),
    (actions({"type": "plain_text_input"}), "/blocks/0/elements/0/type"),
    (asks({"type": "number_input"}, "n"), "/blocks/0/element"),
    ({"type": "image", "image_url": "https://news.test/1.png"}, "/blocks/0"),
    ({"type": "divider", "text": text("x")}, "/blocks/0"),
    ({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text"}]}]}, "/elements/0"),
    ({"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}, "/blocks/0/elements/0"),
    ({"type": "carousel"}, "/blocks/0/type"),
    (section(block_id="x" * 256), "/blocks/0/block_id"),
]


@pytest.mark.parametrize(("block", "place"), WRONG)
def test_a_wrong_block_is_refused_with_its_place(block: Json, place: str) -> None:
    problems = problems_of_blocks([block])

    assert len(problems) == 1
    assert f"{place}]" in problems[0]


def test_every_kind_of_block_and_element_is_accepted() -> None:
    placeholder = {"placeholder": text("Choose")}
    rich = [
        {"type": "text", "text": "a", "style": {"bold": True}},
        {"type": "link", "url": "https://news.test/", "text": "b"},
        {"type": "emoji", "name": "wave"},
        {"type": "user", "user_id": "U1"},
        {"type": "date", "timestamp": 1, "format": "{date}"},
    ]
    part = {"type": "rich_text_section", "elements": rich}
    confirm = {"title": text("Sure?"), "text": text("Really"), "confirm": text("Yes"), "deny": text("No")}
    selects = [
        select() | placeholder | {"initial_option": option("a")},
        {"type": "multi_static_select", "option_groups": [{"label": text("G"), "options": [option("a")]}]},
        {"type": "external_select", "min_query_length": 0},
        {"type": "multi_external_select", "max_selected_items": 3},
        {"type": "conversations_select", "response_url_enabled": True, "filter": {"include": ["public"]}},
        {"type": "multi_users_select"},
        {"type": "channels_select", "initial_channel": "C1"},
        {"type": "timepicker", "initial_time": "07:30", "timezone": "Europe/Berlin"},
        {"type": "datepicker", "initial_date": "2026-03-03"},
        {"type": "checkboxes", "options": [option("a")], "initial_options": [option("a")]},
        {"type": "radio_buttons", "options": [{"text": text("*a*", "mrkdwn"), "value": "a"}]},
    ]
    image = {"type": "image", "image_url": "https://news.test/1.png", "alt_text": "A graph"}
    blocks = [
        {"type": "header", "text": text("News") | {"emoji": True}},
        section(accessory=button() | {"style": "primary", "confirm": confirm}, expand=True),
        section(accessory=image),
        {"type": "context", "elements": [text("x"), text("y", "mrkdwn"), image]},
        {"type": "divider"},
        image | {"title": text("Graph")},
        {
            "type": "rich_text",
            "elements": [
                part,
                {"type": "rich_text_list", "style": "bullet", "elements": [part], "indent": 1},
                {"type": "rich_text_quote", "elements": rich},
                {"type": "rich_text_preformatted", "elements": [rich[0]]},
            ],
        },
        actions(*selects, {"type": "overflow", "options": [option("a")]}),
        *[asks(element, f"i{number}", optional=True) for number, element in enumerate(selects)],
        asks({"type": "plain_text_input", "multiline": True, "max_length": 100}, "p", hint=text("h")),
        asks({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, "n", dispatch_action=True),
    ]

    assert problems_of_blocks(blocks) == []
    assert problems_of_view(modal(*blocks, private_metadata="{}", notify_on_close=True), "modal") == []


async def test_a_message_has_its_own_limits(slack: FakeSlack) -> None:
    async def refused(*blocks: Json) -> str:
        return await refusal(slack, "chat.postMessage", channel="C1", text="x", blocks=blocks)

    assert await refused(*[{"type": "divider"}] * 51) == "invalid_blocks"
    assert await refused({"type": "divider", "block_id": "d"}, {"type": "divider", "block_id": "d"}) == "invalid_blocks"
    assert await refused(*[section("x" * 2700)] * 5) == "msg_blocks_too_long"
    answer = await post(slack, "chat.postMessage", channel="C1", text="x", blocks=[section("")])
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert slack.messages("C1") == []
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x", blocks="[") == "invalid_blocks_format"
    ts = (await post(slack, "chat.postMessage", channel="C1", text="x"))["ts"]
    assert await refusal(slack, "chat.update", channel="C1", ts=ts, text="x" * 4001) == "msg_too_long"


def test_a_view_has_its_own_limits() -> None:
    assert problems_of_view(modal(title=text("x" * 25)), "modal")
    assert problems_of_view(modal(private_metadata="x" * 3001), "modal")
    assert problems_of_view(modal(*[section()] * 101), "modal")
    assert problems_of_view({"type": "modal", "title": text("x"), "blocks": [asks(select(), "s")]}, "modal")
    assert problems_of_view({"type": "home", "blocks": [], "title": text("x")}, "home")


# ---------------------------------------------------------------------------------------------------------------- views


async def test_a_trigger_opens_one_view_and_only_for_three_seconds(slack: FakeSlack, hand: Hand) -> None:
    fresh, stale = slack.add_trigger("T1", "U1"), slack.add_trigger("T1", "U1")

    assert (await post(slack, "views.open", trigger_id=fresh.id, view=modal(section())))["view"]["id"]
    assert await refusal(slack, "views.open", trigger_id=fresh.id, view=modal(section())) == "exchanged_trigger_id"
    hand.time += 3.1
    assert await refusal(slack, "views.open", trigger_id=stale.id, view=modal(section())) == "expired_trigger_id"
    assert await refusal(slack, "views.open", trigger_id="1.2.3", view=modal(section())) == "invalid_trigger_id"
    assert [view.body["blocks"] for view in slack.views("U1")] == [[section()]]


async def test_a_view_is_updated_by_either_id_if_its_hash_is_right(slack: FakeSlack, client: AsyncWebClient) -> None:
    view = modal(section("Old"), external_id="settings")
    opened = (await client.views_open(trigger_id=slack.add_trigger("T1", "U1").id, view=view))["view"]
    changed = await client.views_update(external_id="settings", view=modal(section("New")), hash=opened["hash"])
    assert slack.views("U1")[0].body["blocks"] == [section("New")]

    wrong = await post(slack, "views.update", view_id=opened["id"], view=modal(section("x")), hash=opened["hash"])
    assert wrong["error"] == "hash_conflict"
    assert changed["view"]["hash"] != opened["hash"]
    assert await refusal(slack, "views.update", view_id="V99", view=modal(section("x"))) == "not_found"
    problems = await post(slack, "views.update", view_id=opened["id"], view=modal(section("")))
    assert problems["error"] == "invalid_arguments"
    assert "/view/blocks/0/text/text" in problems["response_metadata"]["messages"][0]


async def test_views_are_stacked_three_high(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=slack.add_trigger("T1", "U1").id, view=modal(section("1")))
    for number in "23":
        await client.views_push(trigger_id=slack.add_trigger("T1", "U1").id, view=modal(section(number)))

    assert [view.body["blocks"][0]["text"]["text"] for view in slack.views("U1")] == ["1", "2", "3"]
    fourth = slack.add_trigger("T1", "U1").id
    assert await refusal(slack, "views.push", trigger_id=fourth, view=modal(section("4"))) == "push_limit_reached"


async def test_a_published_home_is_what_the_user_sees(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.views_publish(user_id="U1", view={"type": "home", "blocks": [section("Old")]})
    await client.views_publish(user_id="U1", view={"type": "home", "blocks": [section("New")]})

    assert (slack.home("U1") or {})["blocks"] == [section("New")]
    assert slack.home("U2") is None


# --------------------------------------------------------------------------------------------------------------- limits


async def test_a_channel_takes_a_small_burst_then_one_message_a_second(slack: FakeSlack, hand: Hand) -> None:
    slack.limits.on = True
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-T1"}) as session:

        async def status() -> tuple[int, str | None]:
            async with session.post(slack.api + "chat.postMessage", json={"channel": "C1", "text": "x"}) as answer:
                return answer.status, answer.headers.get("Retry-After")

        assert [await status() for _ in range(4)] == [(200, None)] * 3 + [(429, "1")]
        hand.time += 1
        assert [await status() for _ in range(2)] == [(200, None), (429, "1")]

    assert slack.counts["chat.postMessage", "ok"] == len(slack.messages("C1")) == 4
    assert slack.counts["chat.postMessage", "ratelimited"] == 2
    assert [call.at for call in slack.calls] == [1000.0] * 4 + [1001.0] * 2


async def test_a_workspace_has_a_budget_per_minute(slack: FakeSlack, hand: Hand) -> None:
    slack.limits.on, slack.limits.per_workspace = True, 3
    for number in range(4):
        slack.add_channel(f"C1{number}")

    answers = [await post(slack, "chat.postMessage", channel=f"C1{number}", text="x") for number in range(4)]
    assert [answer.get("error") for answer in answers] == [None, None, None, "ratelimited"]
    hand.time += 60
    assert (await post(slack, "chat.postMessage", channel="C13", text="x"))["ok"]


async def test_every_method_has_the_limit_of_its_tier(slack: FakeSlack) -> None:
    slack.limits.on = True
    answers = [await post(slack, "conversations.list") for _ in range(21)]

    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]


async def test_the_sdk_waits_as_long_as_a_429_tells_it(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.storm("T1", 10, retry_after=30)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "30"


async def test_a_storm_over_one_workspace_ends_and_spares_the_others(slack: FakeSlack, hand: Hand) -> None:
    slack.add_team("T2")
    slack.storm("T1", 10)

    assert await refusal(slack, "auth.test") == "ratelimited"
    async with aiohttp.ClientSession() as session:
        assert (await AsyncWebClient("xoxb-T2", base_url=slack.api, session=session).auth_test())["ok"]
    hand.time += 10
    assert (await post(slack, "auth.test"))["ok"]


# --------------------------------------------------------------------------------------------------------------- faults


async def attempt(client: AsyncWebClient, patience: float = 5) -> str:
    """Post once; how it looked from here."""
    try:
        answer = await asyncio.wait_for(client.chat_postMessage(channel="C1", text="x", metadata=KEY), patience)
    except SlackApiError as error:
        data = error.response.data
        return f"{error.response.status_code} {data.get('error') if isinstance(data, dict) else None}"
    except TimeoutError:
        return "timeout"
    except aiohttp.ClientError:
        return "broken"
    return str(answer.status_code)


@pytest.mark.parametrize(
    ("fault", "looks", "accepted"),
    [
        (Fault.NONE, "200", 1),
        (Fault.TOO_MANY, "429 ratelimited", 0),
        (Fault.DROP_BEFORE, "broken", 0),
        (Fault.DROP_AFTER, "broken", 1),
        (Fault.HANG, "timeout", 1),
        (Fault.ERROR_BEFORE, "500 internal_error", 0),
        (Fault.ERROR_AFTER, "500 internal_error", 1),
        (Fault.UNAVAILABLE_BEFORE, "503 service_unavailable", 0),
        (Fault.UNAVAILABLE_AFTER, "503 service_unavailable", 1),
        (Fault.HTML_BEFORE, "502 None", 0),
        (Fault.HTML_AFTER, "502 None", 1),
        (Fault.FATAL_BEFORE, "200 fatal_error", 0),
        (Fault.FATAL_AFTER, "200 fatal_error", 1),
    ],
)
async def test_a_fault_looks_like_this_and_accepts_that_many(
    slack: FakeSlack, client: AsyncWebClient, fault: Fault, looks: str, accepted: int
) -> None:
    slack.next_faults("chat.postMessage", [fault])

    assert await attempt(client, patience=0.2 if fault is Fault.HANG else 5) == looks
    assert slack.store
    assert len(slack.messages("C1")) == len(read_store(slack.store)) == accepted
    assert slack.counts["chat.postMessage", "ok"] == (fault is Fault.NONE)


async def test_a_late_message_appears_after_the_connection_broke(hand: Hand) -> None:
    arranged: list[Any] = []
    async with FakeSlack(later=lambda seconds, do: arranged.append((seconds, do)), limits=False) as slack:
        furnish(slack)
        slack.next_faults("chat.postMessage", [Fault.LATE])
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient("xoxb-T1", base_url=slack.api, session=session, retry_handlers=[])
            assert await attempt(client) == "broken"
        assert slack.messages("C1") == []

        ((seconds, happens),) = arranged
        happens()
        assert len(slack.messages("C1")) == 1
        assert 0 <= seconds <= 1


async def test_the_sdk_posts_twice_when_its_own_retry_meets_a_dropped_answer(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    at_once = FixedValueRetryIntervalCalculator(0)
    client.retry_handlers.append(AsyncConnectionErrorRetryHandler(max_retry_count=1, interval_calculator=at_once))
    slack.next_faults("chat.postMessage", [Fault.DROP_AFTER])

    await client.chat_postMessage(channel="C1", text="x", metadata=KEY)

    assert slack.store
    assert [line["metadata"] for line in read_store(slack.store)] == [KEY, KEY]


def test_a_plan_repeats_itself_and_another_seed_differs() -> None:
    def faults(seed: int) -> list[Fault]:
        plan = FaultPlan(seed=seed, chance=0.5)
        return [plan.fault("chat.postMessage", f"day/{n}", 1) for n in range(50)]

    assert faults(1) == faults(1) != faults(2)
    assert 10 < sum(fault is not Fault.NONE for fault in faults(1)) < 40
    assert FaultPlan(chance=1.0).fault("auth.test", "x", 1) is Fault.NONE


async def test_every_attempt_meets_the_fault_that_the_plan_says(tmp_path: Path) -> None:
    plan = FaultPlan(seed=3, chance=0.5, faults=("error_before", "error_after", "too_many"))
    async with FakeSlack(tmp_path / "store", plan, limits=False) as slack:
        furnish(slack)
        for number in range(20):
            metadata = KEY | {"event_payload": {"key": number}}
            for attempt_number in (1, 2):
                await post(slack, "chat.postMessage", channel="C1", text="x", metadata=metadata)
                planned = plan.fault("chat.postMessage", f'{{"key": {number}}}', attempt_number)
                assert slack.calls[-1].fault == planned

        accepted = [call for call in slack.calls if call.fault in {"none", "error_after"}]
        assert 10 < len(slack.messages("C1")) == len(accepted) < 40
        slack.forget()
        assert slack.calls == []


# -------------------------------------------------------------------------------------------------- the bot, both modes


class Bot:
    """A small app on the real framework, which shows each of its answers."""

    def __init__(self, slack: FakeSlack, client: AsyncWebClient) -> None:
        self.app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=True)
        self.heard: list[Json] = []
        self.submission: Json = {}
        self.slow = 0.0
        self.app.command("/keypoints")(self._keypoints)
        self.app.command("/settings")(self._settings)
        self.app.command("/slow")(self._slow)
        self.app.action("more")(self._more)
        self.app.action("pick")(self._hear)
        self.app.options("story")(self._suggest)
        self.app.view("settings")(self._submit)
        self.app.view_closed("settings")(self._hear)
        for kind in ("member_joined_channel", "channel_left", "channel_archive", "channel_id_changed", "app_mention"):
            self.app.event(kind)(self._hear)
        for kind in ("app_home_opened", "tokens_revoked", "app_uninstalled", "channel_deleted", "channel_unarchive"):
            self.app.event(kind)(self._hear)

    async def _keypoints(self, ack: AsyncAck, respond: AsyncRespond, command: Json) -> None:
        self.heard.append(command)
        await ack(text="Looking", blocks=[section("Looking")])
        await respond(f"Found {command['text']}")

    async def _settings(self, ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
        await ack()
        story = {"type": "external_select", "action_id": "story", "min_query_length": 0}
        where = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
        view = modal(
            asks({"type": "plain_text_input", "action_id": "name"}, "n"),
            asks(where, "w", optional=True),
            asks(story, "s", optional=True),
            actions(select("pick"), block_id="p"),
            callback_id="settings",
            notify_on_close=True,
        )
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _slow(self, ack: AsyncAck) -> None:
        await asyncio.sleep(self.slow)
        await ack()

    async def _more(self, ack: AsyncAck, respond: AsyncRespond, body: Json) -> None:
        self.heard.append(body)
        await ack()
        await respond(f"More of {body['actions'][0]['value']}", replace_original=False)

    async def _hear(self, ack: AsyncAck, body: Json) -> None:
        self.heard.append(body)
        await ack()

    async def _suggest(self, ack: AsyncAck, body: Json) -> None:
        await ack(options=[option(f"{body['value']}{number}") for number in range(2)])

    async def _submit(self, ack: AsyncAck, body: Json) -> None:
        self.heard.append(body)
        await ack(**self.submission)


@asynccontextmanager
async def by_socket(bot: Bot, ping_interval: float = 5) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(bot.app, "xapp-1", ping_interval=ping_interval)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def by_http(slack: FakeSlack, bot: Bot) -> AsyncIterator[str]:
    runner = web.AppRunner(bot.app.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await slack.use_http(url)
    try:
        yield url
    finally:
        await slack.use_sockets()
        await runner.cleanup()


@pytest.fixture
def bot(slack: FakeSlack, client: AsyncWebClient) -> Bot:
    return Bot(slack, client)


@pytest.fixture(params=["socket", "http"])
async def live(request: pytest.FixtureRequest, slack: FakeSlack, bot: Bot) -> AsyncIterator[Bot]:
    """The bot, reached in one way or the other."""
    async with by_socket(bot) if request.param == "socket" else by_http(slack, bot):
        yield bot


async def test_a_command_is_acknowledged_and_answered(slack: FakeSlack, live: Bot) -> None:
    run = await slack.command("/keypoints", "K7Q4", user="U1", channel="C1")

    assert run.acknowledged
    assert run.ack_after is not None
    assert run.ack_after < slack.ack_timeout
    assert run.ack == {"text": "Looking", "blocks": [section("Looking")]}
    assert await run.wait_answers() == [{"text": "Found K7Q4"}]
    seen = {(ephemeral.text, ephemeral.via) for ephemeral in slack.ephemerals("U1", "C1")}
    assert seen == {("Looking", "ack"), ("Found K7Q4", "response_url")}
    slack.channels["C1"].is_private = True
    assert (await slack.command("/keypoints", user="U2", channel="C1")).payload["channel_name"] == "privategroup"
    heard = live.heard[0]
    assert (heard["user_id"], heard["channel_name"], heard["team_id"]) == ("U1", "news", "T1")


async def test_a_command_without_a_timely_acknowledgement_times_out(slack: FakeSlack, live: Bot) -> None:
    live.slow, slack.ack_timeout = 0.2, 0.05

    run = await slack.command("/slow", user="U1", channel="C1")

    assert not run.acknowledged
    assert run.error == "operation_timeout"


async def test_a_command_that_nobody_handles_is_not_acknowledged(slack: FakeSlack, live: Bot) -> None:
    slack.ack_timeout = 0.05
    run = await slack.command("/nothing", user="U1", channel="C1")

    assert not run.acknowledged
    assert run.error in {"operation_timeout", "dispatch_failed"}


async def test_a_button_of_a_message_names_story_message_and_person(slack: FakeSlack, live: Bot) -> None:
    blocks = [section(), actions(button(value="K7Q4"), block_id="x"), actions(button(value="B2B2"), block_id="y")]
    ts = (await post(slack, "chat.postMessage", channel="C1", text="News", blocks=blocks))["ts"]

    run = await slack.press(f"C1/{ts}", "more", "B2B2", user="U9")

    assert run.acknowledged
    assert [answer["text"] for answer in await run.wait_answers()] == ["More of B2B2"]
    body = live.heard[0]
    assert body["actions"][0]["block_id"] == "y"
    assert body["message"]["ts"] == body["container"]["message_ts"] == ts
    assert body["user"] == {"id": "U9", "username": "u9", "name": "u9", "team_id": "T9"}
    assert [e.user for e in slack.ephemerals(channel="C1")] == ["U9"]
    with pytest.raises(ValueError, match="no button"):
        await slack.press(f"C1/{ts}", "less")


async def test_a_button_of_an_ephemeral_message_works_too(slack: FakeSlack, live: Bot) -> None:
    await post(slack, "chat.postEphemeral", channel="C1", user="U2", text="x", blocks=[actions(button())])

    run = await slack.press(slack.ephemerals("U2")[0], "more")

    assert (await run.wait_answers())[0]["text"] == "More of K7Q4"
    assert live.heard[0]["container"]["is_ephemeral"]
    assert live.heard[0]["user"]["id"] == "U2"


async def test_a_modal_is_opened_filled_in_and_submitted(slack: FakeSlack, live: Bot) -> None:
    await slack.command("/settings", user="U1", channel="C1")
    (view,) = slack.views("U1")

    assert (await slack.select(view, "pick", "b")).acknowledged
    options = await slack.suggest(view, "story", "ki")
    assert [o["value"] for o in options] == ["ki0", "ki1"]
    with pytest.raises(ValueError, match="name"):
        await slack.submit(view)
    run = await slack.submit(view, {"name": "Ada", "w": {"where": "C1"}, "story": options[1]})

    assert run.acknowledged
    values = live.heard[-1]["view"]["state"]["values"]
    assert values["n"]["name"] == {"type": "plain_text_input", "value": "Ada"}
    assert values["p"]["pick"]["selected_option"] == option("b")
    assert values["s"]["story"]["selected_option"] == options[1]
    (url,) = live.heard[-1]["response_urls"]
    assert (url["channel_id"], url["action_id"]) == ("C1", "where")
    assert slack.views("U1") == []


async def test_a_submission_is_answered_with_errors_an_update_or_another_view(slack: FakeSlack, live: Bot) -> None:
    await slack.command("/settings", user="U1", channel="C1")
    (view,) = slack.views("U1")

    live.submission = {"response_action": "errors", "errors": {"n": "Too short"}}
    await slack.submit(view, {"name": "A"})
    assert (view.open, view.errors) == (True, {"n": "Too short"})

    live.submission = {"response_action": "push", "view": modal(section("Sure?"), callback_id="settings")}
    await slack.submit(view)
    assert [v.body["blocks"][0]["type"] for v in slack.views("U1")] == ["input", "section"]
    top = slack.views("U1")[-1]
    assert (top.root, top.previous) == (view.id, view.id)

    live.submission = {"response_action": "update", "view": modal(section("Done"), callback_id="settings")}
    await slack.submit(top)
    assert top.body["blocks"] == [section("Done")]

    live.submission = {"response_action": "update", "view": modal(section(""))}
    assert (await slack.submit(top)).error == "invalid_arguments"

    live.submission = {"response_action": "clear"}
    await slack.submit(top)
    assert slack.views("U1") == []


async def test_closing_a_view_is_told_to_an_app_that_asked(slack: FakeSlack, live: Bot) -> None:
    await slack.command("/settings", user="U1", channel="C1")

    run = await slack.close(slack.views("U1")[0])

    assert run
    assert run.acknowledged
    assert live.heard[-1]["type"] == "view_closed"


async def test_what_happens_to_a_channel_is_told(slack: FakeSlack, live: Bot) -> None:
    await slack.kick("C1")
    assert await refusal(slack, "conversations.history", channel="C1") == "not_in_channel"
    await slack.invite("C1", inviter="U1")
    await slack.archive("C1")
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x") == "is_archived"
    await slack.unarchive("C1")
    slack.say("C1", "U1", "Before")
    await slack.change_channel_id("C1", "C2")
    assert await refusal(slack, "chat.postMessage", channel="C1", text="x") == "channel_not_found"
    await slack.mention("C2", "U1", "hello")
    await slack.delete_channel("C2")
    await slack.open_home("U1")
    slack.subscribed.discard("app_uninstalled")
    assert await slack.uninstall("T1") is None

    told = [body["event"] for body in live.heard]
    assert [event["type"] for event in told] == [
        "channel_left",
        "member_joined_channel",
        "channel_archive",
        "channel_unarchive",
        "channel_id_changed",
        "app_mention",
        "channel_deleted",
        "app_home_opened",
        "tokens_revoked",
    ]
    assert (told[4]["old_channel_id"], told[4]["new_channel_id"]) == ("C1", "C2")
    assert [m.text for m in slack.messages("C2")] == ["Before", "<@UBOTT1> hello"]
    assert await refusal(slack, "auth.test") == "account_inactive"


async def test_the_same_envelope_can_arrive_twice(slack: FakeSlack, live: Bot) -> None:
    run = await slack.command("/keypoints", "x", user="U1", channel="C1")
    await slack.redeliver(run)

    assert run.acks == 2
    assert len({heard["trigger_id"] for heard in live.heard}) == 1
    assert len(live.heard) == 2


# --------------------------------------------------------------------------------------------------------- response_url


async def answer_url(slack: FakeSlack, path: str, **body: object) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(slack.url + path, json=body) as answer:
        return answer.status, (await answer.json()).get("error", "")


async def test_a_response_url_works_five_times_and_for_half_an_hour(slack: FakeSlack, hand: Hand) -> None:
    hook = slack.add_hook("T1", "C1", "U1", of_command=True)
    slack.teams["T1"].scopes.clear()
    slack.channels["C1"].read_only = True

    assert [await answer_url(slack, hook.path, text=str(n), response_type="in_channel") for n in range(6)] == [
        *[(200, "")] * 5,
        (404, "used_url"),
    ]
    assert [m.text for m in slack.messages("C1")] == list("01234")
    hand.time += 1801
    assert await answer_url(slack, slack.add_hook("T1", "C1", "U1", of_command=True).path, text="x") == (200, "")
    assert await answer_url(slack, "/commands/T1/9/9", text="x") == (404, "invalid_url")
    late = slack.add_hook("T1", "C1", "U1", of_command=True)
    hand.time += 1801
    assert await answer_url(slack, late.path, text="x") == (404, "expired_url")


async def test_an_answer_may_replace_or_delete_what_the_button_was_on(slack: FakeSlack) -> None:
    ts = (await post(slack, "chat.postMessage", channel="C1", text="Old"))["ts"]
    hook = slack.add_hook("T1", "C1", "U1", slack.message("C1", ts), of_command=False)

    await answer_url(slack, hook.path, text="New", replace_original=True)
    assert [m.text for m in slack.messages("C1")] == ["New"]
    await answer_url(slack, hook.path, text="Thread", response_type="in_channel", thread_ts=ts, replace_original=False)
    assert [m.text for m in slack.replies("C1", ts)] == ["Thread"]
    await answer_url(slack, hook.path, delete_original=True)
    assert [m.text for m in slack.messages("C1")] == ["Thread"]


async def test_an_answer_is_checked_like_a_message(slack: FakeSlack) -> None:
    hook = slack.add_hook("T1", "C1", "U1", of_command=True)

    assert await answer_url(slack, hook.path, text="x", blocks=[section("")]) == (400, "invalid_blocks")
    assert await answer_url(slack, hook.path) == (400, "no_text")
    assert await answer_url(slack, hook.path, text="x", thread_ts="1.1") == (400, "invalid_arguments")
    assert await answer_url(slack, hook.path, delete_original=True) == (400, "invalid_arguments")
    slack.next_faults("response_url", [Fault.ERROR_BEFORE])
    assert await answer_url(slack, hook.path, text="x") == (500, "internal_error")
    assert slack.ephemerals() == []


# ---------------------------------------------------------------------------------------------------------- Socket Mode


async def test_envelopes_go_to_the_open_connections_in_turn(slack: FakeSlack, bot: Bot, client: AsyncWebClient) -> None:
    other = Bot(slack, client)
    async with by_socket(bot), by_socket(other):
        await slack.sockets.connected(2)
        for _ in range(4):
            assert (await slack.command("/keypoints", user="U1", channel="C1")).acknowledged

    assert (len(bot.heard), len(other.heard)) == (2, 2)


async def test_without_a_connection_the_user_is_told_at_once(slack: FakeSlack) -> None:
    assert (await slack.command("/keypoints", user="U1", channel="C1")).error == "dispatch_failed"


async def test_a_refreshed_a_warned_and_a_dropped_connection_come_back(slack: FakeSlack, bot: Bot) -> None:
    async def acknowledged_after(opened: int) -> None:
        await until(lambda: slack.sockets.opened > opened)
        await slack.sockets.connected()
        assert (await slack.command("/keypoints", user="U1", channel="C1")).acknowledged

    async with by_socket(bot, ping_interval=0.5):
        await acknowledged_after(0)
        opened = slack.sockets.opened
        await slack.sockets.refresh()
        await acknowledged_after(opened)
        opened = slack.sockets.opened
        await slack.sockets.warn()
        await acknowledged_after(opened)
        opened = slack.sockets.opened
        slack.sockets.drop()
        await acknowledged_after(opened)

    assert slack.sockets.connections == []


async def test_an_eleventh_connection_is_one_too_many(slack: FakeSlack, client: AsyncWebClient) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token="xapp-1"))["url"]
            sockets.append(await session.ws_connect(url))
        assert (await sockets[9].receive_json())["num_connections"] == 10
        assert (await sockets[10].receive_json())["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_a_frozen_connection_acknowledges_nothing_and_is_given_up(slack: FakeSlack, bot: Bot) -> None:
    async with by_socket(bot, ping_interval=0.2):
        await slack.sockets.connected()
        slack.sockets.freeze()
        slack.ack_timeout = 0.05
        assert not (await slack.command("/keypoints", user="U1", channel="C1")).acknowledged
        await until(lambda: slack.sockets.opened > 1)


async def test_refused_connections_leave_the_client_outside(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.apps_connections_open(app_token="xapp-1")
    slack.sockets.refuse = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(answer["url"])
        slack.sockets.refuse = False
        async with session.ws_connect(answer["url"]) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(answer["url"])
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.apps_connections_open(app_token="xapp-2")
    slack.next_faults("apps.connections.open", [Fault.FATAL_BEFORE])
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.apps_connections_open(app_token="xapp-1")


async def test_an_acknowledgement_that_comes_too_late_does_not_count(slack: FakeSlack, bot: Bot) -> None:
    bot.slow, slack.ack_timeout = 0.1, 0.02
    async with by_socket(bot):
        await slack.sockets.connected()
        run = await slack.command("/slow", user="U1", channel="C1")
        await until(lambda: run.acks == 1)

    assert not run.acknowledged
    assert run.ack_after
    assert run.ack_after > 0.1


# ------------------------------------------------------------------------------------------------------------ HTTP mode


@pytest.mark.parametrize(
    ("forgery", "status"),
    [
        (Forgery.NONE, 200),
        (Forgery.WRONG_SECRET, 401),
        (Forgery.STALE, 401),
        (Forgery.NO_SIGNATURE, 401),
        (Forgery.NO_TIMESTAMP, 401),
        (Forgery.NOT_NUMERIC, 500),
    ],
)
async def test_a_badly_signed_request_gets_this_status(
    slack: FakeSlack, bot: Bot, forgery: Forgery, status: int
) -> None:
    async with by_http(slack, bot):
        slack.forge_next = forgery
        run = await slack.command("/keypoints", "x", user="U1", channel="C1")

    assert run.status == status
    assert run.acknowledged == bool(bot.heard) == (status == 200)
    assert slack.forge_next is Forgery.NONE


async def test_slacks_own_questions_are_answered(slack: FakeSlack, bot: Bot) -> None:
    async with by_http(slack, bot):
        assert (await slack.ssl_check()).status == 200
        assert "challenge-1" in (await slack.url_verification()).body


async def test_an_address_where_nobody_listens_fails_at_once(slack: FakeSlack) -> None:
    await slack.use_http("http://127.0.0.1:1/slack/events")

    assert (await slack.command("/keypoints", user="U1", channel="C1")).error == "dispatch_failed"


# --------------------------------------------------------------------------------------------- in a process of its own


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator[str]:
    """The address of a server that outlives its clients."""
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "tests.fake_slack", str(tmp_path / "store"), str(port_file)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([*command, as_argument(FaultPlan(seed=1))], cwd=root) as process:
        try:
            while not port_file.exists():
                assert process.poll() is None
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port_file.read_text()}"
        finally:
            process.kill()


async def test_a_server_of_its_own_is_furnished_and_asked_over_http(other_process: str, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:

        async def control(name: str, **arguments: object) -> Any:  # noqa: ANN401 - whatever the method gives
            async with session.post(f"{other_process}/control/{name}", json=arguments) as answer:
                content = await answer.json()
                assert answer.status == 200, content
                return content["result"]

        await control("add_team", team="T1", users=[{"id": "U1", "is_admin": True}])
        await control("add_channel", channel="C1", members=["U1"])
        await control("configure", limits_on=False, ack_timeout=0.2)
        await control("next_faults", method="chat.postMessage", faults=["drop_after"])
        client = AsyncWebClient("xoxb-T1", base_url=f"{other_process}/api/", session=session, retry_handlers=[])
        assert await attempt(client) == "broken"
        assert [(m["text"], m["metadata"]) for m in await control("messages", channel="C1")] == [("x", KEY)]
        assert (await control("command", command="/x", user="U1", channel="C1"))["error"] == "dispatch_failed"
        assert [call["fault"] for call in await control("calls")] == ["drop_after"]
        url = (await client.apps_connections_open(app_token="xapp-1"))["url"]
        async with session.ws_connect(url) as socket:
            await control("connected", count=1)
            await control("refresh", grace=0)
            assert [(await socket.receive_json())["type"] for _ in range(2)] == ["hello", "disconnect"]
        async with session.post(f"{other_process}/control/nothing", json={}) as answer:
            assert answer.status == 400

    assert [line["text"] for line in read_store(tmp_path / "store")] == ["x"]
