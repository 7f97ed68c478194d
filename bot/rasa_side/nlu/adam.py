"""Softmax regression by Adam (Kingma and Ba 2015) over rows of features.

scikit-learn's network without a hidden layer learns the same, step by step, in four times the time: it makes a dozen arrays as
large as all weights in each step, half of them of twice the digits. Here a step goes through the weights once, piece by piece,
each of which stays in the processor's cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.utils import gen_batches, shuffle

Array = NDArray[np.float32]


MEAN, SQUARES, LEAST = 0.9, 0.999, 1e-8
"""How much of the mean and of the squares of the gradients is kept from step to step; what is added to their root."""

PIECE = 16_384
"""Weights that are looked at together: five arrays of 64 kB."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of sentences, dense and sparse ones apart: what is dense is multiplied at many times the speed.

    ``dense`` ``[n, d]``, ``grams`` ``[n, g]``: side by side they are the features ``[n, d + g]``.
    """

    dense: Array
    grams: sparse.csr_matrix

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    @property
    def width(self) -> int:
        """d + g."""
        return int(self.dense.shape[1] + self.grams.shape[1])

    def of(self, chosen: Sequence[int] | NDArray[np.intp]) -> Rows:
        """The rows of these numbers."""
        return Rows(self.dense[chosen], self.grams[chosen])

    def times(self, weights: Array) -> Array:
        """``[n, classes]`` with weights ``[d + g, classes]``."""
        parts = self.dense.shape[1]
        found: Array = self.dense @ weights[:parts] + self.grams @ weights[parts:]
        return found

    def against(self, wrong: Array) -> Array:
        """``[d + g, classes]``: what each weight has to do with ``wrong`` ``[n, classes]``."""
        found: Array = np.concatenate([self.dense.T @ wrong, self.grams.T @ wrong])
        return found


@dataclass(slots=True)
class Adam:
    """``weights``: flat, changed in place. ``rate``: of the steps. Both sums are kept without the factors ``1 - MEAN`` and
    ``1 - SQUARES``, which are put into the step: one pass less for each."""

    weights: Array
    rate: float
    steps: int = 0
    mean: Array = field(init=False)
    squares: Array = field(init=False)
    _room: Array = field(init=False)

    def __post_init__(self) -> None:
        self.mean, self.squares = np.zeros_like(self.weights), np.zeros_like(self.weights)
        self._room = np.empty(min(PIECE, self.weights.size), np.float32)

    def step(self, gradient: Array, decay: float = 0.0) -> None:
        """``gradient``: flat, used up; ``decay``: of the weights, added to it."""
        self.steps += 1
        rate = self.rate * math.sqrt(1 - SQUARES**self.steps) / (1 - MEAN**self.steps)
        rate, least = rate * (1 - MEAN) / math.sqrt(1 - SQUARES), LEAST / math.sqrt(1 - SQUARES)
        for first in range(0, self.weights.size, PIECE):
            piece = slice(first, first + PIECE)
            weights, slope, mean, squares = self.weights[piece], gradient[piece], self.mean[piece], self.squares[piece]
            room = self._room[: weights.size]
            slope += np.multiply(weights, decay, out=room)
            mean *= MEAN
            mean += slope
            squares *= SQUARES
            squares += np.multiply(slope, slope, out=slope)
            np.sqrt(squares, out=room)
            room += least
            np.divide(mean, room, out=room)
            room *= rate
            weights -= room


def softmax_regression(
    rows: Rows,
    right: NDArray[np.intp],
    importance: Array,
    *,
    rate: float,
    decay: float,
    seed: int,
    batch: int,
    rounds: int,
) -> tuple[Array, Array]:
    """Weights ``[features, classes]`` and bias ``[classes]``. ``right``: each row's class, from 0, ``[n]``; ``importance``: of
    each row, ``[n]``; ``decay``: how small weights are held; ``batch``: rows in a step; ``rounds``: how often each is seen."""
    random = np.random.RandomState(seed)
    classes = int(right.max()) + 1
    weights, bias = _begun(random, rows.width, classes)
    of_weights, of_bias = Adam(weights.reshape(-1), rate), Adam(bias, rate)
    for chosen in _batches(random, len(rows), batch, rounds):
        part = rows.of(chosen)
        wrong = softmax(part.times(weights) + bias, axis=1)
        wrong[np.arange(len(chosen)), right[chosen]] -= 1
        weight = importance[chosen].sum()
        wrong *= importance[chosen, None] / weight
        of_weights.step(part.against(wrong).reshape(-1), decay / float(weight))
        of_bias.step(wrong.sum(axis=0))
    return weights, bias


def _begun(random: np.random.RandomState, features: int, classes: int) -> tuple[Array, Array]:
    """Small numbers (Glorot and Bengio 2010)."""
    bound = np.sqrt(6.0 / (features + classes))
    return (
        random.uniform(-bound, bound, (features, classes)).astype(np.float32),
        random.uniform(-bound, bound, classes).astype(np.float32),
    )


def _batches(random: np.random.RandomState, count: int, batch: int, rounds: int) -> Iterator[NDArray[np.intp]]:
    order = np.arange(count)
    for _ in range(rounds):
        order = shuffle(order, random_state=random)
        yield from (order[one] for one in gen_batches(count, batch))
