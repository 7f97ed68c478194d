"""Levels of proof: what each sender has proved, for how long, and what follows when a code comes back (docs/identity.md).

A code (``bot.identity.one_time_codes``) proves the number that it was sent to and the browser, Messenger thread or call in
which it comes back; never another number, because a caller id or SMS sender can be forged. Contacts are joined only after
proof (``bot.identity.merge``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce

from bot.identity.merge import ContactMerging, of_a_call
from bot.identity.one_time_codes import CodeCheck, OneTimeCodes
from bot.model import Address, AddressKind, ChannelName, Contact, ContactAddress, InboundMessage, Proof
from bot.ports import Calls, Clock, Contacts
from bot.ports.stores import Codes

PROOF_LIVES: Mapping[AddressKind, timedelta] = {
    AddressKind.TEL: timedelta(days=180),
    AddressKind.MESSENGER: timedelta(days=180),
    AddressKind.WEB: timedelta(days=30),
}
"""How long an address keeps what it proved; then it is a claim again. A call keeps it until it ends."""
NUMBER_FORGOTTEN = timedelta(days=365)
"""A number that was silent for so long may have a new owner: it begins a conversation of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What each sender has proved, and what follows when a code comes back."""

    contacts: Contacts
    calls: Calls
    clock: Clock
    one_time_codes: OneTimeCodes
    merging: ContactMerging
    lives: Mapping[AddressKind, timedelta] = field(default_factory=lambda: PROOF_LIVES)

    @property
    def codes(self) -> Codes:
        """The store of codes, limits and passing notes."""
        return self.one_time_codes.codes

    async def check(self, contact: Contact, message: InboundMessage) -> tuple[CodeCheck, Contact]:
        """Look for a code in the message; on ``accepted`` the returned contact is the joined one.

        Raises DialogueUnavailable when the code cannot be checked, or two conversations cannot be joined now: the code stays
        good, and the same message may be given again.
        """
        found, tel = await self.one_time_codes.check(contact, message)
        if found is not CodeCheck.ACCEPTED:
            return found, contact
        joined = await self._possessed(contact, message, Address(AddressKind.TEL, tel))
        await self.one_time_codes.used(contact, tel)
        return found, joined

    async def proof_of(self, contact: Contact, message: InboundMessage) -> Proof:
        """The level of this message's sender. On a call it is the call's own: a caller id can be forged."""
        if message.channel is ChannelName.VOICE:
            call = await self.calls.get(message.call_sid) if message.call_sid else None
            return call.proof if call else Proof.CLAIMED
        known = next((a for a in contact.addresses if a.address == message.sender), None)
        if known is None or contact.number_for(message.sender) is None:
            return Proof.CLAIMED  # whatever was proved, it is of no number that we know of any more
        return self.proof_now(known)

    def place_of(self, message: InboundMessage) -> str:
        """Where a message comes from, for limits over all visitors: a browser's network, a number, a page's reader; all withheld
        numbers are one. Keyed, so that it says nothing to whoever reads the tracker."""
        own = "withheld" if of_a_call(message.sender) else message.network or str(message.sender)
        return self.one_time_codes.keyed(f"place:{own}")[:24]

    def proof_now(self, known: ContactAddress) -> Proof:
        """The level of an address at this moment: what was proved long ago is a claim again."""
        ends = known.until or known.since + self.lives[known.address.kind]
        return known.proof if self.clock() < ends else Proof.CLAIMED

    def held_for(self, contact: Contact, sender: Address) -> Address | None:
        """The number of this sender (``Contact.number_for``), while it is proved."""
        number = contact.number_for(sender)
        known = next((known for known in contact.addresses if known.address == number), None)
        return number if known and self.proof_now(known) >= Proof.POSSESSED else None

    async def apart(self, contact: Contact) -> bool:
        """Take a contact apart that holds two numbers, as contacts could until November 2026: all but the number that was
        proved last begin anew, because nobody can say whose the others are. False for a contact as it should be."""
        if len(contact.numbers) < 2:
            return False
        for known in contact.addresses:
            if known.address != contact.tel and not of_a_call(known.address):
                await self.contacts.detach(known.address)
        return True

    def changed_hands(self, contact: Contact, sender: Address, at: datetime) -> bool:
        """Whether a number has been silent for so long that it may be somebody else's by now."""
        known = next((a for a in contact.addresses if a.address == sender), None)
        if known is None or sender.kind is not AddressKind.TEL or known.seen is None:
            return False
        return at - max(known.seen, known.since) > NUMBER_FORGOTTEN

    async def vouched(
        self, contact: Contact, page: Address, tel: Address, proof: Proof, until: datetime, how: str = "page"
    ) -> Contact:
        """A signed-in page (or a texted link) says who its visitor is, until then. The caller holds the conversation.

        Raises DialogueUnavailable.
        """
        joined = await self.merging.to_owner(contact, page, tel, how)
        moment = self.clock()
        raised = ContactAddress(page, proof, moment, until, moment)
        return await self.contacts.update(joined.id, lambda now: _raised(_known(now, tel, moment), raised)) or joined

    async def _possessed(self, contact: Contact, message: InboundMessage, tel: Address) -> Contact:
        joined = await self.merging.to_owner(contact, message.sender, tel, "code")
        moment = self.clock()
        proved = [ContactAddress(one, Proof.POSSESSED, moment, seen=moment) for one in dict.fromkeys((tel, message.sender))]
        joined = await self.contacts.update(joined.id, lambda now: reduce(_raised, proved, now)) or joined
        if message.channel is ChannelName.VOICE and message.call_sid:
            await self.calls.raise_proof(message.call_sid, Proof.POSSESSED)
        return joined


def _raised(contact: Contact, known: ContactAddress) -> Contact:
    """With the address at its new level; never lowered while the old level holds."""
    before = next((a for a in contact.addresses if a.address == known.address), None)
    if before is not None and before.proof > known.proof and before.until is not None and before.until > known.since:
        return contact
    return replace(contact, addresses=(*(a for a in contact.addresses if a.address != known.address), known))


def _known(contact: Contact, address: Address, moment: datetime) -> Contact:
    if any(a.address == address for a in contact.addresses):
        return contact
    return replace(contact, addresses=(*contact.addresses, ContactAddress(address, Proof.CLAIMED, moment)))
