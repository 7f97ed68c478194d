"""The slot ``signals``: signs of mood and urgency with their evidence, as agents read them. Written on Rasa's side
(``bot.rasa_side.meaning.signals``), read where people are put in line and told of. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

SLOT = "signals"
_SIGN = re.compile(r'(?:^|\), )([^"(),]+) \("')


def told(found: Mapping[str, Sequence[str]]) -> str:
    """As an agent reads it: ``angry ("useless", "third time"), urgent ("right now")``."""
    quoted = {sign: ", ".join(f'"{word}"' for word in words) for sign, words in found.items()}
    return ", ".join(f"{sign} ({words})" for sign, words in quoted.items())


def signs_in(value: str) -> list[str]:
    """The signs that ``told`` has put there, in their order."""
    return _SIGN.findall(value)
