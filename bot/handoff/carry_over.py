"""What is open goes along when two conversations become one: the handoff that owns one of them, and a live call.

Of two open handoffs one goes on: an agent's before one that waits, then the one with a caller on the line, then the older. The
other is closed as joined, and what hangs on it (messages left, recordings, a wish to be called) is the first one's from then on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from bot.handoff.lifecycle import HandoffBook
from bot.handoff.states import ended
from bot.model import Contact, Handoff
from bot.ports import Calls, Contacts

JOINED = "Joined with another conversation of the same customer"


@dataclass(frozen=True, slots=True)
class Carrying:
    """The caller holds both conversations. Each step may be done again. Raises StoreUnavailable."""

    handoffs: HandoffBook
    calls: Calls
    contacts: Contacts

    async def __call__(self, source: str, target: str) -> None:
        """From one conversation to the other."""
        owner = await self.contacts.of_conversation(target)
        coming, there = await self.handoffs.open_for(source), await self.handoffs.open_for(target)
        if coming and there and owner:
            first, second = sorted((coming, there), key=_precedence)
            await self._one_of_two(first, second)
            coming = coming if first.id == coming.id else None
        if coming and owner:
            await self.handoffs.change(coming.id, partial(_belonging, side=owner))
        if call := await self.calls.live_for(source):
            await self.calls.update(call.sid, partial(replace, conversation_id=target))

    async def _one_of_two(self, first: Handoff, second: Handoff) -> None:
        """What hangs on the second is kept before it is closed: who dies in between does it once more."""
        await self.handoffs.change(first.id, partial(_with, other=second))
        moment = self.handoffs.clock()

        def joined(now: Handoff) -> Handoff:
            return replace(ended(now, moment, JOINED, written_up=True), handed_back=first.id) if now.open else now

        await self.handoffs.change(second.id, joined)


def _precedence(handoff: Handoff) -> tuple[bool, bool, float]:
    return not handoff.held, handoff.call_sid is None, handoff.opened_at.timestamp()


def _belonging(handoff: Handoff, side: Contact) -> Handoff:
    return replace(handoff, conversation_id=side.conversation_id, contact_id=side.id)


def _with(handoff: Handoff, other: Handoff) -> Handoff:
    """With what hangs on the other, once."""
    return replace(
        handoff,
        voicemails=handoff.voicemails + tuple(one for one in other.voicemails if one not in handoff.voicemails),
        recordings=handoff.recordings + tuple(one for one in other.recordings if one not in handoff.recordings),
        tries=handoff.tries + tuple(one for one in other.tries if one not in handoff.tries),
        callback=handoff.callback or other.callback,
        notes=tuple(sorted({*handoff.notes, *other.notes}, key=lambda note: note.at)),
    )
