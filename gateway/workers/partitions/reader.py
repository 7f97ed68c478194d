"""Reads one partition's two streams and works on them: in order for each address, side by side for different ones.

An entry is deleted when it has been worked on, so what is in the stream is what is left to do: a new owner begins at the
start. There is one reader per partition, so there is no consumer group, and no list of pending entries that could
disagree with the reader about what was delivered (docs/decisions/0005).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import redis.asyncio as redis
import structlog

from bot.redis_store.queue import INBOUND, inbox_key, outbox_key
from gateway.observe.metrics import Metrics
from gateway.workers.chains import Chains, Entry, Fields
from gateway.workers.inbox_worker import InboxWorker
from gateway.workers.outbox_worker import OutboxWorker, Rest
from gateway.workers.partitions.older_generations import OlderGenerations
from gateway.workers.partitions.ownership import Lease
from gateway.workers.partitions.streams import INBOX, Entries, StreamReaders, entry_name, pairs, with_patience

BATCH = 200
TRIES = 5
TRY_PAUSE = 0.2
OLDER_FIRST, OLDER_MOST = 0.05, 2.0
"""Seconds between two looks whether an address's older entries are done."""
log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartitionReader:
    """``gateway.workers.partitions.ownership`` runs ``work`` for each partition it holds."""

    client: redis.Redis
    inbox: InboxWorker
    outbox: OutboxWorker
    metrics: Metrics
    streams: StreamReaders
    older: OlderGenerations

    @classmethod
    def on(
        cls, client: redis.Redis, inbox: InboxWorker, outbox: OutboxWorker, metrics: Metrics, older: OlderGenerations
    ) -> PartitionReader:
        """The reader of a gateway."""
        return cls(client, inbox, outbox, metrics, StreamReaders(client, metrics), older)

    async def work(self, lease: Lease) -> None:
        """Until cancelled, or until the lease is stopping and what was begun has ended: turns first, then their replies."""
        turns_ended = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            inbox = group.create_task(self._follow(inbox_key(lease.partition), lease, lease.stopping))
            inbox.add_done_callback(lambda _: turns_ended.set())
            group.create_task(self._follow(outbox_key(lease.partition), lease, turns_ended))

    async def _follow(self, stream: str, lease: Lease, stop: asyncio.Event) -> None:
        chains = self._chains(stream, lease)
        try:
            async with self.streams.of(stream).follow(stream, chains):
                await stop.wait()
            await chains.finish()
            if not stream.endswith(INBOX):
                await self._last_replies(stream, lease)
        finally:
            await chains.abort()

    def _chains(self, stream: str, lease: Lease) -> Chains:
        chains = Chains(lambda entry: self._work_on(stream, entry, chains.rest), lambda: lease.held)
        return chains

    async def _last_replies(self, stream: str, lease: Lease) -> None:
        """What the last turns said, while there is time."""
        chains = self._chains(stream, lease)
        chains.may_rest = False
        try:
            for entry_id, fields in await self._with_patience(lambda: self._range(stream, "-", "+")):
                chains.add(entry_name(stream, entry_id, fields), entry_id, fields)
            while chains.tasks:
                await asyncio.wait(set(chains.tasks))
        finally:
            await chains.abort()

    async def _with_patience(self, step: Callable[[], Awaitable[T]]) -> T:
        return await with_patience(self.metrics, step)

    async def _range(self, stream: str, first: str, last: str) -> Entries:
        return pairs(await self.client.xrange(stream, first, last, count=BATCH))

    async def _work_on(self, stream: str, entry: Entry, rest: Rest) -> None:
        fields = entry.fields if entry.fields is not None else await self._again(stream, entry.id)
        if fields is None:
            return
        if self.older.partitions.older:
            await self._after_the_older(stream, entry_name(stream, entry.id, fields), rest)
        for attempt in range(1, TRIES + 1):
            try:
                await self._once(stream, fields, rest)
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

    async def _after_the_older(self, stream: str, name: str, rest: Rest) -> None:
        """What came before the number of partitions was changed goes first."""
        pause = OLDER_FIRST
        while await self._with_patience(lambda: self.older.has(stream, name)):
            await rest(pause)
            pause = min(pause * 2, OLDER_MOST)

    async def _once(self, stream: str, fields: Fields, rest: Rest) -> None:
        if stream.endswith(INBOX):
            await self.inbox.work(INBOUND.validate_json(fields["json"]))
        else:
            await self.outbox.work(_partition(stream), fields["id"], fields.get("to", ""), rest)

    async def _again(self, stream: str, entry_id: str) -> Fields | None:
        found = await self._with_patience(lambda: self._range(stream, entry_id, entry_id))
        return found[0][1] if found else None

    async def _set_aside(self, stream: str, entry_id: str, fields: Fields) -> None:
        """Kept for the operator (docs/runbook.md): what fails five times would block its sender for ever."""
        log.error("set_aside", stream=stream, entry=entry_id)
        if stream.endswith(INBOX):
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
