"""The pipeline with TensorFlow follows config.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

from launch.install.diet import DIET, diet_config, names, with_diet

ROOT = Path(__file__).parents[2]
OURS = {f"bot.rasa_side.nlu.{name}" for name in ("vectors.SentenceVectors", "ngrams.Ngrams", "classifier.CalibratedClassifier")}


def test_diet_takes_the_place_of_the_classifier(tmp_path: Path) -> None:
    made = diet_config(ROOT / "config.yml", tmp_path / "made.yml")
    base, diet = (yaml.safe_load(path.read_text()) for path in (ROOT / "config.yml", made))
    assert DIET in diet["pipeline"]
    assert names(diet) - names(base) == {"DIETClassifier", "LexicalSyntacticFeaturizer", "CountVectorsFeaturizer"}
    assert names(base) - names(diet) == OURS
    order = [entry["name"] for entry in diet["pipeline"]]
    assert order.index("CountVectorsFeaturizer") < order.index("DIETClassifier") < order.index("FallbackClassifier")
    assert diet["policies"] == base["policies"]


def test_a_configuration_with_tensorflow_is_taken_as_it_is(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: DIETClassifier\n  epochs: 3\npolicies: []\n")
    assert diet_config(config, tmp_path / "made.yml") == config


def test_another_classifier_of_rasas_is_replaced_alone() -> None:
    stock = {"pipeline": [{"name": "CountVectorsFeaturizer"}, {"name": "LogisticRegressionClassifier"}]}
    assert with_diet(stock)["pipeline"] == [{"name": "CountVectorsFeaturizer"}, DIET]
