"""An agent takes a conversation from the assistant, or begins one with a customer who is known: nobody had asked for a person.

Only who wrote or called before can be written to. Who refuses texts is not; who was silent for long is left in peace outside the
hours of calling; and Messenger and the web chat take words only while the customer is there (docs/handoff.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.agent_desk.telling import Telling
from bot.model import ChannelName, Contact, Handoff, live
from bot.ports import AlreadyAccepted, Calls, HandoffRefused
from bot.ports.stores import Locks
from bot.transcript import continuity

LATELY = timedelta(minutes=30)
"""Who wrote within this time is in the middle of it."""
MESSENGER_WINDOW = timedelta(hours=24)
"""https://developers.facebook.com/docs/messenger-platform/policy/policy-overview (standard messaging)"""
TAKEN, BEGUN = "Taken over from the assistant", "Begun by an agent"
"""What it is about, as agents read it."""


def any_time(_moment: datetime) -> bool:
    """Where nothing is set."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """``may_write``: whether customers who were silent are written to at that time."""

    telling: Telling
    locks: Locks
    calls: Calls
    may_write: Callable[[datetime], bool] = any_time

    async def take(self, conversation_id: str, agent: str) -> Handoff:
        """It is this agent's, and the assistant is silent. HandoffRefused with a sentence, StoreUnavailable."""
        book, moment = self.telling.handoffs, self.telling.clock()
        async with self.locks.hold(conversation_id):
            contact = await self.telling.contacts.of_conversation(conversation_id)
            if contact is None:
                raise HandoffRefused("There is no such customer any more.")
            if await book.open_for(conversation_id):
                raise HandoffRefused("A person is asked for in this conversation already: it is in the list.")
            lately = contact.last_seen is not None and moment - contact.last_seen < LATELY
            call = await self.calls.live_for(conversation_id)
            sid = call.sid if call and live(call, moment) else None
            wanted = await book.prepared(contact, agent, TAKEN if lately or sid else BEGUN, sid)
            await self._allowed(contact, wanted, moment, lately=lately)
            handoff = await self._given(wanted, agent, told=lately)
            left = continuity.emptying((), form=True)
            await self.telling.lines.keep(conversation_id, left, about=f"{handoff.id}#taken", again=True)
            if lately:
                await self.telling.joined(handoff, "utter_agent_joined", agent)
            return handoff

    async def _given(self, wanted: Handoff, agent: str, *, told: bool) -> Handoff:
        """Of two agents at once one has it."""
        book = self.telling.handoffs
        kept = await book.opened(wanted)
        try:
            taken = await book.accept(kept.id, agent)
        except AlreadyAccepted as quicker:
            raise await self.telling.named(quicker) from quicker
        return taken if told else await book.change(taken.id, lambda now: replace(now, unannounced=True))

    async def _allowed(self, contact: Contact, handoff: Handoff, moment: datetime, *, lately: bool) -> None:
        """HandoffRefused when nothing may be sent to this customer now."""
        place = await self.telling.reach.of(contact, handoff)
        if place.channel is None:
            raise HandoffRefused(place.why)
        if lately or place.channel is ChannelName.VOICE:
            return
        if place.channel is ChannelName.WEB:
            raise HandoffRefused("The customer has left the web chat, and has no number that we may write to.")
        silent = moment - contact.last_seen if contact.last_seen else None
        if place.channel is ChannelName.MESSENGER and (silent is None or silent >= MESSENGER_WINDOW):
            raise HandoffRefused("On Messenger we may write within 24 hours of the customer's last message only.")
        if not self.may_write(moment):
            raise HandoffRefused("Outside the hours in which customers are called (CALL_HOURS) nobody is written to first.")
