"""Days as they are said in the language of the turn: its ``_words.yml`` has the names and the patterns, under ``days``."""

from __future__ import annotations

from datetime import date

from bot.languages.current import current
from bot.languages.tables import WORDS, table

ENGLISH = {"long": "{weekday}, {month} {day}", "spoken": "{month} {day}", "short": "{month} {day}"}


def said(day: date, pattern: str) -> str:
    """``long``: Tuesday, November 24; ``spoken``: November 24; ``short``: Nov 24."""
    given = table(current(), WORDS, "days")
    weekday, month = f"{day:%A}", f"{day:%b}" if pattern == "short" else f"{day:%B}"
    if given:
        weekday, month = given["weekdays"][day.weekday()], given["months"][day.month - 1]
        month = month[:3] if pattern == "short" else month
    return str(given.get(pattern, ENGLISH[pattern])).format(weekday=weekday, month=month, day=day.day)
