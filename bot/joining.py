"""What identity asks of the rest: to send a code by SMS, and to copy one conversation to the end of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.identity import CODE_LIFETIME, Identity
from bot.model import Address, AddressKind, Author, ChannelName, Contact, OutboundMessage, Reply, new_id
from bot.ports import Clock, Contacts, Dialogue, Wording
from bot.stores import Locks, Outbox


def copied_events(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A conversation's events as they can follow another's: without its beginning, where Rasa empties all slots."""
    return [dict(event) for event in events if not _begins(event)]


def _begins(event: Mapping[str, Any]) -> bool:
    return event.get("event") == "session_started" or (
        event.get("event") == "action" and event.get("name") == "action_session_start"
    )


@dataclass(frozen=True, slots=True)
class Joining:
    """Copies events between trackers."""

    dialogue: Dialogue
    locks: Locks

    async def copy(self, source: str, target: str) -> int:
        """Append the source's events to the target; how many. Raises DialogueUnavailable."""
        events = copied_events(await self.dialogue.events(source))
        async with self.locks.hold(target):
            await self.dialogue.append(target, events)
        return len(events)


@dataclass(frozen=True, slots=True)
class CodeSending:
    """Sends one-time codes as text messages."""

    identity: Identity
    contacts: Contacts
    outbox: Outbox
    wording: Wording
    clock: Clock

    async def __call__(self, contact: Contact, tel: str) -> bool:
        """False when a limit is reached, the number cannot take a code, or its owner refuses messages."""
        address = Address(AddressKind.TEL, tel)
        owner = await self.contacts.find(address)
        if owner is not None and owner.opted_out:
            return False
        code = await self.identity.new_code(contact, tel)
        if code is None:
            return False
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        text = self.wording.say("utter_code_sms", ChannelName.SMS, code=code, minutes=minutes)
        about, reply = contact.conversation_id, Reply(text)
        message = OutboundMessage(new_id("o"), about, ChannelName.SMS, address, reply, Author.NOTICE, self.clock())
        await self.outbox.put([message])
        return True
