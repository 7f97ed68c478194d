"""Time that can be moved: everything in the simulator that waits, waits here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic
from typing import Any


class Clock:
    """Real time plus an offset; ``advance`` moves it forward and wakes whoever is due.

    ``frozen=True``: time stands still except for ``advance`` (tests).
    """

    def __init__(self, *, frozen: bool = False, start: datetime | None = None) -> None:
        self.frozen = frozen
        self._start = start or datetime.now(UTC)
        self._ahead = self._start - datetime.now(UTC) if start else timedelta()
        self._offset = 0.0
        self._origin = monotonic()
        self._sleepers: dict[asyncio.Future[None], tuple[float, asyncio.TimerHandle | None]] = {}

    def elapsed(self) -> float:
        """Seconds of simulated time since the clock was made."""
        return self._offset if self.frozen else monotonic() - self._origin + self._offset

    def now(self) -> datetime:
        """The simulated time, UTC: this machine's, and how far it was moved."""
        if self.frozen:
            return self._start + timedelta(seconds=self._offset)
        return datetime.now(UTC) + self._ahead + timedelta(seconds=self._offset)

    def rfc2822(self) -> str:
        """The simulated time as Twilio writes dates."""
        return format_datetime(self.now())

    def milliseconds(self) -> int:
        """The simulated time as Messenger writes it."""
        return int(self.now().timestamp() * 1000)

    async def sleep(self, seconds: float) -> None:
        """Wait for simulated seconds."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        timer = self._timer(seconds)
        try:
            await timer
        finally:
            self._forget(timer)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """True when ``event`` was set within simulated seconds (counted from the call, not from the first await)."""
        timer = self._timer(seconds)
        waiting = asyncio.ensure_future(event.wait())
        try:
            either: set[asyncio.Future[Any]] = {waiting, timer}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return event.is_set()
        finally:
            waiting.cancel()
            self._forget(timer)

    def _timer(self, seconds: float) -> asyncio.Future[None]:
        timer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arm(timer, self.elapsed() + seconds)
        return timer

    def _forget(self, timer: asyncio.Future[None]) -> None:
        _, handle = self._sleepers.pop(timer, (0.0, None))
        if handle:
            handle.cancel()
        timer.cancel()

    def advance(self, seconds: float) -> None:
        """Move time forward; sleepers whose time has come wake."""
        if seconds < 0:
            raise ValueError("time moves forward only")
        self._offset += seconds
        for future, (due, handle) in sorted(self._sleepers.items(), key=lambda item: item[1][0]):
            if handle:
                handle.cancel()
            self._arm(future, due)

    def _arm(self, future: asyncio.Future[None], due: float) -> None:
        remaining = due - self.elapsed()
        if remaining <= 0:
            if not future.done():
                future.set_result(None)
            return
        handle = None if self.frozen else asyncio.get_running_loop().call_later(remaining, self._wake, future)
        self._sleepers[future] = (due, handle)

    @staticmethod
    def _wake(future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)
