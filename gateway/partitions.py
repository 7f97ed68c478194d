"""Which gateway works on which partition.

A partition's lease is a key with a short life that its owner keeps renewing; a dead owner's partitions are free again
after ``LEASE`` seconds. Each gateway takes no more than its fair share, so that a new one gets work.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from bot.redis_base import PREFIX, text_of
from bot.redis_queue import all_partitions

LEASE = 6.0
RENEWAL = 1.5
log = structlog.get_logger()

# KEYS: lease; ARGV: owner, milliseconds. Renew only what is still ours.
_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end"
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"

Work = Callable[[str], Coroutine[Any, Any, None]]


class Partitions:
    """Takes, renews and gives up leases; runs ``work(partition)`` while one is held.

    ``work`` must end by itself when it is cancelled, whatever it was doing.
    """

    def __init__(self, client: redis.Redis, gateway_id: str, work: Work) -> None:
        self._redis = client
        self._id = gateway_id
        self._work = work
        self._running: dict[str, asyncio.Task[None]] = {}
        self._renewed: dict[str, float] = {}
        self._renew = client.register_script(_RENEW)
        self._release = client.register_script(_RELEASE)

    @property
    def owned(self) -> list[str]:
        """The partitions this gateway works on now."""
        return sorted(self._running)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._round()
                await asyncio.sleep(RENEWAL)
        finally:
            await self._give_up_all()

    async def _round(self) -> None:
        try:
            await self._keep_ours()
            await self._take_share()
        except (RedisError, OSError) as error:
            log.warning("partitions_unreachable", error=type(error).__name__)
            self._drop_expired()

    async def _keep_ours(self) -> None:
        for partition in list(self._running):
            if await self._renew(keys=[_key(partition)], args=[self._id, int(LEASE * 1000)]):
                self._renewed[partition] = time.monotonic()
            else:
                await self._stop(partition)
            if partition in self._running and self._running[partition].done():
                await self._stop(partition)

    async def _take_share(self) -> None:
        share = math.ceil(len(all_partitions()) / await self._gateways())
        for partition in list(self._running)[share:]:
            await self._stop(partition, release=True)
        for partition in all_partitions():
            if len(self._running) >= share:
                return
            if partition not in self._running and await self._redis.set(_key(partition), self._id, nx=True, px=int(LEASE * 1000)):
                self._start(partition)

    async def _gateways(self) -> int:
        moment = time.time()
        members = f"{PREFIX}:gateways"
        await self._redis.zadd(members, {self._id: moment})
        await self._redis.zremrangebyscore(members, 0, moment - LEASE)
        return max(1, int(await self._redis.zcard(members)))

    def _start(self, partition: str) -> None:
        self._renewed[partition] = time.monotonic()
        self._running[partition] = asyncio.create_task(self._work(partition), name=f"partition {partition}")

    def _drop_expired(self) -> None:
        """Redis is away: what we may no longer hold, another may be working on."""
        for partition, since in list(self._renewed.items()):
            if time.monotonic() - since > LEASE - RENEWAL and partition in self._running:
                self._running.pop(partition).cancel()
                del self._renewed[partition]

    async def _stop(self, partition: str, *, release: bool = False) -> None:
        task = self._running.pop(partition)
        self._renewed.pop(partition, None)
        task.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
        if isinstance(result, Exception):
            log.error("partition_failed", partition=partition, error=type(result).__name__)
            release = True
        if release:
            await self._release(keys=[_key(partition)], args=[self._id])

    async def _give_up_all(self) -> None:
        for partition in list(self._running):
            await _quietly(self._stop(partition, release=True))
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
