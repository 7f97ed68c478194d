"""When people answer: the hours of business, in the business's own time zone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.languages.current import current
from bot.languages.tables import WORDS, table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.IGNORECASE)


class BadHours(ValueError):
    """The text cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open on one weekday (0 is Monday) from ``start`` to ``end``; ``end`` may be midnight, as 24:00."""

    weekday: int
    start: time
    end: time


ANY_DAY = -1
ALL_DAY = (Span(ANY_DAY, time.min, time.max),)


@dataclass(frozen=True, slots=True)
class Hours:
    """No spans: always open, but for the holidays."""

    spans: tuple[Span, ...] = ()
    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    """Days on which nobody works."""

    @classmethod
    def parse(cls, text: str, zone: str) -> Hours:
        """``Mon-Fri 09:00-17:00, Sat 10:00-14:00``; empty is always open. BadHours with a sentence."""
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadHours(f"there is no time zone {zone[:40]!r}; write one such as America/New_York") from error
        spans = [span for part in text.split(",") if part.strip() for span in _spans(part.strip())]
        return cls(tuple(spans), zone)

    def open_at(self, moment: datetime) -> bool:
        """Whether people answer at that time."""
        local = moment.astimezone(ZoneInfo(self.zone))
        if local.date() in self.holidays:
            return False
        return not self.spans or any(
            span.weekday == local.weekday() and span.start <= local.time() < span.end for span in self.spans
        )

    def next_opening(self, moment: datetime) -> datetime:
        """When it opens next, in the business's zone; now while it is open."""
        local = moment.astimezone(ZoneInfo(self.zone))
        if self.open_at(moment):
            return local
        return min(found for found in self._openings(local.date()) if found > local)

    def _openings(self, first: date) -> Iterator[datetime]:
        """In the next days: a week, and one for each holiday."""
        days = (first + timedelta(days=ahead) for ahead in range(8 + 7 * len(self.holidays)))
        for day in (one for one in days if one not in self.holidays):
            for span in self.spans or ALL_DAY:
                if span.weekday in (ANY_DAY, day.weekday()):
                    yield datetime.combine(day, span.start, ZoneInfo(self.zone))


def opening_words(opening: datetime, moment: datetime) -> str:
    """``today at 9 AM``, ``tomorrow at 9:30 AM``, ``Monday at 9 AM``; in the language of the turn."""
    days = (opening.date() - moment.astimezone(opening.tzinfo).date()).days
    if given := table(current(), WORDS, "days"):
        return _opening_abroad(opening, days, given)
    day = {0: "today", 1: "tomorrow"}.get(days) or opening.strftime("%A")
    clock = opening.strftime("%I:%M %p").lstrip("0").replace(":00", "")
    return f"{day} at {clock}"


def _opening_abroad(opening: datetime, days: int, given: Mapping[str, Any]) -> str:
    """``hoy a las 9 de la mañana``: ``at`` of the language's days, ``at_one`` for the first hour, ``halves`` of a day."""
    day = {0: given["today"], 1: given["tomorrow"]}.get(days) or given["weekdays"][opening.weekday()]
    hour, half = opening.hour % 12 or 12, given["halves"][(opening.hour >= 12) + (opening.hour >= 19)]
    clock = f"{hour}:{opening.minute:02d}" if opening.minute else str(hour)
    return str(given["at_one" if hour == 1 else "at"]).format(day=day, clock=clock, half=half)


def _spans(part: str) -> Iterator[Span]:
    found = _PART.fullmatch(part)
    if not found or any(day and day.lower() not in DAYS for day in found.group(1, 2)):
        raise BadHours(f"{part[:40]!r} cannot be read; write for example Mon-Fri 09:00-17:00, Sat 10:00-14:00")
    first = DAYS.index(found[1].lower())
    last = DAYS.index(found[2].lower()) if found[2] else first
    start, end = _time(found[3], found[4], part), _time(found[5], found[6], part)
    if start >= end:
        raise BadHours(f"{part[:40]!r} ends before it begins; write hours past midnight as two parts")
    for day in range(first, last + 1 if last >= first else last + 8):
        yield Span(day % 7, start, end)


def _time(hour: str, minute: str, part: str) -> time:
    if (hour, minute) == ("24", "00"):
        return time.max
    if int(hour) > 23 or int(minute) > 59:
        raise BadHours(f"{part[:40]!r} has no such time of day")
    return time(int(hour), int(minute))
