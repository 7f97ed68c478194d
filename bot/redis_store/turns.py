"""What the core remembers between messages, on Redis: turns, menus, codes, waiting lines, the bulletin."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.menus.menu import LIFETIME, Shown
from bot.ports import DeskEvent, TurnResult
from bot.ports.stores import Challenge, TurnStage, nothing_told
from bot.redis_store.client.base import PREFIX, dump, guarded, is_cluster, stored, text_of
from bot.redis_store.client.told import FactLog, Told, Untold, append_from
from bot.redis_store.compact.marks import HAS, Spans, mark_of

RESULT = TypeAdapter(TurnResult)
SHOWN = TypeAdapter(Shown)
CHALLENGE = TypeAdapter(Challenge)
EVENT = TypeAdapter(DeskEvent)
SERVED = Spans(timedelta(days=3))
TURN_KEPT = int(SERVED.kept.total_seconds())
SETS = 16
"""Sets of marks of served turns for one span of days."""
CHALLENGE_KEPT = int(timedelta(hours=1).total_seconds())

# The first result counts: two workers may have run a turn when one of them was paused. KEYS: turn; ARGV: result, seconds; and
# facts
_FINISH = """
local had = redis.call('GET', KEYS[1])
if had and had ~= 'started' then return had end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
"""

# KEYS: lines (sorted set), doubt; ARGV: 1 when they may be in the tracker already, the lines
_PUSH = """
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
local at = tonumber(last[2] or '0')
for i = 2, #ARGV do
  if redis.call('ZADD', KEYS[1], 'NX', at + 1, ARGV[i]) == 1 then at = at + 1 end
end
if ARGV[1] == '1' then redis.call('SET', KEYS[2], '1') end
return 1
"""

# KEYS: lines, doubt
_TAKE_UP = """
local waiting = redis.call('ZRANGE', KEYS[1], 0, -1)
if #waiting == 0 then return {{}, 0} end
local doubt = redis.call('EXISTS', KEYS[2])
redis.call('SET', KEYS[2], '1')
return {waiting, doubt}
"""

# KEYS: lines, doubt; ARGV: the lines
_DROP = """
for i = 1, #ARGV do redis.call('ZREM', KEYS[1], ARGV[i]) end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
return 1
"""


# A set of marks in another slot says by now that it was begun. KEYS: turn
_SERVED = """
local had = redis.call('GET', KEYS[1])
if had and had ~= 'started' then return redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisTurns:
    """``bot.ports.stores.Turns``: ``ot:turn:<message id>`` is ``started`` or the result as JSON. Of what was delivered a while
    ago there is a mark in ``ot:{t<nn>}:turn-marks:*`` instead (``bot.redis_store.compact.marks``)."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None) -> None:
        self._redis = client
        self._facts = facts or Untold()
        self._finish = client.register_script(f"{_FINISH}{append_from(3)}return ARGV[1]")
        self._served = client.register_script(_SERVED)
        self._marked = client.register_script(HAS)

    @stored
    async def begin(self, message_id: str) -> tuple[TurnStage, TurnResult | None]:
        before, known = await self._begun(message_id)
        if before is None:
            return (TurnStage.STARTED if known else TurnStage.NEW), None
        if before == "started":
            return TurnStage.STARTED, None
        return TurnStage.DONE, RESULT.validate_json(before)

    async def _begun(self, message_id: str) -> tuple[str | None, bool]:
        """What is kept of it, after which it is begun; and whether it was served. Begun before the look: a mark made in between
        is seen."""
        key, sets, mark = f"{PREFIX}:turn:{message_id}", SERVED.all(_marks(message_id)), mark_of(message_id)
        begun = self._redis.set(key, "started", nx=True, get=True, ex=TURN_KEPT)
        if is_cluster(self._redis):
            return text_of(await begun), bool(await self._marked(keys=sets, args=[mark]))
        before, known = await asyncio.gather(begun, self._marked(keys=sets, args=[mark]))  # sent together, in this order
        return text_of(before), bool(known)

    @stored
    async def finish(self, message_id: str, result: TurnResult, told: Told = nothing_told) -> TurnResult:
        args: list[str | int] = [dump(RESULT, result), TURN_KEPT]
        return RESULT.validate_json(str(await self._facts.commit(self._finish, [f"{PREFIX}:turn:{message_id}"], args, told)))

    @stored
    async def served(self, message_ids: Sequence[str]) -> None:
        """Their results have been delivered: let go of the words. Who asks again finds them begun, and reads the turn back from
        the tracker, as after a worker's death."""
        await asyncio.gather(*(self._mark(one) for one in message_ids))

    async def _mark(self, message_id: str) -> None:
        """Marked before the result goes: who dies in between leaves both."""
        key, marks = f"{PREFIX}:turn:{message_id}", SERVED.now(_marks(message_id))
        if (text_of(await self._redis.get(key)) or "started") == "started":
            return
        await self._redis.sadd(marks, mark_of(message_id))
        await self._redis.expire(marks, SERVED.seconds)
        await self._served(keys=[key], args=[])


def _marks(message_id: str) -> str:
    """The sets of marks of served turns: few, so that each holds many, and in several slots of a Cluster."""
    return f"{PREFIX}:{{t{zlib.crc32(message_id.encode()) % SETS:02d}}}:turn-marks"


class RedisMenus:
    """``bot.ports.stores.Menus``: one value per conversation, written under its lock."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def get(self, conversation_id: str) -> Shown:
        text = await self._redis.get(f"{PREFIX}:menu:{conversation_id}")
        return SHOWN.validate_json(text) if text else Shown()

    @stored
    async def save(self, conversation_id: str, shown: Shown) -> None:
        await self._redis.set(f"{PREFIX}:menu:{conversation_id}", dump(SHOWN, shown), ex=int(LIFETIME.total_seconds()))


class RedisCodes:
    """``bot.ports.stores.Codes``; the count of tries is its own key, so that counting is atomic."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def save(self, challenge: Challenge) -> None:
        tag = "{" + challenge.conversation_id + "}"
        async with self._redis.pipeline() as pipe:
            pipe.set(f"{PREFIX}:code:{tag}", dump(CHALLENGE, challenge), ex=CHALLENGE_KEPT)
            pipe.delete(f"{PREFIX}:code:{tag}:tries")
            await pipe.execute()

    @stored
    async def get(self, conversation_id: str) -> Challenge | None:
        text = await self._redis.get(f"{PREFIX}:code:{{{conversation_id}}}")
        return CHALLENGE.validate_json(text) if text else None

    @stored
    async def try_once(self, conversation_id: str, message_id: str) -> int:
        key = f"{PREFIX}:code:{{{conversation_id}}}:tries"
        async with self._redis.pipeline() as pipe:
            pipe.sadd(key, message_id)
            pipe.scard(key)
            pipe.expire(key, CHALLENGE_KEPT)
            _, count, _ = await pipe.execute()
        return int(count)

    @stored
    async def untry(self, conversation_id: str, message_id: str) -> None:
        await self._redis.srem(f"{PREFIX}:code:{{{conversation_id}}}:tries", message_id)

    @stored
    async def drop(self, conversation_id: str) -> None:
        tag = "{" + conversation_id + "}"
        await self._redis.delete(f"{PREFIX}:code:{tag}", f"{PREFIX}:code:{tag}:tries")

    @stored
    async def allow(self, key: str, limit: int, seconds: int) -> bool:
        name = f"{PREFIX}:limit:{key}"
        # not one transaction: an end that was not set, the next use sets
        count, _ = await asyncio.gather(self._redis.incr(name), self._redis.expire(name, seconds, nx=True))
        return int(count) <= limit

    @stored
    async def allow_once(self, key: str, member: str, limit: int, seconds: int) -> bool:
        name = f"{PREFIX}:limit:{key}"
        steps = self._redis.sadd(name, member), self._redis.expire(name, seconds, nx=True), self._redis.scard(name)
        *_, count = await asyncio.gather(*steps)
        return int(count) <= limit

    @stored
    async def disallow(self, key: str, member: str) -> None:
        await self._redis.srem(f"{PREFIX}:limit:{key}", member)

    @stored
    async def forgive(self, key: str) -> None:
        await self._redis.delete(f"{PREFIX}:limit:{key}")

    @stored
    async def remember(self, key: str, value: str, seconds: int) -> bool:
        return await self._redis.set(f"{PREFIX}:note:{key}", value, ex=seconds, get=True) is None

    @stored
    async def remembered(self, key: str) -> str | None:
        return text_of(await self._redis.get(f"{PREFIX}:note:{key}"))

    @stored
    async def forget(self, key: str) -> None:
        await self._redis.delete(f"{PREFIX}:note:{key}")


class RedisUnsaved:
    """``bot.ports.stores.Unsaved``: a sorted set per conversation, so that a line pushed twice is there once."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._push = client.register_script(_PUSH)
        self._take_up = client.register_script(_TAKE_UP)
        self._drop = client.register_script(_DROP)

    @stored
    async def push(self, conversation_id: str, events: Sequence[dict[str, Any]], *, doubt: bool = False) -> None:
        if events:
            await self._push(keys=_lines(conversation_id), args=[str(int(doubt)), *map(json.dumps, events)])

    @stored
    async def any(self, conversation_id: str) -> bool:
        return bool(await self._redis.exists(_lines(conversation_id)[0]))

    @stored
    async def peek(self, conversation_id: str) -> list[dict[str, Any]]:
        return [json.loads(str(text)) for text in await self._redis.zrange(_lines(conversation_id)[0], 0, -1)]

    @stored
    async def take_up(self, conversation_id: str) -> tuple[list[dict[str, Any]], bool]:
        waiting, doubt = await self._take_up(keys=_lines(conversation_id))
        return [json.loads(text) for text in waiting], bool(doubt)

    @stored
    async def drop(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        await self._drop(keys=_lines(conversation_id), args=list(map(json.dumps, events)))


def _lines(conversation_id: str) -> list[str]:
    tag = "{u:" + conversation_id + "}"
    return [f"{PREFIX}:{tag}:lines", f"{PREFIX}:{tag}:doubt"]


class RedisBulletin:
    """``bot.ports.stores.Bulletin`` over publish and subscribe: a page that was away reads the whole queue again."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def post(self, event: DeskEvent) -> None:
        await self._redis.publish(f"{PREFIX}:desk", dump(EVENT, event))

    async def watch(self) -> AsyncIterator[DeskEvent]:
        async with guarded(), self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(f"{PREFIX}:desk")
            while True:
                message = await pubsub.get_message(timeout=15.0)
                if message is not None:
                    yield EVENT.validate_json(message["data"])
