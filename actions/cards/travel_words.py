"""Where a trip goes and when, in a customer's words. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from actions.cards import places
from actions.days.clock import ZONE
from actions.said import month_day
from bot.skills.parsing.dates import Period, parse_date, parse_period
from bot.skills.parsing.days import MONTH
from bot.skills.parsing.spoken import figures
from bot.skills.wording import translated

VAGUE = re.compile(
    rf"\b(?:{MONTH}|spring|summer|fall|autumn|winter|years?|months?|weeks?|weekends?|days?|nights?|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|tomorrow|now|soon|christmas|xmas|easter|thanksgiving|new year|"
    r"holidays?|open|until further|(?:don'?t|not) (?:know|sure))\b"
)
"""Words about a time that is no day of the calendar."""

BACK = re.compile(r"\b(?:back|return|returning|home|until|till|stay|staying|end|ends)\b", re.I)


def where(text: str) -> str:
    """The countries in it; empty where it names none."""
    return translated(" and ").join(places.countries(text))


def is_place(text: str) -> bool:
    """Whether it may be a place that we know no name of: words, and no figures."""
    return re.search(r"[^\W\d_]{2}", text) is not None and re.search(r"\d", text) is None


def is_time(text: str) -> bool:
    """Whether it says something of when, though no day ("some time in spring")."""
    return VAGUE.search(figures(text)) is not None


def days(text: str, today: date, *, alone: bool = True) -> str | None:
    """``June 3 to June 17``, or ``from June 3`` where a day ``alone`` counts."""
    if period := span(text, today):
        return said(period)
    day = parse_date(text, _noon(today), ZONE) if alone else None
    return translated("from {first}").format(first=month_day(day)) if day else None


def span(text: str, today: date) -> Period | None:
    """The first and the last day."""
    return parse_period(text, _noon(today), ZONE)


def said(period: Period) -> str:
    """``June 3 to June 17``."""
    return translated("{first} to {last}").format(first=month_day(period.first), last=month_day(period.last))


def moved(text: str, first: date | None, last: date | None, today: date) -> Period | None:
    """The days of a trip that were just noted, with what the words change in them: both days, the last ("we come back on the
    9th"), else the first."""
    if period := span(text, today):
        return period
    day = parse_date(text, _noon(today), ZONE)
    if day is None or first is None or last is None:
        return None
    first, last = (first, day) if BACK.search(text) else (day, last)
    return Period(first, last) if first <= last else None


def _noon(today: date) -> datetime:
    return datetime.combine(today, time(12), ZONE)
