"""The limit that a message names: "to 200", "$250 a day". A number that is something else is none. Pure."""

from __future__ import annotations

import re

from actions.money.wording import DOLLARS
from actions.records.money import USUAL
from bot.skills.parsing import digits
from bot.skills.parsing.amounts import parse_amounts
from bot.skills.parsing.corrections import instead
from bot.skills.parsing.spoken import figures

LEAST = 100
"""Cents."""

LEAST_BARE = 1_000
"""Cents: a smaller number in a sentence mostly counts something ("I have one question")."""

_ABOUT = r"(?:about |around |just |only |exactly |another )?"
_NUMBER = r"(?P<number>\d{1,6}(?:,\d{3})*)(?:\.00)?(?![\d.,]*\d)"
_NO_SUM = r"(?! ?(?:%|percent\b|k\b|[ap]\.?m\b|o'clock\b|st\b|nd\b|rd\b|th\b|:|/))(?! (?:cards?|days?|weeks?|months?|times)\b)"
BY = re.compile(rf"\bby {_ABOUT}[$€£]?\d[\d,.]*(?: ?(?:dollars|bucks|usd|%|percent)\b)?")
"""How much less it shall be, which is no limit."""

BEHIND = re.compile(rf"\b(?:to|at|than|limit(?: be| is| of)?) {_ABOUT}\$?{_NUMBER}{_NO_SUM}")
BARE = re.compile(rf"(?<![\d.,/:-])\$?{_NUMBER}{_NO_SUM}")


def limit_wished(text: str) -> int | None:
    """The limit in a wish, in cents: behind "to", or the one sum in dollars. None where there is none below the usual one. A sum
    that is taken back ("to 100, no wait, 150") is none, whatever comes in its place."""
    if tries(again := instead(text)):
        return limit_answered(again)
    said = _without_by(text)
    behind = {_cents(found) for found in BEHIND.finditer(said)}
    named = {int(one.value * 100) for one in parse_amounts(said) if one.currency == DOLLARS}
    return _one(behind or named)


def limit_answered(text: str) -> int | None:
    """The limit in an answer to "how much?": as in a wish, or the one number that is no card's end."""
    found = limit_wished(text)
    return found if found is not None or digits.card_end(text) else _one(_bare(text))


def tries(text: str) -> bool:
    """Whether it answers "how much?" with a number, whatever it is worth."""
    return bool(BY.search(figures(text)) or _bare(text) or parse_amounts(text))


def _bare(text: str) -> set[int]:
    numbers = {_cents(found) for found in BARE.finditer(_without_by(text))}
    return {cents for cents in numbers if cents >= LEAST_BARE}


def _without_by(text: str) -> str:
    return BY.sub(" ", figures(text))


def _cents(found: re.Match[str]) -> int:
    return int(found["number"].replace(",", "")) * 100


def _one(sums: set[int]) -> int | None:
    """The only one, where it may be a limit."""
    return next(iter(sums)) if len(sums) == 1 and LEAST <= min(sums) < USUAL else None
