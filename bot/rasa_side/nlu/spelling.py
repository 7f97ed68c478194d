"""Slips of the finger mended: ``crad`` is ``card``. One letter too many, too few or wrong, or two swapped; frequent words win."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase

from bot.rasa_side.nlu.vocabulary import costs, is_known

SHORTEST = 4
"""Letters: shorter ones are near too many words."""

LONGEST = 16
WRONG_LETTER = 2.0
"""What a wrong letter costs more than one that is missing, doubled or out of its place, as words cost (vocabulary)."""


@lru_cache(4096)
def mended(word: str) -> str:
    """The word that was meant; known words, names without a neighbour and what is no letters stay as they are."""
    known = costs()
    if not SHORTEST <= len(word) <= LONGEST or is_known(word) or not (word.isascii() and word.isalpha()):
        return word
    likely = ((known[near] + slip, near) for near, slip in _near(word) if len(near) >= SHORTEST and near in known)
    return min(likely, default=(0.0, word))[1]


def _near(word: str) -> Iterator[tuple[str, float]]:
    """What may have been meant, and how rare such a slip is beside the others."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:], 0.0
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:], 0.0
        for letter in ascii_lowercase:
            yield before + letter + after[1:], WRONG_LETTER
            yield before + letter + after, 0.0
