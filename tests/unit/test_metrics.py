"""The counters have the names that operators rely on, few labels, and no number that nobody knows."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.watching.metrics import Metrics
from bot.model import DeliveryState
from bot.ports import Backlog, Figures
from bot.redact import Redactor

ALERTS = Path(__file__).resolve().parents[2] / "docs" / "operations" / "alerts.yml"
NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
FIGURES = Figures(
    at=NOW,
    backlog=Backlog(due=3, oldest=NOW - timedelta(minutes=12), uncertain=1),
    channels={"active": 5, "paused": 1},
    closed=1,
    feeds={"new": 0, "fine": 30, "failing": 2},
    budget=0.25,
    size=4_096,
    backed_up_at=NOW - timedelta(hours=2),
    free={"free": 10, "all": 100},
)
NAMES = {
    "daybrief_deliveries_total": {"platform", "outcome", "reason"},
    "daybrief_delivery_lateness_seconds_bucket": {"le"},
    "daybrief_deliveries_due": set(),
    "daybrief_deliveries_uncertain": set(),
    "daybrief_oldest_due_age_seconds": set(),
    "daybrief_schedule_missed_total": set(),
    "daybrief_command_ack_seconds_bucket": {"le"},
    "daybrief_event_loop_lag_seconds_bucket": {"le"},
    "daybrief_platform_requests_total": {"platform", "method", "code"},
    "daybrief_platform_rate_limited_total": {"platform"},
    "daybrief_gateway_identifies_total": set(),
    "daybrief_feed_fetches_total": {"outcome"},
    "daybrief_feeds": {"state"},
    "daybrief_feed_parse_seconds_bucket": {"le"},
    "daybrief_llm_requests_total": {"outcome"},
    "daybrief_llm_tokens_total": {"kind"},
    "daybrief_llm_cost_usd_total": set(),
    "daybrief_llm_budget_remaining_usd": set(),
    "daybrief_db_errors_total": {"kind"},
    "daybrief_db_size_bytes": set(),
    "daybrief_backup_last_success_timestamp_seconds": set(),
    "daybrief_build_info": {"version", "sqlite"},
}
"""Dashboards and alerts hang on these."""


def _everything() -> Metrics:
    metrics = Metrics("1.2.3")
    metrics.figures = FIGURES
    metrics.ended("slack", DeliveryState.SENT, "", timedelta(seconds=42))
    metrics.ended("slack", DeliveryState.MISSED, "its hour was too long ago", None)
    metrics.acknowledged(timedelta(milliseconds=30))
    metrics.lag(0.001)
    metrics.asked("slack", "chat.postMessage", "ok")
    metrics.put_off("slack")
    metrics.introduced("discord")
    metrics.visited("read")
    metrics.parsed(timedelta(milliseconds=20))
    metrics.wrote("answered")
    metrics.spent(1_000, 200, 1_500)
    metrics.stumbled("full")
    return metrics


def _series(metrics: Metrics) -> dict[str, set[str]]:
    """The names in what is exposed, each with its labels."""
    lines = [line for line in metrics.exposed().decode().splitlines() if not line.startswith("#")]
    return {re.split(r"[{ ]", line)[0]: set(re.findall(r'(\w+)="', line)) for line in lines}


def _value(metrics: Metrics, series: str) -> float:
    [value] = [
        line.rpartition(" ")[2] for line in metrics.exposed().decode().splitlines() if line.startswith(f"{series} ")
    ]
    return float(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_operators_rely_on_is_there_with_its_labels(name: str) -> None:
    assert _series(_everything())[name] == NAMES[name]


def test_no_label_tells_of_whom() -> None:
    labels = set().union(*_series(_everything()).values())

    assert labels <= {"platform", "outcome", "reason", "method", "code", "state", "kind", "le", "version", "sqlite"}


def test_what_happened_is_counted() -> None:
    metrics = _everything()

    assert _value(metrics, "daybrief_schedule_missed_total") == 1
    assert _value(metrics, 'daybrief_deliveries_total{outcome="missed",platform="slack",reason=""}') == 1
    assert _value(metrics, "daybrief_delivery_lateness_seconds_sum") == 42
    assert _value(metrics, "daybrief_oldest_due_age_seconds") == 720
    assert _value(metrics, "daybrief_llm_cost_usd_total") == 0.0015
    assert _value(metrics, 'daybrief_disk_bytes{kind="free"}') == 10


@pytest.mark.parametrize(
    ("figures", "name"),
    [
        (replace(FIGURES, backed_up_at=None), "daybrief_backup_last_success_timestamp_seconds"),
        (replace(FIGURES, budget=None), "daybrief_llm_budget_remaining_usd"),
        (replace(FIGURES, size=None), "daybrief_db_size_bytes"),
    ],
)
def test_what_nobody_knows_is_left_out_rather_than_zero(figures: Figures, name: str) -> None:
    metrics = _everything()
    metrics.figures = figures

    assert name not in _series(metrics)


def test_without_a_word_from_the_store_nothing_is_said_of_it() -> None:
    metrics = _everything()
    metrics.figures = None

    assert not {name for name in _series(metrics) if name in {"daybrief_deliveries_due", "daybrief_feeds"}}


@pytest.mark.parametrize("code", ["xoxb-000000000000-abcdefghijkl", "Bearer a1", "a" * 41, "é", "", "ok\nnot"])
def test_a_platform_cannot_write_what_it_likes_into_a_label(code: str) -> None:
    metrics = Metrics("1.2.3")
    metrics.asked("slack", "chat.postMessage", code)

    text = metrics.exposed().decode()
    assert 'code="other"' in text
    assert Redactor().clean(text) == text


def test_however_many_answers_a_platform_invents_they_are_few_series() -> None:
    metrics = Metrics("1.2.3")
    for number in range(5_000):
        metrics.asked("discord", "POST /channels/{id}/messages", str(number))

    lines = metrics.exposed().decode().splitlines()
    assert len([line for line in lines if line.startswith("daybrief_platform_requests_total")]) <= 201


def test_every_alert_asks_for_figures_that_there_are() -> None:
    text = ALERTS.read_text(encoding="utf-8")
    asked = set(re.findall(r"\bdaybrief_\w+", "".join(re.split(r"action: .*", text))))

    assert text.count("- alert:") == 7
    assert asked <= set(_series(_everything()))


def test_every_figure_is_explained() -> None:
    lines = (ALERTS.parents[1] / "operations.md").read_text(encoding="utf-8").splitlines()
    told = {name for line in lines if line.startswith("|") for name in re.findall(r"daybrief_\w+", line)}
    exposed = {re.sub("_(bucket|count|sum)$", "", name) for name in _series(_everything()) if "daybrief" in name}

    assert exposed == told
