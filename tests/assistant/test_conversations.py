"""Whole conversations through the real Rasa, our actions and a real database: what the customer hears."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import CollectDigits, Handoff, Hangup, SendCode
from tests.talking.fixtures import Clock
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
ANA, BEN, CHIDI, DORA, FARID = "+12125550101", "+12125550102", "+16175550103", "+16175550104", "+12125550106"
Start = Callable[..., Talk]


async def test_the_story_from_web_chat_to_the_phone_to_a_person_and_back(talk: Start) -> None:
    ana = talk()
    assert "first and last name" in await ana.says("activate my card")
    assert "last four digits" in await ana.says("Ana Lopez")
    failed = await ana.says("4421")
    assert "could not activate" in failed
    assert list(failed.options) == ["Speak to a person", "Confirm my number", "Not now"]

    assert "Which mobile number" in await ana.says(failed.options["Confirm my number"])
    assert (await ana.says("212 555 0101")).directives == [SendCode(ANA)]
    proved = await ana.proves(ANA)
    assert "number is confirmed" in proved and "A colleague needs to look at it" in proved

    welcome = await ana.calls()
    assert "Welcome back" in welcome and "could not activate your card" in welcome
    assert "name?" not in welcome and "digits" not in welcome
    assert "4421" not in welcome and "Ana" not in welcome  # a caller id can be forged

    handed = await ana.says("i want to speak to someone")
    assert handed.directives == [
        Handoff("Card activation failed: the card is on hold", "general", ("card activation",), "activation_failed")
    ]
    slots = await ana.slots()
    assert (slots["full_name"], slots["card_last4"], slots["phone_number"]) == ("Ana Lopez", "4421", ANA)

    back = await ana.says('/handoff_closed{"outcome": "card activated by hand"}')
    assert "automated" in back and "card activated by hand" in back and "What else" in back
    assert (await ana.slots())["handoff_outcome"] == "card activated by hand"
    assert "could not activate" not in await ana.calls()  # it is settled


async def test_a_call_in_the_middle_of_the_form_asks_only_what_is_open(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("my name is ben carter")
    welcome = await ben.calls()
    assert welcome.texts[0] == "Welcome back to Harbour Bank. We were activating your card."
    assert "last four digits" in welcome and "name" not in welcome
    assert welcome.directives == [CollectDigits(4)]
    assert "Your card ending in 1 8 8 1 is active" in await ben.says("one double eight one")


async def test_a_yes_to_the_failed_activation_is_a_handoff_with_what_was_tried(talk: Start) -> None:
    ana = talk()
    await ana.says("hi, please activate my card, i'm Ana Lopez and it ends in 4421")
    (directive,) = (await ana.says("yes please")).directives
    assert isinstance(directive, Handoff) and directive.tried == ("card activation",)


async def test_a_yes_long_after_an_offer_takes_nothing(talk: Start) -> None:
    ana = talk(tel=ANA)
    await ana.says("i lost my card")
    await ana.says("what are your opening hours")
    answer = await ana.says("yes")
    assert answer.directives == [] and "What can I do" in answer


async def test_a_repeated_offer_is_still_an_offer(talk: Start) -> None:
    ana = talk(tel=ANA)
    offer = await ana.says("i lost my card")
    again = await ana.says("sorry what was that")
    assert again.texts == offer.texts and again.options == offer.options
    assert "is blocked" in await ana.says("yes")


async def test_a_card_that_needs_proof_is_activated_after_it(talk: Start) -> None:
    chidi = talk(tel=CHIDI)
    await chidi.says("activate my card")
    await chidi.says("chidi okafor")
    assert "could not activate" in await chidi.says("7302")
    assert (await chidi.says("confirm my number")).directives == [SendCode(CHIDI)]  # known from the channel: not asked
    assert "Your card ending in 7302 is active" in (await chidi.proves(CHIDI)).texts[-1].replace("your", "Your")


async def test_an_unknown_name_and_a_wrong_card_sound_alike_and_the_third_miss_offers_a_person(talk: Start) -> None:
    heard = []
    for name, cards in (("Ana Lopez", ("0000", "0001", "0002")), ("Bob Unknown", ("4421", "1881", "7302"))):
        customer = talk()
        answers = [await customer.says("activate my card"), await customer.says(name)]
        answers += [await customer.says(cards[0]), await customer.says(cards[1])]
        answers += [await customer.says(name), await customer.says(cards[2])]
        heard.append([answer.texts for answer in answers])
        assert list(answers[-1].options) == ["Speak to a person", "Not now"]
        (directive,) = (await customer.says("yes")).directives
        assert isinstance(directive, Handoff) and "matched no card" in directive.reason
    assert heard[0] == heard[1]


async def test_guessing_does_not_start_over(talk: Start) -> None:
    guesser = talk()
    for words in ("activate my card", "Ana Lopez", "0000", "0001", "Ana Lopez", "0002", "start over"):
        await guesser.says(words)
    assert "can't find that card" in await guesser.says("activate my card, Ana Lopez, 4421")


async def test_the_balance_waits_for_the_code_and_then_comes_by_itself(talk: Start) -> None:
    dora = talk(tel=DORA)
    asked = await dora.says("what's my balance")
    assert "confirm it's you" in asked and asked.directives == [SendCode(DORA)]
    wrong = await dora.says("111111", code="wrong")
    assert "not right" in wrong and wrong.directives == []
    assert "$941.33" in await dora.proves(DORA)


async def test_no_balance_on_a_call_that_only_claims_a_number(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "$941.33" in await dora.says("balance")
    await dora.calls()
    answer = await dora.says("what is my balance")
    assert "941" not in answer and answer.directives == [SendCode(DORA), CollectDigits(6, secret=True)]
    dora.proof = "possessed"
    assert "941 dollars and 33 cents" in await dora.says("4 8 2 9 1 3", code="accepted")


@pytest.mark.parametrize("code", ["locked", "expired"])
async def test_a_dead_code_is_said_so_and_a_new_one_offered(talk: Start, code: str) -> None:
    ben = talk(tel=BEN)
    await ben.says("balance please")
    dead = await ben.says("000000", code=code)
    assert list(dead.options) == ["Send a new code", "Speak to a person"] and await ben.form() is None
    assert (await ben.says("yes")).directives == [SendCode(BEN)]
    assert "$86.15" in await ben.proves(BEN)


async def test_a_code_that_could_not_be_sent_ends_the_form(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("verify my number")
    assert "could not send" in await ben.says("/code_not_sent")
    assert await ben.form() is None
    (directive,) = (await ben.says("yes")).directives
    assert isinstance(directive, Handoff) and "could not be sent" in directive.reason


async def test_a_code_is_not_sent_twice_while_it_lives(talk: Start, clock: Clock) -> None:
    ben = talk(tel=BEN)
    assert (await ben.says("verify my number")).directives == [SendCode(BEN)]
    assert (await ben.says("what are your hours")).directives == []
    await ben.says("never mind")
    assert (await ben.says("what's my balance")).directives == []
    await ben.says("never mind")
    clock.now += 600
    assert (await ben.says("what's my balance")).directives == [SendCode(BEN)]


async def test_another_number_can_be_used_and_the_new_code_goes_there(talk: Start) -> None:
    dora = talk(tel=BEN)
    assert (await dora.says("what's my balance")).directives == [SendCode(BEN)]
    assert "Which mobile number" in await dora.says("that's not my number")
    assert (await dora.says("617-555-0104")).directives == [SendCode(DORA)]
    assert "$941.33" in await dora.proves(DORA)


async def test_an_activation_left_for_the_balance_is_picked_up(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("activate my card")
    await ben.says("ben carter")
    await ben.says("wait what's my balance")
    told = await ben.proves(BEN)
    assert "$86.15" in told and "go on with activating" in told
    assert "last four digits" in await ben.says("yes")
    assert "is active" in await ben.says("1881")


async def test_a_code_that_comes_after_the_form_was_left_still_counts(talk: Start) -> None:
    dora = talk(tel=DORA)
    await dora.says("what's my balance")
    await dora.says("find a branch")
    assert "$941.33" in await dora.proves(DORA)


async def test_the_late_delivery_offers_a_person(talk: Start) -> None:
    farid = talk(channel="sms", tel=FARID, proof="possessed")
    late = await farid.says("wheres my card")
    assert "9274 is late" in late and "Thursday, November 19" in late
    (directive,) = (await farid.says("yes")).directives
    assert isinstance(directive, Handoff) and "late" in directive.reason


async def test_three_misunderstandings_in_a_row_hand_over(talk: Start) -> None:
    customer = talk()
    assert "another way" in await customer.says("xqj wkv")
    assert "speak to a person" in await customer.says("zzk prr")
    assert isinstance((await customer.says("vvq bnn")).directives[0], Handoff)


async def test_understanding_in_between_starts_the_count_again(talk: Start) -> None:
    customer = talk()
    for words in ("xqj wkv", "zzk prr", "what are your hours", "vvq bnn"):
        answer = await customer.says(words)
    assert answer.directives == [] and "another way" in answer


async def test_an_unknown_zip_code_is_asked_again_twice_then_a_person(talk: Start) -> None:
    customer = talk()
    assert "zip code?" in await customer.says("find a branch")
    assert "don't know the zip code 99999" in await customer.says("99999")
    assert "five digits" in await customer.says("123")
    assert "Speak to a person" in (await customer.says("88888")).options


async def test_nearest_branches_are_options(talk: Start) -> None:
    customer = talk()
    near = await customer.says("is there a branch near 10012")
    assert "Tribeca" in near and list(near.options) == ["Union Square", "Midtown"]
    assert "Monday to Friday 8 am to 6 pm" in await customer.says(near.options["Union Square"])  # the street is on its card
    assert "Union Square" in await customer.says("when are you open")


async def test_start_over_forgets_what_was_given(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("ben carter")
    await ben.says("start over")
    assert "full_name" not in await ben.slots() and await ben.form() is None
    assert "first and last name" in await ben.says("activate my card")


async def test_a_whole_card_number_is_cut_and_advised_against(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("ben carter")
    answer = await ben.says("4111 1111 1111 1881")
    assert "never send a whole card number" in answer and "1881 is active" in answer
    assert "4111" not in str(await ben.slots())


async def test_of_a_card_number_that_the_gateway_took_out_the_end_is_enough(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("ben carter")
    answer = await ben.says("it is ****", card="1881")
    assert "never send a whole card number" in answer and "1881 is active" in answer


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("hello", "Let's go on"),
        ("help", "Just answer the question"),
        ("why do you need that", "to find your card"),
        ("what", "once more"),
        ("are you a robot", "computer program"),
        ("no", "never mind"),
        ("i want a mortgage", "can't help with that"),
    ],
)
async def test_an_aside_inside_a_form_is_answered_and_the_question_comes_again(talk: Start, words: str, part: str) -> None:
    customer = talk()
    await customer.says("activate my card")
    answer = await customer.says(words)
    assert part in answer.texts[0] and answer.texts[-1] == "What is your first and last name?"
    assert (await customer.slots()).get("name_misses") is None


async def test_goodbye_hangs_up_a_call_and_the_form_waits_for_the_next_one(talk: Start) -> None:
    ben = talk()
    await ben.calls()
    await ben.says("activate my card")
    gone = await ben.says("goodbye")
    assert gone.texts == ["Thank you for calling Harbour Bank. Goodbye."] and gone.directives == [Hangup()]
    assert "We were activating your card" in await ben.calls()


async def test_a_new_code_for_nothing_is_not_sent(talk: Start) -> None:
    ben = talk(tel=BEN)
    assert (await ben.says("i didn't get the code")).directives == []
    assert await ben.form() is None


async def test_without_a_phone_there_is_a_person(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("what's my balance")
    assert "Speak to a person" in (await ben.says("i left my phone at home")).options


async def test_a_city_will_do_for_a_zip_code(talk: Start) -> None:
    customer = talk()
    await customer.says("find a branch")
    assert "Brooklyn Heights" in await customer.says("i'm in brooklyn")
    assert "Back Bay" in await customer.says("nearest branch in boston")
