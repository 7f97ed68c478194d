"""When each agent last read each conversation: kept on the server, so that another browser knows it as well."""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from datetime import datetime, timedelta
from typing import Any, cast

from redis.asyncio import Redis

from desk.store import answered, moment, text

KEPT = timedelta(days=30)
SWEPT_AT = 500
"""Marks of an agent: beyond so many, those of conversations that are not open any more are let go of."""


class ReadMarks:
    """``ot:desk:read:<username>``: a hash of handoff -> time. Methods raise StoreUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def of(self, username: str) -> dict[str, datetime]:
        """All of an agent's."""
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(_key(username)))
        return {text(one): moment(text(at)) for one, at in stored.items()}

    async def read(self, username: str, handoff_id: str, at: datetime) -> None:
        """The agent has read it until then."""
        with answered():
            await self._redis.hset(_key(username), handoff_id, at.isoformat())
            await self._redis.expire(_key(username), KEPT)

    async def sweep(self, username: str, known: Collection[str], of: Collection[str]) -> None:
        """Keep those of conversations that are ``known``, once there are many marks."""
        gone = sorted(set(of) - set(known))
        if len(of) > SWEPT_AT and gone:
            with answered():
                await self._redis.hdel(_key(username), *gone)


def _key(username: str) -> str:
    return f"ot:desk:read:{username}"
