"""The pipeline with TensorFlow follows config.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

from launch.install.diet import DIET, diet_config, names, with_diet

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


def test_ours_gives_way_with_its_features() -> None:
    ours = [{"name": f"bot.rasa_side.nlu.{name}"} for name in ("vectors.SentenceVectors", "ngrams.Ngrams")]
    classifier = {"name": "bot.rasa_side.nlu.classifier.CalibratedClassifier"}
    pipeline = [{"name": "WhitespaceTokenizer"}, *ours, classifier, {"name": "FallbackClassifier"}]
    made = [entry["name"] for entry in with_diet({"pipeline": pipeline})["pipeline"]]
    assert made[0] == "WhitespaceTokenizer" and made[-2:] == ["DIETClassifier", "FallbackClassifier"]
    assert "CountVectorsFeaturizer" in made and not any(name.startswith("bot.") for name in made)
