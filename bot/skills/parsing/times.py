"""Times of day in a sentence whose numbers are figures (``spoken.figures``): "half past 3", "quarter to 9", "3pm". Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

_M = r"(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])"
_CLOCK = (
    re.compile(r"\b(?:at |by |around |about )*(?P<named>noon|midday|midnight)\b"),
    re.compile(
        rf"\b(?:at |around |about )*(?:(?P<part>half|a quarter|quarter|\d{{1,2}}(?: minutes?)?) "
        rf"(?P<way>past|after|to|of|before|till) )"
        rf"(?P<hour>\d{{1,2}})(?: o'?clock)?(?: ?{_M})?(?![\d/.:]|st|nd|rd|th)"
    ),
    re.compile(rf"\b(?:at |around |about )*(?P<hour>\d{{1,2}})[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?(?: ?{_M})?(?![\d/.])"),
    re.compile(rf"\b(?:at |around |about )*(?P<hour>\d{{1,2}}) (?P<minute>[0-5]\d) ?{_M}"),
    re.compile(r"\b(?:at |around |about )+(?P<hour>\d{1,2}) (?P<minute>[0-5]\d)(?! ?[/\d])"),
    re.compile(rf"\b(?:at |around |about )*(?P<hour>\d{{1,2}}) ?{_M}"),
    re.compile(r"\b(?:at |around |about )*(?P<hour>\d{1,2}) ?o'? ?clock\b"),
    re.compile(r"\b(?:at|around|about) (?P<hour>\d{1,2})(?![\d/:.]|st|nd|rd|th| ?(?:days?|weeks?|months?|dollars?|percent|%))"),
)
_PART = re.compile(r"\b(?:in the )?(?P<part>morning|afternoon|evening|night|tonight)\b")
_LATER = re.compile(
    r"\bin (?:about |around )?(?:(?P<number>\d+|an?|half an?) (?P<unit>hours?|hrs?|minutes?|mins?)(?P<more> and a half)?)\b"
)
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_PARTS = {"half": 30, "a quarter": 15, "quarter": 15}
LAST_AFTERNOON = 6
"""Without "am" or "pm", hours up to this one are in the afternoon: nobody is seen at four in the morning."""


def taken(text: str) -> tuple[time | None, str]:
    """The time of day, and the sentence without it."""
    for pattern in _CLOCK:
        if (found := pattern.search(text)) and (at := _time(found.groupdict(), text)) is not None:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return at, " ".join(rest.split())
    return None, text


def later(text: str, now: datetime) -> datetime | None:
    """``in 2 hours``, ``in half an hour``."""
    found = _LATER.search(text)
    if found is None:
        return None
    number = found["number"]
    count = 0.5 if number.startswith("half") else 1.0 if number.startswith("a") else float(number)
    count += 0.5 if found["more"] else 0.0
    return now + (timedelta(hours=count) if found["unit"].startswith("h") else timedelta(minutes=count))


def _time(said: dict[str, str | None], text: str) -> time | None:
    if said.get("named"):
        return _NAMED[str(said["named"])]
    hour = int(said["hour"] or 0)
    minute = int(said.get("minute") or 0)
    if part := said.get("part"):
        minutes = _PARTS.get(part) or int(part.split()[0])
        before = said["way"] in ("to", "of", "before", "till")
        hour, minute = (hour - 1, 60 - minutes) if before else (hour, minutes)
    if not 0 <= minute < 60 or not 0 <= hour < 25:
        return None
    return time(_of_day(hour, said.get("half"), text) % 24, minute)


def _of_day(hour: int, half: str | None, text: str) -> int:
    if half:
        return hour % 12 + (12 if half.startswith("p") else 0) if hour <= 12 else hour
    if hour == 0 or hour > 12:
        return hour
    part = found["part"] if (found := _PART.search(text)) else ""
    if part == "morning":
        return hour % 12
    if part in ("afternoon", "evening") or (part in ("night", "tonight") and hour >= LAST_AFTERNOON - 1):
        return hour % 12 + 12
    return hour + 12 if hour <= LAST_AFTERNOON else hour
