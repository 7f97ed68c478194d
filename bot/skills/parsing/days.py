"""Days in a sentence whose numbers are figures: what dateparser reads wrong is read here, the rest by it. Pure.

Wrong there (tests/skills/parsing/dates.yml has 76 sayings, written down first): days of the week with "next", "from" and
"after", a day without its month, "in a month", ends of months, names of feasts, numbers in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateparser.search import search_dates
from dateutil.relativedelta import TH, relativedelta, weekday

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAY = r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?"
)
_UNIT = r"(?P<count>\d+|an?|the|one) (?P<unit>days?|weeks?|fortnights?|months?|years?)"
_NTH = r"(?P<nth>1st|2nd|3rd|4th|5th|first|second|third|fourth|last)"
FEASTS = {
    r"christmas eve": (12, 24), r"boxing day": (12, 26), r"(?:christmas|xmas)(?: day)?": (12, 25), r"new year'?s eve": (12, 31),
    r"new year(?:'?s)?(?: day)?": (1, 1), r"halloween": (10, 31), r"valentine'?s(?: day)?": (2, 14),
}  # fmt: skip
NOT_DAYS = r"one|option|time|person|floor|street|st|ave|avenue|card|account"
"""What a number may stand before, and is no day then."""

WORDS_TOO = ("sun", "sat", "wed", "mon")
"""Short names that are words as well."""

NOON = time(12)
DEEPEST = 2
SEARCH = {
    "REQUIRE_PARTS": ["day", "month"],
    "DATE_ORDER": "MDY",
    "PREFER_DAY_OF_MONTH": "first",
    "RETURN_AS_TIMEZONE_AWARE": False,
}


@dataclass(frozen=True, slots=True)
class Days:
    """Reads days as seen from ``today``; ``past``: the customer speaks of what was. ``deep``: how many days may hang on another
    ("a week after the monday after christmas"): each is read in two ways, and a text is as long as its sender likes."""

    today: date
    past: bool = False
    deep: int = DEEPEST

    def day(self, text: str) -> date | None:
        """The first that is understood, the surest readings first; None too for a day on the wrong side of today."""
        for read in self._readings():
            if (found := read(text)) is not None:
                right = found <= self.today if self.past else found >= self.today
                return found if right else None
        return None

    def _readings(self) -> Iterator[Callable[[str], date | None]]:
        yield from (self._from_another, self._ago, self._near, self._feast, self._end_of_month, self._nth_weekday)
        yield from (self._weekday_after, self._weekday_with_day, self._written, self._weekday, self._counted, self._day_alone)

    def _from_another(self, text: str) -> date | None:
        """``2 weeks from monday``, ``the day after christmas``, ``friday week``, ``a week on friday``."""
        if found := re.search(rf"\b{_DAY} week\b", text):
            return self._next(found["weekday"]) + timedelta(weeks=1)
        found = re.search(rf"\b{_UNIT} (?P<way>from|after|before|on|following) (?P<other>(?!now\b|next\b).+)", text)
        if found is None or (found["way"] == "on" and not found["unit"].startswith("week")):
            return None
        if re.match(r"(?:tomorrow|yesterday)\b", found["other"]) and found["unit"] == "day" and found["count"] == "the":
            return None  # "the day after tomorrow"
        other = self._other(found["other"])
        return None if other is None else other + _span(found) * (-1 if found["way"] == "before" else 1)

    def _ago(self, text: str) -> date | None:
        """``3 days ago``."""
        found = re.search(rf"\b{_UNIT} (?:ago|back|earlier)\b", text)
        return self.today - _span(found) if found else None

    def _near(self, text: str) -> date | None:
        for words, days in NEAR:
            if re.search(rf"\b(?:{words})\b", text):
                return self.today + timedelta(days=days)
        return None

    def _feast(self, text: str) -> date | None:
        if re.search(r"\bthanksgiving\b", text):
            return self._yearly(lambda year: date(year, 11, 1) + relativedelta(weekday=TH(+4)))
        feast = next((when for words, when in FEASTS.items() if re.search(rf"\b{words}\b", text)), None)
        return self._yearly(lambda year: date(year, *feast)) if feast else None

    def _end_of_month(self, text: str) -> date | None:
        found = re.search(
            rf"\b(?:last day|end|last) (?:of|in) (?:(?P<which>the|this|next|last) month|(?P<month>{MONTH}))\b", text
        )
        if found is None:
            return None
        if found["month"]:
            return self._yearly(lambda year: date(year, month_number(found["month"]), 1) + relativedelta(day=31))
        shift = {"next": 1, "last": -1}.get(found["which"], 0)
        return _moved(self.today, relativedelta(months=shift, day=31))

    def _nth_weekday(self, text: str) -> date | None:
        """``the 1st monday in december``, ``the last friday of the month``."""
        found = re.search(rf"\b{_NTH} {_DAY} (?:in|of) (?:(?P<which>the|this|next) month|(?P<month>{MONTH}))\b", text)
        if found is None:
            return None
        nth = NTH[found["nth"]]

        def of(first: date) -> date:
            start = first + relativedelta(day=31) if nth < 0 else first
            return _moved(start, relativedelta(weekday=weekday(_number(found["weekday"]), nth)))

        if found["month"]:
            return self._yearly(lambda year: of(date(year, month_number(found["month"]), 1)))
        return of(self.today + relativedelta(months=1 if found["which"] == "next" else 0, day=1))

    def _weekday_after(self, text: str) -> date | None:
        """``the tuesday after next``, ``the monday after christmas``."""
        found = re.search(rf"\b{_DAY} (?P<way>after|before|following) (?P<other>.+)", text)
        if found is None:
            return None
        if found["other"].startswith("next"):
            return self._next(found["weekday"]) + timedelta(weeks=1)
        other = self._other(found["other"])
        if other is None:
            return None
        step, back = (timedelta(days=-1), -1) if found["way"] == "before" else (timedelta(days=1), 1)
        return _moved(other + step, relativedelta(weekday=weekday(_number(found["weekday"]), back)))

    def _weekday_with_day(self, text: str) -> date | None:
        """``saturday the 5th``: the next one that is both; None for a day that is not."""
        found = re.search(rf"\b{_DAY},? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of|{MONTH}))", text)
        if found is None:
            return None
        months = (self.today + relativedelta(months=-n if self.past else n, day=1) for n in range(13))
        fits = (one for first in months if (one := _in_month(first, int(found["day"]))) is not None)
        right = (one for one in fits if one.weekday() == _number(found["weekday"]))
        return next((one for one in right if (one <= self.today if self.past else one >= self.today)), None)

    def _written(self, text: str) -> date | None:
        """A day and its month, by dateparser."""
        text = re.sub(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b", r"\3-\2-\1", text)
        text = re.sub(r"\b(20) (\d\d)\b(?! ?(?:am|pm|:))", r"\1\2", text)  # "20 27", as years are said
        text = re.sub(r"(\d)(?:st|nd|rd|th) of\b", r"\1", text)
        if not re.search(rf"\b(?:{MONTH})\b|\d[/-]\d|[^\x00-\x7f]| de ", text):
            return None
        settings = {**SEARCH, "PREFER_DATES_FROM": "past" if self.past else "future", "RELATIVE_BASE": self._noon()}
        found = search_dates(_dated(text), languages=["en", "es"], settings=settings) or []
        when: datetime | None = found[0][1] if found else None
        return when.date() if when else None

    def _weekday(self, text: str) -> date | None:
        found = re.search(rf"\b(?:(?P<which>next|last|this|coming|past) )?{_DAY}\b", text)
        if found is None or (
            found[0] in WORDS_TOO and not re.search(rf"\b(?:on|by|for|until|from) {found[0]}\b|^{found[0]}$", text)
        ):
            return None
        day = self._next(found["weekday"])
        if found["which"] == "last" or found["which"] == "past":
            return self.today - timedelta(days=(self.today.weekday() - day.weekday()) % 7 or 7)
        if found["which"] == "next":  # of the week after this one, as most people mean it
            return self.today + timedelta(days=7 - self.today.weekday() + day.weekday())
        return day

    def _counted(self, text: str) -> date | None:
        """``in 3 days``, ``2 weeks from now``."""
        found = re.search(
            rf"\bin (?:about )?{_UNIT}\b|\b{_UNIT.replace('count', 'count2').replace('unit', 'unit2')} from (?:now|today)\b", text
        )
        if found is None:
            return None
        return _moved(self.today, _span(found) if found["count"] else _span(found, "2"))

    def _day_alone(self, text: str) -> date | None:
        """``the 3rd``: of this month or the next one that has it; ``last month on the 20th``."""
        found = re.search(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:{NOT_DAYS})\b)", text)
        if found is None or re.search(r"\b(?:option|one|choice|street|card|floor|question)\b", text):
            return None
        start = _moved(self.today, relativedelta(day=1))
        named = re.search(r"\b(next|last) month\b", text)
        shifts = ({"next": (1,), "last": (-1,)}[named[1]]) if named else tuple(-n if self.past else n for n in range(13))
        days = (_in_month(_moved(start, relativedelta(months=n)), int(found["day"])) for n in shifts)
        return next((one for one in days if one and (one <= self.today if self.past else one >= self.today)), None)

    def _other(self, text: str) -> date | None:
        """The day that this one hangs on."""
        return Days(self.today, self.past, self.deep - 1).day(text) if self.deep else None

    def _next(self, name: str) -> date:
        """The nearest such day, today too; of the past the latest before today."""
        wanted = _number(name)
        if self.past:
            return self.today - timedelta(days=(self.today.weekday() - wanted) % 7 or 7)
        return self.today + timedelta(days=(wanted - self.today.weekday()) % 7)

    def _yearly(self, of: Callable[[int], date]) -> date:
        """This year's, or, on the wrong side of today, the next one's (or last one's)."""
        found = of(self.today.year)
        wrong = found > self.today if self.past else found < self.today
        return of(self.today.year + (-1 if self.past else 1)) if wrong else found

    def _noon(self) -> datetime:
        return datetime.combine(self.today, NOON)


NEAR = (
    ("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow|tmrw|tmr|tomorow|tommorow", 1), ("yesterday", -1),
    ("today|tonight|this (?:morning|afternoon|evening)|right away|straight away", 0),
)  # fmt: skip
NTH = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "5th": 5, "last": -1}


def _dated(text: str) -> str:
    """From the date on: dateparser reads less well behind other words."""
    found = re.search(rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:de |of )?)?(?:{MONTH})\b|\d{{1,4}}[/-]\d", text)
    return text[found.start() :] if found else text


def _span(found: re.Match[str], which: str = "") -> relativedelta:
    count = int(found[f"count{which}"]) if found[f"count{which}"].isdigit() else 1
    unit = found[f"unit{which}"].rstrip("s")
    return relativedelta(weeks=2 * count) if unit == "fortnight" else relativedelta(**{f"{unit}s": count})


def _moved(day: date, by: relativedelta) -> date:
    found: date = day + by
    return found


def _number(name: str) -> int:
    return next(number for number, day in enumerate(WEEK) if day.startswith(name[:3]))


def month_number(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _in_month(first: date, day: int) -> date | None:
    """A day of the month of ``first``; None where that month has none."""
    try:
        return first.replace(day=day)
    except ValueError:
        return None
