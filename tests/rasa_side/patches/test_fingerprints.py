"""What was trained is known again: fingerprints are Rasa's own, made with less work."""

from __future__ import annotations

from typing import Any

import numpy as np
import rasa.shared.utils.io as rasa_io
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as some
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from bot.rasa_side.patches.fingerprints import SHORT, as_text, fingerprint

PLAIN = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=2 * SHORT) | some.binary(max_size=50)
KEYS = some.text(max_size=5) | some.integers() | some.none()
VALUES = some.recursive(
    PLAIN | some.tuples(some.integers(), some.text(max_size=3)) | some.builds(np.float32, some.floats(width=32)),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def theirs(value: Any) -> Any:
    return rasa_io.deep_container_fingerprint.__wrapped__(value)  # type: ignore[attr-defined]


@given(VALUES)
def test_they_are_rasas_own(value: Any) -> None:
    assert fingerprint(value) == theirs(value) == rasa_io.deep_container_fingerprint(value)


def test_of_an_example_with_tokens_and_features_too() -> None:
    def example() -> Message:
        features = Features(np.ones((1, 3), np.float32), "sentence", "text", "vectors")
        return Message({"text": "hi you", "tokens": [Token("hi", 0), Token("you", 3)], "n": 1}, features=[features])

    value = [example().data, example().features]
    assert example().fingerprint() == fingerprint(value) == theirs(value)


def test_what_is_equal_and_written_otherwise_is_told_apart() -> None:
    assert len({fingerprint(one) for one in (1, 1.0, True, "one", None, "", [], {}, [1], {"1": 1})}) == 10
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1}) and fingerprint([1, 2]) != fingerprint([2, 1])


def test_sparse_features_are_told_apart_by_all_that_they_are() -> None:
    def of(matrix: Any) -> str:
        return str(Features(matrix, "sentence", "text", "ngrams").fingerprint())

    made = np.array([[0, 1.5, 0, 2]], np.float32)
    others = [made * 2, made[:, ::-1], made.T, np.hstack([made, made * 0]), made.astype(np.float64)]
    assert of(sparse.csr_matrix(made)) == of(sparse.csr_matrix(made.copy())) == of(sparse.coo_matrix(made))
    assert len({of(sparse.csr_matrix(one)) for one in (made, *others)}) == 6
    assert as_text(sparse.csr_matrix(made)).startswith("(1, 4) int32")
