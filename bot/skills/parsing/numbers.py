"""Counts and spans of time in a sentence: "a couple", "two and a half hours". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bot.skills.parsing.spoken import figures

COUNTS = {
    "none": 0,
    "zero": 0,
    "no": 0,
    "both": 2,
    "a couple": 2,
    "couple": 2,
    "a pair": 2,
    "half a dozen": 6,
    "a dozen": 12,
    "dozen": 12,
}
UNITS = {
    "minute": (0, 0, 1), "min": (0, 0, 1), "hour": (0, 0, 60), "hr": (0, 0, 60), "h": (0, 0, 60), "day": (0, 1, 0),
    "night": (0, 1, 0), "week": (0, 7, 0), "fortnight": (0, 14, 0), "month": (1, 0, 0), "year": (12, 0, 0),
}  # fmt: skip
_COUNT = r"(?P<count>\d+(?:\.\d+)?|half an?|a quarter of an?|a couple(?: of)?|an?)(?P<half> and a half)?"
_SPAN = re.compile(rf"\b{_COUNT} ?(?P<unit>{'|'.join(UNITS)})s?\b(?P<more> and a half)?")
_SHORT = re.compile(r"\b(?P<hours>\d{1,2}) ?h ?(?P<minutes>[0-5]\d)\b")


@dataclass(frozen=True, slots=True)
class Duration:
    """Months and days are no fixed number of minutes, so the three stand beside each other."""

    months: int = 0
    days: int = 0
    minutes: int = 0


def parse_count(text: str) -> int | None:
    """How many; None where no number, or more than one, was said."""
    said = figures(text)
    found = re.findall(r"(?<![\d.,])\d{1,9}(?![\d.,])", said)
    if len(found) == 1:
        return int(found[0])
    words = next((word for word in COUNTS if re.search(rf"\b{word}\b", said)), None) if not found else None
    return COUNTS[words] if words else None


def parse_duration(text: str) -> Duration | None:
    """How long; parts are added up."""
    said = figures(text)
    if short := _SHORT.search(said):
        return Duration(minutes=int(short["hours"]) * 60 + int(short["minutes"]))
    total = [Fraction(0)] * 3
    for found in _SPAN.finditer(said):
        count = _count(found["count"]) + (Fraction(1, 2) if found["half"] or found["more"] else 0)
        total = [have + count * more for have, more in zip(total, UNITS[found["unit"]], strict=True)]
    months, days, minutes = total
    days, minutes = Fraction(int(days)), minutes + (days - int(days)) * 24 * 60
    return Duration(int(months), int(days), int(minutes)) if any((months, days, minutes)) else None


def _count(said: str) -> Fraction:
    if said.startswith("half"):
        return Fraction(1, 2)
    if said.startswith("a quarter"):
        return Fraction(1, 4)
    if said.startswith("a couple"):
        return Fraction(2)
    return Fraction(said) if said[0].isdigit() else Fraction(1)
