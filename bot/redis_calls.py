"""Phone calls, and what was last said on them, on Redis."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import Call, CallState, Proof
from bot.redis_base import PREFIX, dump, stored, text_of

CALL = TypeAdapter(Call)
CALL_KEPT = int(timedelta(days=7).total_seconds())
PROMPT_KEPT = int(timedelta(days=1).total_seconds())


class RedisCalls:
    """``bot.ports.Calls``. Everything of a call goes a week after it was last touched."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    @stored
    async def get(self, sid: str) -> Call | None:
        return await self._load(sid)

    @stored
    async def save(self, call: Call) -> None:
        """Begun side by side, so that it is one write (``bot.redis_batch``): a caller waits for it at each step."""
        key, live = f"{PREFIX}:call:{sid_tag(call.sid)}", f"{PREFIX}:live:{call.conversation_id}"
        steps: list[Any] = [self._redis.hset(key, "json", dump(CALL, call)), self._redis.expire(key, CALL_KEPT)]
        if call.state is not CallState.ENDED:
            steps.append(self._redis.set(live, call.sid, ex=CALL_KEPT))
        await asyncio.gather(*steps)
        if call.state is CallState.ENDED and await self._redis.get(live) == call.sid:
            await self._redis.delete(live)

    @stored
    async def raise_proof(self, sid: str, proof: Proof) -> None:
        await self._redis.hset(f"{PREFIX}:call:{sid_tag(sid)}", "proof", str(int(proof)))

    @stored
    async def live_for(self, conversation_id: str) -> Call | None:
        sid = text_of(await self._redis.get(f"{PREFIX}:live:{conversation_id}"))
        call = await self._load(sid) if sid else None
        return call if call and call.state is not CallState.ENDED else None

    @stored
    async def remember(self, key: str, answer: str) -> None:
        await self._redis.set(f"{PREFIX}:prompt:{key}", answer, ex=PROMPT_KEPT)

    @stored
    async def remembered(self, key: str) -> str | None:
        answer = await self._redis.get(f"{PREFIX}:prompt:{key}")
        return str(answer) if answer is not None else None

    @stored
    async def say_later(self, sid: str, text: str) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.rpush(f"{PREFIX}:say:{sid}", text)
            pipe.expire(f"{PREFIX}:say:{sid}", PROMPT_KEPT)
            await pipe.execute()

    @stored
    async def to_say(self, sid: str) -> list[str]:
        return [str(text) for text in await self._redis.lpop(f"{PREFIX}:say:{sid}", 20) or []]

    async def _load(self, sid: str) -> Call | None:
        found = await self._redis.hgetall(f"{PREFIX}:call:{sid_tag(sid)}")
        if "json" not in found:
            return None
        call = CALL.validate_json(found["json"])
        raised = Proof(int(found.get("proof", 0)))
        return Call(**{**{name: getattr(call, name) for name in Call.__dataclass_fields__}, "proof": max(call.proof, raised)})


def sid_tag(sid: str) -> str:
    """The call's part of a key; its keys share a slot."""
    return "{" + sid + "}"
