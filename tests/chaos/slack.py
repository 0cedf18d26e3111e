"""The same chaos on Slack: the real slack_sdk posts to the local Slack, in workspaces with limits of their own."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.chaos.harness import FIRST_DAY, Chaos, Outcome
from tests.fake_slack import FaultPlan, read_store
from tests.served_slack import ServedSlack


@dataclass(kw_only=True)
class SlackChaos(Chaos):
    """``channels`` channels, spread over ``workspaces`` workspaces."""

    plan: FaultPlan  # type: ignore[assignment]  # Slack's own kinds of faults
    workspaces: int = 4
    _served: ServedSlack | None = field(default=None, init=False)

    def run(self) -> Outcome:
        """Play it, and count. The local Slack lives through every kill, in this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._served = ServedSlack(self.folder, self.plan, limits=True)
        try:
            fake = self._served.fake
            for number in range(self.workspaces):
                fake.add_team(f"T{number}")
            for number in range(self.channels):
                fake.add_channel(f"C{number}", team=self._team(number), name=f"c{number}")
            self._write_config()
            outcome = self._play("")
        finally:
            self._served.close()
        self._check(outcome)
        return outcome

    def _team(self, number: int) -> str:
        return f"T{number % self.workspaces}"

    def _check(self, outcome: Outcome) -> None:
        """By the platform's own store, which knows nothing of ours."""
        seen: Counter[tuple[str, str, int]] = Counter()
        for message in read_store(self.folder / "slack.jsonl"):
            payload = (message["metadata"] or {}).get("event_payload", {})
            seen[message["channel"], payload.get("date", ""), payload.get("part", -1)] += 1
        outcome.duplicated = [" ".join(map(str, place)) for place, count in seen.items() if count > 1]
        for offset in range(outcome.days):
            day = (FIRST_DAY + timedelta(days=offset)).isoformat()
            rows = {row["channel"]: row["state"] for row in self._ledger(day)}
            for number in range(self.channels):
                outcome.deliveries += 1
                is_there = seen[f"C{number}", day, 0] == 1
                state = rows.get(f"c{number}", "absent")
                outcome.sent += state == "sent" and is_there
                if state != "sent" or not is_there:
                    outcome.lost.append(f"c{number} {day}: the ledger says {state}, Slack has {is_there}")

    def _command(self, *arguments: str) -> list[str]:
        command, *rest = arguments
        return [sys.executable, "-m", "bot", command, "--config", str(self.folder / "config.toml"), *rest]

    def _environment(self, address: str) -> dict[str, str]:
        tokens = ",".join(f"xoxb-T{number}" for number in range(self.workspaces))
        return {**os.environ, "SLACK_BOT_TOKEN": tokens, "NO_COLOR": "1", "HTTP_PROXY": "", "HTTPS_PROXY": ""}

    def _start_server(self) -> tuple[subprocess.Popen[bytes], str]:
        raise NotImplementedError("the local Slack runs in this process")

    def _write_config(self) -> None:
        assert self._served
        channels = "".join(
            f'[[channels]]\nname = "c{number}"\nplatform = "slack"\nchannel = "C{number}"\n'
            f'workspace = "{self._team(number)}"\n'
            for number in range(self.channels)
        )
        text = (
            f'[bot]\ndata_dir = "data"\n[slack]\napi_url = "{self._served.fake.api}"\n'
            f'[delivery]\nrequest_timeout = "1s"\nsettle = "{self.settle}"\n'
            f'[defaults]\ntime = "08:00"\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n{channels}'
        )
        (self.folder / "config.toml").write_text(text)
