"""What a colleague deals with is written down and gets a number; what is out of order is told as operators wrote it; holidays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from actions import outages
from actions.bank import Bank
from actions.notes import take
from actions.records import notes as records
from bot.directives import Handoff
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
Start = Callable[..., Talk]
BEN = "+12125550102"


def notes(bank: Bank) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.words, one.phone) for one in bank.work(lambda session, _: records.all_of(session))]


@pytest.mark.parametrize("channel", ["web", "sms", "voice", "messenger"])
async def test_a_complaint_is_written_down_gets_a_number_and_a_person_is_offered(talk: Start, bank: Bank, channel: str) -> None:
    ben = talk(channel=channel, tel="+12125550102")
    asked = await ben.says("I want to file a complaint")
    assert "sorry" in asked and "What happened" in asked and await ben.form() == "note_form"
    told = await ben.says("The teller at your Tribeca office was rude and I had to wait an hour")
    assert re.search(r"number (20001|2 0 0 0 1|2, 0, 0, 0, 1)", str(told)), told
    assert notes(bank) == [
        (
            "complaint",
            "I want to file a complaint\nThe teller at your Tribeca office was rude and I had to wait an hour",
            "+12125550102",
        )
    ]
    assert await ben.form() is None and "Speak to a person" in told.options
    person = await ben.says("yes")
    assert [one.reason for one in person.directives if isinstance(one, Handoff)] == ["A complaint, which is written down"]


async def test_a_new_address_is_written_down_and_goes_to_a_person_with_the_words(talk: Start, bank: Bank) -> None:
    ben = talk()
    assert "What is new" in await ben.says("I moved, please update my address")
    told = await ben.says("31 Mariner Road, apartment 4B, Queens 11103")
    reason = next(one.reason for one in told.directives if isinstance(one, Handoff))
    assert reason == "A new address, number or name (20001): 31 Mariner Road, apartment 4B, Queens 11103"
    assert "31 Mariner Road" in told and await ben.form() is None
    assert notes(bank)[0][0] == "address" and notes(bank)[0][1].endswith("Queens 11103")


@pytest.mark.parametrize("words", ["never mind", "can I speak to a person", "what do you mean", "one moment please"])
async def test_a_move_of_the_conversation_is_no_complaint(talk: Start, bank: Bank, words: str) -> None:
    ben = talk()
    await ben.says("I want to file a complaint")
    await ben.says(words)
    assert notes(bank) == []


@pytest.mark.parametrize(
    "words", ["I lost my card", "freeze my card please", "there is a charge I don't recognize", "yes please"]
)
async def test_a_short_wish_that_cannot_wait_is_no_complaint(talk: Start, bank: Bank, words: str) -> None:
    dora = talk(tel="+16175550104", proof="possessed")
    await dora.says("I want to file a complaint")
    told = await dora.says(words)
    assert notes(bank) == [] and "number 20001" not in told


async def test_a_turn_that_is_tried_again_is_one_complaint(bank: Bank) -> None:
    told = ("complaint", "The teller was rude", "+12125550102", "web")
    assert take(bank, *told) == take(bank, *told) == 20_001
    assert take(bank, "complaint", "The teller was rude", "+12125550101", "web") == 20_002


async def test_the_same_words_of_two_who_are_not_known_are_two_complaints(bank: Bank) -> None:
    numbers = [take(bank, "complaint", "nobody calls back", None, "web") for _ in range(2)]
    assert len(set(numbers)) == 2


async def test_a_complaint_that_sounds_like_two_wishes_is_one_and_over_when_it_is_told(talk: Start, bank: Bank) -> None:
    someone = talk(channel="web")
    await someone.says("i already told you people last month and nothing happened. i want to complain")
    told = await someone.says("you charged me a fee of 35 dollars twice and nobody calls me back")
    assert "has the number" in told
    after = await someone.says("no")
    assert "What happened" not in str(after.texts) and await someone.form() is None


@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
async def test_how_a_complaint_stands_is_told_and_none_is_begun(talk: Start, bank: Bank, channel: str) -> None:
    number = take(bank, "complaint", "the teller was rude", BEN, "web")
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    told = await ben.says("so what happens with my complaint now")
    assert "with a colleague" in told and (str(number) in told or channel == "voice")
    assert await ben.form() is None and len(notes(bank)) == 1


async def test_a_cancel_that_says_not_what_does_not_sound_as_if_it_was_done(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    assert "I have changed nothing" in await ben.says("cancel it")


async def test_words_that_mean_something_elsewhere_are_the_complaint_here(talk: Start, bank: Bank) -> None:
    ben = talk()
    await ben.says("complaint about fees")
    await ben.says("You charged me a monthly fee on my checking account that nobody told me about")
    assert len(notes(bank)) == 1 and await ben.form() is None


async def test_a_word_alone_is_asked_again(talk: Start, bank: Bank) -> None:
    ben = talk()
    await ben.says("I want to file a complaint")
    assert "A little more" in await ben.says("zzgrf")
    assert notes(bank) == [] and await ben.form() == "note_form"


async def test_a_complaint_in_the_middle_of_an_activation_goes_back_to_it(talk: Start, bank: Bank) -> None:
    ben = talk()
    await ben.says("activate my card")
    await ben.says("I want to file a complaint")
    back = await ben.says("Nobody answered my letter for three months")
    assert back.texts[-1] == "What is your first and last name?" and len(notes(bank)) == 1


async def test_what_is_out_of_order_is_told_until_it_is_over(
    talk: Start, bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ben = talk()
    none = await ben.says("Is your app down?")
    assert "know of nothing" in none and "Speak to a person" in none.options
    monkeypatch.setattr(outages, "Bank", lambda _: bank)
    assert outages.main(["add", "the app", "We expect it back by noon."]) == 0
    assert (await ben.says("is there an outage")).texts == ["Out of order now: the app. We expect it back by noon."]
    assert outages.main(["over", "1"]) == 0 and outages.main(["over", "1"]) == 1
    assert "know of nothing" in await ben.says("is there an outage")
    assert "1  2026-11-23  the app: We expect it back by noon." in capsys.readouterr().out


async def test_an_outage_is_told_by_the_way_in_a_form(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card")
    told = await ben.says("Is your app down?")
    assert "know of nothing" in told and told.texts[-1] == "What is your first and last name?"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("are you open on thanksgiving", "All branches are closed on Thursday, November 26: Thanksgiving Day."),
        ("What are your holiday hours?", "All branches are closed on Thursday, November 26: Thanksgiving Day."),
        ("are you open on christmas eve", "On Thursday, December 24 all branches close at 1 pm."),
        ("will you be open the day after thanksgiving", "Friday, November 27 is no holiday: branches keep their usual hours."),
    ],
)
async def test_the_hours_of_a_holiday(talk: Start, words: str, says: str) -> None:
    ben = talk()
    told = await ben.says(words)
    assert told.texts[0] == says
    assert (len(told.texts) == 1) == ("closed" in says)
