"""One chain of work per address: in order within it, side by side with the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

NAMES = 500
"""Addresses of one stream that are worked on side by side; past that reading pauses."""
ENTRIES = 20_000
"""Entries of one stream that are known here, most of them by their id alone."""
WHOLE = 5
"""Entries of one address that are kept with their content; of the others only the id, so that a flood costs no memory."""
RESTING_ROOM = 10
"""Times as many while some of them wait for another try: a vendor that takes nothing must not stop the others."""
LEASE_LOOK = 0.1

Fields = dict[str, str]


@dataclass(slots=True)
class Entry:
    """One entry of a stream; ``fields`` is None when it has to be read again."""

    id: str
    fields: Fields | None


@dataclass(slots=True)
class Chains:
    """Runs ``work`` on entries; begins one only while ``may_begin()``. Noisy names wait behind themselves alone."""

    work: Callable[[Entry], Awaitable[None]]
    may_begin: Callable[[], bool]
    ids: set[str] = field(default_factory=set)
    waiting: dict[str, deque[Entry]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    may_rest: bool = True
    """False while stopping: what would wait for another try is broken off, and waits in Redis."""
    resting: set[asyncio.Task[None]] = field(default_factory=set)
    """Those that wait for another try: they keep nobody else from beginning."""

    def __post_init__(self) -> None:
        self.room.set()

    def add(self, name: str, entry_id: str, fields: Fields) -> None:
        """Queue an entry behind the others of its name; one that is in hand already is passed over."""
        if entry_id in self.ids or self.closed:
            return
        self.ids.add(entry_id)
        queue = self.waiting.get(name)
        if queue is not None:
            queue.append(Entry(entry_id, fields if len(queue) < WHOLE else None))
        else:
            self.waiting[name] = deque([Entry(entry_id, fields)])
            task = asyncio.create_task(self._run(name))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        self._look_at_room()

    async def _run(self, name: str) -> None:
        queue = self.waiting[name]
        while queue and not self.closed:
            if not self.may_begin():
                await asyncio.sleep(LEASE_LOOK)  # paused, or Redis away: the lease comes back, or the partition is dropped
                continue
            await self.work(queue[0])
            self.ids.discard(queue.popleft().id)
            self._look_at_room()
        del self.waiting[name]
        self._look_at_room()

    def _look_at_room(self) -> None:
        known = ENTRIES * RESTING_ROOM if self.resting else ENTRIES
        if len(self.waiting) - len(self.resting) < NAMES and len(self.ids) < known:
            self.room.set()
        else:
            self.room.clear()

    async def rest(self, seconds: float) -> None:
        """Wait within a piece of work, in nobody's way; what rests when the chains are finished is broken off."""
        task = asyncio.current_task()
        if task is None or self.closed or not self.may_rest:
            raise asyncio.CancelledError
        self.resting.add(task)
        self._look_at_room()
        try:
            await asyncio.sleep(seconds)
        finally:
            self.resting.discard(task)
            self._look_at_room()

    async def finish(self) -> None:
        """Begin nothing more; returns when what was begun has ended. The rest stays in Redis."""
        self.closed = True
        for task in list(self.resting):
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)

    async def abort(self) -> None:
        """Cancel everything; it stays in Redis for the next owner."""
        self.closed = True
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
