"""Versions: which numbers in a title name a version of something, and which count or measure. Pure."""

import re
from collections.abc import Iterator

from bot.group.words import HYPHENS, is_filler

_NUMBERED = re.compile(
    r"(?<![^\W\d_])([^\W\d_]++)(\s#|[\s-]?[vV]?)(\d++(?:\.\d+)*+)(?=([^\W\d_]*|%)(?:[\s-]+([^\W\d_]+|%))?)"
)
_CAPITALISED = 4  # letters from which a word that is no name has a small letter, unless all words have capitals
_AMOUNT = 3  # digits from which a bare number after a word counts things: Norvik 900 strong
_NO_NAMES = frozenset(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec age almost another around drops episode eur falls gains gbp inr least nearly only over past q
    quarter rise rises rose rs season top under until up update usd week
    """.split()  # noqa: SIM905 - a paragraph reads better than a column of quotes
)
"""A number after one of these is no version: March 11, nearly 19, the top 40, UPDATE 2."""
_UNITS = frozenset(
    """
    % b billion bn cr crore dead dollar euro gigawatt gw hp hr in injured k kg kilowatt km kw kwh lakh m megawatt men
    mile million min mph mw mwh nd of out pc pct people per percent pound rd st staff th thousand tonne trillion tn twh
    watt women won x yen yuan
    """.split()  # noqa: SIM905
)
"""A number before one of these counts or measures."""
_PRODUCTS = frozenset(
    """
    android chatgpt claude codex copilot deepseek galaxy gemini gemma gpt grok haiku ios iphone kimi llama mistral opus
    phi pixel qwen sonnet sora veo windows
    """.split()  # noqa: SIM905
)
"""What has versions, however a title writes it."""
_VARIANTS = frozenset(
    """
    air flash haiku lite max maverick mini nano opus plus pro scout sonnet turbo ultra
    """.split()  # noqa: SIM905
)
"""What sets one product of a version apart from another: Halden 3 Pro, Halden 3 Mini."""
_DOES = frozenset(
    """
    adds arrives beats becomes brings comes costs cuts debuts does drops fixes gains gets goes has hits improves
    introduces is keeps lands launches leads leaks lets looks makes matches needs offers outperforms promises reaches
    replaces rolls runs scores sets ships shows supports takes tops uses was wins works
    """.split()  # noqa: SIM905
)
"""What a product does; other words that end so are what a number counts."""


def named_versions(title: str) -> Iterator[tuple[str, str]]:
    """Each name that *title* gives a version, in small letters, and the version; the same of a version and its variant.

    Skarn 5 and Skarn 5.0 are one version.
    """
    text = title.translate(HYPHENS)
    trusts_capitals = _trusts_capitals(text)
    for name, gap, number, suffix, behind in _NUMBERED.findall(text):
        low, after = name.casefold(), behind.casefold()
        if low in _NO_NAMES or is_filler(low) or suffix.casefold() in _UNITS or (not suffix and after in _UNITS):
            continue
        if _is_version(name, gap, number, after, trusts_capitals=trusts_capitals):
            version = re.sub(r"(?:\.0+)+$", "", number)
            yield low, version
            if after in _VARIANTS:
                yield f"{low} {version}", after


def _is_version(name: str, gap: str, number: str, after: str, *, trusts_capitals: bool) -> bool:
    """Whether *number*, which stands behind *name* with *gap* between them, and before *after*, is a version of it."""
    if not gap or "#" in gap or "v" in gap.casefold() or number.count(".") > 1:
        return True
    if gap.isspace() and number.isdigit() and len(number) >= _AMOUNT:
        return False
    if name.casefold() in _PRODUCTS:
        return True
    if not any(letter.isupper() for letter in name):
        return False
    if "-" in gap or "." in number:
        return True
    is_counted = after.endswith("s") and after not in _DOES
    return not is_counted and (trusts_capitals or not name[1:].islower())


def _trusts_capitals(text: str) -> bool:
    """Whether a capital tells a name: not where all words have one."""
    return any(word.islower() and len(word) >= _CAPITALISED and not is_filler(word) for word in text.split())
