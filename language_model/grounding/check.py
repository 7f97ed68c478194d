"""All of it together."""

from __future__ import annotations

from language_model.grounding.bound import moved
from language_model.grounding.figures import Figure, figures
from language_model.grounding.links import links, marks
from language_model.grounding.names import named
from language_model.grounding.negations import turned
from language_model.grounding.text import plain, stems

NEW_WORDS = 0.25
"""The share of words of its own that an answer may have, of those that say something."""


def fault(answer: str, source: str) -> str:
    """Why the answer may not stand for its source (marks, link, figure, name, negation, words), or empty."""
    if marks(answer) - marks(source):
        return "marks"
    if links(answer) - links(source):
        return "link"
    if figures(plain(answer)) - _also_bare(source) or moved(answer, source):
        return "figure"
    if named(answer, source):
        return "name"
    if turned(answer, source):
        return "negation"
    return "words" if _new_words(answer, source) > NEW_WORDS else ""


def _also_bare(source: str) -> set[Figure]:
    """A figure may be told without what it counts, never with something else."""
    there = figures(plain(source))
    return {*there, *((value, "") for value, _ in there)}


def _new_words(answer: str, source: str) -> float:
    said, there = stems(answer), set(stems(source))
    return sum(stem not in there for stem in said) / len(said) if said else 1.0
