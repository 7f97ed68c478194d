"""Which waiting customers are still there, and so which place somebody has in line.

Callers who hung up are known by their handoff (``left_at``); a visitor of the web chat is gone when no tab of theirs was
connected for a while; who texts or writes on Messenger is always there, where they read the answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import AddressKind, Handoff
from bot.ports import Clock, Contacts, Handoffs
from bot.routing.line import in_order, of_queue

GONE_AFTER = timedelta(minutes=2)
"""Without a socket: a reload, a tunnel, a phone in a pocket are no leaving."""


def place_in_line(handoff: Handoff, handoffs: Sequence[Handoff]) -> int:
    """From 1, among those who wait in its queue and are there, each where their head start puts them."""
    if not handoff.waits:
        return 1
    mine, line = in_order(handoff), of_queue(handoffs, handoff.queue)
    return 1 + sum(h.here and h.id != handoff.id and in_order(h) < mine for h in line)


def places(handoffs: Iterable[Handoff]) -> dict[str, int]:
    """``place_in_line`` of all who wait, by the handoff's id, in one go."""
    reached, found = Counter[str](), dict[str, int]()
    for one in sorted((one for one in handoffs if one.waits), key=in_order):
        found[one.id] = reached[one.queue] + 1
        reached[one.queue] += one.here
    return found


@dataclass(frozen=True, slots=True)
class StillHere:
    """``bot.ports.Handoffs`` around another, whose list says who has left by now. ``connected``: when a visitor of the web chat
    was last connected, by the value of their address; None where nobody knows."""

    inner: Handoffs
    contacts: Contacts
    connected: Callable[[str], Awaitable[datetime | None]]
    clock: Clock

    async def get(self, handoff_id: str) -> Handoff | None:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.get(handoff_id)

    async def open_for(self, conversation_id: str) -> Handoff | None:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.open_for(conversation_id)

    async def create(self, handoff: Handoff) -> Handoff:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.create(handoff)

    async def update(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff | None:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.update(handoff_id, change)

    async def listing(self) -> list[Handoff]:
        """The open ones, oldest first."""
        return list(await asyncio.gather(*map(self._as_it_is, await self.inner.listing())))

    async def over(self, limit: int, before: datetime | None = None) -> list[Handoff]:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.over(limit, before)

    async def unwritten(self) -> list[Handoff]:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.unwritten()

    async def reminders(self, until: datetime) -> list[Handoff]:
        """See ``bot.ports.Handoffs``."""
        return await self.inner.reminders(until)

    async def _as_it_is(self, handoff: Handoff) -> Handoff:
        if not handoff.waits or handoff.call_sid or not handoff.here:
            return handoff
        contact = await self.contacts.get(handoff.contact_id)
        place = contact.last_address if contact else None
        if place is None or place.kind is not AddressKind.WEB:
            return handoff
        seen = await self.connected(place.value)
        return replace(handoff, left_at=seen) if seen and self.clock() - seen >= GONE_AFTER else handoff
