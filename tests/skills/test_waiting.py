"""How long until a person answers: asked, not wished for. The gateway tells it; the assistant only understands the question."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import Handoff, TellWait
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa

ASKED = (
    "how long until somebody answers?",
    "how many are before me",
    "How many people are before me?",
    "when will a person be there",
    "is anybody there?",
    "how long do I have to wait to talk to someone?",
    "hows the wait rn",
    "Is someone available right now?",
    "How long does it usually take for an agent to reply",
    "whats my position in the queue",
    "Would a colleague be free now?",
    "when do your people start work",
)
WISHED = ("can I talk to someone", "I want a human now", "get me an agent please", "is there somebody i can talk to")


@pytest.mark.parametrize("words", ASKED)
async def test_who_asks_for_the_wait_is_told_it_and_put_in_no_line(talk: Callable[..., Talk], words: str) -> None:
    ana = talk()
    told = await ana.says(words)
    assert told.directives == [TellWait()]


@pytest.mark.parametrize("words", WISHED)
async def test_who_wants_a_person_still_gets_one(talk: Callable[..., Talk], words: str) -> None:
    ana = talk()
    assert any(isinstance(one, Handoff) for one in (await ana.says(words)).directives)


async def test_in_the_middle_of_a_form_the_open_question_comes_again(talk: Callable[..., Talk]) -> None:
    ana = talk()
    await ana.says("activate my card")
    told = await ana.says("how long until somebody answers?")
    assert told.directives == [TellWait()] and told.texts[-1] == "What is your first and last name?"
    assert await ana.form() == "activation_form" and (await ana.slots()).get("name_misses") is None


@pytest.mark.parametrize("words", ["is the bank open now", "how long until my card gets here", "are you a real person"])
async def test_other_questions_are_not_about_the_wait(talk: Callable[..., Talk], words: str) -> None:
    ana = talk()
    assert (await ana.says(words)).directives == []
