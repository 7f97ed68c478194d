"""Reads one partition's two streams and works on them: in order for each address, side by side for different ones.

An entry is deleted when it has been worked on, so what is in the stream is what is left to do: a new owner begins at the
start. There is one reader per partition, so there is no consumer group, and no list of pending entries that could
disagree with the reader about what was delivered (docs/decisions/0005).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from bot.redis_queue import INBOUND, inbox_key, outbox_key
from gateway.chains import Chains, Entry, Fields
from gateway.inbox_worker import InboxWorker
from gateway.metrics import Metrics
from gateway.outbox_worker import OutboxWorker
from gateway.partitions import Lease

BLOCK_MS = 2000
BATCH = 200
TRIES = 5
TRY_PAUSE = 0.2
REDIS_PAUSE = 0.5
log = structlog.get_logger()
T = TypeVar("T")


@dataclass(slots=True)
class Cursor:
    """Where reading is in a stream."""

    at: str = "0"


@dataclass(frozen=True, slots=True)
class PartitionReader:
    """``gateway.partitions`` runs ``work`` for each partition it holds."""

    client: redis.Redis
    inbox: InboxWorker
    outbox: OutboxWorker
    metrics: Metrics

    async def work(self, lease: Lease) -> None:
        """Until cancelled, or until the lease is stopping and what was begun has ended: turns first, then their replies."""
        turns_ended = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            inbox = group.create_task(self._follow(inbox_key(lease.partition), lease, lease.stopping))
            inbox.add_done_callback(lambda _: turns_ended.set())
            group.create_task(self._follow(outbox_key(lease.partition), lease, turns_ended))

    async def _follow(self, stream: str, lease: Lease, stop: asyncio.Event) -> None:
        """Slow vendors must not delay what comes in, so each stream has its own loop."""
        chains = Chains(lambda entry: self._work_on(stream, entry), lambda: lease.held)
        cursor = Cursor()
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                reading = asyncio.create_task(self._step(stream, chains, cursor))
                await asyncio.wait({reading, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    reading.cancel()  # reading changes nothing in Redis, so it may be broken off
                await asyncio.gather(reading, return_exceptions=stop.is_set())
            await chains.finish()
            if stream.endswith(":outbox"):
                await self._last_replies(stream, lease)
        finally:
            stopped.cancel()
            await chains.abort()

    async def _last_replies(self, stream: str, lease: Lease) -> None:
        """What the last turns said, while there is time."""
        chains = Chains(lambda entry: self._work_on(stream, entry), lambda: lease.held)
        try:
            for entry_id, fields in await self._with_patience(lambda: self._read(stream, "0", None)):
                await self._queue(chains, stream, entry_id, fields)
            while chains.tasks:
                await asyncio.wait(set(chains.tasks))
        finally:
            await chains.abort()

    async def _step(self, stream: str, chains: Chains, cursor: Cursor) -> None:
        await chains.room.wait()
        found = await self._with_patience(lambda: self._read(stream, cursor.at, BLOCK_MS))
        for entry_id, fields in found:
            await self._queue(chains, stream, entry_id, fields)
            cursor.at = entry_id
        if not found and await self._with_patience(lambda: self._length(stream)) > len(chains.ids):
            cursor.at = "0"  # something stands before the cursor: after a failover the server's clock may have gone back

    async def _with_patience(self, step: Callable[[], Awaitable[T]]) -> T:
        """Redis may be restarting: try again until it is back."""
        while True:
            try:
                return await step()
            except (RedisError, OSError) as error:
                self.metrics.failures.labels(part="redis").inc()
                log.warning("redis_unreachable", error=type(error).__name__)
            await asyncio.sleep(REDIS_PAUSE)

    async def _read(self, stream: str, after: str, block: int | None) -> list[tuple[str, Fields]]:
        return _entries(await self.client.xread({stream: after}, count=BATCH, block=block))

    async def _length(self, stream: str) -> int:
        return int(await self.client.xlen(stream))

    async def _queue(self, chains: Chains, stream: str, entry_id: str, fields: Fields) -> None:
        name = fields.get("to", entry_id)
        if stream.endswith(":inbox"):
            try:
                name = str(INBOUND.validate_json(fields["json"]).sender)
            except (KeyError, ValueError):
                name = entry_id  # unreadable: working on it sets it aside
        chains.add(name, entry_id, fields)

    async def _work_on(self, stream: str, entry: Entry) -> None:
        fields = entry.fields if entry.fields is not None else await self._again(stream, entry.id)
        if fields is None:
            return
        for attempt in range(1, TRIES + 1):
            try:
                await self._once(stream, fields)
                break
            except Exception as error:
                self.metrics.failures.labels(part="gateway").inc()
                log.error(
                    "work_failed", stream=stream, entry=entry.id, attempt=attempt, error=type(error).__name__, exc_info=True
                )
                await asyncio.sleep(TRY_PAUSE * attempt)
        else:
            await self._set_aside(stream, entry.id, fields)
            return
        await self._with_patience(lambda: self._done(stream, entry.id))

    async def _once(self, stream: str, fields: Fields) -> None:
        if stream.endswith(":inbox"):
            await self.inbox.work(INBOUND.validate_json(fields["json"]))
        else:
            await self.outbox.work(_partition(stream), fields["id"], fields.get("to", ""))

    async def _again(self, stream: str, entry_id: str) -> Fields | None:
        async def read() -> list[tuple[str, Fields]]:
            return _pairs(await self.client.xrange(stream, entry_id, entry_id))

        found = await self._with_patience(read)
        return found[0][1] if found else None

    async def _set_aside(self, stream: str, entry_id: str, fields: Fields) -> None:
        """Kept for the operator (docs/runbook.md): what fails five times would block its sender for ever."""
        log.error("set_aside", stream=stream, entry=entry_id)
        if stream.endswith(":inbox"):
            await self._sorry(fields)
        await self._with_patience(lambda: self._move(stream, entry_id, fields))

    async def _sorry(self, fields: Fields) -> None:
        """Silence would be worse: the customer hears that it did not work, and may ask for a person."""
        try:
            await self.inbox.apologise(INBOUND.validate_json(fields["json"]))
        except Exception as error:
            self.metrics.failures.labels(part="gateway").inc()
            log.error("apology_failed", error=type(error).__name__, exc_info=True)

    async def _move(self, stream: str, entry_id: str, fields: Fields) -> None:
        async with self.client.pipeline(transaction=True) as pipe:
            pipe.xadd(failed_key(stream), fields)  # type: ignore[arg-type]
            pipe.xdel(stream, entry_id)
            await pipe.execute()

    async def _done(self, stream: str, entry_id: str) -> None:
        await self.client.xdel(stream, entry_id)


def failed_key(stream: str) -> str:
    """Where a stream's failed entries are set aside."""
    return f"{stream}:failed"


def _partition(stream: str) -> str:
    return stream.split(":")[1]


def _entries(answer: object) -> list[tuple[str, Fields]]:
    """The entries of a one-stream XREAD in either protocol: pairs (RESP2) or a mapping (RESP3)."""
    if not answer:
        return []
    found = next(iter(answer.values())) if isinstance(answer, dict) else next(iter(answer))[1]  # type: ignore[call-overload]
    flat = found[0] if found and isinstance(found[0], list) and found[0] and isinstance(found[0][0], (list, tuple)) else found
    return _pairs(flat)


def _pairs(found: Any) -> list[tuple[str, Fields]]:
    return [(str(entry_id), fields) for entry_id, fields in found or ()]
