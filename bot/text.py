"""Text from outside, made harmless and cut to fit. Pure.

Order matters: clean, then cut between graphemes, then escape, and the last is the adapter's business alone.
"""

import unicodedata

import regex

_HARMLESS_CONTROLS = frozenset("\n\t")
_BREAKS = str.maketrans(dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


def clean(text: str) -> str:
    """*text* on one line: no controls, bidi or zero-width characters, lone surrogates or runs of white space; NFC."""
    return " ".join(_visible(text).split())


def clean_prose(text: str) -> str:
    """*text* in paragraphs, one line each, separated by one blank line; otherwise as :func:`clean`."""
    paragraphs = regex.split(r"\n[^\S\n]*\n\s*", _visible(text))
    return "\n\n".join(filter(None, (" ".join(paragraph.split()) for paragraph in paragraphs)))


def cut(text: str, limit: int) -> str:
    """*text* within *limit* characters, shortened between graphemes, at a word where one is near, and marked with
    ``…``.
    """
    if len(text) <= limit:
        return text
    kept = ""
    for grapheme in regex.findall(r"\X", text[: limit + 64]):
        if len(kept) + len(grapheme) > limit - 1:
            break
        kept += grapheme
    at_word = kept.rfind(" ")
    splits_word = not text[len(kept)].isspace()
    if splits_word and at_word > limit * 2 // 3:
        kept = kept[:at_word]
    return kept.rstrip(" ,;:–—-") + "…"


def pieces(text: str, limit: int) -> list[str]:
    """All of *text* in pieces of at most *limit* characters, parted at a paragraph, else at a word, else between
    graphemes. Nothing is lost but the white space at the seams.
    """
    found: list[str] = []
    rest = text.strip()
    while len(rest) > limit:
        head = rest[:limit]
        at = max(head.rfind("\n\n"), head.rfind(" ") if "\n\n" not in head[limit // 2 :] else -1)
        if at < limit // 2:
            at = _between_graphemes(rest, limit)
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest] if rest else found


def _between_graphemes(text: str, limit: int) -> int:
    end = 0
    for grapheme in regex.finditer(r"\X", text[: limit + 64]):
        if grapheme.end() > limit:
            break
        end = grapheme.end()
    # A grapheme longer than the limit is nobody's language.
    return end or limit


def _visible(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    shown = "".join(
        character
        for character in text
        if character in _HARMLESS_CONTROLS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    # Composing can be asked for only without lone surrogates, hence afterwards.
    return unicodedata.normalize("NFC", shown)
