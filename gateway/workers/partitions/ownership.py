"""Which gateway works on which partition.

A partition's lease is a key with a short life that its owner keeps renewing; a dead owner's partitions are free again
after ``LEASE`` seconds. Each gateway takes no more than its fair share, so that a new one gets work. An owner that was
paused finds its lease over by its own clock and begins nothing new; what it had begun is guarded elsewhere: a turn by the
conversation's lock and the turn record, a send by the claim on its record (docs/decisions/0005). When their number was changed
there are those of the new generation, and those of the older ones that still have something to do.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from bot.redis_store.client.base import PREFIX, is_cluster, text_of
from bot.redis_store.partition_map import PartitionMap
from gateway.workers.partitions.older_generations import OlderGenerations

LEASE = 6.0
RENEWAL = 1.5
MARGIN = 0.5
"""Seconds before the lease ends in Redis at which its owner begins nothing new."""
DRAIN = 9.0
"""Seconds that begun turns and sends have to end when a partition is given up or the gateway stops."""
log = structlog.get_logger()

# KEYS: leases; ARGV: owner, milliseconds. Renew only what is still ours: 1 for each of those.
_RENEW = """
local found = {}
for place, key in ipairs(KEYS) do
  found[place] = redis.call('GET', key) == ARGV[1] and redis.call('PEXPIRE', key, ARGV[2]) or 0
end
return found
"""
# KEYS: leases; ARGV: owner, milliseconds, how many at most. Take what is free: the places of those.
_TAKE = """
local taken = {}
for place, key in ipairs(KEYS) do
  if #taken >= tonumber(ARGV[3]) then return taken end
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then taken[#taken + 1] = place end
end
return taken
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"
# By the server's clock: the gateways' clocks may differ. KEYS: members; ARGV: gateway, seconds it lives
_ALIVE = """
local moment = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], moment, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', moment - ARGV[2])
return redis.call('ZCARD', KEYS[1])
"""


@dataclass(slots=True)
class Lease:
    """One partition as its worker sees it: work while ``held``; once ``stopping`` is set, end what was begun and return."""

    partition: str
    until: float
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    stop_by: float = math.inf

    @property
    def held(self) -> bool:
        """Whether something new may be begun."""
        return monotonic() < self.until - MARGIN

    def end(self, seconds: float) -> None:
        """Ask the worker to end within this time."""
        if not self.stopping.is_set():
            self.stop_by = monotonic() + seconds
            self.stopping.set()


Work = Callable[[Lease], Coroutine[Any, Any, None]]


class Partitions:
    """Takes, renews and gives up leases; runs ``work(lease)`` while one is held.

    ``work`` must end by itself when it is cancelled, whatever it was doing. ``failed`` is told of each unexpected end.
    """

    def __init__(
        self,
        client: redis.Redis,
        gateway_id: str,
        work: Work,
        *,
        failed: Callable[[str], None] = lambda part: None,
        older: OlderGenerations | None = None,
    ) -> None:
        self._redis = client
        self._older = older or OlderGenerations(client, PartitionMap(client))
        self._map = self._older.partitions
        self._id = gateway_id
        self._work = work
        self._failed = failed
        self._leases: dict[str, Lease] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self._renew = client.register_script(_RENEW)
        self._take = client.register_script(_TAKE)
        self._release = client.register_script(_RELEASE)
        self._alive = client.register_script(_ALIVE)

    @property
    def owned(self) -> list[str]:
        """The partitions this gateway works on now."""
        return sorted(self._running)

    async def run(self) -> None:
        """Until cancelled; then at once, with what was begun left to the next owner. ``drain`` first to end it well.

        redis-py 8.1 may swallow a cancellation, so it is asked for, too.
        """
        me = asyncio.current_task()
        try:
            while me is None or not me.cancelling():
                await self._round()
                await asyncio.sleep(RENEWAL)
        finally:
            await self._give_up_all()

    async def drain(self, seconds: float = DRAIN) -> None:
        """Take nothing new, and wait until what was begun has ended; ``run`` must be running (it renews the leases)."""
        self._draining = True
        for lease in self._leases.values():
            lease.end(seconds)
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=seconds)

    async def _round(self) -> None:
        try:
            await self._keep_ours()
            await self._map.refresh()
            if not self._draining:
                await self._take_share()
        except (RedisError, OSError) as error:
            self._failed("redis")
            log.warning("partitions_unreachable", error=type(error).__name__)
            self._drop_expired()
        except Exception as error:
            self._failed("gateway")
            log.error("partitions_failed", error=type(error).__name__, exc_info=True)

    async def _keep_ours(self) -> None:
        lost: list[str] = []
        for partition, task in list(self._running.items()):
            if task.done() or monotonic() > self._leases[partition].stop_by:
                await self._stop(partition, release=True)
        for group in self._groups(list(self._running)):
            asked = monotonic()
            renewed = await self._renew(keys=[_key(one) for one in group], args=[self._id, int(LEASE * 1000)])
            for partition, ours in zip(group, renewed, strict=True):
                if ours:
                    self._leases[partition].until = asked + LEASE
                else:
                    lost.append(partition)
        for partition in lost:
            log.warning("partition_lost", partition=partition)
            await self._stop(partition)

    async def _take_share(self) -> None:
        members = int(await self._alive(keys=[f"{PREFIX}:gateways"], args=[self._id, int(LEASE)]))
        wanted = dict.fromkeys([*await self._older.not_empty(), *self._map.current.partitions()])
        share = math.ceil(len(wanted) / max(1, members))
        kept = [partition for partition in self._running if partition in wanted]
        for partition in [*(self._running.keys() - wanted.keys()), *kept[share:]]:
            self._leases[partition].end(DRAIN)
        free = [partition for partition in wanted if partition not in self._running and not self._still_ending(partition)]
        room = share - len(kept)
        for group in self._groups(free):
            if room <= 0:
                return
            asked = monotonic()
            for place in await self._take(keys=[_key(one) for one in group], args=[self._id, int(LEASE * 1000), room]):
                self._start(group[int(place) - 1], asked + LEASE)
                room -= 1

    def _groups(self, partitions: list[str]) -> list[list[str]]:
        """What one script may ask for: everything, but in a Cluster what is in one slot."""
        if is_cluster(self._redis):
            return [[partition] for partition in partitions]
        return [partitions] if partitions else []

    def _start(self, partition: str, until: float) -> None:
        lease = self._leases[partition] = Lease(partition, until)
        self._running[partition] = asyncio.create_task(self._work(lease), name=f"partition {partition}")
        log.info("partition_taken", partition=partition)

    def _still_ending(self, partition: str) -> bool:
        """Whether an earlier worker of ours has not ended yet: two in one process must not meet."""
        task = self._ending.get(partition)
        if task is not None and task.done():
            del self._ending[partition]
        return partition in self._ending

    def _drop_expired(self) -> None:
        """Redis is away: what we may no longer hold, another may be working on."""
        for partition, lease in list(self._leases.items()):
            if not lease.held:
                task = self._running.pop(partition)
                del self._leases[partition]
                task.cancel()
                self._ending[partition] = task

    async def _stop(self, partition: str, *, release: bool = False) -> None:
        task = self._running.pop(partition)
        del self._leases[partition]
        task.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
        if isinstance(result, Exception):
            self._failed("gateway")
            log.error("partition_failed", partition=partition, error=type(result).__name__, exc_info=result)
            release = True
        if release:
            await self._release(keys=[_key(partition)], args=[self._id])

    async def _give_up_all(self) -> None:
        for partition in list(self._running):
            await _quietly(self._stop(partition, release=True))
        await asyncio.gather(*self._ending.values(), return_exceptions=True)
        await _quietly(self._redis.zrem(f"{PREFIX}:gateways", self._id))


async def _quietly(call: Awaitable[object]) -> None:
    try:
        await call
    except (RedisError, OSError):
        return  # the lease ends by itself


def _key(partition: str) -> str:
    return f"{PREFIX}:{partition}:owner"


async def owner_of(client: redis.Redis, partition: str) -> str | None:
    """The gateway that holds a partition, for the health page."""
    return text_of(await client.get(_key(partition)))
