"""Keys that are named aloud: "press zero", "the hash key", "star, then zero, then hash". Pure.

What a prompt offers by key is understood when it is said. Which words name a key is the designers' (``key_names`` in
domain/*/_voice.yml); the English around them, and the figures, are here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model.spoken_numbers import FIGURES, NOUGHT_LETTERS

_WORD = re.compile(r"[#*]|\d|[^\W\d_]+(?:'[a-z]+)?")
_ENDS = frozenset(
    "uh um er hm please okay ok yes yeah well so just now then thanks thank you i i'll i'd let me like to want would will".split()
)
_PRESSING = frozenset(
    "press pressed pressing push pushed hit dial dialed dialled key keyed enter punch touch tap choose select pick use in".split()
)
_KEY = frozenset("key keys button buttons sign symbol".split())
_BETWEEN = frozenset("the a an and then number digit option".split())
_FIGURES = {word: digit for word, digit in FIGURES.items() if word not in NOUGHT_LETTERS}


@dataclass(frozen=True, slots=True)
class NamedKeys:
    """``keys`` in order; ``plainly``: it was said that they are keys ("press", "key"), so it can have meant nothing else."""

    keys: str
    plainly: bool


def named_keys(text: str, names: Mapping[str, Sequence[str]]) -> NamedKeys | None:
    """The keys that the whole utterance names, or None when there is any other word in it."""
    words = _without_ends(_WORD.findall(text.casefold().replace("\u2019", "'")))
    known = {name: key for key, spoken in names.items() for name in spoken}
    plainly = not (_KEY | _PRESSING).isdisjoint(words)
    known |= FIGURES if plainly else _FIGURES
    keys, verb = "", True
    while words:
        if found := _longest(words, known):
            size, key = found
            keys, verb, words = keys + key, False, words[size:]
        elif words[0] in _KEY | _BETWEEN or (verb and words[0] in _PRESSING):
            words = words[1:]
        else:
            return None
    return NamedKeys(keys, plainly) if keys else None


def _longest(words: Sequence[str], known: Mapping[str, str]) -> tuple[int, str] | None:
    """The key that the first words name, and how many words that took."""
    for size in (3, 2, 1):
        if (key := known.get(" ".join(words[:size]))) and len(words) >= size:
            return size, key
    first = words[0]
    return (1, first) if first in "#*" or (first.isascii() and first.isdigit()) else None


def _without_ends(words: list[str]) -> list[str]:
    while words and words[0] in _ENDS:
        words = words[1:]
    while words and words[-1] in _ENDS:
        words = words[:-1]
    return words
