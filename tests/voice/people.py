"""What the waiting line needs of the core, in memory: errands, conferences, measured waits, Twilio's requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.agent_desk.caller_requests import Errands
from bot.handoff.lifecycle import HandoffBook
from bot.model import OutboundMessage
from bot.ports import DeskEvent, Doubt
from bot.ports.phone_line import CallbackRules, Leg, Room, Wait
from tests.voice.fakes import FakeCalls, FakeClock, FakeContacts, FakeHandoffs, Store, Words


class MemoryRooms:
    """``bot.ports.phone_line.Rooms``."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}

    async def get(self, handoff_id: str) -> Room:
        return self.rooms.get(handoff_id, Room(handoff_id))

    async def enter(self, handoff_id: str, leg: Leg) -> None:
        room = await self.get(handoff_id)
        others = tuple(one for one in room.legs if one.call_sid != leg.call_sid)
        self.rooms[handoff_id] = replace(room, legs=(*others, leg))

    async def leave(self, handoff_id: str, call_sid: str) -> None:
        room = await self.get(handoff_id)
        self.rooms[handoff_id] = replace(room, legs=tuple(one for one in room.legs if one.call_sid != call_sid))

    async def note(self, handoff_id: str, **facts: str) -> None:
        flags = {name: bool(value) if name in ("held", "muted") else value for name, value in facts.items()}
        self.rooms[handoff_id] = replace(await self.get(handoff_id), **flags)  # type: ignore[arg-type]

    async def close(self, handoff_id: str) -> None:
        self.rooms.pop(handoff_id, None)


@dataclass
class MemoryWaits:
    """``bot.ports.phone_line.Waits``."""

    waits: list[Wait] = field(default_factory=list)

    async def record(self, queue: str, wait: Wait) -> None:
        self.waits.append(wait)

    async def recent(self, queue: str, now: datetime) -> list[Wait]:
        return self.waits


@dataclass
class MemorySchedule:
    """``bot.ports.phone_line.Schedule``."""

    times: dict[str, datetime] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    async def put(self, name: str, at: datetime) -> None:
        assert at.tzinfo is UTC
        self.times[name] = at

    async def due(self, now: datetime) -> list[tuple[str, datetime]]:
        return [(name, at) for name, at in self.times.items() if at <= now]

    async def claim(self, name: str, seen: datetime, again: datetime | None) -> bool:
        raise NotImplementedError  # the line itself only puts and asks

    async def first(self, key: str) -> bool:
        fresh = key not in self.asked
        self.asked.add(key)
        return fresh


@dataclass
class MemoryLines:
    """``bot.transcript.log.Lines``: what was added."""

    events: list[dict[str, Any]] = field(default_factory=list)

    async def add(self, conversation_id: str, events: Sequence[dict[str, Any]], **more: Any) -> None:
        self.events += events

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.events]


@dataclass
class MemoryOutbox:
    """``bot.ports.stores.Outbox``: each id once."""

    messages: dict[str, OutboundMessage] = field(default_factory=dict)

    async def put(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            self.messages.setdefault(message.id, message)

    async def doubts(self, conversation_id: str) -> list[Doubt]:
        return []

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(str(m.address.value), m.reply.text) for m in self.messages.values()]


class NoLocks:
    """Nobody else is there."""

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        yield


@dataclass
class Bulletins:
    """Kept desk events."""

    events: list[DeskEvent] = field(default_factory=list)

    async def post(self, event: DeskEvent) -> None:
        self.events.append(event)

    def watch(self) -> AsyncIterator[DeskEvent]:
        raise NotImplementedError


@dataclass
class Helpers:
    """All of them, around one store."""

    store: Store
    clock: FakeClock
    words: Words
    rooms: MemoryRooms = field(default_factory=MemoryRooms)
    waits: MemoryWaits = field(default_factory=MemoryWaits)
    lines: MemoryLines = field(default_factory=MemoryLines)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    desk: Bulletins = field(default_factory=Bulletins)
    schedule: MemorySchedule = field(default_factory=MemorySchedule)
    rules: CallbackRules = field(default_factory=CallbackRules)
    available: int = 2
    efforts: list[int] = field(default_factory=list)
    supervisors: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """Agents who may not work any more."""

    async def how_many(self, queue: str) -> int:
        return self.available

    async def supervises(self, username: str) -> bool:
        return username in self.supervisors

    async def may_work(self, username: str) -> bool:
        return username not in self.gone

    @property
    def errands(self) -> Errands:
        book = HandoffBook(FakeHandoffs(self.store), None, self.desk, self.clock)  # type: ignore[arg-type]
        contacts = FakeContacts(self.store, self.clock)
        lines: Any = self.lines
        calls, locks = FakeCalls(self.store), NoLocks()
        return Errands(
            handoffs=book,
            contacts=contacts,
            calls=calls,
            lines=lines,
            outbox=self.outbox,
            locks=locks,
            wording=self.words,
            clock=self.clock,
            schedule=self.schedule,
            rules=self.rules,
        )
