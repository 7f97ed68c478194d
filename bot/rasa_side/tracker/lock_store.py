"""Rasa's lock on a conversation, without waiting.

Order is the gateway's duty (one turn at a time for a conversation); the tracker store refuses a stale writer. Rasa's own
ticket lock polls once a second. endpoints.yml::

    lock_store:
      type: bot.rasa_side.tracker.lock_store.TurnLock
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockStore


class TurnLock(LockStore):  # type: ignore[misc]  # Rasa is not annotated
    """One turn at a time for a conversation in this process, in order of arrival; the next begins at once."""

    def __init__(self, endpoint_config: Any = None) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        super().__init__()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[asyncio.Lock, None]:
        """Hold the conversation; Rasa's two numbers have no meaning here."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            yield lock
