"""Handoffs on Redis: ``ot:handoff:<id>``, the open ones by the time they were opened, and whom a conversation belongs to.

The record alone says whether a handoff is open and whose conversation it owns; ``ot:owner:<conversation>`` and the list of open
ones lead to it. What a death in between leaves of them points to a record that says otherwise, and is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.facts.handoffs import opened, steps
from bot.model import Handoff, now
from bot.ports import Clock
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.compare_and_set import Swap
from bot.redis_store.client.told import FactLog, Untold

HANDOFF = TypeAdapter(Handoff)
OPEN = f"{PREFIX}:handoffs:open"


class RedisHandoffs:
    """``bot.ports.Handoffs``."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None, clock: Clock = now) -> None:
        self._redis = client
        self._clock = clock
        self._facts = facts or Untold()
        self._swap = Swap(client, facts)

    @stored
    async def get(self, handoff_id: str) -> Handoff | None:
        return await self._load(handoff_id)

    @stored
    async def open_for(self, conversation_id: str) -> Handoff | None:
        return await self._owner(conversation_id, text_of(await self._redis.get(_pointer(conversation_id))))

    @stored
    async def create(self, handoff: Handoff) -> Handoff:
        """On the desk's list first: who dies here must not leave a silent conversation that nobody sees."""
        await self._list(handoff)
        await self._redis.set(_key(handoff.id), dump(HANDOFF, handoff), nx=True)
        kept = await self._load(handoff.id) or handoff
        if not kept.open:
            await self._redis.zrem(OPEN, kept.id)
            await self._facts.append([opened(kept)])
            return kept
        owner = await self._claimed(kept)
        if owner.id != kept.id:  # it never owned anything
            await self._redis.delete(_key(kept.id))
            await self._redis.zrem(OPEN, kept.id)
        else:
            await self._facts.append([opened(kept)])
        return owner

    @stored
    async def update(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff | None:
        before = text_of(await self._redis.get(_key(handoff_id)))
        while before is not None:
            was = HANDOFF.validate_json(before)
            now, moment = change(was), self._clock()
            if now == was or (now.open and not was.open):  # what is closed stays closed
                return was
            if now.conversation_id != was.conversation_id and now.open:
                await self._claimed(now)  # before it is said: else a death here would leave it with nobody
            if await self._swap.replace(_key(handoff_id), before, dump(HANDOFF, now), partial(steps, was, now, moment)):
                await self._follow(was, now)
                return now
            before = text_of(await self._redis.get(_key(handoff_id)))
        return None

    @stored
    async def listing(self) -> list[Handoff]:
        ids = await self._redis.zrange(OPEN, 0, -1)
        async with self._redis.pipeline(transaction=False) as pipe:
            for handoff_id in ids:
                pipe.get(_key(str(text_of(handoff_id))))
            texts = await pipe.execute()
        found = [HANDOFF.validate_json(text) for text in texts if text]
        return [handoff for handoff in found if handoff.open]

    async def _follow(self, was: Handoff, now: Handoff) -> None:
        """The pointer and the list after a change of the record."""
        if not now.open or was.conversation_id != now.conversation_id:
            await self._swap.release(_pointer(was.conversation_id), was.id)
        if not now.open:
            await self._redis.zrem(OPEN, now.id)

    async def _claimed(self, handoff: Handoff) -> Handoff:
        """Make it the conversation's owner; the one that is, which is another when that is open."""
        taken_from = ""
        while True:
            named = await self._swap.claim(_pointer(handoff.conversation_id), taken_from, handoff.id)
            if named == handoff.id:
                return handoff
            if other := await self._owner(handoff.conversation_id, named):
                return other
            taken_from = named  # closed, or it went to another conversation

    async def _owner(self, conversation_id: str, handoff_id: str | None) -> Handoff | None:
        handoff = await self._load(handoff_id) if handoff_id else None
        return handoff if handoff and handoff.open and handoff.conversation_id == conversation_id else None

    async def _load(self, handoff_id: str) -> Handoff | None:
        text = await self._redis.get(_key(handoff_id))
        return HANDOFF.validate_json(text) if text else None

    async def _list(self, handoff: Handoff) -> None:
        await self._redis.zadd(OPEN, {handoff.id: handoff.opened_at.timestamp()}, nx=True)


def _key(handoff_id: str) -> str:
    return f"{PREFIX}:handoff:{handoff_id}"


def _pointer(conversation_id: str) -> str:
    return f"{PREFIX}:owner:{conversation_id}"
