"""Reads many streams by one blocking command, and queues what is found.

A blocking read keeps its connection, so one for each stream would cost a gateway with 64 partitions 128 connections that wake
every two seconds. One server reads all inboxes by one command and all outboxes by another: a slow answer must not delay what
comes in. A Cluster reads by one command only what is in one slot, so there each stream has its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from bot.redis_store.client.base import is_cluster
from bot.redis_store.queue import INBOUND
from gateway.observe.metrics import Metrics
from gateway.workers.chains import Chains, Fields

BLOCK_MS = 2000
BATCH, LEAST = 1000, 10
"""Entries of one read, shared out over its streams, and at least of each."""
REDIS_PAUSE = 0.5
INBOX = ":inbox"
log = structlog.get_logger()
T = TypeVar("T")
Entries = list[tuple[str, Fields]]


@dataclass(slots=True)
class Followed:
    """One stream that is read: where reading is, and whether anything was found since the last look at its length."""

    chains: Chains
    at: str = "0"
    found: bool = False


@dataclass(slots=True)
class Streams:
    """All streams that one command reads. It runs while any is followed."""

    client: redis.Redis
    metrics: Metrics
    followed: dict[str, Followed] = field(default_factory=dict, repr=False)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    running: asyncio.Task[None] | None = None
    looked: float = 0.0

    @asynccontextmanager
    async def follow(self, stream: str, chains: Chains) -> AsyncIterator[None]:
        """Within it what is in the stream, and what comes, is queued; nothing more after it."""
        mine = self.followed[stream] = Followed(chains)
        self.changed.set()
        if self.running is None:
            self.running = asyncio.create_task(self._run(), name=f"reads {stream} and others")
        try:
            yield
        finally:
            if self.followed.get(stream) is mine:
                del self.followed[stream]
            if not self.followed and self.running is not None:
                running, self.running = self.running, None
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def _run(self) -> None:
        while self.running is asyncio.current_task():
            try:
                await self._step()
            except (RedisError, OSError) as error:
                await _unreachable(self.metrics, error)
            except Exception as error:
                self.metrics.failures.labels(part="gateway").inc()
                log.error("reading_failed", error=type(error).__name__, exc_info=True)
                await asyncio.sleep(REDIS_PAUSE)

    async def _step(self) -> None:
        """One read; broken off when there is another stream to read, or room again for one that was left out."""
        self.changed.clear()
        asked = {name: one for name, one in self.followed.items() if one.chains.room.is_set()}
        full = [one.chains.room.wait() for one in self.followed.values() if not one.chains.room.is_set()]
        waits = [asyncio.create_task(wait) for wait in (self.changed.wait(), *full)]
        reading = asyncio.create_task(self._read(asked))
        try:
            await asyncio.wait({reading, *waits}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                await self._queue(asked, reading.result())
                await self._look_behind(asked)
        finally:
            for task in (reading, *waits):  # reading changes nothing in Redis, so it may be broken off
                task.cancel()
            await asyncio.gather(reading, *waits, return_exceptions=True)

    async def _read(self, asked: dict[str, Followed]) -> dict[str, Entries]:
        if not asked:
            await asyncio.sleep(BLOCK_MS / 1000)
            return {}
        count = max(LEAST, BATCH // len(asked))
        after: Any = {name: one.at for name, one in asked.items()}
        return _by_stream(await self.client.xread(after, count=count, block=BLOCK_MS))

    async def _queue(self, asked: dict[str, Followed], found: dict[str, Entries]) -> None:
        for stream, entries in found.items():
            for entry_id, fields in entries:
                if self.followed.get(stream) is not asked[stream]:
                    break  # given up meanwhile, and perhaps taken anew: read from its beginning then
                asked[stream].chains.add(entry_name(stream, entry_id, fields), entry_id, fields)
                asked[stream].at, asked[stream].found = entry_id, True
            await asyncio.sleep(0)

    async def _look_behind(self, asked: dict[str, Followed]) -> None:
        """Whether something stands before the cursor: after a failover the server's clock may have gone back."""
        if monotonic() < self.looked + BLOCK_MS / 1000:
            return
        self.looked = monotonic()
        silent = [name for name, one in asked.items() if not one.found]
        for name, length in zip(silent, await lengths(self.client, silent), strict=True):
            if length > len(asked[name].chains.ids):
                asked[name].at = "0"
        for one in asked.values():
            one.found = False


@dataclass(slots=True)
class StreamReaders:
    """Which command reads a stream."""

    client: redis.Redis
    metrics: Metrics
    readers: dict[str, Streams] = field(default_factory=dict, repr=False)

    def of(self, stream: str) -> Streams:
        """The reader of a stream."""
        name = stream if is_cluster(self.client) else stream.rpartition(":")[2]
        return self.readers.setdefault(name, Streams(self.client, self.metrics))


async def with_patience(metrics: Metrics, step: Callable[[], Awaitable[T]]) -> T:
    """Redis may be restarting: try again until it is back."""
    while True:
        try:
            return await step()
        except (RedisError, OSError) as error:
            await _unreachable(metrics, error)


async def _unreachable(metrics: Metrics, error: Exception) -> None:
    metrics.failures.labels(part="redis").inc()
    log.warning("redis_unreachable", error=type(error).__name__)
    await asyncio.sleep(REDIS_PAUSE)


async def lengths(client: redis.Redis, streams: list[str]) -> list[int]:
    """How many entries are in each. Raises what the client raises."""
    return [int(length) for length in await asyncio.gather(*(client.xlen(stream) for stream in streams))]


def entry_name(stream: str, entry_id: str, fields: Fields) -> str:
    """The address that an entry comes from or is for; its own id when that cannot be read."""
    if not stream.endswith(INBOX):
        return fields.get("to", entry_id)
    try:
        return str(INBOUND.validate_json(fields["json"]).sender)
    except (KeyError, ValueError):
        return entry_id  # working on it sets it aside


def pairs(found: Any) -> Entries:
    """Entries as the client gives them."""
    return [(str(entry_id), fields) for entry_id, fields in found or ()]


def _by_stream(answer: Any) -> dict[str, Entries]:
    """The answer of XREAD in either protocol: pairs (RESP2) or a mapping (RESP3, with a list around the entries)."""
    found = answer.items() if isinstance(answer, dict) else answer or ()
    return {str(stream): pairs(_flat(entries)) for stream, entries in found}


def _flat(entries: Any) -> Any:
    around = entries and isinstance(entries[0], list) and entries[0] and isinstance(entries[0][0], (list, tuple))
    return entries[0] if around else entries
