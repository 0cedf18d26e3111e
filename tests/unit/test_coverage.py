"""A publisher counts once for a story, and those that only repeat others count not at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.admit import with_manuscript
from bot.coverage import AGGREGATORS, copies, publisher_of
from bot.manuscript import Manuscript, ManuscriptArticle
from bot.model import Article, Source
from tests.articles import article, story
from tests.clock import TUESDAY

HOUR = timedelta(hours=1)
REPORT = (
    "Norvik unveiled the Halden chip on Tuesday in Oslo. It runs models of eight billion parameters on four watts, the "
    "company said, and goes on sale in autumn. Phones with it are expected a year later. Analysts doubt the date, as "
    "two earlier chips of the company came late, and ask who is going to build it."
)


def publishers(*articles: Article) -> int:
    grown = replace(story("C2DF", "x.test"), articles=articles)
    return replace(grown, copies=copies(articles)).publishers


def test_independent_reports_all_count() -> None:
    told = [article(f"Norvik's chip, seen by {name}", f"{name}.test") for name in ("wire", "daily", "ledger")]

    assert copies(told) == ()


@pytest.mark.parametrize("domain", sorted(AGGREGATORS))
def test_a_page_of_an_aggregator_adds_no_publisher(domain: str) -> None:
    own, wrapped = article("Norvik unveils a chip", "wire.test"), article("Norvik unveils a chip", f"m.{domain}")

    assert copies([wrapped, own]) == (wrapped.key,)


def test_where_there_are_only_aggregators_one_counts() -> None:
    wrapped = [article("Norvik unveils a chip", domain) for domain in ("news.google.com", "reddit.com", "msn.com")]

    assert publishers(*wrapped) == 1
    assert len(copies(wrapped)) == 2


def test_googles_own_pages_are_no_aggregators() -> None:
    assert publishers(article("A new model", "cloud.google.com"), article("A new model?", "wire.test")) == 2


def test_of_syndicated_copies_only_the_earliest_counts() -> None:
    first = article("Norvik unveils chip", "wire.test", extract=REPORT, at=TUESDAY - 3 * HOUR)
    printed = article("Norvik unveils a chip", "daily.test", extract=REPORT + " More on page 3.", at=TUESDAY - 2 * HOUR)
    own = article("Norvik unveils chip", "ledger.test", extract=REPORT[::-1])

    assert copies([printed, first, own]) == (printed.key,)


def test_of_syndicated_copies_the_agency_s_counts_even_if_it_came_later() -> None:
    printed = article("Norvik unveils chip", "daily.test", extract=REPORT, at=TUESDAY - 3 * HOUR)
    agency = article("Norvik unveils chip", "www.reuters.com", extract=REPORT)

    assert copies([printed, agency]) == (printed.key,)


def test_short_texts_that_are_alike_are_no_copies() -> None:
    assert publishers(article("Norvik unveils chip", "a.test"), article("Norvik unveils chip", "b.test")) == 2


def test_several_feeds_and_sites_of_one_publisher_count_once() -> None:
    sites = [article(f"Norvik's chip: {name}", f"{name}.herald.co.uk") for name in ("tech", "business", "world")]

    assert publishers(*sites) == 1
    assert publishers(*sites, article("Norvik's chip", "another.co.uk")) == 2


@pytest.mark.parametrize("host", ["substack.com", "github.io", "medium.com", "wordpress.com", "blogspot.com"])
def test_everybody_is_a_publisher_of_their_own_on_a_shared_host(host: str) -> None:
    one, other = article("On Norvik's chip", f"anna.{host}"), article("On Norvik's chip again", f"bo.{host}")

    assert publishers(one, other) == 2
    assert publishers(one, replace(other, source=one.source)) == 1


def test_without_an_address_the_name_is_the_publisher() -> None:
    one = replace(article("On Norvik"), source=Source(name="Wire", domain=""))

    assert publisher_of(one) == "wire"
    assert publishers(one, replace(one, key="other")) == 1


def test_nothing_is_folded_of_nothing() -> None:
    assert copies([]) == ()


def test_sites_of_one_publisher_count_once_for_an_imported_story() -> None:
    sites = ("wire.example.com", "news.google.com", "blog.example.com")
    told = tuple(ManuscriptArticle(title="Norvik opens", url=f"https://{one}/a") for one in sites)
    manuscript = Manuscript(title="Norvik opens a plant", articles=told[:1])

    new = with_manuscript(None, manuscript, TUESDAY)
    grown = with_manuscript(new, replace(manuscript, articles=told), TUESDAY)

    assert (new.publishers, grown.publishers) == (1, 1)
