"""Whatever the outside world writes: Discord takes it, nobody is pinged, and nothing of an edition is lost."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord import admin_answers, answers, cards, correction_forms, history, limits
from adapters.discord.components import button, custom_ids, texts
from adapters.discord.custom_ids import SETUP, custom_id, pressed
from adapters.discord.embeds import plain_of
from adapters.discord.form import form
from adapters.discord.order import as_typed
from adapters.discord.text import escaped, fitted
from adapters.discord.wire import view_of
from bot.forms import CALLED, Part
from bot.model import (
    Answer,
    Composition,
    Edition,
    Layout,
    Notice,
    SectionName,
    Stage,
    Story,
    StoryStatus,
    Verdict,
    delivery_key,
)
from bot.retold import Former
from bot.text import clean, clean_prose
from bot.wording import first_lines
from tests.discord_drawing import markdown
from tests.discord_looks import CHANGES, DAY, ORDER, PAUSED, UNCERTAIN, plainly
from tests.discord_nasty import (
    ANY_TEXTS,
    EDITIONS,
    STORIES,
    TEXTS,
    addresses_of,
    changes,
    check,
    dangers,
    squeezed,
    stories_in,
    visible,
)
from tests.fake_discord.components import check_modal
from tests.fake_discord.forms import Form
from tests.fake_discord.validate import MESSAGE, check_message
from tests.morning import NOW, STORY


@settings(max_examples=80)
@given(EDITIONS)
def test_any_edition_is_taken_harmless_and_whole(edition: Edition) -> None:
    shown = ""
    for part, message in enumerate(cards.messages(edition)):
        check(message.payload(), addresses_of(edition), may_list=False)
        keys = {name.key for one in custom_ids(message.components) if (name := pressed(one))}
        assert keys == {delivery_key(edition.channel, edition.date, part)}
        assert len(stories_in(message.components)) <= limits.STORIES
        shown += visible(message.components)

    at = 0
    for one in edition.stories:
        for said in (clean(one.title), clean(one.takeaway)):
            found = shown.find(squeezed(said), at)
            assert found >= 0, said
            at = found + len(squeezed(said))


@settings(max_examples=80)
@given(changes())
def test_any_change_leaves_every_story_in_its_message(change: tuple[Edition, Edition]) -> None:
    posted, edition = change
    for part, message in enumerate(cards.messages(posted)):
        amended = cards.amended(posted, edition, part)

        check(amended.payload(), addresses_of(posted, edition), may_list=False)
        assert stories_in(amended.components) == stories_in(message.components)
        assert list(custom_ids(amended.components)) == list(custom_ids(message.components))


@settings(max_examples=30)
@given(EDITIONS)
def test_an_edition_that_has_not_changed_reads_as_it_did(edition: Edition) -> None:
    messages = cards.messages(edition)

    assert [cards.amended(edition, edition, part) for part in range(len(messages))] == list(messages)


@settings(max_examples=40)
@given(EDITIONS)
def test_any_edition_goes_out_in_the_older_form_too(edition: Edition) -> None:
    for message in cards.messages(edition):
        plain = plainly(message)
        [embed] = plain["embeds"]

        check_message(plain, MESSAGE)
        assert dangers(embed["description"].replace("\n##", "\n"), addresses_of(edition), may_list=False) == []
        assert squeezed(embed["description"]) == squeezed("".join(texts(message.components)))
        assert [one["custom_id"] for one in plain_of(message).buttons] == list(custom_ids(message.components))


@settings(max_examples=40)
@given(EDITIONS)
def test_discord_py_sends_what_was_drawn(edition: Edition) -> None:
    for message in cards.messages(edition):
        sent = view_of(message).to_components()  # type: ignore[no-untyped-call]

        assert _bare(sent) == _bare(list(message.components))


@settings(max_examples=60)
@given(STORIES, st.sampled_from([None, *SectionName]), st.sampled_from(list(StoryStatus)))
def test_any_answer_is_taken_and_harmless(told: Story, section: SectionName | None, status: StoryStatus) -> None:
    story = replace(told, status=status, status_reason=told.takeaway)
    other = replace(story, ref="N5PX")
    topic = section.value if section else "story"
    found = Answer(asked=story.title, section=section, story=story, others=(other,))
    nothing = Answer(asked=story.title, section=section, nearest=(story, other))
    many = [replace(story, ref=f"B{n}C") for n in range(12)]
    for message in (
        *answers.answer(found, topic, NOW),
        *answers.answer(nothing, topic, NOW),
        *answers.answer(found, "sources", NOW),
        *answers.read_more(Answer(asked="", story=story), NOW),
        *answers.shared(story, topic, story.title, NOW),
        answers.search_results(story.title, many, NOW),
        answers.search_results(story.title, [], NOW),
        answers.sentence(f"No: {story.title}", button("Change", custom_id(SETUP))),
        answers.notice(Notice(channel=DAY.channel, sentence=f"It is {story.title}", resend=7)),
        admin_answers.why([f"Since {story.title}"] * 60),
    ):
        check(message.payload(), addresses_of(story))


@pytest.mark.parametrize("letter", ["a", "*", "\U00010000"])
def test_a_notice_of_as_many_channels_as_are_named_is_taken_however_long_their_names_and_reasons(letter: str) -> None:
    said = f"{letter * 80}: {letter * 300}"  # as much of each as a notice tells
    lines = first_lines([said] * 1_000)

    check(answers.notice(Notice(sentence=f"1,000 channels wait. {said}", lines=lines, resend=7)).payload())


@settings(max_examples=40)
@given(EDITIONS)
def test_any_edition_can_be_picked_from_and_looked_at_before(edition: Edition) -> None:
    dropped = tuple(Verdict(ref=f"D{n}P", stage=Stage.DROPPED) for n in range(90))
    composition = Composition(edition=edition, verdicts=dropped)
    for message in (
        *answers.today(edition),
        *admin_answers.preview(ORDER, composition, {}, can_change=True),
        *admin_answers.preview(ORDER, composition, {}, can_change=False),
    ):
        check(message.payload(), addresses_of(edition), may_list=False)


@settings(max_examples=40)
@given(ANY_TEXTS, st.lists(TEXTS.map(clean).filter(bool), max_size=20))
@example("\U00010000" * 180, [])
def test_any_name_and_any_reason_can_be_shown_to_admins(said: str, topics: list[str]) -> None:
    channel = replace(ORDER.channel, name=said)
    order = replace(ORDER, channel=channel, topics=tuple(dict.fromkeys(topics)))
    paused = replace(PAUSED, channel=channel, reason=said)
    uncertain = [replace(UNCERTAIN, id=n, reason=said) for n in range(9)]
    told = [replace(one, person=said, detail=said) for one in CHANGES] * 9
    for one in (order, paused):
        for shown in admin_answers.status(one, NOW, uncertain, [f"No {said}"] * 9, told):
            check(shown.payload(), may_list=False)
    check(admin_answers.set_up(order, NOW, [f"No {said}"], can_post_now=True).payload(), may_list=False)
    checked = Form()
    check_modal(checked, dict(form(as_typed(order)).to_dict()))
    checked.finish()


@settings(max_examples=30)
@given(STORIES, ANY_TEXTS, st.sampled_from(StoryStatus))
def test_any_story_can_be_corrected_and_withdrawn_and_shows_how_it_read(
    story: Story, said: str, status: StoryStatus
) -> None:
    story = replace(story, status=status, status_reason=said)
    forms = [correction_forms.correction(story, choice) for choice in correction_forms.OFFERED]
    forms += [correction_forms.correction(story, choice, {Part(choice): said}) for choice in correction_forms.OFFERED]
    for made in (*forms, correction_forms.withdrawal(story)):
        checked = Form()
        check_modal(checked, dict(made.to_dict()) if made else {"title": "-", "custom_id": "-", "components": [_LINE]})
        checked.finish()
    told = [Former(until=NOW, cause="it was corrected", parts=((CALLED[Part.TITLE], clean_prose(said)),))] * 3
    for message in history.cards(story, told):
        check(message.payload(), may_list=False)


def test_a_former_text_of_nothing_but_white_space_reads_as_none() -> None:
    told = Former(until=NOW, cause="it was corrected", parts=((CALLED[Part.TITLE], " \u3000\n"),))

    [message] = history.cards(STORY, [told])

    assert "*Nobody had written any.*" in "\n".join(texts(message.payload()["components"]))


_LINE = {"type": 10, "content": "too long for a form"}


@settings(max_examples=300)
@given(ANY_TEXTS)
def test_an_escaped_text_reads_as_it_was_written(text: str) -> None:
    shown = clean(text)

    assert dangers(escaped(shown), may_list=False) == []
    assert visible([{"type": 10, "content": escaped(shown)}]) == squeezed(shown)
    assert 'class="mention"' not in markdown(escaped(shown))


@settings(max_examples=100)
@given(ANY_TEXTS, st.integers(10, 500))
def test_a_fitted_text_is_no_longer_than_its_room(text: str, room: int) -> None:
    assert len(fitted(text, room)) <= room


@pytest.mark.parametrize(
    "text",
    [
        *(
            "@everyone",
            "<@1>",
            "<@&1>",
            "<#1>",
            "<id:guide>",
            "</brief:1>",
            "<:x:1>",
            "<t:1>",
            "[a](<https://b.example>)",
        ),
        *("https://b.example", "a\n## b", "> a", "`a`", "||a||", "__a__", "a\n- b", "1. a", "-# -# a", "\\"),
    ],
)
def test_the_check_itself_finds_what_discord_would_act_on(text: str) -> None:
    assert dangers(text, may_list=False)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "*Bold* claims",
            "snake_case",
            "C~~~",
            "a|b",
            "[Update] It is so",
            "a@b.example says no",
            "Parties 🎉",
            "🇳🇴 wins",
        ),
        *("see https://b.example", "back\\slash", "at :tada: last", "`rm`", "a < b"),
    ],
)
def test_a_title_that_could_not_be_the_label_of_a_link_stands_before_it(title: str) -> None:
    [message] = cards.messages(replace(DAY, stories=(replace(DAY.stories[0], title=title),)))
    [section] = [one for one in texts(message.components) if one.startswith("**1**")]

    assert f"· **{escaped(title)}** · [open](<{DAY.stories[0].sources[0].url}>)" in section


@pytest.mark.parametrize("title", ["Norvik: a (small) step #1, 50% & more", "It’s 08:00 — “now”", "日本語の見出し"])
def test_a_title_shows_no_backslash_in_a_link(title: str) -> None:
    [message] = cards.messages(replace(DAY, stories=(replace(DAY.stories[0], title=title),)))

    assert f"**[{title}](<{DAY.stories[0].sources[0].url}>)**" in "".join(texts(message.components))


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("piece", ["漢", "🎉", "x", "@", "*", "\\", "word ", "1. "])
def test_twenty_five_giant_stories_are_told_whole_and_in_order(layout: Layout, piece: str) -> None:
    giant = (piece * 5_000)[:5_000].strip()
    stories = tuple(
        replace(DAY.stories[0], number=n, ref=f"B{n}C", title=f"{n}n {giant}", takeaway=f"{giant} {n}t")
        for n in range(1, 26)
    )
    edition = replace(DAY, stories=stories, layout=layout)
    shown, seen = "", []
    for message in cards.messages(edition):
        check(message.payload(), addresses_of(edition), may_list=False)
        shown += visible(message.components)
        seen += stories_in(message.components)

    assert seen == [one.ref for one in stories]
    at = 0
    for one in stories:
        for said in (one.title, one.takeaway):
            at = shown.index(squeezed(clean(said)), at) + 1


def _bare(parts: object) -> object:
    """*parts* without what discord.py adds, which says what holds anyway."""
    if isinstance(parts, list | tuple):
        return [_bare(one) for one in parts]
    if isinstance(parts, dict):
        return {key: _bare(one) for key, one in parts.items() if key not in {"id", "disabled", "spoiler"}}
    return parts
