"""What must be remembered of each Messenger thread: when the person last wrote, and which messages of ours went when.

Meta tells that messages were read by a watermark (a time), not by their ids; this turns one into the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

import redis.asyncio as redis

from bot.redis_store.client.base import PREFIX, stored

KEPT = timedelta(days=7)
"""Longer than any window of Meta's, and than anyone waits for a read receipt."""

SENT_KEPT = 200
"""Messages remembered for each thread."""


class Threads(Protocol):
    """The memory that the Messenger channel needs. Each method raises ``bot.ports.StoreUnavailable``."""

    async def opened(self, psid: str, at: datetime) -> None:
        """The person wrote, tapped or reacted at this time; an earlier time than the last changes nothing."""
        ...

    async def last_inbound(self, psid: str) -> datetime | None:
        """When the person last did."""
        ...

    async def sent(self, psid: str, mid: str, at: datetime) -> None:
        """A message of ours was taken; ``at`` is just before it was sent."""
        ...

    async def is_ours(self, psid: str, mid: str) -> bool:
        """Whether a message of ours had this id, as long as it was not read."""
        ...

    async def sent_until(self, psid: str, watermark: datetime) -> list[str]:
        """The ids sent up to the watermark and not forgotten, oldest first."""
        ...

    async def forget_until(self, psid: str, watermark: datetime) -> None:
        """Those are settled."""
        ...


class RedisThreads:
    """Threads on Redis: one sorted set of people by last time, one of messages for each person."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def opened(self, psid: str, at: datetime) -> None:
        """See Threads."""
        oldest = _ms(at - KEPT)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(_PEOPLE, {psid: _ms(at)}, gt=True)
            pipe.zremrangebyscore(_PEOPLE, "-inf", f"({oldest}")
            await pipe.execute()

    @stored
    async def last_inbound(self, psid: str) -> datetime | None:
        """See Threads."""
        score = await self._redis.zscore(_PEOPLE, psid)
        return None if score is None else datetime.fromtimestamp(float(score) / 1000, UTC)

    @stored
    async def sent(self, psid: str, mid: str, at: datetime) -> None:
        """See Threads."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(_messages(psid), {mid: _ms(at)})
            pipe.zremrangebyrank(_messages(psid), 0, -SENT_KEPT - 1)
            pipe.expire(_messages(psid), KEPT)
            await pipe.execute()

    @stored
    async def is_ours(self, psid: str, mid: str) -> bool:
        """See Threads."""
        return await self._redis.zscore(_messages(psid), mid) is not None

    @stored
    async def sent_until(self, psid: str, watermark: datetime) -> list[str]:
        """See Threads."""
        return [str(mid) for mid in await self._redis.zrangebyscore(_messages(psid), "-inf", _ms(watermark))]

    @stored
    async def forget_until(self, psid: str, watermark: datetime) -> None:
        """See Threads."""
        await self._redis.zremrangebyscore(_messages(psid), "-inf", _ms(watermark))

    @stored
    async def forget(self, psid: str) -> None:
        """Nothing is known of the person any more; not part of Threads: for ``gateway.commands.retention``."""
        await self._redis.zrem(_PEOPLE, psid)
        await self._redis.unlink(_messages(psid))


_PEOPLE = f"{PREFIX}:messenger:people"


def _messages(psid: str) -> str:
    return f"{PREFIX}:messenger:sent:{psid}"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
