"""What the desk may do: look, accept, reply, close (``bot.ports.People``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot import transcript
from bot.conversation import Conversations
from bot.handoff import HandoffBook
from bot.line import Wait, Waits
from bot.lines import Lines
from bot.linking import LinkRefused
from bot.model import (
    Address,
    AddressKind,
    Author,
    Call,
    CallState,
    ChannelName,
    Contact,
    Handoff,
    HandoffState,
    InboundMessage,
    LineAct,
    OutboundMessage,
    Reply,
    new_id,
)
from bot.ports import (
    Calls,
    Clock,
    Contacts,
    DeskEvent,
    DialogueUnavailable,
    HandoffRefused,
    HandoffView,
    LinkFact,
    SendError,
    StoreUnavailable,
    Telephone,
    TurnResult,
    Wording,
)
from bot.preference import Preferences
from bot.repeats import Questions, repeats
from bot.stores import Bulletin, LinkRecord, Locks, Outbox

LONGEST_REPLY = 1500
"""Characters; the least that every channel takes in one message (SMS bodies end at 1,600)."""


def outbound(result: TurnResult, message: InboundMessage, clock: Clock) -> list[OutboundMessage]:
    """A turn's replies as messages to its sender; ids follow from the message's, so that a repeat sends nothing twice."""
    return [
        OutboundMessage(
            id=f"{message.id}>{number}",
            conversation_id=result.conversation_id,
            channel=message.channel,
            address=message.sender,
            reply=reply,
            author=Author.BOT,
            created_at=clock(),
            menu_id=result.menu_id if reply.options else None,
        )
        for number, reply in enumerate(result.replies, 1)
    ]


@dataclass(frozen=True, slots=True)
class People:
    """The agents' side of a conversation."""

    handoffs: HandoffBook
    contacts: Contacts
    calls: Calls
    conversations: Conversations
    lines: Lines
    outbox: Outbox
    locks: Locks
    bulletin: Bulletin
    telephone: Telephone
    wording: Wording
    clock: Clock
    name_of: Callable[[str], Awaitable[str]]
    """An agent's name as customers read it, by username."""
    waits: Waits | None = None
    questions: Questions = field(default_factory=Questions)
    preferences: Preferences | None = None

    async def listing(self) -> list[Handoff]:
        """The open handoffs, the waiting ones first, the longest waiting before the others."""
        found = await self.handoffs.handoffs.listing()
        return sorted(found, key=lambda h: (h.state is not HandoffState.WAITING, h.opened_at))

    async def view(self, handoff_id: str) -> HandoffView:
        """Everything of one handoff as it is now."""
        handoff = await self.handoffs.get(handoff_id)
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        events = await self.lines.all(handoff.conversation_id)
        said = transcript.lines(events)
        channel, _ = await self._reaches(contact, handoff) if contact else (None, None)
        return HandoffView(
            handoff,
            contact,
            said if len(said) >= len(handoff.packet.transcript) else handoff.packet.transcript,
            transcript.slot_facts(events) or handoff.packet.slots,
            channel,
            tuple(m for m in await self.outbox.uncertain(handoff.conversation_id) if m.author is not Author.NOTICE),
            await self.telephone.state(handoff.id) if handoff.open and handoff.call_sid else None,
            await self._links(contact) if contact else (),
            repeats=len(repeats(events, self.questions)),
            prefers=self._prefers(contact),
            call=await self.calls.get(handoff.call_sid) if handoff.call_sid else None,
        )

    def _prefers(self, contact: Contact | None) -> ChannelName | None:
        chosen = self.preferences.chosen(contact) if self.preferences and contact else None
        return chosen[0] if chosen else None

    async def accept(self, handoff_id: str, agent: str, phone: str | None) -> Handoff:
        """Take it, tell the customer, and ring the agent's phone when the customer waits on a call."""
        conversation_id = (await self.handoffs.get(handoff_id)).conversation_id
        async with self.locks.hold(conversation_id):
            before = await self.handoffs.get(handoff_id)
            self._may_call_back(before)
            handoff = await self.handoffs.accept(handoff_id, agent)
            if before.state is HandoffState.WAITING:
                await self._measure(handoff)
            if before.state is HandoffState.WAITING and not (handoff.callback and phone):
                await self._tell(handoff, "utter_agent_on_call" if handoff.call_sid and phone else "utter_agent_joined", agent)
        if phone and (handoff.call_sid or handoff.callback):
            await self._ring(handoff, phone)
        return handoff

    async def reply(self, handoff_id: str, agent: str, text: str) -> ChannelName:
        """Send the agent's words to where the customer is; the channel they go to."""
        handoff = await self.handoffs.assigned_to(handoff_id, agent)
        if not text.strip():
            raise HandoffRefused("Write something first.")
        if len(text) > LONGEST_REPLY:
            raise HandoffRefused(f"That is {len(text)} characters; {LONGEST_REPLY} is the most that reaches every channel.")
        return await self._send(handoff, text.strip(), Author.AGENT, agent)

    async def close(self, handoff_id: str, agent: str, outcome: str) -> None:
        """Give the conversation back to the bot, which has the next turn."""
        handoff = await self.handoffs.assigned_to(handoff_id, agent)
        if not outcome.strip():
            raise HandoffRefused("Say in a few words what was agreed; the customer hears it.")
        async with self.locks.hold(handoff.conversation_id):
            closed = await self.handoffs.close(handoff, outcome.strip())
        if handoff.channel is ChannelName.VOICE:
            with suppress(SendError):  # the talk is over already, or ends when somebody hangs up
                await self.telephone.finish(closed, outcome.strip())
        if await self._on_the_line(handoff):
            return  # the caller comes back from the queue, and is told there
        await self._hand_back(closed, outcome.strip())

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        """Something with the phone call; listening is the only thing that others than its agent may ask for."""
        listening = act in (LineAct.LISTEN, LineAct.COACH)
        handoff = await (self.handoffs.get(handoff_id) if listening else self.handoffs.assigned_to(handoff_id, agent))
        if act is LineAct.CALL:
            self._may_call_back(handoff)
        try:
            await self.telephone.act(handoff, act, agent, to)
        except SendError as error:
            raise HandoffRefused(error.reason) from error

    async def sound(self, handoff_id: str, recording: str) -> bytes | None:
        """Only what belongs to this conversation."""
        handoff = await self.handoffs.get(handoff_id)
        if recording not in (*(one.recording for one in handoff.voicemails), *handoff.recordings):
            return None
        try:
            return await self.telephone.sound(recording)
        except SendError as error:
            raise HandoffRefused(error.reason) from error

    async def unlink(self, handoff_id: str, agent: str, link_id: str) -> None:
        """Take apart what was joined into this contact; each side gets its conversation back."""
        handoff = await self.handoffs.assigned_to(handoff_id, agent)
        linking = self.conversations.linking
        if link_id not in {link.id for link in await linking.links.of(handoff.contact_id)}:
            raise HandoffRefused("There is no such link.")
        try:
            link = await linking.undo_by_agent(link_id, agent)
        except LinkRefused as refused:
            raise HandoffRefused(str(refused)) from refused
        except DialogueUnavailable as error:
            raise HandoffRefused("The assistant's records cannot be reached just now. Please try again.") from error
        await linking.tell_elsewhere(link, "utter_unlinked_elsewhere", link.id)
        await linking.tell_here(link, "utter_unlinked_by_agent", link.id)
        await self.handoffs.new_line(handoff)

    async def _links(self, contact: Contact) -> tuple[LinkFact, ...]:
        found = await self.conversations.linking.links.of(contact.id)
        return tuple(_fact(one, contact.id) for one in found)

    def watch(self) -> AsyncIterator[DeskEvent]:
        """What changes, as it changes."""
        return self.bulletin.watch()

    async def _hand_back(self, handoff: Handoff, outcome: str) -> None:
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        if contact is None:
            return
        channel, address = await self._reaches(contact, handoff)
        if channel is None or address is None:
            return
        ours = InboundMessage(f"handoff:{handoff.id}:closed", channel, address, self.clock())
        result = await self.conversations.handed_back(ours, outcome)
        await self.outbox.put(outbound(result, ours, self.clock))

    def _may_call_back(self, handoff: Handoff) -> None:
        """A customer who was not reached is given some time."""
        back = handoff.callback
        if back and back.not_before and not handoff.call_sid and self.clock() < back.not_before:
            minutes = -(-(back.not_before - self.clock()).total_seconds() // 60)
            raise HandoffRefused(f"The customer was not reached ({back.result}). They are called again in {minutes:g} minutes.")

    async def _measure(self, handoff: Handoff) -> None:
        """Keep how long a caller has waited: the next ones are told by it."""
        if self.waits and handoff.assigned_at and handoff.channel is ChannelName.VOICE:
            waited = (handoff.assigned_at - handoff.opened_at).total_seconds()
            await self.waits.record(handoff.queue, Wait(waited, handoff.place, handoff.assigned_at))

    async def _ring(self, handoff: Handoff, phone: str) -> None:
        try:
            await self.telephone.ring_agent(handoff, phone)
        except SendError as error:
            raise HandoffRefused(f"Your phone could not be rung ({error.reason}). Reply here instead.") from error

    async def _tell(self, handoff: Handoff, sentence: str, agent: str) -> None:
        try:
            await self._send(handoff, "", Author.NOTICE, agent, sentence=sentence)
        except HandoffRefused:
            return  # nobody to tell (hung up, opted out); the agent sees that when they reply

    async def _send(self, handoff: Handoff, text: str, author: Author, agent: str, *, sentence: str | None = None) -> ChannelName:
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        channel, address = await self._reaches(contact, handoff) if contact else (None, None)
        if channel is None or address is None:
            raise HandoffRefused("The customer hung up and cannot be reached by message.")
        name = await self.name_of(agent)
        if sentence:
            text = self.wording.say(sentence, channel, agent=name)
        moment = self.clock()
        await self.lines.add(handoff.conversation_id, [transcript.bot_event(text, channel, moment, author=author, agent=agent)])
        message = OutboundMessage(new_id("o"), handoff.conversation_id, channel, address, Reply(text), author, moment, name)
        await self.outbox.put([message])
        with suppress(StoreUnavailable):  # it is on its way: the agent must not be told to send it again
            await self.handoffs.new_line(handoff)
        return channel

    async def _on_the_line(self, handoff: Handoff) -> Call | None:
        """The call in which the customer waits or talks to an agent: of two calls from one number, the handoff's own."""
        own = await self.calls.get(handoff.call_sid) if handoff.call_sid else None
        for call in (own, await self.calls.live_for(handoff.conversation_id)):
            if call is not None and call.state in (CallState.WAITING, CallState.BRIDGED):
                return call
        return None

    async def _reaches(self, contact: Contact, handoff: Handoff) -> tuple[ChannelName | None, Address | None]:
        """The customer's current channel: where they wrote just now, else the one they chose, else where they last wrote
        from; after a call, their messages."""
        call = await self._on_the_line(handoff)
        if call is not None and call.state is CallState.WAITING:
            return ChannelName.VOICE, call.caller
        if self.preferences and (chosen := self.preferences.now(contact, self.clock())):
            return chosen
        if contact.last_channel is not ChannelName.VOICE and contact.last_address is not None:
            texting = contact.last_channel is ChannelName.SMS
            return (None, None) if texting and contact.opted_out else (contact.last_channel, contact.last_address)
        number = contact.tel
        dialable = number is not None and number.kind is AddressKind.TEL and number.value.startswith("+")
        return (ChannelName.SMS, number) if dialable and not contact.opted_out else (None, None)


def _fact(link: LinkRecord, contact_id: str) -> LinkFact:
    """A link as one of its two sides sees it: with the other's addresses."""
    other = link.before[1] if link.before[0].id == contact_id else link.before[0]
    joined = tuple(known.address for known in other.addresses)
    return LinkFact(link.id, link.at, joined, link.undone_at, link.how, link.undone_by)
