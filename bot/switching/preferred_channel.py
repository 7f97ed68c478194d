"""The channel a customer chose for what we say by ourselves: agents' answers, what was agreed (docs/continuity.md).

Only an address that the customer has proved may be chosen, and it counts only while it is proved: else what is for them
could be sent to somebody else. A reply always goes where its question came from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.identity.links import CHANNELS
from bot.identity.proof import Identity
from bot.model import Address, ChannelName, Contact, InboundMessage, Proof, Reply
from bot.ports import Contacts, Wording
from bot.transcript.notice import worded

LIVE = timedelta(minutes=10)
"""So long after their last message a customer is taken to wait where they wrote."""
TEXTS, HERE, ANY = "sms", "here", "any"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Sets, clears and reads the choice. ``set`` raises StoreUnavailable."""

    identity: Identity
    contacts: Contacts
    wording: Wording

    async def set(self, contact: Contact, message: InboundMessage, to: str, proof: Proof) -> tuple[Contact, Reply]:
        """Keep the choice (``TEXTS``, ``HERE``, ``ANY``); the contact with it, and what is said, in the channel's words."""
        channel = message.channel
        if proof < Proof.POSSESSED:
            return contact, worded(self.wording, "utter_prefer_unproved", channel)
        if to == HERE and channel is ChannelName.VOICE:
            return contact, worded(self.wording, "utter_prefer_not_here", channel)
        address = None if to == ANY else self.identity.held_for(contact, message.sender) if to == TEXTS else message.sender
        if to == TEXTS and address is None:
            return contact, worded(self.wording, "utter_prefer_unproved", channel)
        if address is not None and CHANNELS[address.kind] is ChannelName.SMS and contact.opted_out:
            return contact, worded(self.wording, "utter_move_not_sent", channel)
        kept = await self.contacts.update(contact.id, lambda known: replace(known, preferred=address)) or contact
        sentence = {TEXTS: "utter_prefer_sms", HERE: "utter_prefer_here"}.get(to, "utter_prefer_any")
        return kept, worded(self.wording, sentence, channel, last2=address.value[-2:] if address else "")

    def chosen(self, contact: Contact) -> tuple[ChannelName, Address] | None:
        """Where the customer wants to be reached, while that is theirs, proved, and takes messages."""
        known = next((a for a in contact.addresses if a.address == contact.preferred), None)
        if known is None or self.identity.proof_now(known) < Proof.POSSESSED:
            return None
        channel = CHANNELS[known.address.kind]
        return None if channel is ChannelName.SMS and contact.opted_out else (channel, known.address)

    def now(self, contact: Contact, moment: datetime) -> tuple[ChannelName, Address] | None:
        """As ``chosen``, unless the customer has just written somewhere and waits there."""
        waits = contact.last_seen is not None and contact.last_channel is not ChannelName.VOICE
        if waits and contact.last_seen is not None and moment - contact.last_seen < LIVE:
            return None
        return self.chosen(contact)

    def talks(self, contact: Contact, moment: datetime, beyond: Proof) -> tuple[ChannelName, Address] | None:
        """The browser or Messenger thread in which the customer has just written, when it has proved more than ``beyond``: what
        is answered there is not for whoever calls with the same number."""
        fresh = [
            (known.seen, known.address)
            for known in contact.addresses
            if known.seen is not None
            and moment - known.seen < LIVE
            and not known.address.is_number
            and CHANNELS[known.address.kind] is not ChannelName.VOICE
            and self.identity.proof_now(known) > beyond
        ]
        if not fresh:
            return None
        _, address = max(fresh, key=lambda one: one[0])
        return CHANNELS[address.kind], address
