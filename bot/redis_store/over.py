"""Sends of which the vendor has said the last word: after a while a mark is all that is kept of them, so that a repeat is known.

Until then the record stays as it is, for whoever asks what became of it. The vendor's id ends with it: no report will name it any
more. What has not come to its last word keeps its record for 30 days (``bot.redis_store.queue``).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import redis.asyncio as redis

from bot.ports import Clock
from bot.redis_store.client.base import PREFIX, stored
from bot.redis_store.compact.marks import mark_of
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import LAST_WORDS, OUTBOUND, SENT, marks_of, over_key, record_key
from bot.redis_store.queue.scripts import SHRINK

LOOKS = 10
"""Looks in the time for which a record stays."""
AT_ONCE = 500
"""Records of one partition that are asked for at once."""


class SendsOver:
    """``look`` lets go of what has been over for longer than ``after``. Any number of gateways may do it at once."""

    def __init__(self, client: redis.Redis, partitions: PartitionMap, clock: Clock, after: timedelta) -> None:
        self._redis, self._partitions, self._clock, self._after = client, partitions, clock, after
        self._shrink = client.register_script(SHRINK)
        self._look_at = datetime.min.replace(tzinfo=UTC)

    @stored
    async def look(self) -> int:
        """How many were let go of. Nothing is asked before a part of ``after`` has passed since the last look: each asks every
        partition. Raises StoreUnavailable."""
        if self._clock() < self._look_at:
            return 0
        self._look_at = self._clock() + self._after / LOOKS
        tags = await self._partitions.all_partitions()
        return sum(await asyncio.gather(*(self._look_in(tag) for tag in tags)))

    async def _look_in(self, partition: str) -> int:
        before, over, count = (self._clock() - self._after).timestamp(), over_key(partition), 0
        while due := await self._redis.zrangebyscore(over, "-inf", before, start=0, num=AT_ONCE):
            count += sum([await self._let_go(partition, str(outbound_id)) for outbound_id in due])
        return count

    async def _let_go(self, partition: str, outbound_id: str) -> bool:
        """The vendor's id first: who dies in between leaves the record on the list. Of several parts each is reported by itself:
        such a record stays."""
        key = record_key(partition, outbound_id)
        text, external = await self._redis.hmget(key, ["json", "external"])
        ids, last = str(external or "").split(), frozenset[str]()
        if text and len(ids) == 1:
            channel = OUTBOUND.validate_json(str(text)).channel
            last = LAST_WORDS.get(channel, last)
            await self._redis.delete(f"{PREFIX}:external:{channel}:{ids[0]}")
        keys = [key, over_key(partition), SENT.now(marks_of(partition, "sent"))]
        return bool(await self._shrink(keys=keys, args=[outbound_id, mark_of(outbound_id), SENT.seconds, *last]))
