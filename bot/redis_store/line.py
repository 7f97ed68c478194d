"""Conferences and measured waits, on Redis (``bot.ports.phone_line``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import new_id
from bot.ports.phone_line import Leg, Room, Wait
from bot.redis_store.client.base import PREFIX, dump, stored, text_of

LEG = TypeAdapter(Leg)
WAIT = TypeAdapter(Wait)
ROOM_KEPT = int(timedelta(days=1).total_seconds())
RECENT = timedelta(hours=2)
MOST_WAITS = 30
MOST_DUE = 20

# KEYS: schedule; ARGV: name, the time it was seen due at, the next one (or empty)
_CLAIM = """
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not at or tonumber(at) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
"""


class RedisRooms:
    """``bot.ports.phone_line.Rooms``: a hash ``ot:room:<handoff>``, a field for each fact and each phone: none is overwritten."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def get(self, handoff_id: str) -> Room:
        found = {str(name): str(value) for name, value in (await self._redis.hgetall(_key(handoff_id))).items()}
        legs = tuple(LEG.validate_json(value) for name, value in sorted(found.items()) if name.startswith("leg:"))
        return Room(
            handoff_id,
            found.get("sid", ""),
            legs,
            bool(found.get("held")),
            bool(found.get("muted")),
            found.get("recording", ""),
            found.get("ringing", ""),
        )

    @stored
    async def enter(self, handoff_id: str, leg: Leg) -> None:
        await self._set(handoff_id, {f"leg:{leg.call_sid}": dump(LEG, leg)})

    @stored
    async def leave(self, handoff_id: str, call_sid: str) -> None:
        await self._redis.hdel(_key(handoff_id), f"leg:{call_sid}")

    @stored
    async def note(self, handoff_id: str, **facts: str) -> None:
        await self._set(handoff_id, facts)

    @stored
    async def close(self, handoff_id: str) -> None:
        await self._redis.delete(_key(handoff_id))

    async def _set(self, handoff_id: str, values: dict[str, str]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for name, value in values.items():
                pipe.hset(_key(handoff_id), name, value)
            pipe.expire(_key(handoff_id), ROOM_KEPT)
            await pipe.execute()


class RedisWaits:
    """``bot.ports.phone_line.Waits``: a list ``ot:waits:<queue>``, newest first."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def record(self, queue: str, wait: Wait) -> None:
        key = f"{PREFIX}:waits:{queue}"
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.lpush(key, dump(WAIT, wait))
            pipe.ltrim(key, 0, MOST_WAITS - 1)
            pipe.expire(key, int(RECENT.total_seconds()))
            await pipe.execute()

    @stored
    async def recent(self, queue: str, now: datetime) -> list[Wait]:
        kept = [WAIT.validate_json(text) for text in await self._redis.lrange(f"{PREFIX}:waits:{queue}", 0, -1)]
        return [wait for wait in kept if now - wait.at <= RECENT]


class RedisSchedule:
    """``bot.ports.phone_line.Schedule``: a sorted set ``ot:callbacks`` of names by time, and ``ot:callbacks:once:<key>`` for
    a day."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._claim = client.register_script(_CLAIM)

    @stored
    async def put(self, name: str, at: datetime) -> None:
        await self._redis.zadd(_SCHEDULE, {name: at.timestamp()})

    @stored
    async def due(self, now: datetime) -> list[tuple[str, datetime]]:
        limits: Any = {"start": 0, "num": MOST_DUE, "withscores": True}
        found: Any = await self._redis.zrangebyscore(_SCHEDULE, "-inf", now.timestamp(), **limits)
        return [(str(name), datetime.fromtimestamp(float(at), UTC)) for name, at in found]

    @stored
    async def claim(self, name: str, seen: datetime, again: datetime | None) -> bool:
        following = repr(again.timestamp()) if again else ""
        return bool(await self._claim(keys=[_SCHEDULE], args=[name, repr(seen.timestamp()), following]))

    @stored
    async def first(self, key: str) -> bool:
        mine, place = new_id("f"), f"{_SCHEDULE}:once:{key}"
        if await self._redis.set(place, mine, nx=True, ex=ROOM_KEPT):
            return True
        return text_of(await self._redis.get(place)) == mine  # the first answer was lost with its connection


_SCHEDULE = f"{PREFIX}:callbacks"


def _key(handoff_id: str) -> str:
    return f"{PREFIX}:room:{handoff_id}"
