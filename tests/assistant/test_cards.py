"""Cards that are lost, locked, replaced or taken abroad: whole conversations, and what the bank's records say afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from actions.bank import Activation, Bank
from actions.cards.places import countries
from actions.records import cards as records
from actions.records import trips
from actions.records.card_tables import TravelNotice
from bot.directives import CollectPin, SendCode
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
ANA, BEN, DORA, FARID, NOBODY = "+12125550101", "+12125550102", "+16175550104", "+12125550106", "+12125550199"
Start = Callable[..., Talk]


def locked(bank: Bank, customer: str) -> dict[str, str]:
    """The customer's locked cards, each with the reason."""
    held = bank.work(lambda session, _: records.held(session, customer))
    return {one.card.last4: one.lock.why for one in held if one.lock}


def ordered(bank: Bank, customer: str) -> date | None:
    """When the customer's new card should arrive."""
    found = bank.work(lambda session, today: records.on_its_way(session, customer, today))
    return found.expected if found else None


async def test_a_lost_card_is_blocked_on_a_yes_and_another_ordered_by_a_call(talk: Start, bank: Bank) -> None:
    dora = talk(channel="voice", tel=DORA)
    assert "Shall I block it now" in await dora.says("I lost my debit card")
    assert locked(bank, "dora") == {}
    done = await dora.says("yes")
    assert "is blocked" in done and "order you a new card" in done and "5540" not in done
    assert locked(bank, "dora") == {"5540": "lost"}
    assert (await dora.says("yes please")).directives[0] == SendCode(DORA)
    assert CollectPin(4) in (await dora.proves(DORA)).directives
    dora.proof = "proven"
    assert "should reach you by Thursday, December 3" in await dora.says("/inform", pin="accepted")
    assert ordered(bank, "dora") == date(2026, 12, 3)
    assert "ordered already" in await dora.says("I need a replacement card")


async def test_the_same_is_said_whether_the_number_is_a_customers_or_not(talk: Start) -> None:
    heard = []
    for tel in (DORA, NOBODY):
        stranger = talk(channel="sms", tel=tel)
        heard.append([(await stranger.says(words)).texts for words in ("my card was stolen", "yes", "freeze my card")])
    assert heard[0] == heard[1]


async def test_without_a_number_it_is_proved_first_and_then_blocked(talk: Start, bank: Bank) -> None:
    ana = talk()
    asked = await ana.says("my purse got stolen with my card in it, block it")
    assert "sorry" in asked and "Which mobile number" in asked
    await ana.says("212 555 0101")
    assert "Shall I block it now" in await ana.proves(ANA)
    assert "card ending in 4421 is blocked" in await ana.says("yes")
    assert locked(bank, "ana") == {"4421": "lost"}
    assert "is blocked already" in await ana.says("i lost my card")


async def test_a_no_blocks_nothing(talk: Start, bank: Bank) -> None:
    dora = talk(channel="sms", tel=DORA)
    await dora.says("I lost my card")
    assert "All right" in await dora.says("no, wait, not now")
    await dora.says("I did not lose my card")
    assert locked(bank, "dora") == {}


async def test_a_card_is_locked_for_the_time_being_and_unlocked_with_a_pin(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "ending in 5540 is locked" in await dora.says("freeze my card please")
    assert "locked already" in await dora.says("lock my card")
    assert "card's PIN" in await dora.says("please unlock my debit card")
    assert locked(bank, "dora") == {"5540": "frozen"}
    dora.proof = "proven"
    assert "works again" in await dora.says("unfreeze my card")
    assert locked(bank, "dora") == {}
    assert "None of your cards is locked" in await dora.says("unlock my card")


async def test_a_locked_card_is_not_activated(talk: Start, bank: Bank) -> None:
    ben = talk(channel="sms", tel=BEN)
    await ben.says("freeze my card")
    assert bank.activate("Ben Carter", "1881", BEN) is Activation.HELD


async def test_a_damaged_card_is_replaced_once_and_keeps_its_number(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="proven")
    asked = await dora.says("the chip on my card is broken")
    assert "ending in 5540 works until" in asked and ordered(bank, "dora") is None
    assert "Thursday, December 3" in await dora.says("yes")
    assert "ordered already" in await dora.says("my card is cracked, send me another one")
    delivery = bank.delivery("dora")
    assert delivery is not None and (delivery.last4, delivery.expected) == ("5540", date(2026, 12, 3))


async def test_a_lost_cards_replacement_has_another_number_and_the_old_one_is_blocked_for_good(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="proven")
    await dora.says("my card was stolen")
    await dora.says("yes")
    assert "never works again" in await dora.says("can i have a replacement card")
    await dora.says("yes")
    (new,) = [one.card.last4 for one in bank.work(lambda session, _: records.held(session, "dora"))]
    assert new != "5540"
    assert bank.activate("Dora Nielsen", "5540", DORA) is Activation.HELD


async def test_a_trip_is_noted_after_where_and_when(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "Which country" in await dora.says("I'd like to set up a travel notice")
    assert "From when" in await dora.says("Portugal")
    assert "Noted: Portugal, June 3 to June 17" in await dora.says("June 3 to June 17")
    assert await dora.form() is None


async def test_fees_abroad_are_no_trip(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "I'm afraid I can't help" in await dora.says("is there a fee for paying in foreign currency")  # without articles
    assert await dora.form() is None


def test_nobody_locks_twice_at_the_same_moment(two_cards: Bank) -> None:
    cards = [one.card for one in two_cards.work(lambda session, _: records.held(session, "dora"))]
    together = threading.Barrier(2)

    def locks(why: str) -> bool:
        together.wait()
        return two_cards.work(lambda session, today: records.lock(session, cards, why, today))

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(locks, ["frozen", "frozen"])) == [False, True]
    assert locked(two_cards, "dora") == {"5540": "frozen", "8812": "frozen"}
    assert two_cards.work(lambda session, today: records.lock(session, cards, "lost", today)) is False
    assert locked(two_cards, "dora") == {"5540": "lost", "8812": "lost"}


def test_two_tabs_note_a_trip_once(bank: Bank) -> None:
    together = threading.Barrier(2)

    def notes(_: int) -> bool:
        together.wait()
        notice = TravelNotice(customer_id="dora", place="Italy", dates="June 3 to June 17")
        return bank.work(lambda session, _: trips.note(session, notice))

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(notes, range(2))) == [False, True]


@pytest.mark.parametrize("words", ["lock my card ending in 8812", "please freeze the card ending 8812"])
async def test_the_card_that_is_named_is_locked_and_no_other(talk: Start, two_cards: Bank, words: str) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "ending in 8812 is locked" in await dora.says(words)
    assert locked(two_cards, "dora") == {"8812": "frozen"}
    dora.proof = "proven"
    assert "ending in 5540 is not locked" in await dora.says("unlock my card ending in 5540")
    assert "ending in 8812 is unlocked" in await dora.says("unlock my card ending in 8812")


async def test_the_card_that_was_named_is_known_after_the_number_the_code_and_the_yes(talk: Start, two_cards: Bank) -> None:
    dora = talk()
    await dora.says("I lost my card ending in 8812")
    await dora.says("617 555 0104")
    await dora.says("one moment please")
    await dora.says("when are you open on saturdays")  # another wish in between takes nothing from it
    assert "Shall I block it now" in await dora.proves(DORA)
    assert "card ending in 8812 is blocked" in await dora.says("yes")
    assert locked(two_cards, "dora") == {"8812": "lost"}
    dora.proof = "proven"
    assert "new card is ordered" in await dora.says("yes")
    kept = [one.card.last4 for one in two_cards.work(lambda session, _: records.held(session, "dora"))]
    assert "5540" in kept and "8812" not in kept


async def test_digits_of_no_card_lock_none_and_the_options_say_which(talk: Start, two_cards: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    asked = await dora.says("lock my card ending in 1234")
    assert "no card of yours that ends so" in asked and list(asked.options) == ["Ending in 5540", "Ending in 8812"]
    assert locked(two_cards, "dora") == {}
    assert "ending in 8812 is locked" in await dora.says(asked.options["Ending in 8812"])
    assert locked(two_cards, "dora") == {"8812": "frozen"}
    asked = await dora.says("I lost my card ending in 1234")
    assert "Shall I block it now" in await dora.says(asked.options["Ending in 5540"])
    assert "ending in 5540 is blocked" in await dora.says("yes")
    assert locked(two_cards, "dora") == {"5540": "lost", "8812": "frozen"}


async def test_which_of_two_cards_is_replaced_is_asked(talk: Start, two_cards: Bank) -> None:
    dora = talk(channel="voice", tel=DORA, proof="proven")
    asked = await dora.says("the chip on my card is broken")
    assert "Which card is it?" in asked and list(asked.options) == ["Ending in 5 5 4 0", "Ending in 8 8 1 2"]
    assert "The one ending in 8 8 1 2 works until" in await dora.says(asked.options["Ending in 8 8 1 2"])
    await dora.says("yes")
    delivery = two_cards.work(lambda session, today: records.on_its_way(session, "dora", today))
    assert delivery is not None and delivery.last4 == "8812"


async def test_without_proof_every_card_is_locked_as_it_is_said(talk: Start, two_cards: Bank) -> None:
    dora = talk(channel="sms", tel=DORA)
    assert "every card we have under this number is locked" in await dora.says("freeze my cards")
    assert locked(two_cards, "dora") == {"5540": "frozen", "8812": "frozen"}


async def test_without_proof_the_named_card_alone_is_locked_or_all_where_there_is_none(talk: Start, two_cards: Bank) -> None:
    for tel in (DORA, NOBODY):
        assert "card ending in 8812 is locked" in await talk(channel="sms", tel=tel).says("lock my card ending in 8812")
    assert locked(two_cards, "dora") == {"8812": "frozen"}
    assert "card ending in 1234 is locked" in await talk(channel="sms", tel=DORA).says("lock my card ending in 1234")
    assert locked(two_cards, "dora") == {"5540": "frozen", "8812": "frozen"}


@pytest.mark.parametrize("channel", ["voice", "sms"])
async def test_a_named_lost_card_is_blocked_alone_without_proof_and_the_same_is_said_to_anybody(
    talk: Start, two_cards: Bank, channel: str
) -> None:
    heard = []
    for tel in (DORA, NOBODY):
        caller = talk(channel=channel, tel=tel)
        heard.append([(await caller.says(words)).texts for words in ("my card ending in 8812 was stolen", "yes")])
    assert heard[0] == heard[1] and "Shall I block it now, the card ending in 8" in heard[0][0][0]
    assert locked(two_cards, "dora") == {"8812": "lost"}


async def test_the_card_that_is_named_when_it_is_asked_is_the_one(talk: Start, two_cards: Bank) -> None:
    dora = talk(channel="sms", tel=DORA)
    assert "YES blocks every card" in await dora.says("I lost one of my cards")
    assert "the card ending in 8812" in await dora.says("the one ending in 8812")
    await dora.says("yes")
    assert locked(two_cards, "dora") == {"8812": "lost"}


async def test_a_lost_card_whose_digits_fit_none_locks_all_for_the_time_being(talk: Start, two_cards: Bank) -> None:
    dora = talk(channel="sms", tel=DORA)
    await dora.says("I lost my card ending in 1234")
    assert "all are locked for now" in await dora.says("yes")
    assert locked(two_cards, "dora") == {"5540": "frozen", "8812": "frozen"}


async def test_which_card_is_answered_by_its_digits(talk: Start, two_cards: Bank) -> None:
    dora = talk(tel=DORA, proof="proven")
    assert "Which card is it?" in await dora.says("the chip on my card is broken")
    assert "The one ending in 8812 works until" in await dora.says("8812")


@pytest.mark.parametrize("words", ["lock only the card ending 8812", "please lock my card ending in 8812"])
async def test_a_wish_in_the_questions_of_an_activation_is_done(talk: Start, two_cards: Bank, words: str) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says("activate my card")
    told = await dora.says(words)
    if "Shall I lock" in told:  # not said clearly enough to be done at once
        told = await dora.says("yes")
    assert "ending in 8812 is locked" in told and await dora.form() == "activation_form"
    assert (await dora.slots()).get("card_last4") is None


async def test_a_card_that_was_reported_lost_stays_blocked_when_it_is_found(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="proven")
    await dora.says("my card was stolen")
    await dora.says("yes")
    found = await dora.says("unlock my card")
    assert "stays blocked for good" in found and "Order a new card" in found.options
    assert locked(bank, "dora") == {"5540": "lost"}
    assert "new card is ordered" in await dora.says("yes")
    assert bank.activate("Dora Nielsen", "5540", DORA) is Activation.HELD


async def test_a_card_that_is_only_locked_is_asked_for_before_it_is_lost_for_good(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says("freeze my card please")
    assert "Shall I block it now" in await dora.says("I lost my debit card")
    assert locked(bank, "dora") == {"5540": "frozen"}
    assert "is blocked" in await dora.says("yes")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Set a travel notice for Italy, June 3 to June 17", ["Italy"]),
        ("i'm off to the uk and south korea, then Côte d'Ivoire", ["United Kingdom", "South Korea", "Côte d'Ivoire"]),
        ("back to New Jersey with Chad", []),
        ("the Dominican Republic", ["Dominican Republic"]),
        ("", []),
    ],
)
def test_countries_in_a_sentence(text: str, found: list[str]) -> None:
    assert countries(text) == found


async def test_what_the_wish_says_of_the_trip_is_not_asked_again(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "Noted: Italy, June 3 to June 17" in await dora.says("Set a travel notice for Italy, June 3 to June 17")
    assert "noted already" in await dora.says("Set a travel notice for Italy, June 3 to June 17")
    assert "From when" in await dora.says("please add a travel notice for Japan")


async def test_what_is_left_of_a_trip_is_not_used_for_the_next_one(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says("please add a travel notice for Japan")
    await dora.says("never mind")
    assert "Which country" in await dora.says("I'd like to set up a travel notice")
    await dora.says("never mind")
    assert "Noted: Italy, June 3 to June 17" in await dora.says("Set a travel notice for Italy, June 3 to June 17")
