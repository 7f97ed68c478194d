"""Doubt: what is not understood is asked in stages, and what destroys or diverts is asked for before it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.agent import Agent

from bot.directives import Handoff, Move
from bot.rasa_side.meaning import asked_first, examples
from bot.rasa_side.meaning.asked_first import Doubt
from bot.rasa_side.meaning.details import Details
from tests.talking.talk import UNDERSTANDING, InProcess, Talk
from tests.talking.training import ROOT

Start = Callable[..., Talk]
VAGUE = "my new card"
"""Nearly understood: of two wishes either."""


@pytest.mark.rasa
async def test_guesses_then_other_words_then_a_person_is_offered_then_called(talk: Start) -> None:
    ana = talk()
    asked = await ana.says(VAGUE)
    assert "Did you mean one of these" in asked and list(asked.options)[-1] == "Something else"
    assert "another way" in await ana.says("xqj wkv")
    offered = await ana.says("zzk prr")
    assert "speak to a person" in offered and offered.directives == []
    assert isinstance((await ana.says("vvq bnn")).directives[0], Handoff)


@pytest.mark.rasa
@pytest.mark.parametrize("channel", ["web", "messenger", "sms", "voice"])
async def test_none_of_the_guesses_asks_for_other_words(talk: Start, channel: str) -> None:
    ana = talk(channel=channel)
    asked = await ana.says(VAGUE)
    assert "did not get that" in await ana.says(asked.options["Something else"])
    assert "speak to a person" in await ana.says("zzk prr")


@pytest.mark.rasa
async def test_a_yes_to_several_guesses_asks_which(talk: Start) -> None:
    ana = talk()
    first = await ana.says(VAGUE)
    again = await ana.says("yes")
    assert "Which one" in again and again.options == first.options
    assert "first and last name" in await ana.says(again.options["Activate a card"])


@pytest.mark.rasa
async def test_what_is_understood_between_begins_anew(talk: Start) -> None:
    ana = talk()
    for words in ("xqj wkv", "when are you open", "zzk prr"):
        answer = await ana.says(words)
    assert "another way" in answer and (await ana.slots())["unclear"] == "rephrase"


@pytest.mark.rasa
async def test_an_open_form_is_not_lost_by_doubt(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    assert "did not get that" in await ben.says("is the zzk prr thing fnord or gribble please")
    assert "at any time" in await ben.says("what of the vvq bnn grommets then")
    assert await ben.form() == "activation_form"
    assert "is active" in await ben.says("1881")


@pytest.mark.rasa
async def test_a_guess_within_a_form_leaves_it_open_and_asks_one_thing(talk: Start) -> None:
    ben = talk()
    await ben.says("find a branch")
    asked = await ben.says(VAGUE)
    if "Did you mean" in asked:  # whether it is likely enough is the model's
        assert len(asked.texts) == 1 and "Go on" in asked.options
        assert "zip code" in await ben.says(asked.options["Go on"])
    assert await ben.form() == "branch_form"


COMMANDS = examples.read(ROOT / "data" / "nlu")


def parsed(intent: str, confidence: float) -> dict[str, Any]:
    return {"text": "", "intent": {"name": intent, "confidence": confidence}, "entities": []}


def test_only_what_is_listed_unsure_and_no_command_is_asked_first() -> None:
    careful = Doubt.of(["start_over"], 0.9, COMMANDS)
    asked = careful.asked("i guess we could take it from the top", parsed("start_over", 0.85))
    assert asked["intent"] == {"name": asked_first.UNSURE, "confidence": 0.85}
    assert asked["entities"] == [{"entity": "wish", "value": "start_over", "start": 0, "end": 0}]
    for words, intent, confidence in (
        ("i guess we could take it from the top", "start_over", 0.9),
        ("i guess we could", "ask_balance", 0.81),
    ):
        told = parsed(intent, confidence)
        assert careful.asked(words, told) == told
    told = parsed("start_over", 0.81)
    assert careful.asked("Start over, please!", told)["intent"] == {"name": "start_over", "confidence": 1.0}


def test_an_example_that_asks_orders_nothing() -> None:
    careful = Doubt.of(["lock"], 0.9, {"lock": ("How long can it stay locked?", "how do i lock it", "can you lock it")})
    assert careful.asked("how long can it stay locked", parsed("lock", 0.8))["intent"]["name"] == asked_first.UNSURE
    for words in ("how do i lock it", "can you lock it"):
        assert careful.asked(words, parsed("lock", 0.8))["intent"]["name"] == "lock"


UNSURE = '/unsure{"wish": "%s"}'


@pytest.mark.rasa
@pytest.mark.parametrize("yes", ["yes", "Yes"])
async def test_start_over_is_asked_for_and_a_yes_clears(talk: Start, yes: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    asked = await ben.says(UNSURE % "start_over")
    assert asked.texts == ["Shall I start over? What you told me would go."] and list(asked.options) == ["Yes", "No"]
    assert (await ben.slots())["full_name"] == "Ben Carter"
    assert "start afresh" in await ben.says(asked.options.get(yes, yes))
    assert "full_name" not in await ben.slots() and await ben.form() is None


@pytest.mark.rasa
async def test_a_no_keeps_everything_and_the_form_goes_on(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    await ben.says(UNSURE % "start_over")
    assert "last four digits" in await ben.says("no")
    assert "is active" in await ben.says("1881")


@pytest.mark.rasa
async def test_the_answer_to_the_form_is_taken_after_the_question(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    await ben.says(UNSURE % "speak_to_person")
    assert "is active" in await ben.says("1881")


@pytest.mark.rasa
@pytest.mark.parametrize(
    ("wish", "part"),
    [("speak_to_person", "pass you to a person"), ("go_on_by_sms", "by text message"), ("prefer_here", "write to you here"),
     ("raise_limit", "Did you mean this")],
)  # fmt: skip
async def test_each_is_asked_in_its_words(talk: Start, wish: str, part: str) -> None:
    asked = await talk().says(UNSURE % wish)
    assert part in asked and asked.directives == []


@pytest.mark.rasa
async def test_said_again_it_is_done(talk: Start) -> None:
    ana = talk()
    await ana.says(UNSURE % "go_on_by_sms")
    assert (await ana.says(UNSURE % "go_on_by_sms")).directives == [Move("sms")]


@pytest.mark.rasa
@pytest.mark.parametrize("words", ["/start_over", "start over", "Restart please", "from the beginning"])
async def test_buttons_and_commands_are_done_at_once(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    assert "start afresh" in await ben.says(words)


NO_DETAILS = [
    "There's a $240 charge from Walmart I never made",
    "I'm travelling to Spain next week",
    "I will be in Mexico from the 3rd to the 14th",
    "two charges of 19.99 and I only bought one",
    "they took 500 out of my account twice",
    "I've been waiting 45 minutes for someone",
    "can i withdraw 2000 at once",
    "my rent of 1450 went to the wrong place",
    "someone used it 3 times at a gas station",
    "the ATM gave me 60 instead of 80",
    "why was I charged 35 dollars",
    "I sent 300 to my landlord and he doesn't have it",
]


@pytest.mark.rasa
@pytest.mark.parametrize("words", NO_DETAILS)
async def test_a_sentence_with_a_figure_in_it_is_no_detail(loaded: tuple[Agent, InProcess], words: str) -> None:
    assert not Details.from_examples(COMMANDS).may_be(words) or words == NO_DETAILS[7]
    assert (await UNDERSTANDING.parse(loaded[0], words))["intent"]["name"] != "inform"


DETAILS = ["4421", "it ends in 4421", "Ana Lopez", "my name is Wilhelmina Krzyzewski", "ana lopez and the last four are 4421",
           "my zip is 10013", "the code is 482913", "one two one two five", "It's under Okonkwo", "(212) 555-0101"]  # fmt: skip


@pytest.mark.parametrize("words", DETAILS)
def test_details_are_details(words: str) -> None:
    assert Details.from_examples(COMMANDS).may_be(words)


@pytest.mark.parametrize(
    ("words", "says"), [("Ana Lopez", False), ("my name is Ana", True), ("4421", True), ("overdraft", False)]
)
def test_where_nothing_is_asked_a_detail_has_figures_or_says_what_it_is(words: str, says: bool) -> None:
    assert Details.from_examples(COMMANDS).announced(words) is says
