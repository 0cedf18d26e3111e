"""What sites want read: robots.txt (RFC 9309), asked for once a day and understood on other processors."""

import math
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from yarl import URL

from adapters.http import Fetched, Http
from adapters.workers import Caps, ProcessWorkers
from bot.errors import DaybriefError, FeedFailed, PageFailed
from bot.ports import Clock, Workers

NAME = "Daybrief"
"""What we answer to; the first word of the client's User-Agent, as §2.2.1 wants it."""
KEPT = timedelta(days=1)
"""How long a robots.txt holds (§2.4)."""
KEPT_UNREACHABLE = timedelta(hours=1)
"""When one is asked for again that could not be had."""
READ = 500 * 2**10
"""Bytes of a robots.txt that are looked at (§2.5 wants at least these)."""
DEADLINE = timedelta(seconds=15)

_LIMIT = 2 * 2**20
_JUDGING = Caps(time=timedelta(seconds=5), memory=256 * 2**20)
_REMEMBERED = 1000
"""Sites; whoever was asked first is forgotten first."""


@dataclass(frozen=True, slots=True)
class _Rules:
    text: str
    until: timedelta
    """On ``Clock.elapsed``."""
    refusal: str = ""
    """Why nothing may be read, whatever the text."""


class Robots:
    """The robots.txt of every site that was asked lately."""

    def __init__(self, http: Http, workers: Workers, clock: Clock) -> None:
        self._http = http
        self._workers = workers.within(_JUDGING) if isinstance(workers, ProcessWorkers) else workers
        self._clock = clock
        self._known: dict[tuple[str, bool], _Rules] = {}

    async def permit(self, url: str, *, is_ours: bool = True) -> timedelta:
        """Return, with the pause that the site wants between two pages, if the page at *url* may be read.

        Where somebody led us to *url* whom nobody trusts, it is not *is_ours*: what a trusted host said, and that there
        is one, is nothing to them.

        Raises:
            PageFailed: it may not, or nobody can tell.
        """
        rules = await self._rules(str(URL(url).origin().with_path("/robots.txt")), is_ours=is_ours)
        if rules.refusal:
            raise PageFailed(rules.refusal)
        if not rules.text:
            return timedelta()
        try:
            # Whoever writes a robots.txt decides how long it takes to understand.
            may_read, seconds = await self._workers.run(judge, rules.text, url)
        except DaybriefError as trouble:
            raise PageFailed(f"its site's robots.txt cannot be understood: {trouble}") from trouble
        if not may_read:
            raise PageFailed("its site does not want it read by programs (robots.txt)")
        return timedelta(seconds=seconds)

    async def _rules(self, address: str, *, is_ours: bool) -> _Rules:
        """Those of the robots.txt at *address*, asked for anew where they are old."""
        now = self._clock.elapsed()
        before = self._known.pop((address, is_ours), None)
        rules = before if before and before.until > now else await self._asked(address, before, is_ours=is_ours)
        self._known[address, is_ours] = rules
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return rules

    async def _asked(self, address: str, before: _Rules | None, *, is_ours: bool) -> _Rules:
        try:
            fetched = await self._http.get(address, limit=_LIMIT, deadline=DEADLINE, is_ours=is_ours)
        except FeedFailed as failure:
            return self._unreachable(before, failure.reason)
        if fetched.status == HTTPStatus.TOO_MANY_REQUESTS or fetched.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._unreachable(before, f"the server answered {fetched.status}")
        return _Rules(_text(fetched), self._clock.elapsed() + KEPT)

    def _unreachable(self, before: _Rules | None, reason: str) -> _Rules:
        """What holds while nobody can say what does: the old rules, or that nothing may be read (§2.3.1.4, §2.4)."""
        until = self._clock.elapsed() + KEPT_UNREACHABLE
        if before and not before.refusal:
            return _Rules(before.text, until)
        return _Rules("", until, f"its site's robots.txt cannot be had: {reason}")


def judge(text: str, url: str) -> tuple[bool, float]:
    """Whether a robots.txt of that *text* lets us read *url*, and how many seconds it wants between two pages. Pure."""
    from protego import Protego  # noqa: PLC0415  # an extra; see adapters/pages/reader.py

    rules = Protego.parse(text)
    seconds = rules.crawl_delay(NAME) or 0.0
    return rules.can_fetch(url, NAME), min(max(seconds, 0.0), 3600.0) if math.isfinite(seconds) else 0.0


def _text(fetched: Fetched) -> str:
    """Empty, which allows everything, where there is none: any 4xx (§2.3.1.3), 401 and 403 too."""
    return fetched.body[:READ].decode("utf-8-sig", errors="replace").strip()
