"""Days as they are said in the language of the turn: its ``_words.yml`` has the names and the patterns, under ``days``."""

from __future__ import annotations

from datetime import date

from bot.languages.current import current
from bot.languages.tables import WORDS, table

ENGLISH = {
    "long": "{weekday}, {month} {day}",
    "spoken": "{month} {day}",
    "short": "{month} {day}",
    "listed": "{weekday}, {month} {day}",
}
CUT = 3
"""Letters of a name that is shortened."""


def said(day: date, pattern: str) -> str:
    """``long``: Tuesday, November 24; ``spoken``: November 24; ``short``: Nov 24; ``listed``: Tue, Nov 24."""
    given = table(current(), WORDS, "days")
    weekday, month = f"{day:%A}", f"{day:%B}"
    if given:
        weekday, month = given["weekdays"][day.weekday()], given["months"][day.month - 1]
    if pattern in ("short", "listed"):
        weekday, month = weekday[:CUT], month[:CUT]
    return str(given.get(pattern, ENGLISH[pattern])).format(weekday=weekday, month=month, day=day.day)
