"""Which of our numbers somebody texted last: whatever we write to them comes from that one, also what we begin."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import redis.asyncio as redis

from bot.redis_store.client.base import PREFIX, stored, text_of

KEPT = timedelta(days=400)


class OwnNumbers(Protocol):
    """Each raises ``bot.ports.StoreUnavailable``."""

    async def wrote_to(self, tel: str, ours: str) -> None:
        """This person texted this number of ours."""
        ...

    async def of(self, tel: str) -> str | None:
        """The one they texted last; None when it is not known."""
        ...

    async def forget(self, tel: str) -> None:
        """We do not have it any more, or nothing is to be known of the person."""
        ...


class RedisOwnNumbers:
    """OwnNumbers on Redis: ``ot:ours:<number>``."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def wrote_to(self, tel: str, ours: str) -> None:
        """See OwnNumbers."""
        await self._redis.set(_key(tel), ours, ex=KEPT)

    @stored
    async def of(self, tel: str) -> str | None:
        """See OwnNumbers."""
        return text_of(await self._redis.get(_key(tel)))

    @stored
    async def forget(self, tel: str) -> None:
        """See OwnNumbers."""
        await self._redis.unlink(_key(tel))


def _key(tel: str) -> str:
    return f"{PREFIX}:ours:{tel}"
