"""Sentences made false on purpose, for measuring what the gate catches.

What is a number or a name here is found by rules of its own, so that a mistake of the gate's is not made twice.
"""

import random
import re

_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|\.\d)")
_SPELT = {"two": "seven", "three": "nine", "four": "six", "five": "eight", "ten": "thirty", "million": "billion"}
_SPELT |= {"billion": "million", "percent": "million", "twice": "five times", "half": "a fifth", "dozen": "hundred"}
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][a-z]+[A-Za-z]*|[A-Z]{2,6})(?: [A-Z][a-z]+)*\b(?!-)")
FOREIGN = ("Norvik", "Halden Labs", "Orrery", "Ingrid Solberg", "Tarnmoor", "QRX", "Brackenfell", "Veltrum AI")
_NOT_NAMES = {"I", "AI", "The", "A", "An", "In", "On", "It", "We", "You", "This", "That", "If", "And", "But"}
_VERBS = re.compile(r"\b(is|are|was|were|will|can|could|would|should|has|have|had|did|does|do)\b(?! not\b|n't)")
_CONTRACTED = {"will": "won't", "can": "can't", "is": "isn't", "are": "aren't", "was": "wasn't", "did": "didn't"}


def number_changed(sentence: str, chance: random.Random) -> str | None:
    """*sentence* with one other number; None where it has none."""
    figures = list(_NUMBER.finditer(sentence))
    spelt = [match for word in _SPELT for match in re.finditer(rf"\b{word}\b", sentence)]
    if not (places := [*figures, *spelt]):
        return None
    match = chance.choice(places)
    new = _SPELT.get(match.group()) or _other_figure(match.group(), chance)
    return sentence[: match.start()] + new + sentence[match.end() :]


def _other_figure(figure: str, chance: random.Random) -> str:
    value = float(figure.replace(",", ""))
    decimals = len(figure.partition(".")[2])
    other = chance.choice([value + 1, value + 3, value * 2, value * 10, value * 1.3, max(value - 1, 0.5)])
    new = f"{other:,.{decimals}f}" if "," in figure else f"{other:.{decimals}f}"
    return new if new != figure else f"{value + 2:.{decimals}f}"


def names(text: str) -> list[str]:
    """What stands capitalised within the sentences of *text*, without repetition, in order."""
    return list(dict.fromkeys(name for name in _NAME.findall(text) if name.split()[0] not in _NOT_NAMES))


def name_replaced(sentence: str, others: tuple[str, ...], chance: random.Random) -> str | None:
    """*sentence* with one of *others*, which it does not hold, in the place of one of its names; None without any."""
    low = sentence.casefold()
    found = [match for match in _NAME.finditer(sentence) if match.group().split()[0] not in _NOT_NAMES]
    fit = [one for one in others if not any(word.casefold() in low for word in one.split())]
    if not found or not fit:
        return None
    match = chance.choice(found)
    return sentence[: match.start()] + chance.choice(fit) + sentence[match.end() :]


def negated(sentence: str, chance: random.Random) -> str | None:
    """*sentence* with one of its verbs denied; None where no auxiliary can be found."""
    if not (found := list(_VERBS.finditer(sentence))):
        return None
    match = chance.choice(found)
    verb = match.group()
    ways = [f"{verb} not", *([_CONTRACTED[verb]] if verb in _CONTRACTED else [])]
    if verb in {"is", "are", "has", "have"}:
        ways.append(f"{verb} no longer")
    if verb in {"will", "has", "have", "is"}:
        ways.append(f"{verb} never")
    return sentence[: match.start()] + chance.choice(ways) + sentence[match.end() :]


def affirmed(sentence: str, chance: random.Random) -> str | None:
    """*sentence* without one of its negations; None where it has none."""
    found = list(re.finditer(r"(?:(?<=\w) (?:not|never)|n't)\b(?! (?:only|just))", sentence))
    if not found:
        return None
    match = chance.choice(found)
    return sentence[: match.start()] + sentence[match.end() :]
