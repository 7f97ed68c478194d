"""The handoff's state machine: bot -> waiting -> assigned -> closed.

While a handoff is open the person owns the conversation; ``bot.conversation`` asks here before each turn.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from bot import transcript
from bot.directives import Handoff as HandoffRequest
from bot.model import ChannelName, Contact, Handoff, HandoffState, InboundMessage, Packet, Proof, stable_id
from bot.ports import Clock, DeskEvent, Dialogue, DialogueUnavailable, HandoffRefused, Handoffs
from bot.stores import Bulletin

PACKET_PATIENCE = 2.0
"""Seconds that a handoff waits for a Rasa that hangs: the caller waits as well."""


@dataclass(frozen=True, slots=True)
class HandoffBook:
    """Opens, assigns and closes handoffs, and tells the desk's pages."""

    handoffs: Handoffs
    dialogue: Dialogue
    bulletin: Bulletin
    clock: Clock

    async def open_for(self, conversation_id: str) -> Handoff | None:
        """The open handoff that owns the conversation, if any."""
        return await self.handoffs.open_for(conversation_id)

    async def open(self, contact: Contact, message: InboundMessage, wanted: HandoffRequest, proof: Proof) -> Handoff:
        """Hand the conversation to a person, with everything attached. An open one is kept as it is."""
        if existing := await self.handoffs.open_for(contact.conversation_id):
            return existing
        handoff = Handoff(
            id=stable_id("h", message.id),
            conversation_id=contact.conversation_id,
            contact_id=contact.id,
            state=HandoffState.WAITING,
            reason=wanted.reason,
            queue=wanted.queue,
            channel=message.channel,
            opened_at=self.clock(),
            packet=await self._packet(contact.conversation_id, wanted, proof),
            call_sid=message.call_sid,
            place=1 + sum(h.state is HandoffState.WAITING for h in await self.handoffs.listing()),
        )
        await self._keep(handoff)
        return handoff

    async def accept(self, handoff_id: str, agent: str) -> Handoff:
        """Give it to an agent. HandoffRefused when it is gone, closed, or somebody else's."""
        handoff = await self.get(handoff_id)
        if handoff.state is HandoffState.CLOSED:
            raise HandoffRefused("This conversation was closed in the meantime.")
        if handoff.agent not in (None, agent):
            raise HandoffRefused(f"{handoff.agent} has already accepted this conversation.")
        taken = replace(handoff, state=HandoffState.ASSIGNED, agent=agent, assigned_at=handoff.assigned_at or self.clock())
        await self._keep(taken)
        return taken

    async def assigned_to(self, handoff_id: str, agent: str) -> Handoff:
        """The handoff, when it is this agent's to answer; else HandoffRefused."""
        handoff = await self.get(handoff_id)
        if handoff.state is HandoffState.CLOSED:
            raise HandoffRefused("This conversation is closed; the assistant has it again.")
        if handoff.agent != agent:
            raise HandoffRefused("Accept the conversation before you answer.")
        return handoff

    async def close(self, handoff: Handoff, outcome: str) -> Handoff:
        """Give the conversation back to the bot."""
        closed = replace(handoff, state=HandoffState.CLOSED, outcome=outcome, closed_at=self.clock())
        await self._keep(closed)
        return closed

    async def on_call(self, handoff: Handoff, call_sid: str | None) -> Handoff:
        """Note that the customer waits on a call now (or, with None, no longer)."""
        channel = ChannelName.VOICE if call_sid else handoff.channel
        moved = replace(handoff, call_sid=call_sid, channel=channel)
        await self._keep(moved)
        return moved

    async def keep(self, handoff: Handoff) -> None:
        """Store a change of what is attached to it, and tell the desk."""
        await self._keep(handoff)

    async def get(self, handoff_id: str) -> Handoff:
        """HandoffRefused when there is none of that id."""
        if handoff := await self.handoffs.get(handoff_id):
            return handoff
        raise HandoffRefused("There is no such conversation.")

    async def place(self, handoff: Handoff) -> int:
        """How many wait before it, plus one."""
        waiting = [h.id for h in await self.handoffs.listing() if h.state is HandoffState.WAITING]
        return waiting.index(handoff.id) + 1 if handoff.id in waiting else 1

    async def new_line(self, handoff: Handoff) -> None:
        """Tell the desk that something was said."""
        await self.bulletin.post(DeskEvent("line", handoff.id))

    async def _keep(self, handoff: Handoff) -> None:
        await self.handoffs.save(handoff)
        await self.bulletin.post(DeskEvent("queue", handoff.id))

    async def _packet(self, conversation_id: str, wanted: HandoffRequest, proof: Proof) -> Packet:
        try:
            async with asyncio.timeout(PACKET_PATIENCE):
                events = await self.dialogue.events(conversation_id)
        except (DialogueUnavailable, TimeoutError):
            events = []  # the desk reads the tracker again when it is back; the handoff must not wait for it
        return Packet(transcript.lines(events), transcript.slot_facts(events), wanted.tried, proof)
