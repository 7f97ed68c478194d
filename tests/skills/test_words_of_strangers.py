"""Words of strangers that were taken for a name, or began what was not wanted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN = "+12125550102"
Start = Callable[..., Talk]


@pytest.mark.parametrize("words", ["stop", "Stop.", "STOP!!", "quit", "exit", "abort", "end", "enough", "cancel please"])
async def test_the_words_that_end_things_leave_a_form_and_are_no_name(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    answer = await ben.says(words)
    assert await ben.form() is None and "name" not in answer, answer


@pytest.mark.parametrize(
    "words",
    ["hold off on activating my card", "my card does not need activating", "my card needs no activation",
     "nobody should call me back", "please refrain from calling me", "no one should raise my limit",
     "who said anything about activating my card?", "there is no way I'm verifying my number"],
)  # fmt: skip
async def test_what_is_refused_in_other_words_does_not_begin(talk: Start, words: str) -> None:
    ben = talk(tel=BEN)
    answer = await ben.says(words)
    assert await ben.form() is None and answer.directives == [], answer
