"""What customers and agents do about joined contacts: see it, undo it, sign out (docs/identity.md).

An undo gives both conversations back as they were before they were joined. The first one's tracker was only copied, so it
is still there; the second one's is written anew under a new id, without what was copied into it. What was said since
goes to the side whose address said it, as words alone: it can be read, and it sets no slot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.identity import Identity
from bot.lines import Lines
from bot.model import Address, AddressKind, Author, ChannelName, Contact, InboundMessage, OutboundMessage, Proof, Reply, stable_id
from bot.ports import Calls, Clock, Contacts, Dialogue, Handoffs, Wording
from bot.stores import LinkRecord, Links, Locks, Outbox

UNDO_WITHIN = timedelta(days=30)
"""How long a customer's own word undoes a link; an agent may do it at any time."""
CHANNELS = {AddressKind.TEL: ChannelName.SMS, AddressKind.MESSENGER: ChannelName.MESSENGER, AddressKind.WEB: ChannelName.WEB}


class Wish(StrEnum):
    """What a customer may want with their own identity, in these very words."""

    UNLINK = "unlink"
    SIGN_OUT = "sign out"


WORDS = {
    Wish.UNLINK: {"unlink", "not me", "that was not me", "that wasnt me", "it wasnt me", "it was not me", "this wasnt me"},
    Wish.SIGN_OUT: {"sign out", "sign me out", "log out", "logout", "forget me", "forget this device", "forget this phone"},
}


class LinkRefused(Exception):
    """This link cannot be undone; the message is a sentence for the agent."""


def wish_of(message: InboundMessage) -> Wish | None:
    """The wish, when the message is nothing else."""
    said = re.sub(r"[^\w ]+", "", message.text.casefold()).strip()
    return next((wish for wish, words in WORDS.items() if said in words), None)


@dataclass(frozen=True, slots=True)
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
        if silent or place is None or (current and current.opted_out and place.kind is AddressKind.TEL):
            return
        await self._tell(place, (current or older).conversation_id, sentence, cause)

    async def tell_here(self, link: LinkRecord, sentence: str, cause: str) -> None:
        """A notice to the side that had given the proof. Once for each ``cause``."""
        newer, place = link.before[0], Address.parse(link.by)
        current = await self.contacts.get(newer.id) or newer
        if place.kind is not AddressKind.TEL or (place.value.startswith("+") and not current.opted_out):
            await self._tell(place, current.conversation_id, sentence, cause)

    async def _tell(self, place: Address, about: str, sentence: str, cause: str) -> None:
        channel = CHANNELS[place.kind]
        reply, one = Reply(self.wording.say(sentence, channel)), stable_id("o", f"{cause}>{sentence}")
        await self.outbox.put([OutboundMessage(one, about, channel, place, reply, Author.NOTICE, self.clock())])

    async def undo_by_agent(self, link_id: str, by: str) -> LinkRecord:
        """As ``undo``, by its id. Raises LinkRefused, DialogueUnavailable."""
        link = await self.links.get(link_id)
        if link is None:
            raise LinkRefused("There is no such link.")
        if link.undone_at is not None:
            return link
        contact = await self.contacts.get(link.after.id)
        if contact is None:
            raise LinkRefused("This contact is not known any more.")
        async with self.locks.hold(contact.conversation_id):
            return await self.undo(contact, link, by)

    async def undo(self, contact: Contact, link: LinkRecord, by: str) -> LinkRecord:
        """Give both sides back. The caller holds the joined conversation. Raises LinkRefused, DialogueUnavailable.

        Every step may be done again: who dies in it leaves the link standing, and the next try ends it.
        """
        standing = await self.latest(contact)
        if standing is None or standing.id != link.id:
            raise LinkRefused("Undo the newer links of this customer first.")
        newer, older = await self._trackers_apart(contact, link)
        await self.contacts.save(newer)
        await self.contacts.save(older)
        mine = {known.address for side in (newer, older) for known in side.addresses}
        for known in contact.addresses:
            if known.address not in mine:  # came since, and nobody can say whose it is: it begins anew
                await self.contacts.detach(known.address)
        await self._move_what_is_open(contact, newer, older)
        undone = replace(link, undone_at=self.clock(), undone_by=by)
        await self.links.update(undone)
        return undone

    async def vouched(self, page: Address, tel: Address, proof: Proof, until: datetime, how: str = "page") -> Contact:
        """A signed-in page (or a texted link) vouched for its visitor. Raises DialogueUnavailable, StoreUnavailable."""
        async with AsyncExitStack() as held:
            contact = await self.contacts.find_or_create(page)
            await held.enter_async_context(self.locks.hold(contact.conversation_id))
            contact = await self.contacts.find_or_create(page)
            before = {link.id for link in await self.links.of(contact.id)}
            joined = await self.identity.vouched(contact, page, tel, proof, until, how)
        link = await self.latest(joined)
        if link is not None and link.id not in before and link.by == str(page):
            await self.tell_elsewhere(link, "utter_linked_elsewhere", link.id)
        return joined

    # -- apart ---------------------------------------------------------------------------------------------------

    async def _trackers_apart(self, contact: Contact, link: LinkRecord) -> tuple[Contact, Contact]:
        before_newer, before_older = link.before
        await self.lines.flush(contact.conversation_id)
        events = await self.dialogue.events(contact.conversation_id)
        kept, since = events[: link.position], events[link.position + link.events_copied :]
        of_newer, of_older = shared_out(since, {str(known.address) for known in before_newer.addresses}, link.id)
        own = stable_id("c", f"{link.id}:undone")
        await self._append(own, link.id, kept, of_older)
        await self._append(before_newer.conversation_id, link.id, [], of_newer)
        older = replace(before_older, conversation_id=own, opted_out=contact.opted_out, locale=contact.locale)
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
            packet = replace(handoff.packet, transcript=(), slots=())  # of both sides; the desk reads the tracker again
            moved = replace(handoff, conversation_id=side.conversation_id, contact_id=side.id, packet=packet)
            await self.handoffs.save(moved)
        if call := await self.calls.live_for(contact.conversation_id):
            side = newer if any(known.address == call.caller for known in newer.addresses) else older
            await self.calls.save(replace(call, conversation_id=side.conversation_id))


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
