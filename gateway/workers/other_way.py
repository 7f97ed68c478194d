"""Messenger with text messages behind it: what Meta refuses because 24 hours are over goes to the customer's proved number.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.handoff.lifecycle import HandoffBook
from bot.identity.proof import Identity
from bot.model import Address, Author, ChannelName, Contact, OutboundMessage, Proof, stable_id
from bot.ports import Channel, Clock, Contacts, SendError, SendFailure
from bot.ports.stores import Locks, Outbox
from bot.transcript import lines as transcript
from bot.transcript.log import Lines
from connectors.messenger.errors import WINDOW

TOLD = "Messenger took this no more (24 hours): sent by text message to the number ending in {last2}."
"""For the agent, in the transcript."""


@dataclass(slots=True, kw_only=True)
class OtherWay:
    """``bot.ports.Channel``: ``first``, and SMS for what ``first`` certainly did not take because its window is closed."""

    first: Channel
    contacts: Contacts
    identity: Identity
    handoffs: HandoffBook
    outbox: Outbox
    lines: Lines
    locks: Locks
    clock: Clock
    name: ChannelName = ChannelName.MESSENGER

    async def send(self, message: OutboundMessage) -> list[str]:
        """The vendor's ids; none when it goes by text, whose fate is its own. Raises SendError, StoreUnavailable."""
        try:
            return await self.first.send(message)
        except SendError as error:
            closed = error.code == WINDOW and error.failure is SendFailure.REFUSED and not error.sent_ids
            number = await self._number(message) if closed else None
            if number is None:
                raise
        await self._text(message, number)
        return []

    async def _number(self, message: OutboundMessage) -> Address | None:
        """The number that the same contact holds, at no lower level than the Messenger thread; None where texts are refused."""
        contact = await self.contacts.find(message.address)
        number = self.identity.held_for(contact, message.address) if contact and not contact.opted_out else None
        if contact is None or number is None:
            return None
        return number if self._level(contact, number) >= self._level(contact, message.address) else None

    def _level(self, contact: Contact, address: Address) -> Proof:
        known = next((one for one in contact.addresses if one.address == address), None)
        return self.identity.proof_now(known) if known else Proof.CLAIMED

    async def _text(self, message: OutboundMessage, number: Address) -> None:
        """Its id follows from the message's: one text, however often Messenger refuses."""
        moment, place = self.clock(), message.conversation_id
        one = stable_id("o", f"{message.id}>sms")
        text = replace(message, id=one, channel=ChannelName.SMS, address=number, created_at=moment, ours=None)
        await self.outbox.put([text])
        told = transcript.bot_event(TOLD.format(last2=number.value[-2:]), ChannelName.SMS, moment, author=Author.NOTICE)
        async with self.locks.hold(place):
            await self.lines.add(place, [told], about=f"{one}:told", again=True)
        if handoff := await self.handoffs.handoffs.open_for(place):
            await self.handoffs.new_line(handoff)
