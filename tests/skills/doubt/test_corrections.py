"""A correction mends the answer that was given last, and the form goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
Start = Callable[..., Talk]


@pytest.mark.parametrize(
    "words",
    ["it's Ben, not Bob", "no, Ben Carter", "sorry, I meant Ben Carter", "not Bob, Ben", "actually it's Ben Carter",
     "wait, Ben Carter, not Bob Carter", "oops, Ben Carter", "not Bob but Ben", "scratch that, Ben Carter",
     "Correction: Ben Carter."],
)  # fmt: skip
async def test_a_name_is_mended_though_the_next_question_was_asked(talk: Start, words: str) -> None:
    customer = talk()
    await customer.says("activate my card")
    await customer.says("Bob Carter")
    answer = await customer.says(words)
    assert (await customer.slots())["full_name"] == "Ben Carter", answer
    assert "changed that" in answer and "last four digits" in answer and await customer.form() == "activation_form"
    assert "is active" in await customer.says("1881")


@pytest.mark.parametrize("words", ["no, 1881", "no", "sorry, one double eight one", "actually, what is my balance"])
async def test_what_is_no_correction_stays_what_it_is(talk: Start, words: str) -> None:
    customer = talk()
    await customer.says("activate my card")
    await customer.says("Ben Carter")
    answer = await customer.says(words)
    assert (await customer.slots())["full_name"] == "Ben Carter" and "changed that" not in answer


async def test_both_answers_can_be_mended_only_the_last_is(talk: Start) -> None:
    customer = talk()
    await customer.says("activate my card")
    await customer.says("Ben Carter")
    await customer.says("1882")
    assert "card_last4" not in await customer.slots()  # asked again: there is none such
    await customer.says("no, 1881")
    assert (await customer.slots())["activation"] == "activated"


@pytest.mark.parametrize(
    "words", ["sorry, June 3 to June 17", "actually, from June 3 to June 17", "wait, how long does that take?"]
)
async def test_an_answer_to_the_open_question_leaves_the_answer_before(talk: Start, words: str) -> None:
    customer = talk()
    await customer.says("I want to tell you that I am travelling to France")
    assert await customer.form() == "travel_form"
    answer = await customer.says(words)
    assert (await customer.slots()).get("travel_place") == "France" and "changed that" not in answer
