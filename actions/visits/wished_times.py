"""Which times of appointments a sentence wishes for: "Thursday at 2", "next Monday morning", "any day after 4". Pure.

The bare reading of days and clocks is ``bot.skills.parsing``'s; here is what stands around them: after, before, between, the part
of the day, what is not wanted ("I can't do Tuesday, how about Friday"), and two days to choose from ("Thursday or Friday").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.days.clock import ZONE
from bot.skills.parsing import times
from bot.skills.parsing.corrections import correction
from bot.skills.parsing.dates import parse_date, parse_period
from bot.skills.parsing.spoken import figures

END = time(23, 59)

PARTS = (
    (r"early (?:in the )?morning|first thing", time(0), time(11)),
    (r"late (?:in the )?morning", time(11), time(12)),
    (r"before (?:lunch|noon)|mornings?", time(0), time(12)),
    (r"early (?:in the )?afternoon", time(12), time(15)),
    (r"late(?:r)? (?:in the )?afternoon|end of the (?:work ?)?day", time(15), END),
    (r"after (?:lunch|noon)|afternoons?", time(12), END),
    (r"evenings?|tonight|after work", time(17), END),
)
"""Parts of the day, the longest words first: from when, and before when."""

_CLOCK = r"(?=\d{1,2}(?!\d|[/.-]\d|st\b|nd\b|rd\b|th\b)|noon\b|midday\b)"
_AFTER = re.compile(
    rf"\b(?<!half )(?<!quarter )(?:any ?time )?(?:after|from|past|not before|no earlier than|later than) {_CLOCK}"
)
_BEFORE = re.compile(rf"\b(?<!quarter )(?:before|by|until|till|no later than|not after|earlier than) {_CLOCK}")
_BETWEEN = re.compile(rf"\b(?:between|from) {_CLOCK}(?P<one>[^a-z]*(?:[ap]\.?m\.?|noon)?) ?(?:and|to|until|till|-) ?{_CLOCK}")
_BARE = re.compile(r"^\W*(?:at |around |about )?(?P<clock>\d{1,2}(?::\d\d)?)(?: please)?\W*$")
_HOUR_OR_LATER = re.compile(r"\b(?<!at )(\d{1,2}) (?=or (?:later|after)\b|onwards?\b)")
_ONE_OF_THEM = re.compile(r"\b(?:first|second|third|fourth|last|next) (?:ones?|times?|options?|slots?)\b", re.IGNORECASE)
"""A place in a list, and no day of the month."""

_BARE_ANSWER = re.compile(
    r"\b(?:do|take|say|prefer|make it|go for|the) (?P<clock>\d{1,2}(?::\d\d)?)"
    r"(?=(?: 1)?(?: instead| then| please| ?[,.?!]|$))"
    r"|(?<!\d )\b(?P<first>\d{1,2}(?::\d\d)?) (?=instead\b|works\b|suits\b|would\b|is (?:fine|better|good|ok)\b)"
)
"""An hour alone, as it answers times on offer: "can we do 11 instead", "the 10 one" (a figure by then)."""

_WEEKDAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)\w*\b")
_LASTS = re.compile(r"\b(?:\d+|an?|half an) ?-?(?:minutes?|mins?|hours?|hrs?)\b(?! from now)")

_FROM_DAY = re.compile(
    r"(?<!day )(?<!week )(?<!weeks )(?<!days )\b(?:any ?time |any day )?(?P<way>after|from|starting|not before|no earlier than)"
    r" (?P<day>(?!\d{1,2}\b(?!st|nd|rd|th)).+)"
)
_TO_DAY = re.compile(
    r"(?<!day )(?<!week )(?<!days )(?<!come )(?<!stop )(?<!drop )\b"
    r"(?P<way>before|by(?! on)|until|till|not after|no later than) (?P<day>.+)"
)

_NOT = re.compile(r"\b(?:not|can'?t|cannot|won'?t|don'?t|doesn'?t|couldn'?t|never|isn'?t|unable|busy|no good|bad for me)\b")
_CLAUSES = re.compile(
    r"[,;.!?]+ |\bbut\b|(?=\b(?:how about|what about|can (?:we|i|you)|could (?:we|i|you)|let'?s|i can|i could|do you have)\b)"
    r"|(?=\b(?<!can't )(?<!cant )(?<!cannot )make it\b)"
)
_NOT_WANTED = re.compile(
    r"\b(?:instead of|rather than) .+?(?=\b(?:could|can|to|i|please)\b|[,;.?!]|$)"
    r"|\b(?:any|every) ?(?:day|time) (?:but|except|other than) .+"
)
_MOVED_TO = re.compile(r"\b(?:to|for|until|till|be made|make it|instead|rather)\b")


@dataclass(frozen=True, slots=True)
class Span:
    """Days (both belong to it; None: any) and hours of the day (``before`` does not belong to it)."""

    first: date | None = None
    last: date | None = None
    since: time = time(0)
    before: time = END

    def fits(self, day: date, hour: int) -> bool:
        """Whether an appointment at that hour is meant."""
        in_days = (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
        return in_days and self.since <= time(hour) < self.before

    @property
    def day(self) -> date | None:
        """The day, where it is a single one."""
        return self.first if self.first == self.last else None

    @property
    def at(self) -> time | None:
        """The time of the day, where it is a single one."""
        return self.since if _later(self.since, 1) == self.before else None


@dataclass(frozen=True, slots=True)
class Wished:
    """One or two things that would do."""

    spans: tuple[Span, ...]

    def fits(self, day: date, hour: int) -> bool:
        """Whether one of them is met."""
        return any(span.fits(day, hour) for span in self.spans)

    @property
    def exact(self) -> Span | None:
        """What names a single time of the day; the day may be open."""
        return self.spans[0] if len(self.spans) == 1 and self.spans[0].at else None

    @property
    def target(self) -> Span:
        """What the nearest times are counted from."""
        return self.spans[0]


def wished(text: str, today: date, *, moving: bool = False) -> Wished | None:
    """The times that the words wish for; None where they name none. ``moving``: of two times the one behind "to" is meant."""
    said = _wanted(text)
    if moving:
        said = _BARE_ANSWER.sub(lambda found: f"at {found['clock'] or found['first']} ", said)
    tails = [said[found.end() :] for found in _MOVED_TO.finditer(said)] if moving else []
    for words in [*reversed(tails), said]:
        if (found := _read(words, today)) is not None:
            return found
    return None


def joined(before: Wished | None, now: Wished | None) -> Wished | None:
    """What was said in two turns: the later one counts, and what it leaves open, the day or the hour, is the earlier one's."""
    if before is None or now is None or len(before.spans) > 1 or len(now.spans) > 1:
        return now or before
    old, new = before.target, now.target
    days = (new.first, new.last) if new.first or new.last else (old.first, old.last)
    hours = (old.since, old.before) if (new.since, new.before) == (time(0), END) else (new.since, new.before)
    return Wished((Span(*days, *hours),))


def _wanted(text: str) -> str:
    """What is said, in small letters with figures, without what is said not to be wanted."""
    change = correction(text)
    said = _LASTS.sub(" ", figures(_ONE_OF_THEM.sub(" ", change.new if change else text)))
    said = _HOUR_OR_LATER.sub(r"at \1 ", said)
    said = re.sub(r"\b(?:not|no earlier than|don'?t want (?:to come )?) before\b", "from", said)
    said = _NOT_WANTED.sub(" ", said)
    clauses = [one for one in _CLAUSES.split(f"{said} ") if one.strip()]
    wanted = [one for one in clauses if not _NOT.search(one)]
    return " ".join(" ".join(wanted if len(wanted) < len(clauses) else [said]).split()) if wanted else ""


def _read(said: str, today: date) -> Wished | None:
    parts = re.split(r"\bor\b(?! later\b| after\b)", said)
    spans = [_span(part, today) for part in parts]
    if len(parts) == 2 and all(span is not None and span.first is not None for span in spans):
        return Wished(tuple(span for span in spans if span is not None))
    whole = _span(said, today)
    return None if whole is None else Wished((whole,))


def _span(said: str, today: date) -> Span | None:
    hours, rest = _hours(said.strip())
    days = _days(rest, today)
    if hours is None and days is None:
        return None
    return Span(*(days or (None, None)), *(hours or (time(0), END)))


def _hours(said: str) -> tuple[tuple[time, time] | None, str]:
    """From when, and before when; and the sentence without it."""
    if alone := _BARE.match(said):
        said = f"at {alone['clock']}"
    if (found := _BETWEEN.search(said)) is not None:
        since, _ = times.taken(f"at {found['one']}")
        until, rest = times.taken(f"at {said[found.end() :]}")
        if since and until and since < until:
            return (since, _later(until, 1)), f"{said[: found.start()]} {rest}"
    for pattern, as_hours in ((_AFTER, _since), (_BEFORE, _until)):
        if found := pattern.search(said):
            at, rest = times.taken(f"at {said[found.end() :]}")
            if at is not None:
                return as_hours(at), f"{said[: found.start()]} {rest}"
    return _at(said)


def _at(said: str) -> tuple[tuple[time, time] | None, str]:
    at, rest = times.taken(said)
    if at is not None:
        later = re.search(r"\bor (?:later|after)\b|\bonwards?\b", rest)
        return (_since(at) if later else (at, _later(at, 1))), rest
    for words, since, before in PARTS:
        if re.search(rf"\b(?:{words})\b", said):
            return (since, before), re.sub(rf"\b(?:in the )?(?:{words})\b", " ", said)
    return None, said


def _since(at: time) -> tuple[time, time]:
    return at, END


def _until(at: time) -> tuple[time, time]:
    return time(0), at


def _later(at: time, minutes: int) -> time:
    return (datetime.combine(date.min, at) + timedelta(minutes=minutes)).time() if at < END else END


def _days(said: str, today: date) -> tuple[date | None, date | None] | None:
    """The first and the last day."""
    now = datetime.combine(today, time(12), ZONE)
    if (found := _FROM_DAY.search(said)) and (days := _named(found["day"], now)):
        return (days[1] + timedelta(days=1) if found["way"] == "after" else days[0]), None
    if (found := _TO_DAY.search(said)) and (days := _named(found["day"], now)):
        return None, (days[0] - timedelta(days=1) if found["way"] == "before" else days[1])
    return _named(said, now)


def _named(said: str, now: datetime) -> tuple[date, date] | None:
    if period := parse_period(said, now, ZONE):
        return period.first, period.last
    day = parse_date(said, now, ZONE)
    if day == now.date() and _WEEKDAY.search(said) and not re.search(r"\btoday\b|\bthis\b", said):
        day += timedelta(weeks=1)  # appointments begin tomorrow
    return None if day is None else (day, day)


def nearest(wished_for: Wished, free: Sequence[tuple[date, int]], count: int) -> list[tuple[date, int]]:
    """Of the free days and hours those that are nearest to what was wished for, in their own order."""
    span = wished_for.target

    def far(one: tuple[date, int]) -> tuple[int, int]:
        day, hour = one
        days = 0 if span.first is None and span.last is None else abs((day - (span.first or span.last or day)).days)
        return days, abs(hour - span.since.hour) if span.since != time(0) else 0

    return sorted(sorted(free, key=far)[:count])
