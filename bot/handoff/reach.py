"""Where words of ours reach a customer now, and what an agent is told when they reach nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.identity.links import CHANNELS
from bot.model import Address, AddressKind, Call, CallState, ChannelName, Contact, Handoff, Proof, live
from bot.ports import Calls, Clock
from bot.switching.preferred_channel import Preferences

GONE = "The customer hung up and cannot be reached by message."
NAMES = {ChannelName.WEB: "web chat", ChannelName.MESSENGER: "Messenger"}
"""Channels by which somebody who refuses texts can still be answered, once they write there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes; nowhere without an address, and ``why`` is then a sentence for the agent."""

    channel: ChannelName | None = None
    address: Address | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """``zone``: in which times are told to agents."""

    calls: Calls
    clock: Clock
    preferences: Preferences | None = None
    zone: str = "UTC"

    async def of(self, contact: Contact | None, handoff: Handoff) -> Place:
        """The customer's current channel: where they wrote just now, else the one they chose, else where they last wrote
        from; after a call, their messages. Texts that were refused go nowhere: no other channel is taken in their place,
        for a browser or a thread may be another person's by now, or nobody's. Who asked for a person on a call is answered
        there. A later caller who has proved less than the browser in which the talk goes on does not take it over: the caller
        id may be forged."""
        call = await self.on_the_line(handoff)
        if call is not None and call.state is CallState.WAITING:
            came_later = call.started_at >= handoff.opened_at
            there = (
                self.preferences.talks(contact, self.clock(), call.proof) if self.preferences and contact and came_later else None
            )
            return Place(*there) if there else Place(ChannelName.VOICE, call.caller)
        if contact is None:
            return Place(why=GONE)
        if self.preferences and (chosen := self.preferences.now(contact, self.clock())):
            return Place(*chosen)
        if contact.last_address is not None and contact.last_channel not in (None, ChannelName.VOICE, ChannelName.SMS):
            return Place(contact.last_channel, contact.last_address)
        number = contact.last_address if contact.last_channel is ChannelName.SMS else contact.tel
        if number is None or number.kind is not AddressKind.TEL or not number.value.startswith("+"):
            return Place(why=GONE)
        return Place(why=self._refused(contact, handoff)) if contact.opted_out else Place(ChannelName.SMS, number)

    async def ways(self, contact: Contact | None, handoff: Handoff) -> tuple[Place, ...]:
        """Where they are now first, then the other ways that an agent may choose: only to addresses that are certainly theirs, as
        a browser or a number may be another person's."""
        first = await self.of(contact, handoff)
        found = [first] if first.channel else []
        tel = contact.tel if contact else None
        sure = contact is not None and tel is not None and tel.is_number and contact.proof_of(tel) >= Proof.POSSESSED
        if contact and tel and sure and not contact.opted_out and tel.value.startswith("+"):
            found.append(Place(ChannelName.SMS, tel))
        return tuple({way.channel: way for way in reversed(found)}[name] for name in dict.fromkeys(way.channel for way in found))

    async def via(self, contact: Contact | None, handoff: Handoff, channel: ChannelName | None) -> Place:
        """As ``of``; by ``channel`` where one was chosen, and nowhere, with the reason, when it does not lead to them."""
        if channel is None:
            return await self.of(contact, handoff)
        found = next((way for way in await self.ways(contact, handoff) if way.channel is channel), None)
        return found or Place(why="The customer cannot be reached that way any more. Choose another.")

    async def on_the_line(self, handoff: Handoff) -> Call | None:
        """The call in which the customer waits or talks to an agent: of two calls from one number, the handoff's own."""
        own = await self.calls.get(handoff.call_sid) if handoff.call_sid else None
        for call in (own, await self.calls.live_for(handoff.conversation_id)):
            if call is not None and live(call, self.clock()) and call.state in (CallState.WAITING, CallState.BRIDGED):
                return call
        return None

    async def nearest(self, contact: Contact, handoff: Handoff) -> tuple[ChannelName, Address]:
        """As ``of``; who cannot be reached has an address all the same (precondition) that leads to their conversation."""
        place = await self.of(contact, handoff)
        if place.channel is not None and place.address is not None and place.channel is not ChannelName.VOICE:
            return place.channel, place.address
        address = place.address or contact.last_address or contact.addresses[0].address
        return CHANNELS[address.kind], address

    def _refused(self, contact: Contact, handoff: Handoff) -> str:
        since = contact.opted_out_at
        when = f" (STOP at {since.astimezone(ZoneInfo(self.zone)):%H:%M})" if since and since >= handoff.opened_at else ""
        kinds = {CHANNELS[known.address.kind] for known in contact.addresses}
        others = [name for channel, name in NAMES.items() if channel in kinds]
        ways = [f"when they write on {' or '.join(others)}"] if others else []
        ways.append("by phone" if handoff.callback else "by phone if they call, or once they text START")
        return f"The customer has opted out of texts{when}. They can be answered {', or '.join(ways)}."


def takes_words(channel: ChannelName, address: Address, contact: Contact) -> bool:
    """Whether a message may be sent there at all."""
    return channel is not ChannelName.SMS or (address.value.startswith("+") and not contact.opted_out)
