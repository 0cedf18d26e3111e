"""What we send to Slack against Slack's own words: Block Kit's schema, the methods' arguments, every error code."""

import importlib.util
import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from adapters.slack import answers, post, views
from adapters.slack.failures import MEANINGS, Scope
from adapters.slack.manifest import manifest
from bot.errors import Fate
from bot.model import Answer, Channel, KeyPoint, Layout, Link, Passage, Sections, Story
from tests.morning import NOW, STORY
from tests.slack_looks import DAY, HOMES, MESSAGES, MODALS
from tests.slack_nasty import is_harmless, mrkdwn

pytestmark = pytest.mark.shared

ENOUGH = 2_000
"""Hostile texts of one kind in the gate; all of them with DAYBRIEF_SOAK=1."""

# As the notes on the platform sort them, not as our table does.
NOTES = [
    (
        "ratelimited rate_limited service_unavailable request_timeout team_added_to_org org_login_required "
        "message_limit_exceeded",
        Fate.NOT_SENT,
        None,
    ),
    ("fatal_error internal_error", Fate.UNKNOWN, None),
    (
        "channel_not_found is_archived not_in_channel restricted_action restricted_action_read_only_channel "
        "restricted_action_thread_only_channel restricted_action_non_threadable_channel "
        "restricted_action_thread_locked ekm_access_denied messages_tab_disabled cannot_reply_to_message "
        "slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked",
        Fate.REFUSED,
        Scope.CHANNEL,
    ),
    (
        "account_inactive token_revoked invalid_auth not_authed app_access_restricted access_denied no_permission "
        "accesslimited enterprise_is_restricted two_factor_setup_required missing_scope token_expired",
        Fate.REFUSED,
        Scope.WORKSPACE,
    ),
    (
        "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text too_many_attachments "
        "markdown_text_conflict metadata_too_large invalid_metadata_format invalid_metadata_schema invalid_arg_name "
        "team_not_found",
        Fate.REFUSED,
        Scope.POST,
    ),
]


@pytest.fixture(scope="module")
def slack_schemas(request: pytest.FixtureRequest) -> Path:
    shared: Path = Path(__file__).resolve().parents[3] / "shared"
    return shared / "schemas/slack"


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        # It leaves closing its files to the interpreter.
        warnings.simplefilter("ignore", ResourceWarning)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def validate(slack_schemas: Path) -> ModuleType:
    return loaded(slack_schemas / "validate.py")


def test_everything_that_people_see_passes_the_schema(validate: ModuleType) -> None:
    for kind, looks in (("Message", MESSAGES), ("Modal", MODALS), ("Home", HOMES)):
        for name, documents in looks.items():
            for document in documents:
                assert validate.errors(document, kind) == [], name


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_the_manifest_passes_the_schema(slack_schemas: Path, mode: str) -> None:
    from jsonschema.validators import validator_for

    schema = json.loads((slack_schemas / "manifest.schema.2.0.0.json").read_text("utf-8"))
    made = manifest(mode, "https://daybrief.example.org")

    assert [error.message for error in validator_for(schema)(schema).iter_errors(made)] == []
    assert set(made["oauth_config"]["scopes"]["bot_optional"]) == {"channels:history", "groups:history"}


@pytest.mark.parametrize(
    "method", ["chat.postMessage", "chat.update", "conversations.history", "auth.test", "conversations.info"]
)
def test_every_documented_error_has_a_meaning(slack_schemas: Path, method: str) -> None:
    documented = set(json.loads((slack_schemas / f"methods/{method}.json").read_text("utf-8"))["errors"])

    assert documented - set(MEANINGS) == set()
    assert all(isinstance(MEANINGS[code].fate, Fate) for code in documented)


@pytest.mark.parametrize(("codes", "fate", "scope"), NOTES)
def test_errors_have_the_fates_that_the_platforms_notes_give_them(codes: str, fate: Fate, scope: Scope | None) -> None:
    expected = dict.fromkeys(codes.split(), (fate, scope))

    assert {code: (MEANINGS[code].fate, scope and MEANINGS[code].scope) for code in codes.split()} == expected


def test_whatever_another_organisation_forbids_in_a_shared_channel_closes_it(slack_schemas: Path) -> None:
    files = (slack_schemas / "methods").glob("chat.*.json")
    documented = {code for file in files for code in json.loads(file.read_text("utf-8")).get("errors") or ()}
    connect = {code for code in documented if code.startswith("slack_connect_") and "blocked" in code}

    assert len(connect) > 3
    assert {MEANINGS[code].scope for code in connect} == {Scope.CHANNEL}


def test_calls_have_the_arguments_that_are_documented(slack_schemas: Path) -> None:
    calls = loaded(slack_schemas / "validate_call.py")
    channel = Channel(platform="slack", workspace="T1", id="C1", name="news")
    from adapters.slack.posting import SlackPlatform

    platform = SlackPlatform.__new__(SlackPlatform)
    for payload in platform.render(replace(DAY, channel=channel, layout=Layout.THREAD)).payloads:
        assert calls.errors("chat.postMessage", dict(payload)) == []


def hostile(shared: Path) -> Iterator[str]:
    folder = shared / "data/hostile"
    mentions = (folder / "generated/mention_markup.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in mentions]
    if not os.environ.get("DAYBRIEF_SOAK"):
        texts = texts[:: max(1, len(texts) // ENOUGH)]
    yield from texts
    yield from json.loads((folder / "blns/blns.json").read_text("utf-8"))


def test_no_hostile_text_breaks_a_rendering_or_mentions_anybody(shared: Path, validate: ModuleType) -> None:
    texts = list(hostile(shared))
    assert len(texts) > ENOUGH
    broken = []
    # Eight texts a rendering: the schema takes its time.
    for start in range(0, len(texts), 8):
        some = texts[start : start + 8]
        for kind, document in renderings(some):
            said = [*mrkdwn(document), *([str(document["text"])] if kind == "Message" else [])]
            if validate.errors(document, kind) or not all(map(is_harmless, said)):
                broken.append((kind, some))

    assert broken == []


def renderings(texts: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    [shown] = DAY.stories[:1]
    stories = tuple(
        replace(
            shown,
            number=n,
            ref=f"B{n}C2",
            title=text or "-",
            takeaway=text,
            sources=(Link(name=text, url="https://a.example"),),
        )
        for n, text in enumerate(texts, start=1)
    )
    told = hostile_story(texts)
    found = Answer(asked=texts[0], story=told, nearest=(told,), others=(told,))
    for message in (
        *post.messages(replace(DAY, stories=stories)),
        *answers.answer(found, "key_points", NOW),
        answers.not_found(found, "story"),
        *answers.shared(told, "story", texts[0], NOW),
    ):
        yield "Message", {"text": message.text, "blocks": list(message.blocks)}
    yield "Modal", views.story(told, NOW)


def hostile_story(texts: list[str]) -> Story:
    [article, *_] = STORY.articles
    return replace(
        STORY,
        title=texts[0] or "-",
        takeaway=texts[-1],
        sections=Sections(
            key_points=tuple(KeyPoint(text=text, sources=(article.url,)) for text in texts),
            second_order_effects=Passage(text="\n\n".join(texts)),
        ),
        articles=(replace(article, title=texts[0] or "-", source=replace(article.source, name=texts[-1])),),
    )
