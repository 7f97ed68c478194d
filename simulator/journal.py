"""Everything that happens in the simulator, in order: the page shows it and the tests wait for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from simulator.clock import Clock

Event = dict[str, Any]


class Journal:
    """Numbered events, the newest ``size`` of them kept; whoever follows is told at once.

    An event is ``{"seq": 7, "at": "<ISO time>", "kind": "call|heard|sms|messenger|exchange|...", ...}``.
    """

    def __init__(self, clock: Clock, size: int = 2000) -> None:
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=size)
        self._changed = asyncio.Condition()
        self._seq = 0
        self._closed = False
        self._notifier: asyncio.Task[None] | None = None

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        return self._seq

    def add(self, kind: str, **data: Any) -> Event:
        """Append one event and wake the followers."""
        self._seq += 1
        event = {"seq": self._seq, "at": self._clock.now().isoformat(), "kind": kind, **data}
        self._events.append(event)
        self._wake()
        return event

    def after(self, seq: int) -> list[Event]:
        """The kept events with a higher number, oldest first."""
        return [e for e in self._events if e["seq"] > seq]

    def clear(self) -> None:
        """Forget the events; numbers go on rising."""
        self._events.clear()

    def close(self) -> None:
        """End every ``follow``."""
        self._closed = True
        self._wake()

    async def follow(self, seq: int, idle: float | None = None) -> AsyncGenerator[Event | None, None]:
        """Events after ``seq`` as they come; ``None`` after ``idle`` real seconds without one (keep-alive)."""
        while not self._closed:
            for event in self.after(seq):
                seq = event["seq"]
                yield event
            async with self._changed:
                try:
                    await asyncio.wait_for(self._changed.wait_for(partial(self._news, seq)), idle)
                except TimeoutError:
                    pass
                else:
                    continue
            yield None

    async def until(self, match: Callable[[Event], bool], *, after: int = 0, seconds: float = 5.0) -> Event:
        """The first event after ``after`` that matches; TimeoutError when none came in real ``seconds``."""
        async with asyncio.timeout(seconds):
            async with aclosing(self.follow(after)) as events:
                async for event in events:
                    if event is not None and match(event):
                        return event
        raise TimeoutError("the journal was closed")

    def _news(self, seq: int) -> bool:
        return self._closed or self._seq > seq

    def _wake(self) -> None:
        if self._notifier is None or self._notifier.done():
            self._notifier = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
