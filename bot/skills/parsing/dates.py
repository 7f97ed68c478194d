"""Days, times and spans of days that a customer says: "a week from Friday", "tomorrow at half past three", "the 3rd to the 14th".

``now`` is any aware moment and ``zone`` where the customer (or the branch) is: "tomorrow" begins at their midnight. Nothing of
the past is taken, or nothing of the future with ``past=True``. None: no such thing was said, or one that cannot be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

from dateutil.relativedelta import relativedelta

from bot.skills.parsing import times
from bot.skills.parsing.days import MONTH, Days, month_number
from bot.skills.parsing.spoken import figures


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the time of day where one was said."""

    day: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    first: date
    last: date


def parse_date(text: str, now: datetime, zone: tzinfo, *, past: bool = False) -> date | None:
    """The day."""
    found = parse_moment(text, now, zone, past=past)
    return found.day if found else None


def parse_moment(text: str, now: datetime, zone: tzinfo, *, past: bool = False) -> Moment | None:
    """The day with its time; a time alone is today's, or tomorrow's when it is over."""
    here, said = now.astimezone(zone), figures(text)
    if (later := times.later(said, here)) is not None and not past:
        return Moment(later.date(), later.time().replace(second=0, microsecond=0))
    at, rest = times.taken(said)
    day = Days(here.date(), past).day(rest)
    if day is None:
        return None if at is None or _says_a_day(rest) else Moment(_day_of(at, here, past), at)
    if day != here.date() or at is None or not (at > here.time() if past else at <= here.time()):
        return Moment(day, at)
    by_weekday = re.search(r"\b(?:mon|tue|wed|thu|fri|sat|sun)\w*\b", rest) and not re.search(r"\b(?:today|tonight|this)\b", rest)
    return Moment(day + timedelta(days=-7 if past else 7), at) if by_weekday else None


def parse_time(text: str) -> time | None:
    """The time of day alone."""
    return times.taken(figures(text))[0]


def parse_period(text: str, now: datetime, zone: tzinfo, *, past: bool = False) -> Period | None:
    """The first and the last day; a single day is no period."""
    today, said = now.astimezone(zone).date(), figures(text)
    return _whole(said, today) or _two_ends(said, today, past) or _lasting(said, today, past)


MOST_BETWEEN = 8
"""Places that are tried: a long text is no sentence about days."""

BETWEEN = re.compile(r" ?[-\u2013] ?| (?:to|until|till|through|thru|and|up to) (?:the )?")
LASTING = re.compile(r"\bfor (?P<count>\d+|an?|the) (?P<unit>days?|nights?|weeks?|fortnights?|months?)\b")


def _two_ends(said: str, today: date, past: bool) -> Period | None:
    """``to Mexico from the 3rd to the 14th``: the first of the words that may stand between two ends with a day on both sides."""
    sides = ((said[: found.start()], said[found.end() :]) for found in islice(BETWEEN.finditer(said), MOST_BETWEEN))
    return next((period for one, other in sides if (period := _between(one, other, today, past))), None)


def _between(one: str, other: str, today: date, past: bool) -> Period | None:
    """What one end lacks, the month, is the other's."""
    months = [re.search(rf"\b({MONTH})\b", end) for end in (one, other)]
    if months[0] and not months[1] and (day := re.match(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?\b", other)):
        other = f"{months[0][1]} {day[1]}"
    if months[1] and not months[0] and (day := re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?$", one)):
        one = f"{months[1][1]} {day[1]}"
    first = Days(today, past).day(one)
    last = None if first is None else Days(first if not past else today, past).day(other)
    return Period(first, last) if first and last and first < last else None


def _lasting(said: str, today: date, past: bool) -> Period | None:
    """``for 2 weeks from monday``; from today where no day is said."""
    found = LASTING.search(said)
    if found is None:
        return None
    rest = f"{said[: found.start()]} {said[found.end() :]}".replace(" from ", " ").strip()
    first = Days(today, past).day(rest) or today
    count = int(found["count"]) if found["count"].isdigit() else 1
    unit = found["unit"].rstrip("s")
    span = {"day": relativedelta(days=count), "night": relativedelta(days=count + 1), "week": relativedelta(weeks=count),
            "fortnight": relativedelta(weeks=2 * count), "month": relativedelta(months=count)}[unit]  # fmt: skip
    last: date = first + span - timedelta(days=1)
    return Period(first, last)


def _whole(said: str, today: date) -> Period | None:
    """A week, a weekend, a month as such."""
    monday = today - timedelta(days=today.weekday())
    if found := re.search(r"\b(?:the |this |next |coming )*weekend\b", said):
        saturday = monday + timedelta(days=5 + (7 if "next" in found[0] else 0))
        return Period(saturday, saturday + timedelta(days=1))
    if found := re.search(r"\b(?P<which>this|next|last) (?P<unit>week|month)\b(?! on)", said):
        shift = {"this": 0, "next": 1, "last": -1}[found["which"]]
        if found["unit"] == "week":
            return Period(monday + timedelta(weeks=shift), monday + timedelta(weeks=shift, days=6))
        first = today + relativedelta(months=shift, day=1)
        return Period(first, first + relativedelta(day=31))
    if found := re.search(rf"\b(?:all|the whole|most)(?: of)? (?P<month>{MONTH})\b", said):
        first = Days(today).day(f"{found['month']} 1") or date(today.year, month_number(found["month"]), 1)
        return Period(first, first + relativedelta(day=31))
    return None


def _says_a_day(rest: str) -> bool:
    """Whether a day was named that could not be taken: its time alone is not what was meant."""
    return re.search(rf"\b(?:{MONTH}|\w+day|week|ago|last|next)\b|\d[/.-]\d", rest) is not None


def _day_of(at: time, here: datetime, past: bool) -> date:
    over = at <= here.time()
    shift = (0 if over else -1) if past else (1 if over else 0)
    return here.date() + timedelta(days=shift)
