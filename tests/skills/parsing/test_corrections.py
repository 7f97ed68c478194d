"""What takes back what was just said, and what does not."""

from __future__ import annotations

import pytest

from bot.skills.parsing.corrections import changed, correction, mended

MEANT = {
    "it's Ben, not Bob": "Ben Carter",
    "no, Ben Carter": "Ben Carter",
    "sorry, I meant Ben Carter": "Ben Carter",
    "not Bob, Ben": "Ben Carter",
    "actually it's Ben Carter": "Ben Carter",
    "wait, Ben Carter, not Bob Carter": "Ben Carter",
    "oops, Ben Carter": "Ben Carter",
    "not Bob but Ben": "Ben Carter",
    "scratch that, Ben Carter": "Ben Carter",
    "Correction: Ben Carter.": "Ben Carter",
    "I mean Ben Carter": "Ben Carter",
    "no no, it's Ben Carter": "Ben Carter",
    "make that Ben Carter": "Ben Carter",
}


@pytest.mark.parametrize(("words", "value"), MEANT.items())
def test_the_answer_is_mended(words: str, value: str) -> None:
    change = correction(words)
    assert change is not None and mended("Bob Carter", change) == value


@pytest.mark.parametrize(("words", "value"), [("not tuesday, wednesday", "wednesday"), ("no, the other card", "the other card")])
def test_what_was_named_wrong_goes(words: str, value: str) -> None:
    change = correction(words)
    assert change is not None and mended("tuesday", change) == value


@pytest.mark.parametrize(
    "words",
    ["no", "nope", "Ben Carter", "1881", "no idea", "I do not have it", "why not", "", "no clue", "sorry", "not now", "not yet",
     "I'd rather not", "my name is Ben", "actually", "wait", "what is my balance", "x" * 500],
)  # fmt: skip
def test_no_correction(words: str) -> None:
    assert correction(words) is None


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("no not 300, 200", "200"), ("no not a thousand make it 800", "800"), ("no wait 250", "250"), ("200 not 300", "200"),
        ("no sorry i meant three o'clock", "three o'clock"), ("actually i leave on the 5th", "i leave on the 5th"),
        ("hmm actually make it the afternoon", "the afternoon"), ("not italy, japan", "japan"), ("sorry 200", "200"),
        ("200 instead please", "200 instead please"), ("not 300 but 200", "200"),
    ],
)  # fmt: skip
def test_what_shall_be_in_the_place_of_what_was_done(words: str, new: str) -> None:
    assert changed(words) == new


@pytest.mark.parametrize("words", ["no", "thanks", "yes please", "what is my balance", "not now", "", "wait", "x" * 500])
def test_nothing_is_taken_back(words: str) -> None:
    assert changed(words) == ""
