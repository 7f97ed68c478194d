"""Conversations in Redis: an append-only list of events each, and beside it the short window a turn needs.

Keys of one conversation share a hash tag, so a cluster keeps them together:
``<prefix>:{c:<conversation>}:events`` (list of JSON, never rewritten) and ``<prefix>:{c:<conversation>}:window`` (hash:
``events``, the JSON list a turn begins with, and ``at``, the number of logged events it stands for).
No Rasa in here: events are JSON texts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

PAGE = 500

# events, window; expected length, number of events, the events, then optionally "at" and the window
APPEND = """
local have = redis.call('LLEN', KEYS[1])
if have ~= tonumber(ARGV[1]) then return -1 end
local count = tonumber(ARGV[2])
for i = 3, count + 2, 1000 do
  redis.call('RPUSH', KEYS[1], unpack(ARGV, i, math.min(i + 999, count + 2)))
end
if ARGV[count + 3] then redis.call('HSET', KEYS[2], 'at', ARGV[count + 3], 'events', ARGV[count + 4]) end
return have + count
"""
READ = """
local window = redis.call('HMGET', KEYS[2], 'at', 'events')
local at = window[1] or '0'
return {redis.call('LLEN', KEYS[1]), window[2] or '', redis.call('LRANGE', KEYS[1], at, -1)}
"""


class StaleWriter(Exception):
    """Another writer appended since this one read: nothing was written."""


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


class EventLog:
    """The log in one Redis. Its errors (redis.RedisError) are the caller's; ``client`` is its to close."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._append = client.register_script(APPEND)
        self._read = client.register_script(READ)

    async def append(self, conversation: str, expected: int, events: Sequence[str], window: Window | None = None) -> int:
        """Add events after the ``expected`` ones in one atomic step; the new length. Raises StaleWriter."""
        more = () if window is None else (window.at, window.events)
        length = int(await self._append(keys=self._keys(conversation), args=[expected, len(events), *events, *more]))
        if length < 0:
            raise StaleWriter("the conversation has moved on since it was read")
        return length

    async def read(self, conversation: str) -> Reading | None:
        """The window and what came after it, in one step; None for a conversation without events."""
        length, window, since = await self._read(keys=self._keys(conversation))
        return Reading(int(length), window, since) if length else None

    async def page(self, conversation: str, start: int, count: int) -> list[bytes]:
        """Up to ``count`` events from number ``start`` (from 0), oldest first."""
        events: list[bytes] = await self._client.lrange(self._keys(conversation)[0], start, start + count - 1)
        return events

    async def all(self, conversation: str) -> AsyncIterator[list[bytes]]:
        """The whole history, page by page."""
        start = 0
        while page := await self.page(conversation, start, PAGE):
            yield page
            start += len(page)

    async def exists(self, conversation: str) -> bool:
        """True when it has events."""
        return bool(await self._client.exists(self._keys(conversation)[0]))

    async def conversations(self) -> list[str]:
        """The ids of all conversations. Walks the whole key space: for tools, not for turns."""
        start, end = f"{self._prefix}:{{c:", "}:events"
        keys = [key.decode() async for key in self._client.scan_iter(match=f"{start}*{end}", count=1000)]
        return sorted({key.removeprefix(start).removesuffix(end) for key in keys})

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _keys(self, conversation: str) -> list[str]:
        return [f"{self._prefix}:{{c:{conversation}}}:{part}" for part in ("events", "window")]
