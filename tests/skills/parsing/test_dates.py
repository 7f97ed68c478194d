"""What customers say of days and times (dates.yml), read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.skills.parsing.dates import Moment, Period, parse_date, parse_moment, parse_period, parse_time
from bot.skills.parsing.days import Days
from tests.talking.training import ROOT

SAID: dict[str, Any] = yaml.safe_load((ROOT / "tests/skills/parsing/dates.yml").read_text())
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)


def moment(given: date | str) -> Moment:
    if isinstance(given, date):
        return Moment(given)
    day, _, at = given.partition(" ")
    return Moment(date.fromisoformat(day), time.fromisoformat(at) if at else None)


@pytest.mark.parametrize(("words", "meant"), SAID["ahead"].items())
def test_what_is_to_come(words: str, meant: date | str) -> None:
    assert parse_moment(words, NOW, ZONE) == moment(meant)


@pytest.mark.parametrize("nested", ["a day after sun after ", "a week before the monday after "])
def test_a_long_text_is_read_a_few_times_only(nested: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day that hangs on another is read in two ways; without an end to it one message would stop everybody's."""
    read, day = [0], Days.day

    def counted(self: Days, text: str) -> date | None:
        read[0] += 1
        return day(self, text)

    monkeypatch.setattr(Days, "day", counted)
    parse_moment(nested * 12 + "x", NOW, ZONE)
    assert 0 < read[0] <= 20


@pytest.mark.parametrize("words", SAID["nothing"])
def test_no_day_or_none_that_may_be_taken(words: str) -> None:
    assert parse_moment(words, NOW, ZONE) is None


@pytest.mark.parametrize(("words", "meant"), SAID["past"].items())
def test_what_was(words: str, meant: date) -> None:
    assert parse_date(words, NOW, ZONE, past=True) == meant


@pytest.mark.parametrize(("words", "days"), SAID["periods"].items())
def test_spans_of_days(words: str, days: list[date]) -> None:
    assert parse_period(words, NOW, ZONE) == Period(*days)


def test_tomorrow_begins_at_the_customers_midnight() -> None:
    late = datetime(2026, 11, 26, 3, 30, tzinfo=UTC)  # still the 25th in New York
    assert parse_date("tomorrow", late, ZONE) == date(2026, 11, 26)
    assert parse_date("tomorrow", late, ZoneInfo("Europe/London")) == date(2026, 11, 27)


@pytest.mark.parametrize(("words", "meant"), [("at noon", time(12)), ("half seven", None), ("9:45 pm", time(21, 45))])
def test_times_alone(words: str, meant: time | None) -> None:
    assert parse_time(words) == meant


@pytest.mark.parametrize(
    "words", ["", " ", "x" * 9000, "1" * 400, "31/31/31", "at 99", "friday " * 200, "\u200f\u200e", "٣", "the 99th"]
)
def test_nothing_breaks_it(words: str) -> None:
    parse_moment(words, NOW, ZONE)
    parse_period(words, NOW, ZONE)
    parse_moment(words, NOW, ZONE, past=True)


def test_a_weekday_whose_hour_is_over_is_the_next_one_and_today_is_not() -> None:
    assert parse_moment("wed at 2", NOW, ZONE) == Moment(date(2026, 12, 2), time(14))
    assert parse_moment("today at 2", NOW, ZONE) is None


def test_figures_of_other_scripts() -> None:
    assert parse_date("١٢/٥", NOW, ZONE) == parse_date("１２/５", NOW, ZONE) == date(2026, 12, 5)
