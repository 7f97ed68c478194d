"""Countries that a sentence names: the names of telephone numbers' regions, and some that people say instead. Pure."""

from __future__ import annotations

import re
from functools import cache

from phonenumbers.geodata.locale import LOCALE_DATA

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
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    known = {key(name): name for name in map(_english, LOCALE_DATA.values())}
    known = {plain: name for plain, name in known.items() if plain not in NOT_ALONE} | ALSO
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})\b"), known


def _english(names: dict[str, str]) -> str:
    """A star leads to another language of the same name."""
    name = names["en"]
    return names[name[1:]] if name.startswith("*") else name


def countries(text: str) -> list[str]:
    """In the order of the sentence, each once."""
    pattern, known = _names()
    return list(dict.fromkeys(known[found] for found in pattern.findall(key(text))))
