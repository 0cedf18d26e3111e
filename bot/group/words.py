"""What of an article is compared: the words of its title, and of how its text begins. Pure."""

import re
from functools import lru_cache

from bot.model import Article

BEGINNING = 160
"""Characters of an extract that are compared: the first sentence, and seldom more."""
PIECE = 4
"""Letters of a piece of a word: *regulators* and *regulation* share some."""

COMMONPLACE = frozenset(  # a paragraph reads better than a column of quotes
    """
    account adds agent agents ai announces announcing api app appeared apps article author available availability
    billion bn brings build building built click comments company companies continue data debuts developer developers
    email enterprise expands feature features first full funding
    general generally gets helps here inc introduces introducing latest launch launched launches launching lets llm llms
    link make makes making million model models news newsletter next open part percent photo platform points post posted
    power product raise raises read release released releases report reports research round says series service startup
    story subscribe summary support team tech tool tools unveils update updates url use using ways week work year
    january february march april june july august september october november december
    2022 2023 2024 2025 2026 2027 2028
    alibaba alphabet amazon anthropic apple aws chatgpt claude codex copilot deepmind deepseek gemini google gpt grok
    llama meta microsoft mistral nvidia openai qwen xai
    """.split()  # noqa: SIM905
)
"""What many titles about unrelated things share; two articles need more than these in common."""
_STOP = frozenset(  # a paragraph reads better than a column of quotes
    """
    a about after all also am amid an and are as at be been but by can could did do does during for from had has have he
    her him his how i if in into is it its just may more most new no not now of off on one or our out over said says she
    should so some than that the their them then there these they this to up us was we were what when where which who
    why will with would you your
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_GENITIVE = re.compile(r"['’]s$")
HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2212", "-"))


def gist(article: Article) -> str:
    """What *article* is about, for whoever knows what texts mean: its title, and how it begins."""
    beginning = " ".join(article.extract[:BEGINNING].split())
    return f"{article.title}. {beginning}" if beginning else article.title


def plain(text: str) -> str:
    """*text* without capitals, and with one kind of hyphen."""
    return text.casefold().translate(HYPHENS)


def is_filler(word: str) -> bool:
    """Whether *word*, in small letters, says nothing of what a title is about."""
    return word in _STOP


@lru_cache(maxsize=32_768)
def words(title: str) -> tuple[str, ...]:
    """The words of *title* that say something, each once, in order."""
    found = (_GENITIVE.sub("", word) for word in _WORD.findall(plain(title)))
    return tuple(dict.fromkeys(word for word in found if word not in _STOP))


def pieces(word: str) -> list[str]:
    """All four letters of *word* that stand together; its beginning and its end count as a letter each."""
    whole = f" {word} "
    return [whole[start : start + PIECE] for start in range(len(whole) - PIECE + 1)]
