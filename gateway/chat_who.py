"""Who has a web chat's conversation, for its header and its strip: read from the open handoff, the one place that says it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.handoff.availability import Staffing
from bot.handoff.lifecycle import INBOX
from bot.handoff.ratings import may_be_rated
from bot.menus.answers import InForce, in_force
from bot.model import Address, AddressKind, ChannelName, Contact, Handoff
from bot.ports import Clock, Contacts, Handoffs
from bot.ports.phone_line import Wait, estimate
from bot.ports.stores import Menus
from connectors.web.who import ASSISTANT, InLine, ToRate, Who
from gateway.at_once import AtOnce

SERVES = timedelta(seconds=0.5)
"""So long one look at the lines serves all tabs: less than they wait after a change (``connectors.web.hub.MOVED_AFTER``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWho:
    """``handoffs``: as ``bot.handoff.place_in_line.StillHere`` has them; ``name_of``: an agent's name as customers read it;
    ``served``: by which handoff a person had a visitor's conversation last; ``places`` and ``recent``: of a queue, read once
    for all tabs that look at one time, as ``staffing`` should."""

    contacts: Contacts
    handoffs: Handoffs
    places: AtOnce[None, Mapping[str, int]]
    recent: Callable[[str], Awaitable[Sequence[Wait]]]
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
            return Who(rate=await self._to_rate(web_id, contact), options=await self._in_force(contact))
        if handoff.waits:
            return Who(line=await self._line(handoff, contact, sender), options=await self._in_force(contact))
        if handoff.held and handoff.agent not in (None, INBOX):
            return Who(await self.name_of(handoff.agent))
        return Who("")

    async def _in_force(self, contact: Contact) -> InForce:
        return in_force(await self.menus.get(contact.conversation_id), ChannelName.WEB, self.clock())

    async def _to_rate(self, web_id: str, contact: Contact) -> ToRate | None:
        served = await self.served(web_id)
        handoff = await self.handoffs.get(served) if served else None
        if handoff is None or handoff.agent is None or not may_be_rated(handoff, contact, self.clock()):
            return None
        return ToRate(handoff.id, await self.name_of(handoff.agent))

    async def _place(self, handoff: Handoff) -> int | None:
        found = await self.places(None)
        if handoff.id not in found:  # it came a moment ago
            self.places.forget(None)
            found = await self.places(None)
        return found.get(handoff.id)

    async def _line(self, handoff: Handoff, contact: Contact, sender: Address) -> InLine:
        """The place and the measured wait, where they can be told (``bot.handoff.wait_answers`` tells the same in words)."""
        by_phone = handoff.call_sid is not None
        if handoff.callback is not None or await self.staffing.told(handoff, ChannelName.WEB, contact, sender):
            return InLine(by_phone=by_phone)
        place = await self._place(handoff)
        found = estimate(await self.recent(handoff.queue), place) if place else None
        if found is None:
            return InLine(place, by_phone=by_phone)
        return InLine(place, (found.about, found.about) if found.sure else (max(1, found.low), found.high), by_phone)
