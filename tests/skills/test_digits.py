"""Digits as customers write and say them."""

from __future__ import annotations

import pytest

from bot.skills.parsing.digits import last_four, phone_number, runs, spaced, whole_card_number, zip_code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4421", "4421"),
        ("it's 4 4 2 1", "4421"),
        ("44-21", "4421"),
        ("four four two one", "4421"),
        ("four four double two", "4422"),
        ("triple four one", "4441"),
        ("forty four twenty one", "4421"),
        ("oh three nine oh", "0390"),
        ("four for two one", "4421"),  # what speech recognition makes of "four four two one"
        ("my card is 4111 1111 1111 4421", "4421"),
        ("ending in 4421, thanks", "4421"),
        ("4421 or 9274", None),
        ("442", None),
        ("44215", None),
        ("i want to go to the bank for two", None),
        ("", None),
    ],
)
def test_last_four(text: str, found: str | None) -> None:
    assert last_four(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10012", "10012"),
        ("zip 02110-1234", "02110"),
        ("one double oh one two", "10012"),
        ("ten oh twelve", "10012"),
        ("1001", None),
        ("10012 or 10013", None),
    ],
)
def test_zip_code(text: str, found: str | None) -> None:
    assert zip_code(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2125550101", "+12125550101"),
        ("(212) 555-0101", "+12125550101"),
        ("my number is +1 212.555.0101 thanks", "+12125550101"),
        ("two one two five five five zero one zero one", "+12125550101"),
        ("two one two triple five oh one oh one", "+12125550101"),
        ("+15555550101", "+15555550101"),  # kept for fiction, though no valid area code
        ("+44 20 7946 0958", "+442079460958"),
        ("555 0101", None),
        ("482913", None),
        ("call me", None),
    ],
)
def test_phone_number(text: str, found: str | None) -> None:
    assert phone_number(text) == found


def test_runs_and_whole_numbers() -> None:
    assert runs("4421 and then 9274") == ["4421", "9274"]
    assert whole_card_number("4111 1111 1111 4421") and not whole_card_number("2125550101")
    assert spaced("4421") == "4 4 2 1"
