"""Countries that a sentence names: the names of telephone numbers' regions, and some that people say instead. Pure."""

from __future__ import annotations

import re
from functools import cache

from phonenumbers.geodata.locale import LOCALE_DATA

from bot.skills import wording
from bot.skills.parsing.names import key

ALSO = {
    "uk": "United Kingdom", "britain": "United Kingdom", "great britain": "United Kingdom", "england": "United Kingdom",
    "scotland": "United Kingdom", "wales": "United Kingdom", "holland": "Netherlands", "korea": "South Korea",
    "czechia": "Czech Republic", "ivory coast": "Côte d'Ivoire", "the states": "United States", "usa": "United States",
    "uae": "United Arab Emirates", "dubai": "United Arab Emirates", "macau": "Macao", "burma": "Myanmar",
}  # fmt: skip
NOT_ALONE = frozenset({"jersey", "chad", "jordan", "georgia", "united states", "guinea"})
"""Mostly something else in a sentence."""


@cache
def _names(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    named = {one["en"]: one.get(language) or one["en"] for one in map(_spelled, LOCALE_DATA.values())}
    alone = {english: name for english, name in named.items() if key(english) not in NOT_ALONE}
    known = {key(english): name for english, name in alone.items()} | {key(name): name for name in alone.values()}
    known |= {also: named.get(english, english) for also, english in ALSO.items()}
    known |= {plain: named.get(english, english) for plain, english in wording.said_for("places").items()}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})\b"), known


def _spelled(names: dict[str, str]) -> dict[str, str]:
    """A star leads to another language of the same name."""
    return {language: names[name[1:]] if name.startswith("*") else name for language, name in names.items()}


def countries(text: str) -> list[str]:
    """In the order of the sentence, each once, named in the language of the turn."""
    pattern, known = _names(wording.language())
    return list(dict.fromkeys(known[found] for found in pattern.findall(key(text))))
