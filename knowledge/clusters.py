"""Questions that mean nearly the same, together: what a new article would answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.search.meaning import Array, Encode

APART, APART_BY_WORDS = 0.45, 0.75
"""Distances (1 less the cosine, on the average of two groups) from which questions are no longer one: by meaning, by words."""


def clusters(questions: Sequence[str], encode: Encode | None = None) -> list[list[str]]:
    """The largest group first, each in the order given. Without ``encode`` by the letters of their words."""
    if len(questions) < 2:
        return [[one] for one in questions]
    vectors = encode(questions) if encode else _letters(questions)
    apart = APART if encode else APART_BY_WORDS
    found = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=apart)
    groups: dict[int, list[str]] = {}
    for label, question in zip(found.fit_predict(vectors), questions, strict=True):
        groups.setdefault(int(label), []).append(question)
    return sorted(groups.values(), key=len, reverse=True)


def _letters(questions: Sequence[str]) -> Array:
    """Never all zeros: a question without letters has a direction of its own."""
    made = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform(questions).toarray()
    return np.hstack([made, 1e-6 + 1.0 * (made.sum(axis=1, keepdims=True) == 0)]).astype(np.float32)
