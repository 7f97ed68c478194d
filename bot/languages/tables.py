"""Tables of words that a language's files give: English words and what stands for them, or what was said and the English for it.

Each is read once, when it is first wanted; for English none is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot import domain_files

DOMAIN = Path("domain")
WORDS = "_words.yml"
"""``words: {"Speak to a person": "Hablar con una persona"}``: titles of options, and values that code fills into a text."""

PAGES = "_pages.yml"
"""``help``, ``chat``: what stands on the help pages, by its English, and on the web chat, by its name there."""

SAID = "_said.yml"
"""``answers``, ``days``, ``choices``: what customers say around an answer, and the English that the rules for answers know.
``#`` in it is a number of one or two figures, or a time: ``"de las # a las #": "from # to #"``. Longer ones are sums."""

NUMBER = r"\d{1,2}(?::\d\d)?"


@cache
def table(language: str, file: str, key: str, folder: Path = DOMAIN) -> Mapping[str, Any]:
    """The table, empty where there is none. Raises DomainFileError."""
    return domain_files.settings(folder, file, key, language) if language else {}


def worded(text: str, language: str) -> str:
    """A title or a value in that language; as it is where the language has no words for it."""
    return str(table(language, WORDS, "words").get(text, text)) if language else text


def glossed(text: str, language: str, key: str) -> str:
    """What was said, with the English words in the place of those of the table ``key``; all else, names above all, as it is."""
    pattern = _pattern(language, key) if language else None
    if pattern is None:
        return text
    said = table(language, SAID, key)
    plain = folded(text)
    if len(plain) != len(text):  # no place of the one would be that of the other
        return text
    parts, end = [], 0
    for found in pattern.finditer(plain):
        parts += [text[end : found.start()], _english(found[0], said)]
        end = found.end()
    return "".join([*parts, text[end:]])


def _english(words: str, said: Mapping[str, Any]) -> str:
    if words in said:
        return str(said[words])
    numbered = ((re.fullmatch(_numbered(key, f"({NUMBER})"), words), english) for key, english in said.items() if "#" in key)
    found, english = next((found, english) for found, english in numbered if found)
    numbers = iter(found.groups())
    return re.sub("#", lambda _: next(numbers), str(english))


@cache
def _pattern(language: str, key: str) -> re.Pattern[str] | None:
    said = sorted(table(language, SAID, key), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(_numbered(one, NUMBER) for one in said)})\b") if said else None


def _numbered(key: str, number: str) -> str:
    """A pattern for one of the table's entries."""
    return re.escape(key).replace(r"\#", number)


def folded(text: str) -> str:
    """Small letters without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", mark)[0] for mark in text.lower())
