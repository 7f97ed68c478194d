"""What stands to be mended, as the desk says it: the same sentences as health, looked up now and then and not for each page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

FRESH = 5.0
"""Seconds for which one look counts: each event of anybody refreshes the page of every agent."""
MOST = 2.0
"""Seconds that a look may take: the page must not wait for what is wrong."""
UNKNOWN = "What is wrong cannot be looked up just now. Whoever runs this looks at /health first (docs/runbook.md)."


class Standing:
    """``look`` finds the sentences; ``now`` never raises, and never keeps a page waiting for long."""

    def __init__(self, look: Callable[[], Awaitable[Sequence[str]]], clock: Callable[[], float] = monotonic) -> None:
        self._look, self._clock = look, clock
        self._found: Sequence[str] = ()
        self._at = float("-inf")
        self._one = asyncio.Lock()

    async def now(self) -> Sequence[str]:
        """The sentences of the last look, or of a new one when that is some seconds old."""
        async with self._one:
            if self._clock() - self._at >= FRESH:
                self._found = await self._looked()
                self._at = self._clock()
        return self._found

    async def _looked(self) -> Sequence[str]:
        try:
            return await asyncio.wait_for(self._look(), MOST)
        except Exception:  # noqa: BLE001 - as in health: whatever went wrong, the page is shown all the same
            return (UNKNOWN,)
