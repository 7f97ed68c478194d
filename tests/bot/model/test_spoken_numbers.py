"""A number is the same wherever it is said: at the door, on the phone, in a menu, to a form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.figures import numbers
from bot.menus.spoken_choices import reference
from bot.model.spoken_numbers import FIGURES, NOUGHT_LETTERS, TEENS, TENS, cardinal, groups, ordinal
from bot.skills.parsing import digits
from voice.speech.key_words import named_keys
from voice.speech.spoken import heard_digits

SAID = [
    ("4421", "4421"), ("44 21", "4421"), ("four four two one", "4421"), ("four four double two", "4422"),
    ("triple five one", "5551"), ("treble five one", "5551"), ("quadruple four", "4444"), ("double oh seven", "007"),
    ("naught one nil two", "0102"), ("niner two one", "921"), ("forty-four twenty-one", "4421"), ("fourty two", "42"),
    ("twenty oh five", "2005"), ("nineteen eighty four", "1984"), ("four for two one", "4421"), ("one tree two", "132"),
    ("one fore two", "142"), ("cuatro ocho dos uno", "4821"), ("oh one four seven", "0147"), ("forty 4", "404"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "figures"), SAID)
def test_the_door_the_phone_and_the_forms_read_the_same_figures(said: str, figures: str) -> None:
    assert (numbers(said), heard_digits(said), digits.runs(said)) == ([figures], figures, [figures])


PLAIN = sorted({*FIGURES, *TEENS} - NOUGHT_LETTERS)


@given(st.lists(st.one_of(st.sampled_from(PLAIN), st.integers(0, 999).map(str)), min_size=1, max_size=8))
def test_any_row_of_figures_is_one_number_to_all(words: list[str]) -> None:
    said = " ".join(words)
    expected = "".join(FIGURES.get(word) or TEENS.get(word) or word for word in words)
    assert (numbers(said), heard_digits(said), digits.runs(said)) == ([expected], expected, [expected])


@pytest.mark.parametrize(("said", "figures"), [("oh", []), ("oh, the card", []), ("at 3 o'clock", ["3"]), ("to 4", ["4"])])
def test_a_sigh_an_hour_and_small_words_are_no_figures_in_a_sentence(said: str, figures: list[str]) -> None:
    assert (numbers(said), digits.runs(said)) == (figures, figures)


@pytest.mark.parametrize(
    ("said", "door", "form"), [("4421. 9274", ["44219274"], ["4421", "9274"]), ("44 / 21", ["4421"], ["4421"])]
)
def test_the_door_joins_over_a_full_stop_and_a_form_does_not(said: str, door: list[str], form: list[str]) -> None:
    """A card's number with dots between has to be found; two sentences of an answer are two answers."""
    assert (numbers(said), digits.runs(said)) == (door, form)


def test_amounts_are_read_only_where_figures_are_dictated() -> None:
    assert heard_digits("two thousand") == "2000" and digits.runs("two thousand dollars") == ["2"] == numbers(
        "two thousand dollars"
    )


def test_where_they_stand() -> None:
    text = "it is double four, 21"
    assert [(text[group.start : group.end], group.said) for group in groups(text)] == [("double four", True), ("21", False)]


@pytest.mark.parametrize(
    ("said", "number"),
    [("7", 7), ("seven", 7), ("twenty one", 21), ("ninety", 90), ("dos", 2), ("999", 999), ("0", 0), ("1000", None),
     ("zero", None), ("one two", None), ("double two", None), ("two hundred", None), ("oh", None), ("to", None), ("", None)],
)  # fmt: skip
def test_how_many(said: str, number: int | None) -> None:
    assert cardinal(said.split()) == number


@pytest.mark.parametrize(
    ("said", "place"), [("third", 3), ("3rd", 3), ("20th", 20), ("last", -1), ("0th", None), ("three", None)]
)
def test_which(said: str, place: int | None) -> None:
    assert ordinal(said.split()) == place


@pytest.mark.parametrize("word", sorted({*FIGURES, *TENS, *TEENS} - NOUGHT_LETTERS))
def test_a_word_for_a_number_above_zero_names_an_entry_and_one_for_a_figure_a_key(word: str) -> None:
    value = int((FIGURES | TEENS).get(word) or TENS[word] + "0")
    found, key = reference(word, heard=True), named_keys(word, {})
    assert (found.number if found else 0) == value
    assert (key.keys if key else None) == FIGURES.get(word)
