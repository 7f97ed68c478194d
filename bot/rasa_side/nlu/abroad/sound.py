"""Spanish as it sounds: who writes ``kiero aser una sita`` means ``quiero hacer una cita``. Pure.

Letters that sound alike in America are one: b and v, s, z and c, ll and y, g and j, and no h. Two words that become one differ
hardly ever in what a customer wants.
"""

from __future__ import annotations

import re

SPANISH = (
    (re.compile(r"(?<!c)h"), ""),
    (re.compile(r"qu(?=[ei])|q|c(?![eih])"), "k"),
    (re.compile(r"z|c(?=[ei])"), "s"),
    (re.compile(r"v"), "b"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"gu(?=[ei])"), "g"),
)
"""In this order; accents are off."""

SOUNDS = {"es": SPANISH}


def sounded(text: str, language: str) -> str:
    """A text that ``normal`` made plain, in the letters of its sounds; as it is in a language without such a list."""
    for written, sound in SOUNDS.get(language, ()):
        text = written.sub(sound, text)
    return text
