"""Changing what is stored now: compare and set, on one key at a time, so that a Redis Cluster takes it as well.

Each is true also when it was so already: the first answer may have been lost with its connection. The facts about a change go
with the change (``bot.redis_store.facts``).
"""

from __future__ import annotations

from collections import OrderedDict

import redis.asyncio as redis

from bot.ports.stores import nothing_told
from bot.redis_store.client.base import text_of
from bot.redis_store.client.told import FactLog, Told, Untold, append_from

# KEYS: a text; ARGV: as it was, as it shall be; and facts.
_REPLACE = """
local now = redis.call('GET', KEYS[1])
if now == ARGV[2] then return 1 end
if now ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
"""

# KEYS: a pointer; ARGV: whom it may be taken from, whom it shall name. Whom it names then.
_CLAIM = """
local now = redis.call('GET', KEYS[1])
if now and now ~= ARGV[1] and now ~= ARGV[2] then return now end
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]
"""

# KEYS: a pointer; ARGV: whom it must name to be deleted.
_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


class Swap:
    """The three as calls. They raise what the client raises."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None) -> None:
        self._facts = facts or Untold()
        self._replace = client.register_script(f"{_REPLACE}{append_from(3)}return 1")
        self._claim = client.register_script(_CLAIM)
        self._release = client.register_script(_RELEASE)

    async def replace(self, key: str, before: str, after: str, told: Told = nothing_told) -> bool:
        """Put ``after`` in the place of ``before``, and tell of it; False when something else stands there by now."""
        return bool(await self._facts.commit(self._replace, [key], [before, after], told))

    async def claim(self, pointer: str, taken_from: str, owner: str) -> str:
        """Point at ``owner`` where it pointed nowhere or at ``taken_from``; whom it points at afterwards."""
        return str(text_of(await self._claim(keys=[pointer], args=[taken_from, owner])))

    async def release(self, pointer: str, owner: str) -> None:
        """Point nowhere, if it still points at ``owner``."""
        await self._release(keys=[pointer], args=[owner])


def remember(cache: OrderedDict[str, str], key: str, value: str, most: int) -> None:
    """Keep it, and forget what was not used for longest."""
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)
