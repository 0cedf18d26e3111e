"""Two workers over one database, against a local Discord that counts: together they are no faster than one may be."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.test_roles import AT_LEAST, begun
from tests.acceptance.test_run import eventually, just_now
from tests.fake_discord import TOKEN
from tests.postgres import database, url_of
from tests.served_discord import ServedDiscord

__all__ = ["just_now"]
CHANNELS = 100
ALLOWED = 50
"""Requests of a bot in any second: https://docs.discord.com/developers/topics/rate-limits"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedDiscord]:
    served = ServedDiscord(tmp_path)
    served.fake.limits.sliding = True
    served.fake.add_guild("1001", users=[])
    for number in range(CHANNELS):
        served.fake.add_channel(f"{3000 + number}", guild="1001", name=f"news-{number}")
    yield served
    served.close()


def test_two_workers_post_to_discord_as_one_bot_and_are_never_refused(
    served: ServedDiscord, tmp_path: Path, just_now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    settings = (
        f'[bot]\ndata_dir = "data"\n[fetch]\nfull_text = false\n[defaults]\ntime = "{just_now:%H:%M}"\n'
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
        f'[discord]\napi_url = "{served.fake.api}"\ngateway_url = "{served.fake.gateway_url}"\n'
    ) + "".join(
        f'[[channels]]\nname = "news-{number}"\nplatform = "discord"\nworkspace = "1001"\nchannel = "{3000 + number}"\n'
        for number in range(CHANNELS)
    )
    with database() as address:
        url = url_of(address)
        bots, logs = [], [tmp_path / name / "run.log" for name in ("one", "other", "alarm")]

        def say(number: int, words: str) -> bool:
            return all(words in one.read_text(encoding="utf-8") for one in logs[:number])

        for log in logs:
            log.parent.mkdir()
            (log.parent / "config.toml").write_text(settings, encoding="utf-8")

        def posts() -> list[tuple[float, int]]:
            return sorted((one.at, one.status) for one in served.fake.calls if one.route == "create_message")

        try:
            bots += [begun(log.parent, "worker", url) for log in logs[:2]]
            assert eventually(lambda: say(2, "running as worker"), within=AT_LEAST)
            bots.append(begun(tmp_path / "alarm", "alarm", url))
            arrived = eventually(lambda: len(posts()) >= CHANNELS, within=AT_LEAST)
            assert arrived, [one.read_text(encoding="utf-8")[-2000:] for one in logs]
            for bot in bots:
                bot.send_signal(signal.SIGTERM)
            assert [bot.wait(timeout=AT_LEAST) for bot in bots] == [0, 0, 0]
        finally:
            for bot in bots:
                bot.kill()
                bot.wait()

    assert Counter(status for _, status in posts()) == {200: CHANNELS}
    assert served.fake.limits.busiest_second <= ALLOWED
    assert posts()[-1][0] - posts()[0][0] >= (CHANNELS - 1) / ALLOWED
    carried = [one.read_text(encoding="utf-8").count("news-") for one in logs[:2]]
    assert all(carried), "both have posted"
