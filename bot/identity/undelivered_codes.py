"""A one-time code that did not arrive: whoever waits for it is told at once, where they wait.

The outbox and the vendors' reports know of a text message; a note, kept when it is sent, says who waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter

from bot.model import Address, Author, ChannelName, InboundMessage, OutboundMessage, stable_id
from bot.ports import Calls, Clock, Contacts, Wording
from bot.ports.stores import Codes, Locks, Outbox
from bot.transcript.log import Lines
from bot.transcript.notice import addressed, tell

KEPT = int(timedelta(hours=1).total_seconds())
OPTED_OUT = "21610"
"""The vendor's code for a person who refuses texts: to anybody else such a number looks like any other."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for a code to ``tel`` (E.164), and where."""

    conversation_id: str
    channel: ChannelName
    address: Address
    tel: str
    call_sid: str | None = None


WAITING = TypeAdapter(Waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredCodes:
    """Notes who waits, and tells them. Methods raise StoreUnavailable."""

    codes: Codes
    calls: Calls
    contacts: Contacts
    lines: Lines
    locks: Locks
    outbox: Outbox
    wording: Wording
    clock: Clock

    async def lost(self, message: OutboundMessage, why: str) -> None:
        """A message did not arrive, for this reason (a vendor's code; empty: it may have). Does something for codes alone."""
        kept = await self.codes.remembered(_note(message.id))
        waiting = WAITING.validate_json(kept) if kept else None
        if waiting is None or why in ("", OPTED_OUT):
            return
        challenge = await self.codes.get(waiting.conversation_id)
        if challenge is None or challenge.tel != waiting.tel:
            return  # it was used all the same, or another number is being proved by now
        if not await self.codes.remember(f"code-lost:{message.id}", why, KEPT):
            return
        await self.codes.drop(waiting.conversation_id)
        if waiting.call_sid:
            await self.calls.remember(lost_key(waiting.call_sid), "1")  # the line says so with its next step
        elif waiting.channel is not ChannelName.SMS:  # a text that says that texts do not arrive would not, either
            await self._tell(waiting, message)

    async def _tell(self, waiting: Waiting, message: OutboundMessage) -> None:
        contact = await self.contacts.of_conversation(waiting.conversation_id)
        reply, moment = addressed(self.wording, contact, "utter_code_undelivered", waiting.channel), self.clock()
        about, place = stable_id("o", f"{message.id}:lost"), waiting.conversation_id
        said = OutboundMessage(about, place, waiting.channel, waiting.address, reply, Author.NOTICE, moment)
        await tell(said, self.lines, self.locks, self.outbox)


async def note(codes: Codes, outbound_id: str, conversation_id: str, tel: str, message: InboundMessage) -> None:
    """A code goes out in this message, for the sender of ``message``."""
    waiting = Waiting(conversation_id, message.channel, message.sender, tel, message.call_sid)
    await codes.remember(_note(outbound_id), WAITING.dump_json(waiting).decode(), KEPT)


def lost_key(call_sid: str) -> str:
    """Where it is kept for a call that the code it waits for did not arrive."""
    return f"{call_sid}:code-lost"


def _note(outbound_id: str) -> str:
    return f"code-text:{outbound_id}"
