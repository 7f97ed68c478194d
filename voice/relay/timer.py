"""One timer of a session: set, set anew, called off. The relay reports no silence, so we count it ourselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]
"""Waits for seconds; ``asyncio.sleep``, or a test's own."""


class Timer:
    """Calls ``ring`` once, when ``seconds`` have passed since it was set last."""

    def __init__(self, sleep: Sleep, ring: Callable[[], None]) -> None:
        self._sleep = sleep
        self._ring = ring
        self._task: asyncio.Task[None] | None = None

    def set(self, seconds: float) -> None:
        """Begin anew."""
        self.stop()
        self._task = asyncio.create_task(self._run(seconds))

    def stop(self) -> None:
        """Do not ring."""
        if self._task:
            self._task.cancel()
        self._task = None

    async def _run(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._ring()
