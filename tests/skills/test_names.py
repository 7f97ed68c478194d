"""Names as customers give them."""

from __future__ import annotations

import pytest

from bot.skills.parsing.names import Names, NoPeople, is_full, key

RULES = Names(NoPeople())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana Lopez", "Ana Lopez"),
        ("ana lopez", "Ana Lopez"),
        ("ANA LOPEZ", "Ana Lopez"),
        ("my name is ana lopez", "Ana Lopez"),
        ("it's ana lopez here", "Ana Lopez"),
        ("yes um ana lopez please", "Ana Lopez"),
        ("ana lopez and the card is 4421", "Ana Lopez"),
        ("it's Ben, Ben Carter", "Ben Carter"),
        ("my name is not important my name is ben carter", "Ben Carter"),
        ("in the name of chidi okafor", "Chidi Okafor"),
        ("Ana María de la Cruz", "Ana María de la Cruz"),
        ("sean o'neil", "Sean O'Neil"),
        ("will may", "Will May"),
        ("Ana", "Ana"),
        ("i don't know", None),
        ("what are your hours", None),
        ("opening hours", None),
        ("speak to an agent", None),
        ("4421", None),
        ("", None),
    ],
)
def test_an_answer_to_the_question_by_rules_alone(text: str, name: str | None) -> None:
    assert RULES.answer(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("activate my card please, i'm Chidi Okafor and it ends in 7302", "Chidi Okafor"),
        ("my name is Ana", "Ana"),
        ("i'm at work", None),
        ("this is ridiculous", None),
        ("it is not working", None),
        ("Ana Lopez", None),
    ],
)
def test_a_name_that_was_not_asked_for(text: str, name: str | None) -> None:
    assert RULES.stated(text) == name


def test_spacy_finds_what_the_rules_do_not(names: Names) -> None:
    text = "hmm you should have it as Benjamin Carter somewhere"
    assert RULES.answer(text) is None
    assert names.answer(text) == "Benjamin Carter"


def test_names_are_compared_without_case_and_accents() -> None:
    assert key("Élodie  MARTIN") == key("elodie martin") == "elodie martin"
    assert key("O\u2019Neil") == key("O'Neil") == key("oneil")
    assert key("Jean-Luc Picard") == key("jean luc picard")
    assert is_full("Ana Lopez") and is_full("Teller") and not is_full("?")
