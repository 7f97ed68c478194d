"""By meaning: how near a question is to each article, by the vectors of its passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Array]
"""Texts to vectors of length 1, ``[texts, width]``."""

AGREEING = 3
"""So many of an article's nearest passages speak for it together."""

BEST, TOGETHER, CENTRE = 1.0, 1.0, 0.5
"""What the nearest passage counts, the nearest few, and the article as a whole; chosen on the dev half (docs/knowledge.md)."""


class Meaning:
    """``passages``: the vectors of each article's passages, ``[passages, width]``, at least one each; ``elsewhere``: those of
    questions that none answers, ``[questions, width]``, which may be none."""

    def __init__(self, passages: Sequence[Array], elsewhere: Array) -> None:
        self._vectors = np.concatenate(passages)
        ends = np.cumsum([len(one) for one in passages])
        self._spans = [slice(int(end) - len(one), int(end)) for end, one in zip(ends, passages, strict=True)]
        centres = np.stack([one.mean(axis=0) for one in passages])
        self._centres: Array = centres / np.linalg.norm(centres, axis=1, keepdims=True)
        self._elsewhere = elsewhere

    def scores(self, question: Array) -> Array:
        """``[articles]`` for the vector of a question."""
        near = self._vectors @ question
        nearest = [np.sort(near[span])[::-1][:AGREEING] for span in self._spans]
        best, together = np.array([one[0] for one in nearest]), np.array([one.mean() for one in nearest])
        found: Array = BEST * best + TOGETHER * together + CENTRE * (self._centres @ question)
        return found

    def elsewhere(self, question: Array) -> float:
        """The cosine of the nearest question that no article answers; 0 where there is none."""
        return float((self._elsewhere @ question).max()) if len(self._elsewhere) else 0.0
