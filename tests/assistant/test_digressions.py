"""A question in the middle of another one, for every form alike: the aside is answered, then the open question comes again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import CollectDigits, CollectPin, SendCode
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN, DORA = "+12125550102", "+16175550104"
NAME, DIGITS = "What is your first and last name?", "What are the last four digits of the card?"
Start = Callable[..., Talk]


# -- E4: what an aside asks is answered first -----------------------------------------------------------------------------


@pytest.mark.parametrize("given", [(), ("Ben Carter",)])
@pytest.mark.parametrize("place", ["10013", "my zip is 10013", "zip code 10013"])
async def test_the_zip_code_that_the_opening_hours_asked_for(talk: Start, given: tuple[str, ...], place: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    for words in given:
        await ben.says(words)
    question = DIGITS if given else NAME
    hours = await ben.says("what are your opening hours")
    assert "zip code" in hours and hours.texts[-1] == question
    near = await ben.says(place)
    assert "Tribeca" in near and near.texts[-1] == question and await ben.form() == "activation_form"
    slots = await ben.slots()
    assert slots.get("card_misses") is None and slots.get("name_misses") is None and slots.get("paused") is None
    if not given:
        await ben.says("Ben Carter")
    assert "1881 is active" in await ben.says("1881")


@pytest.mark.parametrize(
    ("tel", "question"),
    [(None, "Which mobile number does the bank have for you?"), (BEN, "Please type the six-digit code I sent.")],
)
async def test_the_zip_code_in_the_middle_of_a_proof(talk: Start, tel: str | None, question: str) -> None:
    ben = talk(tel=tel)
    await ben.says("what's my balance")
    await ben.says("what are your opening hours")
    near = await ben.says("10013")
    assert "Tribeca" in near and near.texts[-1].startswith(question) and await ben.form() == "verification_form"
    assert near.directives == []  # no second code
    assert (await ben.slots()).get("phone_misses") is None
    ben.tel = BEN
    assert "$86.15" in await ben.proves(BEN)


async def test_the_answer_to_the_open_question_is_still_taken_after_an_aside(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("what are your opening hours")
    assert DIGITS in (await ben.says("Ben Carter")).texts
    await ben.says("are you open on sunday")
    assert "1881 is active" in await ben.says("1881")


async def test_a_search_for_a_branch_in_the_middle_is_finished_and_then_the_activation_goes_on(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    assert (await ben.says("where is the nearest branch")).texts[-1] == "What is your zip code?"
    near = await ben.says("10013")
    assert "Tribeca" in near and near.texts[-1] == NAME
    assert DIGITS in (await ben.says("Ben Carter")).texts


async def test_an_aside_inside_an_aside(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("activate my card")
    await ben.says("find a branch")
    assert SendCode(BEN) in (await ben.says("what's my balance")).directives
    told = await ben.proves(BEN)
    ben.proof = "possessed"
    assert "$86.15" in told and told.texts[-1] == "Shall we go on looking for a branch near you?"
    assert "zip code" in await ben.says("yes")
    near = await ben.says("10013")
    assert "Tribeca" in near and near.texts[-1] == NAME


async def test_never_mind_leaves_the_aside_and_offers_the_form_again(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("find a branch")
    left = await ben.says("never mind")
    assert left.texts == ["All right, we'll leave that.", "Shall we go on with activating your card?"]
    assert NAME in (await ben.says("yes")).texts
    assert "What else can I do?" in await ben.says("never mind") and await ben.form() is None


async def test_an_aside_that_cannot_be_answered_does_not_hold_the_form(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("what are your opening hours")
    unknown = await ben.says("99999")
    assert "don't know the zip code" in unknown
    assert "Shall we go on with activating your card?" in await ben.says("never mind")


# -- E5: the open question is answered after a moment, a goodbye, a choice ------------------------------------------------


@pytest.mark.parametrize("moment", ["wait a second", "one moment please", "hold on", "bye", "let me get my card"])
@pytest.mark.parametrize(
    ("opened", "answer", "then"),
    [
        (("activate my card",), "Ben Carter", "last four digits"),
        (("activate my card", "ben carter"), "1881", "1881 is active"),
        (("find a branch",), "10013", "Tribeca"),
        (("what's my balance",), "212 555 0102", "six-digit code"),
    ],
)
async def test_the_answer_after_a_moment_is_the_answer(
    talk: Start, moment: str, opened: tuple[str, ...], answer: str, then: str
) -> None:
    ben = talk()
    for words in opened:
        await ben.says(words)
    waited = await ben.says(moment)
    assert len(waited.texts) == 1 and not waited.texts[0].startswith("What"), waited
    assert then in await ben.says(answer)


async def test_several_moments_change_nothing(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    for words in ("wait a second", "one moment", "still looking, hold on"):
        assert NAME not in (await ben.says(words)).texts
    assert DIGITS in (await ben.says("sukarno")).texts


# -- E2: only what is offered as the answer counts ------------------------------------------------------------------------

NO_CARD = [
    "I got it in 2025",
    "1234 Main Street",
    "I have one question",
    "i live at 1234 main street",
    "the card came in 2024",
    "it expires 12/29",
    "i was born in 1984",
    "i have had it since 2019",
    "it was in 2019",
    "i think in 2020",
    "can i ask you two things",
    "there are 2 cards in the envelope",
    "my neighbour got 3 letters",
]


@pytest.mark.parametrize("words", NO_CARD)
@pytest.mark.parametrize("named", [False, True])
async def test_figures_in_a_sentence_are_no_try_at_a_card(talk: Start, words: str, named: bool) -> None:
    ben = talk()
    await ben.says("activate my card")
    if named:
        await ben.says("Ben Carter")
    await ben.says(words)
    slots = await ben.slots()
    assert slots.get("card_misses") is None and slots.get("card_last4") is None
    assert await ben.form() == "activation_form"
    if not named:
        assert slots.get("full_name") is None, slots


@pytest.mark.parametrize(
    "words",
    ["1881", "it's 1881", "it ends in 1881", "ending 1881", "the last four are 1 8 8 1", "one double eight one please", "18 81",
     "my card number ends with 1881", "i think it's 1881", "1881, got it in 2025", "here it is: 1881", "**** 1881", "xxxx1881"],
)  # fmt: skip
async def test_four_digits_that_are_offered_as_the_answer(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    assert "1881 is active" in await ben.says(words)


@pytest.mark.parametrize("words", ["188", "18811", "1881 9274"])
async def test_other_figures_alone_are_a_miss(talk: Start, words: str) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("Ben Carter")
    assert "exactly four digits" in await ben.says(words)
    assert (await ben.slots())["card_misses"] == 1


@pytest.mark.parametrize(
    ("opened", "misses"), [(("find a branch",), "postcode_misses"), (("what's my balance",), "phone_misses")]
)
@pytest.mark.parametrize("words", ["I have one question", "i have 2 cards", "can i ask you two things"])
async def test_no_other_form_counts_a_sentence_with_a_figure_in_it(
    talk: Start, opened: tuple[str, ...], misses: str, words: str
) -> None:
    customer = talk()
    for one in opened:
        await customer.says(one)
    await customer.says(words)
    assert (await customer.slots()).get(misses) is None


# -- E6: a wish that waits for a second factor ----------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["web", "sms", "messenger"])
async def test_later_answers_are_not_followed_by_the_pin(talk: Start, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    assert "call us" in await ben.says("raise my limit")
    assert await ben.form() is None
    for words in ("what are your opening hours", "thanks", "what's my balance", "are you a robot", "hello"):
        assert "PIN" not in await ben.says(words), words


async def test_the_wish_goes_on_when_they_call(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("raise my limit")
    await ben.says("what are your opening hours")
    assert (await ben.calls()).directives == [SendCode(BEN), CollectDigits(6, secret=True)]
    assert (await ben.proves(BEN)).directives == [CollectPin(4)]
    ben.proof = "proven"
    assert "one thousand dollars" in await ben.says("/inform", pin="accepted")


@pytest.mark.parametrize("words", ["hello", "go on", "where were we", "yes"])
async def test_the_wish_goes_on_when_they_have_signed_in(talk: Start, words: str) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("raise my limit")
    ben.proof = "proven"
    assert "$1,000 until midnight" in await ben.says(words)
    assert "until midnight" not in await ben.says("hello")  # once


@pytest.mark.parametrize("words", ["activate my card", "find a branch", "never mind", "what's my balance", "speak to a person"])
async def test_the_wish_is_dropped_when_they_go_on_to_something_else(talk: Start, words: str) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("raise my limit")
    await ben.says(words)
    assert (await ben.slots()).get("goal") is None


async def test_a_form_that_was_left_for_the_wish_is_offered_again(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("activate my card")
    asked = await ben.says("raise my limit")
    assert "call us" in asked and asked.texts[-1] == "Shall we go on with activating your card?"
    assert NAME in (await ben.says("yes")).texts
