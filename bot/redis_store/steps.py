"""Which steps of calls are being worked on, by whichever gateway, on Redis (``voice.gather.steps.Claims``)."""

from __future__ import annotations

import redis.asyncio as redis

from bot.redis_store.client.base import PREFIX, stored


class RedisClaims:
    """``voice.gather.steps.Claims``. A claim that is not kept up goes by itself: its gateway has died."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def take(self, key: str, seconds: int) -> bool:
        return bool(await self._redis.set(_key(key), "1", nx=True, ex=seconds))

    @stored
    async def keep(self, key: str, seconds: int) -> None:
        await self._redis.expire(_key(key), seconds)

    @stored
    async def held(self, key: str) -> bool:
        return bool(await self._redis.exists(_key(key)))

    @stored
    async def drop(self, key: str) -> None:
        await self._redis.delete(_key(key))


def _key(key: str) -> str:
    return f"{PREFIX}:working:{key}"
