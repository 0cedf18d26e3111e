"""Ranking: which stories matter most to one channel this morning, with the arithmetic kept. Pure.

    score = (coverage + salience) × weight × recency

Editors follow running stories, so being new adds nothing; but a story that the channel has had is taken out, until at
least two more publishers report it. Ready-written stories lead: a person chose them.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.model import Origin, Story

HALF_LIFE = timedelta(hours=24)
"""A story counts half as much after this."""
NEW_PUBLISHERS = 2
"""How many more publishers bring a story back that the channel has had."""
SALIENCE = 0.5
"""For each kind of weighty name in the title, two at the most."""
_MOST_NAMES = 2

_LABS = (
    "openai|anthropic|google|deepmind|meta|microsoft|nvidia|amazon|aws|apple|mistral|cohere|xai|deepseek|alibaba|qwen|"
    "hugging ?face|sakana|perplexity|groq|tsmc|intel|amd|arm|ibm|tencent|baidu|bytedance|moonshot|stability"
)
_PRODUCTS = (
    "gpt|chatgpt|claude|gemini|llama|grok|copilot|sora|codex|mixtral|gemma|phi|"
    "blackwell|gb?[23]00|[hb][12]00|tpu|trainium"
)
_STAKES = (
    "acquires?|acquisition|merger|lawsuit|sues?|ban(?:s|ned)?|regulat\\w+|antitrust|billion|ipo|launch(?:es|ed)?|"
    "releases?d?|open[- ]sourc\\w+|breach|outage|safety|court|export controls?|funding"
)
_SALIENT = tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in (_LABS, _PRODUCTS, _STAKES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A story with its place and the arithmetic of its score."""

    story: Story
    score: float
    numbers: tuple[tuple[str, float], ...]
    """``coverage``, ``salience``, ``weight``, ``recency``, as in the formula above, then ``publishers``."""
    leads: bool
    """Ready-written, and so before all others."""
    is_known: bool
    """The channel has had it, and too little is new."""
    is_update: bool
    """The channel has had it, and enough is new."""
    news: str = ""
    """For an update: what is new."""


def rank(
    stories: Sequence[Story],
    *,
    now: datetime,
    posted: Mapping[str, tuple[datetime, int]],
    scored: dict[str, Ranked] | None = None,
) -> tuple[Ranked, ...]:
    """*stories*, best first; those that the channel knows stand where their score puts them, and are marked.

    Args:
        stories: the candidates, in any order.
        now: the instant of composing.
        posted: which refs the channel has had: when last, and how many publishers the post named.
        scored: what has been worked out for the same stories at the same instant, by ref; filled here. Thousands of
            channels choose from the same stories, and most have had none of them.
    """
    known = {} if scored is None else scored
    ranked = []
    for story in stories:
        had = posted.get(story.ref)
        if had is None and story.ref not in known:
            known[story.ref] = _ranked(story, now, None)
        ranked.append(known[story.ref] if had is None else _ranked(story, now, had))
    return tuple(sorted(ranked, key=_order))


def _order(one: Ranked) -> tuple[bool, float, float, str]:
    newest_first = -one.story.news_at.timestamp()
    return (not one.leads, newest_first if one.leads else -one.score, newest_first, one.story.ref)


@lru_cache(maxsize=8192)
def _salience(title: str) -> float:
    """Kept, because on one morning thousands of channels choose from the same stories."""
    return SALIENCE * min(_MOST_NAMES, sum(1 for names in _SALIENT if names.search(title)))


def _ranked(story: Story, now: datetime, had: tuple[datetime, int] | None) -> Ranked:
    coverage = math.log2(1 + max(story.publishers, 1))
    salience = _salience(story.title)
    weight = max((article.weight for article in story.articles), default=1.0)
    recency = 0.5 ** (max(now - story.news_at, timedelta(0)) / HALF_LIFE)
    grown = had is not None and story.publishers >= had[1] + NEW_PUBLISHERS
    return Ranked(
        story=story,
        score=(coverage + salience) * weight * recency,
        numbers=(
            ("coverage", coverage),
            ("salience", salience),
            ("weight", weight),
            ("recency", recency),
            ("publishers", float(story.publishers)),
        ),
        leads=story.origin is Origin.IMPORT and had is None,
        is_known=had is not None and not grown,
        is_update=grown,
        news=f"now {story.publishers} publishers, {had[1]} when posted" if had and grown else "",
    )
