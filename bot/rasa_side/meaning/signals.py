"""Signs of mood and urgency in a message, each with its evidence: the designers' words (``domain/*/_signals.yml``) in it.

Pure but for reading the file. What is found goes into the slot ``signals``, which agents see; nothing is decided by it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.rasa_side.meaning.speech import plain
from bot.signals import SLOT, told

FILE = "_signals.yml"
ANGRY = "angry"
SHOUTED = "in capitals"
"""The evidence of a message all in capitals, of as many letters and words as these."""

LETTERS, WORDS = 15, 3
LONGEST = 2000
MOST = 3
"""Pieces of evidence for each sign."""

NOT_BEFORE = re.compile(r"\b(?:(?:not|never|dont|isnt|wasnt|arent)(?: \w+)?|no|nothing)$")
"""A "no" that is an answer ("no, I'm furious") stands further off."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Words by sign."""

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_domain(cls, folder: Path, language: str = "") -> Signals:
        """Read the files; without one no sign is known. Raises DomainFileError."""
        given = domain_files.settings(folder, FILE, SLOT, language)
        return cls({str(sign): tuple(str(word) for word in words or ()) for sign, words in given.items()})

    def found(self, text: str) -> dict[str, list[str]]:
        """Each sign with its evidence, in the order of the file."""
        text = text[:LONGEST]
        said = plain(text)
        evidence = {sign: [word for word in words if _stands(word, said, text)] for sign, words in self.words.items()}
        if ANGRY in evidence and _shouted(text):
            evidence[ANGRY].append(SHOUTED)
        return {sign: found[:MOST] for sign, found in evidence.items() if found}

    def noted(self, text: str, data: dict[str, Any]) -> dict[str, Any]:
        """Rasa's parse data with what was found as an entity, for the slot."""
        if not (found := self.found(text)):
            return data
        entity = {"entity": SLOT, "value": told(found), "start": 0, "end": 0}
        return {**data, "entities": [*data.get("entities", ()), entity]}


@functools.lru_cache(2048)
def _pattern(word: str) -> tuple[str, re.Pattern[str]]:
    """The word in small letters, and it as a whole word."""
    return (bare := plain(word)), re.compile(rf"\b{re.escape(bare)}\b")


def _stands(word: str, said: str, text: str) -> bool:
    """Whether it stands there, as whole words, and no "not" before it; a picture anywhere."""
    if not any(mark.isalnum() for mark in word):
        return word in text
    bare, whole = _pattern(word)
    if bare not in said:  # nearly always: each message is looked through for every word
        return False
    return any(not NOT_BEFORE.search(said[: spot.start()].rstrip()) for spot in whole.finditer(said))


def _shouted(text: str) -> bool:
    letters = [mark for mark in text if mark.isalpha()]
    return len(letters) >= LETTERS and len(text.split()) >= WORDS and all(mark.isupper() for mark in letters)
