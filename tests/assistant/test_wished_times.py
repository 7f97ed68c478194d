"""Times of appointments in words: what a sentence wishes for, seen from Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date, time

import pytest

from actions.visits.wished_times import END, Span, nearest, wished

TODAY = date(2026, 11, 23)
NOV, DEC = {day: date(2026, 11, day) for day in range(23, 31)}, {day: date(2026, 12, day) for day in range(1, 32)}


def on(first: date | None, last: date | None = None, since: int = 0, before: int = 24) -> Span:
    """Whole hours; 24 is the day's end."""
    return Span(first, last, time(since), END if before == 24 else time(before))


def at(day: date | None, hour: int, minute: int = 0) -> Span:
    """One moment of a day."""
    return Span(day, day, time(hour, minute), time(hour, minute + 1))


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("Thursday at 2", [at(NOV[26], 14)]),
        ("can I come in Thursday at 2?", [at(NOV[26], 14)]),
        ("next Monday morning", [on(NOV[30], NOV[30], 0, 12)]),
        ("the day after tomorrow after 4", [on(NOV[25], NOV[25], 16)]),
        ("i'd like an appointment next thursday at 2 pm", [at(DEC[3], 14)]),
        ("put me down for 10:30 on the 18th", [at(DEC[18], 10, 30)]),
        ("Would it be possible to come by on Monday around noon?", [at(NOV[30], 12)]),
        ("10", [at(None, 10)]),
        ("two o'clock", [at(None, 14)]),
        ("in the afternoon", [on(None, None, 12)]),
        ("after lunch on friday", [on(NOV[27], NOV[27], 12)]),
        ("2 or later on thursday", [on(NOV[26], NOV[26], 14)]),
        ("before noon on wednesday", [on(NOV[25], NOV[25], 0, 12)]),
        ("between 2 and 4 on thursday", [Span(NOV[26], NOV[26], time(14), time(16, 1))]),
        ("next week", [on(NOV[30], DEC[6])]),
        ("not before next week", [on(NOV[30], None)]),
        ("after Thursday", [on(NOV[27], None)]),
        ("by friday", [on(None, NOV[27])]),
        ("Thursday or Friday", [on(NOV[26], NOV[26]), on(NOV[27], NOV[27])]),
        ("not tuesday, wednesday", [on(NOV[25], NOV[25])]),
        ("i can't do tuesday, how about wednesday at 10", [at(NOV[25], 10)]),
        ("monday", [on(NOV[30], NOV[30])]),
        ("I have 30 minutes on friday", [on(NOV[27], NOV[27])]),
    ],
)
def test_what_is_wished_for(words: str, spans: list[Span]) -> None:
    found = wished(words, TODAY)
    assert found is not None and list(found.spans) == spans


@pytest.mark.parametrize(
    "words",
    ["", "make an appointment", "the first one", "any day but monday", "i have 2 accounts", "about 30 minutes",
     "my card ending 8812", "a loan of 10000 dollars", "I can't do Tuesday"],
)  # fmt: skip
def test_no_time_is_wished_for(words: str) -> None:
    assert wished(words, TODAY) is None


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("move my appointment to friday at 11", at(NOV[27], 11)),
        ("change my appointment from 10 to 3", at(None, 15)),
        ("instead of 1 pm could I come at 4", at(None, 16)),
        ("i cant make it tuesday can we do wednesday instead", on(NOV[25], NOV[25])),
        ("need to swap my thursday slot for one on friday", on(NOV[27], NOV[27])),
        ("actually can we do 11 instead", at(None, 11)),
        ("10 would be better", at(None, 10)),
        ("the 11 one please", at(None, 11)),
        ("can you do 2 instead of 3", at(None, 14)),
        ("Let's do next week rather than tomorrow for that appointment", on(NOV[30], DEC[6])),
    ],
)
def test_where_an_appointment_is_to_be_moved(words: str, span: Span) -> None:
    found = wished(words, TODAY, moving=True)
    assert found is not None and found.spans == (span,)


@pytest.mark.parametrize("words", ["we are 2 people", "i have 2 cards", "do 2 people need an appointment", "the 2 of us"])
def test_a_count_answers_no_offered_time(words: str) -> None:
    assert wished(words, TODAY, moving=True) is None


def test_the_nearest_are_by_day_and_then_by_hour() -> None:
    free = [(NOV[day], hour) for day in (24, 25, 27) for hour in (10, 11, 14, 15)]
    thursday = wished("thursday at 2", TODAY)
    assert thursday is not None
    assert nearest(thursday, free, 3) == [(NOV[25], 14), (NOV[25], 15), (NOV[27], 14)]
    late = wished("tuesday after 4", TODAY)
    assert late is not None and nearest(late, free, 2) == [(NOV[24], 14), (NOV[24], 15)]
