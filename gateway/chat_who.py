"""Who has a web chat's conversation, for its header and its strip: read from the open handoff, the one place that says it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.handoff.availability import Staffing
from bot.handoff.lifecycle import INBOX
from bot.handoff.place_in_line import place_in_line
from bot.handoff.ratings import may_be_rated
from bot.menus.answers import in_force
from bot.model import Address, AddressKind, ChannelName, Contact, Handoff
from bot.ports import Clock, Contacts, Handoffs
from bot.ports.phone_line import Waits, estimate
from bot.ports.stores import Menus
from connectors.web.who import ASSISTANT, InLine, ToRate, Who

LINES_FOR = timedelta(seconds=0.5)
"""So long one look at the lines serves all: less than tabs wait after a change (``connectors.web.hub.MOVED_AFTER``)."""


@dataclass(slots=True)
class Lines:
    """All who wait, read once for all tabs that look at one time."""

    handoffs: Handoffs
    clock: Clock
    _read: Sequence[Handoff] = ()
    _read_at: datetime | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now(self) -> Sequence[Handoff]:
        """The open handoffs. Raises StoreUnavailable."""
        async with self._reading:
            if self._read_at is None or self.clock() - self._read_at >= LINES_FOR:
                self._read, self._read_at = await self.handoffs.listing(), self.clock()
            return self._read


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWho:
    """``handoffs``: as ``bot.handoff.place_in_line.StillHere`` has them; ``name_of``: an agent's name as customers read it;
    ``served``: by which handoff a person had a visitor's conversation last."""

    contacts: Contacts
    handoffs: Handoffs
    lines: Lines
    waits: Waits
    menus: Menus
    staffing: Staffing
    name_of: Callable[[str], Awaitable[str]]
    served: Callable[[str], Awaitable[str | None]]
    clock: Clock

    async def who(self, web_id: str) -> Who:
        """The assistant, a person, or the line for one. Raises StoreUnavailable."""
        sender = Address(AddressKind.WEB, web_id)
        contact = await self.contacts.find(sender)
        handoff = await self.handoffs.open_for(contact.conversation_id) if contact else None
        if contact is None:
            return ASSISTANT
        if handoff is None:
            shown = await self.menus.get(contact.conversation_id)
            options = in_force(shown, ChannelName.WEB, self.clock())
            return Who(rate=await self._to_rate(web_id, contact), options=options)
        if handoff.waits:
            return Who(line=await self._line(handoff, contact, sender))
        if handoff.held and handoff.agent not in (None, INBOX):
            return Who(await self.name_of(handoff.agent))
        return Who("")

    async def _to_rate(self, web_id: str, contact: Contact) -> ToRate | None:
        served = await self.served(web_id)
        handoff = await self.handoffs.get(served) if served else None
        if handoff is None or handoff.agent is None or not may_be_rated(handoff, contact, self.clock()):
            return None
        return ToRate(handoff.id, await self.name_of(handoff.agent))

    async def _line(self, handoff: Handoff, contact: Contact, sender: Address) -> InLine:
        """The place and the measured wait, where they can be told (``bot.handoff.wait_answers`` tells the same in words)."""
        called = handoff.callback is not None
        if called or await self.staffing.told(handoff, ChannelName.WEB, contact, sender):
            return InLine()
        place = place_in_line(handoff, await self.lines.now())
        found = estimate(await self.waits.recent(handoff.queue, self.clock()), place)
        if found is None:
            return InLine(place)
        return InLine(place, (found.about, found.about) if found.sure else (max(1, found.low), found.high))
