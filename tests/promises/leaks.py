"""Looks for secrets in text, without any of the product's own code: by heart, and by the rules of gitleaks."""

import json
import math
import re
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Rule:
    """One of gitleaks' rules: https://github.com/gitleaks/gitleaks#configuration"""

    name: str
    pattern: re.Pattern[str]
    keywords: tuple[str, ...]
    """In lower case; without any of them in a text, the rule is not tried."""
    group: int
    """Which group is the secret; 0: the first, else all."""
    entropy: float
    allowed: tuple[tuple[str, re.Pattern[str]], ...]
    """What is no secret, by what is looked at: ``secret``, ``match`` or ``line``."""
    stopwords: tuple[str, ...]

    def found(self, text: str, lower: str) -> Iterator[str]:
        """What of *text* the rule takes for a secret."""
        if self.keywords and not any(word in lower for word in self.keywords):
            return
        for match in self.pattern.finditer(text):
            groups = match.groups()
            secret = (match.group(self.group) if self.group else next(filter(None, groups), "")) or match[0]
            begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
            looked_at = {"secret": secret, "match": match[0], "line": text[begin : None if end < 0 else end]}
            if _entropy(secret) <= self.entropy or any(word in secret.lower() for word in self.stopwords):
                continue
            if not any(allowed.search(looked_at[what]) for what, allowed in self.allowed):
                yield secret


def rules(path: Path) -> tuple[Rule, ...]:
    """All rules of the file at *path* that look at texts."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    general = [values["allowlist"]]
    return tuple(_rule(one, general) for one in values["rules"] if "regex" in one)


def by_heart(name: str, text: str, secrets: Mapping[str, str]) -> list[str]:
    """Where in *text*, called *name*, one of *secrets* (by kind) stands, in any spelling, or its telling part."""
    return [
        f"{name}: {kind} at {text.index(form)}: {text[max(0, text.index(form) - 60) : text.index(form)]!r}"
        for kind, secret in secrets.items()
        for form in sorted(_spellings(secret))
        if form in text
    ]


def by_rule(name: str, text: str, known: Iterable[Rule]) -> list[str]:
    """What of *text*, called *name*, any rule takes for a secret."""
    lower = text.lower()
    return [f"{name}: {rule.name} finds {secret[:80]!r}" for rule in known for secret in rule.found(text, lower)]


def _rule(raw: Mapping[str, Any], general: list[Mapping[str, Any]]) -> Rule:
    own = [one for one in raw.get("allowlists", []) if one.get("condition") != "AND"]
    allowed = [
        (str(one.get("regexTarget", "secret")), _compiled(pattern))
        for one in [*general, *own]
        for pattern in one.get("regexes") or []
    ]
    return Rule(
        name=raw["id"],
        pattern=_compiled(raw["regex"]),
        keywords=tuple(word.lower() for word in raw.get("keywords", [])),
        group=raw.get("secretGroup", 0),
        entropy=raw.get("entropy", 0.0),
        allowed=tuple(allowed),
        stopwords=tuple(word.lower() for one in [*general, *own] for word in one.get("stopwords") or []),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of Go's as Python has it: ``(?i)`` in the middle holds to the end of its group."""
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[0-9A-Za-z]")
    while (found := re.search(r"(?<!^)\(\?i\)", pattern)) is not None:
        end = _end_of_group(pattern, found.end())
        pattern = f"{pattern[: found.start()]}(?i:{pattern[found.end() : end]}){pattern[end:]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern)


def _end_of_group(pattern: str, start: int) -> int:
    depth, place, is_in_set = 0, start, False
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 2
            continue
        if is_in_set:
            is_in_set = char != "]"
        elif char == "[":
            is_in_set = True
            place += 1 if pattern[place + 1 : place + 2] in {"]", "^"} else 0
        elif char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return place
            depth -= 1
        place += 1
    return len(pattern)


def _entropy(text: str) -> float:
    """Shannon's, in bits for a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _spellings(secret: str) -> set[str]:
    parts = re.findall(r"(?<=:)[^@/:]{8,}(?=@)|(?<=token=).+|(?<=Bearer ).+|(?<=code=).+|(?<=/)[\w-]{20,}$", secret)
    return {
        form for one in (secret, *parts) for form in (one, quote(one, safe=""), json.dumps(one)[1:-1], repr(one)[1:-1])
    }
