"""Which English words there are, and how rare each is: the sentence model's own word list, which is sorted by frequency."""

from __future__ import annotations

from functools import cache
from math import log

from bot.sentence_vectors.weights import folder

SINGLE = ("a", "i")
"""The words of one letter; the list has all letters."""

FIRST = 1996
"""Where the words begin in the list, behind what only the model needs and single characters."""


@cache
def costs() -> dict[str, float]:
    """What each word costs when words are as frequent as Zipf's law has it for their rank: 2 to 12."""
    lines = (folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()[FIRST:]
    words = [*SINGLE, *(word for word in lines if word.isascii() and word.isalpha() and len(word) > 1)]
    return {word: log((rank + 1) * log(len(words))) for rank, word in enumerate(words)}
