"""Whatever an endpoint does, the writer says why there is nothing, shows nothing ungated, and never holds a secret."""

import gzip
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.analyst.endpoint import Endpoint
from adapters.analyst.providers import MOST_OF_BODY
from adapters.analyst.writer import ModelWriter
from bot.errors import AnalystFailed, BudgetSpent
from tests.clock import VirtualClock
from tests.fake_model import FakeModel, Reply, answering, says
from tests.writing import GOOD, KEY, STORY, writing

SECRET = "the-provider-repeats-what-it-was-sent"
SHORT = timedelta(milliseconds=200)
HTML = f"<html><head><title>{SECRET}</title></head><body>502 Bad Gateway {KEY}</body></html>"

FAULTS = {
    "wrong key": (Reply(status=401), "does not accept the key"),
    "not allowed": (Reply(status=403), "does not accept the key"),
    "no credit": (Reply(status=402), "credit is used up"),
    "no such model": (Reply(status=404), "knows no model of that name, or is elsewhere: check .*base_url, .* in /v1"),
    "no such page": (Reply(status=404, body=HTML), "or is elsewhere: check .*base_url, which usually ends in /v1"),
    "another method": (Reply(status=405, body=HTML), "HTTP 405 is not what a model answers with; see .*base_url"),
    "too often": (Reply(status=429), "asks us to wait, it is asked too often"),
    "too often, with a time": (Reply(status=429, headers={"Retry-After": "17"}), "asks us to wait 17 seconds"),
    "out of order": (Reply(status=500), "HTTP 500"),
    "overloaded": (Reply(status=503, headers={"Retry-After": "5"}), "HTTP 503"),
    "a web page as an error": (Reply(status=502, body=HTML), "HTTP 502"),
    "a web page as an answer": (
        Reply(body=HTML),
        "what answers there is no model; see .*base_url, which usually ends in /v1",
    ),
    "another JSON": (Reply(body='{"hello": "there"}'), "what answers there is no model; see .*base_url"),
    "no choice": (Reply(body='{"id": "1", "object": "chat.completion", "choices": []}'), "norvik-1: "),
    "cut JSON": (Reply(body='{"id": "1", "object": "chat.compl'), "norvik-1: "),
    "a redirection": (
        Reply(status=307, headers={"Location": "https://elsewhere.test/"}, body="{}"),
        "HTTP 307 is not what a model answers with; see .*base_url",
    ),
    "refused": (Reply(refusal=SECRET), "refuses to write about it"),
    "filtered": (Reply(content="", finish="content_filter"), "refuses to write about it"),
    "cut off at the limit": (says('{"takeaway": {"text": "Norvik', finish="length"), "cut off|form"),
    "empty": (says(""), "form"),
    "prose": (says(f"Sure! {SECRET}"), "does not answer in the form"),
    "another form": (says({"headline": SECRET}), "does not answer in the form"),
    "a key too many": (says(GOOD | {"url": SECRET}), "does not answer in the form"),
    "a tool that nobody offered": (says({"cmd": SECRET}, calls="shell"), "does not answer in the form"),
    "a broken connection": (says(GOOD, cut=60), "connection broke"),
    "a broken connection at once": (says(GOOD, cut=0), "connection broke"),
    "no answer": (Reply(hangs=True), "no answer within 0.2 seconds"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_an_endpoint_does_wrong_is_a_sentence_without_its_words_and_without_the_key(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply, sentence = FAULTS[fault]
    caplog.set_level(logging.INFO)

    async with writing(tmp_path, answering(reply), timeout=SHORT if reply.hangs else timedelta(seconds=10)) as desk:
        with pytest.raises(AnalystFailed, match=sentence) as failure:
            await desk.writer.brief(STORY, {})

    assert str(failure.value).startswith("the model norvik-1: ")
    assert (failure.value.__cause__, failure.value.__suppress_context__) == (None, True)
    for said in (str(failure.value), caplog.text):
        assert SECRET not in said
        assert KEY not in said


@pytest.mark.parametrize("fault", ["wrong key", "too often", "overloaded", "a broken connection", "refused"])
async def test_no_request_is_repeated_behind_our_back(tmp_path: Path, fault: str) -> None:
    async with writing(tmp_path, answering(FAULTS[fault][0])) as desk:
        with pytest.raises(AnalystFailed):
            await desk.writer.brief(STORY, {})

        assert len(desk.model.prompts) == len(await desk.expenses()) == 1


async def test_the_other_questions_fail_alike(tmp_path: Path) -> None:
    sentence = "the model norvik-1: the endpoint answered with HTTP 503"
    async with writing(tmp_path, answering(Reply(status=503))) as desk:
        with pytest.raises(AnalystFailed, match=sentence):
            await desk.writer.write(STORY, {})
        with pytest.raises(AnalystFailed, match=sentence):
            await desk.writer.weigh([STORY])
        with pytest.raises(AnalystFailed, match=sentence):
            await desk.writer.same_event([(STORY.articles[0], STORY.articles[1])])


async def test_an_endpoint_that_is_not_there_is_named_without_its_path_and_password(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), base_url=f"http://ada:{SECRET}@127.0.0.1:9/{SECRET}") as desk:
        with pytest.raises(AnalystFailed) as failure:
            await desk.writer.brief(STORY, {})

    assert str(failure.value) == "the model norvik-1: the endpoint cannot be reached at 127.0.0.1:9"


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
async def test_a_provider_without_a_key_is_a_sentence_too(tmp_path: Path, provider: str) -> None:
    async with writing(tmp_path, answering(says(GOOD))) as desk:
        writer = ModelWriter(Endpoint(provider=provider, name="some-model"), desk.store.spending, VirtualClock())
        with pytest.raises(AnalystFailed, match="some-model: there is no key"):
            await writer.brief(STORY, {})
        await writer.close()


async def test_an_endpoint_of_ones_own_is_never_given_the_key_that_is_there_for_openai(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async with writing(tmp_path, answering(says(GOOD)), key="") as desk:
        await desk.writer.brief(STORY, {})

    assert KEY not in str(desk.model.prompts[0].headers)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
async def test_every_provider_can_be_addressed(tmp_path: Path, provider: str) -> None:
    endpoint = Endpoint(provider=provider, name="some-model", key=KEY, daily_budget_usd=0)

    async with writing(tmp_path, answering(says(GOOD))) as desk:
        writer = ModelWriter(endpoint, desk.store.spending, VirtualClock())
        with pytest.raises(BudgetSpent):
            await writer.brief(STORY, {})
        await writer.close()


async def test_a_redirection_is_never_followed_with_the_story_and_the_key(tmp_path: Path) -> None:
    for status in (301, 302, 303, 307, 308):
        async with FakeModel(answering(says(GOOD))) as elsewhere:
            away = Reply(status=status, headers={"Location": f"{elsewhere.url}/chat/completions"}, body="{}")
            async with writing(tmp_path, answering(away)) as desk:
                with pytest.raises(AnalystFailed, match=f"HTTP {status} is not what a model answers with"):
                    await desk.writer.brief(STORY, {})

            assert desk.model.prompts
            assert elsewhere.requests == 0


async def test_an_answer_without_end_is_not_read_to_its_end_and_counts_as_reserved(tmp_path: Path) -> None:
    whole = says(GOOD)
    for padding, is_heard in ((MOST_OF_BODY // 2, True), (MOST_OF_BODY * 2, False)):
        padded = replace(whole, usage={"padding": "x" * padding})
        async with writing(tmp_path, answering(padded)) as desk:
            if is_heard:
                assert (await desk.writer.brief(STORY, {})).takeaway
            else:
                with pytest.raises(AnalystFailed, match="the connection broke before the answer was there"):
                    await desk.writer.brief(STORY, {})
            assert all(one.microdollars > 0 for one in await desk.expenses())


async def test_an_answer_that_is_packed_unasked_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * MOST_OF_BODY * 4)
    assert len(bomb) < MOST_OF_BODY
    async with writing(tmp_path, answering(Reply(packed=bomb))) as desk:
        with pytest.raises(AnalystFailed, match="the connection broke before the answer was there"):
            await desk.writer.brief(STORY, {})

    assert desk.model.prompts[0].headers["Accept-Encoding"] == "identity"
