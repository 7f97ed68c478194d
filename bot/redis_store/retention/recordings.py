"""Recordings that handoffs name: talks with agents, and messages that were left. The vendor keeps them, under their sids."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import datetime

import redis.asyncio as redis

from bot.model import Handoff
from bot.redis_store.client.base import PREFIX, stored
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.retention.people import Theirs, all_handoffs

OVERDUE = f"{PREFIX}:retention:overdue"


class RedisRecordings:
    """All methods raise StoreUnavailable; ``due`` and ``of`` walk the whole key space."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._handoffs = RedisHandoffs(client)

    async def due(self, before: datetime) -> AsyncIterator[tuple[str, list[str]]]:
        """Handoffs' ids with the sids that are older: talks of handoffs that were closed by then, and messages."""
        async for handoff in all_handoffs(self._redis):
            talks = handoff.recordings if handoff.closed_at and handoff.closed_at < before else ()
            if sids := [*talks, *(one.recording for one in handoff.voicemails if one.at < before)]:
                yield handoff.id, sids

    async def of(self, theirs: Theirs) -> list[str]:
        """All of a contact and of those that go with it."""
        found = [one async for one in all_handoffs(self._redis) if one.conversation_id in theirs.places]
        return [sid for one in found for sid in (*one.recordings, *(left.recording for left in one.voicemails))]

    async def gone(self, handoff_id: str, sids: Collection[str]) -> None:
        """They are deleted at the vendor: nobody is offered them any more."""

        def without(now: Handoff) -> Handoff:
            talks = tuple(sid for sid in now.recordings if sid not in sids)
            return replace(now, recordings=talks, voicemails=tuple(one for one in now.voicemails if one.recording not in sids))

        await self._handoffs.update(handoff_id, without)

    @stored
    async def note_overdue(self, count: int) -> None:
        """So many had had their time, and the vendor did not delete them."""
        await self._redis.set(OVERDUE, count)

    @stored
    async def overdue(self) -> int:
        """As it was noted last, by whichever gateway."""
        return int(await self._redis.get(OVERDUE) or 0)
