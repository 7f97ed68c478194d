"""Words written without spaces, parted: ``whereismycard`` is ``where is my card``, the likeliest row of known words."""

from __future__ import annotations

from bot.rasa_side.nlu.vocabulary import costs, is_known

SHORTEST = 12
"""Letters from which on a word may be several."""

FEWEST = 3
"""Words; what parts in two is mostly one that is not in the list."""

LONGEST_WORD = 16
LONGEST_TEXT = 200
NEEDLESS = 14.0
"""What a letter costs that belongs to no word; a rare word costs 12."""


def parted(word: str) -> str:
    """The word, or the words that it is made of; short ones, known ones and what is no letters stay as they are."""
    letters = word.replace("'", "")
    if not SHORTEST <= len(letters) <= LONGEST_TEXT or not letters.isascii() or not letters.isalpha() or is_known(letters):
        return word
    words = _best(letters)
    return " ".join(words) if len(words) >= FEWEST else word


def _best(letters: str) -> list[str]:
    known = costs()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - LONGEST_WORD), end)
        best.append(min((best[start][0] + known.get(letters[start:end], NEEDLESS * (end - start)), start) for start in starts))
    words, end = [], len(letters)
    while end:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return words[::-1]
