"""Two wishes in one message: none is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.bank import Bank
from actions.registry import bank_skills
from bot.directives import Handoff, SendCode
from bot.ports.levels import Levels
from bot.skills.action_server.guard import executor_for
from bot.skills.parsing.names import Names
from bot.skills.registry import all_actions
from knowledge.library import Library
from tests.assistant.test_language import HELD_OUT, TRAINED
from tests.talking.fixtures import Clock
from tests.talking.talk import UNDERSTANDING, InProcess, Talk
from tests.talking.training import ROOT

pytestmark = pytest.mark.rasa
DORA, BEN, ELODIE = "+16175550104", "+12125550102", "+12125550105"
Start = Callable[..., Talk]

BALANCE, CARD, HOURS = "$86.15", "1881 was delivered", "9 am to 5 pm"

PAIRS = [
    ("my balance and where is my card", (BALANCE, CARD)),
    ("where is my card and what is my balance", (CARD, BALANCE)),
    ("what's my balance? and where's my card?", (BALANCE, CARD)),
    ("check my balance. track my card.", (BALANCE, CARD)),
    ("tell me my balance, also when are you open", (BALANCE, HOURS)),
    ("what are your opening hours and my balance please", (HOURS, BALANCE)),
    ("my balance please, then my card delivery", (BALANCE, CARD)),
    ("I'd like to know my balance plus your opening hours", (BALANCE, HOURS)),
]


@pytest.mark.parametrize(("words", "parts"), PAIRS)
async def test_both_are_answered_in_their_order(talk: Start, words: str, parts: tuple[str, str]) -> None:
    ben = talk(tel=BEN, proof="possessed")
    told = str(await ben.says(words))
    assert all(part in told for part in parts), told
    assert told.index(parts[0]) < told.index(parts[1])


async def test_three_are_answered_too(talk: Start) -> None:
    told = str(await talk(tel=BEN, proof="possessed").says("my balance, where is my card and when are you open"))
    assert told.index(BALANCE) < told.index(CARD) < told.index(HOURS)


async def test_both_wait_for_the_one_proof(talk: Start) -> None:
    ben = talk(tel=BEN)
    asked = await ben.says("my balance and where is my card")
    assert asked.directives == [SendCode(BEN)] and BALANCE not in asked
    told = await ben.proves(BEN)
    ben.proof = "possessed"
    assert BALANCE in told and CARD in told


async def test_the_second_begins_when_a_form_of_the_first_is_over(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("activate my card and tell me my balance")
    await ben.says("Ben Carter")
    done = await ben.says("1881")
    assert "1881 is active" in done and BALANCE in done


async def test_the_second_may_be_a_form(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    both = await ben.says("what's my balance and activate my card")
    assert BALANCE in both and "first and last name" in both and await ben.form() == "activation_form"


async def test_the_second_comes_after_the_answer_to_an_offer(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    returned = await dora.says("where is my card and what is my balance")
    assert "came back to us" in returned
    assert "$941.33" in await dora.says("no thanks")


async def test_a_second_wish_that_is_answered_before_its_turn_is_not_answered_twice(talk: Start) -> None:
    """The first one ends in an offer; the zip code that the second would have asked for comes unasked."""
    ana = talk()
    await ana.says("activate my card and tell me where the nearest branch is")
    await ana.says("Ana Lopez")
    await ana.says("4421")
    told = await ana.says("10013")
    assert str(told).count("Nearest to 10013") == 1
    assert "Nearest" not in await ana.says("thanks")


NUMBERS, PIN, OUT = "routing number", "PIN", "out of order"

BY_ARTICLE = [
    ("what's my routing number and how do i change my pin", (NUMBERS, PIN)),
    ("how do i change my pin? btw is the app down", (PIN, OUT)),
    ("my card was declined, and what's my balance", ("declined", BALANCE)),
    ("hello there! please help. what's my routing number", (NUMBERS,)),
]


@pytest.fixture
def articles(loaded: tuple[object, InProcess], talk: Start, bank: Bank, names: Names, clock: Clock) -> None:
    """The assistant with the sample's articles; asked for after ``talk``, whose actions it takes the place of."""
    library = Library.open(ROOT / "articles")
    loaded[1].executor = executor_for(all_actions(bank_skills(bank, names, library), clock), Levels.from_domain(ROOT / "domain"))


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(("words", "parts"), BY_ARTICLE)
async def test_what_an_article_answers_is_a_wish_like_another(talk: Start, words: str, parts: tuple[str, ...]) -> None:
    told = str(await talk(tel=BEN, proof="possessed").says(words))
    assert all(part in told for part in parts), told
    assert told.count("Did it help?") <= 1


async def test_the_person_who_is_wished_for_last_comes_last(talk: Start) -> None:
    told = await talk(tel=BEN, proof="possessed").says("what is my balance and then i want to talk to a person")
    assert BALANCE in told and any(isinstance(one, Handoff) for one in told.directives)


async def test_one_appointment_is_one_wish(loaded: tuple[object, object]) -> None:
    words = "make me an appointment please, put it on another day if friday is full"
    parsed = await UNDERSTANDING.parse(loaded[0], words)
    assert parsed["intent"]["name"] == "book_appointment" and parsed["entities"] == []


async def test_another_wish_in_between_has_the_second_forgotten(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("my balance and where is my card")
    await ben.says("never mind")
    await ben.says("opening hours")
    assert (await ben.slots()).get("also") is None


async def test_one_wish_is_not_taken_for_two(talk: Start, loaded: tuple[object, object]) -> None:
    wrong = []
    for intent, sentences in [*TRAINED.items(), *HELD_OUT.items()]:
        for sentence in sentences:
            parsed = await UNDERSTANDING.parse(loaded[0], sentence)
            pairs = [one["value"] for one in parsed["entities"] if one["entity"] == "also"]
            refused = parsed["intent"]["name"] == "refuse" and intent != "stop_texts"  # which is one by itself
            wrong += [(intent, sentence, pairs or "refused")] if pairs or refused else []
    assert wrong == []
