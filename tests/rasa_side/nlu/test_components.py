"""The components as Rasa makes, trains, keeps and loads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier

from bot.rasa_side.nlu import classifier, normal
from bot.rasa_side.nlu.adam import Rows, softmax_regression
from bot.rasa_side.nlu.classifier import CalibratedClassifier
from bot.rasa_side.nlu.ngrams import Kind, Ngrams
from bot.rasa_side.nlu.vectors import SentenceVectors

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

SAID = {
    "card": [
        "where is my card",
        "my card has not come",
        "is the card on its way",
        "when will the card arrive",
        "still no card here",
    ],
    "hours": ["when do you open", "what are the opening hours", "are you open on sunday", "when do you close", "open today?"],
    "money": ["how much money do i have", "what is my balance", "my balance please", "how much is left", "show the balance"],
}


class Pipeline:
    """The three, one after the other, on a storage of their own."""

    def __init__(self, folder: Path) -> None:
        self.storage = LocalModelStorage.create(folder)
        self.context = ExecutionContext(GraphSchema({}), node_name="it")
        self.parts: list[Any] = []

    def train(self, said: dict[str, list[str]]) -> None:
        data = TrainingData([Message({TEXT: text, INTENT: intent}) for intent, texts in said.items() for text in texts])
        for kind in (SentenceVectors, Ngrams, CalibratedClassifier):
            part = self.made(kind, "create")
            if hasattr(part, "train"):
                part.train(data)
            part.process_training_data(data)
            self.parts.append(part)

    def load(self) -> None:
        self.parts = [self.made(SentenceVectors, "create"), self.made(Ngrams, "load"), self.made(CalibratedClassifier, "load")]

    def made(self, kind: Any, how: str, **config: Any) -> Any:
        given = {**kind.get_default_config(), **config}
        kind.validate_config(given)
        return getattr(kind, how)(given, self.storage, Resource(kind.__name__), self.context)

    def parse(self, text: str) -> Message:
        message = Message({TEXT: text})
        for part in self.parts:
            part.process([message])
        return message


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    made = Pipeline(tmp_path_factory.mktemp("storage"))
    made.train(SAID)
    return made


def test_what_was_learnt_is_known_after_loading(trained: Pipeline) -> None:
    before = [trained.parse(text).get("intent") for text in ("wheres my crad", "OPENING TIMES", "balance 👍")]
    assert [one["name"] for one in before] == ["card", "hours", "money"]
    trained.load()
    after = [trained.parse(text).get("intent") for text in ("wheres my crad", "OPENING TIMES", "balance 👍")]
    assert [one["name"] for one in after] == [one["name"] for one in before]
    assert np.allclose([one["confidence"] for one in after], [one["confidence"] for one in before], atol=0.02)


def test_the_ranking_begins_with_the_intent_and_falls(trained: Pipeline) -> None:
    message = trained.parse("where is the card")
    ranking = message.get("intent_ranking")
    assert ranking[0] == message.get("intent") and {one["name"] for one in ranking} == set(SAID)
    assert sorted((one["confidence"] for one in ranking), reverse=True) == [one["confidence"] for one in ranking]


def test_the_words_themselves_stay_as_they_are(trained: Pipeline) -> None:
    assert trained.parse("WHERE is my crad").get(TEXT) == "WHERE is my crad"


@pytest.mark.parametrize("intents", [["card"], ["card", "money"]])
def test_one_or_two_intents_are_enough(pipeline: Pipeline, intents: list[str]) -> None:
    pipeline.train({name: SAID[name] for name in intents})
    pipeline.load()
    assert pipeline.parse("where is my card").get("intent")["name"] == "card"


def test_one_example_of_each_is_enough(pipeline: Pipeline) -> None:
    pipeline.train({"card": ["where is my card"], "money": ["what is my balance"]})
    assert pipeline.parse("where is the card").get("intent")["name"] == "card"


def test_without_examples_nothing_is_known(pipeline: Pipeline) -> None:
    pipeline.train({})
    pipeline.load()
    assert pipeline.parse("hello").get("intent") is None


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        (SentenceVectors, {"words": 1}),
        (Ngrams, {"longest": 0}),
        (Ngrams, {"least": "two"}),
        (CalibratedClassifier, {"rate": True}),
        (CalibratedClassifier, {"dense_wait": 2}),
    ],
)
def test_a_setting_that_cannot_be_stops_the_training(pipeline: Pipeline, kind: Any, setting: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException, match=next(iter(setting))):
        pipeline.made(kind, "create", **setting)


def test_rasa_knows_them() -> None:
    registered = {component.clazz for component in DefaultV1Recipe._registered_components.values()}
    assert {SentenceVectors, Ngrams, CalibratedClassifier} <= registered


@pytest.mark.parametrize("kind", [SentenceVectors, Ngrams, CalibratedClassifier])
def test_a_change_of_what_it_uses_trains_it_anew(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kind.fingerprint_addon({})
    assert before == kind.fingerprint_addon({})
    monkeypatch.setattr(normal, "PARTS", (*normal.PARTS, classifier))
    monkeypatch.setattr(classifier, "PARTS", (*classifier.PARTS, classifier))
    assert kind.fingerprint_addon({}) != before


def test_ngrams_of_one_text_are_those_of_scikit_learn() -> None:
    texts = [text for texts in SAID.values() for text in texts]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32, lowercase=False)
    vectorizer.fit(texts)
    for text in (*texts, "nothing like it: xyzzy", "card card card"):
        columns, values = Kind.of(vectorizer).found(text)
        expected = vectorizer.transform([text]).toarray()[0]
        assert np.allclose(expected[columns], values, atol=1e-5) and np.count_nonzero(expected) == len(columns)


def test_what_is_learnt_is_what_scikit_learn_learns() -> None:
    """Step by step: its network without a hidden layer has the same start, the same batches and the same steps."""
    random = np.random.RandomState(1)
    rows = sparse.random(90, 40, 0.2, format="csr", dtype=np.float32, random_state=random)
    intents, importance = random.randint(0, 3, 90), random.uniform(0.5, 2, 90).astype(np.float32)
    apart = Rows(rows[:, :7].toarray(), rows[:, 7:])
    network = MLPClassifier(
        (), alpha=1e-3, learning_rate_init=0.02, max_iter=12, batch_size=32, random_state=4, n_iter_no_change=12
    )
    with pytest.warns(ConvergenceWarning):
        network.fit(rows, intents, importance)
    weights, bias = softmax_regression(apart, intents, importance, rate=0.02, decay=1e-3, seed=4, batch=32, rounds=12)
    assert np.allclose(weights, network.coefs_[0], atol=1e-4) and np.allclose(bias, network.intercepts_[0], atol=1e-4)
    assert np.abs(weights).max() > 0.1
