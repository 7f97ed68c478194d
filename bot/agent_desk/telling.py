"""Words of an agent, or of ours about one, to the customer of a handoff: to where they are, once for a cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.facts.messages import repeat_asked
from bot.handoff.availability import Staffing
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.reach import Reach
from bot.model import About, Author, CallState, ChannelName, Handoff, OutboundMessage, Reply, stable_id
from bot.ports import (
    AlreadyAccepted,
    Clock,
    Contacts,
    Facts,
    HandoffRefused,
    NoFacts,
    StoreUnavailable,
    Wording,
)
from bot.ports.stores import Outbox
from bot.transcript import lines as transcript
from bot.transcript.log import Lines
from bot.transcript.notice import addressed
from bot.transcript.repeats import Questions, asked_again
from bot.transcript.summary import Summary

ON_THE_PHONE = "The customer is on the phone with an agent: transfer the call itself, or hang up first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The caller holds the conversation. Methods raise StoreUnavailable."""

    handoffs: HandoffBook
    contacts: Contacts
    reach: Reach
    lines: Lines
    outbox: Outbox
    wording: Wording
    clock: Clock
    name_of: Callable[[str], Awaitable[str]]
    """An agent's name as customers read it, by username."""
    staffing: Staffing | None = None
    questions: Questions = field(default_factory=Questions)
    facts: Facts = field(default_factory=NoFacts)

    async def joined(self, handoff: Handoff, sentence: str, agent: str) -> None:
        """Who is with them now; nobody to tell (hung up, opted out): the agent sees that when they reply."""
        cause = f"{handoff.id}:{sentence}:{handoff.assigned_at}:{agent}"
        with suppress(HandoffRefused):
            await self.send(handoff, "", Author.NOTICE, agent, cause, sentence=sentence)

    async def noticed(self, handoff: Handoff, text: str, cause: str) -> None:
        """A notice, where there is somebody to tell."""
        with suppress(HandoffRefused):
            await self.send(handoff, text, Author.NOTICE, None, cause)

    async def nobody(self, handoff: Handoff, channel: ChannelName) -> str:
        """When somebody is there again; empty when somebody is."""
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        sender = contact.last_address if contact else None
        if self.staffing is None or contact is None or sender is None:
            return ""
        told = await self.staffing.nobody(channel, contact, sender, called=True, queue=handoff.queue)
        return told.text if told else ""

    async def channel(self, handoff: Handoff) -> ChannelName:
        """Where the customer would hear of it."""
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        return (await self.reach.of(contact, handoff)).channel or handoff.channel

    async def on_the_phone(self, handoff: Handoff) -> bool:
        """Whether customer and agent are in a phone call."""
        call = await self.reach.on_the_line(handoff)
        return call is not None and call.state is CallState.BRIDGED

    async def named(self, taken: AlreadyAccepted) -> HandoffRefused:
        """The refusal with the colleague's name in it."""
        return HandoffRefused(f"{await self.name_of(taken.by)} has this conversation.")

    async def send(
        self,
        handoff: Handoff,
        text: str,
        author: Author,
        agent: str | None,
        cause: str,
        *,
        sentence: str | None = None,
        via: ChannelName | None = None,
    ) -> ChannelName:
        """Once for the ``cause``: ``text``, or the designers' ``sentence``. HandoffRefused when they cannot be reached, or not
        ``via`` the channel that was chosen."""
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        place = await self.reach.via(contact, handoff, via)
        if place.channel is None or place.address is None:
            raise HandoffRefused(place.why)
        name, channel = await self.name_of(agent) if agent else None, place.channel
        if sentence:
            text = addressed(self.wording, contact, sentence, channel, agent=name).text
        moment, where = self.clock(), handoff.conversation_id
        line = transcript.bot_event(text, channel, moment, author=author, agent=agent)
        one = stable_id("o", cause)
        if author is Author.AGENT:
            await self._repeats_told(handoff, line, one)
        await self.lines.keep(where, [line], about=cause, again=True)
        reply = Reply(text, response=sentence or "")
        await self.outbox.put([OutboundMessage(one, where, channel, place.address, reply, author, moment, name)])
        with suppress(StoreUnavailable):  # it is on its way: the agent must not be told to send it again
            await self.handoffs.new_line(handoff)
        return channel

    async def known(self, conversation_id: str) -> Summary:
        """What the conversation holds."""
        recent = await self.lines.recent(conversation_id)
        return Summary.load(recent.summary, self.questions).take(recent.events)

    async def _repeats_told(self, handoff: Handoff, line: dict[str, Any], cause: str) -> None:
        """An agent who asks for what the conversation holds already. It is read only where the words may ask for something."""
        if not self.questions.asked_in(str(line["text"])):
            return
        known = (await self.known(handoff.conversation_id)).slots
        held = {slot.name: slot.channel or "" for slot in known if slot.value is not False}
        about = About(handoff.conversation_id, handoff.contact_id, handoff.channel.value)
        for slot in asked_again([line], held, self.questions):
            given_on = held.get(slot, "")
            await self.facts.once(repeat_asked(cause, slot, given_on, Author.AGENT, about, self.clock()))
