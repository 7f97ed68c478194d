"""Lets conversations that fell silent leave Redis down to a mark, until their next message (docs/records.md, *Hot and cold*).

Any number of gateways may do it, each conversation under its lock. Who is in the middle of something stays: with a person, on
the phone, with a code on its way, with lines that wait to be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import redis.asyncio as redis

from bot.model import ColdContact
from bot.ports import Calls, Clock, Handoffs
from bot.ports.cold import ColdStore
from bot.ports.stores import Codes, Locks
from bot.redis_store.client.base import guarded
from bot.redis_store.contacts import RedisContacts
from bot.transcript.log import Lines
from gateway.workers.cooling import IDLE, Cooling

AT_ONCE = 100
AGAIN = timedelta(days=1)
"""Until who is in the middle of something is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """``look`` parks who is due: silent for longer than ``after``."""

    client: redis.Redis
    cooling: Cooling
    cold: ColdStore
    contacts: RedisContacts
    handoffs: Handoffs
    calls: Calls
    codes: Codes
    lines: Lines
    locks: Locks
    clock: Clock
    after: timedelta

    async def look(self) -> int:
        """How many conversations fell asleep. Raises StoreUnavailable, of either store."""
        before = (self.clock() - self.after).timestamp()
        async with guarded():
            due = await self.client.zrangebyscore(IDLE, "-inf", before, start=0, num=AT_ONCE)
        return sum([await self.park(str(one)) for one in due])

    async def park(self, conversation_id: str) -> bool:
        """Let one go; False when it is not time yet."""
        async with self.locks.hold(conversation_id), guarded():
            found = await self.contacts.hot_of(conversation_id)
            silent_since = (found[0].last_seen or found[0].created_at) if found else self.clock() - self.after
            if silent_since > self.clock() - self.after or await self._busy(conversation_id):
                again = max(silent_since, self.clock() - self.after + AGAIN)
                await self.client.zadd(IDLE, {conversation_id: again.timestamp()})
                return False
            if not await self.cooling.cool(conversation_id):
                return False
            length, packed = await self.cooling.log.packed(conversation_id)
            if packed is not None:
                kept = ColdContact(found[0].id, conversation_id, silent_since, found[1]) if found else None
                if await self.cold.park(conversation_id, packed, kept):
                    if found is not None and not await self.contacts.park(*found):
                        return False  # it has changed: the next look writes it over
                    await self.cooling.log.park(conversation_id, length, packed)
            await self.client.zrem(IDLE, conversation_id)
            return packed is not None

    async def _busy(self, conversation_id: str) -> bool:
        """A call back that is due belongs to an open handoff."""
        return bool(
            await self.handoffs.open_for(conversation_id)
            or await self.calls.live_for(conversation_id)
            or await self.codes.get(conversation_id)
            or await self.lines.waiting(conversation_id)
        )
