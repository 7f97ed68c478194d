"""From a classifier's scores to a confidence that says how often it is right, and that falls for what is unlike all examples.

Two steps, both fitted on examples that the classifier had not seen:
* a temperature (Guo et al. 2017): the probabilities are neither too bold nor too shy;
* familiarity: a question about something else has low scores *before* the softmax and no example near it. Both, in standard
  deviations, are added; below nearly all that was seen the confidence is drawn to nothing.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax

Array = NDArray[np.float32]

NEAREST = 5
"""Examples whose cosine is averaged."""

STRANGE = 0.02
"""The share of known sentences that lies below the middle of the slope, where the confidence is halved."""

SLOPE = 0.25
"""In standard deviations of familiarity."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """What was fitted. The four numbers of the standardisation, then the middle and the width of the slope."""

    temperature: float = 1.0
    score: float = 0.0
    score_spread: float = 1.0
    near: float = 0.0
    near_spread: float = 1.0
    middle: float = -1e9
    width: float = 1.0

    def of(self, logits: Array, near: Array) -> NDArray[np.float64]:
        """``[n, classes]`` in 0..1 from logits ``[n, classes]`` and cosines ``[n]``; a row sums to its familiarity."""
        known = expit((self.familiarity(logits, near) - self.middle) / self.width)
        found: NDArray[np.float64] = softmax(logits.astype(np.float64) / self.temperature, axis=1) * known[:, None]
        return found

    def familiarity(self, logits: Array, near: Array) -> NDArray[np.float64]:
        """``[n]``: how much it is like the examples, in standard deviations, added."""
        added: NDArray[np.float64] = (logits.max(1) - self.score) / self.score_spread + (near - self.near) / self.near_spread
        return added

    def numbers(self) -> list[float]:
        """To keep; ``Confidence(*numbers)`` is it again."""
        return list(map(float, astuple(self)))


def fit(logits: Array, near: Array, right: NDArray[np.int64]) -> Confidence:
    """From held-out examples: logits ``[n, classes]``, cosines ``[n]``, the right class of each ``[n]``."""
    top = logits.max(1)
    plain = Confidence(
        _temperature(logits, right), float(top.mean()), float(top.std() or 1.0), float(near.mean()), float(near.std() or 1.0)
    )
    known = plain.familiarity(logits, near)
    return replace(plain, middle=float(np.quantile(known, STRANGE)), width=float(SLOPE * known.std() or 1.0))


def nearness(vectors: Array, known: Array) -> Array:
    """``[n]``: mean cosine of each vector ``[n, width]`` to its nearest ``[m, width]``; all of length 1."""
    cosines = vectors @ known.T
    count = min(NEAREST, known.shape[0])
    found: Array = np.partition(cosines, -count, axis=1)[:, -count:].mean(1)
    return found


def _temperature(logits: Array, right: NDArray[np.int64]) -> float:
    def surprise(power: float) -> float:
        return -float(log_softmax(logits / np.exp(power), axis=1)[np.arange(len(right)), right].mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3.0, 3.0), method="bounded").x))
