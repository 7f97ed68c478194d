"""What the desk's rows say of conversations: who it is, the last line, and since when the customer waits for words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Author, Contact, Handoff, TranscriptLine
from bot.ports import Clock, Contacts, DialogueUnavailable, Glance, Handoffs, StoreUnavailable
from bot.transcript.lines import lines
from bot.transcript.log import Lines

EVENTS = 40
"""Read of each conversation: the last line of a customer and of an agent are among them, as a rule."""
AT_ONCE = 20
"""Conversations read side by side: a queue of hundreds must not take every connection to the store."""
LONGEST_LINE = 160
AWAKE = timedelta(days=1)
"""So long after a conversation its contact does not leave Redis."""
SAID = frozenset({Author.CUSTOMER, Author.AGENT, Author.BOT})
"""Notices say nothing about the matter."""


@dataclass(frozen=True, slots=True)
class Glances:
    """Reads no more than it shows, and asks nothing of the assistant. Raises StoreUnavailable."""

    handoffs: Handoffs
    contacts: Contacts
    lines: Lines
    clock: Clock

    async def all(self) -> list[Glance]:
        """Of the open handoffs."""
        found, at_once = await self.handoffs.listing(), asyncio.Semaphore(AT_ONCE)

        async def one(handoff: Handoff) -> Glance:
            async with at_once:
                return await self.of(handoff)

        return list(await asyncio.gather(*map(one, found)))

    async def one(self, handoff_id: str) -> Glance | None:
        """None when it is not open any more."""
        handoff = await self.handoffs.get(handoff_id)
        return await self.of(handoff) if handoff and handoff.open else None

    async def closed(self, before: datetime | None, limit: int) -> list[Glance]:
        """Of the closed ones, the last first: what was known when they were opened."""
        found = await self.handoffs.over(limit, before)
        contacts = await asyncio.gather(*map(self._contact_of, found))
        return [glance(_slim(one), contact, one.packet.transcript) for one, contact in zip(found, contacts, strict=True)]

    async def _contact_of(self, handoff: Handoff) -> Contact | None:
        """Nobody who fell silent is woken for a list."""
        lately = handoff.closed_at is not None and self.clock() - handoff.closed_at < AWAKE
        return await self.contacts.of_conversation(handoff.conversation_id) if lately else None

    async def of(self, handoff: Handoff) -> Glance:
        """Of this one, without the transcript that it was opened with."""
        contact, said = await asyncio.gather(self.contacts.of_conversation(handoff.conversation_id), self._said(handoff))
        return glance(_slim(handoff), contact, said)

    async def _said(self, handoff: Handoff) -> tuple[TranscriptLine, ...]:
        try:
            events = (await self.lines.page(handoff.conversation_id, None, EVENTS)).events
        except (StoreUnavailable, DialogueUnavailable):  # the row is shown all the same, with what was known when it was opened
            return handoff.packet.transcript
        return lines(events) or handoff.packet.transcript


def _slim(handoff: Handoff) -> Handoff:
    return replace(handoff, packet=replace(handoff.packet, transcript=()))


def glance(handoff: Handoff, contact: Contact | None, said: Sequence[TranscriptLine]) -> Glance:
    """From the newest lines: the last one, cut to a row, when the customer last wrote, and since when that has no answer."""
    spoken = [line for line in said if line.author in SAID]
    asked = [line.at for line in spoken if line.author is Author.CUSTOMER]
    answered = next((line.at for line in reversed(spoken) if line.author is Author.AGENT), None)
    unanswered = next((at for at in asked if answered is None or at > answered), None)
    last = replace(spoken[-1], text=spoken[-1].text[:LONGEST_LINE], media=()) if spoken else None
    return Glance(handoff, contact, last, asked[-1] if asked else None, unanswered)
