"""Appointments at a branch: free times, and whose they are. An appointment is for an hour of a working day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from actions.bank import Bank
from actions.days import open_days
from actions.records import appointments as records
from actions.records.service_tables import Appointment
from actions.visits.wished_times import Wished, nearest

HOURS = (10, 11, 14, 15)
AHEAD = 60
"""Days for which times are offered, from tomorrow on."""


@dataclass(frozen=True, slots=True)
class Time:
    """An hour of a day; ``str`` is ``2026-11-24 10``."""

    day: date
    hour: int

    def __str__(self) -> str:
        return f"{self.day} {self.hour}"

    @property
    def clock(self) -> str:
        """``10 am``."""
        return f"{(self.hour - 1) % 12 + 1} {'am' if self.hour < 12 else 'pm'}"

    @classmethod
    def read(cls, text: str) -> Time | None:
        """What ``str`` wrote; None for anything else."""
        day, _, hour = text.partition(" ")
        try:
            return cls(date.fromisoformat(day), int(hour))
        except ValueError:
            return None


def free(bank: Bank, branch_id: str, count: int, after: Time | None = None) -> list[Time]:
    """The next free times of a branch, later than ``after``."""
    first = bank.today() + timedelta(days=1)
    taken = bank.work(lambda session, _: records.taken(session, branch_id, first))
    open_ones = (time for time in _working(first) if _key(time) not in taken and (after is None or _key(time) > _key(after)))
    return list(islice(open_ones, count))


def fitting(bank: Bank, branch_id: str, wish: Wished, count: int) -> list[Time]:
    """The first free times that meet a wish; none where none does."""
    every = free(bank, branch_id, AHEAD * len(HOURS))
    return [time for time in every if wish.fits(time.day, time.hour)][:count]


def near(bank: Bank, branch_id: str, wish: Wished, count: int) -> list[Time]:
    """The free times that come nearest to a wish that none meets."""
    every = free(bank, branch_id, AHEAD * len(HOURS))
    return [Time(*one) for one in nearest(wish, [_key(time) for time in every], count)]


def _working(first: date) -> Iterator[Time]:
    for number in range(AHEAD):
        day = open_days.on(first + timedelta(days=number))
        if open_days.working(day.day):
            yield from (Time(day.day, hour) for hour in HOURS if not day.short or hour < 12)


def _key(time: Time) -> tuple[date, int]:
    return time.day, time.hour


def of(bank: Bank, customer_id: str) -> Appointment | None:
    """The customer's next appointment, today's included."""
    return bank.work(lambda session, today: records.of(session, customer_id, today))


def take(bank: Bank, customer_id: str, branch_id: str, time: Time) -> Appointment | None:
    """Book it, or move the one that the customer has, if any, to it; what there is now, also where it was theirs already. None
    when somebody was quicker, or it is no time of ours: then nothing changes."""
    if time not in _working(bank.today() + timedelta(days=1)):
        return None
    wanted = Appointment(customer_id=customer_id, branch_id=branch_id, day=time.day, hour=time.hour)
    return bank.work(lambda session, today: records.take(session, wanted, today))


def cancel(bank: Bank, customer_id: str) -> Appointment | None:
    """Take the next one out of the book; what it was, or None."""
    return bank.work(lambda session, today: records.cancel(session, customer_id, today))
