"""Softmax regression over sparse and dense features, by Adam: a fortieth of the time of a Newton method on this many features,
and as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_sample_weight

from bot.rasa_side.nlu.adam import Array, Rows, softmax_regression

LARGE = 3000
STEPS = 300
"""Steps of the optimiser at least; each example is seen in ten rounds at least."""
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Linear:
    """``classes``: the intents, sorted; ``weights`` [features, classes], ``bias`` [classes]."""

    classes: tuple[str, ...]
    weights: Array
    bias: Array

    def logits(self, rows: Rows) -> Array:
        """``[rows, classes]``: before the softmax."""
        found: Array = rows.times(self.weights) + self.bias
        return found

    def logits_of(self, pieces: Sequence[Any]) -> Array:
        """``[1, classes]`` for one row in pieces, dense and sparse, that stand side by side."""
        found, first = self.bias[None], 0
        for piece in pieces:
            found = found + piece @ self.weights[first : first + piece.shape[1]]
            first += piece.shape[1]
        return found


def fit(rows: Rows, intents: Sequence[str], rate: float, decay: float, seed: int) -> Linear:
    """``rate``: of the steps; ``decay``: how much weights are held small (L2). Rare intents count more, by a root."""
    classes = tuple(sorted(set(intents)))
    if len(classes) == 1:
        return Linear(classes, np.zeros((rows.width, 1), np.float32), np.zeros(1, np.float32))
    batch = min(64 if len(rows) < LARGE else 256, len(rows))
    rounds = max(ROUNDS, STEPS * batch // len(rows))
    right = np.searchsorted(classes, intents)
    weights, bias = softmax_regression(
        rows, right, _importance(right), rate=rate, decay=decay, seed=seed, batch=batch, rounds=rounds
    )
    return Linear(classes, weights, bias)


def _importance(right: NDArray[np.intp]) -> Array:
    found: Array = np.sqrt(compute_sample_weight("balanced", right)).astype(np.float32)
    return found
