"""Whether each figure still belongs to what it belonged to: what cash costs must not become what a purchase costs. Pure."""

from __future__ import annotations

import re

from language_model.grounding.figures import Figure, figures
from language_model.grounding.text import plain, sentences, stems

SHARE = 0.5
"""More than this share of the words around a figure has to stand in one sentence of the source that has the figure, too."""

_PART = re.compile(r"[,;:.!?]\s|\band\b|\bbut\b|\bor\b|\n")


def moved(answer: str, source: str) -> bool:
    """Whether a figure stands beside words that no sentence of the source has beside it."""
    there = [(figures(plain(one)), set(stems(one))) for one in sentences(source)]
    for part in _PART.split(answer):
        said = set(stems(part))
        if any(not _beside(figure, said, there) for figure in figures(plain(part))):
            return True
    return False


def _beside(figure: Figure, said: set[str], there: list[tuple[set[Figure], set[str]]]) -> bool:
    value, unit = figure
    homes = [words for known, words in there if any(one[0] == value and unit in ("", one[1]) for one in known)]
    return not said or any(len(said & words) > SHARE * len(said) for words in homes)
