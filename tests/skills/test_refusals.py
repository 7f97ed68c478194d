"""What a customer does not want does not begin: sentences that were written down before the code that understands them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rasa.core.agent import Agent

from bot.directives import Handoff, SendCode
from bot.rasa_side.wishes import Wishes
from tests.talking.talk import UNDERSTANDING, InProcess, Talk

pytestmark = pytest.mark.rasa
BEN = "+12125550102"
Start = Callable[..., Talk]

REFUSALS = [
    "I don't want to activate my card",
    "i do not want to activate my card",
    "i dont want to activate my card",
    "I don't want my card activated",
    "please don't activate my card",
    "don't activate the card yet",
    "do not activate my new card",
    "I'd rather not activate my card",
    "i would rather you didn't activate it",
    "stop the activation",
    "stop activating my card",
    "cancel the activation please",
    "abort the activation",
    "no activation please",
    "I never asked to activate my card",
    "i didn't ask you to activate my card",
    "I changed my mind about activating my card",
    "I'm not interested in activating a card",
    "i no longer want to activate my card",
    "let's not activate my card",
    "you don't need to activate my card",
    "there is no need to activate my card",
    "don't send me a code",
    "please do not send me a code",
    "i don't need a code",
    "no code please",
    "stop sending me codes",
    "I don't want to get a code",
    "you don't have to text me a code",
    "don't text me a code",
    "i never asked for a code",
    "I don't want to verify my number",
    "I refuse to verify my number",
    "i'm not going to confirm my number",
    "no need to call me",
    "please don't call me",
    "you don't need to call me",
    "i don't want you to call me",
    "don't phone me",
    "I did not lose my card",
    "i haven't lost my card",
    "my card was not stolen",
    "my card isn't lost",
    "nobody stole my card",
    "don't block my card",
    "i don't want my card blocked",
    "please don't freeze my card",
    "please don't put me through",
    "don't put me through to anybody",
    "i don't want to speak to a person",
    "I do not want to talk to an agent",
    "no agent please",
    "i don't need a person",
    "don't connect me with a human",
    "I don't want a higher limit",
    "don't raise my limit",
    "please do not increase my daily limit",
    "i don't need my balance",
    "I wasn't asking for my balance",
    "don't tell me my balance",
    "i don't want to know where my card is",
    "I don't need a branch",
    "i don't want to find a branch",
    "don't send me a link",
    "I don't want a new code",
    "don't send another code",
    "ok but don't activate it",
    "no no don't activate my card",
    "hey, do not activate my card, ok?",
    "I DON'T WANT TO ACTIVATE MY CARD!!!",
    "I don\u2019t want to activate my card",
    # written after the mend, when it was tried with others
    "I am not activating my card",
    "activate my card? no thanks",
    "I decided against activating my card",
    "i've decided not to activate my card",
    "under no circumstances activate my card",
    "could you please not call me",
    "can you not call me please",
    "a code is not needed",
    "i said no code",
    "who said i want to activate my card",
    "keep my limit as it is",
    # written when the classifier was another: it doubts which code is meant
    "quit sending codes",
    "don't send me codes",
]

# A "not" that refuses nothing: what is wanted begins, or is answered.
WISHES = {
    "why don't you activate my card": "activation_form",
    "why don't you just activate my card": "activation_form",
    "can't you activate my card": "activation_form",
    "couldn't you activate my card please": "activation_form",
    "won't you activate my card": "activation_form",
    "I can't activate my card": "activation_form",
    "i haven't activated my card yet": "activation_form",
    "i don't know how to activate my card": "activation_form",
    "don't forget to activate my card": "activation_form",
    "I don't want a person, just activate my card": "activation_form",
    "don't put me through, activate my card": "activation_form",
    "no, activate my card": "activation_form",
    "I don't need my balance, I want to activate my card": "activation_form",
    "don't you have a branch near me": "branch_form",
    "i don't want my balance, where is the nearest branch": "branch_form",
    "i don't want to activate it, i want to verify my number": "verification_form",
    "activate my card instead of talking to someone": "activation_form",
    "take the hold off my card": "verification_form",
}


def begins(answer: object) -> bool:
    return isinstance(answer, (Handoff, SendCode))


@pytest.mark.parametrize("words", REFUSALS)
async def test_nothing_of_the_named_kind_begins(talk: Start, words: str) -> None:
    ben = talk(tel=BEN)
    answer = await ben.says(words)
    assert await ben.form() is None, answer
    assert answer.directives == [], answer
    assert not {"Speak to a person", "Confirm my number"} & set(list(answer.options)[:2]), answer
    assert len(answer.texts) == 1 and ("?" in str(answer) or "go on here" in str(answer)), answer


async def test_who_wants_no_more_codes_by_text_begins_nothing(talk: Start) -> None:
    ben = talk(tel=BEN)
    answer = await ben.says("stop texting me codes")
    assert await ben.form() is None and answer.directives == []


@pytest.mark.parametrize(("words", "form"), WISHES.items())
async def test_what_is_wanted_begins(talk: Start, words: str, form: str) -> None:
    ben = talk(tel=BEN)
    await ben.says(words)
    assert await ben.form() == form


@pytest.mark.parametrize("words", ["I don't want to activate my card", "stop the activation", "no i don't want to activate it"])
async def test_the_form_of_what_is_refused_is_left(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    left = await ben.says(words)
    assert await ben.form() is None and "first and last name" not in left


@pytest.mark.parametrize("words", ["don't send me a code", "no code please", "I don't want to verify my number"])
async def test_no_code_leaves_the_question_for_it(talk: Start, words: str) -> None:
    ben = talk(tel=BEN)
    assert SendCode(BEN) in (await ben.says("what's my balance")).directives
    left = await ben.says(words)
    assert await ben.form() is None and left.directives == []
    assert (await ben.slots()).get("goal") is None


@pytest.mark.parametrize("words", ["please don't put me through", "no need to call me", "I did not lose my card"])
async def test_another_form_stays_open_and_its_question_is_asked(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    answer = await ben.says(words)
    assert await ben.form() == "activation_form" and answer.directives == []
    assert answer.texts[-1] == "What is your first and last name?"
    assert (await ben.slots()).get("name_misses") is None


@pytest.mark.parametrize(
    ("words", "never"),
    [
        ("I don't know my PIN", "leave that"),
        ("my card isn't working", "leave that"),
        ("my card doesn't work in the shop", "leave that"),
        ("I don't want to talk to a robot", "leave that"),
        ("a payment I did not make", "leave that"),
        ("i don't want to lose my money, block my card", "leave that"),
        ("I don't want to wait any longer for my card", "leave that"),
        ("i didn't get the code", "leave that"),
        ("never got my card", "leave that"),
        ("no code arrived", "leave that"),
        ("i don't mind talking to a person", "leave that"),
        ("my card hasn't arrived", "leave that"),
        ("I don't have my phone with me", "leave that"),
    ],
)
async def test_a_not_that_refuses_nothing_is_not_taken_for_one(talk: Start, words: str, never: str) -> None:
    assert never not in await talk(tel=BEN).says(words)


@pytest.mark.parametrize(
    ("words", "wants"),
    [("i dont want to push any more buttons i want somebody to talk to me", "speak_to_person"),
     ("i don't want a code i want a real person", "speak_to_person"),
     ("please don't activate my card i need my balance", "ask_balance"),
     ("dont cancel my card just lock it for a while", "freeze_card"),
     ("i no longer want the appointment i made", "cancel_appointment"),
     ("don't close the savings account, close the checking account", "close_account")],
)  # fmt: skip
async def test_what_is_wanted_behind_it_begins_though_nothing_parts_them(
    loaded: tuple[Agent, InProcess], words: str, wants: str
) -> None:
    parsed = await UNDERSTANDING.parse(loaded[0], words)
    named = [one["value"] for one in parsed["entities"] if one["entity"] == "wish"]  # asked for first, where it is not sure
    assert wants in (parsed["intent"]["name"], *named)


@pytest.mark.parametrize(
    "unwanted",
    ["push buttons", "i want to activate my card", "think that i want a card", "hear why i need a code", "say i want it"],
)
def test_a_wish_that_is_only_spoken_of_is_none(unwanted: str) -> None:
    assert Wishes().parted(unwanted) == (unwanted, "")
