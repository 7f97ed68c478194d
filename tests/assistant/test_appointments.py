"""An appointment at a branch: for a proven number, among free times, moved and called off; nobody gets another's time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from actions.bank import Bank
from actions.visits import appointments
from actions.visits.appointments import Time
from tests.talking.talk import Talk

BEN = "+12125550102"
Start = Callable[..., Talk]


def test_times_are_on_working_days_and_short_before_christmas(bank: Bank) -> None:
    times = appointments.free(bank, "tribeca", 200)
    days = {time.day for time in times}
    assert times[0] == Time(date(2026, 11, 24), 10) and date(2026, 11, 26) not in days and date(2026, 11, 28) not in days
    assert [time.hour for time in times if time.day == date(2026, 12, 24)] == [10, 11]


def test_a_time_is_taken_once_and_moving_frees_the_old_one(bank: Bank) -> None:
    first, second = appointments.free(bank, "tribeca", 2)
    assert appointments.take(bank, "ben", "tribeca", first) and not appointments.take(bank, "ana", "tribeca", first)
    assert appointments.take(bank, "ben", "tribeca", second)
    assert appointments.free(bank, "tribeca", 1) == [first]
    held = appointments.of(bank, "ben")
    assert held is not None and (held.day, held.hour) == (second.day, second.hour)
    assert appointments.cancel(bank, "ben") is not None and appointments.cancel(bank, "ben") is None


def test_the_same_time_again_is_booked_and_stays_one(bank: Bank) -> None:
    first, _ = appointments.free(bank, "tribeca", 2)
    assert appointments.take(bank, "ben", "tribeca", first) and appointments.take(bank, "ben", "tribeca", first)
    assert not appointments.take(bank, "ben", "tribeca", Time(first.day, 9))
    assert appointments.cancel(bank, "ben") is not None and appointments.of(bank, "ben") is None


def test_two_tabs_do_not_give_two_appointments(bank: Bank) -> None:
    times = appointments.free(bank, "tribeca", 8)
    together = threading.Barrier(len(times))

    def takes(time: Time) -> bool:
        together.wait()
        return appointments.take(bank, "ben", "tribeca", time)

    with ThreadPoolExecutor(len(times)) as tabs:
        assert all(tabs.map(takes, times))
    assert appointments.cancel(bank, "ben") is not None and appointments.of(bank, "ben") is None


def test_a_time_is_read_as_it_was_written() -> None:
    assert Time.read("2026-11-24 14") == Time(date(2026, 11, 24), 14)
    assert Time.read("2026-11-24 14") is not None and str(Time(date(2026, 11, 24), 14)) == "2026-11-24 14"
    assert Time.read("") is None and Time.read("tomorrow 9") is None
    assert [Time(date(2026, 11, 24), hour).clock for hour in (10, 12, 15)] == ["10 am", "12 pm", "3 pm"]


@pytest.mark.rasa
@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
async def test_made_moved_and_called_off(talk: Start, bank: Bank, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    assert "zip code" in await ben.says("I'd like to make an appointment")
    times = await ben.says("10013")
    assert "free at Tribeca" in times and list(times.options)[-1] == "Later times" and len(times.options) == 4
    chosen = next(payload for title, payload in times.options.items() if title.endswith("11 am"))
    assert "Done" in await ben.says(chosen) and "11 am" in str(times.options)
    moved = await ben.says("I need to reschedule my appointment")
    assert "November 24, 11 am" in moved
    later = await ben.says(moved.options["Later times"])
    assert "Done" in await ben.says(next(iter(later.options.values())))
    asked = await ben.says("cancel my appointment")
    assert "Shall I call it off?" in asked
    assert "called off" in await ben.says("yes")
    assert appointments.of(bank, "ben") is None
    assert "no appointment" in await ben.says("cancel my appointment")


@pytest.mark.rasa
async def test_the_number_is_proved_first_and_then_the_branch_is_asked(talk: Start) -> None:
    ben = talk(tel=BEN)
    assert "six-digit code" in await ben.says("I'd like to make an appointment")
    assert "zip code" in await ben.proves(BEN)
    assert "free at Tribeca" in await ben.says("10013")


@pytest.mark.rasa
async def test_a_no_keeps_it(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    appointments.take(bank, "ben", "tribeca", appointments.free(bank, "tribeca", 1)[0])
    assert "What shall I do with it?" in await ben.says("I'd like to make an appointment")
    await ben.says("cancel my appointment")
    await ben.says("no")
    assert appointments.of(bank, "ben") is not None


@pytest.mark.rasa
async def test_moving_keeps_the_branch_whatever_was_looked_at_since(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    appointments.take(bank, "ben", "tribeca", appointments.free(bank, "tribeca", 1)[0])
    await ben.says('/choose_branch{"branch": "boston"}')
    moved = await ben.says("I need to reschedule my appointment")
    assert "free at Tribeca" in moved
    later = await ben.says(moved.options["Later times"])
    assert "free at Tribeca" in later and "at Tribeca" in await ben.says(next(iter(later.options.values())))


@pytest.mark.rasa
async def test_the_second_tap_of_a_time_is_booked_too(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    first = appointments.free(bank, "tribeca", 1)[0]
    tap = f'/choose_time{{"time": "tribeca {first}"}}'
    assert [("Done" in await ben.says(tap), "quicker" in await ben.says(tap)) for _ in range(2)] == [(True, False)] * 2


@pytest.mark.rasa
async def test_where_nothing_is_free_a_person_is_offered(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "boston"}')
    none = await ben.says('/choose_time{"time": "later 2030-01-01 10"}')
    assert "no more free times at Boston Harbor" in none and "Speak to a person" in none.options


@pytest.mark.rasa
@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
async def test_a_time_in_words_is_taken_as_a_tap_is(talk: Start, bank: Bank, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "tribeca"}')
    assert "free at Tribeca" in await ben.says("I'd like to make an appointment")
    several = await ben.says("next Monday morning")
    assert "free then" in several and [title.split(", ")[-1] for title in several.options] == ["10 am", "11 am", "Later times"]
    assert "Done: Monday, November 30, 11 am" in str(await ben.says("at 11")).replace("Done.", "Done:")
    held = appointments.of(bank, "ben")
    assert held is not None and (held.day, held.hour) == (date(2026, 11, 30), 11)


@pytest.mark.rasa
async def test_none_that_fits_is_said_with_the_nearest(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "tribeca"}')
    await ben.says("I'd like to make an appointment")
    near = await ben.says("the day after tomorrow after 4")
    assert "Nothing is free then" in near and list(near.options)[:3] == [f"Wed, Nov 25, {at}" for at in ("11 am", "2 pm", "3 pm")]
    closed = await ben.says("Thursday at 2")
    assert "closed on Thursday, November 26: Thanksgiving Day" in closed and "Nothing is free then" in closed
    assert "Done: Wednesday, November 25, 2 pm" in await ben.says("then wednesday at 2")


@pytest.mark.rasa
async def test_the_time_in_the_first_sentence_is_kept_through_code_and_branch_and_a_yes_books_it(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN)
    await ben.says("Can I come in and meet with someone on Wednesday at 2?")
    assert "zip code" in await ben.proves(BEN)
    asked = await ben.says("10013")
    assert "Wednesday, November 25, 2 pm, is free at Tribeca" in asked and list(asked.options) == ["Yes, book it", "Other times"]
    assert appointments.of(bank, "ben") is None
    assert "Done: Wednesday, November 25, 2 pm" in await ben.says("yes please")


@pytest.mark.rasa
async def test_another_time_than_the_one_that_was_asked_about(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "tribeca"}')
    asked = await ben.says("book an appointment on Wednesday at 2")
    assert "Shall I book it" in asked
    assert "Which one suits you" in await ben.says(asked.options["Other times"])
    assert "Done: Tuesday, November 24, 3 pm" in await ben.says("tomorrow at 3")


@pytest.mark.rasa
async def test_moved_in_words(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    appointments.take(bank, "ben", "tribeca", Time(date(2026, 11, 24), 10))
    asked = await ben.says("move my appointment to friday at 11")
    assert "November 24, 10 am" in asked and "Friday, November 27, 11 am, is free" in asked
    assert "Done: Friday, November 27, 11 am" in await ben.says("yes")
    held = appointments.of(bank, "ben")
    assert held is not None and (held.day, held.hour) == (date(2026, 11, 27), 11)


@pytest.mark.rasa
async def test_a_yes_to_several_times_books_none(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "tribeca"}')
    await ben.says("I'd like to make an appointment")
    assert "Which one suits you" in await ben.says("yes")
    assert appointments.of(bank, "ben") is None


@pytest.mark.rasa
async def test_times_are_still_on_offer_when_something_else_was_not_understood(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says('/choose_branch{"branch": "tribeca"}')
    await ben.says("I'd like to make an appointment")
    assert "Done" not in await ben.says("hmmm xyzzy blorp")
    assert "Done: Friday, November 27, 3 pm" in await ben.says("friday at 3")
