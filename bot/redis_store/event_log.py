"""Conversations in Redis: an append-only list of events each, and beside it the short window a turn needs.

Keys of one conversation share a hash tag, so a cluster keeps them together: ``<prefix>:{c:<conversation>}:events`` (list of
JSON, never rewritten) and ``<prefix>:{c:<conversation>}:window``, a hash:

| field | |
|---|---|
| ``at``, ``events`` | the JSON list a turn begins with, and the number of events it stands for |
| ``cold`` | the number of events that are in the cold store only: the list begins behind them |
| ``packed`` | while the list was just moved there: what the next turn reads, compressed (``Packed``); then no ``at`` |
| ``parked`` | ``packed`` is in the cold store, too: the conversation is asleep, and reading it for a turn wakes it |

Every number counts from the beginning of the conversation. Beside them, ``<prefix>:hot``: conversations whose list has
something to move, by the time of the first of it; ``<prefix>:idle``: those of which all was moved, by when that was. No Rasa in
here: events are JSON texts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from time import time
from typing import Any, cast

from redis.client import NEVER_DECODE

from bot.ports import StoreUnavailable
from bot.ports.cold import ColdPages
from bot.redis_store.compact.packing import pack, unpack

logger = logging.getLogger(__name__)

PAGE = 500

# KEYS: events, window; ARGV: expected length, number of events, the events, then optionally "at" and the window
_APPEND = """
local was = redis.call('HMGET', KEYS[2], 'cold', 'parked')
if was[2] then return -2 end
local have = tonumber(was[1] or '0') + redis.call('LLEN', KEYS[1])
if have ~= tonumber(ARGV[1]) then return -1 end
local count = tonumber(ARGV[2])
for i = 3, count + 2, 1000 do
  redis.call('RPUSH', KEYS[1], unpack(ARGV, i, math.min(i + 999, count + 2)))
end
if ARGV[count + 3] then
  redis.call('HSET', KEYS[2], 'at', ARGV[count + 3], 'events', ARGV[count + 4])
  redis.call('HDEL', KEYS[2], 'packed')
end
return have + count
"""

# KEYS: events, window; ARGV: 1 for the whole list, 0 for what a turn reads
_READ = """
local was = redis.call('HMGET', KEYS[2], 'cold', 'at', 'events', 'packed', 'parked')
local cold = tonumber(was[1] or '0')
local skipped = tonumber(was[2] or cold) - cold
local from = ARGV[1] == '1' and 0 or skipped
local list = redis.call('LRANGE', KEYS[1], from, -1)
return {cold, from + #list, skipped - from, was[3] or '', was[4] or '', was[5] or '', list}
"""

# KEYS: events, window
_LENGTH = """
local cold = tonumber(redis.call('HGET', KEYS[2], 'cold') or '0')
return {cold, cold + redis.call('LLEN', KEYS[1])}
"""

# KEYS: events, window; ARGV: start, count
_PAGE = """
local cold = tonumber(redis.call('HGET', KEYS[2], 'cold') or '0')
local from, to = tonumber(ARGV[1]) - cold, tonumber(ARGV[1]) + tonumber(ARGV[2]) - cold - 1
if to < 0 then return {cold, {}} end
return {cold, redis.call('LRANGE', KEYS[1], math.max(from, 0), to)}
"""

# All of the list is in the cold store: it goes, and what the next turn reads of it stays. Nothing after a turn in between.
# KEYS: events, window; ARGV: events that were cold, length, packed
_COOL = """
local was = redis.call('HMGET', KEYS[2], 'cold', 'parked')
if was[2] or tonumber(was[1] or '0') ~= tonumber(ARGV[1]) then return 0 end
if tonumber(ARGV[1]) + redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[2], 'at', 'events')
redis.call('HSET', KEYS[2], 'cold', ARGV[2], 'packed', ARGV[3])
return 1
"""

# KEYS: events, window; ARGV: length, packed as it is in the cold store
_PARK = """
local was = redis.call('HMGET', KEYS[2], 'cold', 'packed')
if was[1] ~= ARGV[1] or was[2] ~= ARGV[2] or redis.call('LLEN', KEYS[1]) > 0 then return 0 end
redis.call('HDEL', KEYS[2], 'packed')
redis.call('HSET', KEYS[2], 'parked', '1')
return 1
"""

# KEYS: events, window; ARGV: length, packed
_WAKE = """
local was = redis.call('HMGET', KEYS[2], 'cold', 'parked')
if not was[2] or was[1] ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[2], 'parked')
redis.call('HSET', KEYS[2], 'packed', ARGV[2])
return 1
"""


class StaleWriter(Exception):
    """Another writer appended since this one read: nothing was written."""


class ColdStoreMissing(StoreUnavailable):
    """The older events are in the cold store, and this process does not know where that is."""


@dataclass(frozen=True, slots=True)
class Window:
    """``events``: JSON list that stands for the first ``at`` logged events."""

    at: int
    events: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a turn begins with. ``length``: events in the log; ``window``: JSON list or ""; ``since``: events after it."""

    length: int
    window: bytes
    since: list[bytes]


@dataclass(frozen=True, slots=True)
class Hot:
    """What Redis has of a log: the events after the first ``cold`` ones, and what the next turn reads of all."""

    cold: int
    events: list[bytes]
    reading: Reading

    @property
    def length(self) -> int:
        """Events in the log."""
        return self.reading.length


class Packed:
    """A reading in few bytes (``bot.redis_store.compact.packing``). The length is known where it is kept."""

    @staticmethod
    def dump(reading: Reading) -> bytes:
        """As one value."""
        return pack(reading.window, reading.since)

    @staticmethod
    def load(length: int, packed: bytes) -> Reading:
        """ValueError for what is none."""
        return Reading(length, *unpack(packed))


class EventLog:
    """The log in one Redis, its older part in ``cold``. Errors of both are the caller's; ``client`` is its to close, and may
    decode or not: events are bytes."""

    def __init__(self, client: Any, prefix: str, cold: ColdPages | None = None, clock: Callable[[], float] = time) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self.cold = cold

    async def append(self, conversation: str, expected: int, events: Sequence[str], window: Window | None = None) -> int:
        """Add events after the ``expected`` ones in one atomic step; the new length. Raises StaleWriter."""
        more = () if window is None else (window.at, window.events)
        noted = self._client.zadd(f"{self._prefix}:hot", {conversation: self._clock()}, nx=True)  # sent together, this one first
        _, length = await asyncio.gather(noted, self._run(_APPEND, conversation, expected, len(events), *events, *more))
        if int(length) < 0:
            raise StaleWriter("the conversation has moved on since it was read")
        return int(length)

    async def read(self, conversation: str) -> Reading | None:
        """The window and what came after it, in one step; None for a conversation without events. One that is asleep wakes."""
        cold, count, known, window, packed, parked, events = await self._run(_READ, conversation, 0)
        if parked:
            await self._wake(conversation, int(cold))
            return await self.read(conversation)
        hot = _hot(int(cold), int(count), int(known), window, packed, events)
        return hot.reading if hot is not None else None

    async def hot(self, conversation: str) -> Hot | None:
        """The same, and all that Redis has of it, in one step. One that is asleep stays so: None."""
        cold, count, known, window, packed, parked, events = await self._run(_READ, conversation, 1)
        return None if parked else _hot(int(cold), int(count), int(known), window, packed, events)

    async def page(self, conversation: str, start: int, count: int) -> list[bytes]:
        """Up to ``count`` events from number ``start`` (from 0), oldest first, from both places."""
        cold, here = await self._run(_PAGE, conversation, start, count)
        if start >= int(cold):
            return cast(list[bytes], here)
        return [*await self._cold().page(conversation, start, min(count, int(cold) - start)), *here]

    async def length(self, conversation: str) -> tuple[int, int]:
        """How many events are in the cold store only, and how many there are in all."""
        cold, length = await self._run(_LENGTH, conversation)
        return int(cold), int(length)

    async def all(self, conversation: str) -> AsyncIterator[list[bytes]]:
        """The whole history, page by page."""
        start = 0
        while page := await self.page(conversation, start, PAGE):
            yield page
            start += len(page)

    async def cool(self, conversation: str, hot: Hot) -> bool:
        """All of ``hot`` is in the cold store: let go of its events. False when there was a turn since it was read."""
        packed = Packed.dump(hot.reading)
        return bool(await self._run(_COOL, conversation, hot.cold, hot.length, packed))

    async def packed(self, conversation: str) -> tuple[int, bytes | None]:
        """The length, and what the next turn reads, where all events are cold; None elsewhere."""
        _, count, _, _, packed, _, _ = found = await self._run(_READ, conversation, 0)
        return int(found[0]), packed if packed and not int(count) else None

    async def park(self, conversation: str, length: int, packed: bytes) -> bool:
        """What the next turn reads is in the cold store as well: let go of it. False when it is not as it was."""
        return bool(await self._run(_PARK, conversation, length, packed))

    async def _wake(self, conversation: str, length: int) -> None:
        """Two may do it at once: the second finds it awake. One that the cold store has lost (a backup was brought back) goes
        on without its past."""
        packed = await self._cold().asleep(conversation)
        if packed is None:
            logger.error("the cold store has lost a conversation: %s goes on without its past", conversation)
            packed = Packed.dump(Reading(length, b"", []))
        await self._client.zadd(f"{self._prefix}:idle", {conversation: self._clock()})  # to fall asleep again some day
        await self._run(_WAKE, conversation, length, packed)

    async def exists(self, conversation: str) -> bool:
        """True when it has events."""
        return (await self.length(conversation))[1] > 0

    async def conversations(self) -> list[str]:
        """The ids of all conversations. Walks the whole key space: for tools, not for turns."""
        start = f"{self._prefix}:{{c:"
        keys = [_text(key) async for key in self._client.scan_iter(match=f"{start}*", count=1000)]
        return sorted({key.removeprefix(start).rpartition("}:")[0] for key in keys})

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _cold(self) -> ColdPages:
        if self.cold is None:
            raise ColdStoreMissing("older events are in the cold store: RECORDS_URL must name it here, too")
        return self.cold

    async def _run(self, script: str, conversation: str, *args: Any) -> Any:
        keys = self._keys(conversation)
        return await self._client.execute_command("EVAL", script, len(keys), *keys, *args, **{NEVER_DECODE: []})

    def _keys(self, conversation: str) -> list[str]:
        return [f"{self._prefix}:{{c:{conversation}}}:{part}" for part in ("events", "window")]


def _hot(cold: int, count: int, known: int, window: bytes, packed: bytes, events: list[bytes]) -> Hot | None:
    """``count``: events of the list; ``known``: of those in ``events``, how many the window stands for."""
    if not cold + count:
        return None
    before = Packed.load(cold, packed) if packed else Reading(cold, window, [])
    return Hot(cold, events, Reading(cold + count, before.window, [*before.since, *events[known:]]))


def _text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)
