"""The handoff as it is kept: each change is one step of its life (``bot.handoff.states``), decided by the store.

While a handoff is open the person owns the conversation; ``bot.conversation.conversations`` asks here before each turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.directives import Handoff as HandoffRequest
from bot.handoff import states
from bot.handoff.place_in_line import place_in_line
from bot.languages.current import current
from bot.model import Author, ChannelName, Closing, Contact, Handoff, HandoffState, InboundMessage, Packet, Proof, stable_id
from bot.model.handoffs import INBOX as INBOX
from bot.model.handoffs import PAUSED
from bot.model.queues import GENERAL
from bot.ports import AlreadyAccepted, Clock, DeskEvent, DialogueUnavailable, HandoffRefused, Handoffs
from bot.ports.stores import Bulletin, Transcripts
from bot.routing.head_start import head_start
from bot.routing.line import of_queue
from bot.routing.rules import Rules
from bot.transcript.paging import page_of
from bot.transcript.repeats import Questions
from bot.transcript.summary import Summary

ANSWERED = "answered"
"""Why an agent who waited for the customer goes on."""
PACKET_PATIENCE = 2.0
"""Seconds that a handoff waits for a Rasa that hangs: the caller waits as well."""


@dataclass(frozen=True, slots=True)
class HandoffBook:
    """Opens, assigns and closes handoffs, and tells the desk's pages."""

    handoffs: Handoffs
    dialogue: Transcripts
    """Where the conversation is read that a person gets."""
    bulletin: Bulletin
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    """What puts somebody before others in line."""

    async def open_for(self, conversation_id: str) -> Handoff | None:
        """The open handoff that owns the conversation, if any."""
        return await self.handoffs.open_for(conversation_id)

    async def open(self, contact: Contact, message: InboundMessage, wanted: HandoffRequest, proof: Proof) -> Handoff:
        """Hand the conversation to a person, with everything attached. An open one is kept as it is."""
        if existing := await self.handoffs.open_for(contact.conversation_id):
            mine = existing.id == stable_id("h", message.id)  # its worker died before it could tell of it
            return await self.handoffs.create(existing) if mine else existing
        packet = await self._packet(contact.conversation_id, wanted, proof)
        handoff = Handoff(
            id=stable_id("h", message.id),
            conversation_id=contact.conversation_id,
            contact_id=contact.id,
            state=HandoffState.WAITING,
            reason=wanted.reason,
            reason_code=wanted.code,
            queue=wanted.queue,
            channel=message.channel,
            opened_at=self.clock(),
            packet=packet,
            call_sid=message.call_sid,
            ahead=head_start(packet, self.rules.of(wanted.queue).weights),
            last_agent=_spoke_last(packet),
        )
        handoff = replace(handoff, place=await self.place(handoff))
        return await self.opened(handoff)

    async def prepared(self, contact: Contact, agent: str, reason: str, call_sid: str | None) -> Handoff:
        """One that an agent begins; nothing is kept of it yet (``opened``)."""
        moment = self.clock()
        proof = contact.proof_of(contact.last_address) if contact.last_address else Proof.CLAIMED
        return Handoff(
            id=stable_id("h", f"{contact.conversation_id}:{agent}:{moment.isoformat()}"),
            conversation_id=contact.conversation_id,
            contact_id=contact.id,
            state=HandoffState.WAITING,
            reason=reason,
            queue=GENERAL,
            channel=ChannelName.VOICE if call_sid else contact.last_channel or ChannelName.SMS,
            opened_at=moment,
            packet=await self._packet(contact.conversation_id, HandoffRequest(reason), proof),
            call_sid=call_sid,
        )

    async def opened(self, handoff: Handoff) -> Handoff:
        """Keep it, unless another owns its conversation: the one that counts."""
        owner = await self.handoffs.create(handoff)
        await self._tell(owner)
        return owner

    async def accept(self, handoff_id: str, agent: str, *, phone: bool = False, instead_of: str | None = None) -> Handoff:
        """Give it to an agent, whose phone is rung when somebody is to be talked to and they have one (``phone``). HandoffRefused
        when it is gone, closed, somebody else's, or offered to somebody else; ``instead_of`` is a colleague who is not there any
        more, or from whom it is taken."""

        def taken(now: Handoff) -> Handoff:
            _may_take(now, agent, instead_of)
            writes = not (phone and (now.call_sid or now.callback))
            return replace(states.assigned(now, agent, moment), types=writes)

        moment = self.clock()
        return await self.change(handoff_id, taken)

    async def assigned_to(self, handoff_id: str, agent: str) -> Handoff:
        """The handoff, when it is this agent's to answer; else HandoffRefused."""
        return owned_by(await self.get(handoff_id), agent)

    async def closable_by(self, handoff_id: str, agent: str) -> Handoff:
        """The handoff, when this agent has it, or had it and may still say what was agreed; else HandoffRefused."""
        handoff = await self.get(handoff_id)
        if not handoff.lacks_outcome(agent):
            return owned_by(handoff, agent)
        if await self.handoffs.open_for(handoff.conversation_id):
            raise HandoffRefused("The customer asks for a person again: accept that conversation, and tell them there.")
        return handoff

    async def close(self, handoff_id: str, outcome: str, *, by: str | None = None, closing: Closing | None = None) -> Handoff:
        """Give the conversation back to the bot; ``by`` an agent, who must have it (else HandoffRefused), or whoever it
        belongs to: then its agent, if it has one, is left to write up how it ended. One that is closed stays as it was closed;
        but an agent whose phone hung up before may still say what was agreed, and then it is to be told."""

        def closed(now: Handoff) -> Handoff:
            if by is not None and now.lacks_outcome(by):
                return _written_up(now, outcome, closing)
            if by is not None:
                owned_by(now, by)
            if not now.open:
                return now
            said = by is not None or bool(outcome) or now.agent in (None, INBOX)
            return replace(states.ended(now, moment, outcome, written_up=said), closing=closing)

        moment = self.clock()
        return await self.change(handoff_id, closed)

    async def on_call(self, handoff_id: str, call_sid: str) -> Handoff:
        """Note that the customer waits on this call now."""
        moment = self.clock()
        return await self.change(
            handoff_id, lambda now: _on(states.goes_on(now, moment, ANSWERED), call_sid) if now.open else now
        )

    async def off_call(self, handoff_id: str, call_sid: str) -> Handoff:
        """Note that this call is over, unless the customer waits on another by now."""
        moment = self.clock()

        def off(now: Handoff) -> Handoff:
            left = moment if now.channel is ChannelName.VOICE else now.left_at
            return replace(now, call_sid=None, left_at=left) if now.call_sid == call_sid else now

        return await self.change(handoff_id, off)

    async def is_back(self, handoff: Handoff) -> Handoff:
        """The customer wrote: one who had left is there again, and an agent who waited for it goes on."""
        if handoff.left_at is None and handoff.state not in PAUSED:
            return handoff
        moment = self.clock()
        return await self.change(handoff.id, lambda now: replace(states.goes_on(now, moment, ANSWERED), left_at=None))

    async def change(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff:
        """Change what is stored now, and tell the desk when that changed anything. HandoffRefused when there is none of that id,
        when ``change`` says so, or when it is no step of a handoff's life (``bot.handoff.states``)."""
        _, after = await self.changed(handoff_id, change)
        return after

    async def changed(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> tuple[Handoff, Handoff]:
        """As ``change``: as it was, and as it is."""
        seen: list[Handoff] = []

        def noted(now: Handoff) -> Handoff:
            seen.append(now)
            return states.checked(now, change(now))

        after = await self.handoffs.update(handoff_id, noted)
        if after is None:
            raise HandoffRefused("There is no such conversation.")
        if after != seen[-1]:
            await self._tell(after)
        return seen[-1], after

    async def get(self, handoff_id: str) -> Handoff:
        """HandoffRefused when there is none of that id."""
        if handoff := await self.handoffs.get(handoff_id):
            return handoff
        raise HandoffRefused("There is no such conversation.")

    async def place(self, handoff: Handoff) -> int:
        """How many who are there wait before it, plus one."""
        return place_in_line(handoff, await self.handoffs.listing())

    async def next_place(self, queue: str = GENERAL) -> int:
        """The place of who asks for a person now, without any head start."""
        return 1 + sum(h.here for h in of_queue(await self.handoffs.listing(), queue))

    async def new_line(self, handoff: Handoff) -> None:
        """Tell the desk that something was said."""
        await self.bulletin.post(DeskEvent("line", handoff.id))

    async def _tell(self, handoff: Handoff) -> None:
        await self.bulletin.post(DeskEvent("queue", handoff.id))

    async def _packet(self, conversation_id: str, wanted: HandoffRequest, proof: Proof) -> Packet:
        try:
            async with asyncio.timeout(PACKET_PATIENCE):
                said = (await page_of(self.dialogue, conversation_id)).lines
                recent = await self.dialogue.recent(conversation_id)
        except (DialogueUnavailable, TimeoutError):
            return Packet((), (), wanted.tried, proof, current())  # the desk reads again; the handoff must not wait for it
        known = Summary.load(recent.summary, Questions()).take(recent.events)
        return Packet(said, known.slots, wanted.tried, proof, current())


def _spoke_last(packet: Packet) -> str:
    """The agent who spoke with this customer last, as far as was read."""
    return next((line.agent for line in reversed(packet.transcript) if line.author is Author.AGENT and line.agent), "")


def _on(handoff: Handoff, call_sid: str) -> Handoff:
    return replace(handoff, call_sid=call_sid, channel=ChannelName.VOICE, left_at=None)


def _written_up(handoff: Handoff, outcome: str, closing: Closing | None) -> Handoff:
    """What was agreed is still to be told, once, where there is something."""
    if not outcome and closing is None:
        return handoff
    told = replace(handoff, outcome=outcome, handed_back="", noted_late=True) if outcome else handoff
    return replace(told, state=HandoffState.CLOSED, closing=closing)


def _may_take(handoff: Handoff, agent: str, instead_of: str | None) -> None:
    """HandoffRefused unless this agent may have it now."""
    if not handoff.open:
        raise HandoffRefused("This conversation was closed in the meantime.")
    offered = handoff.offer is not None and handoff.offer.to == agent
    if not offered and handoff.agent is not None and handoff.agent not in (agent, INBOX, instead_of):
        raise AlreadyAccepted(handoff.agent)
    if handoff.offer is not None and not offered and handoff.agent is None:
        raise HandoffRefused("This conversation is offered to a colleague just now.")


def owned_by(handoff: Handoff, agent: str) -> Handoff:
    """The handoff, when this agent may answer it; else HandoffRefused."""
    if not handoff.open:
        raise HandoffRefused("This conversation is closed; the assistant has it again.")
    if handoff.agent is not None and handoff.agent != agent and handoff.agent != INBOX:
        raise AlreadyAccepted(handoff.agent)
    if handoff.agent != agent:
        raise HandoffRefused("Accept the conversation before you answer.")
    return handoff
