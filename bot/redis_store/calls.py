"""Phone calls, and what was last said on them, on Redis."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.facts.calls import began
from bot.facts.calls import steps as call_steps
from bot.model import Call, CallState, Proof, live, now
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.compare_and_set import Swap, remember
from bot.redis_store.client.told import FactLog, Untold, append_from

CALL = TypeAdapter(Call)
CALL_KEPT = int(timedelta(days=7).total_seconds())
PROMPT_KEPT = int(timedelta(days=1).total_seconds())
KNOWN = 2000
"""Calls whose text is kept in memory as a guess; it is always looked whether it still holds."""

# KEYS: call; ARGV: the call, seconds that it is kept; and facts
_CREATE = """
if redis.call('HSETNX', KEYS[1], 'json', ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

# KEYS: call; ARGV: as it was, as it shall be, seconds that it is kept; and facts. The text that stands there (none: it is as it
# shall be), and the level of proof.
_CHANGE = """
local now, proof = redis.call('HGET', KEYS[1], 'json'), redis.call('HGET', KEYS[1], 'proof') or '0'
if now ~= ARGV[1] and now ~= ARGV[2] then return {now or '', proof} end
redis.call('HSET', KEYS[1], 'json', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""

# KEYS: call; ARGV: the level. It only rises, whoever comes late.
_RAISE = """
if redis.call('HEXISTS', KEYS[1], 'json') == 0 then return 0 end
local proof = tonumber(redis.call('HGET', KEYS[1], 'proof') or '0')
if proof < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'proof', ARGV[1]) end
return 1
"""

# KEYS: what is remembered; ARGV: as it was (nothing: ''), as it shall be, seconds that it is kept.
_REVISE = """
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] and now ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class RedisCalls:
    """``bot.ports.Calls``. Everything of a call goes a week after it was last touched."""

    def __init__(self, client: redis.Redis, clock: Callable[[], datetime] = now, facts: FactLog | None = None) -> None:
        self._redis = client
        self._clock = clock
        self._facts = facts or Untold()
        self._swap = Swap(client)
        self._create = client.register_script(f"{_CREATE}{append_from(3)}return 1")
        self._raise = client.register_script(_RAISE)
        self._revise = client.register_script(_REVISE)
        self._change = client.register_script(f"{_CHANGE}{append_from(4)}return {{false, proof}}")
        self._texts: OrderedDict[str, str] = OrderedDict()

    @stored
    async def get(self, sid: str) -> Call | None:
        return await self._load(sid)

    @stored
    async def create(self, call: Call) -> Call:
        args: list[str | int] = [dump(CALL, call), CALL_KEPT]
        if not await self._facts.commit(self._create, [_key(call.sid)], args, lambda: [began(call)]):
            return await self._load(call.sid) or call
        if call.state is not CallState.ENDED:
            await self._redis.set(_live(call.conversation_id), call.sid, ex=CALL_KEPT)
        return call

    @stored
    async def update(self, sid: str, change: Callable[[Call], Call]) -> Call | None:
        """One write mostly (``bot.redis_store.client.batch``): a caller waits for it at each step."""
        before = self._texts.pop(sid, None) or await self._text(sid)
        while before:
            was = CALL.validate_json(before)
            now = change(was)
            if was.state is CallState.ENDED:  # what is over stays over
                now = replace(now, state=CallState.ENDED)
            after = dump(CALL, now)
            other, proof = await self._changed(sid, before, after, was, now)
            if other is None:
                await self._follow(was, now)
                remember(self._texts, sid, after, KNOWN)
                return replace(now, proof=max(now.proof, Proof(int(proof))))
            before = other
        return None

    async def _changed(self, sid: str, before: str, after: str, was: Call, now: Call) -> tuple[str | None, str]:
        """Try it, and point at a call that lives side by side: two that live in one conversation take turns at that anyway."""
        told = partial(call_steps, was, now, self._clock())
        steps: list[Any] = [self._facts.commit(self._change, [_key(sid)], [before, after, CALL_KEPT], told)]
        if now.state is not CallState.ENDED:
            steps.append(self._redis.set(_live(now.conversation_id), sid, ex=CALL_KEPT))
        (other, proof), *_ = await asyncio.gather(*steps)
        return text_of(other), str(text_of(proof))

    async def _follow(self, was: Call, now: Call) -> None:
        if was.conversation_id != now.conversation_id:
            await self._swap.release(_live(was.conversation_id), was.sid)
        if now.state is CallState.ENDED:
            await self._swap.release(_live(now.conversation_id), now.sid)

    @stored
    async def raise_proof(self, sid: str, proof: Proof) -> None:
        await self._raise(keys=[_key(sid)], args=[int(proof)])

    @stored
    async def live_for(self, conversation_id: str) -> Call | None:
        sid = text_of(await self._redis.get(_live(conversation_id)))
        call = await self._load(sid) if sid else None
        return call if call and live(call, self._clock()) and call.conversation_id == conversation_id else None

    @stored
    async def once(self, key: str) -> bool:
        return bool(await self._redis.set(f"{PREFIX}:prompt:{key}", "1", ex=PROMPT_KEPT, nx=True))

    @stored
    async def remember(self, key: str, answer: str) -> None:
        await self._redis.set(f"{PREFIX}:prompt:{key}", answer, ex=PROMPT_KEPT)

    @stored
    async def remembered(self, key: str) -> str | None:
        answer = await self._redis.get(f"{PREFIX}:prompt:{key}")
        return str(answer) if answer is not None else None

    @stored
    async def revise(self, key: str, before: str | None, after: str) -> bool:
        return bool(await self._revise(keys=[f"{PREFIX}:prompt:{key}"], args=[before or "", after, PROMPT_KEPT]))

    @stored
    async def say_later(self, sid: str, text: str) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.rpush(f"{PREFIX}:say:{sid}", text)
            pipe.expire(f"{PREFIX}:say:{sid}", PROMPT_KEPT)
            await pipe.execute()

    @stored
    async def to_say(self, sid: str) -> list[str]:
        return [str(text) for text in await self._redis.lpop(f"{PREFIX}:say:{sid}", 20) or []]

    async def _text(self, sid: str) -> str | None:
        return text_of(await self._redis.hget(_key(sid), "json"))

    async def _load(self, sid: str) -> Call | None:
        found = await self._redis.hgetall(_key(sid))
        if "json" not in found:
            return None
        remember(self._texts, sid, str(found["json"]), KNOWN)
        call = CALL.validate_json(found["json"])
        return replace(call, proof=max(call.proof, Proof(int(found.get("proof", 0)))))


def _key(sid: str) -> str:
    return f"{PREFIX}:call:{sid_tag(sid)}"


def _live(conversation_id: str) -> str:
    return f"{PREFIX}:live:{conversation_id}"


def sid_tag(sid: str) -> str:
    """The call's part of a key; its keys share a slot."""
    return "{" + sid + "}"
