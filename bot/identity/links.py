"""What customers and agents do about joined contacts: see it, undo it, sign out (docs/identity.md).

An undo gives both conversations back as they were before they were joined. The first one's tracker was only copied, so it
is still there; the second one's is written anew under a new id, without what was copied into it. What was said since
goes to the side whose address said it, as words alone: it can be read, and it sets no slot.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from bot.facts.people import restored, suppressed
from bot.identity.proof import Identity
from bot.model import (
    About,
    Address,
    AddressKind,
    Author,
    ChannelName,
    Contact,
    Handoff,
    InboundMessage,
    OutboundMessage,
    Proof,
    stable_id,
)
from bot.ports import Calls, Clock, Contacts, Dialogue, Facts, Handoffs, NoFacts, Wording
from bot.ports.stores import LinkRecord, Links, Locks, Outbox
from bot.transcript.log import Lines
from bot.transcript.notice import addressed

UNDO_WITHIN = timedelta(days=30)
"""How long a customer's own word undoes a link; an agent may do it at any time."""
CHANNELS = {AddressKind.TEL: ChannelName.SMS, AddressKind.MESSENGER: ChannelName.MESSENGER, AddressKind.WEB: ChannelName.WEB}


class Wish(StrEnum):
    """What a customer may want with their own identity. The first two are words that our notices name, or that mean
    nothing else; the others may mean it, and may as well be an answer to something: they are asked back."""

    UNLINK = "unlink"
    SIGN_OUT = "sign out"
    MAY_UNLINK = "it wasn't me"
    MAY_SIGN_OUT = "log out"


WORDS = {
    Wish.UNLINK: {"unlink"},
    Wish.SIGN_OUT: {"sign out", "forget this device", "forget this phone"},
    Wish.MAY_UNLINK: {
        *("not me", "that was not me", "that wasnt me", "it wasnt me", "it was not me", "this wasnt me", "this was not me"),
        *("wasnt me", "was not me", "thats not me", "that is not me", "its not me", "it is not me"),
    },
    Wish.MAY_SIGN_OUT: {
        *("sign me out", "log out", "logout", "log me out", "signout", "sign off", "log off"),
        "forget me",
    },
}


class LinkRefused(Exception):
    """This link cannot be undone; the message is a sentence for the agent."""


def wish_of(message: InboundMessage) -> Wish | None:
    """The wish, when the message is nothing else."""
    said = " ".join(re.sub(r"[^\w\s]+", "", message.text.casefold()).split())
    return next((wish for wish, words in WORDS.items() if said in words), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Undoes links and tells both sides."""

    identity: Identity
    contacts: Contacts
    links: Links
    dialogue: Dialogue
    lines: Lines
    handoffs: Handoffs
    calls: Calls
    locks: Locks
    outbox: Outbox
    wording: Wording
    clock: Clock
    facts: Facts = field(default_factory=NoFacts)

    async def latest(self, contact: Contact) -> LinkRecord | None:
        """The contact's newest link that stands."""
        standing = [link for link in await self.links.of(contact.id) if link.undone_at is None]
        return standing[-1] if standing else None

    async def may_undo(self, contact: Contact) -> LinkRecord | None:
        """What the customer's own word would undo now."""
        link = await self.latest(contact)
        return link if link and self.clock() - link.at < UNDO_WITHIN else None

    async def tell_elsewhere(self, link: LinkRecord, sentence: str, cause: str) -> None:
        """A notice to the side that did not do it, wherever that can be reached. Once for each ``cause``."""
        _, older = link.before
        place = older.tel or older.last_address or next((known.address for known in older.addresses), None)
        current = await self.contacts.get(older.id)
        silent = place is None or str(place) == link.by or (place.kind is AddressKind.TEL and not place.value.startswith("+"))
        if silent or place is None:
            return
        if current and current.opted_out and place.kind is AddressKind.TEL:
            about = About(current.conversation_id, current.id, CHANNELS[place.kind].value)
            await self.facts.once(suppressed(cause, sentence, "opted_out", about, self.clock()))
            return
        await self._tell(place, current or older, sentence, cause)

    async def tell_here(self, link: LinkRecord, sentence: str, cause: str) -> None:
        """A notice to the side that had given the proof. Once for each ``cause``."""
        newer, place = link.before[0], Address.parse(link.by)
        current = await self.contacts.get(newer.id) or newer
        if place.kind is not AddressKind.TEL or (place.value.startswith("+") and not current.opted_out):
            await self._tell(place, current, sentence, cause)

    async def _tell(self, place: Address, contact: Contact, sentence: str, cause: str) -> None:
        channel, about = CHANNELS[place.kind], contact.conversation_id
        reply, one = addressed(self.wording, contact, sentence, channel), stable_id("o", f"{cause}>{sentence}")
        await self.outbox.put([OutboundMessage(one, about, channel, place, reply, Author.NOTICE, self.clock())])

    async def undo_by_agent(self, link_id: str, by: str) -> LinkRecord:
        """As ``undo``, by its id. Raises LinkRefused, DialogueUnavailable."""
        while True:
            link, contact = await self._found(link_id)
            if link.undone_at is not None:
                return link
            async with self.locks.hold(contact.conversation_id):
                link, now = await self._found(link_id)  # while one waited, somebody else may have undone it
                if link.undone_at is None and now.conversation_id == contact.conversation_id:
                    return await self.undo(now, link, by)

    async def _found(self, link_id: str) -> tuple[LinkRecord, Contact]:
        link = await self.links.get(link_id)
        if link is None:
            raise LinkRefused("There is no such link.")
        contact = await self.contacts.get(link.after.id)
        if contact is None:
            raise LinkRefused("This contact is not known any more.")
        return link, contact

    async def undo(self, contact: Contact, link: LinkRecord, by: str) -> LinkRecord:
        """Give both sides back. The caller holds the joined conversation. Raises LinkRefused, DialogueUnavailable.

        Every step may be done again: who dies in it leaves the link standing, and the next try ends it.
        """
        standing = await self.latest(contact)
        if standing is None or standing.id != link.id:
            raise LinkRefused("Undo the newer links of this customer first.")
        newer, older = await self._trackers_apart(contact, link)
        newer = _still(newer, contact)
        await self._move_what_is_open(contact, newer, older)
        await self.contacts.create(newer)
        await self.contacts.update(newer.id, partial(_still, joined=contact))
        await self.contacts.update(older.id, partial(_apart, older=older))
        mine = {known.address for side in (newer, older) for known in side.addresses}
        for known in contact.addresses:
            if known.address not in mine:  # came since, and nobody can say whose it is: it begins anew
                await self.contacts.detach(known.address)
        undone = replace(link, undone_at=self.clock(), undone_by=by)
        await self.links.update(undone)
        return undone

    async def vouched(self, page: Address, tel: Address, proof: Proof, until: datetime, how: str = "page") -> Contact:
        """A signed-in page (or a texted link) vouched for its visitor. Raises DialogueUnavailable, StoreUnavailable."""
        async with self._holding(page) as contact:
            before = {link.id for link in await self.links.of(contact.id)}
            joined = await self.identity.vouched(contact, page, tel, proof, until, how)
        link = await self.latest(joined)
        if link is not None and link.id not in before and link.by == str(page):
            await self.tell_elsewhere(link, "utter_linked_elsewhere", link.id)
        return joined

    async def forget(self, address: Address) -> Contact | None:
        """The address begins anew, as a claim, in a conversation of its own; None when it is not known."""
        if await self.contacts.find(address) is None:
            return None
        async with self._holding(address):
            return await self.contacts.detach(address)

    @asynccontextmanager
    async def _holding(self, address: Address) -> AsyncIterator[Contact]:
        """Its contact, whose conversation is held. While one waits for that, the address may get another."""
        while True:
            place = (await self.contacts.find_or_create(address)).conversation_id
            async with self.locks.hold(place):
                contact = await self.contacts.find_or_create(address)
                if contact.conversation_id == place:
                    yield contact
                    return

    # -- apart ---------------------------------------------------------------------------------------------------

    async def _trackers_apart(self, contact: Contact, link: LinkRecord) -> tuple[Contact, Contact]:
        before_newer, before_older = link.before
        await self.lines.flush(contact.conversation_id)
        events = await self.dialogue.events(contact.conversation_id)
        kept = [event for event in events[: link.position] if event.get("event") != "gone"]
        since = events[link.position + link.events_copied :]
        of_newer, of_older = shared_out(since, {str(known.address) for known in before_newer.addresses}, link.id)
        own = restored(link.id)
        await self._append(own, link.id, kept, of_older)
        await self._append(before_newer.conversation_id, link.id, [], of_newer)
        older = replace(before_older, conversation_id=own)
        return before_newer, older

    async def _append(
        self, conversation_id: str, link_id: str, kept: Sequence[dict[str, Any]], since: Sequence[dict[str, Any]]
    ) -> None:
        there = await self.dialogue.events(conversation_id)
        missing = [*(kept if not there else ()), *since]
        done = any((event.get("metadata") or {}).get("undone") == link_id for event in there)
        if missing and not done:
            await self.dialogue.append(conversation_id, missing)

    async def _move_what_is_open(self, contact: Contact, newer: Contact, older: Contact) -> None:
        """An open handoff goes with the side that spoke last, a live call with its caller."""
        place = contact.last_address
        side = newer if any(known.address == place for known in newer.addresses) else older
        if handoff := await self.handoffs.open_for(contact.conversation_id):
            await self.handoffs.update(handoff.id, partial(_belonging, side=side))
        if call := await self.calls.live_for(contact.conversation_id):
            side = newer if any(known.address == call.caller for known in newer.addresses) else older
            await self.calls.update(call.sid, partial(replace, conversation_id=side.conversation_id))


def _apart(now: Contact, older: Contact) -> Contact:
    """The older side as it was before; whether it refuses texts is as of now."""
    return replace(_still(older, now), opted_out=now.opted_out, opted_out_at=now.opted_out_at, locale=now.locale)


def _still(side: Contact, joined: Contact) -> Contact:
    """The side without the addresses that have left the joined contact since: they are with another number, and stay there."""
    here = {known.address for known in joined.addresses}
    return replace(side, addresses=tuple(known for known in side.addresses if known.address in here))


def _belonging(handoff: Handoff, side: Contact) -> Handoff:
    """The handoff as this side's. What its packet shows was said by both; the desk reads the tracker again."""
    packet = replace(handoff.packet, transcript=(), slots=())
    return replace(handoff, conversation_id=side.conversation_id, contact_id=side.id, packet=packet)


def shared_out(
    events: Sequence[Mapping[str, Any]], of_newer: set[str], link_id: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was said since the link, by side: an answer goes with the words before it. Words alone: no slot, no form."""
    sides: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    side = 1
    for event in events:
        metadata = dict(event.get("metadata") or {})
        if event.get("event") == "user":
            side = 0 if metadata.get("sender") in of_newer else 1
        if event.get("event") in ("user", "bot") and event.get("text"):
            sides[side].append(_words(event, metadata | {"undone": link_id}))
    return sides


def _words(event: Mapping[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    plain = {
        key: event[key] for key in ("event", "timestamp", "text", "input_channel", "message_id") if event.get(key) is not None
    }
    return plain | {"metadata": metadata} | ({"parse_data": {}} if event["event"] == "user" else {"data": {}})
