"""A conversation's events straight from where they are kept, hot and cold as one (``bot.redis_store.event_log``).

Agents read them, who must not wait for a Rasa that is slow, hangs or is away. They are only read: what is written goes through
Rasa, in the order of its turns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import redis.asyncio as redis

from bot.model import ColdStanding
from bot.ports import StoreUnavailable
from bot.ports.cold import ColdStore
from bot.ports.stores import Events, Recent
from bot.redis_store.client.base import PREFIX, stored
from bot.redis_store.event_log import EventLog, Hot

ALIGNED = 100
"""Pages from the end begin at a multiple of this: what an agent looks at does not move with each line."""


class RedisTranscripts:
    """``bot.ports.stores.Transcripts``."""

    def __init__(self, client: redis.Redis, cold: ColdStore | None = None, prefix: str = PREFIX) -> None:
        self._log = EventLog(client, prefix, cold)
        self._cold = cold

    @stored
    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Every event, oldest first."""
        return [event async for page in self._log.all(conversation_id) for event in _read(page)]

    @stored
    async def page(self, conversation_id: str, before: int | None, limit: int) -> Events:
        """See ``bot.ports.stores.Transcripts``."""
        cold, length = await self._log.length(conversation_id)
        end = length if before is None else max(0, min(before, length))
        first = max(0, end - limit) // ALIGNED * ALIGNED
        try:
            return Events(first, _read(await self._log.page(conversation_id, first, end - first)), length)
        except StoreUnavailable:  # of the cold store
            if before is not None or cold == 0:
                raise
        return await self._hot_alone(conversation_id, length)

    @stored
    async def recent(self, conversation_id: str) -> Recent:
        """See ``bot.ports.stores.Transcripts``."""
        hot = await self._log.hot(conversation_id)
        if hot is not None and not hot.cold:
            return Recent("", _read(hot.events))
        standing = await self._standing(conversation_id)
        if standing is None:
            return Recent("", _read(_remembered(hot)), whole=False)
        length = (await self._log.length(conversation_id))[1]
        more = await self._log.page(conversation_id, standing.length, max(0, length - standing.length))
        return Recent(standing.summary, _read(more))

    async def _standing(self, conversation_id: str) -> ColdStanding | None:
        """None while the database is away."""
        try:
            return await self._cold.standing(conversation_id) if self._cold else None
        except StoreUnavailable:
            return None

    async def _hot_alone(self, conversation_id: str, length: int) -> Events:
        """While the database is away: what Redis itself remembers of the last turns."""
        remembered = _read(_remembered(await self._log.hot(conversation_id)))
        return Events(length - len(remembered), remembered, length, whole=False)


def _remembered(hot: Hot | None) -> list[bytes]:
    if hot is None:
        return []
    window = json.loads(hot.reading.window) if hot.reading.window else []
    return [*(json.dumps(event).encode() for event in window), *hot.reading.since]


def _read(events: Iterable[bytes]) -> list[dict[str, Any]]:
    return [json.loads(event) for event in events]
