"""Queues of waiting callers, and the bridge that joins two legs."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.signing import new_sid
from simulator.twilio_voice.ports import Party

DEFAULT_MAX_SIZE = 100


@dataclass
class Bridge:
    """Two legs that hear each other until one of them goes. ``over`` is set then."""

    parties: list[Party] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def enter(self, party: Party) -> None:
        """One side is there; with the second they are joined."""
        self.parties.append(party)
        if len(self.parties) == 2:
            self.ready.set()

    def speak(self, party: Party, text: str) -> None:
        """What one side says is heard by the other."""
        for other in self.parties:
            if other is not party and self.ready.is_set() and not self.over.is_set():
                other.hear("Other", text)

    def part(self, party: Party) -> None:
        """One side goes, and that ends it."""
        self.end()

    def end(self) -> None:
        """One side went; harmless when repeated."""
        self.over.set()


@dataclass
class Entry:
    """One waiting caller. ``taken`` is set with the bridge when somebody dials the queue."""

    party: Party
    since: float
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    bridge: Bridge | None = None
    whisper_url: str | None = None
    whisper_method: str = "POST"


@dataclass
class WaitQueue:
    """First in, first out; lives as long as the simulator."""

    name: str
    clock: Clock
    sid: str = field(default_factory=lambda: new_sid("QU"))
    max_size: int = DEFAULT_MAX_SIZE
    entries: deque[Entry] = field(default_factory=deque)
    waited: list[float] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, party: Party, max_size: int | None) -> Entry | None:
        """Wait here; None when the queue is full."""
        self.max_size = max_size or self.max_size
        if len(self.entries) >= self.max_size:
            return None
        entry = Entry(party, self.clock.elapsed())
        self.entries.append(entry)
        self.arrived.set()
        return entry

    def remove(self, entry: Entry) -> None:
        """The caller is no longer waiting; harmless when repeated."""
        if entry in self.entries:
            self.entries.remove(entry)
            self.waited.append(self.clock.elapsed() - entry.since)

    async def take(self, seconds: float) -> Entry | None:
        """The first waiting caller, or the next who comes in time."""
        deadline = self.clock.elapsed() + seconds
        while not self.entries:
            self.arrived.clear()
            if not await self.clock.wait(self.arrived, deadline - self.clock.elapsed()):
                return None
        entry = self.entries[0]
        self.remove(entry)
        return entry

    def fields(self, entry: Entry) -> list[tuple[str, str]]:
        """What the wait URL is told. https://www.twilio.com/docs/voice/twiml/enqueue"""
        place = self.entries.index(entry) + 1 if entry in self.entries else 0
        average = sum(self.waited) / len(self.waited) if self.waited else 0
        return [
            ("QueueSid", self.sid),
            ("QueuePosition", str(place)),
            ("QueueTime", str(round(self.clock.elapsed() - entry.since))),
            ("AvgQueueTime", str(round(average))),
            ("CurrentQueueSize", str(len(self.entries))),
            ("MaxQueueSize", str(self.max_size)),
        ]


@dataclass
class Queues:
    """All queues by name; made on demand."""

    clock: Clock
    by_name: dict[str, WaitQueue] = field(default_factory=dict)

    def get(self, name: str) -> WaitQueue:
        """The queue of that name."""
        return self.by_name.setdefault(name, WaitQueue(name, self.clock))
