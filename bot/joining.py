"""What identity asks of the rest: to send a code by SMS, and to copy one conversation to the end of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.identity import CODE_LIFETIME, Copied, Identity
from bot.model import Address, AddressKind, Author, ChannelName, Contact, InboundMessage, OutboundMessage, Reply, new_id
from bot.ports import Clock, Contacts, Dialogue, DialogueUnavailable, Wording
from bot.stores import Locks, Menus, Outbox


def copied_events(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A conversation's events as they can follow another's: without its beginning, where Rasa empties all slots."""
    return [dict(event) for event in events if not _begins(event)]


def _begins(event: Mapping[str, Any]) -> bool:
    return event.get("event") == "session_started" or (
        event.get("event") == "action" and event.get("name") == "action_session_start"
    )


@dataclass(frozen=True, slots=True)
class Joining:
    """Copies events between trackers, and what was offered with them."""

    dialogue: Dialogue
    locks: Locks
    menus: Menus | None = None

    async def copy(self, source: str, target: str) -> Copied:
        """Append the source's events to the target; where they are there. Raises DialogueUnavailable."""
        events = copied_events(await self.dialogue.events(source))
        async with self.locks.hold(target):
            position = len(await self.dialogue.events(target))
            await self.dialogue.append(target, events)
            after = len(await self.dialogue.events(target))
            await self._menus_too(source, target)
        return Copied(position, after - position)  # with what Rasa puts before the first event of an empty one

    async def _menus_too(self, source: str, target: str) -> None:
        """What was shown before can still be answered. The caller holds the target."""
        if self.menus is None:
            return
        here, there = await self.menus.get(target), await self.menus.get(source)
        if (both := here.joined(there)) != here:
            await self.menus.save(target, both)


@dataclass(frozen=True, slots=True)
class CodeSending:
    """Sends one-time codes as text messages. ``own_when_away``: codes of our own while the vendor of codes does not answer."""

    identity: Identity
    contacts: Contacts
    outbox: Outbox
    wording: Wording
    clock: Clock
    own_when_away: bool = False

    async def __call__(self, contact: Contact, tel: str, message: InboundMessage) -> bool:
        """False when a limit is reached or the number cannot take a code. When its owner refuses messages only the owner
        is told so: to anybody else a number that knows us must look like one that does not."""
        address = Address(AddressKind.TEL, tel)
        if not await self.identity.may_send(contact, tel, message.sender, message.network):
            return False
        owner = await self.contacts.find(address)
        if owner is not None and owner.opted_out:
            await self.identity.new_code(contact, tel)  # known to nobody: every guess is as wrong as with any other
            return owner.id != contact.id
        if self.identity.remote is not None:
            try:
                return await self.identity.remote_code(contact, tel, message.network)
            except DialogueUnavailable:
                if not self.own_when_away:
                    return False
        await self._own(contact, tel, address)
        return True

    async def _own(self, contact: Contact, tel: str, address: Address) -> None:
        code = await self.identity.new_code(contact, tel)
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        text = self.wording.say("utter_code_sms", ChannelName.SMS, code=code, minutes=minutes)
        about, reply = contact.conversation_id, Reply(text)
        text_message = OutboundMessage(new_id("o"), about, ChannelName.SMS, address, reply, Author.NOTICE, self.clock())
        await self.outbox.put([text_message])
