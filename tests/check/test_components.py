"""Components of ours in config.yml are checked as Rasa's own are."""

from __future__ import annotations

from pathlib import Path

import pytest

from check.config import config
from check.reading.assistant import load
from tests.check.conftest import ROOT

OURS = ROOT / "benchmarks" / "nlu" / "vectors.yml"
CLASSIFIER = "  - name: bot.rasa_side.nlu.classifier.CalibratedClassifier\n"
NGRAMS = "  - name: bot.rasa_side.nlu.ngrams.Ngrams\n"


def told(root: Path, old: str, new: str) -> str:
    """What is found with the pipeline of ours when ``old`` in it is ``new``."""
    (root / "bot").symlink_to(ROOT / "bot")
    (root / "config.yml").write_text(OURS.read_text().replace(old, new))
    return "\n".join(finding.text for finding in config(load(root)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (NGRAMS, NGRAMS + "    shortst: 2\n", "Did you mean shortest?"),
        (CLASSIFIER, CLASSIFIER + "    dense_wait: 2\n", "Did you mean dense_weight?"),
        (CLASSIFIER, "", "a classifier is missing"),
        ("CalibratedClassifier", "CalibratedClasifier", "Did you mean CalibratedClassifier?"),
    ],
)
def test_a_mistake_in_them_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in told(tmp_path, old, new)


def test_as_they_are_nothing_is_wrong(tmp_path: Path) -> None:
    assert told(tmp_path, "", "") == ""
