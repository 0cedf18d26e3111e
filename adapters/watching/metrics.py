"""The counters of a running bot in Prometheus' form. Their names are part of what operators rely on.

No label names a workspace, a channel or a feed: a monitor keeps a series for each value for ever.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.model import DeliveryState
from bot.ports import Figures

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST
_LATE = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 21600)
_ACKNOWLEDGED = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5)
"""Seconds; both platforms give up after 3."""
_LAG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PARSED = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_REASONS = frozenset({"paused", "removed", "restored"})
"""Of deliveries that nobody wanted. Others are sentences, which the ledger keeps; a label is one of few words."""
_CODE = re.compile(r"[a-z_]{1,40}|\d{1,6}", re.ASCII)
_MOST_CODES = 200
"""Kinds of answers that are told apart; more are not Slack's or Discord's own."""
_OTHER = "other"


class Metrics:
    """Implements ``bot.ports.Watch``. Any thread may tell it.

    :attr:`figures` are what the store said last; without any, their series are absent rather than zero.
    """

    def __init__(self, version: str) -> None:
        self.figures: Figures | None = None
        self.dropped = 0
        """Log lines that were lost."""
        self._codes: set[tuple[str, str, str]] = set()
        self._registry = CollectorRegistry()
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs
        prometheus_client.ProcessCollector(registry=self._registry)
        self._registry.register(_Standing(self))
        Info("daybrief_build", "Which Daybrief this is.", registry=self._registry).info(
            {"version": version, "sqlite": sqlite3.sqlite_version}
        )
        self._deliveries = self._counter("deliveries", "Deliveries that became final.", "platform", "outcome", "reason")
        self._missed = self._counter("schedule_missed", "Dates of channels that got no edition in time.")
        self._late = self._histogram(
            "delivery_lateness_seconds", "From the hour of an edition until it was sent.", _LATE
        )
        self._acknowledged = self._histogram(
            "command_ack_seconds", "From what somebody did in a chat until it was acknowledged.", _ACKNOWLEDGED
        )
        self._lag = self._histogram("event_loop_lag_seconds", "How late the event loop is, twice a second.", _LAG)
        self._requests = self._counter("platform_requests", "Requests to platforms.", "platform", "method", "code")
        self._put_off = self._counter("platform_rate_limited", "Times that a platform asked for patience.", "platform")
        self._introduced = self._counter("gateway_identifies", "New sessions with Discord's gateway.")
        self._fetches = self._counter("feed_fetches", "Visits to feeds.", "outcome")
        self._parsed = self._histogram("feed_parse_seconds", "Parsing a feed, the wait for a worker included.", _PARSED)
        self._asked = self._counter("llm_requests", "Requests to models.", "outcome")
        self._tokens = self._counter("llm_tokens", "Tokens of models, as their providers count.", "kind")
        self._cost = self._counter("llm_cost_usd", "What models cost, in dollars.")
        self._stumbled = self._counter("db_errors", "Reads and writes that the database failed.", "kind")

    def exposed(self) -> bytes:
        """All of it, as it is fetched."""
        return prometheus_client.generate_latest(self._registry)

    def lag(self, seconds: float) -> None:
        """The event loop was late by so much."""
        self._lag.observe(seconds)

    def ended(self, platform: str, state: DeliveryState, reason: str, late: timedelta | None) -> None:
        """A delivery became final."""
        self._deliveries.labels(platform, state.value, reason if reason in _REASONS else "").inc()
        if state is DeliveryState.MISSED:
            self._missed.inc()
        if late is not None:
            self._late.observe(max(0.0, late.total_seconds()))

    def acknowledged(self, took: timedelta) -> None:
        """Somebody was answered that what they did has arrived."""
        self._acknowledged.observe(took.total_seconds())

    def asked(self, platform: str, method: str, code: str) -> None:
        """A platform answered, or did not."""
        kind = (platform, method, code if _CODE.fullmatch(code) else _OTHER)
        if kind not in self._codes and len(self._codes) >= _MOST_CODES:
            kind = (platform, _OTHER, _OTHER)
        self._codes.add(kind)
        self._requests.labels(*kind).inc()

    def put_off(self, platform: str) -> None:
        """A platform asked for patience."""
        self._put_off.labels(platform).inc()

    def introduced(self, platform: str) -> None:
        """A new session was begun."""
        self._introduced.inc()

    def visited(self, outcome: str) -> None:
        """A feed was visited."""
        self._fetches.labels(outcome).inc()

    def parsed(self, took: timedelta) -> None:
        """A feed was parsed."""
        self._parsed.observe(took.total_seconds())

    def wrote(self, outcome: str) -> None:
        """A model was asked."""
        self._asked.labels(outcome).inc()

    def spent(self, sent: int, received: int, microdollars: int) -> None:
        """What it cost."""
        self._tokens.labels("sent").inc(max(0, sent))
        self._tokens.labels("received").inc(max(0, received))
        self._cost.inc(max(0, microdollars) / 1e6)

    def stumbled(self, kind: str) -> None:
        """The database failed."""
        self._stumbled.labels(kind if _CODE.fullmatch(kind) else _OTHER).inc()

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"daybrief_{name}", what, labels, registry=self._registry)

    def _histogram(self, name: str, what: str, buckets: Iterable[float]) -> Histogram:
        return Histogram(f"daybrief_{name}", what, buckets=tuple(buckets), registry=self._registry)


class _Standing(Collector):
    """What is asked when somebody wants to know it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """As the store said last; what nobody knows is left out."""
        dropped = CounterMetricFamily("daybrief_log_lines_dropped", "Log lines that nobody read in time.")
        dropped.add_metric((), self._metrics.dropped)
        yield dropped
        if (now := self._metrics.figures) is None:
            return
        backlog = now.backlog
        age = max(0.0, (now.at - backlog.oldest).total_seconds()) if backlog.oldest else 0.0
        yield from (
            _gauge("deliveries_due", "Deliveries on their way.", {"": backlog.due}),
            _gauge("deliveries_uncertain", "Of the last day: may have arrived, nobody knows.", {"": backlog.uncertain}),
            _gauge("oldest_due_age_seconds", "How long the oldest delivery on its way has been due.", {"": age}),
            _gauge("channels", "Channels.", now.channels, "state"),
            _gauge("workspaces_paused", "Workspaces in which a platform closed a channel to us.", {"": now.closed}),
            _gauge("feeds", "Feeds.", now.feeds, "state"),
            _gauge("disk_bytes", "The disk that holds the data.", now.free, "kind"),
        )
        if now.budget is not None:
            yield _gauge("llm_budget_remaining_usd", "What models may still cost today, in dollars.", {"": now.budget})
        if now.size is not None:
            yield _gauge("db_size_bytes", "The database, with what is only in its log.", {"": now.size})
        if now.backed_up_at is not None:
            when = now.backed_up_at.timestamp()
            yield _gauge("backup_last_success_timestamp_seconds", "When the last good copy was made.", {"": when})


def _gauge(name: str, what: str, values: Mapping[str, float], label: str = "") -> Metric:
    family = GaugeMetricFamily(f"daybrief_{name}", what, labels=(label,) if label else ())
    for key, value in values.items():
        family.add_metric((key,) if label else (), value)
    return family
