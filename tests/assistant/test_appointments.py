"""An appointment at a branch: for a proven number, among free times, moved and called off; nobody gets another's time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from actions import appointments
from actions.appointments import Time
from actions.bank import Bank
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
