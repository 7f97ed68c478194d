"""The pipeline with TensorFlow follows config.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

from launch.install.diet import DIET, diet_config, names

ROOT = Path(__file__).parents[2]


def test_diet_takes_the_place_of_the_classifier(tmp_path: Path) -> None:
    made = diet_config(ROOT / "config.yml", tmp_path / "made.yml")
    base, diet = (yaml.safe_load(path.read_text()) for path in (ROOT / "config.yml", made))
    assert DIET in diet["pipeline"]
    assert names(diet) - names(base) == {"DIETClassifier"}
    assert names(base) - names(diet) == {"LogisticRegressionClassifier"}
    assert diet["policies"] == base["policies"]


def test_a_configuration_with_tensorflow_is_taken_as_it_is(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: DIETClassifier\n  epochs: 3\npolicies: []\n")
    assert diet_config(config, tmp_path / "made.yml") == config
