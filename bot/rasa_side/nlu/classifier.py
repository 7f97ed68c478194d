"""The intent classifier: linear, over all features that stand before it, with a confidence that means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_side.nlu import adam, confidence, linear, sources, training
from bot.rasa_side.nlu.adam import Array, Rows
from bot.rasa_side.nlu.confidence import Confidence, nearness
from bot.rasa_side.nlu.languages import by_language, named, named_file
from bot.rasa_side.nlu.linear import Linear

LEAST = {"dense_weight": 0.0, "rate": 1e-5, "decay": 0.0, "seed": 0.0, "ranking_length": 1.0}
FILE = "classifier.npz"
PARTS = (adam, linear, confidence, training)
"""What changes when the same features are learnt from differently."""


@dataclass(frozen=True, slots=True)
class Trained:
    """``known``: the vectors of all examples, ``[examples, width]``."""

    linear: Linear
    confidence: Confidence
    known: Array


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """``bot.rasa_side.nlu.classifier.CalibratedClassifier``."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._trained: dict[str, Trained] = {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``dense_weight``: of the vectors beside the n-grams; ``rate``, ``decay``, ``seed``: of the training;
        ``ranking_length``: how many intents are told."""
        return {"dense_weight": 3.0, "rate": 0.02, "decay": 5e-4, "seed": 42, "ranking_length": 10}

    @classmethod
    def required_components(cls) -> list[type]:
        """What has to stand before it."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Looked for before a training begins."""
        return ["sklearn", "scipy"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException."""
        sources.checked(cls.__name__, config, LEAST)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """See ``sources.mark``."""
        return sources.mark(*PARTS)

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CalibratedClassifier:
        """See Rasa."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedClassifier:
        """What ``train`` kept."""
        made = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            made._trained = {language: _read(path) for language, path in named(folder, FILE)}
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples with an intent, each language by itself; without any it knows none."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT) and one.get(INTENT)]
        with self._storage.write_to(self._resource) as folder:
            for language, mine in by_language(examples).items():
                rows, vectors = features(mine, self._config["dense_weight"])
                learnt = training.trained(rows, vectors, [one.get(INTENT) for one in mine], self._config)
                self._trained[language] = Trained(*learnt, vectors)
                _write(named_file(folder, FILE, language), self._trained[language])
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message gets its intent and the ranking, by the examples of its language."""
        for language, worded in by_language([message for message in messages if message.get(TEXT)]).items():
            if (trained := self._trained.get(language)) is not None:
                self._told(worded, trained)
        return messages

    def _told(self, worded: list[Message], trained: Trained) -> None:
        parts = [_parts(message, self._config["dense_weight"]) for message in worded]
        near = nearness(np.vstack([dense for dense, _ in parts]), trained.known)
        logits = np.vstack([trained.linear.logits_of(pieces) for _, pieces in parts])
        found = trained.confidence.of(logits, near)
        for message, values in zip(worded, found, strict=True):
            order = np.argsort(-values)[: int(self._config["ranking_length"])]
            ranking = [{"name": trained.linear.classes[one], "confidence": float(values[one])} for one in order]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing: no other part of a training looks at what was understood of its examples."""
        return training_data


def features(messages: list[Message], dense_weight: float) -> tuple[Rows, Array]:
    """All features, the dense ones weighed; and these as they are, ``[n, width]``."""
    parts = [_parts(message, dense_weight) for message in messages]
    vectors = np.vstack([dense for dense, _ in parts])
    grams = sparse.vstack([_side_by_side(pieces[1:]) for _, pieces in parts], format="csr", dtype=np.float32)
    return Rows(dense_weight * vectors, grams), vectors


def _side_by_side(pieces: list[Any]) -> sparse.csr_matrix:
    if len(pieces) == 1:
        return pieces[0]
    return sparse.hstack(pieces, format="csr") if pieces else sparse.csr_matrix((1, 0), dtype=np.float32)


def _parts(message: Message, dense_weight: float) -> tuple[Array, list[Any]]:
    """The dense features, ``[1, width]``; these, weighed, and all sparse ones, as the featurizers left them."""
    whole = [one for one in message.features if one.attribute == TEXT and one.type == FEATURE_TYPE_SENTENCE]
    dense = [one.features for one in whole if one.is_dense()]
    together: Array = np.hstack(dense).astype(np.float32) if dense else np.zeros((1, 0), np.float32)
    return together, [dense_weight * together, *(one.features for one in whole if one.is_sparse())]


def _write(path: Any, trained: Trained) -> None:
    """Vectors with half the digits: they are compared, not added up."""
    np.savez(
        path,
        classes=np.array(trained.linear.classes),
        weights=trained.linear.weights,
        bias=trained.linear.bias,
        confidence=np.array(trained.confidence.numbers()),
        known=trained.known.astype(np.float16),
    )


def _read(path: Any) -> Trained:
    with np.load(path, allow_pickle=False) as kept:
        model = Linear(tuple(map(str, kept["classes"])), kept["weights"], kept["bias"])
        return Trained(model, Confidence(*kept["confidence"].tolist()), kept["known"].astype(np.float32))
