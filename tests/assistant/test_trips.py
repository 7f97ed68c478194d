"""A trip that was told of: read back, changed right after, called off; what is no time is not taken for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from actions.bank import Bank
from actions.cards import travel_words
from actions.records import trips
from actions.records.card_tables import TravelNotice
from tests.talking.fixtures import TODAY
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
DORA = "+16175550104"
Start = Callable[..., Talk]
NOTICE = "Set a travel notice for Italy, June 3 to June 17"


def noted(bank: Bank) -> dict[str, str]:
    """Dora's trips."""
    return {one.place: one.dates for one in bank.work(lambda session, today: trips.of(session, "dora", today))}


async def test_a_trip_is_read_back_and_called_off_on_a_yes(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "No trip of yours is noted" in await dora.says("/ask_trip")
    await dora.says(NOTICE)
    assert "I have noted this trip: Italy, June 3 to June 17" in await dora.says("which travel dates do you have for me")
    assert "Shall I call it off?" in await dora.says("please cancel my travel notice")
    assert noted(bank) == {"Italy": "June 3 to June 17"}
    assert "called off" in await dora.says("yes")
    assert noted(bank) == {} and "No trip" in await dora.says("/cancel_trip")


async def test_of_two_trips_it_is_asked_which_one_is_off(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says(NOTICE)
    await dora.says("Set a travel notice for Japan, July 3 to July 17")
    asked = await dora.says("/cancel_trip")
    assert list(asked.options) == ["Italy", "Japan"] and len(noted(bank)) == 2
    await dora.says(asked.options["Japan"])
    await dora.says("yes")
    assert noted(bank) == {"Italy": "June 3 to June 17"}


@pytest.mark.parametrize(
    ("words", "said", "kept"),
    [
        ("actually I leave on June 5", "Italy, June 5 to June 17", {"Italy": "June 5 to June 17"}),
        ("no, June 5 to June 20", "Italy, June 5 to June 20", {"Italy": "June 5 to June 20"}),
        ("no sorry, not Italy, Spain", "Spain, June 3 to June 17", {"Spain": "June 3 to June 17"}),
    ],
)
async def test_what_is_corrected_right_after_is_offered_and_noted_in_its_place(
    talk: Start, bank: Bank, words: str, said: str, kept: dict[str, str]
) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says(NOTICE)
    told = await dora.says(words)
    if "instead" in told:  # what is understood as the wish itself is noted at once
        assert f"instead: {said}?" in told and noted(bank) == {"Italy": "June 3 to June 17"}
        told = await dora.says("yes")
    assert f"Noted: {said}" in told
    assert noted(bank) == kept


async def test_cancel_it_right_after_is_about_the_trip(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says(NOTICE)
    assert "Your trip is noted" in await dora.says("cancel it")
    await dora.says("no")
    assert noted(bank) == {"Italy": "June 3 to June 17"}


async def test_figures_are_neither_days_nor_a_country_and_after_three_a_person_is_offered(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says("/travel_notice")
    assert "name of a country" in await dora.says("000000")
    assert "From when" in await dora.says("Portugal")
    assert "the first and the last day" in await dora.says("000000")
    assert "the first and the last day" in await dora.says("212-555-0101")
    assert "colleague" in await dora.says("12345") and noted(bank) == {}


async def test_nobody_hears_of_a_trip_without_proof(talk: Start, bank: Bank) -> None:
    bank.work(lambda session, _: trips.note(session, TravelNotice(customer_id="dora", place="Italy", dates="in June")))
    for wish in ("/ask_trip", "/cancel_trip"):
        assert "Italy" not in await talk(channel="sms", tel=DORA).says(wish)
    assert noted(bank) == {"Italy": "in June"}


def test_a_trip_that_is_over_is_not_told(bank: Bank) -> None:
    over = TravelNotice(
        customer_id="dora", place="Italy", dates="June 3 to June 17", since=date(2026, 6, 3), until=date(2026, 6, 17)
    )
    assert bank.work(lambda session, _: trips.note(session, over)) and noted(bank) == {}


@pytest.mark.parametrize("words", ["000000", "212-555-0101", "yes", "mexico", "", "4421"])
def test_no_time(words: str) -> None:
    assert travel_words.days(words, TODAY) is None and not travel_words.is_time(words)


@pytest.mark.parametrize("words", ["some time in spring", "for two weeks", "I don't know yet", "all of July", "around Christmas"])
def test_a_time_without_days(words: str) -> None:
    assert travel_words.is_time(words)
