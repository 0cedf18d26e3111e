"""Ranking: which stories matter most to one channel this morning, with the arithmetic kept. Pure.

    score = (coverage + salience) × weight × significance

Age is a cut-off, the window of an edition, and no part of the score: on 41 days of news, what editors chose was found
better without decay (nDCG@10 .516, against .490 with a half-life of a day). Editors follow running stories, so being
new adds nothing either; but a story that the channel has had is taken out until enough is new (``bot.novelty``).
Ready-written stories lead: a person chose them.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.asides import is_aside
from bot.model import Origin, Story
from bot.names import companies, made, named
from bot.novelty import news_since, withheld
from bot.roundups import is_roundup

SALIENCE = 0.5
"""For each kind of weighty name in the titles, two at the most."""
ASIDE = 0.5
"""What an aside or a roundup of a single publisher loses instead (``bot.asides``, ``bot.roundups``): it comes after
whatever has happened.
"""
WEIGHED = 20
"""So many of the best stories a model's significance may put into another order, and no others."""
PER_STEP = 0.15
"""By which share of its score a story rises or falls for each step that its significance is above or below 3."""
_ORDINARY = 3
_MOST_NAMES = 2
_SHARE = 3
"""A name counts that one in so many titles has, or the story's own."""

_LABS = frozenset(
    {
        *("AI21", "Alibaba", "Amazon", "Anthropic", "Apple", "Baidu", "ByteDance", "Cerebras", "Cohere", "Cursor"),
        *("DeepSeek", "Google", "Groq", "Hugging Face", "Meta", "Microsoft", "MiniMax", "Mistral", "Moonshot"),
        *("Nvidia", "OpenAI", "Perplexity", "SSI", "Sakana", "Stability", "TSMC", "Tencent", "Thinking Machines"),
        *("Z.ai", "xAI"),
    }
)
"""Those of the companies that we know whose every move is news to people who work with AI."""
_FIRST_HAND = frozenset(
    {
        *("AI21", "Alibaba", "Anthropic", "Cohere", "DeepSeek", "Google", "Meta", "MiniMax", "Mistral", "Moonshot"),
        *("OpenAI", "SSI", "Sakana", "Stability", "Thinking Machines", "Z.ai", "xAI"),
    }
)
"""Those whose own posts are news, too, though they do not name themselves. Not those who mostly post for customers."""
_STAKES = re.compile(
    r"\b(?:acquir(?:e|es|ed|ing)|acquisition|merger|lawsuit|sue[sd]?|ban(?:s|ned)?|regulat\w+|antitrust|billion|ipo|"
    r"launch(?:es|ed|ing)?|releas(?:es?|ed|ing)|introduc(?:es?|ed|ing)|announc(?:es?|ed|ing)|unveil(?:s|ed|ing)?|"
    r"open[- ](?:sourc\w+|weights?)|breach(?:es|ed)?|outage|safety|court|export controls?|funding|raises|valuation|"
    r"invest(?:s|ed|ment)?|partnership|compute|gigawatts?|layoffs?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a story counts, by its parts."""

    coverage: float
    """ln(1 + independent publishers)."""
    salience: float
    """For the weighty names in its titles; below zero for what tells of nothing that has happened."""
    weight: float

    @property
    def value(self) -> float:
        """The score that they make, before any model is asked."""
        return (self.coverage + self.salience) * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A story with its place and the arithmetic of its score."""

    story: Story
    score: float
    numbers: tuple[tuple[str, float], ...]
    """``coverage``, ``salience``, ``weight``, ``significance``, as in the formula above, then ``publishers``."""
    leads: bool
    """Ready-written, and so before all others."""
    is_known: bool
    """The channel has had it, and too little is new."""
    is_update: bool
    """The channel has had it, and enough is new."""
    is_weighed: bool = False
    """Among the best, which a model has weighed: all of these stand before all others."""
    news: str = ""
    """For an update: what is new."""
    withheld: str = ""
    """For what is known: why it does not come back."""


def score_of(titles: Sequence[str], publishers: int, weight: float = 1.0, by: str = "") -> Score:
    """How much a story counts.

    Args:
        titles: its own title first, then those of its articles, in any order; at least one.
        publishers: how many independent ones report it; 0 counts as 1.
        weight: how much the operator trusts where it comes from; 1.0 is ordinary.
        by: the name of whoever reported it first: a laboratory that tells of itself need not name itself.
    """
    is_behind = publishers <= 1 and (is_aside(titles[0]) or is_roundup(titles[0]))
    salience = -ASIDE if is_behind else _salience(tuple(titles), bool(companies(by) & _FIRST_HAND))
    return Score(coverage=math.log(1 + max(publishers, 1)), salience=salience, weight=weight)


def rank(
    stories: Sequence[Story],
    *,
    posted: Mapping[str, tuple[datetime, int]],
    scored: dict[str, Ranked] | None = None,
) -> tuple[Ranked, ...]:
    """*stories*, best first; those that the channel knows stand where their score puts them, and are marked.

    Args:
        stories: the candidates, in any order.
        posted: which refs the channel has had: when last, and how many publishers the post named.
        scored: what has been worked out for the same stories, by ref; filled here. Thousands of
            channels choose from the same stories, and most have had none of them.
    """
    known = {} if scored is None else scored
    ranked = []
    for story in stories:
        had = posted.get(story.ref)
        # A workspace may have a reading of its own, and what is known of it is worth nothing to the others.
        if had is None and (story.ref not in known or known[story.ref].story is not story):
            known[story.ref] = _ranked(story, None)
        ranked.append(known[story.ref] if had is None else _ranked(story, had))
    return _weighed(sorted(ranked, key=_order))


def _order(one: Ranked) -> tuple[bool, float, float, bool, str]:
    """Among equals the newest comes first; many feeds give only a date, and then what has something to say."""
    newest_first = -one.story.news_at.timestamp()
    says_nothing = not one.story.takeaway
    return (not one.leads, newest_first if one.leads else -one.score, newest_first, says_nothing, one.story.ref)


def _weighed(ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """*ranked* with the best in the order that a model's significance gives them, if any of them was weighed."""
    best = [one for one in ranked if not one.leads and not one.is_known][:WEIGHED]
    if all(one.story.significance is None for one in best):
        return tuple(ranked)
    moved = {one.story.ref: _moved(one) for one in best}
    leads = [one for one in ranked if one.leads]
    rest = [one for one in ranked if not one.leads and one.story.ref not in moved]
    return (*leads, *sorted(moved.values(), key=_order), *rest)


def _moved(one: Ranked) -> Ranked:
    significance = one.story.significance or _ORDINARY
    factor = 1 + PER_STEP * (significance - _ORDINARY)
    numbers = tuple((name, factor if name == "significance" else value) for name, value in one.numbers)
    return replace(one, score=one.score * factor, numbers=numbers, is_weighed=True)


@lru_cache(maxsize=8192)
def _salience(titles: tuple[str, ...], is_first_hand: bool) -> float:  # a key of the cache
    """Kept, because on one morning thousands of channels choose from the same stories."""
    kinds = [_kinds(title) for title in titles]
    counted = (
        kinds[0][kind] or _SHARE * sum(of_title[kind] for of_title in kinds) >= len(kinds)
        for kind in range(len(kinds[0]))
    )
    lab, product, stakes = counted
    return SALIENCE * min(_MOST_NAMES, (lab or is_first_hand) + product + stakes)


def _kinds(title: str) -> tuple[bool, bool, bool]:
    """Whether *title* names a lab, a product of one, and something that is at stake."""
    return bool(named(title) & _LABS), bool(made(title) & _LABS), bool(_STAKES.search(title))


def _ranked(story: Story, had: tuple[datetime, int] | None) -> Ranked:
    weight = max((article.weight for article in story.articles), default=1.0)
    titles = (story.title, *(article.title for article in story.articles))
    by = story.articles[0].source.name if story.articles else ""
    score = score_of(titles, story.publishers, weight, by)
    news = news_since(story, *had) if had else ""
    return Ranked(
        story=story,
        score=score.value,
        numbers=(
            ("coverage", score.coverage),
            ("salience", score.salience),
            ("weight", score.weight),
            ("significance", 1.0),
            ("publishers", float(story.publishers)),
        ),
        leads=story.origin is Origin.IMPORT and had is None,
        is_known=had is not None and not news,
        is_update=bool(news),
        news=news,
        withheld=withheld(story, had[0]) if had and not news else "",
    )
