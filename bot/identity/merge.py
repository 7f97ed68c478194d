"""Merging: a contact goes to the one that its number belongs to, and its conversation to the end of the other's.

Only after proof (``bot.identity.proof``); an undo is ``bot.identity.links``. A contact holds one number: a browser that proves
another leaves its contact first, so that nobody who proved the first is told of the second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.model import Address, AddressKind, Contact, stable_id
from bot.ports import Clock, Contacts, Dialogue
from bot.ports.stores import LinkRecord, Links, Locks, Menus
from bot.transcript.continuity import CarryOver
from bot.transcript.log import Lines


@dataclass(frozen=True, slots=True)
class Copied:
    """Where one conversation's events went: behind ``position`` events of the other, ``count`` of them."""

    position: int
    count: int


CopyConversation = Callable[[str, str], Awaitable[Copied]]
"""Copies a conversation's events to the end of another."""
LeaveConversation = Callable[[str], Awaitable[None]]
"""Takes out of a conversation what one of its addresses leaves half done when it goes to another number's."""


async def nothing_left(_conversation_id: str) -> None:
    """Where conversations hold nothing of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMerging:
    """Which contact has what once a sender has proved a number."""

    contacts: Contacts
    links: Links
    locks: Locks
    clock: Clock
    copy_conversation: CopyConversation
    leave_conversation: LeaveConversation = nothing_left

    async def to_owner(self, contact: Contact, sender: Address, tel: Address, how: str) -> Contact:
        """The contact that ``sender`` is of, now that it has proved ``tel``. The caller holds the conversation. Raises
        DialogueUnavailable."""
        contact = await self._leaving(contact, sender, tel)
        return await self._join(contact, tel, sender, how)

    async def _leaving(self, contact: Contact, sender: Address, tel: Address) -> Contact:
        """What goes to the number that this sender has proved: its whole contact, when nothing else is in it; else the sender
        alone, with a conversation of its own. The other number, or a browser that somebody proved another number in, stays."""
        if tel in contact.numbers:
            return contact
        others = [known.address for known in contact.addresses if known.address != sender]
        if all(map(of_a_call, others)):
            return contact
        await self.leave_conversation(contact.conversation_id)
        return await self.contacts.detach(sender)

    async def _join(self, newer: Contact, tel: Address, by: Address, how: str) -> Contact:
        """Everything of ``newer`` goes to the contact that the number belongs to, when that is another. The caller holds
        ``newer``; the other is held before it counts: while one waits for it, it may get another address or conversation."""
        while (older := await self.contacts.find(tel)) is not None and older.id != newer.id:
            async with self.locks.hold(older.conversation_id):
                now = await self.contacts.find(tel)
                if now is not None and now.conversation_id == older.conversation_id:
                    return await self._joined(newer, now, by, how)
        return newer

    async def _joined(self, newer: Contact, older: Contact, by: Address, how: str) -> Contact:
        """The caller holds both."""
        copied = await self.copy_conversation(newer.conversation_id, older.conversation_id)
        joined = _both(older, newer)
        one = stable_id("l", f"{newer.conversation_id}>{older.conversation_id}")  # again after a death: the same link
        record = LinkRecord(one, self.clock(), (newer, older), joined, copied.count, copied.position, str(by), how)
        await self.links.record(record)
        return await self.contacts.update(older.id, lambda now: _both(now, newer)) or joined


def _both(older: Contact, newer: Contact) -> Contact:
    """The older contact with the addresses of the newer one, which spoke last. Who refused texts on either side refuses them."""
    mine = {a.address for a in older.addresses}
    refuses = newer if newer.opted_out and newer.tel is not None and not older.opted_out else older
    return replace(
        older,
        addresses=older.addresses + tuple(a for a in newer.addresses if a.address not in mine),
        opted_out=refuses.opted_out,
        opted_out_at=refuses.opted_out_at,
        last_address=newer.last_address,
        last_channel=newer.last_channel,
        last_seen=newer.last_seen,
    )


def of_a_call(address: Address) -> bool:
    """Whether it is a single call's: its number is withheld, or it came with a code."""
    return address.kind is AddressKind.TEL and not address.is_number


def copied_events(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A conversation's events as they can follow another's: without its beginning, where Rasa empties all slots."""
    return [dict(event) for event in events if not _begins(event)]


def _begins(event: Mapping[str, Any]) -> bool:
    """Or is none any more (``bot.model.GONE``)."""
    return event.get("event") in ("gone", "session_started") or (
        event.get("event") == "action" and event.get("name") == "action_session_start"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationCopying:
    """Copies events between trackers, and what was offered with them. ``carry_over``: what concerns one number alone."""

    dialogue: Dialogue
    menus: Menus | None = None
    carry_over: CarryOver = field(default_factory=CarryOver)
    carry: Callable[[str, str], Awaitable[None]] | None = None
    """Takes the open handoff and the live call along (``bot.handoff.carry_over``)."""
    lines: Lines | None = None

    async def copy(self, source: str, target: str) -> Copied:
        """Append the source's events to the target; where they are there. The caller holds both. Raises DialogueUnavailable."""
        await self._written(source)
        events = copied_events(await self.dialogue.events(source))
        await self._written(target)
        position = len(await self.dialogue.events(target))
        await self.dialogue.append(target, events)
        after = len(await self.dialogue.events(target))
        await self._menus_too(source, target)
        if self.carry is not None:
            await self.carry(source, target)
        return Copied(position, after - position)  # with what Rasa puts before the first event of an empty one

    async def _written(self, conversation_id: str) -> None:
        """What was said to a person and waits to be written goes along. The caller holds it."""
        if self.lines is not None:
            await self.lines.flush(conversation_id)

    async def left(self, conversation_id: str) -> None:
        """A browser goes from this conversation to another number's. The caller holds it. Raises DialogueUnavailable."""
        if self.carry_over.of_a_number:
            slots = await self.dialogue.slots(conversation_id)
            await self.dialogue.append(conversation_id, self.carry_over.left_behind(slots))

    async def _menus_too(self, source: str, target: str) -> None:
        """What was shown before can still be answered. The caller holds the target."""
        if self.menus is None:
            return
        here, there = await self.menus.get(target), await self.menus.get(source)
        if (both := here.joined(there)) != here:
            await self.menus.save(target, both)
