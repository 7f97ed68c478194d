"""The words around figures that are read aloud, in the language of the turn. Another language has them in its ``_words.yml``,
under ``spoken``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from bot.languages.current import current
from bot.languages.tables import WORDS, table

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _english() -> dict[str, tuple[str, str, str, str]]:
    return {
        "$": ("dollar", "dollars", "cent", "cents"),
        "£": ("pound", "pounds", "penny", "pence"),
        "€": ("euro", "euros", "cent", "cents"),
    }


@dataclass(frozen=True, slots=True)
class Sayings:
    """``money``: for each sign one and many of its units and of its hundredths; ``parts``: between the two. ``sizes``: a word of
    large sums ("million") and what is said for it; ``thousands``: the sign between them; ``before``: words after which figures
    are said one by one, ``zip``: those for a ZIP code. ``date``: with {day}, {month} and {year}; empty for English."""

    plus: str = "plus"
    to: str = "to"
    ending: str = "ending in"
    parts: str = "and"
    thousands: str = ","
    date: str = ""
    before: tuple[str, ...] = ("ending(?: in| with)?", "last four(?: digits)?(?: are| is)?", "code(?: is)?")
    zip: tuple[str, ...] = ("zip(?: ?code)?", "post ?code", "postal code")
    sizes: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, tuple[str, str, str, str]] = field(default_factory=_english)

    def day(self, day: dt.date) -> str:
        """``November 21st, 2026``."""
        months = table(current(), WORDS, "days").get("months") or MONTHS
        if self.date:
            return self.date.format(day=day.day, month=months[day.month - 1], year=day.year)
        suffix = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
        return f"{months[day.month - 1]} {day.day}{suffix}, {day.year}"


def sayings() -> Sayings:
    """Those of the language of the turn."""
    return _of(current())


@cache
def _of(language: str) -> Sayings:
    given = table(language, WORDS, "spoken")
    own: dict[str, Any] = {one.name: given[one.name] for one in fields(Sayings) if one.name in given}
    for name in ("before", "zip"):
        if name in own:
            own[name] = tuple(re.escape(str(words)) for words in own[name])
    return Sayings(**own)
