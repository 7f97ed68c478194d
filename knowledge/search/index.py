"""One index over the articles of a language: words and meaning, fused; and whether what is found answers at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.article import Article
from knowledge.reading import passages
from knowledge.search.kept_vectors import kept
from knowledge.search.meaning import Encode, Meaning
from knowledge.search.words import Words

WORDS, ELSEWHERE = 0.8, 1.5
"""What words count beside meaning, and what counts against an answer: nearness to a question that is not ours."""

SURE, SURE_BY_WORDS = 0.66, 0.34
"""From here on the best article answers; without vectors by its share of the question's words. Chosen on the dev half of
``tests/knowledge/questions.yml`` (docs/knowledge.md)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with its score, comparable within one question; ``answers``: it fits well enough to be said."""

    article: Article
    score: float
    answers: bool


class Index:
    """Without ``encode`` it goes by words alone. ``elsewhere``: questions that no article answers."""

    def __init__(self, articles: Sequence[Article], elsewhere: Sequence[str], encode: Encode | None, folder: Path) -> None:
        """``folder``: where vectors are kept from one start to the next. At least one article."""
        self._articles = tuple(articles)
        pieces = [passages(one) for one in articles]
        weighed = [[*[one.front.title] * 2, *one.front.questions, *texts] for one, texts in zip(articles, pieces, strict=True)]
        self._words = Words([" ".join(texts) for texts in weighed], articles[0].front.language)
        self._encode = encode
        self._meaning = _meaning(pieces, elsewhere, encode, folder) if encode else None

    def search(self, question: str) -> list[Hit]:
        """Every article, the best first."""
        scores = self._words.scores(question)
        sure, against = SURE_BY_WORDS, 0.0
        if self._meaning and self._encode:
            vector = self._encode([question])[0]
            scores = WORDS * scores + self._meaning.scores(vector)
            sure, against = SURE, ELSEWHERE * self._meaning.elsewhere(vector)
        order = np.argsort(-scores, kind="stable")
        return [Hit(self._articles[at], float(scores[at]), float(scores[at]) - against >= sure) for at in order]


def _meaning(pieces: Sequence[Sequence[str]], elsewhere: Sequence[str], encode: Encode, folder: Path) -> Meaning:
    texts = [text for one in pieces for text in one]
    vectors = kept([*texts, *elsewhere], encode, folder)
    ends = np.cumsum([len(one) for one in pieces])
    return Meaning(np.split(vectors[: len(texts)], ends[:-1]), vectors[len(texts) :])
