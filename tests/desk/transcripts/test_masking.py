"""What those who design the assistant read says what was wanted, and not by whom."""

from __future__ import annotations

import pytest

from desk.transcripts.masking import Personal

ANA = Personal.of(
    [("Full name", "Ana Lopez"), ("Address", "12 Elm Street"), ("Last four digits", "4417"), ("Date", "May 3"), ("Initial", "A")],
    ["Ana Lopez"],
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("I am Ana Lopez", "I am [full name]"),
        ("it's for ana, Ms. LOPEZ", "it's for [name], Ms. [name]"),
        ("I live at 12 elm street, thanks", "I live at [address], thanks"),
        ("my card 4417 is lost", "my card [last four digits] is lost"),
        ("write to ana.l@bank.example", "write to ****"),
        ("my number is +1 212 555 0147", "my number is +****"),
        ("hello, my name is Maria Gomez and I lost it", "hello, my name is [name] [name] and I lost it"),
        ("Me llamo Inés Gómez y la perdí", "Me llamo [name] [name] y la perdí"),
        ("banana bread at Lopezes", "banana bread at Lopezes"),
        ("a dog, please", "a dog, please"),
    ],
)
def test_what_is_known_of_a_customer_and_what_leads_to_one_is_taken_out(said: str, read: str) -> None:
    assert ANA.out_of(said) == read


def test_without_anything_known_words_stand_as_they_are() -> None:
    assert Personal.of([], []).out_of("where is my card?") == "where is my card?"


def test_a_value_may_hold_what_means_something_to_a_pattern() -> None:
    assert Personal.of([("Note", "(a+b)*[c]")], []).out_of("so (a+b)*[c] it is") == "so [note] it is"
