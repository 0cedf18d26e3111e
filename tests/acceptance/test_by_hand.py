"""The local platforms that contributors run by hand."""

import signal
import subprocess
import sys
import tomllib

import pytest


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_it_prints_a_configuration_and_tokens_and_ends_when_told(platform: str) -> None:
    command = [sys.executable, "-m", "tests.by_hand", platform]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        said = ""
        while "/control/messages" not in said:
            line = serving.stdout.readline()
            assert line, serving.communicate()[1]
            said += line
        serving.send_signal(signal.SIGINT)
        _, complaints = serving.communicate(timeout=20)

    assert (serving.returncode, complaints) == (0, "")
    declared = tomllib.loads(said)
    assert declared["channels"][0]["platform"] == platform
    assert declared[platform]["api_url"].startswith("http://127.0.0.1:")
    assert f"{platform.upper()}_" in said
