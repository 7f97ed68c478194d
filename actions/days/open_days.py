"""The days on which branches are closed or close early: federal holidays, and the two eves. Pure.

A holiday on a Sunday is kept on the Monday after it, one on a Saturday on that day, as the Federal Reserve Banks do:
https://www.frbservices.org/about/holiday-schedules
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import count, islice

import holidays

SHORT = {(12, 24): "Christmas Eve", (12, 31): "New Year's Eve"}
"""Month and day on which branches close at 1 pm."""

FRIDAY, SUNDAY = 4, 6
NAMES = {
    "Christmas Eve": r"(christ?mas|xmas) eve|dec(ember)? 24",
    "New Year's Eve": r"new years? eve|nye|dec(ember)? 31",
    "New Year's Day": r"new years?",
    "Martin Luther King Jr. Day": r"mlk|martin luther king|king day",
    "Washington's Birthday": r"presidents? day|washingtons birthday",
    "Memorial Day": r"memorial day",
    "Juneteenth National Independence Day": r"juneteenth",
    "Independence Day": r"independence day|(4th|fourth) of july|july (4|4th|fourth)",
    "Labor Day": r"labou?r day",
    "Columbus Day": r"columbus day|indigenous peoples day",
    "Veterans Day": r"veterans day",
    "Thanksgiving Day": r"thanksgiving|turkey day",
    "Christmas Day": r"christ?mas|xmas",
}
"""What customers call them, in small letters without apostrophes; the first that fits is meant."""

AFTER = re.compile(r"\b(day|friday) after\b|\bblack friday\b")
ANY = re.compile(r"\bholidays?\b")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that somebody asks for; ``holiday``: its name, if branches are closed; ``short``: they close at 1 pm."""

    day: date
    holiday: str = ""
    short: bool = False


def on(day: date) -> Day:
    """What that day is."""
    before = day - timedelta(days=1)
    name = _federal(day.year).get(day) or (_federal(before.year).get(before) if before.weekday() == SUNDAY else None) or ""
    return Day(day, name, not name and (day.month, day.day) in SHORT)


def working(day: date) -> bool:
    """Whether it is a business day: from Monday to Friday, and no holiday."""
    return day.weekday() <= FRIDAY and not on(day).holiday


def working_day(start: date, number: int) -> date:
    """The ``number``-th business day after ``start``."""
    after = (day for ahead in count(1) if working(day := start + timedelta(days=ahead)))
    return next(islice(after, number - 1, None))


@lru_cache(maxsize=8)
def _federal(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("US", years=year, observed=False))


def next_holiday(today: date) -> Day:
    """The next day, today included, on which branches are closed for a holiday."""
    return next(found for number in range(366) if (found := on(today + timedelta(days=number))).holiday)


def asked(words: str, today: date) -> Day | None:
    """The day that the words name: a holiday (the next of that name), an eve, today or tomorrow; of "holidays" the next one."""
    plain = re.sub(r"['\u2019.]", "", words.casefold())
    if "black friday" in plain:
        return on(_next("Thanksgiving Day", today) + timedelta(days=1))
    named = next((name for name, pattern in NAMES.items() if re.search(rf"\b({pattern})\b", plain)), None)
    if named:
        return on(_next(named, today) + timedelta(days=1 if AFTER.search(plain) else 0))
    if ANY.search(plain):
        return next_holiday(today)
    ahead = next((number for word, number in (("tomorrow", 1), ("today", 0), ("tonight", 0)) if word in plain), None)
    return None if ahead is None else on(today + timedelta(days=ahead))


def _next(name: str, today: date) -> date:
    """The next day of that name."""
    eves = {eve: (month, day) for (month, day), eve in SHORT.items()}
    for year in (today.year, today.year + 1):
        if name in eves:
            found = date(year, *eves[name])
        else:
            found = next(day for day, holiday in _federal(year).items() if holiday == name)
        if found >= today:
            return found
    raise AssertionError("there is one every year")
