"""Which day a customer means, and whether branches are open on it; the article and the calendar say the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from actions.days.open_days import asked, next_holiday, on
from tests.talking.training import ROOT

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "day", "holiday", "short"),
    [
        ("are yall open on labor day", date(2027, 9, 6), "Labor Day", False),
        ("Are you closed for Christmas Eve?", date(2026, 12, 24), "", True),
        ("open on New Year\u2019s Eve?", date(2026, 12, 31), "", True),
        ("Will you be open the day after Thanksgiving", date(2026, 11, 27), "", False),
        ("black friday hours", date(2026, 11, 27), "", False),
        ("Hi, are you guys open on MLK day", date(2027, 1, 18), "Martin Luther King Jr. Day", False),
        ("are banks closed on presidents day", date(2027, 2, 15), "Washington's Birthday", False),
        ("What are your holiday hours?", date(2026, 11, 26), "Thanksgiving Day", False),
        ("Is the bank open tomorrow?", date(2026, 11, 24), "", False),
        ("open today?", TODAY, "", False),
    ],
)
def test_the_day_that_is_meant(words: str, day: date, holiday: str, short: bool) -> None:
    found = asked(words, TODAY)
    assert found is not None and (found.day, found.holiday, found.short) == (day, holiday, short)


@pytest.mark.parametrize("words", ["what are your hours", "when do you close on friday", ""])
def test_no_day_in_particular(words: str) -> None:
    assert asked(words, TODAY) is None


def test_a_holiday_on_a_sunday_is_kept_on_monday_and_one_on_a_saturday_not_on_friday() -> None:
    assert on(date(2027, 7, 5)).holiday == "Independence Day"
    assert not on(date(2026, 7, 3)).holiday and on(date(2026, 7, 4)).holiday == "Independence Day"


def test_the_next_one_may_be_next_year() -> None:
    assert next_holiday(date(2026, 12, 26)).day == date(2027, 1, 1)


def test_the_article_has_the_same_days() -> None:
    text = (ROOT / "articles/bank/opening-hours-and-holidays.md").read_text()
    for year, column in ((2026, 2), (2027, 3)):
        rows = [line.split("|") for line in text.splitlines() if line.count("|") == 4 and "day," in line]
        assert len(rows) == 11
        for row in rows:
            month, day = re.findall(r"([A-Z][a-z]+) (\d+)", row[column])[-1]
            kept = datetime.strptime(f"{month} {day} {year}", "%B %d %Y").replace(tzinfo=UTC).date()
            assert on(kept).holiday.split()[0] == row[1].split()[0].strip(), row
