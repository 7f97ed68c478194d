"""Figures as people say them, both ways."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speech.spoken import aloud, heard_digits, say_card, say_date, say_digits, say_money, say_phone, say_zip

ALOUD = [
    ("Your balance is $1,234.50.", "Your balance is 1,234 dollars and 50 cents."),
    ("It costs $1.", "It costs 1 dollar."),
    ("A fee of $0.01", "A fee of 1 cent"),
    ("minus -$20.00 today", "minus minus 20 dollars today"),
    ("£2.05 or £0.01", "2 pounds and 5 pence or 1 penny"),
    ("€10", "10 euros"),
    ("$0.00", "0 dollars"),
    ("$12.345", "$12.345"),
    ("Call +15550100123.", "Call 5 5 5, 0 1 0, 0 1 2 3."),
    ("Call (555) 010-0123 now", "Call 5 5 5, 0 1 0, 0 1 2 3 now"),
    ("555-010-0123", "5 5 5, 0 1 0, 0 1 2 3"),
    ("+442071838750", "plus 4 4 2, 0 7 1, 8 3 8, 7 5 0"),
    ("the card ending in 4242", "the card ending in 4 2 4 2"),
    ("**** 4242", "ending in 4 2 4 2"),
    ("4242 4242 4242 4242", "4 2 4 2, 4 2 4 2, 4 2 4 2, 4 2 4 2"),
    ("Your code is 123456.", "Your code is 1 2 3 4 5 6."),
    ("on 2026-11-21", "on November 21st, 2026"),
    ("2026-13-45", "2026-13-45"),
    ("San Francisco, CA 94107", "San Francisco, CA, 9 4 1 0 7"),
    ("zip code 94107-1234", "zip code 9 4 1 0 7, 1 2 3 4"),
    ("order 12345678", "order 1 2 3 4 5 6 7 8"),
    ("open 9:00 to 17:30, 365 days, since 1984", "open 9:00 to 17:30, 365 days, since 1984"),
    ("USD 20 or 1,250.50 USD", "20 dollars or 1,250 dollars and 50 cents"),
    ("EUR 5.00", "5 euros"),
    ("about $1.2 million", "about 1.2 million dollars"),
    ("£3k", "3 thousand pounds"),
    ("by 11/21/2026", "by November 21st, 2026"),
    ("21/11/2026", "21/11/2026"),
    ("10012-1234", "1 0 0 1 2, 1 2 3 4"),
    ("London SW1A 1AA", "London S W 1 A, 1 A A"),
    ("Leeds LS1 4DY.", "Leeds L S 1, 4 D Y."),
    ("Ottawa K1A 0B1", "Ottawa K 1 A, 0 B 1"),
    ("+44 20 7183 8750", "plus 4 4 2, 0 7 1, 8 3 8, 7 5 0"),
    ("Call +1 212-555-0101", "Call 2 1 2, 5 5 5, 0 1 0 1"),
    ("Mon-Fri 9:00-17:30, Sat 9 am-1 pm", "Monday to Friday 9:00 to 17:30, Sat 9 am to 1 pm"),
    ("For balance, press or say 1.", "For balance, press or say 1."),
]


@pytest.mark.parametrize(("written", "read"), ALOUD)
def test_aloud(written: str, read: str) -> None:
    assert aloud(written) == read
    assert aloud(read) == read


PIECES = [
    *("$5", "-$1,000.10", "€7.00", "+15550100123", "555-010-0123", "2026-11-21", "CA 94107", "zip code 94107"),
    *("ending in 4242", "**** 4242", "code 123456", "12345678", "3", "and", "at 10:30,", "press 1."),
]


@given(st.lists(st.sampled_from(PIECES), max_size=6))
def test_reading_aloud_twice_is_reading_once(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert aloud(aloud(text)) == aloud(text)


def test_the_parts() -> None:
    assert say_digits("42-42") == "4 2 4 2"
    assert say_card("4242424242424242").count(",") == 3
    assert say_phone("+15550100123") == "5 5 5, 0 1 0, 0 1 2 3"
    assert say_money(0, 0) == "0 dollars"
    assert say_zip("94107") == "9 4 1 0 7"


DAYS = [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (31, "31st")]


@pytest.mark.parametrize(("day", "said"), DAYS)
def test_days_of_the_month(day: int, said: str) -> None:
    assert say_date(date(2026, 1, day)) == f"January {said}, 2026"


HEARD = [
    ("4242", "4242"),
    ("4 2 4 2.", "4242"),
    ("42-42", "4242"),
    ("four two four two", "4242"),
    ("four four double two", "4422"),
    ("Double four, double two.", "4422"),
    ("triple five one", "5551"),
    ("double 0 seven", "007"),
    ("oh one oh two", "0102"),
    ("O one", "01"),
    ("zero", "0"),
    ("it's four two four two please", "4242"),
    ("the last digits are 4 2 4 2", "4242"),
    ("my code is 123456", "123456"),
    ("the code for my card is 4242", "4242"),
    ("nineteen eighty four", "1984"),
    ("forty two forty two", "4242"),
    ("twenty oh five", "2005"),
    ("twelve thirty four", "1234"),
    ("two thousand", "2000"),
    ("one hundred", "100"),
    ("four to four too", "4242"),
    ("for two", "42"),
    ("it’s 42", "42"),
    ("forty-two twenty-one", "4221"),
    ("my code is one two three four five six", "123456"),
    ("it's four four double two thanks", "4422"),
    ("the code I got is 1 2 3 4 5 6", "123456"),
    ("I think it ends in four four two one", "4421"),
    ("no, it's 4422, sorry", "4422"),
    ("they are 4421, thank you", "4421"),
    ("naught one double-oh", "0100"),
    ("triple five, double zero, one", "555001"),
    ("two one two five five five oh one oh one", "2125550101"),
    ("quadruple four", "4444"),
    ("four four, um, two one", "4421"),
    ("fifteen forty", "1540"),
    ("no thank you", None),
    ("I think so", None),
    ("the last four digits are 4421", "4421"),
    ("my last four are four four two one", "4421"),
    ("last 4: 4421", "4421"),
    ("six digits: 482913", "482913"),
    ("what are the last four digits", None),
    ("um, hold on, 4421", "4421"),
    ("let me see, four four two one I guess", "4421"),
    ("4421, no wait, 4422", "4422"),
    ("four four two one, sorry, four four two two", "4422"),
    ("no, 4421", "4421"),
    ("one moment please", None),
    ("one second", None),
    ("I got it", None),
    ("I lost my card", None),
    ("for to for", None),
    ("two cards", None),
    ("my card number", None),
    ("double", None),
    ("hundred one", None),
    ("٤٢", None),
    ("", None),
    ("help", None),
]


@pytest.mark.parametrize(("said", "figures"), HEARD)
def test_dictated_figures(said: str, figures: str | None) -> None:
    assert heard_digits(said) == figures


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_read_aloud_and_heard_again(figures: str) -> None:
    assert heard_digits(say_digits(figures)) == figures
