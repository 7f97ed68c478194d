"""What takes back what was just said, and what does not."""

from __future__ import annotations

import pytest

from bot.skills.parsing.corrections import correction, mended

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
