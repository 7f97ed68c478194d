"""The sentence's meaning as dense features: 384 numbers of a language model that has read more than this business's examples."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_side.nlu import normal, sources
from bot.rasa_side.nlu.abroad import glosses, sound
from bot.rasa_side.nlu.abroad.glosses import glossed
from bot.rasa_side.nlu.languages import language_of
from bot.sentence_vectors import encoder, kept, model_file
from bot.sentence_vectors.encoder import Encoder
from bot.sentence_vectors.kept import Array


@cache
def loaded() -> Encoder:
    """One for the process: it holds 25 MB."""
    return Encoder()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(DenseFeaturizer, GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """``bot.rasa_side.nlu.vectors.SentenceVectors``."""

    @staticmethod
    def required_packages() -> list[str]:
        """Looked for before a training begins."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """It has no settings."""
        sources.checked(cls.__name__, config, {})

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """See ``sources.mark``."""
        return sources.mark(*normal.PARTS, sound, glosses, encoder, kept) + model_file.mark()

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceVectors:
        """See Rasa."""
        return cls(execution_context.node_name, config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message gets a dense feature of the whole sentence, ``[1, 384]``."""
        return self._processed(messages, loaded().encode)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for all examples; those of an earlier training are not computed again."""
        self._processed(training_data.training_examples, _kept)
        return training_data

    def _processed(self, messages: list[Message], encode: Callable[[list[str]], Array]) -> list[Message]:
        worded = [message for message in messages if message.get(TEXT)]
        if worded:
            found = encode([_english(message) for message in worded])
            for row, message in enumerate(worded):
                self.add_features_to_message(None, found[row : row + 1], TEXT, message)
        return messages


def _kept(texts: list[str]) -> Array:
    """With all cores: who trains waits."""
    model = loaded()

    def encode(new: Sequence[str]) -> Array:
        return model.encode(new, os.cpu_count() or 1)

    return kept.encoded(texts, encode, model.folder) if model.folder else encode(texts)


def _english(message: Message) -> str:
    language = language_of(message)
    return glossed(normal.normal(message.get(TEXT), language), language)
