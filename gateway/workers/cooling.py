"""Moves events that have been in Redis for a while, out of it and into the cold store (docs/records.md, *Hot and cold*).

Any number of gateways may do it: what one has moved is passed over by the others. No turn waits for it; while the database is
away nothing is moved, and Redis keeps all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis.asyncio as redis
import structlog

from bot.model import ColdStanding
from bot.ports import Clock
from bot.ports.cold import ColdStore
from bot.redis_store.client.base import PREFIX, guarded
from bot.redis_store.event_log import EventLog
from bot.transcript.repeats import Questions
from bot.transcript.summary import Summary

AT_ONCE = 500
"""Conversations of one look at most; the next look takes the others."""
SIDE_BY_SIDE = 4
STEP = 200
"""Events that are moved at once: turns go on in between."""
HOT, IDLE = f"{PREFIX}:hot", f"{PREFIX}:idle"
"""Conversations with events to move, by the time of the first; those of which all was moved, by when that was."""
SWEPT = timedelta(days=1)
A_WHILE = 5
"""What part of ``after`` a message is old when its answer has long been delivered: a fifth."""
log = structlog.get_logger()


async def _nothing(_: Sequence[str]) -> None:
    """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Cooling:
    """``look`` moves what is due: conversations of which something has been in Redis for longer than ``after``."""

    client: redis.Redis
    log: EventLog
    cold: ColdStore
    questions: Questions
    clock: Clock
    after: timedelta
    served: Callable[[Sequence[str]], Awaitable[None]] = _nothing
    """Lets go of what was kept for repeats of these messages (``bot.redis_store.turns``)."""

    async def look(self) -> int:
        """How many conversations were moved. Raises StoreUnavailable, of either store, when the others were tried."""
        async with guarded():
            await self._sweep()
            due = await self._due()
        limit = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(conversation_id: str) -> bool:
            async with limit, guarded():
                return await self._moved(conversation_id)

        found = await asyncio.gather(*(one(each) for each in due), return_exceptions=True)
        if failed := next((each for each in found if isinstance(each, BaseException)), None):
            raise failed
        return sum(each is True for each in found)

    async def cool(self, conversation_id: str) -> bool:
        """Move one, some events at a time; False when there was a turn meanwhile. Who dies in it leaves events that are in both
        places, and the next passes over them."""
        standing = await self.cold.standing(conversation_id)
        cold, length = await self.log.length(conversation_id)
        if standing.length < cold:
            log.error("cold_events_lost", conversation=conversation_id, count=cold - standing.length)
        while (start := max(standing.length, cold)) < length:
            events = await self.log.page(conversation_id, start, STEP)
            read = [json.loads(event) for event in events]
            summary = Summary.load(standing.summary, self.questions).take(read).dump()
            if not events or not await self.cold.keep(conversation_id, start, events, summary):
                return True  # it was forgotten meanwhile
            standing = ColdStanding(start + len(events), summary)
            await self.served(self._answered(read))
        hot = await self.log.hot(conversation_id)
        return hot is None or not hot.events or (hot.length == length and await self.log.cool(conversation_id, hot))

    def _answered(self, events: Sequence[Mapping[str, Any]]) -> list[str]:
        """Messages that the assistant answered a while ago; lines of the gateway's own are none."""
        before = (self.clock() - self.after / A_WHILE).timestamp()
        said = (event for event in events if event.get("event") == "user" and float(event.get("timestamp") or 0.0) < before)
        return [
            str(event["message_id"])
            for event in said
            if event.get("message_id") and not (event.get("metadata") or {}).get("line")
        ]

    async def _moved(self, conversation_id: str) -> bool:
        """Off the list first: a turn in between puts it there again. Who dies here leaves it to ``_sweep``."""
        await self.client.zrem(HOT, conversation_id)
        done = False
        try:
            done = await self.cool(conversation_id)
        finally:
            moment = self.clock().timestamp()
            await self.client.zadd(IDLE if done else HOT, {conversation_id: moment}, nx=not done)
        return done

    async def _due(self) -> list[str]:
        before = (self.clock() - self.after).timestamp()
        return [str(one) for one in await self.client.zrangebyscore(HOT, "-inf", before, start=0, num=AT_ONCE)]

    async def _sweep(self) -> None:
        """Once a day: what is on no list, of a worker that died or from before there were any."""
        if not await self.client.set(f"{PREFIX}:note:cold-swept", "1", nx=True, ex=SWEPT):
            return
        moment = self.clock().timestamp()
        async for key in self.client.scan_iter(match=f"{PREFIX}:{{c:*}}:events", count=1000):
            await self.client.zadd(HOT, {str(key)[len(PREFIX) + 4 : -len("}:events")]: moment}, nx=True)
