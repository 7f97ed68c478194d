"""Address -> contact: one-time codes, and joining contacts only after proof.

A code is six digits, lives ten minutes and may be tried five times. What is kept is an HMAC of it, bound to the
conversation. Limits count per number, per contact and over all numbers a contact asks for; the answers are the same
whether or not a number belongs to a customer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.model import Address, AddressKind, ChannelName, Contact, ContactAddress, InboundMessage, Proof, new_id
from bot.ports import Calls, Clock, Contacts
from bot.stores import Challenge, Codes, LinkRecord, Links

CODE_LENGTH = 6
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
SENDS_PER_TEL = (5, 3600)
"""Codes to one number, whoever asks: count and seconds."""
SENDS_PER_CONTACT = (5, 3600)


class CodeCheck(StrEnum):
    """What was found when a message was checked for a code."""

    NONE = "none"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


CopyConversation = Callable[[str, str], Awaitable[int]]
"""Copies a conversation's events to the end of another; the number of events copied."""


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

    async def new_code(self, contact: Contact, tel: str) -> str | None:
        """A code to send to ``tel`` (E.164), or None when a limit is reached or the number cannot take one."""
        if not re.fullmatch(r"\+[1-9]\d{6,14}", tel):
            return None
        if not await self.codes.allow(f"code:contact:{contact.id}", *SENDS_PER_CONTACT):
            return None
        if not await self.codes.allow(f"code:tel:{tel}", *SENDS_PER_TEL):
            return None
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))
        ends = self.clock() + CODE_LIFETIME
        await self.codes.save(Challenge(contact.conversation_id, tel, self._digest(contact.conversation_id, code), ends))
        return code

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
        if not hmac.compare_digest(self._digest(contact.conversation_id, guess), challenge.digest):
            return CodeCheck.WRONG, contact
        joined = await self._possessed(contact, message, Address(AddressKind.TEL, challenge.tel))
        await self.codes.drop(contact.conversation_id)
        return CodeCheck.ACCEPTED, joined

    async def proof_of(self, contact: Contact, message: InboundMessage) -> Proof:
        """The level of this message's sender. On a call it is the call's own: a caller id can be forged."""
        if message.channel is ChannelName.VOICE:
            call = await self.calls.get(message.call_sid) if message.call_sid else None
            return call.proof if call else Proof.CLAIMED
        return contact.proof_of(message.sender)

    async def _possessed(self, contact: Contact, message: InboundMessage, tel: Address) -> Contact:
        owner = await self.contacts.find(tel)
        joined = contact if owner is None or owner.id == contact.id else await self._join(contact, owner)
        for address in (tel, message.sender):
            joined = self._raise(joined, address)
        await self.contacts.save(joined)
        if message.channel is ChannelName.VOICE and message.call_sid:
            await self.calls.raise_proof(message.call_sid, Proof.POSSESSED)
        return joined

    def _raise(self, contact: Contact, address: Address) -> Contact:
        if contact.proof_of(address) >= Proof.POSSESSED:
            return contact
        others = tuple(a for a in contact.addresses if a.address != address)
        return replace(contact, addresses=(*others, ContactAddress(address, Proof.POSSESSED, self.clock())))

    async def _join(self, newer: Contact, older: Contact) -> Contact:
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
        await self.links.record(LinkRecord(new_id("l"), self.clock(), (newer, older), joined, copied))
        return joined

    def _digest(self, conversation_id: str, code: str) -> str:
        return hmac.new(self.secret, f"{conversation_id}:{code}".encode(), hashlib.sha256).hexdigest()


def code_in(message: InboundMessage) -> str | None:
    """The six digits of a message that is a code and little else: ``123 456``, ``it is 123456``, keys."""
    if message.digits is not None:
        keyed = re.fullmatch(r"[0-9]{6}", message.digits)
        return keyed.group() if keyed else None
    groups = re.findall(r"(?<!\d)\d(?:[ -]?\d){5}(?!\d|[ -]\d)", message.text)
    return re.sub(r"\D", "", groups[0]) if len(groups) == 1 else None
