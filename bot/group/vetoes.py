"""What no likeness overrules: groups of articles that cannot be one story. Pure.

Averages must not outvote one clear denial, so every article of a group counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from bot.group.naming import named_versions
from bot.group.values import Cluster
from bot.group.words import plain
from bot.model import Article
from bot.names import companies
from bot.roundups import is_roundup

WINDOW = timedelta(hours=72)
"""Articles further apart never tell of the same thing."""

Versions = Mapping[str, frozenset[str]]
"""For each name, the versions of it that a title names."""


@dataclass(eq=False)
class Group:
    """Articles that belong together as far as is known."""

    articles: list[Article]
    cluster: Cluster | None = None
    added: list[Article] = field(default_factory=list)
    absorbed: list[str] = field(default_factory=list)
    is_alive: bool = True
    refuses: frozenset[str] = frozenset()
    """Keys of articles that somebody has said not to belong here."""

    def __post_init__(self) -> None:
        times = [article.news_at for article in self.articles]
        self.since, self.until = min(times), max(times)
        named = [companies(article.title) for article in self.articles]
        self.companies = frozenset[str]().union(*named)
        self.naming = sum(1 for one in named if one)
        self.versions = _distinct([versions(article.title, article.feed) for article in self.articles])
        self.is_roundup = any(is_roundup(article.title) for article in self.articles)

    @property
    def was_touched(self) -> bool:
        """It has something that it did not have before: only then are two existing stories looked at again."""
        return self.cluster is None or bool(self.added)

    @property
    def is_about_somebody(self) -> bool:
        """At least half of its articles name a company of the trade; one in many does it in passing."""
        return 0 < len(self.articles) <= 2 * self.naming

    def take(self, other: "Group") -> None:
        """Take in all of *other*, which is no group any more."""
        other.is_alive = False
        if other.cluster:
            self.absorbed += [other.cluster.ref, *other.absorbed]
            self.added += other.added
        elif self.cluster:
            self.added += other.articles
        self.articles += other.articles
        self.since, self.until = min(self.since, other.since), max(self.until, other.until)
        self.companies |= other.companies
        self.naming += other.naming
        self.versions = _distinct([*self.versions, *other.versions])
        self.refuses |= other.refuses


def may_join(one: Group, other: Group) -> bool:
    """Whether nothing stands against *one* and *other* being one story, however alike they are."""
    if one.cluster and other.cluster:
        younger = other if is_older(one, other) else one
        is_posted = younger.cluster is not None and younger.cluster.posted
        if is_posted or not (one.was_touched or other.was_touched):
            return False
    return (
        max(one.until, other.until) - min(one.since, other.since) <= WINDOW
        and not (one.is_roundup or other.is_roundup)
        and not _name_others(one, other)
        and not any(_differ(ours, theirs) for ours in one.versions for theirs in other.versions)
        and not _refuses(one, other)
    )


def is_older(one: Group, other: Group) -> bool:
    """Whether *one* gives the joint group its name: existing stories before new groups, then the older one."""
    if one.cluster and other.cluster:
        return (one.cluster.first_seen, one.cluster.ref) <= (other.cluster.first_seen, other.cluster.ref)
    if one.cluster or other.cluster:
        return one.cluster is not None
    return by_time(one.articles[0]) <= by_time(other.articles[0])


def by_time(article: Article) -> tuple[datetime, str]:
    """What puts articles in order, the oldest first."""
    return article.news_at, article.key


def _refuses(one: Group, other: Group) -> bool:
    """Both sides of a refusal know it, so that one of them is enough to ask."""
    return bool(one.refuses) and any(article.key in one.refuses for article in other.articles)


def _name_others(one: Group, other: Group) -> bool:
    """Both are about companies of the trade, and none in common. An article that names both is the bridge."""
    return one.is_about_somebody and other.is_about_somebody and not one.companies & other.companies


def _differ(one: Versions, other: Versions) -> bool:
    """Both name the same thing, in versions none of which they share: GPT-5.3 is not GPT-5.4."""
    return any(name in other and not one[name] & other[name] for name in one)


def _distinct(named: list[Versions]) -> list[Versions]:
    """Each of *named* once, without those that name nothing."""
    return list({frozenset(one.items()): one for one in named if one}.values())


@lru_cache(maxsize=32_768)
def versions(title: str, feed: str) -> Versions:
    """What *title* gives a version; the rest of the title, too, so that a feed's numbered series is never one story."""
    found: dict[str, set[str]] = {}
    for name, version in named_versions(title):
        found.setdefault(name, set()).add(version)
    text = plain(title)
    if feed and (numbers := re.findall(r"\d+", text)):
        found[f"{feed} {re.sub(r'[0-9]+', '', text)}"] = {" ".join(numbers)}
    return {name: frozenset(numbers) for name, numbers in found.items()}
