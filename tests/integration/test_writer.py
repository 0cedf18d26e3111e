"""The writer asks a model over HTTP, by the real SDK, and shows only what stands in the sentences that it cites."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import AnalystFailed
from bot.model import Inference, SectionName
from tests.articles import article
from tests.articles import story as story_of
from tests.fake_model import Prompt, Reply, answering, brief_of, says
from tests.writing import GOOD, KEY, STORY, WIRE, writing

SECTIONS = {
    "what_changed": {"text": "The Halden chip runs models of 8 billion parameters without a network.", "cites": [3, 7]},
    "strategic_implications": {
        "text": "Vendors of phones may depend less on data centres, and Tarnmoor is likely to come under pressure.",
        "cites": [3, 9],
    },
    "what_happens_next": [
        {
            "text": "Tarnmoor may show a chip of its own within six months.",
            "cites": [9],
            "horizon": "months",
            "confidence": "low",
        }
    ],
    "second_order_effects": [
        {"text": "Where models run on phones, fewer queries may reach data centres.", "cites": [3]}
    ],
}


async def test_a_brief_has_the_sources_title_and_each_point_with_the_sentence_and_the_articles_behind_it(
    tmp_path: Path,
) -> None:
    async with writing(tmp_path, answering(says(GOOD))) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert draft.title == STORY.title
    assert draft.analyst == desk.writer.name == "norvik-1"
    assert draft.takeaway == "Norvik unveiled the Halden chip in Oslo on Tuesday."
    assert [point.text for point in draft.key_points][1:] == [
        "Phones with the chip are due in June 2027.",
        "Analysts at Orrery expect prices of 40 dollars.",
    ]
    assert draft.key_points[1].quote == "Phones with the chip are due in June 2027, the company said."
    assert [point.sources for point in draft.key_points] == [
        (STORY.articles[0].url,),
        (STORY.articles[0].url,),
        (STORY.articles[1].url,),
    ]
    assert draft.dropped == 0
    assert len(desk.model.prompts) == 1


async def test_the_model_sees_numbered_sentences_and_no_address_no_ref_no_tool(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD))) as desk:
        await desk.writer.brief(STORY, {})

    [prompt] = desk.model.prompts
    assert prompt.lines[2] == "Norvik unveiled the Halden chip in Oslo on Tuesday."
    assert len(prompt.lines) == 9
    sent = json.dumps(prompt.body)
    assert "wire.test" not in sent
    assert "https://" not in sent
    assert STORY.ref not in sent
    assert not {"tools", "max_completion_tokens"} & set(prompt.body)
    assert prompt.body["max_tokens"] == 1_500
    assert prompt.headers["Authorization"] == f"Bearer {KEY}"


async def test_full_texts_take_the_place_of_extracts(tmp_path: Path) -> None:
    texts = {STORY.articles[0].key: f"{WIRE}\n\nThe page alone says that Norvik hired 300 engineers for it."}

    async with writing(tmp_path, answering(says(GOOD))) as desk:
        await desk.writer.brief(STORY, texts)

    assert "The page alone says that Norvik hired 300 engineers for it." in desk.model.prompts[0].lines.values()


async def test_what_does_not_pass_the_gate_is_sent_back_once_with_the_reason(tmp_path: Path) -> None:
    wrong = brief_of("Norvik unveiled the Halden chip in Bergen on Tuesday.", ("It runs on 9 phones.", 3), cites=2)

    async with writing(tmp_path, answering(says(wrong), says(GOOD))) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert draft.takeaway == "Norvik unveiled the Halden chip in Oslo on Tuesday."
    assert draft.dropped == 0
    assert len(desk.model.prompts) == 2
    assert "the name “Bergen” is in none of the cited sentences" in desk.model.prompts[1].text
    assert "the number “9” is in none of the cited sentences" in desk.model.prompts[1].text


async def test_what_fails_twice_is_dropped_and_counted_and_the_rest_is_shown(tmp_path: Path) -> None:
    half = brief_of(
        "Norvik unveiled the Halden chip in Oslo on Tuesday.",
        ("It runs models of 9 billion parameters without a network.", 3),
        ("Norvik did say what it costs.", 5),
        ("Phones with the chip are due in June 2027.", 4),
        cites=2,
    )

    async with writing(tmp_path, answering(says(half))) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert [point.text for point in draft.key_points] == ["Phones with the chip are due in June 2027."]
    assert draft.dropped == 2
    assert len(desk.model.prompts) == 2


async def test_what_passed_of_the_first_answer_stays_when_the_second_one_fails(tmp_path: Path) -> None:
    half = brief_of(
        "Norvik unveiled the Halden chip in Oslo on Tuesday.",
        ("It runs on 9 phones.", 3),
        ("Norvik did not say.", 5),
        cites=2,
    )
    for second in (Reply(status=500), says("nonsense"), says(brief_of("No.", ("No.", 1))), says(GOOD, cut=40)):
        async with writing(tmp_path, answering(says(half), second)) as desk:
            draft = await desk.writer.brief(STORY, {})

        assert [point.text for point in draft.key_points] == ["Norvik did not say."]


@pytest.mark.parametrize(
    "reply",
    [
        brief_of("Norvik sold the Halden chip to Tarnmoor.", ("It runs on 9 phones.", 3)),
        brief_of("Norvik unveiled the Halden chip in Oslo on Tuesday.", ("It runs on 9 phones.", 3), cites=2),
        brief_of("Norvik sold the chip to Zarquon.", ("Phones with the chip are due in June 2027.", 4)),
        brief_of("Norvik unveiled the Halden chip in Oslo on Tuesday.", cites=2),
        brief_of("Norvik unveiled the Halden chip.", ("Phones with the chip are due in June 2027.", 77), cites=-1),
    ],
)
async def test_a_brief_without_takeaway_or_key_point_is_none(tmp_path: Path, reply: dict[str, object]) -> None:
    async with writing(tmp_path, answering(says(reply))) as desk:
        with pytest.raises(AnalystFailed, match="norvik-1: nothing that it wrote stands"):
            await desk.writer.brief(STORY, {})


async def test_the_sentence_under_a_point_says_what_the_point_says_and_who_cites_everything_cites_nothing(
    tmp_path: Path,
) -> None:
    reply = brief_of("Norvik unveiled the Halden chip in Oslo on Tuesday.", cites=2)
    point = "Phones with the chip are due in June 2027."
    reply["key_points"] = [
        {"text": point, "cites": [9, 8, 4]},
        {"text": "Norvik did not say.", "cites": [5, 4, 3, 2, 1]},
    ]

    async with writing(tmp_path, answering(says(reply))) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert [one.text for one in draft.key_points] == [point]
    assert draft.key_points[0].quote == "Phones with the chip are due in June 2027, the company said."
    assert "it cites more than 4 sentences" in desk.model.prompts[1].text


async def test_signs_of_markup_are_taken_off_and_addresses_and_mentions_refused(tmp_path: Path) -> None:
    reply = brief_of(
        "**Norvik** unveiled the `Halden` chip in Oslo on Tuesday [2].",
        ("Phones with the chip are due in June 2027, see https://norvik.test/june.", 4),
        ("Phones with the chip are due in June 2027 @everyone.", 4),
        ("- It runs models of 8 billion parameters without a network.", 3),
        cites=2,
    )

    async with writing(tmp_path, answering(says(reply))) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert draft.takeaway == "Norvik unveiled the Halden chip in Oslo on Tuesday."
    assert [point.text for point in draft.key_points] == ["It runs models of 8 billion parameters without a network."]
    assert draft.dropped == 2


async def test_headlines_alone_are_nothing_to_write_from_and_nobody_is_asked(tmp_path: Path) -> None:
    bare = replace(STORY, articles=tuple(replace(one, extract="") for one in STORY.articles))

    async with writing(tmp_path, answering(says(GOOD))) as desk:
        with pytest.raises(AnalystFailed, match="nothing but headlines"):
            await desk.writer.brief(bare, {})

    assert desk.model.prompts == []


async def test_the_sections_are_facts_with_their_changes_and_expectations_with_their_basis(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(SECTIONS))) as desk:
        sections = await desk.writer.write(STORY, {})

    assert set(sections.written()) == desk.writer.sections == set(SectionName) - {SectionName.KEY_POINTS}
    assert sections.what_changed
    assert sections.what_changed.text == "The Halden chip runs models of 8 billion parameters without a network."
    assert sections.what_happens_next
    assert sections.what_happens_next.items == (
        Inference(
            text="Tarnmoor may show a chip of its own within six months.",
            horizon="months",
            confidence="low",
            basis="Its rival Tarnmoor has no such chip.",
        ),
    )
    assert sections.second_order_effects
    [effect] = sections.second_order_effects.items
    assert effect.basis == "It runs models of 8 billion parameters without a network."


@pytest.mark.parametrize(
    "text",
    [
        "Phones with the chip are due in June 2027.",
        "Tarnmoor may lose 30 percent of its sales.",
        "Zarquon may buy Tarnmoor.",
        "Norvik may say “we have won”.",
        "Others may follow, see www.norvik.test.",
        "",
    ],
    ids=["a fact", "a figure", "a name", "a quotation", "an address", "nothing"],
)
async def test_an_expectation_that_repeats_a_fact_or_brings_one_of_its_own_is_none(tmp_path: Path, text: str) -> None:
    item = {"text": text, "cites": [9], "horizon": "months", "confidence": "high"}

    async with writing(tmp_path, answering(says(SECTIONS | {"what_happens_next": [item]}))) as desk:
        sections = await desk.writer.write(STORY, {})

    assert sections.what_happens_next is None
    assert sections.second_order_effects


async def test_an_expectation_without_a_fact_to_follow_from_is_none(tmp_path: Path) -> None:
    item = {"text": "Tarnmoor may show a chip of its own.", "cites": [99], "horizon": "months", "confidence": "low"}

    async with writing(tmp_path, answering(says(SECTIONS | {"what_happens_next": [item]}))) as desk:
        sections = await desk.writer.write(STORY, {})

    assert sections.what_happens_next is None


async def test_each_story_is_weighed_in_a_call_of_its_own_and_what_is_no_weight_is_missing(tmp_path: Path) -> None:
    refs = ("B2C3", "D4F5", "G6H7", "J8K9", "L2M3")
    stories = [story_of(ref, "wire.test", title=f"Story {ref}") for ref in refs]
    answers = {"B2C3": [(1, 5)], "D4F5": [(1, 0)], "G6H7": [(1, 2), (1, 4)], "J8K9": [(1, 1), (2, 5)], "L2M3": [(2, 5)]}

    def script(prompt: Prompt) -> Reply:
        [line] = prompt.lines.values()
        [ref] = [ref for ref in refs if ref in line]
        return says({"stories": [{"number": number, "significance": value} for number, value in answers[ref]]})

    async with writing(tmp_path, script) as desk:
        weights = await desk.writer.weigh(stories)
        refs_paid = [one.ref for one in await desk.expenses()]

    assert weights == {"B2C3": 5, "J8K9": 1}
    assert sorted(refs_paid) == sorted(refs)


async def test_each_pair_is_judged_in_a_call_of_its_own_and_the_one_that_nobody_judged_is_unknown(
    tmp_path: Path,
) -> None:
    pairs = [
        (article("Norvik opens"), article("Norvik has opened")),
        (article("Halden"), article("Tarnmoor")),
        (article("Orrery"), article("Skarn")),
    ]

    def script(prompt: Prompt) -> Reply:
        [line] = prompt.lines.values()
        if "Halden" in line:
            return says({"pairs": []})
        return says({"pairs": [{"number": 1, "same": "Norvik" in line}]})

    async with writing(tmp_path, script) as desk:
        assert await desk.writer.same_event(pairs) == (True, None, False)
        assert await desk.writer.same_event([]) == ()

    assert len(desk.model.prompts) == 3


async def test_a_story_or_a_pair_that_fails_is_left_out_and_only_when_all_fail_is_there_an_error(
    tmp_path: Path,
) -> None:
    stories = [story_of(ref, "wire.test", title=f"Story {ref}") for ref in ("B2C3", "D4F5")]
    pairs = [(article("Norvik opens"), article("Norvik has opened")), (article("Halden"), article("Story D4F5"))]

    def script(prompt: Prompt) -> Reply:
        if "D4F5" in prompt.text:
            return Reply(status=503)
        if "significance" in prompt.asks_for:
            return says({"stories": [{"number": 1, "significance": 4}]})
        return says({"pairs": [{"number": 1, "same": True}]})

    async with writing(tmp_path, script) as desk:
        assert await desk.writer.weigh(stories) == {"B2C3": 4}
        assert await desk.writer.same_event(pairs) == (True, None)
        with pytest.raises(AnalystFailed, match="HTTP 503"):
            await desk.writer.weigh(stories[1:])
        with pytest.raises(AnalystFailed, match="HTTP 503"):
            await desk.writer.same_event(pairs[1:])


async def test_an_endpoint_that_refuses_a_form_is_asked_in_the_next_one_and_then_in_that_at_once(
    tmp_path: Path,
) -> None:
    for known, asked in (
        (("tool",), ["native", "tool", "tool"]),
        (("prompted",), ["native", "tool", "prompted", "prompted"]),
    ):
        async with writing(tmp_path, answering(says(GOOD)), modes=known) as desk:
            await desk.writer.brief(STORY, {})
            await desk.writer.brief(STORY, {})

        assert [prompt.mode for prompt in desk.model.prompts] == asked


async def test_many_that_find_out_at_once_which_form_an_endpoint_takes_agree(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), modes=("tool",)) as desk:
        drafts = await asyncio.gather(*(desk.writer.brief(STORY, {}) for _ in range(4)))
        drafts.append(await desk.writer.brief(STORY, {}))

    assert all(draft.key_points for draft in drafts)
    assert desk.model.prompts[-1].mode == "tool"


async def test_a_form_that_the_operator_chose_is_the_only_one(tmp_path: Path) -> None:
    async with writing(tmp_path, answering(says(GOOD)), modes=("tool",), mode="native") as desk:
        with pytest.raises(AnalystFailed, match="HTTP 400"):
            await desk.writer.brief(STORY, {})
        desk.model.modes = ("native", "tool")
        await desk.writer.brief(STORY, {})

    assert [prompt.mode for prompt in desk.model.prompts] == ["native", "native"]


async def test_a_server_error_about_the_form_is_a_refusal_of_the_form(tmp_path: Path) -> None:
    def script(prompt: Prompt) -> Reply:
        body = '{"error": {"message": "response_format must be text or json_object"}}'
        return Reply(status=500, body=body) if prompt.mode == "native" else says(GOOD)

    async with writing(tmp_path, script) as desk:
        draft = await desk.writer.brief(STORY, {})

    assert draft.key_points


async def test_copies_are_left_out_and_long_texts_are_cut_so_that_every_publisher_is_heard(tmp_path: Path) -> None:
    long = " ".join(f"Sentence number {number} of a very long report by one publisher." for number in range(2_000))
    many = replace(
        STORY,
        articles=(
            *(article(f"Report {n}", f"p{n}.test", extract=f"Publisher {n} was here first. {long}") for n in range(6)),
            article("Copied", "copy.test", extract="This stands in a copy alone."),
        ),
    )
    many = replace(many, copies=(many.articles[-1].key,))

    async with writing(tmp_path, answering(says(GOOD))) as desk:
        with pytest.raises(AnalystFailed):
            await desk.writer.brief(many, {})

    lines = desk.model.prompts[0].lines.values()
    assert {f"Publisher {n} was here first." for n in range(6)} <= set(lines)
    assert "This stands in a copy alone." not in lines
    assert len(desk.model.prompts[0].text) < 25_000
