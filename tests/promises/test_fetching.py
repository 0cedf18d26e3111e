import socket
from typing import Any

import pytest

from adapters.http import Http
from bot.errors import FeedFailed
from tests.fake_feeds import Internet
from tests.promises.fetching import URLS, measure
from tests.promises.table import Extent

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not URLS.exists(), reason="no ../shared/data/hostile here")]


class Careless(Http):
    """Looks a name up and dials whatever that gives."""

    def __init__(self, internet: Internet) -> None:
        super().__init__(resolver=internet, open_socket=internet.open_socket)
        self._internet = internet

    async def get(self, url: str, **_: Any) -> Any:  # noqa: ANN401
        host = url.partition("//")[2].partition("/")[0]
        [found] = await self._internet.resolve(host, 80)
        self._internet.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (found["host"], 80))).close()
        raise FeedFailed("nothing came")


def test_no_address_of_the_inside_is_dialled_by_any_way() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured.broken[:5]
    assert ": 0 dials" in measured.figures
    for door in ("feeds ", "OPML ", "pages ", "robots.txt ", "a model's address "):
        assert door in measured.figures


def test_a_client_that_dials_what_a_name_leads_to_would_be_seen() -> None:
    assert any("feeds, " in one and "dialled" in one for one in measure(Extent.SMALL, Careless).broken)
