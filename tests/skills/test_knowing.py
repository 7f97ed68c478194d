"""What no skill does is answered from an article, in the words of the channel and with its source, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from actions.bank import Bank
from actions.registry import bank_skills
from bot.model import Proof
from bot.model.answers import Answer
from bot.ports.levels import Levels
from bot.skills.action_server.guard import executor_for
from bot.skills.parsing.names import Names
from bot.skills.registry import all_actions
from tests.talking.fixtures import Clock
from tests.talking.talk import InProcess, Talk
from tests.talking.training import ROOT

pytestmark = pytest.mark.rasa
UNKNOWN = "zzgrf qwpl tofu"
"""Nothing that the classifier knows."""

TOFU = Answer(
    slug="tofu",
    title="About tofu",
    sms="Tofu by text.",
    voice="Tofu aloud.",
    web="Tofu on the web.",
    next_intent="ask_balance",
    next_title="My balance",
    page="https://bank.example/help/tofu",
)


@dataclass(slots=True)
class Shelf:
    """Knows tofu, and writes down what it was asked."""

    names: bool = True
    asked: list[tuple[str, Proof]] = field(default_factory=list)

    def answer(self, question: str, proof: Proof = Proof.CLAIMED, language: str = "en") -> Answer | None:
        self.asked.append((question, proof))
        return TOFU if "tofu" in question else None

    def about(self, intent: str, question: str, proof: Proof = Proof.CLAIMED, language: str = "en") -> Answer | None:
        self.asked.append((f"{intent}: {question}", proof))
        return TOFU if self.names else None


@pytest.fixture
def shelf(loaded: tuple[object, InProcess], talk: Callable[..., Talk], bank: Bank, names: Names, clock: Clock) -> Shelf:
    """The assistant with these articles; asked for after ``talk``, whose actions it takes the place of."""
    made = Shelf()
    loaded[1].executor = executor_for(all_actions(bank_skills(bank, names, made), clock), Levels.from_domain(ROOT / "domain"))
    return made


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("web", 'Tofu on the web.\n\nThat is from our help page "About tofu". Did it help?'),
        ("messenger", 'Tofu on the web.\n\nThat is from our help page "About tofu". Did it help?'),
        ("sms", "Tofu by text. (Help page: About tofu) Did it help?"),
        ("voice", "Tofu aloud. That is from our help page, About tofu. Did it help?"),
    ],
)
async def test_each_channel_has_its_own_short_form(talk: Callable[..., Talk], shelf: Shelf, channel: str, says: str) -> None:
    ana = talk(channel=channel)
    told = await ana.says(UNKNOWN)
    assert told.texts == [says]
    assert told.options == {"Yes, it helped": "/affirm", "No, not yet": "/deny", "My balance": "/ask_balance"}


async def test_out_of_scope_is_looked_up_too(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    assert (await ana.says("/out_of_scope")).texts[0].startswith("I'm afraid")  # a payload has no words to look up
    await ana.says("what's the weather like")
    assert [words for words, _ in shelf.asked] == ["what's the weather like"]


@pytest.mark.parametrize("words", ["I forgot my PIN", "/change_pin"])
async def test_an_intent_that_an_article_names_is_answered_by_it(talk: Callable[..., Talk], shelf: Shelf, words: str) -> None:
    ana = talk(channel="sms", proof="possessed", tel="+12125550101")
    assert (await ana.says(words)).texts == ["Tofu by text. (Help page: About tofu) Did it help?"]
    assert shelf.asked == [(f"change_pin: {words.replace('/change_pin', '')}", Proof.POSSESSED)]
    assert (await ana.says("no")).texts[0].startswith("I'm sorry that it did not.")


async def test_the_same_article_is_not_told_twice_in_a_row(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk(channel="sms")
    assert "Tofu by text" in await ana.says("I forgot my PIN")
    again = await ana.says("I forgot my PIN")
    assert again.texts[0].startswith("I'm sorry that it did not.") and "Tofu" not in again.texts[0]
    assert (await ana.says("yes")).directives  # a person is called
    assert "Tofu by text" in await talk(channel="sms").says("I forgot my PIN")


async def test_nor_what_was_found_by_a_search(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    assert "Tofu on the web" in await ana.says(UNKNOWN)
    assert "Tofu" not in (await ana.says(UNKNOWN)).texts[0]
    await ana.says("hello")
    assert "Tofu on the web" in await ana.says(UNKNOWN)


async def test_whether_it_helped_is_not_asked_again_after_a_detail(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk(channel="sms")
    await ana.says("I forgot my PIN")
    assert (await ana.says("5540")).texts[0].startswith("Thank you. What would you like me to do")


async def test_in_a_form_it_is_answered_by_the_way(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    await ana.says("find a branch")
    told = await ana.says("I forgot my PIN")
    assert told.texts[0].startswith("Tofu on the web.") and told.texts[-1] == "What is your zip code?"
    assert await ana.form() == "branch_form" and (await ana.slots()).get("postcode_misses") is None


@pytest.mark.parametrize("channel", ["sms", "voice"])
async def test_an_open_question_comes_again_after_it_and_is_answered(
    talk: Callable[..., Talk], shelf: Shelf, channel: str
) -> None:
    dora = talk(channel=channel, tel="+16175550104")
    assert "Shall I block it now" in await dora.says("I lost my debit card")
    told = await dora.says(UNKNOWN)
    assert told.texts[0].startswith("Tofu") and "Did it help" not in told.texts[0]
    assert "Shall I block it now" in told.texts[-1] and told.options["Yes, block it"] == "/affirm"
    assert "Shall I block it now" in (await dora.says("I forgot my PIN")).texts[-1]
    assert "is blocked" in await dora.says("yes")


async def test_without_its_article_an_intent_is_looked_up_and_then_out_of_scope(talk: Callable[..., Talk], shelf: Shelf) -> None:
    shelf.names = False
    ana = talk()
    assert "can't help with that" in await ana.says("I forgot my PIN")
    assert [words for words, _ in shelf.asked] == ["change_pin: I forgot my PIN", "I forgot my PIN"]


async def test_a_yes_ends_it_and_a_no_offers_a_person(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    await ana.says(UNKNOWN)
    assert (await ana.says("/affirm")).texts == ["I'm glad. Is there anything else?"]
    await ana.says(UNKNOWN)
    assert "Speak to a person" in (await ana.says("/deny")).options
    told = await ana.says("/affirm")
    assert told.directives != []


async def test_what_no_article_has_falls_to_the_ordinary_way(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    assert "did not get that" in (await ana.says("zzgrf qwpl")).texts[0]
    assert "still don't follow" in (await ana.says("qwpl zzgrf")).texts[0]


async def test_an_answer_between_begins_the_count_anew(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    await ana.says("zzgrf qwpl")
    await ana.says(UNKNOWN)
    assert "did not get that" in (await ana.says("qwpl zzgrf")).texts[0]


async def test_within_a_form_it_is_said_by_the_way_and_the_question_comes_again(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    await ana.says("find a branch")
    assert await ana.form() == "branch_form"
    told = await ana.says("may I pay zzgrf with tofu at your place")
    assert told.texts[0].startswith("Tofu on the web.") and told.texts[-1] == "What is your zip code?"
    assert await ana.form() == "branch_form" and "offered" not in await ana.slots()


async def test_what_the_form_can_use_is_not_looked_up(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk()
    await ana.says("find a branch")
    await ana.says("10013")
    await ana.says("99999")
    assert shelf.asked == []


async def test_the_level_of_the_sender_is_passed_on(talk: Callable[..., Talk], shelf: Shelf) -> None:
    ana = talk(proof="possessed", tel="+12125550101")
    await ana.says(UNKNOWN)
    assert shelf.asked == [(UNKNOWN, Proof.POSSESSED)]
