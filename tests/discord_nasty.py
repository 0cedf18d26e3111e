"""Texts, stories and editions as nasty as they come, and what must hold of whatever Discord is sent about them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from adapters.discord import limits
from adapters.discord.components import count, custom_ids, texts
from adapters.discord.custom_ids import READ, pressed
from adapters.discord.text import usable
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
from tests.discord_drawing import markdown
from tests.discord_looks import DAY
from tests.fake_discord.mentions import pings
from tests.fake_discord.validate import MESSAGE, check_message
from tests.morning import NOW, STORY

_PIECES = [
    *(
        "@everyone",
        "@here",
        "<@1>",
        "<@!1>",
        "<@&2>",
        "<#3>",
        "<id:guide>",
        "</brief:1>",
        "<:x:1>",
        "<a:x:1>",
        "<t:1:R>",
    ),
    *(
        "**b**",
        "__u__",
        "_i_",
        "~~s~~",
        "||x||",
        "`c`",
        "```\nc\n```",
        "\\",
        "\\\\",
        "[a](https://b.example)",
        "](<",
        ")",
    ),
    *(
        "\n# h",
        "\n-# s",
        "\n> q",
        "\n>>> q",
        "\n- i",
        "\n* i",
        "\n1. i",
        "\n+ i",
        "https://b.example",
        "<https://b.example>",
    ),
    *(
        "👩‍👩‍👧",
        "🇩🇪",
        "שלום ",
        "\u202eabc",
        "\u200b",
        "\u200d",
        "e" + "\u0301" * 30,
        "\ud83d",
        "\x00",
        "\u2028",
        "\u034f",
    ),
    *("ещё одно слово ", "東京の研究所", ":tada:", "\n\n", "¯\\_(ツ)_/¯", "discord.gg/abc", "a@b.example"),
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
        *(
            "https://a.example/x",
            "https://a.example/>)",
            "https://a.example/a_b_c*d*",
            "https://a.example/?a=1&b=@here",
        ),
        *(
            "javascript:alert(1)",
            "discord://-/x",
            "",
            "https://e.example/" + "x" * 480,
            "https://e.example/" + "x" * 4_000,
        ),
        *(
            "https://[::1",
            "https://a.example/\ud83d",
            "https://a.example/](<https://b.example/",
            "https://a.example/\\",
        ),
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


def _story(found: list[str], url: str) -> Story:
    [article, *_] = STORY.articles
    title, text, *more = found
    passage = Passage(text=text, items=tuple(Inference(text=one, horizon=title, basis=text) for one in more))
    return replace(
        STORY,
        title=title or "A title",
        takeaway=text,
        disputes=(_dispute(title, text),),
        sections=Sections(
            key_points=tuple(KeyPoint(text=one, sources=(url, "https://other.example/a"), quote=text) for one in found),
            what_changed=passage,
            second_order_effects=passage,
        ),
        articles=tuple(
            replace(article, title=one, url=url, key=f"{n:024x}", source=replace(article.source, name=one))
            for n, one in enumerate(found * 2)
        ),
    )


EDITIONS = st.builds(
    _edition,
    st.lists(st.tuples(TEXTS, ANY_TEXTS, URLS), max_size=25) | st.lists(st.tuples(ANY_TEXTS, TEXTS, URLS), max_size=5),
    st.sampled_from(list(Layout)),
    st.sampled_from([0, 1, 8]),
)
STORIES = st.builds(
    _story, st.lists(st.one_of(TEXTS, LONG_TEXTS.map(lambda text: text[:5_000])), min_size=2, max_size=4), URLS
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
            story, title=title or story.title, takeaway=takeaway, status=status, status_reason=reason, status_at=NOW
        )

    return posted, replace(posted, stories=tuple(map(changed, posted.stories)))


# ------------------------------------------------------------------------------------------------- what must hold

_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]|@\u200b", re.DOTALL)
_LINK = re.compile(r"(?<!\\)\[([^\[\]]*)\]\(<([^<>\s]*)>\)")
_OPENING = re.compile(r"(?:## |### |-# |- )?")
_OURS = re.compile(r"`/[^`\n]*`|https?: |\(\)")


def dangers(text: str, addresses: Collection[str] = (), *, may_list: bool = True) -> list[str]:
    """What in *text* Discord would act on, although it is not ours: of our own are a heading, small print or a dot at
    the beginning of a line, bold, slanted and struck out, commands as code, and links to *addresses*.
    """
    found: list[str] = []

    def link(one: re.Match[str]) -> str:
        if one[2] not in addresses:
            found.append(f"a link to {one[2]}")
        if re.search(r"[\\`*_~|<>@]|://|:[^\s:]+:", one[1]):
            found.append(f"a link that is called {one[1]!r}")
        return "x"

    bare = _OURS.sub("x", _ESCAPED.sub("x", _LINK.sub(link, text)))
    for number, line in enumerate(bare.split("\n")):
        opening = _OPENING.match(line)
        begun = opening[0] if opening else ""
        rest = line[len(begun) :]
        if begun.startswith("##") and number:
            found.append("a heading below the first line")
        if begun == "- " and not may_list:
            found.append("a list")
        if signs := re.findall(r"[`|<>\[\]()#_\\]|@(?!\u200b)|https?:|(?<!\*)\*{3}|^\s|^(?:[-+] |\d+[.)] )", rest):
            found.append(f"{signs} in {line[:60]!r}")
        if rest.count("*") % 2 or rest.count("~~") % 2:
            found.append(f"something is left open in {line[:60]!r}")
    return found


def check(message: Mapping[str, Any], addresses: Collection[str] = (), *, may_list: bool = True) -> None:
    """That Discord takes a message, within our own limits; that nobody is pinged by it and nothing in it is forged."""
    check_message(dict(message), MESSAGE)
    said = list(texts(message["components"]))
    names = list(custom_ids(message["components"]))

    assert message["allowed_mentions"] == {"parse": []}
    assert count(message["components"]) <= limits.COMPONENTS
    assert sum(map(len, said)) <= limits.TEXT
    assert sum(len(one.encode()) for one in said) <= limits.BYTES
    assert all(one.strip() for one in said)
    assert len(names) == len(set(names))
    assert all(len(one) <= limits.CUSTOM_ID and pressed(one) for one in names)
    assert [(one, found) for one in said if (found := dangers(one, addresses, may_list=may_list))] == []
    told = pings(said, None, None, mention_everyone=True)
    assert (told.users, told.roles, told.everyone) == ([], [], False)
    # What cannot be encoded would not even leave the machine.
    assert str(message).encode()


def addresses_of(*told: Edition | Story) -> set[str]:
    """What may be linked to."""
    named = (
        one.url for each in told for one in (each.articles if isinstance(each, Story) else _links(each)) if one.url
    )
    cited = (url for each in told if isinstance(each, Story) for p in each.sections.key_points for url in p.sources)
    return {usable(one) for one in (*named, *cited)} - {""}


def _links(edition: Edition) -> Iterator[Link]:
    return (source for story in edition.stories for source in story.sources)


def stories_in(components: Iterable[Mapping[str, Any]]) -> list[str]:
    """The refs of the stories that a message has a button for."""
    known = (pressed(one) for one in custom_ids(components))
    return [one.argument for one in known if one and one.act == READ]


def visible(components: Iterable[Mapping[str, Any]]) -> str:
    """What people read of a message, without white space and marks of ours, which may differ at the seams."""
    drawn = "".join(markdown(one) for one in texts([dict(part) for part in components]))
    plain = re.sub(r"<[^>]*>", "", drawn)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return squeezed(plain)


def squeezed(text: str) -> str:
    """*text* without white space and characters that have no width."""
    return re.sub(r"[\s\u200b]+", "", text)
