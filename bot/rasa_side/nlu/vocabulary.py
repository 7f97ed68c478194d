"""Which English words there are, and how rare each is: the sentence model's own word list, which is sorted by frequency, and
words that it has not, each as rare as the one in the middle of it."""

from __future__ import annotations

from functools import cache
from math import log

from bot.rasa_side.nlu.everyday import WORDS
from bot.sentence_vectors.weights import folder

SINGLE = ("a", "i")
"""The words of one letter; the list has all letters."""

FIRST = 1996
"""Where the words begin in the list, behind what only the model needs and single characters."""

ENDINGS = {"s": ("",), "es": ("",), "ed": ("", "e"), "ing": ("", "e"), "er": ("", "e"), "ers": ("", "e")}
"""Behind a known word, and what that may have lost: "mailed", "moving"."""

ROOT = 4
"""Letters of that word at least."""


def is_known(word: str) -> bool:
    """Whether it is a word, or a known word with an ending."""
    known = costs()
    stems = (word.removesuffix(end) + lost for end, letters in ENDINGS.items() if word.endswith(end) for lost in letters)
    return word in known or any(len(stem) >= ROOT and stem in known for stem in stems)


@cache
def costs() -> dict[str, float]:
    """What each word costs when words are as frequent as Zipf's law has it for their rank: 2 to 12."""
    lines = (folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()[FIRST:]
    words = [*SINGLE, *(word for word in lines if word.isascii() and word.isalpha() and len(word) > 1)]
    found = {word: _cost(rank, len(words)) for rank, word in enumerate(words)}
    return {word: _cost(len(words) // 2, len(words)) for word in WORDS} | found


def _cost(rank: int, count: int) -> float:
    return log((rank + 1) * log(count))
