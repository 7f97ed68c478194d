"""What is left of the partitions as they were before their number was changed.

An older partition is closed, so it only gets emptier. It has an owner like any other until it is empty. Meanwhile an address's
entries in the new partitions wait for its entries in the old ones: order is kept for each address, and nobody waits for
somebody else's (a message may rest for hours while a vendor takes nothing).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic

import redis.asyncio as redis

from bot.redis_store.partition_map import PartitionMap, generation_of
from bot.redis_store.queue import inbox_key, outbox_key
from gateway.workers.partitions.streams import entry_name, lengths, pairs

LOOK = 15.0
"""Seconds between two looks into partitions that were found empty: a failed entry, or message, may have been put back."""
PAGE = 500


@dataclass(slots=True)
class OlderGenerations:
    """One for a gateway."""

    client: redis.Redis
    partitions: PartitionMap
    last: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """By stream: each address's last entry in it."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    look_at: float = 0.0
    newest: int = 0

    async def not_empty(self) -> list[str]:
        """The older partitions that still have something to do; none between two looks. Raises what the client raises."""
        current = await self.partitions.load()
        if not self.partitions.older or (current.number == self.newest and monotonic() < self.look_at):
            return []
        tags = [tag for generation in self.partitions.older for tag in generation.partitions()]
        names = [key(tag) for tag in tags for key in (inbox_key, outbox_key)]
        found = dict(zip(names, await lengths(self.client, names), strict=True))
        self.last.update({name: {} for name, length in found.items() if not length})
        left = [tag for tag in tags if found[inbox_key(tag)] or found[outbox_key(tag)]]
        self.newest, self.look_at = current.number, 0.0 if left else monotonic() + LOOK
        return left

    async def has(self, stream: str, name: str) -> bool:
        """Whether an address still has something in a partition older than this stream's. Raises what the client raises."""
        tag = stream.split(":")[1]
        for generation in self.partitions.older:
            if generation.number < generation_of(tag) and await self._has(stream.replace(tag, generation.of(name), 1), name):
                return True
        return False

    async def _has(self, stream: str, name: str) -> bool:
        async with self.reading:
            if stream not in self.last:
                self.last[stream] = await self._read(stream)
        last = self.last[stream].get(name)
        if last is None:
            return False
        if await self.client.xrange(stream, last, last):
            return True
        self.last[stream].pop(name, None)
        return False

    async def _read(self, stream: str) -> dict[str, str]:
        """Each address's last entry. The stream is closed, so none comes after it."""
        found: dict[str, str] = {}
        after = "-"
        while page := pairs(await self.client.xrange(stream, after, "+", count=PAGE)):
            found |= {entry_name(stream, entry_id, fields): entry_id for entry_id, fields in page}
            after = f"({page[-1][0]}"
        return found
