"""Calling the customer at their wish: who may be rung, how often, exactly one call for each yes, and what came of it.

Only a number that this contact has proved is rung, and only for a sender who has proved as much: otherwise anybody could
make us ring strangers. The call itself is an outbound message: the outbox makes it once, or calls it uncertain
(docs/continuity.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.identity.proof import Identity
from bot.model import (
    Address,
    AddressKind,
    Author,
    ChannelName,
    Contact,
    InboundMessage,
    Option,
    OutboundMessage,
    Proof,
    Reply,
    stable_id,
)
from bot.ports import Calls, Clock, Contacts, Wording
from bot.ports.stores import Locks, Outbox
from bot.transcript.log import Lines
from bot.transcript.notice import addressed, tell, worded

RINGS_PER_TEL = (3, 3600)
"""Calls to one number, whoever asks: count and seconds."""
RINGS_PER_TEL_A_DAY = (8, 24 * 3600)
RINGS_PER_CONTACT = (3, 3600)
RINGS_PER_NETWORK = (10, 3600)
"""Calls for one network (docs/identity.md), however many browsers ask from there."""
OFFER_LIVES = timedelta(minutes=10)
FRESH = timedelta(minutes=2)
"""A call that could not be made within this time is not made: it would come out of the blue."""
WISH_KEPT = int(timedelta(days=1).total_seconds())
YES, NO = "/ring_me", "/ring_me_not"
"""Payloads of the offer's options (domain/general/moving.yml)."""
DESK_WORDS = "A phone call to the customer, as they asked."
"""How an uncertain call stands on the desk."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody said yes to a call. ``tel`` is E.164; ``channel`` and ``address`` are where they said it."""

    conversation_id: str
    channel: ChannelName
    address: Address
    tel: str


@dataclass(frozen=True, slots=True)
class _Offer:
    id: str
    tel: str


WISH = TypeAdapter(Wish)
OFFER = TypeAdapter(_Offer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """Offers to ring, and calls that were asked for. ``dial``: our voice number (E.164). ``may_ring``: whether phones are rung
    at that time. Methods raise StoreUnavailable."""

    identity: Identity
    contacts: Contacts
    calls: Calls
    lines: Lines
    locks: Locks
    outbox: Outbox
    wording: Wording
    clock: Clock
    dial: str
    may_ring: Callable[[datetime], bool]

    async def offer(self, contact: Contact, message: InboundMessage, proof: Proof) -> Reply:
        """ "Shall I call the number ending in 90 now?", or why that cannot be and what can be done instead."""
        refusal, tel = await self._refusal(contact, message, proof)
        if refusal or tel is None:
            return self._said(refusal, message)
        offer = _Offer(stable_id("ring", f"{message.id}:{tel}"), tel)
        key, kept = _offer_key(contact), OFFER.dump_json(offer).decode()
        await self.identity.codes.remember(key, kept, int(OFFER_LIVES.total_seconds()))
        titles = ("utter_ring_yes", YES), ("utter_ring_no", NO)
        options = tuple(Option(self.wording.say(name, message.channel), payload) for name, payload in titles)
        text = self.wording.say("utter_ring_offer", message.channel, last2=tel[-2:])
        return Reply(text, options, response="utter_ring_offer")

    async def accepted(self, contact: Contact, message: InboundMessage, proof: Proof) -> Reply:
        """The customer said yes: one call for each offer, however often they say so. Without an offer, one is made."""
        codes = self.identity.codes
        kept = await codes.remembered(_offer_key(contact))
        refusal, tel = await self._refusal(contact, message, proof)
        offer = OFFER.validate_json(kept) if kept else None
        if refusal or offer is None or offer.tel != tel:
            return await self.offer(contact, message, proof)
        if await codes.remembered(f"ring:taken:{offer.id}") is None and not await self._within_limits(contact, message, tel):
            await codes.forget(_offer_key(contact))
            return self._said("utter_ring_too_often", message)
        await codes.remember(f"ring:taken:{offer.id}", "1", WISH_KEPT)
        await self._put(offer, Wish(contact.conversation_id, message.channel, message.sender, tel))
        return self._said("utter_ring_coming", message)

    async def wish(self, ring_id: str) -> Wish | None:
        """What a call is for; None when it was not asked for, or long ago."""
        kept = await self.identity.codes.remembered(f"ring:wish:{ring_id}")
        return WISH.validate_json(kept) if kept else None

    async def told(self, ring_id: str, sentence: str) -> None:
        """Say what came of a call where it was asked for: once, and only while that place is still the customer's."""
        wish = await self.wish(ring_id)
        contact = await self.contacts.find(wish.address) if wish else None
        if wish is None or contact is None or not any(known.address == _tel(wish.tel) for known in contact.addresses):
            return
        if not await self.identity.codes.remember(f"ring:told:{ring_id}", sentence, WISH_KEPT):
            return
        reply, moment = addressed(self.wording, contact, sentence, wish.channel, number=self.dial), self.clock()
        about, place = stable_id("o", f"{ring_id}:told"), contact.conversation_id
        said = OutboundMessage(about, place, wish.channel, wish.address, reply, Author.NOTICE, moment)
        await tell(said, self.lines, self.locks, self.outbox)

    async def _put(self, offer: _Offer, wish: Wish) -> None:
        """The id follows from the offer, so that a repeat of any kind makes no second call."""
        ring_id = stable_id("o", f"{offer.id}:call")
        await self.identity.codes.remember(f"ring:wish:{ring_id}", WISH.dump_json(wish).decode(), WISH_KEPT)
        call = OutboundMessage(
            ring_id,
            wish.conversation_id,
            ChannelName.VOICE,
            _tel(wish.tel),
            Reply(DESK_WORDS),
            Author.BOT,
            self.clock(),
            rings=True,
        )
        await self.outbox.put([call])

    async def _refusal(self, contact: Contact, message: InboundMessage, proof: Proof) -> tuple[str, str | None]:
        """Why nobody is rung (a sentence's name, or empty), and the number that is rung otherwise."""
        if message.channel is ChannelName.VOICE or await self.calls.live_for(contact.conversation_id):
            return "utter_ring_talking", None
        held = self.identity.held_for(contact, message.sender)
        if held is None or proof < Proof.POSSESSED:
            return "utter_ring_unproved", None
        return ("", held.value) if self.may_ring(self.clock()) else ("utter_ring_quiet", None)

    async def _within_limits(self, contact: Contact, message: InboundMessage, tel: str) -> bool:
        limits = [(f"ring:contact:{contact.id}", RINGS_PER_CONTACT)]
        limits += [(f"ring:network:{message.network}", RINGS_PER_NETWORK)] if message.network else []
        limits += [(f"ring:tel:{tel}", RINGS_PER_TEL), (f"ring:day:{tel}", RINGS_PER_TEL_A_DAY)]
        for key, limit in limits:
            if not await self.identity.codes.allow(key, *limit):
                return False
        return True

    def _said(self, name: str, message: InboundMessage) -> Reply:
        return worded(self.wording, name, message.channel, number=self.dial)


def _tel(number: str) -> Address:
    return Address(AddressKind.TEL, number)


def _offer_key(contact: Contact) -> str:
    return f"ring:offer:{contact.id}"
