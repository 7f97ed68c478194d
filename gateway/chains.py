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
        if len(self.waiting) < NAMES and len(self.ids) < ENTRIES:
            self.room.set()
        else:
            self.room.clear()

    async def finish(self) -> None:
        """Begin nothing more; returns when what was begun has ended. The rest stays in Redis."""
        self.closed = True
        if self.tasks:
            await asyncio.wait(self.tasks)

    async def abort(self) -> None:
        """Cancel everything; it stays in Redis for the next owner."""
        self.closed = True
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
