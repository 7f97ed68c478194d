"""Reads one partition's two streams and works on them: in order for each address, side by side for different ones."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError, ResponseError

from bot.model import InboundMessage, OutboundMessage
from bot.redis_queue import GROUP, INBOUND, RedisOutbox, inbox_key, outbox_key
from gateway.inbox_worker import InboxWorker
from gateway.metrics import Metrics
from gateway.outbox_worker import OutboxWorker

BLOCK_MS = 2000
IN_HAND = 100
"""Entries of one partition that are worked on at once; the others stay in Redis."""
TRIES = 5
log = structlog.get_logger()

Entry = tuple[str, str, dict[str, str]]  # stream, entry id, fields


@dataclass(slots=True)
class Chains:
    """One chain of work per address: a slow or failing one delays nobody else."""

    work: Callable[[str, Entry], Awaitable[None]]
    waiting: dict[str, deque[Entry]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_HAND))

    async def add(self, name: str, entry: Entry) -> None:
        """Queue an entry behind the others of its name; waits while too much is in hand."""
        await self.room.acquire()
        if name in self.waiting:
            self.waiting[name].append(entry)
            return
        self.waiting[name] = deque([entry])
        task = asyncio.create_task(self._run(name))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, name: str) -> None:
        queue = self.waiting[name]
        while queue:
            await self.work(name, queue[0])
            queue.popleft()
            self.room.release()
        del self.waiting[name]

    async def stop(self) -> None:
        """Cancel what is being worked on; it stays pending in Redis for the next owner."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class PartitionReader:
    """``gateway.partitions`` runs one of these for each partition it holds."""

    client: redis.Redis
    consumer: str
    inbox: InboxWorker
    outbox: OutboxWorker
    records: RedisOutbox
    metrics: Metrics

    async def work(self, partition: str) -> None:
        """Until cancelled. Slow vendors must not delay what comes in, so each stream has its own loop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(inbox_key(partition)))
            group.create_task(self._follow(outbox_key(partition)))

    async def _follow(self, stream: str) -> None:
        """First what an earlier owner left pending, then what is new."""
        chains = Chains(lambda _, entry: self._work_on(entry))
        try:
            await self._with_patience(stream, lambda: self._prepare(stream))
            await self._with_patience(stream, lambda: self._left_behind(stream, chains))
            while True:
                await self._with_patience(stream, lambda: self._read(stream, chains))
        finally:
            await chains.stop()

    async def _with_patience(self, stream: str, step: Callable[[], Awaitable[None]]) -> None:
        """Redis may be restarting: try again until it is back."""
        while True:
            try:
                await step()
                return
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._prepare(stream)
                continue
            except (RedisError, OSError) as error:
                self.metrics.failures.labels(part="redis").inc()
                log.warning("redis_unreachable", error=type(error).__name__)
            await asyncio.sleep(0.5)

    async def _prepare(self, stream: str) -> None:
        try:
            await self.client.xgroup_create(stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _left_behind(self, stream: str, chains: Chains) -> None:
        start = "0-0"
        while True:
            answer = await self.client.xautoclaim(stream, GROUP, self.consumer, min_idle_time=0, start_id=start, count=100)
            start = str(answer[0])
            for entry_id, fields in answer[1]:
                await self._queue(chains, stream, str(entry_id), fields)
            if start == "0-0":
                return

    async def _read(self, stream: str, chains: Chains) -> None:
        answer = await self.client.xreadgroup(GROUP, self.consumer, {stream: ">"}, count=50, block=BLOCK_MS)
        for entry_id, fields in _entries(answer):
            await self._queue(chains, stream, entry_id, fields)

    async def _queue(self, chains: Chains, stream: str, entry_id: str, fields: dict[str, str]) -> None:
        if stream.endswith(":inbox"):
            message: InboundMessage = INBOUND.validate_json(fields["json"])
            await chains.add(f"in {message.sender}", (stream, entry_id, fields))
            return
        found = await self.records.load(_partition(stream), fields["id"])
        outbound: OutboundMessage | None = found[0] if found else None
        await chains.add(f"out {outbound.address if outbound else fields['id']}", (stream, entry_id, fields))

    async def _work_on(self, entry: Entry) -> None:
        stream, entry_id, fields = entry
        for attempt in range(1, TRIES + 1):
            try:
                if stream.endswith(":inbox"):
                    await self.inbox.work(INBOUND.validate_json(fields["json"]))
                else:
                    await self.outbox.work(_partition(stream), fields["id"])
                break
            except Exception as error:
                self.metrics.failures.labels(part="gateway").inc()
                log.error(
                    "work_failed", stream=stream, entry=entry_id, attempt=attempt, error=type(error).__name__, exc_info=True
                )
                await asyncio.sleep(0.2 * attempt)
        else:
            await self._with_patience(stream, lambda: self._set_aside(stream, fields))
        await self._with_patience(stream, lambda: self._done(stream, entry_id))

    async def _set_aside(self, stream: str, fields: dict[str, str]) -> None:
        """Kept for the operator (docs/runbook.md): what fails five times would block its sender for ever."""
        await self.client.xadd(f"{stream}:failed", fields)  # type: ignore[arg-type]

    async def _done(self, stream: str, entry_id: str) -> None:
        async with self.client.pipeline() as pipe:
            pipe.xack(stream, GROUP, entry_id)
            pipe.xdel(stream, entry_id)
            await pipe.execute()


def _partition(stream: str) -> str:
    return stream.split(":")[1]


def _entries(answer: object) -> list[tuple[str, dict[str, str]]]:
    """The entries of a one-stream XREADGROUP in either protocol: pairs (RESP2) or a mapping (RESP3)."""
    if not answer:
        return []
    found = next(iter(answer.values())) if isinstance(answer, dict) else next(iter(answer))[1]  # type: ignore[call-overload]
    flat = found[0] if found and isinstance(found[0], list) and found[0] and isinstance(found[0][0], (list, tuple)) else found
    return [(str(entry_id), fields) for entry_id, fields in flat]
