"""The way back to the assistant: a message of ours through the inbox, so that whoever dies in between, it is done later, once.

The desk puts it there before the handoff is closed, both under the conversation's lock. Its turn closes what the desk could not
close any more, and lets the assistant speak; on a call that is still on the line the phone does that (``caller_returned``), and
whoever of the two is first notes it on the handoff.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.handoff.lifecycle import HandoffBook
from bot.handoff.reach import Reach
from bot.model import Closing, Contact, HandBack, Handoff, InboundMessage
from bot.ports import Clock, Contacts, HandoffRefused, Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingBack:
    """Promises, finds and notes it. Methods raise StoreUnavailable."""

    handoffs: HandoffBook
    contacts: Contacts
    inbox: Inbox
    reach: Reach
    clock: Clock

    async def promise(self, handoff: Handoff, outcome: str, by: str | None, cause: str, closing: Closing | None = None) -> None:
        """Durable when it returns; once for the ``cause`` and each time that it was opened again. Nobody is there any more who
        could be told: nothing."""
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        if contact is None or not contact.addresses:
            return
        channel, address = await self.reach.nearest(contact, handoff)
        back = HandBack(handoff.id, outcome, by, handoff.reopened, closing)
        name = f"handoff:{handoff.id}:{cause}" + (f":{handoff.reopened}" if handoff.reopened else "")
        await self.inbox.accept(InboundMessage(name, channel, address, self.clock(), hand_back=back))

    async def due(self, message: InboundMessage) -> Handoff | None:
        """The handoff that this message's turn hands back, noted as its own; None when there is nothing to do: another turn has
        done it, somebody else has it by now, or the caller is on the line and is told there."""
        back = message.hand_back
        try:
            handoff = await self.handoffs.get(back.handoff_id) if back else None
            if back is None or handoff is None or back.times != handoff.reopened:  # it was opened again meanwhile
                return None
            if back.by is not None and (handoff.open or handoff.lacks_outcome(back.by)):  # the desk died before it could close it
                handoff = await self.handoffs.close(handoff.id, back.outcome, by=back.by, closing=back.closing)
        except HandoffRefused:
            return None
        if handoff.open or await self._comes_back_by_phone(handoff):
            return None
        return await self.taken(handoff.id, message.id)

    async def _comes_back_by_phone(self, handoff: Handoff) -> bool:
        """Its caller is in the queue, with the agent, or just on the way back from either: all that live have yet to return."""
        call = await self.reach.on_the_line(handoff) or await self.reach.calls.live_for(handoff.conversation_id)
        return call is not None and call.handoff_id == handoff.id

    async def taken(self, handoff_id: str, message_id: str) -> Handoff | None:
        """Note that this message's turn hands it back; None when another's does."""

        def mine(now: Handoff) -> Handoff:
            return now if now.open or now.handed_back else replace(now, handed_back=message_id)

        after = await self.handoffs.change(handoff_id, mine)
        return after if after.handed_back == message_id else None

    async def given_up(self, handoff_id: str, message_id: str) -> None:
        """The assistant could not be asked and nobody comes back with this message: another turn may do it."""
        await self.handoffs.change(handoff_id, lambda now: replace(now, handed_back="") if now.handed_back == message_id else now)

    async def hung_up(self, handoff_id: str) -> None:
        """A caller is gone. Was it closed meanwhile, and nobody has told them: it is done by message."""
        handoff = await self.handoffs.handoffs.get(handoff_id)
        if handoff is not None and not handoff.open and not handoff.handed_back:
            await self.promise(handoff, handoff.outcome or "", None, "hung-up")


def belongs(handoff: Handoff, contact: Contact, joined_from: frozenset[str]) -> bool:
    """Whether the contact is (still) the handoff's: else what was agreed would be told to somebody else."""
    return handoff.conversation_id == contact.conversation_id or handoff.contact_id in joined_from
