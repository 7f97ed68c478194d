"""Address -> contact: one-time codes, and joining contacts only after proof (docs/identity.md).

A code is six digits, lives ten minutes and may be tried five times. What is kept is an HMAC of it, bound to the
conversation. Limits count per number, per contact and per network; the answers are the same whether or not a number
belongs to a customer. A code proves the number that it was sent to and the browser, Messenger thread or call in which it
comes back; never another number, because a caller id or SMS sender can be forged.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.model import Address, AddressKind, ChannelName, Contact, ContactAddress, InboundMessage, Proof, new_id
from bot.ports import Calls, Clock, Contacts
from bot.stores import Challenge, Codes, LinkRecord, Links

CODE_LENGTH = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
SENDS_PER_TEL = (5, 3600)
"""Codes to one number, whoever asks: count and seconds."""
SENDS_PER_TEL_A_DAY = (10, 24 * 3600)
SENDS_PER_CONTACT = (5, 3600)
SENDS_PER_NETWORK = (20, 3600)
"""Codes for one network (docs/identity.md), however many browsers ask from there."""
TRIES_PER_TEL = (25, 24 * 3600)
"""Guesses at codes for one number, over all codes and whoever guesses."""
PROOF_LIVES: Mapping[AddressKind, timedelta] = {
    AddressKind.TEL: timedelta(days=180),
    AddressKind.MESSENGER: timedelta(days=180),
    AddressKind.WEB: timedelta(days=30),
}
"""How long an address keeps what it proved; then it is a claim again. A call keeps it until it ends."""
NUMBER_FORGOTTEN = timedelta(days=365)
"""A number that was silent for so long may have a new owner: it begins a conversation of its own."""


class CodeCheck(StrEnum):
    """What was found when a message was checked for a code."""

    NONE = "none"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class RemoteCodes(Protocol):
    """A vendor that makes, sends and checks codes itself (Twilio Verify)."""

    async def start(self, tel: str, network: str | None) -> bool:
        """Have a code sent; False when the vendor refuses. Raises DialogueUnavailable when it does not answer."""
        ...

    async def check(self, tel: str, code: str) -> CodeCheck:
        """What the vendor says of it. Raises DialogueUnavailable when it does not answer: the code stays good."""
        ...


@dataclass(frozen=True, slots=True)
class Copied:
    """Where one conversation's events went: behind ``position`` events of the other, ``count`` of them."""

    position: int
    count: int


CopyConversation = Callable[[str, str], Awaitable[Copied]]
"""Copies a conversation's events to the end of another."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One-time codes and what follows when one comes back."""

    contacts: Contacts
    codes: Codes
    links: Links
    calls: Calls
    clock: Clock
    secret: bytes
    copy_conversation: CopyConversation
    remote: RemoteCodes | None = None
    lives: Mapping[AddressKind, timedelta] = field(default_factory=lambda: PROOF_LIVES)

    async def may_send(self, contact: Contact, tel: str, sender: Address, network: str | None = None) -> bool:
        """Whether a code may be sent to ``tel`` (E.164) for this sender; counts as one."""
        if not re.fullmatch(r"\+[1-9]\d{6,14}", tel) or _another_number(sender, tel):
            return False
        limits = [(f"code:contact:{contact.id}", SENDS_PER_CONTACT)]
        limits += [(f"code:network:{network}", SENDS_PER_NETWORK)] if network else []
        limits += [(f"code:tel:{tel}", SENDS_PER_TEL), (f"code:day:{tel}", SENDS_PER_TEL_A_DAY)]
        for key, limit in limits:
            if not await self.codes.allow(key, *limit):
                return False
        return True

    async def new_code(self, contact: Contact, tel: str) -> str:
        """A code to send to ``tel``; the one before, if any, is worth nothing any more."""
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))
        await self.codes.save(self._challenge(contact, tel, self._digest(contact.conversation_id, code)))
        return code

    async def remote_code(self, contact: Contact, tel: str, network: str | None) -> bool:
        """Have the vendor send one. Precondition: there is one. Raises DialogueUnavailable."""
        assert self.remote is not None
        if not await self.remote.start(tel, network):
            return False
        await self.codes.save(replace(self._challenge(contact, tel, ""), remote=True))
        return True

    async def check(self, contact: Contact, message: InboundMessage) -> tuple[CodeCheck, Contact]:
        """Look for a code in the message; on ``accepted`` the returned contact is the joined one.

        Raises DialogueUnavailable when two conversations cannot be joined now; the code stays good.
        """
        guess = code_in(message)
        challenge = await self.codes.get(contact.conversation_id) if guess else None
        if guess is None or challenge is None:
            return CodeCheck.NONE, contact
        if self.clock() >= challenge.expires_at:
            return CodeCheck.EXPIRED, contact
        if await self.codes.try_once(contact.conversation_id, message.id) > CODE_TRIES:
            return CodeCheck.LOCKED, contact
        if not await self.codes.allow(f"guess:tel:{challenge.tel}", *TRIES_PER_TEL):
            return CodeCheck.LOCKED, contact
        found = await self._compared(contact, challenge, guess)
        if found is CodeCheck.ACCEPTED and _another_number(message.sender, challenge.tel):
            found = CodeCheck.WRONG
        if found is not CodeCheck.ACCEPTED:
            return found, contact
        joined = await self._possessed(contact, message, Address(AddressKind.TEL, challenge.tel))
        await self.codes.drop(contact.conversation_id)
        await self.codes.forgive(f"guess:tel:{challenge.tel}")
        return CodeCheck.ACCEPTED, joined

    async def proof_of(self, contact: Contact, message: InboundMessage) -> Proof:
        """The level of this message's sender. On a call it is the call's own: a caller id can be forged."""
        if message.channel is ChannelName.VOICE:
            call = await self.calls.get(message.call_sid) if message.call_sid else None
            return call.proof if call else Proof.CLAIMED
        known = next((a for a in contact.addresses if a.address == message.sender), None)
        return self.proof_now(known) if known else Proof.CLAIMED

    def proof_now(self, known: ContactAddress) -> Proof:
        """The level of an address at this moment: what was proved long ago is a claim again."""
        ends = known.until or known.since + self.lives[known.address.kind]
        return known.proof if self.clock() < ends else Proof.CLAIMED

    def number_of(self, contact: Contact) -> Address | None:
        """The telephone number that this contact holds as of now: the best proved, and of these the one proved last."""
        numbers = [k for k in contact.addresses if k.address.kind is AddressKind.TEL and k.address.value.startswith("+")]
        held = [known for known in numbers if self.proof_now(known) >= Proof.POSSESSED]
        return max(held, key=lambda known: (self.proof_now(known), known.since)).address if held else None

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
        if any(a.address.kind is AddressKind.TEL and a.address != tel for a in contact.addresses):
            contact = await self.contacts.detach(page)  # somebody else has signed in on this computer
        owner = await self.contacts.find(tel)
        joined = contact if owner is None or owner.id == contact.id else await self._join(contact, owner, page, how)
        joined = _known(joined, tel, self.clock())
        joined = _raised(joined, ContactAddress(page, proof, self.clock(), until, self.clock()))
        await self.contacts.save(joined)
        return joined

    async def _compared(self, contact: Contact, challenge: Challenge, guess: str) -> CodeCheck:
        if challenge.remote and self.remote is not None:
            return await self.remote.check(challenge.tel, guess)
        same = hmac.compare_digest(self._digest(contact.conversation_id, guess), challenge.digest)
        return CodeCheck.ACCEPTED if same else CodeCheck.WRONG

    async def _possessed(self, contact: Contact, message: InboundMessage, tel: Address) -> Contact:
        owner = await self.contacts.find(tel)
        joined = contact if owner is None or owner.id == contact.id else await self._join(contact, owner, message.sender, "code")
        for address in dict.fromkeys((tel, message.sender)):
            joined = _raised(joined, ContactAddress(address, Proof.POSSESSED, self.clock(), seen=self.clock()))
        await self.contacts.save(joined)
        if message.channel is ChannelName.VOICE and message.call_sid:
            await self.calls.raise_proof(message.call_sid, Proof.POSSESSED)
        return joined

    async def _join(self, newer: Contact, older: Contact, by: Address, how: str) -> Contact:
        """Everything of ``newer`` goes to ``older``, the contact that the number belongs to."""
        copied = await self.copy_conversation(newer.conversation_id, older.conversation_id)
        mine = {a.address for a in older.addresses}
        addresses = older.addresses + tuple(a for a in newer.addresses if a.address not in mine)
        joined = replace(
            older,
            addresses=addresses,
            last_address=newer.last_address,
            last_channel=newer.last_channel,
            last_seen=newer.last_seen,
        )
        record = LinkRecord(new_id("l"), self.clock(), (newer, older), joined, copied.count, copied.position, str(by), how)
        await self.links.record(record)
        return joined

    def _challenge(self, contact: Contact, tel: str, digest: str) -> Challenge:
        return Challenge(contact.conversation_id, tel, digest, self.clock() + CODE_LIFETIME)

    def _digest(self, conversation_id: str, code: str) -> str:
        return hmac.new(self.secret, f"{conversation_id}:{code}".encode(), hashlib.sha256).hexdigest()


def _another_number(sender: Address, tel: str) -> bool:
    """Whether a message claims to come from a number, and not from this one. A withheld number claims none."""
    return sender.kind is AddressKind.TEL and sender.value.startswith("+") and sender.value != tel


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


def code_in(message: InboundMessage) -> str | None:
    """The six digits of a message that is a code and little else: ``123 456``, ``it is 123456``, keys."""
    if message.digits is not None:
        keyed = re.fullmatch(r"[0-9]{6}", message.digits)
        return keyed.group() if keyed else None
    groups = re.findall(r"(?<!\d)\d(?:[ -]?\d){5}(?!\d|[ -]\d)", message.text)
    return re.sub(r"\D", "", groups[0]) if len(groups) == 1 else None
