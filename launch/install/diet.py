"""The pipeline for the environment with TensorFlow: ``config.yml`` as it is when it names such a component, else with
DIET in the place of the intent classifier, so that the two tiers never drift apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TENSORFLOW = frozenset({"DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy", "LanguageModelFeaturizer"})
OURS = "bot.rasa_side.nlu."
"""Our components: DIET, which learns its own vectors of words, stands in their place with the features that Rasa gives it."""

CLASSIFIERS = frozenset({"LogisticRegressionClassifier", f"{OURS}classifier.CalibratedClassifier"})
FEATURES: tuple[dict[str, Any], ...] = (
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
)
DIET = {"name": "DIETClassifier", "epochs": 60, "random_seed": 42, "constrain_similarities": True}


def diet_config(config: Path, made: Path) -> Path:
    """The configuration to train: ``config`` itself, or ``made``, written from it."""
    content = yaml.safe_load(config.read_text())
    if names(content) & TENSORFLOW:
        return config
    text = yaml.safe_dump(with_diet(content), sort_keys=False)
    if not made.exists() or made.read_text() != text:
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text)
    return made


def names(content: dict[str, Any]) -> set[str]:
    """The components that a configuration names."""
    return {entry["name"] for part in ("pipeline", "policies") for entry in content.get(part) or []}


def with_diet(content: dict[str, Any]) -> dict[str, Any]:
    """The same configuration with DIET as its intent classifier."""
    pipeline: list[dict[str, Any]] = []
    for entry in content["pipeline"]:
        if entry["name"] in CLASSIFIERS:
            pipeline += [*(FEATURES if entry["name"].startswith(OURS) else ()), DIET]
        elif not entry["name"].startswith(OURS):
            pipeline.append(entry)
    return content | {"pipeline": pipeline}
