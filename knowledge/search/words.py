"""By words: BM25 over the articles, each one document."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_SPANISH
from numpy.typing import NDArray

LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "de": "german", "it": "italian", "pt": "portuguese"}
"""Snowball's stemmers, by language; others keep their words as they are."""

STOPWORDS = {"es": frozenset(STOPWORDS_SPANISH) - {"estado", "estados"}}
"""In the place of bm25s' own list, which takes the statement of an account ("estado de cuenta") for a form of "estar"."""

ENDING = re.compile(r"([cs])ion\b")
"""Snowball's rules know it with its accent alone; nobody writes it otherwise but without any."""


class Words:
    """An index over texts of one language. Lucene's variant of BM25: a word gives at most its weight."""

    def __init__(self, texts: Sequence[str], language: str = "en") -> None:
        self._plain = language in STOPWORDS
        self._stopwords = sorted(map(_plain, STOPWORDS[language])) if self._plain else language if language in LANGUAGES else []
        self._stemmer = Stemmer.Stemmer(LANGUAGES[language]) if language in LANGUAGES else None
        tokens = [self._tokens(text) for text in texts]
        having = Counter(word for one in tokens for word in set(one))
        self._weights = {word: _weight(count, len(texts)) for word, count in having.items()}
        self._unknown = _weight(0, len(texts))
        self._count = len(texts)
        self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.4)
        self._bm25.index(tokens, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """``[texts]``: how much of the question's weight is in each text, from 0 to 1."""
        asked = list(dict.fromkeys(self._tokens(question)))
        known = [word for word in asked if word in self._weights]
        if not known:
            return np.zeros(self._count, np.float32)
        all_of_it = sum(self._weights.get(word, self._unknown) for word in asked)
        found: NDArray[np.float32] = self._bm25.get_scores(known)
        return found / np.float32(all_of_it)

    def _tokens(self, text: str) -> list[str]:
        found: list[list[str]] = bm25s.tokenize(
            ENDING.sub(r"\1ión", _plain(text)) if self._plain else text,
            stopwords=self._stopwords,
            stemmer=self._stemmer,
            return_ids=False,
            show_progress=False,
        )
        return found[0]


def _weight(having: int, of: int) -> float:
    """The inverse document frequency, as Lucene has it."""
    return math.log(1 + (of - having + 0.5) / (having + 0.5))


def _plain(text: str) -> str:
    """Without accents, which half of the people leave out on a phone."""
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
