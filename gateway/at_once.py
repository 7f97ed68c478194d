"""One look for all who ask at about the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.ports import Clock

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class AtOnce(Generic[K, V]):
    """``look`` answers for a key, of which there are few (the queues); an answer serves all who ask within ``serves``."""

    look: Callable[[K], Awaitable[V]]
    clock: Clock
    serves: timedelta
    _found: dict[K, tuple[datetime, V]] = field(default_factory=dict)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def forget(self, key: K) -> None:
        """The next who asks looks: the answer is known to be too old."""
        self._found.pop(key, None)

    async def __call__(self, key: K) -> V:
        """The answer, as it was at most ``serves`` ago. Raises what ``look`` does."""
        async with self._looking:
            begun = self.clock()  # before the look: what changes while it lasts may not be in it
            found = self._found.get(key)
            if found is None or begun - found[0] >= self.serves:
                found = self._found[key] = (begun, await self.look(key))
            return found[1]
