"""What is known of the phone line beyond single calls: who is in which conference, and how long people have waited.

Values, Protocols, and the estimate of a wait. ``bot.redis_store.line`` implements the Protocols; each raises StoreUnavailable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Protocol

from bot.ports.hours import Hours

CALLER, AGENT, TRANSFER, THIRD, LISTENER = "caller", "agent", "transfer", "third", "listener"
FEWEST = 3
"""Waits that an estimate needs."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One phone in a conference. ``who``: an agent's username, or a number."""

    call_sid: str
    role: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """The conference of one handoff. ``sid`` is empty until Twilio has told it; ``ringing`` names who is being called in."""

    handoff_id: str
    sid: str = ""
    legs: tuple[Leg, ...] = ()
    held: bool = False
    muted: bool = False
    recording: str = ""
    ringing: str = ""

    def leg(self, role: str) -> Leg | None:
        """The first phone of that role."""
        return next((leg for leg in self.legs if leg.role == role), None)

    def of(self, call_sid: str) -> Leg | None:
        """The phone of that call."""
        return next((leg for leg in self.legs if leg.call_sid == call_sid), None)


class Rooms(Protocol):
    """Conferences by handoff."""

    async def get(self, handoff_id: str) -> Room: ...
    async def enter(self, handoff_id: str, leg: Leg) -> None: ...
    async def leave(self, handoff_id: str, call_sid: str) -> None: ...
    async def note(self, handoff_id: str, **facts: str) -> None:
        """``sid``, ``held``, ``muted`` (``1`` or empty), ``recording`` (``on``, ``paused`` or empty), ``ringing``."""
        ...

    async def close(self, handoff_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody waited for a person who had ``place`` people in line, themselves included."""

    seconds: float
    place: int
    at: datetime


class Waits(Protocol):
    """The waits of the last hours, by queue."""

    async def record(self, queue: str, wait: Wait) -> None: ...
    async def recent(self, queue: str, now: datetime) -> list[Wait]: ...


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How often a customer is called back who was not reached, how long after the last time, and when people work."""

    tries: int = 3
    between: timedelta = timedelta(minutes=15)
    hours: Hours = field(default_factory=Hours)

    def next_time(self, now: datetime) -> datetime:
        """When to call again, in UTC: after the wait, and never outside the hours of business."""
        return self.hours.next_opening(now + self.between).astimezone(UTC)


class Schedule(Protocol):
    """What is due when, for all gateways together: what a gateway has claimed comes up again unless it is done with."""

    async def put(self, name: str, at: datetime) -> None:
        """Look at it at that time; another time that was set before counts no more."""
        ...

    async def due(self, now: datetime) -> list[tuple[str, datetime]]:
        """What is due, and since when."""
        ...

    async def claim(self, name: str, seen: datetime, again: datetime | None) -> bool:
        """Take what was ``seen`` due, for one gateway only; it comes up ``again`` (None: never)."""
        ...

    async def first(self, key: str) -> bool:
        """True for the first who asks, for a day."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minutes that a wait will take: between ``low`` and ``high``, most likely ``about``. Half of the waits were within."""

    low: int
    about: int
    high: int

    @property
    def sure(self) -> bool:
        """One number says it."""
        return self.high - self.low <= 1


def estimate(waits: Sequence[Wait], place: int) -> Estimate | None:
    """How long it takes from ``place``, by what it took others per place; None when too few waited, or they differ too much."""
    if len(waits) < FEWEST:
        return None
    paces = sorted(wait.seconds / max(1, wait.place) for wait in waits)
    low, middle, high = (_quantile(paces, share) * place / 60 for share in (0.25, 0.5, 0.75))
    if high > 60 or (high > 10 and high > 4 * max(low, 1)):
        return None
    return Estimate(int(low), max(1, round(middle)), max(1, ceil(high)))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest values."""
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
