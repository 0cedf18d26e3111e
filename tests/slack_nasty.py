"""Texts, stories and editions as nasty as they come, and what must hold of whatever Slack is sent about them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from adapters.slack import limits
from adapters.slack.blocks import size
from bot.model import (
    Dispute,
    Edition,
    EditionStory,
    Inference,
    KeyPoint,
    Layout,
    Link,
    Passage,
    Sections,
    Story,
    StoryStatus,
    Version,
)
from tests.fake_slack.validate import problems_of_blocks
from tests.morning import NOW, STORY
from tests.slack_looks import DAY, OFFERED

_PIECES = [
    *("<!channel>", "<!here|x>", "<@U1>", "<#C1>", "<https://x|y>", "&amp;", "&", "<", ">", "|", "*b*", "@here", "\n"),
    *(
        "👩‍👩‍👧",
        "🇩🇪",
        "שלום ",
        "مرحبا ",
        "\u202eabc",
        "\u200b",
        "\u200d",
        "e" + "\u0301" * 30,
        "\ud83d",
        "\x00",
        "\u2028",
    ),
    *("ещё одно слово ", "東京の研究所", "_i_ ~s~ `c` ", ":tada:", "\n\n"),
]
TEXTS = st.lists(st.one_of(st.text(max_size=200), st.sampled_from(_PIECES)), max_size=30).map("".join)
LONG_TEXTS = st.builds(
    lambda piece, times: piece * times,
    st.one_of(st.text(min_size=1, max_size=60), st.sampled_from([*_PIECES, "and one thing follows from another "])),
    st.integers(1, 500),
)
ANY_TEXTS = st.one_of(TEXTS, TEXTS, LONG_TEXTS)
URLS = st.sampled_from(
    [
        *("https://a.example/x", "https://a.example/|>", "https://a.example/a|b", "https://a.example/?a=1&b=<!here>"),
        *("javascript:alert(1)", "", "https://e.example/" + "x" * 700, "https://e.example/" + "x" * 1_900),
        *("https://e.example/" + "x" * 4_000, "https://[::1", "https://a.example/\ud83d"),
    ]
)


def _edition(found: list[tuple[str, str, str]], layout: Layout, sources: int) -> Edition:
    return replace(
        DAY,
        layout=layout,
        stories=tuple(
            replace(
                DAY.stories[number % 2],
                number=number,
                ref=f"B{number}C{number}",
                title=title or "A title",
                takeaway=takeaway,
                sections=OFFERED,
                sources=tuple(Link(name=title[:80], url=url) for _ in range(sources)),
                publishers=sources + 3,
                disputes=(_dispute(title, takeaway),) * (number % 4),
            )
            for number, (title, takeaway, url) in enumerate(found, start=1)
        ),
    )


def _dispute(one: str, other: str) -> Dispute:
    sides = (Version(said=one, sources=(other, one, other)), Version(said=other, sources=(one,)))
    return Dispute(versions=sides * 2)


def _story(texts: list[str], url: str) -> Story:
    [article, *_] = STORY.articles
    title, text, *more = texts
    passage = Passage(text=text, items=tuple(Inference(text=one, horizon=title, basis=text) for one in more))
    return replace(
        STORY,
        title=title or "A title",
        takeaway=text,
        disputes=(_dispute(title, text),),
        sections=Sections(
            key_points=tuple(KeyPoint(text=one, sources=(url, "https://other.example/a"), quote=text) for one in texts),
            what_changed=passage,
            second_order_effects=passage,
        ),
        articles=tuple(
            replace(article, title=one, url=url, key=f"{n:024x}", source=replace(article.source, name=one))
            for n, one in enumerate(texts * 2)
        ),
    )


EDITIONS = st.builds(
    _edition,
    st.lists(st.tuples(TEXTS, ANY_TEXTS, URLS), max_size=20) | st.lists(st.tuples(ANY_TEXTS, TEXTS, URLS), max_size=5),
    st.sampled_from(list(Layout)),
    st.sampled_from([0, 1, 8]),
)
STORIES = st.builds(
    _story, st.lists(st.one_of(TEXTS, LONG_TEXTS.map(lambda text: text[:4_000])), min_size=2, max_size=4), URLS
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Edition, Edition]:
    """An edition, and how some of its stories read after they were corrected or withdrawn."""
    posted = draw(EDITIONS)
    title, takeaway, reason = draw(ANY_TEXTS), draw(ANY_TEXTS), draw(ANY_TEXTS)
    status = draw(st.sampled_from([StoryStatus.CORRECTED, StoryStatus.WITHDRAWN]))
    which = draw(st.sampled_from([1, 2, 3, 20]))

    def changed(story: EditionStory) -> EditionStory:
        if story.number % which:
            return story
        return replace(
            story,
            title=title or story.title,
            takeaway=takeaway,
            status=status,
            status_reason=reason,
            status_at=NOW,
        )

    return posted, replace(posted, stories=tuple(map(changed, posted.stories)))


# ------------------------------------------------------------------------------------------------- what must hold


def mrkdwn(value: Any) -> Iterator[str]:  # noqa: ANN401  # whatever JSON holds
    """Every text in which Slack would act on what it reads."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for inner in value.values():
            yield from mrkdwn(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from mrkdwn(inner)


def is_harmless(text: str) -> bool:
    """Nothing begins with ``<`` but our own links, and no entity is cut."""
    bare = re.sub(r"<https?://[^<>|\s]+\|[^<>]*>", "", text)
    return "<" not in bare and ">" not in bare and not re.search(r"&(?!amp;|lt;|gt;)", text)


def squeezed(text: str) -> str:
    """*text* without white space, which may differ at the seams."""
    return re.sub(r"\s+", "", text)


def check(blocks: Iterable[dict[str, Any]], text: str) -> None:
    """That Slack takes a message, and that nobody is pinged by it."""
    listed = list(blocks)
    assert listed
    assert problems_of_blocks(listed) == []
    assert size(listed) <= limits.MESSAGE_TEXT
    assert all(is_harmless(one) for one in (*mrkdwn(listed), text))
    assert text.strip()
    # What cannot be encoded would not even leave the machine.
    assert f"{text}{listed}".encode()


def stories_in(blocks: Iterable[dict[str, Any]]) -> set[str]:
    """The refs of the stories that a message holds."""
    return {ref for block in blocks if (ref := str(block.get("block_id", "")).partition(":")[2])}
