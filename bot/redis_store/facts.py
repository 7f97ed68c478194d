"""Where facts wait to be kept for good: a few streams, from which the recorder takes them (``records.recorder``).

A fact about a change goes with the change: one script changes the record and appends the fact, so that neither is there
without the other. In a Redis Cluster a record and the streams are in different slots; there the script appends to a stream beside
the record, which is moved to the others right after it. What a death leaves there, ``gather`` moves: each is listed before it
is used.

Streams are never trimmed before what is in them is kept: while nobody records, they grow.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

import redis.asyncio as redis
from redis.commands.core import AsyncScript

from bot.model import Fact, pseudonym
from bot.ports.facts import KEPT
from bot.redis_store.client.base import PREFIX, is_cluster, stored
from bot.redis_store.client.told import FIELD, Told, append_from

STREAMS = 4
"""Enough that the nodes of a Cluster share them, few enough to be asked often."""
NAMES = tuple(field.name for field in fields(Fact))
WRITER = json.JSONEncoder(separators=(",", ":"))
BESIDE = f"{PREFIX}:facts:beside"
"""In a Cluster: the streams beside records, by when they were last used (sorted set)."""
KEPT_LISTED = timedelta(hours=1)
"""So long an empty one stays listed: much longer than between the listing and the script of the slowest gateway."""

# By the clock of the server that has the list: gateways' clocks may differ. KEYS: the list; ARGV: a stream
_LIST = "return redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])"
# KEYS: the note; ARGV: seconds for which it stays (0: for ever), and the fact
_ONCE = """
if redis.call('SET', KEYS[1], '1', 'NX') == false then return 0 end
if ARGV[1] ~= '0' then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
"""
# KEYS: the list; ARGV: seconds for which one that was not used stays
_FORGET = "return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1] - ARGV[1])"


def fact_streams() -> list[str]:
    """The keys that the recorder reads."""
    return [f"{PREFIX}:facts:{number}" for number in range(STREAMS)]


def stream_for(cause: str) -> str:
    """The stream for what a cause brings about."""
    return f"{PREFIX}:facts:{zlib.crc32(cause.encode()) % STREAMS}"


class RedisFacts:
    """``bot.ports.Facts`` and ``FactLog``. ``key``: of pseudonyms."""

    def __init__(self, client: redis.Redis, key: bytes = b"") -> None:
        self._redis = client
        self._key = key
        self._apart = is_cluster(client)
        self._once = client.register_script(f"{_ONCE}{append_from(2)}return 1")
        self._list, self._forget = client.register_script(_LIST), client.register_script(_FORGET)

    @stored
    async def append(self, facts: Sequence[Fact]) -> None:
        """See ``bot.ports.Facts``; with whatever else is written at this moment (``client.batch``)."""
        await asyncio.gather(*(self._redis.xadd(stream_for(one.cause), {FIELD: self._written(one)}) for one in facts))

    @stored
    async def once(self, fact: Fact, seconds: int | None = KEPT) -> None:
        """See ``bot.ports.Facts``."""
        await self.commit(self._once, [f"{PREFIX}:told:{fact.id}"], [seconds or 0], lambda: [fact])

    async def commit(self, script: AsyncScript, keys: Sequence[str], args: Sequence[str | int | bytes], told: Told) -> Any:
        """See ``FactLog``."""
        facts = told()
        if not facts:
            return await script(keys=list(keys), args=list(args))
        texts = [self._written(one) for one in facts]
        if not self._apart:
            return await script(keys=[*keys, stream_for(facts[0].cause)], args=[*args, *texts])
        beside = beside_of(keys[0])
        await self._list(keys=[BESIDE], args=[beside])
        answer = await script(keys=[*keys, beside], args=[*args, *texts])
        await self._move(beside)
        return answer

    @stored
    async def gather(self) -> int:
        """Move what deaths left beside records; how many facts. Nothing to do but in a Cluster."""
        if not self._apart:
            return 0
        listed = [str(name) for name in await self._redis.zrange(BESIDE, 0, -1)]
        count = sum([await self._move(beside) for beside in listed])
        await self._forget(keys=[BESIDE], args=[int(KEPT_LISTED.total_seconds())])
        return count

    async def _move(self, beside: str) -> int:
        """Appended before it is taken away: who dies in between does it twice, which adds nothing to what is kept."""
        count = 0
        while page := await self._redis.xrange(beside, count=100):
            for found, entered in page:
                entry = str(found)
                text = str((entered or {})[FIELD])
                await self._redis.xadd(stream_for(json.loads(text)["cause"]), {FIELD: text})
                await self._redis.xdel(beside, entry)
                count += 1
        return count

    def _written(self, fact: Fact) -> str:
        known = {name: getattr(fact, name) for name in NAMES}  # asdict copies bodies, at ten times the cost
        known["at"] = fact.at.isoformat()
        if fact.contact and self._key:
            known["pseudonym"] = pseudonym(fact.contact, self._key)
        return WRITER.encode(known)


def beside_of(key: str) -> str:
    """The stream beside a record: its tag is what the record's own slot is counted from."""
    tag = key.partition("{")[2].partition("}")[0] or key
    return f"{PREFIX}:facts:{{{tag}}}"
