"""Words, pairs of words and pieces of words as sparse features, rare ones weighing more (tf-idf, by scikit-learn)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.rasa_side.nlu import normal, sources
from bot.rasa_side.nlu.abroad import sound
from bot.rasa_side.nlu.languages import by_language, language_of, named, named_file

Array = NDArray[np.float32]
LEAST = {"words": 1.0, "shortest": 1.0, "longest": 1.0, "least": 1.0}
FILE = "ngrams.json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of n-grams as it was learnt: a text's n-grams, each one's column, and its weight."""

    grams: Callable[[str], list[str]]
    columns: Mapping[str, int]
    weights: Array

    @classmethod
    def of(cls, vectorizer: TfidfVectorizer) -> Kind:
        """Of a fitted vectorizer, or of one that was given its vocabulary."""
        vocabulary = getattr(vectorizer, "vocabulary_", None) or vectorizer.vocabulary
        return cls(vectorizer.build_analyzer(), vocabulary, np.asarray(vectorizer.idf_, np.float32))

    def found(self, text: str) -> tuple[NDArray[np.int32], Array]:
        """Columns and values, of length 1: what ``TfidfVectorizer.transform`` gives, at a fifth of the cost for a single text."""
        counts = Counter(column for gram in self.grams(text) if (column := self.columns.get(gram)) is not None)
        columns = np.array(sorted(counts), np.int32)
        values = (1 + np.log(np.array([counts[column] for column in columns], np.float32))) * self.weights[columns]
        length = np.sqrt((values**2).sum())
        return columns, values / length if length else values


def row(kinds: Sequence[Kind], text: str) -> sparse.csr_matrix:
    """``[1, n-grams of all kinds]``."""
    columns, values, width = [], [], 0
    for kind in kinds:
        found, weighed = kind.found(text)
        columns.append(found + width)
        values.append(weighed)
        width += len(kind.weights)
    where = np.concatenate(columns)
    return sparse.csr_matrix((np.concatenate(values), where, np.array([0, len(where)], np.int32)), shape=(1, width))


def _read(text: str, language: str) -> str:
    return sound.sounded(normal.normal(text, language), language)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Ngrams(SparseFeaturizer, GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """``bot.rasa_side.nlu.ngrams.Ngrams``."""

    def __init__(self, name: str, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._storage, self._resource = storage, resource
        self._kinds: dict[str, list[Kind]] = {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``words``: most words in a row; ``shortest``, ``longest``: characters of a piece of a word; ``least``: examples that
        must have a piece."""
        return {"alias": None, "words": 2, "shortest": 2, "longest": 5, "least": 2}

    @staticmethod
    def required_packages() -> list[str]:
        """Looked for before a training begins."""
        return ["sklearn"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException."""
        sources.checked(cls.__name__, config, LEAST)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """See ``sources.mark``."""
        return sources.mark(*normal.PARTS, sound)

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> Ngrams:
        """See Rasa."""
        return cls(execution_context.node_name, config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Ngrams:
        """What ``train`` kept."""
        made = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            for language, path in named(folder, FILE):
                made._kinds[language] = list(made._kept(json.loads(path.read_text())))
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which n-grams there are, for each language; those of sentences with an intent."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        with self._storage.write_to(self._resource) as folder:
            for language, mine in by_language(examples).items():
                fitted = self._fitted([_read(one.get(TEXT), language) for one in mine])
                self._kinds[language] = list(map(Kind.of, fitted))
                kept = [{"grams": list(one.get_feature_names_out()), "weights": one.idf_.tolist()} for one in fitted]
                named_file(folder, FILE, language).write_text(json.dumps(kept))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message gets a sparse feature of the whole sentence, ``[1, n-grams]``."""
        for message in messages:
            language = language_of(message)
            if (kinds := self._kinds.get(language)) and (text := message.get(TEXT)):
                self.add_features_to_message(None, row(kinds, _read(text, language)), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for all examples."""
        self.process(training_data.training_examples)
        return training_data

    def _fitted(self, texts: list[str]) -> list[TfidfVectorizer]:
        try:
            return [vectorizer.fit(texts) for vectorizer in self._untrained()]
        except ValueError:  # scikit-learn's, for texts without anything that two of them have in common
            return []

    def _kept(self, kept: list[dict[str, Any]]) -> Iterator[Kind]:
        for vectorizer, known in zip(self._untrained(), kept, strict=False):  # none are kept of nothing
            vectorizer.set_params(vocabulary={gram: number for number, gram in enumerate(known["grams"])})
            vectorizer.idf_ = np.array(known["weights"], np.float32)
            yield Kind.of(vectorizer)

    def _untrained(self) -> list[TfidfVectorizer]:
        common: dict[str, Any] = {"sublinear_tf": True, "dtype": np.float32, "lowercase": False}
        pieces = (int(self._config["shortest"]), int(self._config["longest"]))
        return [
            TfidfVectorizer(ngram_range=(1, int(self._config["words"])), token_pattern=r"(?u)\b\w[\w']*", **common),
            TfidfVectorizer(analyzer="char_wb", ngram_range=pieces, min_df=int(self._config["least"]), **common),
        ]
