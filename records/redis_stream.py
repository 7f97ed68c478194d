"""The stream of facts on Redis: a consumer group, so that several recorders share it and what a dead one took is taken over.

Facts may lie in several streams (one for each partition, so that a fact is appended in the same script as what it tells of);
each command has one key, so that a Redis Cluster takes it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import redis.asyncio as redis
from redis.exceptions import RedisError, ResponseError

from bot.model import new_id
from records.errors import StreamUnavailable
from records.facts import Fact, encode
from records.recorder import Taken, Waiting

P = ParamSpec("P")
T = TypeVar("T")
FIELD = "fact"
"""The field of an entry that holds ``encode(fact)``."""
GROUP = "records"
TAKEN_OVER_AFTER = 60.0
"""Seconds without an acknowledgement, after which what a recorder took is another's."""
LOOK_EVERY = 10.0
"""Seconds between looks for such."""
FORGOTTEN_AFTER = 3600.0

# Whoever has nothing in hand and was not heard of is no recorder any more: each start of a gateway is a new one.
# KEYS: stream; ARGV: group, milliseconds
_FORGET_DEAD = """
local count = 0
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local told = {}
  for i = 1, #one, 2 do told[one[i]] = one[i + 1] end
  if told['pending'] == 0 and told['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], told['name'])
    count = count + 1
  end
end
return count
"""


def told(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Every error of Redis as StreamUnavailable."""

    @wraps(call)
    async def guard(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except (TimeoutError, RedisError, OSError) as error:
            raise StreamUnavailable(f"The stream of facts cannot be read: Redis ({type(error).__name__}).") from error

    return guard


class RedisFactStream:
    """``records.recorder.FactStream``. ``client`` must not decode: facts are bytes."""

    def __init__(
        self,
        client: redis.Redis,
        keys: Sequence[str] = ("ot:facts",),
        *,
        taken_over_after: float = TAKEN_OVER_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis, self._keys, self._clock = client, list(keys), clock
        self._name = new_id("recorder")
        self._taken_over_after = taken_over_after
        self._look_at = float("-inf")
        self._first = 0
        self._ready = False
        self._forget_dead = client.register_script(_FORGET_DEAD)

    @told
    async def add(self, facts: Sequence[Fact]) -> None:
        """Append to the first stream: for facts that are no part of another write."""
        pipe = self._redis.pipeline(transaction=False)
        for fact in facts:
            pipe.xadd(self._keys[0], {FIELD: encode(fact)})
        await pipe.execute()

    @told
    async def take(self, most: int) -> list[Taken]:
        """See ``FactStream``. Begins with another stream each time, so that a busy one does not starve the others."""
        await self._groups()
        try:
            return await self._left(most) or await self._new(most)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self._ready = False  # somebody emptied Redis; nothing of ours is in it then
            return []

    @told
    async def done(self, places: Sequence[str]) -> None:
        """See ``FactStream``. What every group has acknowledged leaves memory."""
        by_key: dict[str, list[str]] = {}
        for place in places:
            key, _, entry = place.rpartition(" ")
            by_key.setdefault(key, []).append(entry)
        for key, entries in by_key.items():
            await self._redis.xack(key, GROUP, *entries)
            await self._trim(key)

    @told
    async def waiting(self) -> Waiting:
        """See ``FactStream``."""
        counts = await asyncio.gather(*(self._redis.xlen(key) for key in self._keys))
        firsts = await asyncio.gather(*(self._redis.xrange(key, count=1) for key in self._keys))
        times = [_time(entry) for found in firsts for entry, _ in found or ()]
        return Waiting(sum(counts), min(times, default=None))

    async def _groups(self) -> None:
        if self._ready:
            return
        for key in self._keys:
            try:
                await self._redis.xgroup_create(key, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise
        self._ready = True

    async def _new(self, most: int) -> list[Taken]:
        found: list[Taken] = []
        for key in self._in_turn():
            if len(found) >= most:
                break
            answer: Any = await self._redis.xreadgroup(GROUP, self._name, {key: ">"}, count=most - len(found))
            found += [taken for entries in _streams(answer) for taken in _taken(key, entries)]
        return found

    async def _left(self, most: int) -> list[Taken]:
        """What others took and did not finish. Looked for now and then; at once again while there is more."""
        if self._clock() < self._look_at:
            return []
        found: list[Taken] = []
        for key in self._in_turn():
            idle = int(self._taken_over_after * 1000)
            answer: Any = await self._redis.xautoclaim(key, GROUP, self._name, idle, "0-0", count=max(1, most - len(found)))
            found += _taken(key, answer[1])
            await self._forget_dead(keys=[key], args=[GROUP, int(FORGOTTEN_AFTER * 1000)])
            if len(found) >= most:
                return found
        self._look_at = self._clock() + LOOK_EVERY
        return found

    def _in_turn(self) -> list[str]:
        self._first = (self._first + 1) % len(self._keys)
        return self._keys[self._first :] + self._keys[: self._first]

    async def _trim(self, key: str) -> None:
        """Entries before the first that any group has not acknowledged. What is read meanwhile lies behind that."""
        first: tuple[int, int] | None = None
        for group in await self._redis.xinfo_groups(key):
            read = _entry(group["last-delivered-id"])
            pending: Any = await self._redis.xpending(key, group["name"])
            open_from = _entry(pending["min"]) if pending["min"] else None
            here = min(open_from, _after(read)) if open_from else _after(read)
            first = here if first is None else min(first, here)
        if first is not None:
            await self._redis.xtrim(key, minid=f"{first[0]}-{first[1]}", approximate=False)


def _streams(answer: Any) -> list[Any]:
    """The entries of each stream of an answer, in RESP2 (a list) and RESP3 (a map)."""
    if not answer:
        return []
    if isinstance(answer, dict):
        return [entries for batches in answer.values() for entries in batches]
    return [entries for _, entries in answer]


def _taken(key: str, entries: Sequence[tuple[Any, Any]]) -> list[Taken]:
    """An entry without our field is one that cannot be read, as any other."""
    return [Taken(f"{key} {_text(entry)}", _fact(fields or {})) for entry, fields in entries]


def _fact(fields: dict[Any, Any]) -> bytes:
    found = fields.get(FIELD.encode(), fields.get(FIELD, b""))
    return found if isinstance(found, bytes) else str(found).encode()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _entry(value: Any) -> tuple[int, int]:
    milliseconds, _, number = _text(value).partition("-")
    return int(milliseconds), int(number or 0)


def _after(entry: tuple[int, int]) -> tuple[int, int]:
    return entry[0], entry[1] + 1


def _time(entry: Any) -> datetime:
    return datetime.fromtimestamp(_entry(entry)[0] / 1000, UTC)
