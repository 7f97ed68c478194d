"""Moving on purpose: a text on the phone, a link that carries the thread to a browser, the number to dial (docs/continuity.md).

A link's token is 192 random bits behind ``#``, so that no server's log and no preview sees it. It goes by SMS to the contact's
own number and nowhere else: whoever opens it has that phone, which proves as much as a code that came back. It opens once,
within LINK_LIFETIME; what is kept of it is its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Address, AddressKind, Author, ChannelName, Contact, InboundMessage, OutboundMessage, Proof, Reply, stable_id
from bot.ports import Clock, Wording
from bot.ports.stores import Codes, Outbox
from bot.switching.call_me import Rings
from bot.switching.dial_in import DialIns
from bot.transcript.notice import worded

LINK_LIFETIME = timedelta(minutes=15)
LINK_HOLDS = timedelta(hours=12)
"""How long the browser counts as the phone's, as with a signed-in page."""
TEXTS_PER_TEL = (5, 3600)
"""Texts of this kind to one number, whoever asks: count and seconds."""
LOOK, OPEN = "link.", "open."
"""Before a token in the chat's first frame, where a signed-in page's word stands otherwise: whose is it, and go on there."""
RING, DIAL = "ring", "dial"
"""The customer said yes to being called; wants to call."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")

Vouched = Callable[[Address, Address, Proof, datetime, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Links:
    """One-time links. ``vouched`` joins a browser to a number's thread. Methods raise StoreUnavailable."""

    codes: Codes
    vouched: Vouched
    clock: Clock
    page: str
    """The address of a page with the chat on it."""

    async def make(self, tel: Address) -> str:
        """A link that is good for this number's thread, once."""
        token = secrets.token_urlsafe(24)
        await self.codes.remember(f"link:{_digest(token)}", tel.value, int(LINK_LIFETIME.total_seconds()))
        return f"{self.page.rstrip('/')}/#t={token}"

    async def whose(self, token: str) -> str | None:
        """The last two figures of the number a link was sent to, and the link stays good; None for one that opens nothing.

        Who taps a link must be asked first: somebody else may have sent it, for words meant for us to land in their thread.
        """
        tel = await self._good(token)
        return tel[-2:] if tel else None

    async def opened(self, web_id: str, token: str) -> bool:
        """Join the browser to the link's thread; False for a link that is unknown, too old, or was opened before."""
        tel, once = await self._good(token), _once(token)
        if tel is None or not await self.codes.remember(once, web_id, 2 * int(LINK_LIFETIME.total_seconds())):
            return False
        browser, number = Address(AddressKind.WEB, web_id), Address(AddressKind.TEL, tel)
        try:
            await self.vouched(browser, number, Proof.POSSESSED, self.clock() + LINK_HOLDS, "link")
        except BaseException:
            await self.codes.forget(once)  # the customer may open it again
            raise
        return True

    async def _good(self, token: str) -> str | None:
        """The number of a link that is known and was not opened yet."""
        if not _TOKEN.fullmatch(token) or await self.codes.remembered(_once(token)):
            return None
        return await self.codes.remembered(f"link:{_digest(token)}")


def _once(token: str) -> str:
    return f"link:opened:{_digest(token)}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What ``directives.Move`` asks for. ``dial`` is the voice number (E.164)."""

    links: Links
    codes: Codes
    outbox: Outbox
    wording: Wording
    clock: Clock
    dial: str
    rings: Rings | None = None
    dial_ins: DialIns | None = None

    async def to(self, where: str, contact: Contact, message: InboundMessage, proof: Proof = Proof.CLAIMED) -> Reply:
        """Do it, and give what is true of it, in the channel's words. ``proof`` is the sender's."""
        if self.rings and where in (ChannelName.VOICE, RING):
            asked = self.rings.offer if where == ChannelName.VOICE else self.rings.accepted
            return await asked(contact, message, proof)
        if self.dial_ins and where == DIAL:
            return await self.dial_ins.offer(contact, message)
        return await self._elsewhere(where, contact, message)

    async def _elsewhere(self, where: str, contact: Contact, message: InboundMessage) -> Reply:
        """A thread without a number can only be dialled into."""
        channel = message.channel
        if where in (ChannelName.VOICE, RING, DIAL):
            return worded(self.wording, "utter_move_dial", channel, number=self.dial)
        tel = contact.number_for(message.sender)
        if tel is None:
            return worded(self.wording, "utter_move_no_number", channel)
        if contact.opted_out or not await self.codes.allow(f"move:tel:{tel.value}", *TEXTS_PER_TEL):
            return worded(self.wording, "utter_move_not_sent", channel)
        await self._text(where, tel, contact, message)
        return worded(self.wording, "utter_move_sent", channel, last4=tel.value[-4:], spoken=" ".join(tel.value[-4:]))

    async def _text(self, where: str, tel: Address, contact: Contact, message: InboundMessage) -> None:
        minutes = int(LINK_LIFETIME.total_seconds() // 60)
        if where == ChannelName.WEB:
            link = await self.links.make(tel)
            reply = worded(self.wording, "utter_move_link", ChannelName.SMS, link=link, minutes=minutes)
        else:
            reply = worded(self.wording, "utter_move_here", ChannelName.SMS)
        about, moment = stable_id("o", f"{message.id}:move"), self.clock()
        ends = moment + LINK_LIFETIME if where == ChannelName.WEB else None
        sent = OutboundMessage(
            about, contact.conversation_id, ChannelName.SMS, tel, reply, Author.NOTICE, moment, expires_at=ends
        )
        await self.outbox.put([sent])
