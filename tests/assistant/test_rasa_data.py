"""Rasa's own checks of the assistant: its data, and the test stories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.talking.training import rasa

pytestmark = pytest.mark.rasa
# Said by custom actions and by the gateway, which Rasa cannot see (make check does), and intents that only payloads of
# ours carry, or that is made of a sentence with a "not": sentences for them would let a customer's words be taken for a command.
EXPECTED = (
    r"The utterance '\w+' is not used in any story or rule\.",
    r"The intent '(?:call_started|cancel_for_sure|choose_branch|choose_time|code_not_sent|go_on_in_language|handoff_closed|refuse"
    r"|unsure)' is listed in the domain file",
)


def test_the_data_is_valid(tmp_path: Path) -> None:
    checked = rasa("data", "validate", "--domain", "domain", "--fail-on-warnings", folder=tmp_path)
    assert checked.returncode == 0, checked.stderr[-2000:]
    warned = [line for line in checked.stderr.splitlines() if "UserWarning" in line and "pkg_resources" not in line]
    assert [line for line in warned if not any(re.search(kind, line) for kind in EXPECTED)] == []
    assert "No story structure conflicts found" in checked.stderr + checked.stdout


def test_the_test_stories_are_predicted(trained_model: Path, tmp_path: Path) -> None:
    arguments = ("--model", str(trained_model), "--stories", "tests/test_stories.yml", "--out", str(tmp_path / "results"))
    tested = rasa("test", "core", *arguments, "--fail-on-prediction-errors", folder=tmp_path)
    assert tested.returncode == 0, tested.stderr[-2000:]
    assert "all good" in (tmp_path / "results/failed_test_stories.yml").read_text()
