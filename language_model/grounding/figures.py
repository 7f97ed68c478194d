"""Figures with what they count: ``1%`` and ``one percent`` are the same, ``3 days`` and ``3 business days`` are not. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.model.spoken_numbers import FIGURES, TEENS, TENS

SMALL = {word: int(digit) for word, digit in FIGURES.items() if word not in ("o", "oh")}
SMALL |= {word: int(digits) for word, digits in TEENS.items()} | {word: int(digit) * 10 for word, digit in TENS.items()}
ROUND = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
OTHERS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal(3), "twice": Decimal(2), "double": Decimal(2),
          "triple": Decimal(3), "dozen": Decimal(12), "couple": Decimal(2)}  # fmt: skip
SIGNS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound", "¢": "cent"}
UNITS = frozenset(
    "percent dollar euro pound cent second minute hour day week month year time mile km card branch atm fee digit".split()
)
WHICH = frozenset({"business", "working", "calendar"})
_TOKEN = re.compile(r"[$€£]|\d[\d,]*(?:\.\d+)?|[%¢]|[^\W\d_]+")

Figure = tuple[Decimal, str]
"""A value and what it counts (empty: nothing that is known)."""


def figures(text: str) -> set[Figure]:
    """All of a text, in small letters. ``one`` and other words that are more than numbers count before a unit only."""
    tokens = _TOKEN.findall(text.replace("per cent", "percent").replace("-", " "))
    found: set[Figure] = set()
    place = 0
    while place < len(tokens):
        value, after = _value(tokens, place)
        if value is None:
            place += 1
            continue
        unit = SIGNS.get(tokens[place - 1], "") if place and tokens[place - 1] in "$€£" else _unit(tokens[after : after + 2])
        if unit or tokens[place] not in ("one", *OTHERS):
            found.add((value, unit))
        place = after
    return found


def _value(tokens: list[str], place: int) -> tuple[Decimal | None, int]:
    """The number that begins here, and where it ends."""
    token = tokens[place]
    if token[0].isdigit():
        value, place = Decimal(token.replace(",", "")), place + 1
    elif token in SMALL:
        value, place = Decimal(SMALL[token]), place + 1
        if token in TENS and place < len(tokens) and 0 < SMALL.get(tokens[place], 0) < 10:
            value, place = value + SMALL[tokens[place]], place + 1
    elif token in OTHERS:
        return OTHERS[token], place + 1
    else:
        return None, place
    while place < len(tokens) and tokens[place] in ROUND:
        value, place = value * ROUND[tokens[place]], place + 1
    return value, place


def _unit(following: list[str]) -> str:
    """``business day`` for ``business days``; a sign for what it stands for."""
    names = [SIGNS.get(one, one[:-1] if one.endswith("s") and one[:-1] in UNITS else one) for one in following]
    if len(names) > 1 and names[0] in WHICH and names[1] in UNITS:
        return " ".join(names)
    return names[0] if names and names[0] in UNITS else ""
