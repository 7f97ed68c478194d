"""One at a time in a conversation: first within this process, then between gateways."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar, cast

import redis.asyncio as redis
from redis.exceptions import LockError, RedisError

from bot.ports import StoreUnavailable
from bot.redis_store.client.base import PREFIX, guarded
from bot.redis_store.client.batch import BatchingRedis

T = TypeVar("T")
LOCK_SECONDS = 6.0
"""A dead holder's conversation is free again after this; a living one keeps renewing it."""
LOCK_RENEWAL = 2.0


class RedisLocks:
    """``bot.ports.stores.Locks``: first within this process, in order of asking; then redis-py's lock between gateways."""

    def __init__(self, client: redis.Redis, *, wait: float = 60.0) -> None:
        self._redis = client
        self._wait = wait
        self._local: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self._giving_back: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """StoreUnavailable when Redis is away, or another gateway keeps it longer than ``wait`` seconds.

        Nobody waits for it to be given back but the next who wants it.
        """
        async with self.hold_and_look(conversation_id, _nothing):
            yield

    @asynccontextmanager
    async def hold_and_look(self, conversation_id: str, look: Callable[[], Coroutine[Any, Any, T]]) -> AsyncIterator[T]:
        """See ``bot.ports.stores.Locks``; mostly one round trip for both."""
        self._waiting[conversation_id] += 1
        try:
            await self._local[conversation_id].acquire()
        except BaseException:
            self._forget(conversation_id)
            raise
        shared = None
        try:
            shared = self._lock(conversation_id)
            found = await self._taken(shared, look)
            renewal = asyncio.create_task(_keep(shared))
            try:
                yield found
            finally:
                renewal.cancel()
        finally:
            task = asyncio.create_task(self._give_back(conversation_id, shared))
            self._giving_back.add(task)
            task.add_done_callback(self._giving_back.discard)

    async def settled(self) -> None:
        """All that was held here is given back: for who closes the client."""
        await asyncio.gather(*self._giving_back)

    async def _give_back(self, conversation_id: str, shared: Any) -> None:
        """First to the other gateways, then to those who wait here."""
        try:
            if shared is not None:
                await _release(shared)
        finally:
            self._local[conversation_id].release()
            self._forget(conversation_id)

    def _forget(self, conversation_id: str) -> None:
        self._waiting[conversation_id] -= 1
        if not self._waiting[conversation_id]:
            del self._waiting[conversation_id], self._local[conversation_id]

    def _lock(self, conversation_id: str) -> Any:
        name = f"{PREFIX}:lock:{conversation_id}"
        return self._redis.lock(name, timeout=LOCK_SECONDS, sleep=0.02, blocking_timeout=self._wait, thread_local=False)

    async def _taken(self, lock: Any, look: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Take the lock and look. Side by side where that is one write in this order: what is read is read under the lock."""
        async with guarded():
            if isinstance(self._redis, BatchingRedis):
                taken, found = await asyncio.gather(lock.acquire(blocking=False), look(), return_exceptions=True)
                for failed in (taken, found):
                    if isinstance(failed, BaseException):
                        raise failed
                if taken:
                    return cast("T", found)
            if not await lock.acquire():
                raise StoreUnavailable("the conversation is held by another gateway")
            return await look()


async def _nothing() -> None:
    """Nothing to look at."""


async def _keep(lock: Any) -> None:
    """Renew it while its holder lives. One that was lost (a pause, Redis away) is not taken back: the turn record decides."""
    while True:
        await asyncio.sleep(LOCK_RENEWAL)
        with suppress(RedisError, OSError):
            await lock.reacquire()


async def _release(lock: Any) -> None:
    try:
        async with guarded():
            await lock.release()
    except (LockError, StoreUnavailable):
        return  # it ends by itself: the turn is done, and must not fail for that
