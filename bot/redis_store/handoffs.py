"""Handoffs on Redis: ``ot:handoff:<id>``, the open ones by the time they were opened, and whom a conversation belongs to.

The record alone says whether a handoff is open and whose conversation it owns; ``ot:owner:<conversation>`` and the lists (open,
over, to be written up or reminded of) lead to it. What a death in between leaves of them points to a record that says otherwise,
and is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.facts.handoffs import opened, steps
from bot.model import Handoff, HandoffState, now
from bot.ports import Clock, HandoffRefused
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.compare_and_set import Swap
from bot.redis_store.client.told import FactLog, Untold

HANDOFF = TypeAdapter(Handoff)
OPEN = f"{PREFIX}:handoffs:open"
OVER = f"{PREFIX}:handoffs:over"
REMINDERS = f"{PREFIX}:handoffs:reminders"
UNWRITTEN = f"{PREFIX}:handoffs:unwritten"
OWNED_BY_ANOTHER = "The customer has asked for a person again meanwhile: that conversation is open. Go on there."


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
            again = now.open and not was.open
            if now == was or (again and now.reopened == was.reopened):  # what is closed stays closed
                return was
            if (again or now.conversation_id != was.conversation_id) and now.open:
                await self._leads_to(now, again=again)  # before it is said: else a death here would leave it with nobody
            if not now.open:
                await self._list_over(now)
            if await self._swap.replace(_key(handoff_id), before, dump(HANDOFF, now), partial(steps, was, now, moment)):
                await self._follow(was, now)
                return await self._still_its_own(was, now) if again else now
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

    @stored
    async def over(self, limit: int, before: datetime | None = None) -> list[Handoff]:
        until = f"({before.timestamp()}" if before else "+inf"
        ids = await self._redis.zrevrangebyscore(OVER, until, "-inf", start=0, num=limit)
        return [one for one in await self._read(ids, OVER) if not one.open]

    @stored
    async def unwritten(self) -> list[Handoff]:
        ids = await self._redis.zrange(UNWRITTEN, 0, -1)
        return [one for one in await self._read(ids, UNWRITTEN) if one.state is HandoffState.WRAP_UP]

    @stored
    async def reminders(self, until: datetime) -> list[Handoff]:
        ids = await self._redis.zrangebyscore(REMINDERS, "-inf", until.timestamp())
        found = await self._read(ids, REMINDERS)
        return [one for one in found if not one.open and one.closing and one.closing.remind_at and one.closing.remind_at <= until]

    async def _read(self, ids: Sequence[Any], index: str) -> list[Handoff]:
        """The records that a list leads to; what leads nowhere is taken off it."""
        names = [str(text_of(one)) for one in ids]
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.get(_key(name))
            texts = await pipe.execute() if names else []
        if gone := [name for name, text in zip(names, texts, strict=True) if not text]:
            await self._redis.zrem(index, *gone)
        return [HANDOFF.validate_json(text) for text in texts if text]

    async def _leads_to(self, now: Handoff, *, again: bool) -> None:
        """The pointer to it. HandoffRefused when it would be opened again, and another owns its conversation."""
        if again:
            await self._list(now)
        if (await self._claimed(now)).id != now.id and again:
            await self._redis.zrem(OPEN, now.id)
            raise HandoffRefused(OWNED_BY_ANOTHER)

    async def _still_its_own(self, was: Handoff, now: Handoff) -> Handoff:
        """Opened again; unless a new one took the conversation in this very moment, then it is over as it was."""
        if (owner := await self.open_for(now.conversation_id)) and owner.id == now.id:
            return now
        before, after = dump(HANDOFF, now), replace(was, reopened=now.reopened)
        if await self._swap.replace(_key(now.id), before, dump(HANDOFF, after), partial(steps, now, after, self._clock())):
            await self._redis.zrem(OPEN, now.id)
            raise HandoffRefused(OWNED_BY_ANOTHER)
        return await self._load(now.id) or now

    async def _list_over(self, now: Handoff) -> None:
        """Before it is said that it is over, so that it can be found again."""
        await self._redis.zadd(OVER, {now.id: (now.closed_at or self._clock()).timestamp()})
        if now.state is HandoffState.WRAP_UP:
            await self._redis.zadd(UNWRITTEN, {now.id: (now.closed_at or self._clock()).timestamp()})
        if now.closing and now.closing.remind_at:
            await self._redis.zadd(REMINDERS, {now.id: now.closing.remind_at.timestamp()})

    async def _follow(self, was: Handoff, now: Handoff) -> None:
        """The pointer and the list after a change of the record."""
        if not now.open or was.conversation_id != now.conversation_id:
            await self._swap.release(_pointer(was.conversation_id), was.id)
        if not now.open:
            await self._redis.zrem(OPEN, now.id)
        elif not was.open:
            await self._redis.zrem(OVER, now.id)
        if was.state is HandoffState.WRAP_UP and now.state is not HandoffState.WRAP_UP:
            await self._redis.zrem(UNWRITTEN, now.id)
        if was.closing and was.closing.remind_at and (now.closing is None or now.closing.remind_at is None):
            await self._redis.zrem(REMINDERS, now.id)

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
