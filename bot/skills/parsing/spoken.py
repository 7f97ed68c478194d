"""Numbers in words as figures, in a sentence: "the twenty-first" is "the 21st", "two hundred and forty" is "240". Pure.

Digits that are dictated one by one ("four four double two") are ``digits.runs``'.
"""

from __future__ import annotations

import re
import unicodedata

from text_to_num import alpha2digit

from bot.languages.current import current
from bot.languages.numbers import counted
from bot.languages.tables import glossed

LONGEST = 300
"""Characters that are looked at: whoever answers a question says it in fewer."""

_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ORDINAL = re.compile(r"(\d+)(?:\.?\u1d49\u02b3|[\u00ba\u00aa])")
"""As text2num writes them in Spanish: 1.ᵉʳ, 2º, 3ª."""

_FRACTIONS = {"½": " and a half", "¼": " and a quarter"}


def plain(text: str) -> str:
    """In small letters, with plain figures (of any script), one space between words, no invisible marks."""
    shown = "".join(_FRACTIONS.get(mark, mark) for mark in text[:LONGEST])
    shown = unicodedata.normalize("NFKC", _HIDDEN.sub("", shown))
    figures = "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in shown)
    return " ".join(figures.replace("\u2019", "'").lower().split())


def figures(text: str) -> str:
    """The same with numbers in figures: ``plain``, and what is said in words."""
    if language := current():
        return glossed(_ORDINAL.sub(_nth, counted(plain(text), language)), language, "days")
    said = re.sub(r"\b(hundred|thousand)( and)(?= a (?:half|quarter))", r"\1", plain(text).replace("fourty", "forty"))
    return str(alpha2digit(said, "en", threshold=0.0))


def _nth(found: re.Match[str]) -> str:
    """As the rules for days know it: 1st, 4th."""
    number = found[1]
    return number + ({"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th") if number not in ("11", "12", "13") else "th")
